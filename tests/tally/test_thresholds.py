"""Thresholds, quorum and percentages against rules.md and exact arithmetic."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.count import Outcome, Quorum
from records.errors import InputError
from records.vote import Attendance
from tally.rules import load_rule_set
from tally.thresholds import classify_outcome, classify_quorum, find_reached_threshold, percent_text

QD96, NQ96 = load_rule_set("qd96"), load_rule_set("nq96")

# rules.md, "Boundary cases", 1-8, 10-13: low, base, outcome.
BOUNDARIES = [
    (23, 46, "none"),
    (24, 46, "over_half_low"),
    (30, 46, "over_half_low"),
    (31, 46, "two_thirds_low"),
    (22, 45, "none"),
    (23, 45, "over_half_low"),
    (29, 45, "over_half_low"),
    (30, 45, "two_thirds_low"),
    (21, 33, "over_half_low"),
    (22, 33, "two_thirds_low"),
    (1, 2, "none"),
    (2, 3, "two_thirds_low"),
    (1, 1, "two_thirds_low"),
    (240, 481, "none"),
    (241, 481, "over_half_low"),
    (320, 481, "over_half_low"),
    (321, 481, "two_thirds_low"),
    (31, 47, "over_half_low"),
    (322, 475, "two_thirds_low"),
]


@pytest.mark.parametrize("rules", [QD96, NQ96], ids=["qd96", "nq96"])
@pytest.mark.parametrize(("low", "base", "outcome"), BOUNDARIES)
def test_boundary_cases(rules, low, base, outcome):
    assert classify_outcome({"high": base - low, "medium": 0, "low": low}, base, rules) == outcome


@pytest.mark.parametrize("base", [0, -1])
def test_case_9_no_outcome_and_no_percentage_without_a_base(base):
    with pytest.raises(InputError, match="tally_base_zero"):
        classify_outcome({"high": 0, "medium": 0, "low": 0}, base, QD96)
    with pytest.raises(InputError, match="tally_base_zero"):
        percent_text(0, base)


def test_a_negative_count_has_no_percentage():
    with pytest.raises(ValueError, match="negative"):
        percent_text(-1, 10)


def test_the_reached_threshold_carries_its_clause():
    reached = find_reached_threshold({"high": 0, "medium": 0, "low": 31}, 46, QD96)
    assert reached is not None
    assert "từ 2/3 số phiếu tín nhiệm thấp trở lên" in reached.clause.text
    assert reached.consequence.startswith("miễn nhiệm chức vụ đang đảm nhiệm")
    assert find_reached_threshold({"high": 46, "medium": 0, "low": 0}, 46, QD96) is None


@pytest.mark.parametrize(
    ("present", "summoned", "quorum"),
    [
        (6, 9, "met"),
        (5, 9, "not_met"),
        (7, 10, "met"),
        (6, 10, "not_met"),
        (31, 46, "met"),
        (30, 46, "not_met"),
        (67, 100, "met"),
        (66, 100, "not_met"),
    ],
)
def test_case_15_quorum(present, summoned, quorum):
    assert classify_quorum(Attendance(summoned, present), QD96.quorum) == quorum


def test_quorum_is_unknown_without_attendance():
    assert classify_quorum(None, QD96.quorum) is Quorum.UNKNOWN


@pytest.mark.parametrize(
    ("count", "base", "text"),
    [
        (15, 23, "65.22"),
        (5, 23, "21.74"),
        (2, 23, "8.70"),
        (0, 23, "0.00"),
        (23, 23, "100.00"),
        (1, 800, "0.13"),
    ],
)
def test_percent_of_the_contract_and_an_exact_half(count, base, text):
    assert percent_text(count, base) == text


@given(st.integers(1, 10**7).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))))
def test_percent_rounds_half_up(pair):
    count, base = pair
    with localcontext(prec=60):
        exact = Decimal(100 * count) / Decimal(base)
        expected = exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert percent_text(count, base) == str(expected)


@given(st.integers(0, 5000), st.sampled_from((4, 8, 16, 40, 80, 160, 800, 20_000)))
def test_percent_rounds_exact_halves_up(count, base):
    # Bases that divide 20,000 give exact halves, which random bases almost never do.
    expected = (Decimal(100 * count) / Decimal(base)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert percent_text(count, base) == str(expected)


@given(st.integers(1, 3000).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))))
def test_outcome_agrees_with_fractions(pair):
    low, base = pair
    share = Fraction(low, base)
    expected = Outcome.NONE
    if share >= Fraction(2, 3):
        expected = Outcome.TWO_THIRDS_LOW
    elif share > Fraction(1, 2):
        expected = Outcome.OVER_HALF_LOW
    assert classify_outcome({"high": 0, "medium": base - low, "low": low}, base, NQ96) is expected
