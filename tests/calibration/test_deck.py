"""The plan of a test deck, and what is drawn of it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from benchmarks.deck_bench import make_bench
from calibration.deck import PLAIN_CASES, DeckBallot, DeckCase, DeckOptions, expected_reading, plan_deck
from calibration.deck_marks import CROSSES, PENS, SHAPE_STATES, MarkShape
from calibration.deck_totals import Spread
from calibration.free_paper import find_free_paper
from kiemphieu.deck_printing import DeckOrder
from records.reading import BoxState, Certainty, PageReading, SealState
from scanner.sheet import read_sheet

SHORT = DeckOrder(Spread.LINES)


def nothing(_: DeckBallot) -> list[tuple[str, str]]:
    return []


@pytest.fixture(scope="module", params=[1, 3, 26])
def plan(request: pytest.FixtureRequest) -> tuple[list[tuple[str, str]], tuple[DeckBallot, ...], int]:
    layout = make_bench(request.param, SHORT).form.layout
    boxes = [(box.official, box.level) for page in layout.pages for box in page.boxes]
    return boxes, plan_deck(layout, nothing, DeckOptions()), len(layout.pages)


def test_every_box_is_marked_and_each_fault_stands_once(
    plan: tuple[list[tuple[str, str]], tuple[DeckBallot, ...], int],
) -> None:
    boxes, deck, pages = plan
    plain = [ballot for ballot in deck if ballot.case in PLAIN_CASES]
    marked = Counter((mark.official, mark.level) for ballot in plain for mark in ballot.marks)
    assert set(marked) == set(boxes)
    assert len(set(marked.values())) == len(boxes)
    cases = Counter(ballot.case for ballot in deck if ballot.case is not DeckCase.PLAIN)
    wanted = set(DeckCase) - {DeckCase.PLAIN}
    assert set(cases) == wanted - ({DeckCase.LAST_UPSIDE_DOWN} if pages == 1 else set())
    assert set(cases.values()) == {1}
    officials = len(boxes) // 3
    for ballot in plain:
        lines = Counter(mark.official for mark in ballot.marks)
        assert len(lines) == officials
        assert set(lines.values()) == {1}


def test_plain_ballots_use_every_shape_and_pen(
    plan: tuple[list[tuple[str, str]], tuple[DeckBallot, ...], int],
) -> None:
    _, deck, _ = plan
    shapes = {mark.shape for ballot in deck if ballot.case in PLAIN_CASES for mark in ballot.marks}
    assert shapes == set(CROSSES) or len(deck) < 20
    assert {ballot.pen % len(PENS) for ballot in deck if ballot.case in PLAIN_CASES} == set(range(len(PENS)))


def test_votes_on_faulty_ballots_are_taken_into_the_totals() -> None:
    layout = make_bench(4, SHORT).form.layout

    def all_marks(ballot: DeckBallot) -> list[tuple[str, str]]:
        return [(mark.official, mark.level) for mark in ballot.marks if ballot.case is DeckCase.NO_SEAL]

    deck = plan_deck(layout, all_marks, DeckOptions(Spread.ALL))
    totals = Counter(
        (mark.official, mark.level)
        for ballot in deck
        if ballot.case in PLAIN_CASES or ballot.case is DeckCase.NO_SEAL
        for mark in ballot.marks
    )
    assert len(set(totals.values())) == 12


def test_what_a_form_has_no_place_for_is_left_out() -> None:
    layout = make_bench(1, SHORT).form.layout
    deck = plan_deck(layout, nothing, DeckOptions(written=False, hand_stamped=False, unmarked=4))
    cases = Counter(ballot.case for ballot in deck)
    assert cases[DeckCase.ADDED_WRITING] == cases[DeckCase.NO_SEAL] == 0
    assert cases[DeckCase.UNMARKED] == 4


def test_a_form_of_two_pages_has_each_thing_on_its_own_page() -> None:
    layout = make_bench(26, SHORT).form.layout
    place = find_free_paper(make_bench(26, SHORT).form)
    assert place is not None
    struck = layout.officials[-1]
    ballot = DeckBallot(DeckCase.STRUCK_NAME, (), struck=struck, written=True, stamped=False)
    reading = expected_reading(ballot, layout, "A" * 12, place)
    assert [len(page.strikes) for page in reading.pages] == [0, 0, 1]
    assert sum(len(page.writings) for page in reading.pages) == 1
    assert reading.pages[place[0] - 1].writings[0].evidence == place[1]
    assert [page.seal and page.seal.state for page in reading.pages] == [SealState.ABSENT, None, None]
    assert {box.state for box in reading.boxes} == {BoxState.EMPTY}


@pytest.mark.parametrize("officials", [1, 5, 12, 26, 60])
def test_free_paper_is_free(officials: int) -> None:
    bench = make_bench(officials, SHORT)
    found = find_free_paper(bench.form)
    assert found is not None
    number, rect = found
    blank = bench.context.forms[0].pages[number - 1].detail_crop(rect)
    assert blank.min() > 250
    page = bench.form.layout.page(number)
    assert not any(rect.intersection_mm2(box.rect.inflated(4.0)) for box in page.boxes)


def test_every_shape_is_read_as_what_it_is() -> None:
    """On ideal paper nothing of a deck is in doubt: every box, strike, word and stamp is as planned."""
    bench = make_bench(6, SHORT)
    seen: set[MarkShape] = set()
    for serial, ballot in bench.deck.items():
        expected = expected_reading(ballot, bench.form.layout, serial, bench.group.writing)
        [page] = bench.papers(serial, bench.ink(serial, ballot), [0]).values()
        read, wanted = read_sheet(page, bench.context), expected.pages[0]
        assert isinstance(read, PageReading)
        assert [box.state for box in read.boxes] == [box.state for box in wanted.boxes], ballot.case
        assert [s.official for s in read.strikes] == [s.official for s in wanted.strikes]
        assert bool(read.writings) == bool(wanted.writings)
        assert all(one.certainty is Certainty.CERTAIN for one in (*read.strikes, *read.writings))
        assert read.seal is not None
        assert wanted.seal is not None
        assert read.seal.state is wanted.seal.state
        assert read.registration.quarter_turns == (2 if ballot.turned else 0)
        assert not read.review
        seen |= {mark.shape for mark in ballot.marks}
    assert seen == set(SHAPE_STATES)


def test_equal_decks_are_drawn_alike() -> None:
    first, second = make_bench(2, SHORT), make_bench(2, SHORT)
    assert first.group.ballots == second.group.ballots
    serial = first.group.serials[0]
    one, other = (bench.ink(serial, bench.deck[serial]) for bench in (first, second))
    assert one == other
    papers = [bench.papers(serial, one, [0])[0] for bench in (first, second)]
    assert np.array_equal(*papers)
