"""Facts to rulings: each rule of `tally.validity`, and what holds for any facts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from tally_builders import LINE_TEXTS, STATES, ballot, page, rulable, ruled, writing

from records.errors import KiemphieuError, RuleSetError
from records.reading import BallotReading, Certainty, ReviewReason, SealState
from records.ruling import BallotFault, LineFault, Verdict
from tally.rules import apply_overrides, load_rule_set
from tally.validity import LINE_SCOPE_FAULTS, SETTLED_BY_BALLOT_FAULT, Issued, rule_ballot

QD96 = load_rule_set("qd96")
CERTAIN, DOUBTFUL = Certainty.CERTAIN, Certainty.DOUBTFUL


def with_settings(**settings: str):
    return apply_overrides(QD96, tuple(settings.items()))


@pytest.mark.parametrize("other_mark", ["review", "accept", "reject"])
@pytest.mark.parametrize(
    ("line", "choice", "faults", "review"),
    [
        ("X..", "high", [], []),
        (".X.", "medium", [], []),
        ("..X", "low", [], []),
        ("...", None, ["no_mark"], []),
        ("XX.", None, ["several_marks"], []),
        ("XXX", None, ["several_marks"], []),
        # Two crosses are two marked boxes, whatever a third box holds and however ticks are ruled.
        ("XXo", None, ["several_marks"], []),
        ("c..", None, [], ["corrected_mark"]),
        ("cX.", None, [], ["corrected_mark"]),
        ("cXX", None, [], ["corrected_mark"]),
        ("?..", None, [], ["unclear_mark"]),
        ("?X.", None, [], ["unclear_mark"]),
        ("c?o", None, [], ["unclear_mark", "corrected_mark"]),
    ],
)
def test_line_rulings_that_no_policy_changes(line, choice, faults, review, other_mark):
    ruling = ruled(line, "X..", rules=with_settings(other_mark=other_mark))
    first = ruling.lines[0]
    assert (first.choice, list(first.faults), list(first.review)) == (choice, faults, review)
    assert ruling.verdict is (Verdict.REVIEW if review else Verdict.VALID)
    assert ruling.lines[1].choice == "high"


@pytest.mark.parametrize(
    ("line", "other_mark", "choice", "faults", "review"),
    [
        (".o.", "review", None, [], ["other_mark"]),
        (".o.", "accept", "medium", [], []),
        (".o.", "reject", None, ["not_a_cross"], []),
        # A cross and a tick: never a vote without a person.
        ("Xo.", "review", None, [], ["other_mark"]),
        ("Xo.", "accept", None, ["several_marks"], []),
        ("Xo.", "reject", None, ["several_marks"], []),
        ("oo.", "review", None, [], ["other_mark"]),
        ("oo.", "accept", None, ["several_marks"], []),
        ("oo.", "reject", None, ["several_marks"], []),
    ],
)
def test_other_marks_follow_the_policy(line, other_mark, choice, faults, review):
    first = ruled(line, rules=with_settings(other_mark=other_mark)).lines[0]
    assert (first.choice, list(first.faults), list(first.review)) == (choice, faults, review)


def test_boxes_stand_in_the_rule_sets_column_order():
    reading = ballot("X.?")
    turned = replace(reading.pages[0], boxes=tuple(reversed(reading.pages[0].boxes)))
    line = rule_ballot(replace(reading, pages=(turned,)), QD96, Issued.ISSUED).lines[0]
    assert line.boxes == (("high", STATES["X"]), ("medium", STATES["."]), ("low", STATES["?"]))


def test_case_16_one_line_blank():
    of_the_line = ruled("...", "X..", ".X.", rules=QD96)
    assert of_the_line.verdict is Verdict.VALID
    assert [line.choice for line in of_the_line.lines] == [None, "high", "medium"]
    of_the_ballot = ruled("...", "X..", ".X.", rules=with_settings(line_fault="ballot"))
    assert of_the_ballot.verdict is Verdict.INVALID
    assert of_the_ballot.faults == ()
    assert of_the_ballot.lines[0].faults == (LineFault.NO_MARK,)
    # What the other lines say stays on record; the count treats them as invalid.
    assert [line.choice for line in of_the_ballot.lines] == [None, "high", "medium"]


def test_case_17_all_lines_blank_is_a_returned_ballot_with_invalid_lines():
    ruling = ruled("...", "...", rules=QD96)
    assert ruling.verdict is Verdict.VALID
    assert all(line.faults == (LineFault.NO_MARK,) for line in ruling.lines)


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        ({"strikes": [("o1", CERTAIN)]}, BallotFault.STRUCK_NAME),
        ({"writings": [writing(CERTAIN)]}, BallotFault.ADDED_WRITING),
        ({"issued": Issued.NOT_ISSUED}, BallotFault.NOT_ISSUED),
    ],
)
def test_case_18_a_ballot_fault_makes_the_whole_ballot_invalid(found, fault):
    ruling = ruled("X..", "X..", rules=QD96, **found)
    assert ruling.verdict is Verdict.INVALID
    assert ruling.faults == (fault,)
    assert ruling.lines[1].choice == "high"


def test_a_struck_name_shows_on_its_line_too():
    ruling = ruled("X..", "X..", rules=QD96, strikes=[("o2", CERTAIN), ("o2", DOUBTFUL)])
    assert ruling.lines[0].faults == ()
    assert ruling.lines[1].faults == (LineFault.STRUCK_NAME,)
    assert ruling.lines[1].choice is None


def test_a_struck_name_can_be_ruled_a_fault_of_its_line():
    ruling = ruled("X..", "X..", rules=with_settings(ballot_fault="line"), strikes=[("o2", CERTAIN)])
    assert (ruling.verdict, ruling.faults) == (Verdict.VALID, ())
    assert [line.choice for line in ruling.lines] == ["high", None]
    # line_fault rules the marks, not the strikes.
    both = with_settings(ballot_fault="line", line_fault="ballot")
    assert ruled("X..", "X..", rules=both, strikes=[("o2", CERTAIN)]).verdict is Verdict.VALID


def test_a_doubtful_strike_goes_to_a_person_and_keeps_the_mark():
    ruling = ruled("X..", "X..", rules=QD96, strikes=[("o2", DOUBTFUL)])
    assert (ruling.verdict, ruling.faults) == (Verdict.REVIEW, ())
    assert ruling.lines[1].review == (ReviewReason.DOUBTFUL_STRIKE,)
    assert ruling.lines[1].choice == "high"


def test_added_writing_of_no_line_goes_to_a_person_where_faults_are_of_the_line():
    ruling = ruled("X..", rules=with_settings(ballot_fault="line"), writings=[writing(CERTAIN)])
    assert ruling.verdict is Verdict.REVIEW
    assert ruling.faults == (BallotFault.ADDED_WRITING,)
    assert ruling.review == (ReviewReason.DOUBTFUL_WRITING,)


def test_not_issued_is_a_fault_of_the_whole_ballot_under_every_setting():
    ruling = ruled("X..", rules=with_settings(ballot_fault="line"), issued=Issued.NOT_ISSUED)
    assert (ruling.verdict, ruling.faults) == (Verdict.INVALID, (BallotFault.NOT_ISSUED,))


def test_doubtful_writing_gives_its_own_reason():
    found = [writing(DOUBTFUL, ReviewReason.MARK_OUTSIDE_BOX)]
    ruling = ruled("X..", rules=QD96, writings=found)
    assert ruling.verdict is Verdict.REVIEW
    assert ruling.review == (ReviewReason.MARK_OUTSIDE_BOX,)


@pytest.mark.parametrize(
    ("policy", "state", "verdict", "faults", "review"),
    [
        ("ignore", SealState.ABSENT, "valid", [], []),
        ("ignore", SealState.UNCLEAR, "valid", [], []),
        ("review", SealState.ABSENT, "review", [], ["seal_missing"]),
        ("review", SealState.UNCLEAR, "review", [], ["seal_unclear"]),
        ("require", SealState.ABSENT, "invalid", ["no_seal"], []),
        ("require", SealState.UNCLEAR, "review", [], ["seal_unclear"]),
        ("require", SealState.PRESENT, "valid", [], []),
        ("require", None, "valid", [], []),
    ],
)
def test_the_stamp_follows_the_policy(policy, state, verdict, faults, review):
    ruling = ruled("X..", rules=with_settings(seal=policy), seal=state)
    assert (ruling.verdict, list(ruling.faults), list(ruling.review)) == (verdict, faults, review)


def test_a_missing_page_is_listed_and_waits_for_a_person():
    ruling = ruled("X..", rules=QD96, missing=(2,))
    assert ruling.verdict is Verdict.REVIEW
    assert ruling.faults == (BallotFault.MISSING_PAGE,)
    assert ruling.review == (ReviewReason.MISSING_PAGE,)


def test_reasons_of_pages_and_ballot_are_carried_through_once_each():
    reasons = (ReviewReason.WEAK_REGISTRATION, ReviewReason.DUPLICATE_SERIAL)
    ruling = ruled("X..", rules=QD96, page_review=reasons[:1], review=reasons)
    assert ruling.verdict is Verdict.REVIEW
    assert ruling.review == reasons


@pytest.mark.parametrize("reason", sorted(SETTLED_BY_BALLOT_FAULT))
def test_a_certain_fault_settles_doubts_about_other_findings(reason):
    ruling = ruled("X..", "?..", rules=QD96, strikes=[("o1", CERTAIN)], review=(reason,))
    assert ruling.verdict is Verdict.INVALID
    assert ruling.review == ()
    assert all(line.review == () for line in ruling.lines)


@pytest.mark.parametrize("reason", sorted(set(ReviewReason) - SETTLED_BY_BALLOT_FAULT))
def test_no_fault_settles_a_doubt_about_the_sheet_itself(reason):
    ruling = ruled("X..", "?..", rules=QD96, strikes=[("o1", CERTAIN)], review=(reason,))
    assert ruling.verdict is Verdict.REVIEW
    assert ruling.faults == (BallotFault.STRUCK_NAME,)
    assert ruling.review == (reason,)
    assert ruling.lines[1].review == (ReviewReason.UNCLEAR_MARK,)


def test_a_duplicate_serial_is_not_settled():
    assert ReviewReason.DUPLICATE_SERIAL not in SETTLED_BY_BALLOT_FAULT


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ({}, Verdict.INVALID),
        # A mark beside the boxes may be the one that the blank line lacks.
        ({"writings": [writing(DOUBTFUL, ReviewReason.MARK_OUTSIDE_BOX)]}, Verdict.REVIEW),
        ({"review": (ReviewReason.DUPLICATE_SERIAL,)}, Verdict.REVIEW),
        ({"missing": (2,)}, Verdict.REVIEW),
    ],
)
def test_a_line_fault_of_the_ballot_settles_other_lines_only(found, verdict):
    ruling = ruled("...", "?..", rules=with_settings(line_fault="ballot"), **found)
    assert ruling.verdict is verdict


def test_facts_of_two_pages_are_one_ballot():
    first = page("X..")
    second = page("..X", "...", seal=None, review=(ReviewReason.WEAK_REGISTRATION,))
    second = replace(second, boxes=second.boxes[3:])
    ruling = rule_ballot(BallotReading("S", "", (first, second)), QD96, Issued.ISSUED)
    assert [(line.official, line.choice) for line in ruling.lines] == [("o1", "high"), ("o2", None)]
    assert ruling.review == (ReviewReason.WEAK_REGISTRATION,)


def test_a_ballot_with_other_levels_is_refused():
    reading = ballot("X..")
    short = replace(reading.pages[0], boxes=reading.pages[0].boxes[:2])
    with pytest.raises(RuleSetError, match="ruling_levels_differ") as caught:
        rule_ballot(replace(reading, pages=(short,)), QD96, Issued.ISSUED)
    assert caught.value.details["found"] == "high, medium"
    twice = replace(reading.pages[0], boxes=reading.pages[0].boxes * 2)
    with pytest.raises(RuleSetError, match="ruling_levels_differ"):
        rule_ballot(replace(reading, pages=(twice,)), QD96, Issued.ISSUED)


def test_a_strike_on_someone_who_is_not_listed_is_an_internal_error():
    with pytest.raises(KiemphieuError, match="ruling_line_unknown") as caught:
        ruled("X..", rules=QD96, strikes=[("o9", CERTAIN)])
    assert caught.value.exit_code == 70


@settings(max_examples=500)
@given(rulable(2))
def test_review_exactly_when_a_reason_is_left(arguments):
    ruling = rule_ballot(*arguments)
    reasons = [*ruling.review, *(reason for line in ruling.lines for reason in line.review)]
    assert (ruling.verdict is Verdict.REVIEW) == bool(reasons)


@settings(max_examples=500)
@given(rulable(2))
def test_only_a_clean_ballot_is_valid(arguments):
    reading, rules, issued = arguments
    ruling = rule_ballot(reading, rules, issued)
    if ruling.verdict is not Verdict.VALID:
        return
    assert ruling.faults == ()
    assert issued is Issued.ISSUED
    assert not reading.review
    assert not reading.missing_pages
    for line in ruling.lines:
        assert (line.choice is None) == bool(line.faults)


@settings(max_examples=500)
@given(rulable(2))
def test_a_choice_is_the_only_deliberate_mark_of_its_line(arguments):
    ruling = rule_ballot(*arguments)
    for line in ruling.lines:
        if line.choice is not None:
            states = dict(line.boxes)
            assert states.pop(line.choice) in (STATES["X"], STATES["o"])
            assert set(states.values()) == {STATES["."]}


@pytest.mark.parametrize("other_mark", ["review", "accept", "reject"])
@pytest.mark.parametrize("text", LINE_TEXTS)
def test_a_line_has_a_choice_or_a_fault_or_a_reason_and_only_one_kind(text, other_mark):
    line = ruled(text, rules=with_settings(other_mark=other_mark)).lines[0]
    assert [line.choice is not None, bool(line.faults), bool(line.review)].count(True) == 1


@settings(max_examples=500)
@given(rulable(2))
def test_invalid_needs_a_ballot_fault_or_a_line_fault_of_the_ballot(arguments):
    ruling = rule_ballot(*arguments)
    rules = arguments[1]
    if ruling.verdict is Verdict.INVALID and not ruling.faults:
        assert rules.line_fault == "ballot"
        assert any(set(line.faults) & LINE_SCOPE_FAULTS for line in ruling.lines)
