"""A test deck as read beside what it must be: every way in which the two can differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calibration.deck import DeckCase
from kiemphieu.ballots import BallotEntry, Standing
from kiemphieu.counting import GroupCount
from kiemphieu.deck_comparing import Cell, DeckComparison, DeckFault, compare_ballot, compare_deck
from kiemphieu.deck_expected import ExpectedBallot, ExpectedDeck, ExpectedGroup, expected_tally
from kiemphieu.messages import has_text
from kiemphieu.store import PageRecord
from records.reading import (
    BoxReading,
    BoxState,
    MarkScores,
    PageReading,
    RegistrationQuality,
    RejectionReason,
    ReviewReason,
    SheetRejection,
)
from records.ruling import BallotFault, BallotRuling, LineFault, LineRuling, Verdict
from records.token import Token, TokenKind
from records.vote import BallotStyle
from tally.count import count_votes
from tally.reasons import find_reasons
from tally.rules import load_rule_set

E, X, OTHER, FIXED, UNCLEAR = (
    BoxState.EMPTY,
    BoxState.CROSS,
    BoxState.OTHER,
    BoxState.CORRECTED,
    BoxState.UNCLEAR,
)
LEVELS = ("high", "medium", "low")
RULES = load_rule_set("qd96")
GROUP = ExpectedGroup("", "00", "deck.pdf", 1, ("o1", "o2"), LEVELS)


def line(official: str, *states: BoxState, **ruled: object) -> LineRuling:
    boxes = tuple(zip(LEVELS, states, strict=True))
    choice = next((level for level, state in boxes if state is X), None)
    return LineRuling(official, boxes, **{"choice": choice, **ruled})  # type: ignore[arg-type]


def ruling(serial: str, *lines: LineRuling, verdict: Verdict = Verdict.VALID, **more: object) -> BallotRuling:
    return BallotRuling(serial, "", verdict, lines, **more)  # type: ignore[arg-type]


def entry(ruled: BallotRuling, **changes: object) -> BallotEntry:
    found = BallotEntry(
        ruled.serial, "", Standing.RULED, ruled.verdict, ruled.faults, ruled.review, ruled.lines, ()
    )
    return replace(found, **changes)  # type: ignore[arg-type]


PLAIN = ruling("A" * 12, line("o1", X, E, E), line("o2", E, X, E))
TICK = ruling(
    "B" * 12,
    line("o1", OTHER, E, E, choice=None, review=(ReviewReason.OTHER_MARK,)),
    line("o2", E, E, X),
    verdict=Verdict.REVIEW,
)
STRUCK = ruling(
    "C" * 12,
    line("o1", X, E, E, choice=None, faults=(LineFault.STRUCK_NAME,)),
    line("o2", X, E, E),
    verdict=Verdict.INVALID,
    faults=(BallotFault.STRUCK_NAME,),
)
EMPTY = ruling(
    "D" * 12,
    line("o1", E, E, E, faults=(LineFault.NO_MARK,)),
    line("o2", E, E, E, faults=(LineFault.NO_MARK,)),
)
DECK = ExpectedDeck(
    "v",
    "1",
    "",
    (GROUP,),
    (
        ExpectedBallot(DeckCase.PLAIN, PLAIN),
        ExpectedBallot(DeckCase.OTHER_MARK, TICK),
        ExpectedBallot(DeckCase.STRUCK_NAME, STRUCK),
        ExpectedBallot(DeckCase.UNMARKED, EMPTY),
    ),
)
ALL = (PLAIN, TICK, STRUCK, EMPTY)


def compared(*entries: BallotEntry, real: tuple[str, ...] = ()) -> DeckComparison:
    rulings = [one.ruling for one in entries if one.ruling is not None]
    unread = sum(one.standing is Standing.UNREAD for one in entries)
    result = count_votes(
        rulings, GROUP.officials, RULES, issued=9, foreign=0, attendance=None, vote_id="v", unread=unread
    )
    reasons = find_reasons(rulings, GROUP.officials, RULES, foreign=0, unread=unread)
    return compare_deck(DECK, entries, [GroupCount(BallotStyle(), result, reasons)], real)


def faults(found: DeckComparison) -> list[tuple[DeckFault, str]]:
    return [(one.fault, one.serial[:1]) for one in found.differences]


def test_a_deck_read_as_it_is_equals_in_every_cell() -> None:
    found = compared(*map(entry, ALL))
    assert found.equal
    assert (found.differences, found.cautious) == ((), ())
    assert len(found.cells) == 3 + 2 * 4
    cells = {(cell.official, cell.column): cell.expected for cell in found.cells}
    assert (cells["", "valid"], cells["", "invalid"], cells["", "review"]) == (2, 1, 1)
    assert (cells["o1", "high"], cells["o1", "invalid"], cells["o2", "medium"]) == (1, 2, 1)


def test_the_expected_tally_is_what_the_rules_count() -> None:
    tally = expected_tally(GROUP, ALL)
    result = count_votes(ALL, GROUP.officials, RULES, issued=4, foreign=0, attendance=None, vote_id="v")
    counted = {
        (one.count.official, column): number
        for one in result.officials
        for column, number in (*one.count.levels, ("invalid", one.count.invalid))
    }
    assert dict(tally.cells) == counted


def test_a_moved_mark_shows_at_its_box_and_in_the_tally() -> None:
    moved = replace(PLAIN, lines=(line("o1", E, E, X), PLAIN.lines[1]))
    found = compared(entry(moved), *map(entry, ALL[1:]))
    boxes = [(d.official, d.level, d.expected, d.read) for d in found.differences]
    assert boxes == [("o1", "high", "cross", "empty"), ("o1", "low", "empty", "cross")]
    assert {(c.column, c.expected, c.read) for c in found.unequal_cells} == {("high", 1, 0), ("low", 0, 1)}


def test_columns_swapped_after_the_reading_show_in_the_tally_alone() -> None:
    swapped = replace(PLAIN, lines=tuple(replace(one, choice="low") for one in PLAIN.lines))
    result = count_votes(
        [swapped, *ALL[1:]], GROUP.officials, RULES, issued=9, foreign=0, attendance=None, vote_id="v"
    )
    reasons = find_reasons([], GROUP.officials, RULES, foreign=0, unread=0)
    found = compare_deck(DECK, map(entry, ALL), [GroupCount(BallotStyle(), result, reasons)])
    assert found.differences == ()
    assert not found.equal
    assert Cell("", "o1", "high", 1, 0) in found.unequal_cells


def test_missing_surplus_and_unknown_sheets_are_named() -> None:
    twice = entry(PLAIN, review=(ReviewReason.DUPLICATE_SERIAL,), verdict=Verdict.REVIEW)
    page = PageRecord("ab" * 32, ".jpg", "x.jpg", 0, SheetRejection(RejectionReason.NO_CODE), "")
    unknown = replace(
        entry(PLAIN), serial=None, standing=Standing.UNREAD, verdict=Verdict.REVIEW, pages=(page,)
    )
    blank = replace(unknown, standing=Standing.BLANK)
    other = replace(entry(ruling("Z" * 12)), standing=Standing.FOREIGN)
    found = compared(twice, entry(TICK), entry(EMPTY), unknown, blank, other, real=("scan-9.jpg (1)",))
    assert faults(found) == [
        (DeckFault.UNKNOWN_SHEET, "a"),
        (DeckFault.OTHER_DECK, "Z"),
        (DeckFault.SURPLUS, "A"),
        (DeckFault.MISSING, "C"),
        (DeckFault.REAL_BALLOT, "s"),
    ]


def test_a_page_that_is_missing_or_unread_is_named() -> None:
    torn = entry(PLAIN, lines=PLAIN.lines[:1], faults=(BallotFault.MISSING_PAGE,), verdict=Verdict.REVIEW)
    [one], careful = compare_ballot(DECK.ballots[0], torn)
    assert (one.fault, careful) == (DeckFault.MISSING_PAGE, [])
    weak = entry(PLAIN, review=(ReviewReason.WEAK_REGISTRATION,), verdict=Verdict.REVIEW)
    [one], _ = compare_ballot(DECK.ballots[0], weak)
    assert (one.fault, one.read) == (DeckFault.UNREAD_PAGE, "weak_registration")


@pytest.mark.parametrize("read", [UNCLEAR, FIXED])
def test_another_mark_may_be_any_mark_that_a_person_must_see(read: BoxState) -> None:
    reason = ReviewReason.UNCLEAR_MARK if read is UNCLEAR else ReviewReason.CORRECTED_MARK
    seen = replace(TICK, lines=(line("o1", read, E, E, choice=None, review=(reason,)), TICK.lines[1]))
    assert compare_ballot(DECK.ballots[1], entry(seen)) == ([], [])


@pytest.mark.parametrize("read", [X, E])
def test_another_mark_is_no_cross_and_not_nothing(read: BoxState) -> None:
    seen = ruling(TICK.serial, line("o1", read, E, E), TICK.lines[1])
    [one], _ = compare_ballot(DECK.ballots[1], entry(seen))
    assert (one.fault, one.expected, one.read) == (DeckFault.BOX, "other", read.value)


def test_a_faulty_ballot_before_a_person_is_cautious_and_its_numbers_wait() -> None:
    doubtful = replace(
        STRUCK,
        verdict=Verdict.REVIEW,
        faults=(),
        lines=(
            line("o1", X, E, E, review=(ReviewReason.DOUBTFUL_STRIKE,)),
            STRUCK.lines[1],
        ),
    )
    found = compared(entry(PLAIN), entry(TICK), entry(doubtful), entry(EMPTY))
    assert found.equal
    [careful] = found.cautious
    assert (careful.case, careful.reasons) == (DeckCase.STRUCK_NAME, (ReviewReason.DOUBTFUL_STRIKE,))
    cells = {(cell.official, cell.column): cell.expected for cell in found.cells}
    assert (cells["", "invalid"], cells["", "review"], cells["o1", "invalid"]) == (0, 2, 1)


@pytest.mark.parametrize("reason", [ReviewReason.DOUBTFUL_STRIKE, ReviewReason.DOUBTFUL_WRITING])
def test_one_plain_ballot_may_be_put_before_a_person_and_no_more(reason: ReviewReason) -> None:
    doubtful = entry(PLAIN, verdict=Verdict.REVIEW, review=(reason,))
    found = compared(doubtful, *map(entry, ALL[1:]))
    assert found.equal
    assert [(one.case, one.needless) for one in found.cautious] == [(DeckCase.PLAIN, True)]
    again = entry(EMPTY, verdict=Verdict.REVIEW, review=(reason,))
    found = compared(doubtful, entry(TICK), entry(STRUCK), again)
    assert faults(found) == [(DeckFault.NEEDLESS, "A"), (DeckFault.NEEDLESS, "D")]
    assert found.differences[0].read == reason.value


@pytest.mark.parametrize("reason", [ReviewReason.MARK_OUTSIDE_BOX, ReviewReason.SEAL_UNCLEAR])
def test_a_plain_ballot_before_a_person_for_a_mark_or_its_stamp_is_a_difference(reason: ReviewReason) -> None:
    found = compared(entry(PLAIN, verdict=Verdict.REVIEW, review=(reason,)), *map(entry, ALL[1:]))
    assert faults(found) == [(DeckFault.RULING, "A")]
    assert reason.value in found.differences[0].read


def test_a_faulty_ballot_before_a_person_for_something_else_is_a_difference() -> None:
    seen = entry(STRUCK, verdict=Verdict.REVIEW, faults=(), review=(ReviewReason.SEAL_UNCLEAR,))
    [one], careful = compare_ballot(DECK.ballots[2], seen)
    assert (one.fault, careful) == (DeckFault.RULING, [])


def test_a_fault_that_was_overlooked_is_a_difference() -> None:
    unseen = ruling(STRUCK.serial, line("o1", X, E, E), line("o2", X, E, E))
    found = compared(entry(PLAIN), entry(TICK), entry(unseen), entry(EMPTY))
    assert faults(found) == [(DeckFault.RULING, "C")]
    assert found.unequal_cells


def speck(ruled: BallotRuling, official: str, level: str, ink_mm2: float) -> BallotEntry:
    """`ruled` as read with a speck in an empty box."""
    lines = tuple(
        one
        if one.official != official
        else replace(
            one,
            boxes=tuple((name, UNCLEAR if name == level else state) for name, state in one.boxes),
            choice=None,
            review=(ReviewReason.UNCLEAR_MARK,),
        )
        for one in ruled.lines
    )
    boxes = tuple(
        BoxReading(one.official, name, state, MarkScores(ink_mm2=ink_mm2))
        for one in lines
        for name, state in one.boxes
    )
    token = Token(TokenKind.TEST, "v", "", 1, 1, b"12345678", ruled.serial)
    fit = RegistrationQuality(0.0, 0.0, 0, 300.0, 300.0, 0.0, 0, 4)
    page = PageRecord("ab" * 32, ".jpg", "x.jpg", 0, PageReading(token, fit, boxes), "")
    return entry(ruled, lines=lines, verdict=Verdict.REVIEW, pages=(page,))


def test_a_speck_in_an_empty_box_is_dirt_and_no_mark() -> None:
    found = compared(speck(PLAIN, "o1", "low", 0.3), *map(entry, ALL[1:]))
    assert found.equal
    [careful] = found.cautious
    assert (careful.case, careful.needless) == (DeckCase.PLAIN, True)
    cells = {(cell.official, cell.column): cell.expected for cell in found.cells}
    assert (cells["", "valid"], cells["", "review"], cells["o2", "medium"]) == (1, 2, 0)


def test_ink_for_a_mark_in_an_empty_box_is_no_dirt() -> None:
    found = compared(speck(PLAIN, "o1", "low", 3.0), *map(entry, ALL[1:]))
    assert [(d.fault, d.level, d.read) for d in found.differences] == [(DeckFault.BOX, "low", "unclear")]


def test_a_marked_box_that_is_unclear_is_no_dirt() -> None:
    found = compared(speck(PLAIN, "o1", "high", 0.3), *map(entry, ALL[1:]))
    assert [(d.fault, d.level, d.expected) for d in found.differences] == [(DeckFault.BOX, "high", "cross")]


def test_much_dirt_is_a_difference() -> None:
    dirty = [speck(PLAIN, "o1", "low", 0.3), entry(TICK), entry(STRUCK), speck(EMPTY, "o2", "low", 0.3)]
    found = compared(*dirty)
    assert faults(found) == [(DeckFault.NEEDLESS, "A"), (DeckFault.NEEDLESS, "D")]
    assert found.unequal_cells == ()


def test_every_case_and_every_difference_has_words() -> None:
    wanted = [f"testdeck_fault_{fault.value}" for fault in DeckFault]
    wanted += [f"testdeck_case_{case.value}" for case in DeckCase]
    wanted += [f"testdeck_column_{verdict.value}" for verdict in Verdict]
    assert [message_id for message_id in wanted if not has_text(message_id)] == []
