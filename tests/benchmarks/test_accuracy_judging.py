"""What counts as silent, as a needless review, as found: hand-made truths against hand-made readings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tally_builders import LEVELS, page

from benchmarks.accuracy_judging import ErrorKind, Found, FoundWhat, Judgement, allowed_outcomes, judge_ballot
from records.geometry import Rect
from records.reading import (
    BoxState,
    Certainty,
    PageReading,
    ReviewReason,
    SealFinding,
    SealState,
    WritingFinding,
)
from records.ruling import Verdict
from sample_scans.mark_shapes import MARK_STATES, MarkKind
from sample_scans.strike_shapes import STRIKES_A_NAME, StrikeKind
from sample_scans.truth import BoxTruth, StrikeTruth, Truth, WritingTruth
from tally.rules import load_rule_set

RULES = load_rule_set("qd96")
NAME = Rect(20.0, 90.0, 40.0, 3.0)
MARGIN = Rect(60.0, 250.0, 20.0, 6.0)
X, TICK, BLOT, REST = MarkKind.CROSS_STRAIGHT, MarkKind.TICK, MarkKind.BLOTTED_CROSS, MarkKind.PEN_REST
GOOD = ((X, None, None), (None, X, None))


def truth(
    *lines: tuple[MarkKind | None, ...],
    strikes: tuple[StrikeTruth, ...] = (),
    writings: tuple[WritingTruth, ...] = (),
    straightforward: bool = True,
) -> Truth:
    boxes = []
    for number, line in enumerate(lines, start=1):
        misplaced = {MarkKind.CROSS_BESIDE, MarkKind.CROSS_BETWEEN} & set(line)
        near = (BoxState.UNCLEAR, BoxState.OTHER, BoxState.CROSS) if misplaced else ()
        for level, kind in zip(LEVELS, line, strict=True):
            state, *also = MARK_STATES[kind] if kind else (BoxState.EMPTY, *near)
            boxes.append(BoxTruth(f"o{number}", level, state, tuple(also), kind))
    plain = straightforward and not strikes and not writings
    return Truth("0123456789AB", 1, tuple(boxes), strikes, writings, straightforward=plain)


def struck(kind: StrikeKind = StrikeKind.SINGLE, official: str = "o1") -> StrikeTruth:
    return StrikeTruth(official, kind, kind in STRIKES_A_NAME, NAME)


def writing(certainty: Certainty, reason: ReviewReason = ReviewReason.DOUBTFUL_WRITING) -> WritingFinding:
    return WritingFinding(certainty, MARGIN, 8.0, reason)


def judge(paper: Truth, reading: PageReading) -> Judgement:
    return judge_ballot([paper], [reading], RULES)


def kinds(judgement: Judgement) -> list[tuple[ErrorKind, str]]:
    return [(error.kind, error.official) for error in judgement.errors]


def test_a_good_ballot_read_right_is_fine():
    found = judge(truth(*GOOD), page("X..", ".X."))
    assert found.verdict is Verdict.VALID
    assert found.reasons == found.errors == found.boxes == found.false_findings == ()


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ((X, None, None), ".X."),  # another choice
        ((X, None, None), "..."),  # the cross overlooked
        ((X, None, None), "XX."),  # a cross that is not there
        ((None, None, None), "X.."),
        ((X, X, None), "X.."),  # one of two overlooked: a vote that nobody gave
        ((TICK, None, None), "X.."),  # a tick is for a person
        ((TICK, None, None), "..."),
        ((BLOT, X, None), ".X."),  # a correction is for a person
        ((MarkKind.CROSS_BETWEEN, None, None), "X.."),
    ],
)
def test_a_wrong_line_that_nobody_looks_at_is_silent(line, read):
    found = judge(truth(line, GOOD[1], straightforward=False), page(read, ".X."))
    assert kinds(found) == [(ErrorKind.LINE, "o1")]
    assert found.errors[0].marks


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ((X, None, None), "?.."),
        ((X, None, None), "X?."),
        ((TICK, None, None), "o.."),
        ((TICK, None, None), "?.."),
        ((BLOT, X, None), "cX."),
        ((BLOT, X, None), "oX."),  # a person is called, for the other mark
        ((X, X, None), "XX."),
        ((REST, X, None), ".X."),
        ((None, None, None), "..."),
    ],
)
def test_a_right_line_or_one_for_a_person_is_not_silent(line, read):
    assert judge(truth(line, straightforward=False), page(read)).errors == ()


def test_a_person_called_for_one_line_does_not_excuse_another():
    found = judge(truth(*GOOD), page("?..", "..X"))
    assert found.verdict is Verdict.REVIEW
    assert kinds(found) == [(ErrorKind.LINE, "o2")]


def test_a_wrong_line_stays_wrong_on_a_ballot_that_is_rightly_invalid():
    paper = truth(*GOOD, strikes=(struck(),))
    found = judge(paper, page("X..", "..X", strikes=(("o1", Certainty.CERTAIN),)))
    assert found.verdict is Verdict.INVALID
    assert kinds(found) == [(ErrorKind.LINE, "o2")]


def test_reasons_that_an_invalid_ballot_drops_still_speak_for_their_line():
    paper = truth(*GOOD, strikes=(struck(),))
    found = judge(paper, page("X..", "?..", strikes=(("o1", Certainty.CERTAIN),)))
    assert found.verdict is Verdict.INVALID
    assert found.errors == ()


def test_a_mark_beside_its_box_is_shown_by_the_finding_on_it():
    paper = truth((MarkKind.CROSS_BESIDE, None, None), GOOD[1], straightforward=False)
    assert kinds(judge(paper, page("...", ".X."))) == [(ErrorKind.LINE, "o1")]
    finding = writing(Certainty.DOUBTFUL, ReviewReason.MARK_OUTSIDE_BOX)
    assert judge(paper, page("...", ".X.", writings=(finding,))).errors == ()
    # The finding excuses no other line.
    assert kinds(judge(paper, page("...", "...", writings=(finding,)))) == [(ErrorKind.LINE, "o2")]


@pytest.mark.parametrize(
    ("strikes", "writings"), [((("o1", Certainty.CERTAIN),), ()), ((), (writing(Certainty.CERTAIN),))]
)
def test_a_ballot_made_invalid_by_what_is_not_there_is_silent(strikes, writings):
    found = judge(truth(*GOOD), page("X..", ".X.", strikes=strikes, writings=writings))
    assert kinds(found) == [(ErrorKind.FALSE_FAULT, "")]
    assert len(found.false_findings) == 1


@pytest.mark.parametrize(
    ("paper", "what"),
    [
        (truth(*GOOD, strikes=(struck(),)), FoundWhat.STRIKE),
        (truth(*GOOD, writings=(WritingTruth("tốt", MARGIN),)), FoundWhat.WRITING),
    ],
)
def test_a_fault_that_is_overlooked_is_silent_unless_someone_looks_anyway(paper, what):
    missed = judge(paper, page("X..", ".X."))
    assert kinds(missed) == [(ErrorKind.MISSED_FAULT, "")]
    assert [(f.what, f.found) for f in missed.findings] == [(what, Found.MISSED)]
    elsewhere = judge(paper, page("?..", ".X."))
    assert elsewhere.errors == ()
    assert [f.found for f in elsewhere.findings] == [Found.ELSEWHERE]


@pytest.mark.parametrize("certainty", list(Certainty))
def test_a_fault_is_found_by_a_finding_that_lies_on_it(certainty):
    by_name = judge(truth(*GOOD, strikes=(struck(),)), page("X..", ".X.", strikes=(("o1", certainty),)))
    paper = truth(*GOOD, writings=(WritingTruth("V", MARGIN),))
    by_place = judge(paper, page("X..", ".X.", writings=(writing(certainty),)))
    for found in (by_name, by_place):
        assert [f.found.value for f in found.findings] == [certainty.value]
        assert found.errors == ()
    assert by_place.findings[0].size_mm == MARGIN.width_mm
    far = truth(*GOOD, writings=(WritingTruth("V", Rect(20.0, 20.0, 8.0, 8.0)),))
    assert judge(far, page("X..", ".X.", writings=(writing(certainty),))).findings[0].found is Found.ELSEWHERE


def test_writing_over_the_stamp_is_told_apart():
    plain = page("X..", ".X.")
    stamped = replace(plain, seal=SealFinding(SealState.PRESENT, 0.1, Rect(60.0, 240.0, 30.0, 30.0)))
    paper = truth(*GOOD, writings=(WritingTruth("V", MARGIN),))
    assert [judge(paper, read).findings[0].on_stamp for read in (plain, stamped)] == [False, True]


def test_half_a_name_must_be_seen_and_an_underline_need_not():
    half, line = struck(StrikeKind.HALF), struck(StrikeKind.UNDERLINE)
    assert kinds(judge(truth(*GOOD, strikes=(half,)), page("X..", ".X."))) == [(ErrorKind.UNSEEN_STRIKE, "")]
    assert judge(truth(*GOOD, strikes=(line,)), page("X..", ".X.")).errors == ()
    for strike in (half, line):
        for certainty in Certainty:
            read = page("X..", ".X.", strikes=(("o1", certainty),))
            assert judge(truth(*GOOD, strikes=(strike,)), read).errors == ()


def test_needless_reviews_say_why():
    finding = writing(Certainty.DOUBTFUL, ReviewReason.MARK_OUTSIDE_BOX)
    found = judge(truth(*GOOD), page("?..", ".o.", writings=(finding,)))
    assert set(found.reasons) == {"unclear_mark", "other_mark", "mark_outside_box"}
    assert found.review_marks == (("cross_straight", "unclear_mark"), ("cross_straight", "other_mark"))
    assert found.false_findings == ("mark_outside_box",)


def test_a_box_read_wrong_is_told_though_its_line_goes_to_a_person():
    found = judge(truth(*GOOD), page(".?.", ".X."))
    assert [(box.official, box.level, box.read) for box in found.boxes] == [("o1", "high", BoxState.EMPTY)]
    assert found.errors == ()


def test_a_line_allows_what_its_boxes_allow():
    def allowed(*line: MarkKind | None) -> frozenset[str]:
        return allowed_outcomes(truth(line, straightforward=False).boxes, RULES)

    assert allowed(X, None, None) == {"high"}
    assert allowed(X, None, X) == {"several_marks"}
    assert allowed(None, None, None) == {"no_mark"}
    assert allowed(TICK, None, None) == frozenset()
    assert allowed(MarkKind.CROSS_BESIDE, None, None) == frozenset()
