"""Ballots that did not come back as votes: exchanged, never handed out, not returned.

Each statement is an entry of the journal, taken back by a further one. Exchanged and unused ballots are not
among those handed out; how many were not returned is what the committee counted, and must fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.standing import standing
from kiemphieu.store import Store
from kiemphieu.vote_store import check_open, note_settings, open_vote_store
from records.codec import from_plain, to_plain
from records.errors import InputError, UsageError
from records.journal import EventKind, JournalEntry


class Fate(StrEnum):
    EXCHANGED = "exchanged"
    """Spoiled, handed back and exchanged before casting."""
    UNUSED = "unused"
    """Printed and never handed out."""
    NOT_RETURNED = "not_returned"
    """Handed out and not cast; the newest statement replaces an earlier one."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the committee counted.

    Attributes:
        style: the group of the ballots.
        serials: of those at hand, sorted; no more than `count`.
        number: of its journal entry; 0 before it has one.
    """

    fate: Fate
    count: int
    style: str
    serials: tuple[str, ...]
    by: tuple[str, ...]
    reason: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """The statements that stand."""

    statements: tuple[Statement, ...] = ()

    @property
    def withdrawn(self) -> frozenset[str]:
        """Serials that no ballot in the urn may have."""
        return frozenset(
            serial
            for statement in self.statements
            if statement.fate is not Fate.NOT_RETURNED
            for serial in statement.serials
        )

    def not_handed_out(self) -> Counter[str]:
        """Ballots exchanged or unused, by group."""
        found: Counter[str] = Counter()
        for statement in self.statements:
            if statement.fate is not Fate.NOT_RETURNED:
                found[statement.style] += statement.count
        return found

    def not_returned(self, style: str) -> int | None:
        """What was counted as not returned; None where nobody has counted."""
        found = [s.count for s in self.statements if s.fate is Fate.NOT_RETURNED and s.style == style]
        return found[-1] if found else None


def read_account(store: Store) -> Account:
    """The statements that stand, in the order in which they were made.

    Raises:
        StoreError: an entry of the journal is damaged.
    """
    return Account(tuple(standing(store, EventKind.BALLOTS_ACCOUNTED, _statement)))


def _statement(entry: JournalEntry) -> Statement:
    return replace(from_plain(Statement, entry.content), number=entry.position)


def state_account(folder: VoteFolder, statement: Statement) -> Account:
    """Records a statement.

    Raises:
        InputError: a serial was not issued, was withdrawn before or was cast; too many ballots.
        UsageError: nobody is named, or the serials do not fit the number.
        StoreError: the record refuses.
    """
    vote = load_vote(folder)
    if not statement.by:
        raise UsageError("decision_people", needed=1, named=0)
    styles = tuple(style.id for style in vote.styles)
    if statement.style not in styles:
        raise UsageError("group_unknown", group=statement.style, groups=", ".join(styles))
    if len(statement.serials) > statement.count:
        raise UsageError("account_serials", count=statement.count, serials=len(statement.serials))
    with closing(open_vote_store(folder, vote)) as store:
        check_open(store)
        account = read_account(store)
        _check_serials(store, account, statement)
        _check_numbers(store, account, statement)
        note_settings(store, vote)
        store.append(EventKind.BALLOTS_ACCOUNTED, _data(statement))
        return read_account(store)


def take_back(folder: VoteFolder, number: int, by: tuple[str, ...], reason: str) -> Account:
    """Takes a statement back by a further entry.

    Raises:
        InputError: no statement with that number stands.
        StoreError: the record refuses.
    """
    vote = load_vote(folder)
    if not by:
        raise UsageError("decision_people", needed=1, named=0)
    with closing(open_vote_store(folder, vote)) as store:
        check_open(store)
        if all(statement.number != number for statement in read_account(store).statements):
            raise InputError("account_unknown", number=number, folder=str(folder.root))
        data = {"number": number, "by": list(by), "reason": reason}
        store.append(EventKind.DECISION_UNDONE, data)
        return read_account(store)


def account_of(folder: VoteFolder) -> Account:
    """The statements that stand."""
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        return read_account(store)


def _data(statement: Statement) -> dict[str, Any]:
    ordered = replace(statement, serials=tuple(sorted(statement.serials)))
    data: dict[str, Any] = to_plain(ordered)
    del data["number"]
    return data


def _check_serials(store: Store, account: Account, statement: Statement) -> None:
    issued, cast = store.issued(), _cast(store, statement.serials)
    for serial in statement.serials:
        known = issued.get(serial)
        if known is None or known.style != statement.style:
            raise InputError("account_not_issued", serial=serial)
        if serial in account.withdrawn:
            raise InputError("account_twice", serial=serial)
        if serial in cast:
            raise InputError("account_cast", serial=serial)


def _cast(store: Store, serials: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(serials)
    if not wanted:
        return frozenset()
    return frozenset(
        page.token.serial for page in store.pages() if page.token is not None and page.token.serial in wanted
    )


def _check_numbers(store: Store, account: Account, statement: Statement) -> None:
    issued = sum(ballot.style == statement.style for ballot in store.issued().values())
    left = issued - account.not_handed_out()[statement.style]
    if statement.count > left:
        raise InputError("account_too_many", count=statement.count, left=left)
