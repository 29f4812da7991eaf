"""Counts typed by hand: the same outcomes as from ballots, and every mistake at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tally_builders import sheaf

from records.count import CountSource, OpenPoint, Outcome, TallyResult
from records.errors import Problem
from records.vote import Attendance
from tally.count import count_votes
from tally.rules import apply_overrides, load_rule_set
from tally.typed_counts import tally_typed_counts

QD96 = load_rule_set("qd96")
HEADER = "official,high,medium,low,invalid\n"
ATTENDANCE = Attendance(summoned=24, present=23)


def with_base(base: str):
    return apply_overrides(QD96, (("base", base),))


def result_of(rows: str, base=None, **options) -> TallyResult:
    found = tally_typed_counts(HEADER + rows, options.pop("rules", QD96), base, **options)
    assert isinstance(found, TallyResult), found
    return found


def mistakes(text: str, base=None, **options) -> list[tuple[str, int | None, str]]:
    found = tally_typed_counts(text, options.pop("rules", QD96), base, **options)
    assert not isinstance(found, TallyResult)
    return [(problem.message_id, problem.line, problem.place) for problem in found]


@pytest.mark.parametrize("base", [23, None])
def test_the_counts_of_the_contract(base):
    result = result_of("o1,15,5,2,1\r\n\r\no2,0,0,23,0\r\n", base, attendance=ATTENDANCE, vote_id="v")
    assert result.final
    assert (result.vote, result.rules, result.source) == ("v", "qd96", CountSource.TYPED)
    assert (result.ballots.returned, result.ballots.issued) == (23, 23)
    first, second = result.officials
    assert dict(first.percent) == {"high": "65.22", "medium": "21.74", "low": "8.70"}
    assert (first.base, first.count.invalid, first.outcome) == (23, 1, Outcome.NONE)
    assert second.outcome is Outcome.TWO_THIRDS_LOW


def test_the_same_as_from_ballots():
    rulings = sheaf(QD96, (15, "X.."), (5, ".X."), (2, "..X"), (1, "..."))
    counted = count_votes(rulings, ("o1",), QD96, issued=23, foreign=0, attendance=ATTENDANCE, vote_id="v")
    typed = result_of("o1,15,5,2,1\n", 23, attendance=ATTENDANCE, vote_id="v")
    assert typed.officials == counted.officials
    assert (typed.ballots, typed.quorum, typed.final) == (counted.ballots, counted.quorum, counted.final)


def test_a_byte_order_mark_and_spaces_are_passed_over():
    found = tally_typed_counts("\ufeff" + HEADER + " o1 , 1 ,0,0,0\n", QD96)
    assert isinstance(found, TallyResult)
    assert found.officials[0].count.official == "o1"


def test_without_attendance_a_result_is_not_final():
    assert result_of("o1,1,0,0,0\n").open_points == (OpenPoint.ATTENDANCE_UNKNOWN,)


def test_more_returned_than_present_is_a_warning():
    result = result_of("o1,24,0,0,0\n", attendance=ATTENDANCE)
    assert result.warnings == (OpenPoint.RETURNED_EXCEEDS_PRESENT,)


def test_a_base_of_delegates_may_exceed_the_ballots():
    result = result_of("o1,153,0,322,0\n", 485, rules=with_base("delegates"))
    assert result.officials[0].outcome is Outcome.OVER_HALF_LOW
    assert (result.officials[0].base, result.ballots.returned) == (485, 475)
    result = result_of("o1,153,0,322,10\n", 485, rules=with_base("delegates"))
    assert result.ballots.returned == 485


def test_a_base_of_valid_ballots_may_be_less_than_the_ballots():
    result = result_of("o1,15,0,31,1\n", 46, rules=with_base("valid"))
    assert result.officials[0].outcome is Outcome.TWO_THIRDS_LOW
    assert (result.ballots.returned, result.ballots.valid, result.ballots.invalid) == (47, 46, 1)


def test_all_mistakes_at_once():
    rows = "o1,15,5,2,1\no1,15,5,2,1\no2,-1,x,2,1\n,1,1,1,20\no3,1,2\no4,15,5,2,2\no5,23,0,0,0\n"
    assert mistakes(HEADER + rows, 23, officials=("o1", "o2", "o4", "o6")) == [
        ("typed_negative", 4, "o2.high"),
        ("typed_not_a_number", 4, "o2.medium"),
        ("typed_no_official", 5, "official"),
        ("typed_row_width", 6, "row"),
        ("typed_official_twice", 3, "o1"),
        ("typed_official_unknown", 6, "o3"),
        ("typed_official_unknown", 8, "o5"),
        ("typed_official_missing", None, "o6"),
        ("typed_total", 7, "o4"),
    ]


def test_without_a_base_the_odd_row_is_the_mistake():
    assert mistakes(HEADER + "o1,9,0,0,0\no2,10,0,0,0\no3,0,10,0,0\n") == [("typed_total", 2, "o1")]


def test_a_row_with_a_mistake_does_not_count_as_missing():
    assert mistakes(HEADER + "o1,x,0,0,0\n", officials=("o1",)) == [("typed_not_a_number", 2, "o1.high")]


def test_names_are_compared_as_nfc():
    text = HEADER + "Tu\u0302\u0301,1,0,0,0\nT\u1ee9,1,0,0,0\nTu\u031b\u0301,1,0,0,0\n"
    assert mistakes(text) == [("typed_official_twice", 4, "T\u1ee9")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("typed_header", 1, "header")]),
        ("official;high;medium;low;invalid\no1;1;0;0;0\n", [("typed_header", 1, "header")]),
        ("official,high,low,medium,invalid\no1,1,0,0,0\n", [("typed_header", 1, "header")]),
        (HEADER, [("typed_no_rows", None, "row")]),
        (HEADER + ",,,,\n", [("typed_no_rows", None, "row")]),
        (HEADER + 'o1,1,0,0,0\n"o2,1,0,0,0\n', [("typed_csv", 3, "row")]),
        (HEADER + "o1,1.0,0,0,0\n", [("typed_not_a_number", 2, "o1.high")]),
        (HEADER + "o1,,0,0,0\n", [("typed_not_a_number", 2, "o1.high")]),
        (HEADER + "o1,\u0661,0,0,0\n", [("typed_not_a_number", 2, "o1.high")]),
        (HEADER + f"o1,{'9' * 5000},0,0,0\n", [("typed_not_a_number", 2, "o1.high")]),
        (HEADER + "o1,0,0,0,0\n", [("typed_base_zero", None, "base")]),
    ],
)
def test_a_text_that_is_no_table_of_counts(text, expected):
    assert mistakes(text) == expected


@pytest.mark.parametrize(
    ("rules_base", "base", "row", "expected"),
    [
        ("returned", 0, "o1,0,0,0,0", [("typed_base_zero", None, "base")]),
        ("returned", -3, "o1,1,0,0,0", [("typed_base_zero", None, "base")]),
        ("returned", 22, "o1,15,5,2,1", [("typed_total", 2, "o1")]),
        ("returned", 24, "o1,15,5,2,1", [("typed_total", 2, "o1")]),
        ("delegates", None, "o1,15,5,2,1", [("typed_base_needed", None, "base")]),
        ("delegates", 22, "o1,15,5,2,1", [("typed_total_above_base", 2, "o1")]),
        ("valid", 24, "o1,15,5,2,1", [("typed_total_below_base", 2, "o1")]),
        ("valid", 21, "o1,15,5,2,1", [("typed_votes_above_base", 2, "o1")]),
    ],
)
def test_counts_that_do_not_fit_the_base(rules_base, base, row, expected):
    assert mistakes(HEADER + row, base, rules=with_base(rules_base)) == expected


def test_a_problem_says_what_was_found_and_expected():
    found = tally_typed_counts(HEADER + "o1,15,5,2,2\n", QD96, 23)
    details = (("official", "o1"), ("found", "24"), ("expected", "23"))
    assert found == (Problem("o1", 2, "typed_total", details),)


@given(st.text(max_size=80) | st.text(alphabet='o1,-"\n\r 2', max_size=60).map(lambda rows: HEADER + rows))
def test_any_text_is_a_result_or_problems(text):
    found = tally_typed_counts(text, QD96)
    if isinstance(found, TallyResult):
        sums = {sum(n for _, n in o.count.levels) + o.count.invalid for o in found.officials}
        assert sums == {found.ballots.returned}
    else:
        assert found


def test_the_base_decides_where_the_ballots_valid_may_be_fewer():
    # Case 12: 31 of 47 returned is over half; of 46 valid it would be two thirds.
    attendance = Attendance(47, 47)
    open_result = result_of("o1,10,5,31,1\n", 47, attendance=attendance)
    assert open_result.officials[0].outcome is Outcome.OVER_HALF_LOW
    assert open_result.open_points == (OpenPoint.BASE_DECIDES,)
    assert result_of("o1,10,5,31,1\n", 47, rules=with_base("returned"), attendance=attendance).final
    # Another official has a vote on every ballot, so all are valid.
    assert result_of("o1,10,5,31,1\no2,47,0,0,0\n", 47, attendance=attendance).final


def test_a_head_count_is_taken_from_the_attendance():
    nq35 = load_rule_set("nq35")
    attendance = Attendance(50, 47, delegates=47)
    result = result_of("o1,10,6,31,0\n", rules=nq35, attendance=attendance)
    assert result.officials[0].base == 47
    assert mistakes(HEADER + "o1,10,6,31,0\n", 60, rules=nq35, attendance=attendance) == [
        ("typed_base_differs", None, "base")
    ]


def test_one_sheet_of_several_in_the_order_of_its_people():
    rows = "o3,1,0,0,0\no1,2,0,0,0\no2,0,2,0,0\n"
    result = result_of(rows, officials=("o2", "o1"), leave_out=("o3",), attendance=ATTENDANCE)
    assert [one.count.official for one in result.officials] == ["o2", "o1"]
    assert result.ballots.returned == 2
