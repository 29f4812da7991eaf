"""What keeps a result from being final, and what the committee should know besides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from records.count import BallotCounts, OfficialResult, OpenPoint, Outcome, Quorum, TallyResult
from records.rules import Base, RuleSet
from records.vote import Attendance
from tally.tabulation import (
    LineTally,
    SortedBallots,
    count_ballots,
    tabulate,
    valid_serials,
    valid_serials_otherwise,
)
from tally.thresholds import classify_grade, classify_outcome

HEAD_COUNT_BASES = (Base.DELEGATES, Base.SUMMONED, Base.PRESENT)


def find_base(ballots: BallotCounts, attendance: Attendance | None, base: Base) -> int | None:
    """The number that percentages and thresholds are of; None while it has not been entered."""
    if base is Base.RETURNED:
        return ballots.returned
    if base is Base.VALID:
        return ballots.valid
    if attendance is None:
        return None
    head_counts = {
        Base.DELEGATES: attendance.delegates,
        Base.SUMMONED: attendance.summoned,
        Base.PRESENT: attendance.present,
    }
    return head_counts[base]


def find_open_points(
    quorum: Quorum, ballots: BallotCounts, base: int | None, rules: RuleSet
) -> set[OpenPoint]:
    """The open points that follow from the numbers of ballots and people."""
    reasons = {
        OpenPoint.IN_REVIEW: ballots.review > 0,
        OpenPoint.NOT_RECONCILED: ballots.returned > ballots.issued,
        OpenPoint.QUORUM_NOT_MET: quorum is Quorum.NOT_MET,
        OpenPoint.ATTENDANCE_UNKNOWN: quorum is Quorum.UNKNOWN or base is None,
        OpenPoint.NOTHING_RETURNED: ballots.returned == 0 or base == 0,
        OpenPoint.CUTOFFS_UNKNOWN: rules.grades is not None and not rules.grades.cutoffs,
        OpenPoint.BASE_BELOW_RETURNED: (
            rules.base in HEAD_COUNT_BASES and base is not None and 0 < base < ballots.returned
        ),
    }
    return {point for point, holds in reasons.items() if holds}


def find_warnings(result: TallyResult) -> set[OpenPoint]:
    """What does not keep a result open."""
    reasons = {
        OpenPoint.RETURNED_EXCEEDS_PRESENT: returned_exceeds_present(result.ballots, result.present),
    }
    return {point for point, holds in reasons.items() if holds}


def returned_exceeds_present(ballots: BallotCounts, present: int | None) -> bool:
    """Whether more ballots came back than people were there to cast one."""
    return present is not None and ballots.returned > present


def base_decides(results: Sequence[OfficialResult], ballots: BallotCounts, rules: RuleSet) -> bool:
    """Whether ballots valid instead of returned, or the reverse, change an outcome or a grade.

    Source: rules.md, boundary case 12. Bases other than these two come from a resolution's own words
    and leave nothing to choose. Nor does a base that the committee has set itself.
    """
    others = {Base.RETURNED: ballots.valid, Base.VALID: ballots.returned}
    other_base = others.get(rules.base, 0)
    if "base" in rules.decided or other_base == 0:
        return False
    return any(
        official.outcome is not None
        and (official.outcome, official.grade) != _verdict(dict(official.count.levels), other_base, rules)
        for official in results
    )


def _verdict(levels: dict[str, int], base: int, rules: RuleSet) -> tuple[Outcome, str | None]:
    """What follows for a person: the outcome and the grade."""
    return classify_outcome(levels, base, rules), classify_grade(levels, base, rules)


def line_fault_decides(
    results: Sequence[OfficialResult],
    ballots: SortedBallots,
    attendance: Attendance | None,
    rules: RuleSet,
) -> bool:
    """Whether the other reading of `line_fault` changes, or may change, an outcome or a grade.

    Source: rules.md, "Validity". Nothing is open once the committee has set `line_fault` itself. While the
    base is open too, both readings are compared under either base: two open questions may decide together.
    """
    if "line_fault" in rules.decided:
        return False
    officials = [result.count.official for result in results]
    known = any(result.outcome is not None for result in results)
    as_ruled, otherwise = valid_serials(ballots), valid_serials_otherwise(ballots, rules.line_fault)
    for kind in _open_bases(rules):
        verdicts = [
            _verdicts_of(ballots, valid, officials, attendance, replace(rules, base=kind))
            for valid in (as_ruled, otherwise)
        ]
        if known and verdicts[0] != verdicts[1]:
            return True
    return False


def _open_bases(rules: RuleSet) -> tuple[Base, ...]:
    """The bases that the committee may still choose from."""
    either = (Base.RETURNED, Base.VALID)
    return either if rules.base in either and "base" not in rules.decided else (rules.base,)


def _verdicts_of(
    ballots: SortedBallots,
    valid: frozenset[str],
    officials: Sequence[str],
    attendance: Attendance | None,
    rules: RuleSet,
) -> list[set[tuple[Outcome, str | None] | None]]:
    """What may follow for each official when the lines of the ballots `valid` count."""
    base = find_base(count_ballots(ballots, valid, issued=0), attendance, rules.base)
    table = tabulate(ballots, valid, officials, rules)
    return [_possible_verdicts(line, base, rules) for line in table]


def _possible_verdicts(
    line: LineTally, base: int | None, rules: RuleSet
) -> set[tuple[Outcome, str | None] | None]:
    """The outcomes and grades that a reading with undetermined lines can have, at its extremes.

    It is enough to give all undetermined lines to one level, or none of them to any: a threshold looks
    at one level only and is easier to reach the more lines that level has. So if all extremes agree,
    everything between them does.
    """
    if not base:
        return {None}
    levels = dict(line.count.levels)
    extremes = [levels] + [{**levels, level: count + line.undetermined} for level, count in levels.items()]
    return {_verdict(counts, base, rules) for counts in extremes}


def in_order(points: Iterable[OpenPoint]) -> tuple[OpenPoint, ...]:
    """`points` without repeats in the order of the enum."""
    present = set(points)
    return tuple(point for point in OpenPoint if point in present)
