"""A record copied row by row into a new SQLite file, or its forms and serials into another record."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, create_engine, insert, select, text

from kiemphieu.store import tables
from kiemphieu.store.store import Store


def copy_record(store: Store, path: Path) -> None:
    """Writes `path`: the same rows in the order of their keys, and nothing of rows that were before."""
    target = create_engine(f"sqlite:///{path}")
    try:
        with store.looking() as source, target.begin() as out:
            tables.metadata.create_all(out)
            out.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
            revision = text("INSERT INTO alembic_version VALUES (:revision)")
            out.execute(revision, {"revision": tables.REVISION})
            for table in tables.metadata.sorted_tables:
                _copy_table(source, out, table.name)
    finally:
        target.dispose()


def _copy_table(source: Connection, out: Connection, name: str) -> None:
    table = tables.metadata.tables[name]
    rows = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=500)
    for part in source.execute(rows).mappings().partitions(500):
        out.execute(insert(table), [dict(row) for row in part])


def copy_ballots(source: Store, target: Store) -> None:
    """Makes forms and issued serials known to a record of its own; groups that it knows are left alone."""
    known = {form.style for form in target.forms()}
    issued = source.issued().values()
    for form in source.forms():
        if form.style not in known:
            target.record_batch(form, [ballot for ballot in issued if ballot.style == form.style])
