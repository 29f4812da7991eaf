"""Rulings become the result of a vote: counts, shares, outcomes, and what keeps it from being final.

The identities of rules.md ("Identities that must hold"), checked on every result:

* every ballot that came in is valid, invalid, in review or foreign, and
  returned = valid + invalid + in review;
* per official: the levels and the invalid lines add up to the ballots counted (valid + invalid).

A break of these is a fault of this program and raises. That returned ≤ issued, that nothing is in
review and that the quorum is met is the committee's to resolve: those are values, `OpenPoint`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from records.count import OfficialCount, OfficialResult, OpenPoint, TallyResult
from records.errors import KiemphieuError
from records.rules import ForeignPolicy, RuleSet
from records.ruling import BallotRuling
from records.vote import Attendance
from tally.open_points import (
    base_decides,
    find_base,
    find_open_points,
    find_warnings,
    in_order,
    line_fault_decides,
)
from tally.tabulation import check_lines, count_ballots, sort_ballots, tabulate, valid_serials
from tally.thresholds import classify_grade, classify_outcome, classify_quorum, percent_text


def count_votes(
    rulings: Iterable[BallotRuling],
    officials: Sequence[str],
    rules: RuleSet,
    *,
    issued: int,
    foreign: int,
    attendance: Attendance | None,
    vote_id: str,
    unread: int = 0,
) -> TallyResult:
    """Counts the ballots of one style; the order of `rulings` does not matter.

    A serial counts once: two rulings with one serial are one ballot in review, whatever each says.

    Args:
        rulings: one per ballot, after the committee's decisions.
        officials: ids of those listed on the ballot, in print order.
        rules: the rule set by which the rulings were made.
        issued: ballots handed out.
        foreign: ballots rejected as forged that have no ruling; those ruled `not_issued` are added.
        attendance: None until it is entered.
        vote_id: repeated in the result.
        unread: returned ballots that wait for a person and have no ruling, such as one without a
            readable code; they count as in review.

    Raises:
        KiemphieuError: a counted ballot does not list exactly `officials`, or leaves a line open.
    """
    every_ruling = tuple(rulings)
    ballots = sort_ballots(every_ruling, rules, foreign=foreign, unread=unread)
    check_lines(ballots, officials, rules)
    valid = valid_serials(ballots)
    counts = count_ballots(ballots, valid, issued)
    # Before anything is counted there are no percentages, whatever they would be of.
    base = find_base(counts, attendance, rules.base)
    counted_base = base if counts.returned else 0
    quorum = classify_quorum(attendance, rules.quorum)
    results = tuple(
        official_result(line.count, counted_base, rules)
        for line in tabulate(ballots, valid, officials, rules)
    )
    open_points = find_open_points(quorum, counts, base, rules)
    if line_fault_decides(results, ballots, attendance, rules):
        open_points.add(OpenPoint.LINE_FAULT_DECIDES)
    if base_decides(results, counts, rules):
        open_points.add(OpenPoint.BASE_DECIDES)
    result = TallyResult(
        vote=vote_id,
        rules=rules.id,
        summoned=attendance.summoned if attendance else None,
        present=attendance.present if attendance else None,
        quorum=quorum,
        ballots=counts,
        reconciled=counts.returned <= issued,
        officials=results,
        open_points=in_order(open_points),
    )
    received = len({ruling.serial for ruling in every_ruling}) + foreign + unread
    check_identities(result, received, rules)
    return replace(result, warnings=in_order(find_warnings(result)))


def official_result(count: OfficialCount, base: int | None, rules: RuleSet) -> OfficialResult:
    """`count` against its base; without percentages and outcome while the base is 0 or unknown."""
    if not base:
        return OfficialResult(count, 0, (), None)
    percent = tuple((level, percent_text(number, base)) for level, number in count.levels)
    levels = dict(count.levels)
    return OfficialResult(
        count, base, percent, classify_outcome(levels, base, rules), classify_grade(levels, base, rules)
    )


def check_identities(result: TallyResult, received: int, rules: RuleSet) -> None:
    """Makes sure that no ballot and no line was lost or counted twice.

    Args:
        result: as counted.
        received: ballots that came in: different serials, and ballots without a ruling.
        rules: says whether foreign ballots are part of the returned.

    Raises:
        KiemphieuError: an identity does not hold; `details` has both sides.
    """
    ballots = result.ballots
    apart = ballots.foreign if rules.foreign_in_returned is ForeignPolicy.APART else 0
    if ballots.returned + apart != received:
        raise KiemphieuError(
            "tally_identity_broken", identity="ballots", found=ballots.returned + apart, expected=received
        )
    counted = ballots.valid + ballots.invalid
    for official in result.officials:
        lines = sum(number for _, number in official.count.levels) + official.count.invalid
        if lines != counted:
            raise KiemphieuError(
                "tally_identity_broken", identity=official.count.official, found=lines, expected=counted
            )
