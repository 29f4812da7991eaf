"""`verify`: the journal replayed, and everything recomputed from the stored pages.

In this order, each independent of whether an earlier one failed:

1. The database file holds together.
2. The journal: every entry follows the one before, says what its hash was taken of, and is signed by the
   vote's key where it says so.
3. The key, the forms and the issued serials are those that the journal speaks of.
4. Every row of a page is as it was recorded, and the set of all of them is the one in the journal.
5. Every page image is there and is the one that its name says.
6. Every page is read again; the reading is the recorded one, to the last number.
7. Settings, the last count and the reports are those that the journal speaks of.

What does not match is named. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy.exc import InvalidRequestError

from kiemphieu.counting import count_folder, result_digest
from kiemphieu.folder import VoteFolder, load_vote, read_public_key
from kiemphieu.journal_order import CHANGES, find_order_faults
from kiemphieu.page_file import PageBytes, decode_page
from kiemphieu.page_worker import use_one_thread
from kiemphieu.pen import key_verifier, signer_of
from kiemphieu.scanner_profiles import reading_contexts
from kiemphieu.scanning import reader_setup
from kiemphieu.store import PageRecord, Store, chain, set_digest
from kiemphieu.store.audit import RecordAudit, SetAudit
from kiemphieu.store.rows import result_to_text
from kiemphieu.verify_report import Fault, Mismatch, VerifyReport
from kiemphieu.vote_store import open_vote_store, result_settings
from records.canonical import sha256_hex
from records.errors import KeyFileError, KiemphieuError, PageFileError, StoreError
from records.journal import EventKind, JournalEntry, find_journal_faults
from records.vote import Vote
from scanner.sheet import ReadingContext, read_sheet

Progress = Callable[[int, int], None]


def verify_folder(
    folder: VoteFolder,
    head: str = "",
    progress: Progress | None = None,
    vote: Vote | None = None,
    images: bool = True,
) -> VerifyReport:
    """Checks the whole record of a vote.

    Args:
        folder: the vote.
        head: a hash from the minutes; one entry must have it. Empty asks for none.
        progress: called with pages read again and pages in all.
        vote: as read already; None reads vote.toml.
        images: whether the page images should be there.

    Raises:
        VoteFileError: vote.toml has mistakes.
        StoreError: the database cannot be opened at all.
    """
    vote = load_vote(folder) if vote is None else vote
    try:
        with closing(open_vote_store(folder, vote)) as store:
            return _Verifier(folder, vote, store, head.strip().lower(), progress).run(images)
    except StoreError as error:
        if error.message_id not in _DAMAGED:
            raise
        return _unreadable(folder, error.message_id, error.details.get("reason", ""))
    except (ValueError, LookupError, TypeError, InvalidRequestError) as error:
        # Values that no version of the program writes, rows that it never takes away.
        return _unreadable(folder, type(error).__name__, error)


_DAMAGED = frozenset({"store_damaged", "store_failed", "store_lost", "store_newer", "journal_damaged"})
"""Errors that say that the record is not what the program left there."""


def _unreadable(folder: VoteFolder, what: str, reason: object) -> VerifyReport:
    fault = Fault(Mismatch.DATABASE, str(folder.database), f"{what} {reason}".strip())
    return VerifyReport(0, 0, "", 0, 0, (), False, (fault,))


_NOTES = frozenset({"keys", "schema", chain.BLIND})
"""Names of notes; `schema` is from the first version, which kept its number there."""


_SIGNED = frozenset({EventKind.KEYS_MADE.value, EventKind.BATCH_ISSUED.value})
"""Events at which the private key is always there."""


class _Verifier:
    """One run over one record; faults are gathered, never raised."""

    def __init__(
        self, folder: VoteFolder, vote: Vote, store: Store, head: str, progress: Progress | None
    ) -> None:
        self._folder = folder
        self._vote = vote
        self._store = store
        self._head = head
        self._progress = progress or (lambda _done, _total: None)
        self._faults: list[Fault] = []
        self._reread = 0
        self._unrecorded: list[str] = []

    def run(self, images: bool) -> VerifyReport:
        """All checks, in the module's order; without `images` those that need none."""
        audit = self._store.audit()
        if audit.broken:
            self._add(Mismatch.DATABASE, self._store.where, audit.broken)
        entries = tuple(self._store.journal())
        latest = _latest(entries)
        checks: tuple[Callable[[], None], ...] = (
            lambda: self._check_journal(entries),
            lambda: self._check_head(audit, entries),
            lambda: self._check_notes(audit, latest),
            lambda: self._check_forms(audit, entries),
            lambda: self._check_serials(audit, latest),
            lambda: self._check_pages(audit, latest),
            *((self._check_images, self._check_readings) if images else ()),
            lambda: self._check_settings(latest),
            lambda: self._check_tally(entries),
            lambda: self._check_reports(entries),
        )
        for check in checks:
            self._guarded(check)
        return VerifyReport(
            entries=len(entries),
            unsigned=sum(not entry.signer for entry in entries),
            head=entries[-1].hash if entries else "",
            pages=audit.pages.count,
            reread=self._reread,
            unrecorded=tuple(self._unrecorded),
            open_pages=not audit.pages.kept.journalled,
            faults=tuple(self._faults),
        )

    def _guarded(self, check: Callable[[], None]) -> None:
        """Runs a check; what it cannot even read is a fault, and the other checks go on."""
        try:
            check()
        except StoreError as error:
            if error.message_id not in _DAMAGED:
                raise
            self._add(Mismatch.DATABASE, self._store.where, error.message_id)
        except (ValueError, LookupError, TypeError) as error:
            self._add(Mismatch.DATABASE, self._store.where, f"{type(error).__name__} {error}")

    def _add(self, mismatch: Mismatch, name: str, detail: str = "") -> None:
        self._faults.append(Fault(mismatch, name, detail))

    def _public_key(self) -> Ed25519PublicKey | None:
        try:
            key = load_pem_public_key(read_public_key(self._folder))
        except (KeyFileError, ValueError) as error:
            self._add(Mismatch.KEY, str(self._folder.public_key), str(error).splitlines()[0])
            return None
        if not isinstance(key, Ed25519PublicKey):
            self._add(Mismatch.KEY, str(self._folder.public_key), type(key).__name__)
            return None
        return key

    def _check_journal(self, entries: Sequence[JournalEntry]) -> None:
        made = next((entry for entry in entries if entry.kind == EventKind.KEYS_MADE.value), None)
        key = self._public_key() if made is not None or self._folder.public_key.exists() else None
        verifier = (lambda *_: False) if key is None else key_verifier(key)
        for entry, fault in find_journal_faults(entries, verifier):
            self._add(Mismatch.JOURNAL_ENTRY, str(entry.position), fault.value)
        if not entries or entries[0].kind != EventKind.RECORD_OPENED.value:
            self._add(Mismatch.JOURNAL_ENTRY, "1", "missing")
        elif _field(entries[0], "vote") not in {self._vote.id, ""}:
            self._add(Mismatch.JOURNAL_ENTRY, "1", "vote")
        for entry in entries:
            if entry.kind in _SIGNED and not entry.signer:
                self._add(Mismatch.JOURNAL_ENTRY, str(entry.position), "unsigned")
        for position, wrong in find_order_faults(entries):
            self._add(Mismatch.JOURNAL_ENTRY, str(position), wrong)
        if made is not None and key is not None and _field(made, "public_key") != signer_of(key):
            self._add(Mismatch.KEY, str(self._folder.public_key), "not_the_one_made")

    def _check_head(self, audit: RecordAudit, entries: Sequence[JournalEntry]) -> None:
        kept = audit.journal
        last = entries[-1] if entries else None
        found = (last.position, last.hash.encode(), True) if last is not None else (0, b"", True)
        if (kept.count, kept.state, kept.journalled) != found:
            self._add(Mismatch.JOURNAL_HEAD, str(kept.count))
        if self._head and all(entry.hash != self._head for entry in entries):
            self._add(Mismatch.HEAD_UNKNOWN, self._head)

    def _check_notes(self, audit: RecordAudit, latest: Mapping[str, JournalEntry]) -> None:
        notes = dict(audit.notes)
        for name in sorted(set(notes) - _NOTES):
            self._add(Mismatch.NOTE, name)
        sealed = EventKind.RECORD_SEALED.value in latest
        if sealed == (chain.BLIND in notes):
            self._add(Mismatch.NOTE, chain.BLIND)
        made = latest.get(EventKind.KEYS_MADE.value)
        seeded = made is not None and _field(made, "seeded") is True
        if made is not None and notes.get("keys", "") != ("seeded" if seeded else ""):
            self._add(Mismatch.NOTE, "keys")

    def _check_forms(self, audit: RecordAudit, entries: Sequence[JournalEntry]) -> None:
        printed = {
            _field(entry, "group"): _field(entry, "form")
            for entry in entries
            if entry.kind == EventKind.BATCH_ISSUED.value
        }
        stored = dict(audit.forms)
        for style, digest in printed.items():
            if stored.get(str(style)) != digest:
                self._add(Mismatch.FORM, str(style) or "-")
        for form in self._store.forms():
            path = self._folder.layout(form.style)
            if not path.is_file() or path.read_text(encoding="utf-8") != form.layout_json:
                self._add(Mismatch.LAYOUT_FILE, path.name)

    def _check_serials(self, audit: RecordAudit, latest: Mapping[str, JournalEntry]) -> None:
        for serial in audit.issued.changed:
            self._add(Mismatch.SERIAL_ROW, serial)
        said = [
            latest[kind.value]
            for kind in (
                EventKind.RECORD_OPENED,
                EventKind.BATCH_ISSUED,
                EventKind.BATCH_WITHDRAWN,
                EventKind.RECORD_SEALED,
            )
            if kind.value in latest
        ]
        newest = max(said, key=lambda entry: entry.position, default=None)
        sealed = newest is not None and newest.kind == EventKind.RECORD_SEALED.value
        digest = "issued_digest" if sealed else "digest"
        self._check_set(Mismatch.SERIALS, audit, audit.issued, newest, ("issued", digest))

    def _check_pages(self, audit: RecordAudit, latest: Mapping[str, JournalEntry]) -> None:
        for sha256 in audit.pages.changed:
            self._add(Mismatch.PAGE_ROW, sha256)
        said = [
            latest[kind.value]
            for kind in (EventKind.PAGES_RECORDED, EventKind.RECORD_SEALED)
            if kind.value in latest
        ]
        newest = max(said, key=lambda entry: entry.position, default=None)
        self._check_set(Mismatch.PAGES, audit, audit.pages, newest, ("pages", "digest"))

    def _check_set(
        self,
        mismatch: Mismatch,
        audit: RecordAudit,
        found: SetAudit,
        newest: JournalEntry | None,
        names: tuple[str, str],
    ) -> None:
        kept = found.kept
        if (kept.count, kept.digest) != (found.count, found.digest):
            self._add(mismatch, names[0], "rows")
        blind = dict(audit.notes).get(chain.BLIND, "")
        said = (0, chain.blinded(set_digest.digest(set_digest.EMPTY), blind))
        if newest is not None:
            said = (_field(newest, names[0]), _field(newest, names[1]))
        # Not journalled yet: recorded by a run that was interrupted. The next entry will speak of it.
        agrees = said == (kept.count, chain.blinded(kept.digest, blind))
        sealed = newest is not None and newest.kind == EventKind.RECORD_SEALED.value
        fewer = isinstance(said[0], int) and kept.count < said[0]
        if agrees != kept.journalled or fewer or (sealed and not kept.journalled):
            self._add(mismatch, names[0], "journal")

    def _check_images(self) -> None:
        known = set()
        for page in self._store.pages():
            path = self._folder.page(page.sha256, page.suffix)
            known.add(path.name)
            self._check_image(page, path)
        if self._folder.pages.is_dir():
            for path in sorted(self._folder.pages.iterdir()):
                if path.name not in known and not path.name.endswith(".partial"):
                    self._unrecorded.append(path.name)

    def _check_image(self, page: PageRecord, path: Path) -> None:
        try:
            data = path.read_bytes()
        except OSError as error:
            self._add(Mismatch.PAGE_MISSING, path.name, error.strerror or "")
            return
        if sha256_hex(data) != page.sha256:
            self._add(Mismatch.PAGE_CHANGED, path.name)

    def _check_readings(self) -> None:
        if not self._store.forms():
            return
        try:
            contexts = reading_contexts(self._folder, self._store, reader_setup(self._folder, self._vote))
        except KiemphieuError as error:
            self._add(Mismatch.READER, self._store.where, error.message_id)
            return
        use_one_thread()
        total = self._store.page_count()
        for done, page in enumerate(self._store.pages(), start=1):
            self._check_reading(page, contexts)
            self._progress(done, total)

    def _check_reading(self, page: PageRecord, contexts: Mapping[str, ReadingContext]) -> None:
        context = contexts.get(page.options)
        if context is None:
            self._add(Mismatch.READER, page.sha256, page.options)
            return
        path = self._folder.page(page.sha256, page.suffix)
        try:
            data = path.read_bytes()
        except OSError:
            return  # told with the image itself
        try:
            again = read_sheet(decode_page(PageBytes(data, page.suffix)), context)
        except PageFileError as error:
            self._add(Mismatch.READING, page.sha256, error.message_id)
            return
        self._reread += 1
        if result_to_text(again) != result_to_text(page.result):
            self._add(Mismatch.READING, page.sha256)

    def _check_settings(self, latest: Mapping[str, JournalEntry]) -> None:
        said = latest.get(EventKind.SETTINGS_CHANGED.value)
        if said is not None and _field(said, "settings") != result_settings(self._vote):
            self._add(Mismatch.SETTINGS, str(self._folder.vote_file))

    def _check_tally(self, entries: Sequence[JournalEntry]) -> None:
        drawn = None
        for entry in entries:
            if entry.kind in CHANGES:
                drawn = None
            elif entry.kind == EventKind.TALLY_DRAWN.value:
                drawn = entry
        if drawn is None:
            return
        try:
            found = result_digest(count_folder(self._folder, self._vote).result)
        except KiemphieuError as error:
            self._add(Mismatch.TALLY, str(drawn.position), error.message_id)
            return
        if _field(drawn, "result") != found:
            self._add(Mismatch.TALLY, str(drawn.position))

    def _check_reports(self, entries: Sequence[JournalEntry]) -> None:
        written = {
            str(_field(entry, "file")): str(_field(entry, "sha256"))
            for entry in entries
            if entry.kind == EventKind.REPORT_WRITTEN.value
        }
        for name, digest in sorted(written.items()):
            try:
                data = self._folder.report(name).read_bytes()
            except (OSError, StoreError):
                self._add(Mismatch.REPORT_MISSING, name)
                continue
            if sha256_hex(data) != digest:
                self._add(Mismatch.REPORT_CHANGED, name)


def _latest(entries: Sequence[JournalEntry]) -> dict[str, JournalEntry]:
    """The newest entry of every kind."""
    return {entry.kind: entry for entry in entries}


def _field(entry: JournalEntry, name: str) -> Any:
    """A value of the entry's data; None where it is not there or the data are damaged."""
    try:
        return entry.content.get(name)
    except ValueError:
        return None
