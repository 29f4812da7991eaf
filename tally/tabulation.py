"""Ballots sorted by fate and their lines added up: the arithmetic below `tally.count`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from records.count import BallotCounts, OfficialCount
from records.errors import KiemphieuError
from records.rules import FaultScope, ForeignPolicy, RuleSet
from records.ruling import BallotFault, BallotRuling, LineRuling, Verdict
from tally.validity import has_faulty_line


@dataclass(frozen=True, slots=True)
class SortedBallots:
    """The ballots of one style by fate.

    Attributes:
        counted: rulings with verdict valid or invalid, each serial once, without those not issued.
        review: ballots that wait for a person.
        foreign: ballots that the committee did not issue.
        foreign_returned: how many of those the rule set counts among the returned: all or none.
    """

    counted: tuple[BallotRuling, ...]
    review: int
    foreign: int
    foreign_returned: int

    @property
    def counted_total(self) -> int:
        """What levels and invalid lines of each official must add up to."""
        return len(self.counted) + self.foreign_returned


@dataclass(frozen=True, slots=True)
class LineTally:
    """One official's lines.

    Attributes:
        count: levels and invalid lines.
        undetermined: lines without a ruling, because the ballot was invalid before anyone looked at
            them; only in the other reading of `line_fault`, never in a result.
    """

    count: OfficialCount
    undetermined: int


def sort_ballots(
    rulings: Iterable[BallotRuling], rules: RuleSet, *, foreign: int, unread: int
) -> SortedBallots:
    """Sorts ballots by fate; arguments as in `tally.count.count_votes`.

    A serial with several rulings is one ballot in review: which paper bears the vote is for a person
    to say (rules.md, boundary case 20). So is a ballot that was not issued and is in review.
    """
    by_serial: dict[str, list[BallotRuling]] = {}
    for ruling in rulings:
        by_serial.setdefault(ruling.serial, []).append(ruling)
    counted: list[BallotRuling] = []
    review = unread
    for same_serial in by_serial.values():
        ruling = same_serial[0]
        if len(same_serial) > 1 or ruling.verdict is Verdict.REVIEW:
            review += 1
        elif BallotFault.NOT_ISSUED in ruling.faults:
            foreign += 1
        else:
            counted.append(ruling)
    among_returned = rules.foreign_in_returned is ForeignPolicy.RETURNED
    return SortedBallots(tuple(counted), review, foreign, foreign if among_returned else 0)


def check_lines(ballots: SortedBallots, officials: Collection[str], rules: RuleSet) -> None:
    """Makes sure that every counted ballot can be added up.

    Raises:
        KiemphieuError: a line of someone not listed, a valid ballot without a line of someone who is,
            or a line of a valid ballot that is neither a vote nor faulty.
    """
    level_ids = frozenset(level.id for level in rules.levels)
    for ruling in ballots.counted:
        listed = [line.official for line in ruling.lines]
        complete = sorted(listed) == sorted(officials)
        if not complete and (ruling.verdict is Verdict.VALID or not set(listed) <= set(officials)):
            raise KiemphieuError("tally_lines_differ", serial=ruling.serial, found=", ".join(listed))
        if ruling.verdict is Verdict.VALID:
            for line in ruling.lines:
                if not _is_closed(line, level_ids):
                    raise KiemphieuError("tally_line_open", serial=ruling.serial, official=line.official)


def _is_closed(line: LineRuling, level_ids: frozenset[str]) -> bool:
    if line.review:
        return False
    return bool(line.faults) if line.choice is None else line.choice in level_ids and not line.faults


def valid_serials(ballots: SortedBallots) -> frozenset[str]:
    """The ballots whose lines count, as ruled."""
    return frozenset(ruling.serial for ruling in ballots.counted if ruling.verdict is Verdict.VALID)


def valid_serials_otherwise(ballots: SortedBallots, line_fault: FaultScope) -> frozenset[str]:
    """The ballots whose lines would count under the other reading of `line_fault`.

    Args:
        ballots: ruled under `line_fault`.
        line_fault: as the rule set in use has it.
    """
    if line_fault is FaultScope.LINE:
        return frozenset(
            ruling.serial
            for ruling in ballots.counted
            if ruling.verdict is Verdict.VALID and not has_faulty_line(ruling)
        )
    return frozenset(
        ruling.serial
        for ruling in ballots.counted
        # Invalid without a fault of the ballot itself: its faulty lines alone made it so.
        if ruling.verdict is Verdict.VALID or (not ruling.faults and has_faulty_line(ruling))
    )


def tabulate(
    ballots: SortedBallots, valid: frozenset[str], officials: Sequence[str], rules: RuleSet
) -> tuple[LineTally, ...]:
    """Adds up the lines of every official, in the order of `officials`.

    Args:
        ballots: checked by `check_lines`.
        valid: serials whose lines count; every line of another counted ballot is invalid.
        officials: ids of those listed.
        rules: for the levels.
    """
    votes = {official: {level.id: 0 for level in rules.levels} for official in officials}
    invalid = dict.fromkeys(officials, ballots.foreign_returned)
    undetermined = dict.fromkeys(officials, 0)
    for ruling in ballots.counted:
        if ruling.serial not in valid:
            for official in officials:
                invalid[official] += 1
            continue
        for line in ruling.lines:
            if line.choice is not None:
                votes[line.official][line.choice] += 1
            elif line.faults:
                invalid[line.official] += 1
            else:
                undetermined[line.official] += 1
    return tuple(
        LineTally(
            OfficialCount(official, tuple(votes[official].items()), invalid[official]), undetermined[official]
        )
        for official in officials
    )


def count_ballots(ballots: SortedBallots, valid: frozenset[str], issued: int) -> BallotCounts:
    """Ballots by fate, those in `valid` as valid."""
    return BallotCounts(
        issued=issued,
        valid=len(valid),
        invalid=ballots.counted_total - len(valid),
        review=ballots.review,
        foreign=ballots.foreign,
    )
