"""The tables. None has a row number, a counter or a time: neither the order in which ballots were
issued nor the order in which they were scanned can be had from a key or a column.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

SCHEMA_VERSION = 1

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
    sqlite_with_rowid=False,
)

Index("page_by_serial", page.c.serial, page.c.page)
Index(
    "one_first_page",
    page.c.serial,
    page.c.page,
    unique=True,
    sqlite_where=text("surplus = 0 AND serial IS NOT NULL"),
    postgresql_where=text("NOT surplus AND serial IS NOT NULL"),
)
"""Two stations cannot both hold the first sheet of one serial."""
