"""From records to ballots; the pages here are values, no scanner is needed to make them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiemphieu.ballots import BallotEntry, Standing, entry_to_json, find_ballots
from kiemphieu.store import IssuedBallot, PageRecord, Store, StoredForm, open_store
from records.reading import (
    BoxReading,
    BoxState,
    MarkScores,
    PageReading,
    RegistrationQuality,
    RejectionReason,
    SheetRejection,
)
from records.token import Token, TokenKind
from tally.rules import load_rule_set

QUALITY = RegistrationQuality(0.05, 0.1, 40, 300.0, 300.0, 0.0, 0, 4)
FIRST, SECOND = "A" * 12, "B" * 12
RULES = load_rule_set("qd96")


def token(serial: str, page: int = 1, pages: int = 1, kind: TokenKind = TokenKind.BALLOT) -> Token:
    return Token(kind, "bdt-2023", "", page, pages, b"12345678", serial)


def reading(serial: str, choice: str = "high", page: int = 1, pages: int = 1) -> PageReading:
    boxes = tuple(
        BoxReading(f"o{page}", level, BoxState.CROSS if level == choice else BoxState.EMPTY, MarkScores())
        for level in ("high", "medium", "low")
    )
    return PageReading(token(serial, page, pages), QUALITY, boxes)


def rejected(reason: RejectionReason, serial: str | None = None) -> SheetRejection:
    return SheetRejection(reason, (), None if serial is None else token(serial))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(tmp_path / "kiemphieu.db")
    issued = [IssuedBallot(serial, "", TokenKind.BALLOT) for serial in (FIRST, SECOND)]
    store.record_batch(StoredForm("a" * 64, "", "{}", b"", "stamped"), issued)
    return store


def entries(store: Store, *results: PageReading | SheetRejection) -> list[BallotEntry]:
    store.record_pages(
        [
            PageRecord(f"{number:064x}", ".jpg", f"scan-{number}.jpg", 0, result, "0" * 64)
            for number, result in enumerate(results, start=1)
        ]
    )
    return list(find_ballots(store, RULES))


def test_a_plain_ballot_to_the_letter_of_the_contract(store: Store) -> None:
    (entry,) = entries(store, reading(FIRST))
    assert entry_to_json(entry) == {
        "serial": FIRST,
        "verdict": "valid",
        "faults": [],
        "review": [],
        "lines": [
            {
                "official": "o1",
                "boxes": {"high": "cross", "medium": "empty", "low": "empty"},
                "choice": "high",
                "faults": [],
                "review": [],
            }
        ],
        "pages": [{"source": "scan-1.jpg", "index": 0, "page": 1}],
    }


def test_a_group_is_named(store: Store) -> None:
    (entry,) = entries(store, reading(FIRST))
    assert entry_to_json(replace(entry, style="ubnd"))["group"] == "ubnd"


def test_sorted_by_serial_with_the_unknown_last(store: Store) -> None:
    found = entries(store, rejected(RejectionReason.NO_CODE), reading(SECOND), reading(FIRST))
    assert [entry.serial for entry in found] == [FIRST, SECOND, None]


def test_a_second_sheet_adds_no_ballot_and_waits_for_a_person(store: Store) -> None:
    (entry,) = entries(store, reading(FIRST, "high"), reading(FIRST, "low"))
    data = entry_to_json(entry)
    assert data["verdict"] == "review"
    assert data["review"] == ["duplicate_serial"]
    assert data["lines"][0]["choice"] == "high"
    assert [page["source"] for page in data["pages"]] == ["scan-1.jpg", "scan-2.jpg"]


def test_a_rejected_sheet_beside_a_read_one_waits_for_a_person(store: Store) -> None:
    (entry,) = entries(store, rejected(RejectionReason.NOT_REGISTERED, FIRST), reading(FIRST))
    data = entry_to_json(entry)
    assert data["verdict"] == "review"
    assert data["review"] == ["duplicate_serial", "not_registered"]
    assert len(data["lines"]) == 1


def test_an_unregistered_sheet_is_its_ballot_in_review(store: Store) -> None:
    (entry,) = entries(store, rejected(RejectionReason.NOT_REGISTERED, FIRST))
    data = entry_to_json(entry)
    assert (data["serial"], data["verdict"], data["review"]) == (FIRST, "review", ["not_registered"])
    assert data["pages"] == [{"source": "scan-1.jpg", "index": 0, "page": 1}]
    assert (entry.standing, entry.ruling) == (Standing.UNREAD, None)


@pytest.mark.parametrize(
    "reason",
    [
        RejectionReason.NO_CODE,
        RejectionReason.FOREIGN_CODE,
        RejectionReason.SEVERAL_SHEETS,
        RejectionReason.PAGE_IMAGE,
        RejectionReason.INTERNAL_ERROR,
    ],
)
def test_an_unidentified_sheet_is_an_entry_of_its_own(store: Store, reason: RejectionReason) -> None:
    (entry,) = entries(store, rejected(reason))
    data = entry_to_json(entry)
    assert (data["serial"], data["verdict"], data["review"]) == (None, "review", [reason.value])
    assert data["pages"] == [{"source": "scan-1.jpg", "index": 0, "page": None}]
    assert entry.standing is Standing.UNREAD


@pytest.mark.parametrize(
    "reason",
    [RejectionReason.BAD_SIGNATURE, RejectionReason.OTHER_VOTE, RejectionReason.TEST_BALLOT],
)
def test_a_foreign_sheet_is_invalid_and_apart(store: Store, reason: RejectionReason) -> None:
    (entry,) = entries(store, rejected(reason, FIRST))
    data = entry_to_json(entry)
    assert (data["serial"], data["verdict"], data["faults"]) == (None, "invalid", ["not_issued"])
    assert data["review"] == []
    assert entry.standing is Standing.FOREIGN


def test_a_signed_serial_that_was_never_issued_is_foreign(store: Store) -> None:
    (entry,) = entries(store, reading("Z" * 12), reading("Z" * 12, "low"))
    data = entry_to_json(entry)
    assert (data["serial"], data["verdict"], data["faults"]) == ("Z" * 12, "invalid", ["not_issued"])
    assert (data["review"], entry.standing, entry.ruling) == ([], Standing.FOREIGN, None)
    assert len(data["pages"]) == 2


def test_a_blank_side_is_no_ballot(store: Store) -> None:
    (entry,) = entries(store, rejected(RejectionReason.BLANK_PAGE))
    data = entry_to_json(entry)
    assert (data["verdict"], data["faults"], data["review"]) == ("invalid", ["not_issued"], [])
    assert entry.standing is Standing.BLANK


def test_pages_join_in_any_order_and_a_missing_one_is_told(store: Store) -> None:
    both, one = entries(
        store,
        reading(FIRST, page=2, pages=2),
        reading(SECOND, page=1, pages=2),
        reading(FIRST, page=1, pages=2),
    )
    assert [line.official for line in both.lines] == ["o1", "o2"]
    assert both.verdict == "valid"
    assert (one.verdict, one.faults, one.review) == ("review", ("missing_page",), ("missing_page",))


def test_an_unreadable_page_is_not_called_missing(store: Store) -> None:
    second = SheetRejection(RejectionReason.NOT_REGISTERED, (), token(FIRST, 2, 2))
    (entry,) = entries(store, reading(FIRST, page=1, pages=2), second)
    assert (entry.verdict, entry.faults, entry.review) == ("review", (), ("not_registered",))
