"""The one interface to the record of a vote."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from kiemphieu.pen import today
from kiemphieu.store import chain, issuing, tables
from kiemphieu.store.audit import RecordAudit, audit_record
from kiemphieu.store.engine import compact, make_engine, reading, shown_address, writing
from kiemphieu.store.plain import plain_text
from kiemphieu.store.rows import (
    IssuedBallot,
    PageKey,
    PageRecord,
    PageStatus,
    RecordOutcome,
    StoredForm,
    facts_from_text,
    is_failure,
    result_from_text,
    result_to_text,
)
from kiemphieu.store.schema import is_newer, migrate, revision_of
from kiemphieu.version import program_version
from records.canonical import sha256_hex
from records.errors import InputError, StoreError
from records.journal import EventKind, JournalEntry, Pen
from records.reading import SheetResult
from records.token import TokenKind


def open_store(database: Path, url: str = "", about: About | None = None) -> Store:
    """The store at `url`, or in the file `database`; made when it is not there yet.

    Args:
        database: of the vote folder.
        url: names a server; empty where there is none.
        about: what goes into the first entry of a record, and who writes entries.

    Raises:
        StoreError: it cannot be opened, is damaged, or was made by a newer version.
    """
    engine = make_engine(database, url)
    return Store(engine, shown_address(url) if url else str(database), about or About())


@dataclass(frozen=True, slots=True)
class About:
    """What a store must know to write its journal.

    Attributes:
        vote: id of the vote.
        pen: called when an entry is to be written.
        blind: makes the secret of a new record; see `kiemphieu.store.chain`.
    """

    vote: str = ""
    pen: Callable[[], Pen] = lambda: Pen(today())
    blind: Callable[[], str] = lambda: secrets.token_hex(16)


_PAGES_AT_ONCE = 200

_BEARING = frozenset(
    {
        EventKind.DECISION_MADE,
        EventKind.DECISION_UNDONE,
        EventKind.BALLOTS_ACCOUNTED,
        EventKind.SETTINGS_CHANGED,
    }
)
"""Entries that change what is counted."""


class Store:
    """Forms, issued serials, pages and the journal of one vote. Every method is one transaction."""

    def __init__(self, engine: Engine, where: str, about: About) -> None:
        self._engine = engine
        self._where = where
        self._about = about
        self._prepare()

    @property
    def where(self) -> str:
        """The file or address, as shown to people."""
        return self._where

    def close(self) -> None:
        self._engine.dispose()

    def _prepare(self) -> None:
        with reading(self._engine, self._where) as connection:
            found = revision_of(connection)
        if found == tables.REVISION:
            return
        if found is not None and is_newer(found):
            raise StoreError("store_newer", path=self._where, found=found, supported=tables.REVISION)
        with writing(self._engine, self._where) as connection:
            migrate(connection)
            if chain.last_entry(connection) is None:
                self._open_record(connection)

    def _open_record(self, connection: Connection) -> None:
        data = {"vote": self._about.vote, "program": program_version()}
        chain.open_record(connection, data, self._about.blind(), self._about.pen())

    @contextmanager
    def _recording(self, after_seal: bool = False) -> Iterator[Connection]:
        """A transaction in which no other station writes.

        Raises:
            InputError: the record is sealed, and `after_seal` is false.
        """
        with writing(self._engine, self._where) as connection:
            chain.lock_record(connection)
            if not after_seal and chain.last_entry(connection, EventKind.RECORD_SEALED) is not None:
                raise InputError("record_sealed", path=self._where)
            yield connection

    @contextmanager
    def _counting(self) -> Iterator[Connection]:
        """A transaction that changes what is counted.

        Raises:
            InputError: the record is sealed, or the count is closed.
        """
        with self._recording() as connection:
            if chain.is_closed(connection):
                raise InputError("count_closed", path=self._where)
            yield connection

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """One consistent look at all tables, for those who copy them."""
        with reading(self._engine, self._where) as connection:
            yield connection

    # The journal

    def append(self, kind: EventKind, data: dict[str, Any]) -> JournalEntry:
        """Writes an entry; one about pages recorded since the last goes before it.

        Raises:
            InputError: the record is sealed, and only reports are journalled; or the count is closed, and
                the entry bears on it.
        """
        recording = (
            self._counting()
            if kind in _BEARING
            else self._recording(after_seal=kind is EventKind.REPORT_WRITTEN)
        )
        with recording as connection:
            return chain.append_entry(connection, kind, data, self._about.pen())

    def append_if(self, state: str, kind: EventKind, data: dict[str, Any]) -> JournalEntry | None:
        """As `append`, if the record is still in that `state`; None, and nothing written, where it is not."""
        with self._recording() as connection:
            if chain.state_of(connection) != state:
                return None
            return chain.append_entry(connection, kind, data, self._about.pen())

    def state(self) -> str:
        """Says whether the record has changed: pages, serials or journal."""
        with reading(self._engine, self._where) as connection:
            return chain.state_of(connection)

    def is_closed(self) -> bool:
        """Whether the committee closed the count and has not reopened it."""
        with reading(self._engine, self._where) as connection:
            return chain.is_closed(connection)

    def close_pages(self) -> JournalEntry | None:
        """Writes the entry about the pages recorded since the last one, if there are any."""
        with self._recording() as connection:
            return chain.close_pages(connection, self._about.pen())

    def journal(self, *kinds: EventKind) -> Iterator[JournalEntry]:
        """Entries in order, all or those of some kinds."""
        with reading(self._engine, self._where) as connection:
            yield from chain.entries(connection, kinds)

    def last_entry(self, kind: EventKind | None = None) -> JournalEntry | None:
        """The newest entry, or the newest of a kind."""
        with reading(self._engine, self._where) as connection:
            return chain.last_entry(connection, kind)

    def first_entry(self, kind: EventKind) -> JournalEntry | None:
        """The oldest entry of a kind."""
        with reading(self._engine, self._where) as connection:
            return chain.first_entry(connection, kind)

    def last_but_reports(self) -> JournalEntry | None:
        """The newest entry that is not about a report."""
        with reading(self._engine, self._where) as connection:
            return chain.last_but_reports(connection)

    def seal(self) -> JournalEntry:
        """Drops the names of source files, and writes the last entry that bears on the result.

        Afterwards the database is written anew, so that its pages do not tell what came when.

        Raises:
            InputError: the record is sealed already.
            StoreError: the last thing that happened was not that the count was drawn.
        """
        with self._recording() as connection:
            last = chain.last_but_reports(connection)
            drawn = last is not None and last.kind == EventKind.TALLY_DRAWN.value
            if not drawn or not chain.record_set(connection, chain.PAGES).journalled:
                raise StoreError("seal_race", path=self._where)
            for sha256 in connection.execute(select(tables.page.c.sha256)).scalars().all():
                _forget_source(connection, sha256)
            entry = chain.append_sealed(connection, self._about.pen())
        self.compact()
        return entry

    def compact(self) -> None:
        """Writes the database anew, so that its pages do not tell what came when.

        Raises:
            StoreError: another program holds it open.
        """
        compact(self._engine, self._where)

    def audit(self) -> RecordAudit:
        """Every row looked at once; see `kiemphieu.store.audit`."""
        with reading(self._engine, self._where) as connection:
            return audit_record(connection)

    # Notes

    def note(self, name: str) -> str | None:
        """What was noted about the vote under `name`."""
        with reading(self._engine, self._where) as connection:
            return connection.execute(select(tables.meta.c.value).where(tables.meta.c.name == name)).scalar()

    def set_note(self, name: str, value: str) -> None:
        with writing(self._engine, self._where) as connection:
            connection.execute(delete(tables.meta).where(tables.meta.c.name == name))
            connection.execute(insert(tables.meta).values(name=name, value=value))

    # Forms and issued serials

    def forms(self) -> tuple[StoredForm, ...]:
        """Every form printed, by style."""
        with reading(self._engine, self._where) as connection:
            rows = connection.execute(select(tables.form).order_by(tables.form.c.style)).all()
        return tuple(StoredForm(r.layout_sha256, r.style, r.layout, r.reference_pdf, r.seal) for r in rows)

    def record_batch(self, form: StoredForm, ballots: Sequence[IssuedBallot]) -> None:
        """Records a batch as issued, with the form it was printed on.

        Serials go in sorted, so that not even the pages of the file show another order. A form that no
        ballot was ever issued on gives way.

        Raises:
            StoreError: a serial was issued before; then nothing is recorded.
        """
        try:
            with self._counting() as connection:
                issuing.put_form(connection, form, self._where)
                if ballots:
                    issuing.issue(connection, form.style, ballots, self._about.pen())
        except IntegrityError as error:
            raise StoreError("serial_issued_before", path=self._where) from error

    def withdraw_issued(self, serials: Sequence[str]) -> int:
        """Takes serials back whose batch never became a file; returns how many of them were issued."""
        with self._recording() as connection:
            return issuing.withdraw(connection, serials, self._about.pen())

    def issued_serials(self) -> frozenset[str]:
        """The serials of all issued ballots."""
        with reading(self._engine, self._where) as connection:
            return frozenset(connection.execute(select(tables.issued.c.serial)).scalars())

    def issued_count(self) -> int:
        """How many ballots were issued."""
        with reading(self._engine, self._where) as connection:
            return connection.execute(select(func.count()).select_from(tables.issued)).scalar_one()

    def has_issued(self, style: str | None = None) -> bool:
        """Whether a ballot was ever issued, of that group or of any."""
        with reading(self._engine, self._where) as connection:
            return issuing.has_issued(connection, style)

    def issued(self) -> dict[str, IssuedBallot]:
        """Every issued ballot by its serial."""
        with reading(self._engine, self._where) as connection:
            rows = connection.execute(select(tables.issued).order_by(tables.issued.c.serial)).all()
        return {r.serial: IssuedBallot(r.serial, r.style, TokenKind(r.kind)) for r in rows}

    # Pages

    def has_page(self, sha256: str) -> bool:
        """Whether this image is recorded and need not be read again.

        A page the program failed on is worth another try: with more memory, or a version that can.
        """
        with reading(self._engine, self._where) as connection:
            return _known(connection, sha256) and not _failed(connection, sha256)

    def record_pages(self, pages: Sequence[PageRecord]) -> tuple[RecordOutcome, ...]:
        """Records pages in the order given, all of them or none.

        A page that is known stays as it is, unless the program failed on it and now has another result.
        Their image files must be in place already: a row always has its image.
        """
        try:
            return self._record_pages(pages)
        except IntegrityError:
            # Another station recorded one of these sheets in between: look again, then it is known.
            return self._record_pages(pages)

    def _record_pages(self, pages: Sequence[PageRecord]) -> tuple[RecordOutcome, ...]:
        with self._counting() as connection:
            came: list[bytes] = []
            outcomes = tuple(_record_page(connection, page, came) for page in pages)
            chain.change_set(connection, chain.PAGES, added=came)
            return outcomes

    def pages(self) -> Iterator[PageRecord]:
        """Every page, by serial and page number, the first sheet of a serial before any other."""
        order = (tables.page.c.serial, tables.page.c.page, tables.page.c.surplus, tables.page.c.sha256)
        with reading(self._engine, self._where) as connection:
            stream = connection.execute(select(tables.page).order_by(*order).execution_options(yield_per=500))
            for row in stream:
                yield self._page_record(row)

    def page_keys(self) -> Iterator[PageKey]:
        """What a count asks of every page, by serial and page number; readings are not touched."""
        columns = tables.page.c["serial", "page", "surplus", "plain", "sha256"]
        order = (tables.page.c.serial, tables.page.c.page, tables.page.c.surplus, tables.page.c.sha256)
        wanted = select(*columns).order_by(*order).execution_options(yield_per=5000)
        with reading(self._engine, self._where) as connection:
            for serial, _, surplus, plain, sha256 in connection.execute(wanted):
                yield PageKey(sha256, serial, surplus, plain)

    def page(self, sha256: str) -> PageRecord | None:
        """The page with this image."""
        with reading(self._engine, self._where) as connection:
            row = connection.execute(select(tables.page).where(tables.page.c.sha256 == sha256)).first()
        return None if row is None else self._page_record(row)

    def facts_of(self, hashes: Sequence[str]) -> Iterator[PageRecord]:
        """The pages with these images, in no order of theirs, without the scores of their boxes."""
        for start in range(0, len(hashes), _PAGES_AT_ONCE):
            same = tables.page.c.sha256.in_(hashes[start : start + _PAGES_AT_ONCE])
            with reading(self._engine, self._where) as connection:
                rows = connection.execute(select(tables.page).where(same)).all()
            for row in rows:
                yield self._page_record(row, facts_from_text)

    def page_count(self) -> int:
        with reading(self._engine, self._where) as connection:
            return connection.execute(select(func.count()).select_from(tables.page)).scalar_one()

    def _page_record(
        self, row: Row[Any], unpack: Callable[[str], SheetResult] = result_from_text
    ) -> PageRecord:
        try:
            result = unpack(row.result)
        except ValueError as error:
            raise StoreError("store_damaged", path=self._where) from error
        return PageRecord(
            row.sha256, row.suffix, row.source, row.file_index, result, row.options, row.surplus
        )


def _known(connection: Connection, sha256: str) -> bool:
    same = select(tables.page.c.sha256).where(tables.page.c.sha256 == sha256)
    return connection.execute(same).first() is not None


def _failed(connection: Connection, sha256: str) -> bool:
    """Whether the record of the image is that the program failed on it."""
    row = connection.execute(
        select(tables.page.c.status, tables.page.c.result).where(tables.page.c.sha256 == sha256)
    ).first()
    return row is not None and row.status == PageStatus.REJECTED.value and is_failure(row.result)


def _record_page(connection: Connection, page: PageRecord, came: list[bytes]) -> RecordOutcome:
    """Writes the row; what the set of pages gains by it goes to `came`."""
    if _known(connection, page.sha256):
        if not _failed(connection, page.sha256) or is_failure(result_to_text(page.result)):
            return RecordOutcome.KNOWN
        _forget_page(connection, page.sha256)
    token = page.token
    surplus = token is not None and _place_taken(connection, token.serial, token.page)
    values = {
        "sha256": page.sha256,
        "suffix": page.suffix,
        "source": page.source,
        "file_index": page.index,
        "serial": token.serial if token else None,
        "page": token.page if token else None,
        "status": page.status.value,
        "surplus": surplus,
        "result": result_to_text(page.result),
        "options": page.options,
        "plain": plain_text(page.result),
    }
    thing = chain.page_thing(SimpleNamespace(**values))
    connection.execute(insert(tables.page).values(**values, digest=sha256_hex(thing)))
    came.append(thing)
    return RecordOutcome.SURPLUS if surplus else RecordOutcome.NEW


def _forget_page(connection: Connection, sha256: str) -> None:
    same = tables.page.c.sha256 == sha256
    row = connection.execute(select(tables.page).where(same)).one()
    connection.execute(delete(tables.page).where(same))
    chain.change_set(connection, chain.PAGES, removed=[chain.page_thing(row)])


def _forget_source(connection: Connection, sha256: str) -> None:
    row = connection.execute(select(tables.page).where(tables.page.c.sha256 == sha256)).one()
    values = {**row._mapping, "source": None, "file_index": 0}  # noqa: SLF001  SQLAlchemy's public name for it
    del values["digest"]
    thing = chain.page_thing(SimpleNamespace(**values))
    connection.execute(
        update(tables.page)
        .where(tables.page.c.sha256 == row.sha256)
        .values(source=None, file_index=0, digest=sha256_hex(thing))
    )
    chain.change_set(connection, chain.PAGES, added=[thing], removed=[chain.page_thing(row)])


def _place_taken(connection: Connection, serial: str, page: int) -> bool:
    held = select(tables.page.c.sha256).where(
        tables.page.c.serial == serial, tables.page.c.page == page, tables.page.c.surplus.is_(False)
    )
    return connection.execute(held).first() is not None
