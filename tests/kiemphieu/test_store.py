from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from record_samples import ABOUT
from sqlalchemy.exc import OperationalError

from kiemphieu.store import IssuedBallot, PageRecord, RecordOutcome, Store, StoredForm, issuing, open_store
from kiemphieu.store import store as store_module
from kiemphieu.store.rows import result_from_text, result_to_text
from kiemphieu.store.tables import metadata
from records.errors import StoreError
from records.geometry import Rect
from records.journal import find_journal_faults
from records.reading import (
    BoxReading,
    BoxState,
    Certainty,
    MarkScores,
    PageReading,
    RegistrationQuality,
    RejectionReason,
    SealFinding,
    SealState,
    SheetRejection,
    StrikeFinding,
    WritingFinding,
)
from records.token import Token, TokenKind

QUALITY = RegistrationQuality(0.05, 0.1, 40, 300.1, 299.8, 0.3, 0, 4)


def token(serial: str = "0123456789AB", page: int = 1, pages: int = 1) -> Token:
    return Token(TokenKind.BALLOT, "bdt-2023", "", page, pages, b"12345678", serial)


def reading(serial: str = "0123456789AB", page: int = 1, pages: int = 1) -> PageReading:
    boxes = tuple(
        BoxReading("o1", level, state, MarkScores(ink_mm2=1.5), Rect(1.0, 2.0, 3.0, 4.0))
        for level, state in (("high", BoxState.CROSS), ("medium", BoxState.EMPTY), ("low", BoxState.EMPTY))
    )
    return PageReading(token(serial, page, pages), QUALITY, boxes)


def page(number: int, result: PageReading | SheetRejection) -> PageRecord:
    return PageRecord(f"{number:064x}", ".jpg", f"scan-{number}.jpg", 0, result, "0" * 64)


OpenStore = Callable[[], Store]


@pytest.fixture
def store(store_opener: OpenStore) -> Store:
    return store_opener()


def test_results_survive_the_codec() -> None:
    full = replace(
        reading(),
        strikes=(StrikeFinding("o1", Certainty.DOUBTFUL, Rect(0.0, 0.0, 1.0, 1.0), 0.5, 4.0),),
        writings=(WritingFinding(Certainty.CERTAIN, Rect(0.0, 0.0, 1.0, 1.0), 2.0),),
        seal=SealFinding(SealState.PRESENT, 0.2),
    )
    rejection = SheetRejection(RejectionReason.NOT_REGISTERED, (("residual_mm", "1.2"),), token())
    for result in (full, rejection, SheetRejection(RejectionReason.NO_CODE)):
        assert result_from_text(result_to_text(result)) == result
    with pytest.raises(ValueError, match="unknown result type"):
        result_from_text("{}")


def test_the_same_page_again_changes_nothing(store: Store) -> None:
    assert store.record_pages([page(1, reading())]) == (RecordOutcome.NEW,)
    before = list(store.pages())
    assert store.record_pages([replace(page(1, reading()), source="copy.jpg")]) == (RecordOutcome.KNOWN,)
    assert list(store.pages()) == before
    assert store.has_page(f"{1:064x}")
    assert not store.has_page(f"{2:064x}")


def test_a_second_sheet_with_the_serial_is_surplus(store: Store) -> None:
    outcomes = store.record_pages([page(2, reading()), page(1, reading()), page(3, reading("ZZZZZZZZZZZZ"))])
    assert outcomes == (RecordOutcome.NEW, RecordOutcome.SURPLUS, RecordOutcome.NEW)
    assert [(p.sha256[-1], p.surplus) for p in store.pages()] == [("2", False), ("1", True), ("3", False)]


def test_a_forged_serial_takes_no_place(store: Store) -> None:
    forged = SheetRejection(RejectionReason.BAD_SIGNATURE, (), token())
    assert store.record_pages([page(1, forged), page(2, reading())]) == (RecordOutcome.NEW, RecordOutcome.NEW)


def test_a_batch_of_pages_is_recorded_whole_or_not_at_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store_module._record_page
    calls = []

    def failing(connection: object, record: PageRecord, came: list[bytes]) -> RecordOutcome:
        calls.append(record)
        if len(calls) == 2:
            raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
        return real(connection, record, came)  # type: ignore[arg-type]

    monkeypatch.setattr(store_module, "_record_page", failing)
    with pytest.raises(Exception, match="disk_full") as caught:
        store.record_pages([page(1, reading()), page(2, reading("ZZZZZZZZZZZZ"))])
    assert caught.value.exit_code == 4  # type: ignore[attr-defined]
    assert store.page_count() == 0


def test_a_serial_is_issued_once(store: Store) -> None:
    form = StoredForm("a" * 64, "", "{}", b"%PDF", "stamped")
    store.record_batch(form, [IssuedBallot("B" * 12, "", TokenKind.BALLOT)])
    with pytest.raises(Exception, match="serial_issued_before"):
        store.record_batch(form, [IssuedBallot(s * 12, "", TokenKind.BALLOT) for s in "AB"])
    assert list(store.issued()) == ["B" * 12]
    store.withdraw_issued(["B" * 12])
    assert store.issued() == {}
    assert store.forms() == (form,)


def test_no_order_and_no_time_is_kept(tmp_path: Path) -> None:
    """Serials and pages recorded in any order leave the same rows in the same order."""
    serials = ["C" * 12, "A" * 12, "B" * 12]
    form = StoredForm("a" * 64, "", "{}", b"%PDF", "stamped")
    found = []
    for number, order in enumerate((serials, serials[::-1])):
        store = open_store(tmp_path / f"{number}.db")
        store.record_batch(form, [IssuedBallot(serial, "", TokenKind.BALLOT) for serial in order])
        store.record_pages([page(serials.index(serial), reading(serial)) for serial in order])
        store.close()
        with sqlite3.connect(tmp_path / f"{number}.db") as raw:
            found.append([raw.execute(f"SELECT * FROM {t}").fetchall() for t in ("issued", "page")])  # noqa: S608
        raw.close()
    assert found[0] == found[1]
    assert [row[0] for row in found[0][0]] == sorted(serials)


def test_tables_have_no_row_ids_and_no_clock(tmp_path: Path) -> None:
    open_store(tmp_path / "a.db").close()
    raw = sqlite3.connect(tmp_path / "a.db")
    statements = [row[0] for row in raw.execute("SELECT sql FROM sqlite_master WHERE type = 'table'")]
    raw.close()
    own = [statement for statement in statements if "alembic_version" not in statement]
    assert len(own) == len(metadata.tables)
    assert all("WITHOUT ROWID" in statement for statement in own)
    columns = [column for table in metadata.tables.values() for column in table.columns]
    assert not [c.name for c in columns if "time" in c.name or "date" in c.name or c.autoincrement is True]


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    open_store(tmp_path / "a.db").close()
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(Exception, match="store_newer"):
        open_store(tmp_path / "a.db")


def test_a_damaged_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(Exception, match="store_damaged"):
        open_store(tmp_path / "a.db")


def test_sqlite_is_set_for_safety(tmp_path: Path) -> None:
    store = open_store(tmp_path / "a.db")
    with store._engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


@pytest.mark.parametrize(
    ("url", "message_id"), [("nonsense", "store_url"), ("postgresql+nodriver://x/y", "store_url")]
)
def test_a_wrong_address_is_told(tmp_path: Path, url: str, message_id: str) -> None:
    with pytest.raises(Exception, match=message_id):
        open_store(tmp_path / "a.db", url)


def test_two_writers_wait_for_each_other(store_opener: OpenStore) -> None:
    first, second = store_opener(), store_opener()
    for number in range(20):
        (first if number % 2 else second).record_pages([page(number, reading(f"{number:012}"))])
    assert first.page_count() == second.page_count() == 20


def _as_the_first_version_left_it(path: Path) -> None:
    """Takes away what later versions added to a record."""
    with sqlite3.connect(path) as raw:
        for table in ("journal", "record_set", "alembic_version"):
            raw.execute(f"DROP TABLE {table}")
        raw.execute("DROP INDEX page_for_count")
        raw.execute("CREATE INDEX page_by_serial ON page (serial, page)")
        for table, column in (("issued", "digest"), ("page", "digest"), ("page", "plain")):
            raw.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        raw.execute("UPDATE meta SET name = 'schema', value = '1' WHERE name = 'blind'")
    raw.close()


def test_a_record_of_the_first_version_is_brought_under_the_journal(tmp_path: Path) -> None:
    form = StoredForm("a" * 64, "", "{}", b"%PDF", "stamped")
    old, new = (open_store(tmp_path / name, about=ABOUT) for name in ("old.db", "new.db"))
    for store in (old, new):
        store.record_batch(form, [IssuedBallot(s * 12, "", TokenKind.BALLOT) for s in "AB"])
        store.record_pages([page(1, reading("A" * 12)), page(2, reading("B" * 12))])
        store.close()
    _as_the_first_version_left_it(tmp_path / "old.db")
    old, new = (open_store(tmp_path / name, about=ABOUT) for name in ("old.db", "new.db"))
    assert list(old.pages()) == list(new.pages())
    assert old.issued() == new.issued()
    entry = old.close_pages()
    made_new = new.close_pages()
    assert entry is not None
    assert made_new is not None
    assert entry.content == made_new.content
    assert [e.kind for e in old.journal()] == ["record_opened", "pages_recorded"]
    assert not list(find_journal_faults(old.journal(), lambda *_: False))
    raw = [sqlite3.connect(tmp_path / name) for name in ("old.db", "new.db")]
    digests = [
        connection.execute("SELECT digest, plain FROM page ORDER BY sha256").fetchall() for connection in raw
    ]
    assert digests[0] == digests[1]
    for connection in raw:
        connection.close()


def test_an_entry_about_pages_says_what_is_recorded_and_not_in_which_order(store_opener: OpenStore) -> None:
    store = store_opener()
    found = []
    for _ in range(2):
        entry = store.close_pages()
        found.append(entry)
        store.record_pages([page(7, reading())])
    assert found[0] is None
    assert found[1] is not None
    assert found[1].content["pages"] == 1
    assert store.close_pages() is None
    assert not list(find_journal_faults(store.journal(), lambda *_: False))


def test_pages_recorded_in_any_order_and_batches_leave_the_same_journal(tmp_path: Path) -> None:
    pages = [page(number, reading(f"{number:012}")) for number in range(12)]
    journals = []
    for number, batches in enumerate(([pages], [pages[6:], pages[:6]], [[one] for one in reversed(pages)])):
        store = open_store(tmp_path / f"{number}.db", about=ABOUT)
        for batch in batches:
            store.record_pages(batch)
        store.close_pages()
        journals.append(list(store.journal()))
        store.close()
    assert journals[0] == journals[1] == journals[2]


def test_a_batch_goes_in_by_parts_and_comes_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballots = [IssuedBallot(f"{number * 7 % 11:012}", "", TokenKind.BALLOT) for number in range(11)]
    form = StoredForm("a" * 64, "", "{}", b"%PDF", "stamped")
    found = []
    for at_once in (1, 4, 11, 100):
        monkeypatch.setattr(issuing, "ROWS_AT_ONCE", at_once)
        store = open_store(tmp_path / f"{at_once}.db", about=ABOUT)
        store.record_batch(form, ballots)
        found.append((store.issued(), store.state(), list(store.journal())))
        store.close()
    assert found[1:] == found[:1] * 3
    assert len(found[0][0]) == 11


def test_a_batch_that_fails_in_a_later_part_is_recorded_not_at_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = StoredForm("a" * 64, "", "{}", b"%PDF", "stamped")
    store.record_batch(form, [IssuedBallot("5" * 12, "", TokenKind.BALLOT)])
    before = store.issued(), store.state(), list(store.journal())
    monkeypatch.setattr(issuing, "ROWS_AT_ONCE", 2)
    with pytest.raises(StoreError, match="serial_issued_before"):
        store.record_batch(form, [IssuedBallot(s * 12, "", TokenKind.BALLOT) for s in "123456"])
    assert (store.issued(), store.state(), list(store.journal())) == before


def test_issued_serials_by_group(store: Store) -> None:
    form = StoredForm("a" * 64, "g1", "{}", b"%PDF", "stamped")
    assert (store.has_issued(), store.issued_serials()) == (False, frozenset())
    store.record_batch(form, [IssuedBallot(s * 12, "g1", TokenKind.BALLOT) for s in "BA"])
    assert store.issued_serials() == {"A" * 12, "B" * 12}
    assert [store.has_issued(), store.has_issued("g1"), store.has_issued("g2")] == [True, True, False]
    store.withdraw_issued(["A" * 12, "C" * 12])
    assert store.issued_serials() == {"B" * 12}
    assert list(store.journal())[-1].content["ballots"] == 1
