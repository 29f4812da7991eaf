"""The count is closed by two members, and reopened by two: what is checked before, and what is left behind.

Counted by hand = scanned = valid + invalid + explained, in sheets of paper: further pictures of a sheet are
none. Where the record cannot tell what was paper of its own, nothing was, unless the committee say so.

While the count is closed, the record takes no pages, decisions, statements or settings (`Store.is_closed`);
documents can still be written and the record sealed.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiemphieu.backup import back_up
from kiemphieu.batches import BatchState, batch_at_hand, read_batches
from kiemphieu.counting import CountReport, count_folder, result_digest
from kiemphieu.disk import disk_errors
from kiemphieu.exports.writing import is_export
from kiemphieu.folder import VoteFolder, free_name, load_vote
from kiemphieu.messages import Language
from kiemphieu.reporting import write_reports
from kiemphieu.scanned_sheets import SheetBalance, balance_sheets
from kiemphieu.store import Store
from kiemphieu.vote_store import check_not_sealed, open_vote_store
from kiemphieu.vote_store import check_open as check_store_open
from records.canonical import sha256_hex
from records.count import TallyResult
from records.errors import InputError, ReconciliationError
from records.journal import EventKind

MEMBERS = 2
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class ClosingMember:
    """Who closed or reopened the count: the member's id at the desk, and the role."""

    member: str
    role: str


@dataclass(frozen=True, slots=True)
class HandCount:
    """Ballots counted by hand.

    Attributes:
        sheets: out of the box.
        doubles: sheets of paper among them that bear the serial of another one.
        strays: sheets of paper among them that are no ballots, so that their pictures were left out.
    """

    sheets: int
    doubles: int = 0
    strays: int = 0


@dataclass(frozen=True, slots=True)
class Balance:
    """Both sides of the equation, as far as the record tells them.

    Attributes:
        in_batches: counted by hand, in the batches that were saved; None where there are none.
        open_batch: the name of a batch that is not saved; empty where there is none.
    """

    result: TallyResult
    sheets: SheetBalance
    in_batches: int | None
    open_batch: str

    @property
    def counted(self) -> int | None:
        """What the batches tell of the box; None where a sheet may have been in two, to be scanned again."""
        return None if self.sheets.pictures else self.in_batches

    @property
    def explained(self) -> int:
        """Sheets that are neither valid nor invalid ballots, and why is known."""
        return self.sheets.foreign

    @property
    def accounted(self) -> int:
        """Valid + invalid + explained."""
        return self.result.ballots.valid + self.result.ballots.invalid + self.explained

    def check(self, hand: HandCount | None) -> None:
        """Raises where the count cannot be closed with that hand count.

        Raises:
            InputError: a batch is open, the result is not final, or nothing was counted by hand.
            ReconciliationError: the numbers differ.
        """
        if self.open_batch:
            raise InputError("closing_batch_open", name=self.open_batch)
        if not self.result.final:
            raise InputError("closing_not_final")
        if self.sheets.scanned != self.accounted:
            raise ReconciliationError(
                "closing_unexplained", scanned=self.sheets.scanned, explained=self.accounted
            )
        if hand is None:
            raise InputError("closing_no_count")
        if not 0 <= hand.doubles <= self.sheets.surplus:
            raise InputError("closing_doubles", surplus=self.sheets.surplus)
        if not 0 <= hand.strays <= self.sheets.excluded:
            raise InputError("closing_strays", excluded=self.sheets.excluded)
        scanned = self.sheets.scanned + hand.doubles + hand.strays
        if hand.sheets != scanned:
            raise ReconciliationError("closing_differs", counted=hand.sheets, scanned=scanned)


@dataclass(frozen=True, slots=True)
class ClosedCount:
    """What closing left behind.

    Attributes:
        version: of the documents, from 1.
        documents: as written.
        backup: None where the record lies on a server, which has its own means.
    """

    version: int
    documents: tuple[Path, ...]
    backup: Path | None


@dataclass(frozen=True, slots=True)
class ClosingState:
    """Where the count stands.

    Attributes:
        version: of the documents that closing wrote, or would write.
        closed: data of the entry that closed it; None while it is open.
        reopened: why it was reopened, each time.
    """

    version: int
    closed: Mapping[str, Any] | None
    sealed: bool
    reopened: tuple[str, ...]


def read_closing(folder: VoteFolder) -> ClosingState:
    """Where the count stands.

    Raises:
        VoteFileError: vote.toml has mistakes.
        StoreError: the record cannot be read.
    """
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        entries = store.journal(EventKind.COUNT_REOPENED)
        reopened = tuple(str(one.content.get("reason", "")) for one in entries)
        entry = store.last_entry(EventKind.COUNT_CLOSED) if store.is_closed() else None
        sealed = store.last_entry(EventKind.RECORD_SEALED) is not None
    return ClosingState(1 + len(reopened), None if entry is None else entry.content, sealed, reopened)


def check_open(folder: VoteFolder) -> None:
    """Raises while nothing that bears on the result may be added.

    Raises:
        InputError: the count is closed, or the record sealed.
        StoreError: the record cannot be read.
    """
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        check_store_open(store)


def balance_of(folder: VoteFolder, report: CountReport) -> Balance:
    """Both sides of the equation.

    Raises:
        StoreError: the record or the list of batches cannot be read.
    """
    with closing(open_vote_store(folder, report.vote)) as store:
        sheets = balance_sheets(store, report)
    batches = read_batches(folder)
    saved = [batch.counted for batch in batches if batch.state is BatchState.SAVED]
    at_hand = batch_at_hand(batches)
    return Balance(
        report.result, sheets, sum(saved) if saved else None, "" if at_hand is None else at_hand.name
    )


def close_count(
    folder: VoteFolder,
    hand: HandCount | None,
    members: tuple[ClosingMember, ...],
    lang: Language,
    backups: Path | None = None,
) -> ClosedCount:
    """Closes the count: saves everything, draws the count, writes the documents, and says so in the journal.

    Args:
        folder: the vote.
        hand: what the committee counted by hand; None where they have not.
        members: two different ones.
        lang: of the documents.
        backups: the folder that the backup goes to; None takes the vote's own.

    Raises:
        InputError: the count is closed already or not final, or the record changed meanwhile.
        ReconciliationError: the numbers differ.
        StoreError: the record cannot be read, or the disk refuses.
    """
    _check_members(members)
    state = read_closing(folder)
    if state.sealed or state.closed is not None:
        raise InputError("closing_closed_already")
    balance = balance_of(folder, count_folder(folder))
    balance.check(hand)
    saved = _save(folder, state.version, backups)
    documents = write_reports(folder, lang)
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        # What is closed is what was checked and drawn: whatever another station wrote since stops it here.
        found = store.state()
        result = count_folder(folder).result
        if result != balance.result or result != documents.result:
            raise InputError("closing_changed")
        data = _closing_data(balance, hand, members, state.version, saved is not None)
        if store.append_if(found, EventKind.COUNT_CLOSED, data) is None:
            raise InputError("closing_changed")
    return ClosedCount(state.version, documents.paths, saved)


def _closing_data(
    balance: Balance, hand: HandCount | None, members: tuple[ClosingMember, ...], version: int, saved: bool
) -> dict[str, Any]:
    ballots = balance.result.ballots
    return {
        "result": result_digest(balance.result),
        "version": version,
        "counted": 0 if hand is None else hand.sheets,
        # What the committee stated beside what the record tells: scanned + doubles + strays were counted.
        "doubles": 0 if hand is None else hand.doubles,
        "strays": 0 if hand is None else hand.strays,
        "scanned": balance.sheets.scanned,
        "valid": ballots.valid,
        "invalid": ballots.invalid,
        "explained": balance.explained,
        "backup": saved,
        "members": _members_data(members),
    }


def _members_data(members: tuple[ClosingMember, ...]) -> list[dict[str, str]]:
    return [{"member": one.member, "role": one.role} for one in members]


def _check_members(members: tuple[ClosingMember, ...]) -> None:
    if len({one.member for one in members}) != MEMBERS:
        raise InputError("closing_two_members")


def _save(folder: VoteFolder, version: int, backups: Path | None) -> Path | None:
    vote = load_vote(folder)
    if vote.store_url:
        return None
    place = folder.backups if backups is None else backups
    with disk_errors(place):
        if backups is None:
            place.mkdir(mode=0o700, exist_ok=True)
        elif not place.is_dir():
            raise InputError("closing_backup_place", path=str(place))
        target = free_name(place / f"{vote.id}-{version}.tar")
    return back_up(folder, target).path


def reopen_count(folder: VoteFolder, members: tuple[ClosingMember, ...], reason: str) -> int:
    """Reopens a closed count. Its documents are kept as a version; closing again makes new ones.

    Returns:
        The version that closing again will write.

    Raises:
        InputError: the count is not closed, the record is sealed, or the reason is missing.
        StoreError: the record cannot be written, or the disk refuses.
    """
    _check_members(members)
    words = " ".join(reason.split())
    if not words:
        raise InputError("closing_no_reason")
    if len(words) > LONGEST_REASON:
        raise InputError("closing_reason_long", most=LONGEST_REASON)
    state = read_closing(folder)
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        check_not_sealed(store)
        if state.closed is None:
            raise InputError("closing_not_closed")
        _keep_version(folder, store, state.version)
        _move_exports(folder, state.version)
        data = {"reason": words, "version": state.version, "members": _members_data(members)}
        store.append(EventKind.COUNT_REOPENED, data)
    return state.version + 1


def version_folder(version: int) -> str:
    """Where documents of an earlier version lie, below the vote's reports."""
    return f"version-{version}"


def _keep_version(folder: VoteFolder, store: Store, version: int) -> None:
    """Copies the newest documents; what is copied is journalled, so that `verify` looks after it."""
    noted = {str(one.content.get("file")) for one in store.journal(EventKind.REPORT_WRITTEN)}
    for name in sorted(name for name in noted if "/" not in name):
        source, kept = folder.reports / name, f"{version_folder(version)}/{name}"
        if not source.is_file():
            continue
        with disk_errors(folder.reports / kept):
            (folder.reports / kept).parent.mkdir(exist_ok=True)
            shutil.copyfile(source, folder.reports / kept)
            digest = sha256_hex(source.read_bytes())
        store.append(EventKind.REPORT_WRITTEN, {"file": kept, "sha256": digest})


def _move_exports(folder: VoteFolder, version: int) -> None:
    """Exports are made anew when they are wanted; old ones must not be taken for the newest."""
    kept = folder.reports / version_folder(version)
    with disk_errors(kept):
        kept.mkdir(parents=True, exist_ok=True)
        for source in sorted(folder.reports.iterdir()):
            if source.is_file() and is_export(source.name, load_vote(folder).id):
                source.replace(kept / source.name)
