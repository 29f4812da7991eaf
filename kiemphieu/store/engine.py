"""Connections: SQLite set for safety, and database errors said in the committee's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from records.errors import InputError, StoreError

BUSY_TIMEOUT_MS = 60_000
"""How long a station waits for another one's commit (each takes milliseconds) before it says so."""

_PASSWORD = re.compile(r"(://[^:/@]*:).*@")

_CAUSES = (
    (("disk is full", "No space left"), "disk_full"),
    (("readonly", "read-only", "unable to open", "attempt to write"), "not_writable"),
    (("not a database", "malformed", "disk image"), "store_damaged"),
    (("locked", "busy"), "store_busy"),
)


def make_engine(database: Path, url: str) -> Engine:
    """An engine on `url`, or on the SQLite file `database` where `url` is empty.

    Raises:
        InputError: `url` is not a database address.
        StoreError: its driver is not installed.
    """
    try:
        address = make_url(url) if url else URL.create("sqlite", database=str(database))
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        if address.get_backend_name() != "sqlite":
            return create_engine(address)
        engine = create_engine(address, poolclass=NullPool)
    except (ArgumentError, NoSuchModuleError) as error:
        raise InputError("store_url", url=shown_address(url)) from error
    except ImportError as error:
        raise StoreError("store_driver_missing", url=shown_address(url), reason=str(error)) from error
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def shown_address(url: str) -> str:
    """`url` as it may be shown: without its password."""
    return _PASSWORD.sub(r"\1***@", url)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event below says when a transaction starts
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # What is overwritten is gone: an older state of the record would tell what came when.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock before it looks: what it decides on what it saw stays true until it commits.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def compact(engine: Engine, where: str) -> None:
    """Writes a database anew, in the order of its keys."""
    with store_errors(where), engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            raw: Any = connection.connection.driver_connection
            raw.execute("VACUUM")
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise StoreError("store_busy", path=where)
        else:
            # PostgreSQL keeps rows in the order of their coming until a table is clustered.
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in ("page", "issued", "meta", "record_set"):
                autocommit.exec_driver_sql(f"CLUSTER {table} USING {table}_pkey")


@contextmanager
def reading(engine: Engine, where: str) -> Iterator[Connection]:
    """A connection for one consistent look."""
    with store_errors(where), engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine, where: str) -> Iterator[Connection]:
    """A connection in one transaction that is kept whole or not at all."""
    with store_errors(where), engine.connect() as connection:
        writer = connection.execution_options(writing=True)
        with writer.begin():
            yield writer


@contextmanager
def store_errors(where: str) -> Iterator[None]:
    """Turns database errors of the body into a `StoreError` about the store `where`.

    An IntegrityError passes: what it means depends on what was being recorded.
    """
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        reason = str(error.orig)
        for words, message_id in _CAUSES:
            if any(word in reason for word in words):
                raise StoreError(message_id, path=where) from error
        if error.connection_invalidated or "connection" in reason:
            raise StoreError("store_unreachable", path=where, reason=reason.splitlines()[0]) from error
        raise StoreError("store_failed", path=where, reason=reason) from error
