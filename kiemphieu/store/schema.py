"""Which tables a database has, and bringing them to this version."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from kiemphieu.store import tables

_REVISIONS = ("0001", "0002")
"""Known revisions, oldest first."""
_FIRST = "0001"
_LOCK = 0x6B6965
"""Of PostgreSQL, held while tables are made: two stations may start at the same moment."""


def revision_of(connection: Connection) -> str | None:
    """The revision of the tables; None where there are none."""
    inspector = inspect(connection)
    if inspector.has_table("alembic_version"):
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)
    # The first version had no table of revisions.
    return _FIRST if inspector.has_table(tables.meta.name) else None


def is_newer(revision: str) -> bool:
    """Whether a later version of the program made the tables."""
    return revision not in _REVISIONS


def migrate(connection: Connection) -> None:
    """Brings the tables to this version, within the caller's transaction."""
    # Only where tables change: Alembic takes longer to load than a record to open.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    found = revision_of(connection)
    if found == tables.REVISION:
        return
    config = Config()
    config.set_main_option("script_location", "kiemphieu.store:migrations")
    config.attributes["connection"] = connection
    if found == _FIRST and not inspect(connection).has_table("alembic_version"):
        command.stamp(config, _FIRST)
    command.upgrade(config, tables.REVISION)
