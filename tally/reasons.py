"""Why ballots and lines are invalid: the numbers of the minutes' table of reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from records.rules import RuleSet
from records.ruling import BallotFault, BallotRuling, LineFault
from tally.tabulation import sort_ballots, valid_serials


@dataclass(frozen=True, slots=True)
class LineReasons:
    """One official's invalid lines; their sum is the official's `invalid` count.

    Attributes:
        faults: of lines on valid ballots, by the first fault of the line.
        on_invalid_ballots: lines that fell with their ballot.
    """

    official: str
    faults: tuple[tuple[LineFault, int], ...]
    on_invalid_ballots: int


@dataclass(frozen=True, slots=True)
class InvalidReasons:
    """Invalid ballots and lines by reason; each counts once, under its first fault.

    Attributes:
        ballots: their sum, with `by_lines` and `foreign`, is the number of invalid ballots.
        by_lines: ballots that are invalid through faults of their lines alone (`line_fault`).
        foreign: ballots not issued that the rule set counts among the returned.
    """

    ballots: tuple[tuple[BallotFault, int], ...]
    by_lines: tuple[tuple[LineFault, int], ...]
    foreign: int
    lines: tuple[LineReasons, ...]

    @property
    def ballot_total(self) -> int:
        return sum(n for _, n in self.ballots) + sum(n for _, n in self.by_lines) + self.foreign


def find_reasons(
    rulings: Iterable[BallotRuling],
    officials: Sequence[str],
    rules: RuleSet,
    *,
    foreign: int,
    unread: int,
) -> InvalidReasons:
    """The reasons behind the invalid ballots and lines of `count_votes`; arguments as there."""
    ballots = sort_ballots(rulings, rules, foreign=foreign, unread=unread)
    valid = valid_serials(ballots)
    by_ballot: Counter[BallotFault] = Counter()
    by_line: Counter[LineFault] = Counter()
    of_official: dict[str, Counter[LineFault]] = {official: Counter() for official in officials}
    for ruling in ballots.counted:
        if ruling.serial in valid:
            for line in ruling.lines:
                if line.choice is None:
                    of_official[line.official][line.faults[0]] += 1
        elif ruling.faults:
            by_ballot[ruling.faults[0]] += 1
        else:
            by_line[_first_line_fault(ruling)] += 1
    fallen = ballots.counted_total - len(valid)
    return InvalidReasons(
        ballots=tuple((fault, by_ballot[fault]) for fault in BallotFault if by_ballot[fault]),
        by_lines=tuple((fault, by_line[fault]) for fault in LineFault if by_line[fault]),
        foreign=ballots.foreign_returned,
        lines=tuple(
            LineReasons(official, tuple((f, found[f]) for f in LineFault if found[f]), fallen)
            for official, found in of_official.items()
        ),
    )


def _first_line_fault(ruling: BallotRuling) -> LineFault:
    found = {fault for line in ruling.lines for fault in line.faults}
    return next(fault for fault in LineFault if fault in found)
