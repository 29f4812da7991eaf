"""What `verify` needs to know of the rows themselves, beyond what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, text

from kiemphieu.store import chain, set_digest, tables
from kiemphieu.store.chain import RecordSet
from kiemphieu.store.plain import plain_text
from kiemphieu.store.rows import PageRecord, result_from_text
from records.canonical import sha256_hex


@dataclass(frozen=True, slots=True)
class SetAudit:
    """A set as it is kept, and as its rows make it.

    Attributes:
        changed: keys of rows that are not what their digest was taken of, or contradict themselves.
    """

    kept: RecordSet
    count: int
    digest: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordAudit:
    """The state of a database.

    Attributes:
        broken: what the database says of its own files; empty where nothing is wrong.
        journal: number of entries, and as its state the hash of the last.
        forms: style and digest of every form.
        notes: as set by `Store.set_note`.
    """

    broken: str
    journal: RecordSet
    pages: SetAudit
    issued: SetAudit
    forms: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]


def audit_record(connection: Connection) -> RecordAudit:
    """Goes over every row once."""
    forms = connection.execute(select(tables.form).order_by(tables.form.c.style)).all()
    notes = connection.execute(select(tables.meta).order_by(tables.meta.c.name)).all()
    return RecordAudit(
        broken=_broken(connection),
        journal=chain.record_set(connection, chain.JOURNAL),
        pages=_audited(connection, chain.PAGES, _page_rows(connection)),
        issued=_audited(connection, chain.ISSUED, _issued_rows(connection)),
        forms=tuple((form.style, chain.form_digest(form)) for form in forms),
        notes=tuple((note.name, note.value) for note in notes),
    )


def _broken(connection: Connection) -> str:
    if connection.dialect.name != "sqlite":
        return ""  # a server checks its files itself
    found = str(connection.execute(text("PRAGMA integrity_check(1)")).scalar())
    return "" if found == "ok" else found


_Row = tuple[str, bool, bytes]
"""Its key, whether it holds by itself, and what it is in its set."""


def _page_rows(connection: Connection) -> Iterator[_Row]:
    firsts: set[tuple[str, int]] = set()
    seconds: dict[tuple[str, int], str] = {}
    for row in connection.execute(select(tables.page).execution_options(yield_per=500)):
        thing = chain.page_thing(row)
        yield row.sha256, sha256_hex(thing) == row.digest and _says_what_it_reads(row), thing
        if row.serial is not None and row.surplus:
            seconds[row.serial, row.page] = row.sha256
        elif row.serial is not None:
            firsts.add((row.serial, row.page))
    for place, sha256 in seconds.items():
        if place not in firsts:
            # A second sheet without a first: whatever it was, one of the two was changed.
            yield sha256, False, b""


def _says_what_it_reads(row: Row[Any]) -> bool:
    """Whether the columns that a count goes by are those of the reading."""
    try:
        result = result_from_text(row.result)
    except ValueError:
        return False
    page = PageRecord(row.sha256, row.suffix, row.source, row.file_index, result, row.options)
    token = page.token
    place = (token.serial, token.page) if token is not None else (None, None)
    told = (*place, page.status.value, plain_text(result))
    return (row.serial, row.page, row.status, row.plain) == told


def _issued_rows(connection: Connection) -> Iterator[_Row]:
    for row in connection.execute(select(tables.issued).execution_options(yield_per=5000)):
        thing = chain.issued_thing(row.serial, row.style, row.kind)
        yield row.serial, sha256_hex(thing) == row.digest, thing


def _audited(connection: Connection, name: str, rows: Iterator[_Row]) -> SetAudit:
    kept = chain.record_set(connection, name)
    state, count, changed = set_digest.EMPTY, 0, []
    for key, holds, thing in rows:
        if thing:
            state = set_digest.added(state, [thing])
            count += 1
        if not holds:
            changed.append(key)
    return SetAudit(kept, count, set_digest.digest(state), tuple(changed))
