"""Thresholds and percentages in whole numbers.

A threshold n/d of a base B is reached by c ballots when c·d > n·B (more than) or c·d ≥ n·B (at
least). No quotient is formed, because none is exact: 30 of 45 is two thirds, and more than a
constant of 0.6667 (rules.md, boundary case 6).
"""

from __future__ import annotations

from collections.abc import Mapping

from records.count import Outcome, Quorum
from records.errors import InputError
from records.rules import Comparison, QuorumRule, RuleSet, Threshold
from records.vote import Attendance


def find_reached_threshold(counts: Mapping[str, int], base: int, rules: RuleSet) -> Threshold | None:
    """The severest threshold that `counts` reach, or None.

    Args:
        counts: ballots per level id.
        base: what the thresholds are of.
        rules: with thresholds the severest first.

    Raises:
        InputError: the base is 0 or less: nothing has been counted, so there is no outcome.
    """
    _check_base(base)
    for threshold in rules.thresholds:
        count_side = counts[threshold.level] * threshold.denominator
        base_side = threshold.numerator * base
        if count_side > base_side:
            return threshold
        if count_side == base_side and threshold.comparison is Comparison.AT_LEAST:
            return threshold
    return None


def classify_outcome(counts: Mapping[str, int], base: int, rules: RuleSet) -> Outcome:
    """The outcome of `counts`; arguments and errors as in `find_reached_threshold`."""
    threshold = find_reached_threshold(counts, base, rules)
    return Outcome.NONE if threshold is None else threshold.outcome


def classify_grade(counts: Mapping[str, int], base: int, rules: RuleSet) -> str | None:
    """The label of the first grade whose share `counts` reach; None where there are no cut-offs.

    Raises:
        InputError: the base is 0 or less.
    """
    _check_base(base)
    grades = rules.grades
    if grades is None or not grades.cutoffs:
        return None
    count = counts[grades.level]
    for label, share in zip(grades.labels, grades.cutoffs, strict=False):
        if count * share.denominator >= share.numerator * base:
            return label
    return grades.labels[-1]


def percent_text(count: int, base: int) -> str:
    """`count` as a percentage of `base` with two decimals, rounded half up; for display only.

    Example: `percent_text(15, 23)` is "65.22".

    Raises:
        InputError: the base is 0 or less.
        ValueError: a negative count.
    """
    _check_base(base)
    if count < 0:
        raise ValueError(f"negative count: {count}")
    # floor(x + 1/2) with x = 10,000·count/base hundredths of a percent, over one denominator.
    hundredths = (20_000 * count + base) // (2 * base)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def classify_quorum(attendance: Attendance | None, rule: QuorumRule) -> Quorum:
    """Whether enough of those summoned were present ("ít nhất 2/3": 3·present ≥ 2·summoned)."""
    if attendance is None:
        return Quorum.UNKNOWN
    met = rule.denominator * attendance.present >= rule.numerator * attendance.summoned
    return Quorum.MET if met else Quorum.NOT_MET


def _check_base(base: int) -> None:
    if base <= 0:
        raise InputError("tally_base_zero", base=base)
