"""What `verify` needs to know of the rows themselves, beyond what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from kiemphieu.store import chain, set_digest, tables
from kiemphieu.store.chain import RecordSet
from records.canonical import sha256_hex


@dataclass(frozen=True, slots=True)
class SetAudit:
    """A set as it is kept, and as its rows make it.

    Attributes:
        changed: keys of rows that are not what their digest was taken of.
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


def _page_rows(connection: Connection) -> Iterator[tuple[str, str, bytes]]:
    for row in connection.execute(select(tables.page).execution_options(yield_per=500)):
        yield row.sha256, row.digest, chain.page_thing(row)


def _issued_rows(connection: Connection) -> Iterator[tuple[str, str, bytes]]:
    for row in connection.execute(select(tables.issued).execution_options(yield_per=5000)):
        yield row.serial, row.digest, chain.issued_thing(row.serial, row.style, row.kind)


def _audited(connection: Connection, name: str, rows: Iterator[tuple[str, str, bytes]]) -> SetAudit:
    kept = chain.record_set(connection, name)
    state, count, changed = set_digest.EMPTY, 0, []
    for key, digest, thing in rows:
        state = set_digest.added(state, [thing])
        count += 1
        if sha256_hex(thing) != digest:
            changed.append(key)
    return SetAudit(kept, count, set_digest.digest(state), tuple(changed))
