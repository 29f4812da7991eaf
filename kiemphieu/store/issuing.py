"""Issued serials and the forms they were printed on, within the caller's transaction.

A batch goes in by `ROWS_AT_ONCE` rows, so that its memory does not grow with it; it is still one transaction,
and one entry of the journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, delete, insert, select

from kiemphieu.store import chain, tables
from kiemphieu.store.rows import IssuedBallot, StoredForm
from records.canonical import sha256_hex
from records.errors import StoreError
from records.journal import EventKind, Pen

ROWS_AT_ONCE = 2000
"""Rows written in one go: 17 µs a row of 200,000; by 500 it takes 21, by 10,000 no less and 6 MB more."""
_NAMED_AT_ONCE = 500
"""Serials named in one statement: databases limit how many it may have."""

_form, _issued = tables.form.c, tables.issued.c


def put_form(connection: Connection, form: StoredForm, where: str) -> None:
    """Stores a form; one of its group that no ballot was ever issued on gives way.

    Raises:
        StoreError: ballots of the group were issued on another form.
    """
    same = _form.layout_sha256 == form.layout_sha256
    if connection.execute(select(_form.style).where(same)).first() is not None:
        return
    if has_issued(connection, form.style):
        raise StoreError("form_in_use", path=where)
    connection.execute(delete(tables.form).where(_form.style == form.style))
    connection.execute(
        insert(tables.form).values(
            layout_sha256=form.layout_sha256,
            style=form.style,
            layout=form.layout_json,
            reference_pdf=form.reference_pdf,
            seal=form.seal,
        )
    )


def has_issued(connection: Connection, style: str | None = None) -> bool:
    """Whether a ballot was ever issued, of that group or of any."""
    wanted = select(_issued.serial).limit(1)
    if style is not None:
        wanted = wanted.where(_issued.style == style)
    return connection.execute(wanted).first() is not None


def issue(connection: Connection, style: str, ballots: Sequence[IssuedBallot], pen: Pen) -> None:
    """Records the ballots of one batch and journals it.

    Serials go in sorted, so that not even the pages of the file show another order.
    """
    ordered = sorted(ballots, key=lambda ballot: ballot.serial)
    for start in range(0, len(ordered), ROWS_AT_ONCE):
        _insert(connection, ordered[start : start + ROWS_AT_ONCE])
    form = connection.execute(select(tables.form).where(_form.style == style)).one()
    data = {"group": style, "ballots": len(ballots), "form": chain.form_digest(form)}
    chain.append_about_serials(connection, EventKind.BATCH_ISSUED, data, pen)


def _insert(connection: Connection, ballots: Sequence[IssuedBallot]) -> None:
    things = [chain.issued_thing(ballot.serial, ballot.style, int(ballot.kind)) for ballot in ballots]
    rows = [
        {"serial": b.serial, "style": b.style, "kind": int(b.kind), "digest": sha256_hex(thing)}
        for b, thing in zip(ballots, things, strict=True)
    ]
    connection.execute(insert(tables.issued), rows)
    chain.change_set(connection, chain.ISSUED, added=things)


def withdraw(connection: Connection, serials: Sequence[str], pen: Pen) -> int:
    """Takes issued serials away and journals it, where there are any; returns how many there were."""
    gone = sum(_delete(connection, some) for some in _in_parts(serials))
    if gone:
        chain.append_about_serials(connection, EventKind.BATCH_WITHDRAWN, {"ballots": gone}, pen)
    return gone


def _delete(connection: Connection, serials: Sequence[str]) -> int:
    same = _issued.serial.in_(serials)
    rows = connection.execute(select(tables.issued).where(same)).all()
    connection.execute(delete(tables.issued).where(same))
    things = [chain.issued_thing(row.serial, row.style, row.kind) for row in rows]
    chain.change_set(connection, chain.ISSUED, removed=things)
    return len(rows)


def _in_parts(serials: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(serials), _NAMED_AT_ONCE):
        yield serials[start : start + _NAMED_AT_ONCE]
