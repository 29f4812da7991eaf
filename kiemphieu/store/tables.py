"""The tables. No table of ballots or pages has a row number, a counter or a time: neither the order in
which ballots were issued nor the order in which they were scanned can be had from a key or a column. The
journal is in order, and speaks of pages and serials as sets only.

`plain`: see `kiemphieu.store.plain`. A row's `digest` is SHA-256 over its other columns: it names the row
that was changed. That something was changed is shown by the sets and the journal, which nobody can make fit.

`migrations/` brings an older file to these tables; a change here needs one there.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

REVISION = "0002"
"""Of the last migration."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

form = Table(
    "form",
    metadata,
    Column("layout_sha256", String(64), primary_key=True),
    Column("style", String(32), nullable=False, unique=True),
    Column("layout", Text, nullable=False),
    Column("reference_pdf", LargeBinary, nullable=False),
    Column("seal", String(16), nullable=False),
    sqlite_with_rowid=False,
)

issued = Table(
    "issued",
    metadata,
    Column("serial", String(12), primary_key=True),
    Column("style", String(32), nullable=False),
    Column("kind", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    sqlite_with_rowid=False,
)

page = Table(
    "page",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("suffix", String(8), nullable=False),
    Column("source", Text),
    Column("file_index", Integer, nullable=False),
    Column("serial", String(12)),
    Column("page", Integer),
    Column("status", String(32), nullable=False),
    Column("surplus", Boolean, nullable=False),
    Column("result", Text, nullable=False),
    Column("options", String(64), nullable=False),
    Column("plain", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    sqlite_with_rowid=False,
)

Index("page_for_count", page.c.serial, page.c.page, page.c.surplus, page.c.plain)
"""By serial; it covers what a count asks of a plain ballot, so that the readings are not touched."""
Index(
    "one_first_page",
    page.c.serial,
    page.c.page,
    unique=True,
    sqlite_where=text("surplus = 0 AND serial IS NOT NULL"),
    postgresql_where=text("NOT surplus AND serial IS NOT NULL"),
)
"""Two stations cannot both hold the first sheet of one serial."""

journal = Table(
    "journal",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("day", String(10), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("data", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("signer", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
    sqlite_with_rowid=False,
)
"""See `records.journal.JournalEntry`."""

Index("journal_by_kind", journal.c.kind, journal.c.position)

record_set = Table(
    "record_set",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("journalled", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""What is recorded, as sets (`kiemphieu.store.set_digest`): committed with every page and every serial.
`journalled` is false while the last change is in no entry yet."""
