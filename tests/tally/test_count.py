"""Counting: rules.md's cases, and agreement with a counter written another way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tally_builders import LEVELS, officials, random_reading, random_rules, ruled, seeded, sheaf

from records.count import OpenPoint, Outcome, Quorum
from records.errors import KiemphieuError
from records.reading import Certainty, ReviewReason
from records.rules import Base, FaultScope
from records.ruling import LineFault, Verdict
from records.vote import Attendance
from tally.count import check_identities, count_votes
from tally.reasons import find_reasons
from tally.rules import apply_overrides, load_rule_set
from tally.validity import Issued, rule_ballot

QD96, NQ96 = load_rule_set("qd96"), load_rule_set("nq96")
ALL_PRESENT = Attendance(summoned=100, present=100, delegates=100)


def with_settings(**values: str):
    return apply_overrides(QD96, tuple(values.items()))


def undecided(**values: str):
    """The same settings as a rule set of its own would have them, so that open questions stay open."""
    return replace(with_settings(**values), decided=())


def count(rulings, rules=QD96, *, number=1, issued=None, foreign=0, attendance=ALL_PRESENT, unread=0):
    rulings = list(rulings)
    return count_votes(
        rulings,
        officials(number),
        rules,
        issued=len(rulings) + unread if issued is None else issued,
        foreign=foreign,
        attendance=attendance,
        vote_id="bdt-2023",
        unread=unread,
    )


def levels(result, index=0):
    return dict(result.officials[index].count.levels)


def test_the_example_of_the_contract():
    rulings = sheaf(QD96, (15, "X.."), (5, ".X."), (2, "..X"))
    rulings.append(ruled("X..", rules=QD96, serial="STRUCK", strikes=[("o1", Certainty.CERTAIN)]))
    struck = count(rulings, issued=23, attendance=Attendance(24, 23))
    assert (struck.vote, struck.rules, struck.quorum) == ("bdt-2023", "qd96", Quorum.MET)
    ballots = struck.ballots
    assert (ballots.issued, ballots.returned, ballots.valid, ballots.invalid) == (23, 23, 22, 1)
    assert (ballots.review, ballots.foreign, ballots.unreturned) == (0, 0, 0)
    assert struck.reconciled
    assert struck.final
    official = struck.officials[0]
    assert levels(struck) == {"high": 15, "medium": 5, "low": 2}
    assert (official.count.invalid, official.base, official.outcome) == (1, 23, Outcome.NONE)
    assert dict(official.percent) == {"high": "65.22", "medium": "21.74", "low": "8.70"}


def test_case_12_the_base_decides():
    rulings = sheaf(QD96, (15, "X.."), (31, "..X"))
    rulings.append(ruled("X..", rules=QD96, serial="BAD", strikes=[("o1", Certainty.CERTAIN)]))
    of_returned = count(rulings)
    assert (of_returned.ballots.returned, of_returned.ballots.valid) == (47, 46)
    assert of_returned.officials[0].outcome is Outcome.OVER_HALF_LOW
    assert of_returned.open_points == (OpenPoint.BASE_DECIDES,)
    of_valid = count(rulings, undecided(base="valid"))
    assert of_valid.officials[0].outcome is Outcome.TWO_THIRDS_LOW
    assert of_valid.officials[0].base == 46
    assert of_valid.open_points == (OpenPoint.BASE_DECIDES,)
    # The committee set the base itself: nothing is left open.
    assert count(rulings, with_settings(base="valid")).final
    assert count(rulings, with_settings(base="returned")).final


def test_case_13_returned_475_of_485_delegates():
    rulings = sheaf(NQ96, (153, "X.."), (322, "..X"))
    attendance = Attendance(485, 475, delegates=485)
    assert count(rulings, NQ96, attendance=attendance).officials[0].outcome is Outcome.TWO_THIRDS_LOW
    of_delegates = count(rulings, apply_overrides(NQ96, (("base", "delegates"),)), attendance=attendance)
    assert of_delegates.officials[0].base == 485
    assert of_delegates.officials[0].outcome is Outcome.OVER_HALF_LOW


@pytest.mark.parametrize(("base", "expected"), [("summoned", 12), ("present", 11), ("delegates", 15)])
def test_head_counts_as_base(base, expected):
    rulings = sheaf(QD96, (10, "X.."))
    rules = with_settings(base=base)
    result = count(rulings, rules, attendance=Attendance(12, 11, delegates=15))
    assert result.officials[0].base == expected
    assert result.final
    unknown = count(rulings, rules, attendance=None)
    assert (unknown.officials[0].base, unknown.officials[0].outcome) == (0, None)
    assert unknown.officials[0].percent == ()
    assert unknown.open_points == (OpenPoint.ATTENDANCE_UNKNOWN,)


def test_a_base_of_delegates_needs_their_number():
    result = count(sheaf(QD96, (10, "X..")), with_settings(base="delegates"), attendance=Attendance(12, 11))
    assert result.open_points == (OpenPoint.ATTENDANCE_UNKNOWN,)
    assert result.officials[0].outcome is None


def test_a_base_below_the_ballots_returned_is_not_final():
    rulings = sheaf(QD96, (10, "X.."))
    exact = count(rulings, with_settings(base="present"), attendance=Attendance(10, 10))
    assert exact.final
    result = count(rulings, with_settings(base="present"), attendance=Attendance(10, 9))
    assert result.open_points == (OpenPoint.BASE_BELOW_RETURNED,)
    assert result.warnings == (OpenPoint.RETURNED_EXCEEDS_PRESENT,)


def test_case_16_one_blank_line_under_both_readings():
    for line_fault, high, invalid in (("line", 10, 1), ("ballot", 9, 1)):
        rules = with_settings(line_fault=line_fault)
        result = count(sheaf(rules, (9, ("X..", "X..")), (1, ("...", "X.."))), rules, number=2)
        assert levels(result, 0)["high"] == 9
        assert levels(result, 1)["high"] == high
        assert result.officials[0].count.invalid == invalid
        assert result.officials[1].count.invalid == 10 - high


def test_case_17_a_blank_ballot_is_returned_and_every_line_invalid():
    result = count(sheaf(QD96, (9, ("X..", ".X.")), (1, ("...", "..."))), number=2)
    assert (result.ballots.returned, result.ballots.valid) == (10, 10)
    assert [official.count.invalid for official in result.officials] == [1, 1]
    assert result.officials[0].base == 10


def test_case_19_more_returned_than_issued_does_not_reconcile():
    result = count(sheaf(QD96, (47, "X..")), issued=46)
    assert not result.reconciled
    assert result.open_points == (OpenPoint.NOT_RECONCILED,)
    assert result.ballots.unreturned == -1
    assert count(sheaf(QD96, (46, "X..")), issued=46).reconciled


def test_case_20_one_serial_twice_is_one_ballot_in_review():
    rulings = sheaf(QD96, (5, "X.."))
    again = replace(ruled("..X", rules=QD96), serial=rulings[0].serial)
    result = count([*rulings, again], issued=5)
    assert (result.ballots.returned, result.ballots.valid, result.ballots.review) == (5, 4, 1)
    assert result.open_points == (OpenPoint.IN_REVIEW,)
    assert levels(result) == {"high": 4, "medium": 0, "low": 0}
    shown = ruled("X..", rules=QD96, serial="D", review=(ReviewReason.DUPLICATE_SERIAL,))
    assert count([shown]).ballots.review == 1


def test_nothing_returned_has_no_outcome_and_no_percentage():
    result = count([], issued=5)
    assert (result.officials[0].base, result.officials[0].outcome) == (0, None)
    assert result.officials[0].percent == ()
    assert result.open_points == (OpenPoint.NOTHING_RETURNED,)
    assert result.reconciled


def test_nothing_returned_is_open_also_where_the_base_is_a_head_count():
    result = count([], with_settings(base="delegates"), issued=5)
    assert (result.officials[0].base, result.officials[0].outcome) == (0, None)
    assert result.open_points == (OpenPoint.NOTHING_RETURNED,)


def test_ballots_in_review_are_returned_and_count_for_no_one():
    result = count([*sheaf(QD96, (5, "X..")), ruled("?..", rules=QD96)], unread=2)
    assert (result.ballots.returned, result.ballots.review) == (8, 3)
    assert levels(result) == {"high": 5, "medium": 0, "low": 0}
    assert result.officials[0].count.invalid == 0
    assert (result.officials[0].base, result.open_points) == (8, (OpenPoint.IN_REVIEW,))


def test_quorum_and_attendance_keep_a_result_open():
    rulings = sheaf(QD96, (5, "X.."))
    not_met = count(rulings, attendance=Attendance(9, 5))
    assert (not_met.quorum, not_met.open_points) == (Quorum.NOT_MET, (OpenPoint.QUORUM_NOT_MET,))
    unknown = count(rulings, attendance=None)
    assert (unknown.quorum, unknown.open_points) == (Quorum.UNKNOWN, (OpenPoint.ATTENDANCE_UNKNOWN,))
    assert (unknown.summoned, unknown.present) == (None, None)


def test_more_returned_than_present_is_a_warning():
    rulings = sheaf(QD96, (10, "X.."))
    assert count(rulings, attendance=Attendance(10, 10)).warnings == ()
    result = count(rulings, attendance=Attendance(10, 9))
    assert result.warnings == (OpenPoint.RETURNED_EXCEEDS_PRESENT,)
    assert result.final


def test_foreign_ballots_stand_apart_or_count_as_invalid():
    not_issued = ruled("..X", rules=QD96, serial="FORGED", issued=Issued.NOT_ISSUED)
    rulings = [*sheaf(QD96, (8, "X..")), not_issued]
    apart = count(rulings, foreign=2, issued=9)
    assert (apart.ballots.returned, apart.ballots.invalid, apart.ballots.foreign) == (8, 0, 3)
    assert apart.officials[0].count.invalid == 0
    assert apart.final
    rules = with_settings(foreign_in_returned="returned")
    among = count(rulings, rules, foreign=2, issued=11)
    assert (among.ballots.returned, among.ballots.invalid, among.ballots.foreign) == (11, 3, 3)
    assert (among.officials[0].count.invalid, among.officials[0].base) == (3, 11)
    assert not count(rulings, rules, foreign=2, issued=9).reconciled


def test_line_fault_decides_and_the_committees_decision_closes_it():
    # 31 of 46 low is two thirds; seven of those ballots have a blank second line.
    groups = ((24, ("..X", "X..")), (7, ("..X", "...")), (15, ("X..", "X..")))
    for line_fault, outcome in (("line", Outcome.TWO_THIRDS_LOW), ("ballot", Outcome.OVER_HALF_LOW)):
        open_rules = undecided(line_fault=line_fault)
        result = count(sheaf(open_rules, *groups), open_rules, number=2)
        assert result.officials[0].outcome is outcome
        assert result.open_points == (OpenPoint.LINE_FAULT_DECIDES,)
        decided = with_settings(line_fault=line_fault)
        closed = count(sheaf(decided, *groups), decided, number=2)
        assert closed.officials[0].outcome is outcome
        assert closed.final


def test_line_fault_does_not_decide_where_both_readings_agree():
    groups = ((40, ("..X", "X..")), (1, ("..X", "...")), (5, ("X..", "X..")))
    for line_fault in ("line", "ballot"):
        rules = undecided(line_fault=line_fault)
        assert count(sheaf(rules, *groups), rules, number=2).final


def test_line_fault_decides_where_lines_nobody_looked_at_may_decide():
    # Under "ballot" the blank line settles the ballot, so no person ever saw the unclear mark.
    rules = undecided(line_fault="ballot", base="present")
    groups = ((30, ("..X", "X..")), (1, ("..?", "...")), (15, ("X..", "X..")))
    rulings = sheaf(rules, *groups)
    assert rulings[30].verdict is Verdict.INVALID
    attendance = Attendance(46, 46)
    found = count(rulings, rules, number=2, attendance=attendance)
    assert found.open_points == (OpenPoint.LINE_FAULT_DECIDES,)
    fewer = sheaf(rules, (20, ("..X", "X..")), (1, ("..?", "...")), (25, ("X..", "X..")))
    assert count(fewer, rules, number=2, attendance=attendance).final


def test_line_fault_decides_where_the_other_reading_leaves_no_base():
    rules = undecided(base="valid")
    assert count(sheaf(rules, (3, ("X..", "..."))), rules, number=2).open_points == (
        OpenPoint.LINE_FAULT_DECIDES,
    )


def test_a_struck_ballot_stays_invalid_under_both_readings():
    # Its low vote would make 31 of 46, two thirds, if the blank line alone had made it invalid.
    rules = undecided(line_fault="ballot", base="present")
    struck = ruled("..X", "...", rules=rules, serial="STRUCK", strikes=[("o2", Certainty.CERTAIN)])
    result = count(
        [struck, *sheaf(rules, (30, ("..X", "X..")), (15, ("X..", "X..")))],
        rules,
        number=2,
        attendance=Attendance(46, 46),
    )
    assert result.officials[0].outcome is Outcome.OVER_HALF_LOW
    assert result.final
    blank = sheaf(rules, (30, ("..X", "X..")), (15, ("X..", "X..")), (1, ("..X", "...")))
    found = count(blank, rules, number=2, attendance=Attendance(46, 46))
    assert found.open_points == (OpenPoint.LINE_FAULT_DECIDES,)


@pytest.mark.parametrize(
    "change",
    [
        {"lines": ()},
        {"lines": "twice"},
        {"verdict": Verdict.INVALID, "lines": "other"},
    ],
)
def test_a_ballot_that_lists_others_is_an_internal_error(change):
    ruling = ruled("X..", rules=QD96)
    line = ruling.lines[0]
    made = {"twice": (line, line), "other": (replace(line, official="o9"),)}
    lines = made.get(change["lines"], change["lines"])
    with pytest.raises(KiemphieuError, match="tally_lines_differ"):
        count([replace(ruling, **{**change, "lines": lines})])


def test_an_invalid_ballot_may_lack_lines():
    ruling = replace(ruled("X..", rules=QD96), verdict=Verdict.INVALID, lines=())
    assert count([ruling]).officials[0].count.invalid == 1


@pytest.mark.parametrize(
    "change",
    [
        {"review": (ReviewReason.UNCLEAR_MARK,)},
        {"choice": None},
        {"choice": "highest"},
        {"faults": (LineFault.NO_MARK,)},
    ],
)
def test_an_open_line_on_a_valid_ballot_is_an_internal_error(change):
    ruling = ruled("X..", rules=QD96)
    with pytest.raises(KiemphieuError, match="tally_line_open"):
        count([replace(ruling, lines=(replace(ruling.lines[0], **change),))])


def test_a_broken_identity_raises():
    result = count(sheaf(QD96, (5, "X..")))
    check_identities(result, 5, QD96)
    with pytest.raises(KiemphieuError, match="tally_identity_broken") as caught:
        check_identities(result, 6, QD96)
    assert caught.value.details["identity"] == "ballots"
    official = result.officials[0]
    lost = replace(official, count=replace(official.count, invalid=1))
    with pytest.raises(KiemphieuError, match="tally_identity_broken") as caught:
        check_identities(replace(result, officials=(lost,)), 5, QD96)
    assert caught.value.details == {"identity": "o1", "found": 6, "expected": 5}


def random_vote(rng):
    """Rule set, officials, rulings and the rest of a small vote with anything on its ballots."""
    rules = random_rules(rng)
    number = rng.randint(1, 3)
    # Few serials for many ballots, so that some come twice.
    rulings = [
        rule_ballot(
            random_reading(rng, number, f"S{rng.randint(0, 60)}"),
            rules,
            Issued.NOT_ISSUED if rng.random() < 0.05 else Issued.ISSUED,
        )
        for _ in range(rng.choice((0, 1, 2, 3, 6, 9, 12, 15)))
    ]
    attendance = Attendance(rng.randint(0, 20), rng.randint(0, 20), rng.choice((None, rng.randint(0, 20))))
    rest = {
        "foreign": rng.choice((0, 0, 1, 2)),
        "unread": rng.choice((0, 0, 0, 1)),
        "attendance": rng.choice((None, attendance, attendance)),
        "issued": rng.randint(0, 25),
    }
    return rules, officials(number), rulings, rest


votes = seeded(random_vote)


def counted(vote):
    rules, listed, rulings, rest = vote
    return count_votes(rulings, listed, rules, vote_id="v", **rest)


def brute_force(vote):
    """The same numbers, ballot by ballot and official by official, with fractions and decimals."""
    rules, listed, rulings, rest = vote
    fate = {}
    for serial in {ruling.serial for ruling in rulings}:
        same = [ruling for ruling in rulings if ruling.serial == serial]
        if len(same) > 1 or same[0].verdict == "review":
            fate[serial] = "review"
        elif "not_issued" in same[0].faults:
            fate[serial] = "foreign"
        else:
            fate[serial] = same[0].verdict.value
    fates = Counter(fate.values())
    foreign = fates["foreign"] + rest["foreign"]
    among = foreign if rules.foreign_in_returned == "returned" else 0
    totals = {
        "valid": fates["valid"],
        "invalid": fates["invalid"] + among,
        "review": fates["review"] + rest["unread"],
        "foreign": foreign,
    }
    bases = {"returned": totals["valid"] + totals["invalid"] + totals["review"], "valid": totals["valid"]}
    attendance = rest["attendance"]
    base = bases.get(rules.base.value) if rules.base.value in bases else getattr(attendance, rules.base, None)
    if not bases["returned"]:
        base = 0
    rows = {}
    for official in listed:
        marks = Counter()
        for ruling in rulings:
            if fate[ruling.serial] == "valid":
                marks[next(line.choice for line in ruling.lines if line.official == official)] += 1
        row = {level: marks[level] for level in LEVELS} | {"invalid": marks[None] + totals["invalid"]}
        rows[official] = (row, *brute_force_shares(row, base, rules))
    return totals, base or 0, rows


def brute_force_shares(row, base, rules):
    if not base:
        return {}, None
    percent = {
        level: str((Decimal(100 * row[level]) / base).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))
        for level in LEVELS
    }
    reached = [
        (Fraction(t.numerator, t.denominator), t.comparison == "more_than", t.outcome)
        for t in rules.thresholds
        if (share := Fraction(row[t.level], base)) > Fraction(t.numerator, t.denominator)
        or (t.comparison == "at_least" and share == Fraction(t.numerator, t.denominator))
    ]
    return percent, max(reached)[2] if reached else "none"


@settings(max_examples=10_000)
@given(votes)
def test_agrees_with_a_brute_force_counter(vote):
    result = counted(vote)
    totals, base, rows = brute_force(vote)
    assert {name: getattr(result.ballots, name) for name in totals} == totals
    assert [official.base for official in result.officials] == [base] * len(rows)
    found = {
        official.count.official: (
            {**dict(official.count.levels), "invalid": official.count.invalid},
            dict(official.percent),
            official.outcome,
        )
        for official in result.officials
    }
    assert found == rows


@settings(max_examples=300)
@given(votes, st.integers(0, 2**32))
def test_the_order_of_ballots_does_not_matter(vote, seed):
    rules, listed, rulings, rest = vote
    shuffled = list(rulings)
    Random(seed).shuffle(shuffled)
    assert counted((rules, listed, shuffled, rest)) == counted(vote)


@settings(max_examples=300)
@given(votes)
def test_final_means_that_everything_holds(vote):
    result = counted(vote)
    if not result.final:
        return
    ballots = result.ballots
    assert result.reconciled
    assert ballots.review == 0
    assert 0 < ballots.returned <= ballots.issued
    assert result.quorum is Quorum.MET
    assert all(official.outcome is not None for official in result.officials)


@settings(max_examples=300)
@given(votes)
def test_the_identities_hold(vote):
    ballots = counted(vote).ballots
    assert ballots.returned == ballots.valid + ballots.invalid + ballots.review
    assert ballots.issued == ballots.returned + ballots.unreturned
    for official in counted(vote).officials:
        lines = sum(number for _, number in official.count.levels) + official.count.invalid
        assert lines == ballots.valid + ballots.invalid


@settings(max_examples=300)
@given(votes)
def test_line_fault_decides_is_what_ruling_again_shows(vote):
    """Where no mark is in doubt, ruling the same facts the other way must tell the same."""
    rules, listed, rulings, rest = vote
    result = counted(vote)
    open_lines = any(line.choice is None and not line.faults for ruling in rulings for line in ruling.lines)
    if open_lines or rules.decided or result.ballots.review or any(r.verdict == "review" for r in rulings):
        return
    other = FaultScope.BALLOT if rules.line_fault is FaultScope.LINE else FaultScope.LINE
    turned = [ruled_again(ruling, other) for ruling in rulings]
    either = ("returned", "valid")
    differs = False
    # While the base is open, too, both readings are compared under either.
    for base in either if rules.base in either else (rules.base,):
        set_so = replace(rules, base=Base(base), decided=("line_fault", "base"))
        one = counted((set_so, listed, rulings, rest))
        two = counted((replace(set_so, line_fault=other), listed, turned, rest))
        differs |= [o.outcome for o in one.officials] != [o.outcome for o in two.officials]
    known = result.officials[0].outcome is not None
    assert (OpenPoint.LINE_FAULT_DECIDES in result.open_points) == (differs and known)


def test_two_open_questions_may_decide_together():
    # Under "line" nobody is over half, whichever base; under "ballot" only of the ballots valid.
    rulings = sheaf(QD96, (22, ("..X", "X..")), (20, ("X..", "X..")), (4, ("X..", "...")))
    result = count(rulings, number=2)
    assert [one.outcome for one in result.officials] == [Outcome.NONE, Outcome.NONE]
    assert result.open_points == (OpenPoint.LINE_FAULT_DECIDES,)
    assert count(rulings, with_settings(base="returned"), number=2).final


def test_nothing_returned_gives_no_percentages_of_anything():
    nq85 = load_rule_set("nq85")
    result = count([], nq85, issued=10)
    (official,) = result.officials
    assert (official.base, official.percent, official.outcome) == (0, (), None)
    assert OpenPoint.NOTHING_RETURNED in result.open_points


@settings(max_examples=1000)
@given(votes)
def test_base_decides_is_what_counting_on_the_other_base_shows(vote):
    rules, listed, rulings, rest = vote
    result = counted(vote)
    turn = {Base.RETURNED: Base.VALID, Base.VALID: Base.RETURNED}
    if rules.base not in turn or result.officials[0].outcome is None:
        assert OpenPoint.BASE_DECIDES not in result.open_points
        return
    again = counted((replace(rules, base=turn[rules.base]), listed, rulings, rest))
    known = again.officials[0].outcome is not None
    differs = [one.outcome for one in result.officials] != [one.outcome for one in again.officials]
    assert (OpenPoint.BASE_DECIDES in result.open_points) == (known and differs)


@settings(max_examples=1000)
@given(votes)
def test_reasons_add_up_to_what_is_invalid(vote):
    rules, listed, rulings, rest = vote
    result = counted(vote)
    reasons = find_reasons(rulings, listed, rules, foreign=rest["foreign"], unread=rest["unread"])
    assert reasons.ballot_total == result.ballots.invalid
    sums = [sum(n for _, n in line.faults) + line.on_invalid_ballots for line in reasons.lines]
    assert sums == [official.count.invalid for official in result.officials]
    assert all(n > 0 for _, n in (*reasons.ballots, *reasons.by_lines))


def ruled_again(ruling, line_fault):
    if ruling.faults:
        return ruling
    faulty = any(set(line.faults) - {"struck_name"} for line in ruling.lines)
    invalid = faulty and line_fault is FaultScope.BALLOT
    return replace(ruling, verdict=Verdict.INVALID if invalid else Verdict.VALID)


def test_case_14_equality_is_not_more_than_two_thirds():
    nq35 = load_rule_set("nq35")
    attendance = Attendance(498, 498, delegates=498)
    for low, outcome in ((332, Outcome.OVER_HALF_LOW), (333, Outcome.TWO_THIRDS_LOW)):
        rulings = sheaf(nq35, (low, "..X"), (490 - low, "X.."))
        (official,) = count(rulings, nq35, attendance=attendance).officials
        assert (official.base, official.outcome) == (498, outcome)


def test_case_13_under_resolution_85():
    nq85 = load_rule_set("nq85")
    rulings = sheaf(nq85, (153, "X.."), (322, "..X"))
    (official,) = count(rulings, nq85, attendance=Attendance(485, 475, delegates=485)).officials
    assert official.outcome is Outcome.OVER_HALF_LOW


def test_bo_phieu_has_two_boxes_and_one_threshold():
    rules = load_rule_set("bo_phieu")
    for no, outcome in ((23, Outcome.NONE), (24, Outcome.OVER_HALF_LOW), (46, Outcome.OVER_HALF_LOW)):
        (official,) = count(sheaf(rules, (no, ".X"), (46 - no, "X.")), rules).officials
        assert (dict(official.count.levels)["no_confidence"], official.outcome) == (no, outcome)


@pytest.mark.parametrize(
    ("agree", "grade"),
    [
        (30, "tín nhiệm tốt và khá"),
        (29, "tín nhiệm trung bình"),
        (23, "tín nhiệm trung bình"),
        (22, "tín nhiệm thấp"),
    ],
)
def test_grades_by_the_committees_cutoffs(agree, grade):
    bare = load_rule_set("bt2009")
    rulings = sheaf(bare, (agree, "X."), (45 - agree, ".X"))
    waiting = count(rulings, bare)
    assert waiting.open_points == (OpenPoint.CUTOFFS_UNKNOWN,)
    assert waiting.officials[0].grade is None
    rules = apply_overrides(bare, (("grade_cutoffs", "2/3, 1/2"),))
    result = count(rulings, rules)
    assert result.final
    assert (result.officials[0].grade, result.officials[0].outcome) == (grade, Outcome.NONE)
