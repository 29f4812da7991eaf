"""What decisions make of a ballot."""

from __future__ import annotations

from records.decision import BallotDecision, LineDecision
from records.geometry import Rect
from records.reading import (
    BallotReading,
    BoxReading,
    BoxState,
    Certainty,
    MarkScores,
    PageReading,
    RegistrationQuality,
    ReviewReason,
    WritingFinding,
)
from records.ruling import BallotFault, BallotRuling, LineFault, Verdict
from records.token import Token, TokenKind
from tally.decisions import Decided
from tally.rules import apply_overrides, load_rule_set
from tally.validity import Issued, rule_ballot

RULES = load_rule_set("qd96")
LISTED = ("o1", "o2")
CROSS, EMPTY, UNCLEAR = BoxState.CROSS, BoxState.EMPTY, BoxState.UNCLEAR


def ballot(
    *lines: tuple[BoxState, BoxState, BoxState],
    writings: tuple[WritingFinding, ...] = (),
    review: tuple[ReviewReason, ...] = (),
    missing: tuple[int, ...] = (),
) -> BallotReading:
    boxes = tuple(
        BoxReading(f"o{number}", level, state, MarkScores())
        for number, states in enumerate(lines, start=1)
        for level, state in zip(("high", "medium", "low"), states, strict=True)
    )
    token = Token(TokenKind.BALLOT, "v", "", 1, 1, b"12345678", "A" * 12)
    page = PageReading(token, RegistrationQuality(0, 0, 40, 300, 300, 0, 0, 4), boxes, writings=writings)
    return BallotReading("A" * 12, "", (page,), missing, review)


def ruled(reading: BallotReading, decided: Decided, **overrides: str) -> BallotRuling:
    rules = apply_overrides(RULES, tuple(overrides.items()))
    return rule_ballot(reading, rules, Issued.ISSUED, decided, LISTED)


OPEN_LINE = ballot((UNCLEAR, EMPTY, EMPTY), (EMPTY, CROSS, EMPTY))
WRITTEN_ON = ballot(
    (UNCLEAR, EMPTY, EMPTY),
    (EMPTY, CROSS, EMPTY),
    writings=(WritingFinding(Certainty.CERTAIN, Rect(0, 0, 1, 1), 2.0),),
)


def test_nothing_decided_changes_nothing() -> None:
    for reading in (OPEN_LINE, WRITTEN_ON):
        assert ruled(reading, Decided()) == rule_ballot(reading, RULES, Issued.ISSUED)


def test_a_decided_line_counts_and_keeps_what_was_read() -> None:
    found = ruled(OPEN_LINE, Decided((LineDecision("o1", "high"),)))
    assert found.verdict is Verdict.VALID
    assert [(line.choice, line.review) for line in found.lines] == [("high", ()), ("medium", ())]
    assert found.lines[0].boxes == (("high", UNCLEAR), ("medium", EMPTY), ("low", EMPTY))


def test_a_line_can_be_decided_to_give_no_vote() -> None:
    decided = Decided((LineDecision("o1", None, (LineFault.NOT_A_CROSS,)),))
    assert ruled(OPEN_LINE, decided).verdict is Verdict.VALID
    assert ruled(OPEN_LINE, decided, line_fault="ballot").verdict is Verdict.INVALID


def test_the_last_decision_on_a_line_counts() -> None:
    decided = Decided((LineDecision("o1", "high"), LineDecision("o1", "low")))
    assert ruled(OPEN_LINE, decided).lines[0].choice == "low"


def test_a_ballot_decision_leaves_open_lines_open() -> None:
    found = ruled(OPEN_LINE, Decided((), BallotDecision()))
    assert found.verdict is Verdict.REVIEW
    assert found.lines[0].review == (ReviewReason.UNCLEAR_MARK,)


def test_overruled_writing_opens_the_lines_that_it_had_settled() -> None:
    assert ruled(WRITTEN_ON, Decided()).verdict is Verdict.INVALID
    found = ruled(WRITTEN_ON, Decided((), BallotDecision()))
    assert (found.verdict, found.faults) == (Verdict.REVIEW, ())
    both = ruled(WRITTEN_ON, Decided((LineDecision("o1", "low"),), BallotDecision()))
    assert both.verdict is Verdict.VALID


def test_a_ballot_decided_invalid_needs_nobody_else() -> None:
    doubtful = ballot((UNCLEAR, EMPTY, EMPTY), (EMPTY, CROSS, EMPTY), review=(ReviewReason.DUPLICATE_SERIAL,))
    found = ruled(doubtful, Decided((), BallotDecision((BallotFault.ADDED_WRITING,))))
    assert found.verdict is Verdict.INVALID
    assert found.faults == (BallotFault.ADDED_WRITING,)
    assert found.review == ()
    assert all(not line.review for line in found.lines)


def test_a_ballot_without_all_its_lines_is_not_valid_by_a_word() -> None:
    half = ballot((EMPTY, CROSS, EMPTY), missing=(2,))
    looked_at = BallotDecision(settled=(ReviewReason.MISSING_PAGE,), sheets=1)
    found = ruled(half, Decided((), looked_at))
    assert found.review == (ReviewReason.MISSING_PAGE,)
    whole = ruled(half, Decided((LineDecision("o2", "low"),), looked_at))
    assert whole.verdict is Verdict.VALID
    assert [line.official for line in whole.lines] == ["o1", "o2"]
    assert ruled(half, Decided((LineDecision("o2", "low"),))).verdict is Verdict.REVIEW


def test_a_reason_that_comes_up_later_is_not_settled() -> None:
    doubtful = ballot((CROSS, EMPTY, EMPTY), (EMPTY, CROSS, EMPTY), review=(ReviewReason.DUPLICATE_SERIAL,))
    assert ruled(doubtful, Decided((), BallotDecision())).review == (ReviewReason.DUPLICATE_SERIAL,)
    settled = BallotDecision(settled=(ReviewReason.DUPLICATE_SERIAL,))
    assert ruled(doubtful, Decided((), settled)).verdict is Verdict.VALID


def test_lines_that_nobody_read_are_missing_whatever_was_settled() -> None:
    nothing = BallotReading("A" * 12, "", (), (), (ReviewReason.FOREIGN_CODE,))
    found = ruled(nothing, Decided((), BallotDecision(settled=(ReviewReason.FOREIGN_CODE,))))
    assert (found.verdict, found.review) == (Verdict.REVIEW, (ReviewReason.FOREIGN_CODE,))
    bare = ruled(BallotReading("A" * 12, "", ()), Decided((), BallotDecision()))
    assert (bare.verdict, bare.review) == (Verdict.REVIEW, (ReviewReason.MISSING_PAGE,))
