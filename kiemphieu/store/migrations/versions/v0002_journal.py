"""The journal, what is recorded as sets, and a digest of every row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the tables and columns; the store fills them from what is recorded."""
    for table in ("issued", "page"):
        op.add_column(table, sa.Column("digest", sa.String(64), nullable=False, server_default=""))
    op.add_column("page", sa.Column("plain", sa.Text, nullable=False, server_default=""))
    op.drop_index("page_by_serial", "page")
    op.create_index("page_for_count", "page", ["serial", "page", "surplus", "plain"])
    op.create_table(
        "journal",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("signer", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("journal_by_kind", "journal", ["kind", "position"])
    op.create_table(
        "record_set",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("journalled", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
