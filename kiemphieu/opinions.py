"""What single members think of an item in review, before it is decided.

Opinions are given blind of each other and become the committee's decision only where they agree
(`kiemphieu.review_passes`). They lie beside the record, in `desk/opinions.db` of the vote folder, without
times and in no order: rows are kept sorted by their key. An opinion taken back leaves a trace.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiemphieu.disk import disk_errors
from kiemphieu.folder import VoteFolder
from records.errors import StoreError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS opinion (
  target TEXT NOT NULL, what TEXT NOT NULL, member TEXT NOT NULL,
  choice TEXT NOT NULL, note TEXT NOT NULL, recorded TEXT NOT NULL,
  PRIMARY KEY (target, what, member)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS withdrawn (
  target TEXT NOT NULL, what TEXT NOT NULL, member TEXT NOT NULL, choice TEXT NOT NULL,
  times INTEGER NOT NULL,
  PRIMARY KEY (target, what, member, choice)) WITHOUT ROWID;
"""
_PRIVATE_FOLDER, _PRIVATE = 0o700, 0o600
_BUSY_S = 10.0

ItemId = tuple[str, str]
"""A ballot's serial, and what of it: see `kiemphieu.review_items.ReviewItem`."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One member's.

    Attributes:
        choice: see `kiemphieu.review_passes.Choice`.
        recorded: numbers of the journal entries of the decision that it became part of; empty before.
    """

    item: ItemId
    member: str
    choice: str
    note: str = ""
    recorded: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The trace of an opinion that was taken back, that often."""

    item: ItemId
    member: str
    choice: str
    times: int


class Opinions:
    """All opinions on one vote. Every method is one transaction."""

    def __init__(self, folder: VoteFolder) -> None:
        self._path = folder.root / "desk" / "opinions.db"

    def of(self, item: ItemId) -> tuple[Opinion, ...]:
        """Those on one item, by member."""
        return self.all().get(item, ())

    def all(self) -> Mapping[ItemId, tuple[Opinion, ...]]:
        """Every opinion that stands, by item.

        Raises:
            StoreError: the file cannot be read.
        """
        if not self._path.exists():
            return {}
        with self._open() as connection:
            rows = connection.execute(
                "SELECT target, what, member, choice, note, recorded FROM opinion"
                " ORDER BY target, what, member"
            ).fetchall()
        found: dict[ItemId, tuple[Opinion, ...]] = {}
        for target, what, member, choice, note, recorded in rows:
            numbers = tuple(int(number) for number in recorded.split())
            one = Opinion((target, what), member, choice, note, numbers)
            found[one.item] = (*found.get(one.item, ()), one)
        return found

    def put(self, opinion: Opinion) -> None:
        """Keeps an opinion; an earlier one of the member on the item leaves its trace.

        Raises:
            StoreError: it cannot be written.
        """
        with self._open() as connection:
            _take_back(connection, opinion.item, opinion.member)
            connection.execute(
                "INSERT INTO opinion VALUES (?, ?, ?, ?, ?, ?)",
                (*opinion.item, opinion.member, opinion.choice, opinion.note, _words(opinion.recorded)),
            )

    def mark_recorded(self, item: ItemId, numbers: tuple[int, ...]) -> None:
        """Says which decision the opinions on an item became part of."""
        with self._open() as connection:
            connection.execute(
                "UPDATE opinion SET recorded = ? WHERE target = ? AND what = ?", (_words(numbers), *item)
            )

    def take_back(self, item: ItemId, member: str | None = None) -> int:
        """Takes back a member's opinion, or all on an item; returns how many there were."""
        with self._open() as connection:
            return _take_back(connection, item, member)

    def withdrawn(self) -> tuple[Withdrawn, ...]:
        """The traces of what was taken back."""
        if not self._path.exists():
            return ()
        with self._open() as connection:
            rows = connection.execute(
                "SELECT target, what, member, choice, times FROM withdrawn"
                " ORDER BY target, what, member, choice"
            ).fetchall()
        return tuple(Withdrawn((row[0], row[1]), row[2], row[3], row[4]) for row in rows)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            _make_private(self._path)
            with closing(sqlite3.connect(self._path, timeout=_BUSY_S)) as connection:
                # Deleted rows are overwritten, and no log tells what came after what.
                connection.executescript(
                    "PRAGMA journal_mode = TRUNCATE; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;"
                    + _SCHEMA
                )
                with connection:
                    yield connection
        except sqlite3.Error as error:
            raise StoreError("opinions_failed", path=str(self._path), reason=str(error)) from error


def _make_private(path: Path) -> None:
    with disk_errors(path):
        path.parent.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        if not path.exists():
            path.touch(_PRIVATE)


def _take_back(connection: sqlite3.Connection, item: ItemId, member: str | None) -> int:
    rows = connection.execute(
        "SELECT target, what, member, choice FROM opinion"
        " WHERE target = ? AND what = ? AND (? IS NULL OR member = ?)",
        (*item, member, member),
    ).fetchall()
    for row in rows:
        connection.execute(
            "INSERT INTO withdrawn VALUES (?, ?, ?, ?, 1)"
            " ON CONFLICT (target, what, member, choice) DO UPDATE SET times = times + 1",
            row,
        )
        connection.execute("DELETE FROM opinion WHERE target = ? AND what = ? AND member = ?", row[:3])
    return len(rows)


def _words(numbers: tuple[int, ...]) -> str:
    return " ".join(str(number) for number in numbers)
