from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scanner_sheets import a5_vote, token_of

from records.reading import BoxReading, BoxState, MarkScores, PageReading, RegistrationQuality
from scanner.interpret import interpret_ballot

QUALITY = RegistrationQuality(0.02, 0.04, 30, 200.0, 200.0, 0.0, 0, 4)
PAGES = 5


def page(number: int, state: BoxState = BoxState.CROSS, serial: str = "") -> PageReading:
    token = replace(token_of(a5_vote()), page=number, pages=PAGES)
    box = BoxReading(f"o{number}", "high", state, MarkScores())
    return PageReading(replace(token, serial=serial or token.serial), QUALITY, (box,))


@given(st.permutations(range(1, PAGES + 1)))
def test_pages_in_any_order_are_the_same_ballot(order: list[int]) -> None:
    ballot = interpret_ballot([page(number) for number in order])
    assert ballot == interpret_ballot([page(number) for number in range(1, PAGES + 1)])
    assert [box.official for box in ballot.boxes] == [f"o{number}" for number in range(1, PAGES + 1)]
    assert ballot.missing_pages == ()
    assert ballot.serial == token_of(a5_vote()).serial


@given(st.sets(st.integers(1, PAGES), min_size=1), st.randoms(use_true_random=False))
def test_every_page_is_there_or_missing(scanned: set[int], random: object) -> None:
    order = sorted(scanned)
    random.shuffle(order)  # type: ignore[attr-defined]
    ballot = interpret_ballot([page(number) for number in order])
    assert tuple(reading.token.page for reading in ballot.pages) == tuple(sorted(scanned))
    assert set(ballot.missing_pages) == set(range(1, PAGES + 1)) - scanned


def test_the_first_reading_of_a_page_stays() -> None:
    """A page scanned again adds nothing and changes nothing."""
    ballot = interpret_ballot([page(1), page(2), page(2, BoxState.EMPTY), page(1, BoxState.OTHER)])
    assert [box.state for box in ballot.boxes] == [BoxState.CROSS, BoxState.CROSS]


def test_pages_of_two_ballots_are_never_joined() -> None:
    with pytest.raises(ValueError, match="different ballots"):
        interpret_ballot([page(1), page(2, serial="K7Q2ABCDEFGH")])


def test_pages_of_two_styles_are_never_joined() -> None:
    other = page(2)
    with pytest.raises(ValueError, match="different ballots"):
        interpret_ballot([page(1), replace(other, token=replace(other.token, style="group-b"))])


def test_a_ballot_of_no_pages_is_none() -> None:
    with pytest.raises(ValueError, match="no pages"):
        interpret_ballot([])
