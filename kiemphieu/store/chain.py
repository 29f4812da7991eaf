"""The journal and the sets of a record, within the caller's transaction.

Pages are committed in small batches, and an entry per batch would tell which sheets were scanned together.
So each batch only brings the set of recorded pages up to date, in the same transaction; the entry that
speaks of it is written when the run ends, or before the next entry of any kind, whichever comes first.

Runs of single sheets would still tell: whoever has all pages could try which of them make the set that an
entry speaks of. So a digest is written down under a random secret of the record, which is thrown away when
the record is sealed; the entry that seals it speaks of the whole, and needs none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from kiemphieu.store import set_digest, tables
from kiemphieu.store.plain import plain_text
from kiemphieu.store.rows import result_from_text
from records.canonical import canonical_json, sha256_hex
from records.errors import StoreError
from records.journal import EventKind, JournalEntry, Pen, next_entry

PAGES = "pages"
ISSUED = "issued"
BLIND = "blind"
"""The note that holds the secret."""
JOURNAL = "journal"
"""The row with the number of entries and the hash of the last: a chain cut short would still hold."""

_journal, _sets = tables.journal.c, tables.record_set.c


def lock_record(connection: Connection) -> None:
    """Makes every other writer wait until the transaction ends.

    SQLite's writers wait for each other anyway; on a server, they do so here.
    """
    connection.execute(select(_sets.name).where(_sets.name == PAGES).with_for_update()).all()


def open_record(connection: Connection, data: dict[str, Any], blind: str, pen: Pen) -> None:
    """Writes the first entry, and brings what an older version recorded under the journal."""
    _digest_rows(connection)
    connection.execute(insert(tables.meta).values(name=BLIND, value=blind))
    for name, things in ((PAGES, page_things(connection)), (ISSUED, issued_things(connection))):
        found = list(things)
        state = set_digest.added(set_digest.EMPTY, found)
        values = {"name": name, "count": len(found), "state": state, "journalled": not found}
        connection.execute(insert(tables.record_set).values(**values))
    empty = {"name": JOURNAL, "count": 0, "state": b"", "journalled": True}
    connection.execute(insert(tables.record_set).values(**empty))
    held = record_set(connection, ISSUED)
    _mark_journalled(connection, ISSUED)
    whole = {**data, "issued": held.count, "digest": _written(connection, held)}
    _append(connection, EventKind.RECORD_OPENED, whole, pen)


def _digest_rows(connection: Connection) -> None:
    for sha256 in connection.execute(select(tables.page.c.sha256)).scalars().all():
        same = tables.page.c.sha256 == sha256
        row = connection.execute(select(tables.page).where(same)).one()
        plain = plain_text(result_from_text(row.result))
        connection.execute(update(tables.page).where(same).values(plain=plain))
        digest = sha256_hex(page_thing(connection.execute(select(tables.page).where(same)).one()))
        connection.execute(update(tables.page).where(same).values(digest=digest))
    for row in connection.execute(select(tables.issued)).all():
        same = tables.issued.c.serial == row.serial
        digest = sha256_hex(issued_thing(row.serial, row.style, row.kind))
        connection.execute(update(tables.issued).where(same).values(digest=digest))


def change_set(
    connection: Connection, name: str, added: Iterable[bytes] = (), removed: Iterable[bytes] = ()
) -> None:
    """Adds things to a set and takes others away."""
    came, went = list(added), list(removed)
    if not came and not went:
        return
    held = record_set(connection, name)
    state = set_digest.removed(set_digest.added(held.state, came), went)
    connection.execute(
        update(tables.record_set)
        .where(_sets.name == name)
        .values(count=held.count + len(came) - len(went), state=state, journalled=False)
    )


@dataclass(frozen=True, slots=True)
class RecordSet:
    """What is recorded of one kind, as a set.

    Attributes:
        state: see `kiemphieu.store.set_digest`.
        journalled: whether an entry speaks of its last change.
    """

    count: int
    state: bytes
    journalled: bool

    @property
    def digest(self) -> str:
        return set_digest.digest(self.state)


def record_set(connection: Connection, name: str) -> RecordSet:
    """The set of that name.

    Raises:
        StoreError: it is gone; the program never takes one away.
    """
    row = connection.execute(select(tables.record_set).where(_sets.name == name)).first()
    if row is None:
        raise StoreError("store_damaged", path=f"{tables.record_set.name}: {name}")
    held = row._mapping  # `row.count` is the method of a tuple  # noqa: SLF001
    return RecordSet(held["count"], bytes(held["state"]), held["journalled"])


def append_entry(connection: Connection, kind: EventKind, data: dict[str, Any], pen: Pen) -> JournalEntry:
    """Adds an entry, after one about the pages recorded since the last."""
    close_pages(connection, pen)
    return _append(connection, kind, data, pen)


def close_pages(connection: Connection, pen: Pen) -> JournalEntry | None:
    """Writes the entry about pages recorded since the last such entry; None where there are none."""
    held = record_set(connection, PAGES)
    if held.journalled:
        return None
    data = {"pages": held.count, "digest": _written(connection, held)}
    _mark_journalled(connection, PAGES)
    return _append(connection, EventKind.PAGES_RECORDED, data, pen)


def blinded(digest: str, blind: str) -> str:
    """A set's digest as an entry has it; without a secret, itself."""
    return sha256_hex(f"{blind} {digest}".encode()) if blind else digest


def _written(connection: Connection, held: RecordSet) -> str:
    blind = connection.execute(select(tables.meta.c.value).where(tables.meta.c.name == BLIND)).scalar()
    return blinded(held.digest, blind or "")


def state_of(connection: Connection) -> str:
    """Changes with every page, serial and entry."""
    rows = connection.execute(select(tables.record_set).order_by(_sets.name)).all()
    return sha256_hex(b"".join(bytes(row.state) for row in rows))


def append_sealed(connection: Connection, pen: Pen) -> JournalEntry:
    """Adds the entry that ends the count; it speaks of the pages as they are from now on."""
    pages, issued = record_set(connection, PAGES), record_set(connection, ISSUED)
    _mark_journalled(connection, PAGES)
    connection.execute(delete(tables.meta).where(tables.meta.c.name == BLIND))
    data = {
        "pages": pages.count,
        "digest": pages.digest,
        "issued": issued.count,
        "issued_digest": issued.digest,
    }
    return _append(connection, EventKind.RECORD_SEALED, data, pen)


def append_about_serials(
    connection: Connection, kind: EventKind, data: dict[str, Any], pen: Pen
) -> JournalEntry:
    """Adds an entry about issued serials; their number and digest go with it."""
    held = record_set(connection, ISSUED)
    _mark_journalled(connection, ISSUED)
    whole = {**data, "issued": held.count, "digest": _written(connection, held)}
    return append_entry(connection, kind, whole, pen)


def _mark_journalled(connection: Connection, name: str) -> None:
    connection.execute(update(tables.record_set).where(_sets.name == name).values(journalled=True))


def _append(connection: Connection, kind: EventKind, data: dict[str, Any], pen: Pen) -> JournalEntry:
    entry = next_entry(last_entry(connection), kind, data, pen)
    connection.execute(
        insert(tables.journal).values(
            position=entry.position,
            day=entry.day,
            kind=entry.kind,
            data=entry.data,
            previous=entry.previous,
            signer=entry.signer,
            hash=entry.hash,
            signature=entry.signature,
        )
    )
    connection.execute(
        update(tables.record_set)
        .where(_sets.name == JOURNAL)
        .values(count=entry.position, state=entry.hash.encode())
    )
    return entry


def last_entry(connection: Connection, kind: EventKind | None = None) -> JournalEntry | None:
    """The newest entry, or the newest of a kind."""
    wanted = select(tables.journal).order_by(_journal.position.desc()).limit(1)
    if kind is not None:
        wanted = wanted.where(_journal.kind == kind.value)
    row = connection.execute(wanted).first()
    return None if row is None else _entry(row)


def is_closed(connection: Connection) -> bool:
    """Whether the committee closed the count and has not reopened it."""
    kinds = (EventKind.COUNT_CLOSED.value, EventKind.COUNT_REOPENED.value)
    wanted = select(_journal.kind).where(_journal.kind.in_(kinds)).order_by(_journal.position.desc()).limit(1)
    return connection.execute(wanted).scalar() == EventKind.COUNT_CLOSED.value


def first_entry(connection: Connection, kind: EventKind) -> JournalEntry | None:
    """The oldest entry of a kind."""
    wanted = select(tables.journal).where(_journal.kind == kind.value).order_by(_journal.position).limit(1)
    row = connection.execute(wanted).first()
    return None if row is None else _entry(row)


def last_but_reports(connection: Connection) -> JournalEntry | None:
    """The newest entry that bears on the result: a report that was written changes nothing."""
    wanted = (
        select(tables.journal)
        .where(_journal.kind != EventKind.REPORT_WRITTEN.value)
        .order_by(_journal.position.desc())
        .limit(1)
    )
    row = connection.execute(wanted).first()
    return None if row is None else _entry(row)


def entries(connection: Connection, kinds: Iterable[EventKind] = ()) -> Iterator[JournalEntry]:
    """Entries in order, all or those of some kinds."""
    wanted = select(tables.journal).order_by(_journal.position)
    named = [kind.value for kind in kinds]
    if named:
        wanted = wanted.where(_journal.kind.in_(named))
    for row in connection.execute(wanted.execution_options(yield_per=500)):
        yield _entry(row)


def _entry(row: Row[Any]) -> JournalEntry:
    # SQLite keeps bytes where text or a number should be. As text, they hold under no hash and are told.
    position = row.position if isinstance(row.position, int) else 0
    words = (row.day, row.kind, row.data, row.previous, row.signer, row.hash, row.signature)
    return JournalEntry(position, *map(str, words))


def page_thing(row: Any) -> bytes:
    """A page as a member of its set: every column, in a fixed order.

    Args:
        row: a row of the table, or a mapping's values as attributes.
    """
    return canonical_json(
        [
            row.sha256,
            row.suffix,
            row.source,
            row.file_index,
            row.serial,
            row.page,
            row.status,
            bool(row.surplus),
            row.result,
            row.options,
            row.plain,
        ]
    )


def issued_thing(serial: str, style: str, kind: int) -> bytes:
    """An issued serial as a member of its set."""
    return canonical_json([serial, style, kind])


def page_things(connection: Connection) -> Iterator[bytes]:
    """Every recorded page as a member of its set."""
    for row in connection.execute(select(tables.page).execution_options(yield_per=500)):
        yield page_thing(row)


def issued_things(connection: Connection) -> Iterator[bytes]:
    """Every issued serial as a member of its set."""
    for row in connection.execute(select(tables.issued).execution_options(yield_per=5000)):
        yield issued_thing(row.serial, row.style, row.kind)


def form_digest(row: Any) -> str:
    """SHA-256 over all that is stored of a form."""
    fields = [row.layout_sha256, row.style, row.layout, sha256_hex(bytes(row.reference_pdf)), row.seal]
    return sha256_hex(canonical_json(fields))
