"""Forms, issued serials and pages: the first version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the tables of an empty record."""
    op.create_table(
        "meta",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "form",
        sa.Column("layout_sha256", sa.String(64), primary_key=True),
        sa.Column("style", sa.String(32), nullable=False, unique=True),
        sa.Column("layout", sa.Text, nullable=False),
        sa.Column("reference_pdf", sa.LargeBinary, nullable=False),
        sa.Column("seal", sa.String(16), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "issued",
        sa.Column("serial", sa.String(12), primary_key=True),
        sa.Column("style", sa.String(32), nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "page",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("suffix", sa.String(8), nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("file_index", sa.Integer, nullable=False),
        sa.Column("serial", sa.String(12)),
        sa.Column("page", sa.Integer),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("surplus", sa.Boolean, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("options", sa.String(64), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("page_by_serial", "page", ["serial", "page"])
    op.create_index(
        "one_first_page",
        "page",
        ["serial", "page"],
        unique=True,
        sqlite_where=sa.text("surplus = 0 AND serial IS NOT NULL"),
        postgresql_where=sa.text("NOT surplus AND serial IS NOT NULL"),
    )
