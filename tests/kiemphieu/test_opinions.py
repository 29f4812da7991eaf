"""Members' opinions: durable, without order or time, with a trace of what was taken back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kiemphieu.folder import VoteFolder
from kiemphieu.opinions import Opinion, Opinions, Withdrawn
from records.errors import StoreError

ITEM = ("K7Q2ABCDEFGH", "line-o1")


@pytest.fixture
def opinions(tmp_path: Path) -> Opinions:
    return Opinions(VoteFolder(tmp_path))


def test_nothing_is_written_by_looking(opinions: Opinions, tmp_path: Path) -> None:
    assert opinions.all() == {}
    assert opinions.withdrawn() == ()
    assert list(tmp_path.iterdir()) == []


def test_opinions_outlive_the_program(opinions: Opinions, tmp_path: Path) -> None:
    first, second = Opinion(ITEM, "m2", "level:low", "nhòe"), Opinion(ITEM, "m1", "level:high")
    opinions.put(first)
    opinions.put(second)
    again = Opinions(VoteFolder(tmp_path))
    assert again.of(ITEM) == (second, first)  # by member, not as they came
    assert again.of(("other", "ballot")) == ()


def test_what_is_taken_back_leaves_a_trace(opinions: Opinions) -> None:
    for _ in range(2):
        opinions.put(Opinion(ITEM, "m1", "level:low"))
        assert opinions.take_back(ITEM, "m1") == 1
    opinions.put(Opinion(ITEM, "m1", "level:high"))
    opinions.put(Opinion(ITEM, "m1", "no_mark"))
    assert opinions.of(ITEM) == (Opinion(ITEM, "m1", "no_mark"),)
    assert opinions.withdrawn() == (
        Withdrawn(ITEM, "m1", "level:high", 1),
        Withdrawn(ITEM, "m1", "level:low", 2),
    )
    assert opinions.take_back(ITEM, "m2") == 0


def test_a_decision_is_noted_on_every_opinion_of_the_item(opinions: Opinions) -> None:
    opinions.put(Opinion(ITEM, "m1", "level:low"))
    opinions.put(Opinion(ITEM, "m2", "level:low"))
    opinions.mark_recorded(ITEM, (7, 8))
    assert {one.recorded for one in opinions.of(ITEM)} == {(7, 8)}


def test_the_file_tells_neither_times_nor_order(opinions: Opinions, tmp_path: Path) -> None:
    """The same opinions given in another order make the same rows, and there is no row number to tell."""
    opinions.put(Opinion(("B", "ballot"), "m1", "no_fault"))
    opinions.put(Opinion(("A", "ballot"), "m1", "no_fault"))
    path = tmp_path / "desk" / "opinions.db"
    with sqlite3.connect(path) as connection:
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        assert {name for name, _ in tables} == {"opinion", "withdrawn"}
        for name, sql in tables:
            assert "WITHOUT ROWID" in sql
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            assert not {"time", "at", "created", "id"}.intersection(columns)
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("SELECT rowid FROM opinion")
    # No log beside it tells what came after what: the rollback journal is emptied.
    assert {one.name: one.stat().st_size > 0 for one in path.parent.iterdir()} == {
        "opinions.db": True,
        "opinions.db-journal": False,
    }
    assert path.stat().st_mode & 0o077 == 0


def test_a_damaged_file_says_which(opinions: Opinions, tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "opinions.db").write_bytes(b"no database at all, but long enough to be read")
    with pytest.raises(StoreError) as caught:
        opinions.all()
    assert caught.value.message_id == "opinions_failed"
    assert "opinions.db" in str(caught.value.details["path"])
