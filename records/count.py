"""Counts, outcomes and the whole result of a vote: the output of `tally.count`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    NONE = "none"
    OVER_HALF_LOW = "over_half_low"
    TWO_THIRDS_LOW = "two_thirds_low"


class Quorum(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    """Attendance has not been entered."""


class OpenPoint(StrEnum):
    """What still keeps a result from being final."""

    IN_REVIEW = "in_review"
    NOT_RECONCILED = "not_reconciled"
    QUORUM_NOT_MET = "quorum_not_met"
    ATTENDANCE_UNKNOWN = "attendance_unknown"
    """Those summoned and present, or the number that the base is taken from, have not been entered."""
    NOTHING_RETURNED = "nothing_returned"
    LINE_FAULT_DECIDES = "line_fault_decides"
    """The two readings of the open rule on faulty lines give an official different outcomes."""
    BASE_DECIDES = "base_decides"
    """Another base (ballots valid instead of returned) gives an official another outcome."""
    CUTOFFS_UNKNOWN = "cutoffs_unknown"
    """The rule set sorts persons into grades, and the committee has not entered the cut-offs."""
    BASE_BELOW_RETURNED = "base_below_returned"
    """More ballots were returned than the base has: shares of it would add up to more than the whole."""
    RETURNED_EXCEEDS_PRESENT = "returned_exceeds_present"
    """More ballots were returned than people were present."""


class CountSource(StrEnum):
    """Where the counts come from."""

    BALLOTS = "ballots"
    TYPED = "typed"
    """Typed by hand, per official: nothing is known of single ballots beyond what the counts imply."""


@dataclass(frozen=True, slots=True)
class OfficialCount:
    """One official's lines over all counted ballots.

    Attributes:
        levels: level id and count, in column order.
        invalid: lines that give no vote, on valid and on invalid ballots.
    """

    official: str
    levels: tuple[tuple[str, int], ...]
    invalid: int


@dataclass(frozen=True, slots=True)
class BallotCounts:
    """Ballots by fate; `returned` = valid + invalid + review.

    Attributes:
        foreign: ballots that the committee did not issue. They stand apart from all other numbers,
            unless the rule set counts them among the returned: then they are part of `invalid` too.
    """

    issued: int
    valid: int
    invalid: int
    review: int
    foreign: int

    @property
    def returned(self) -> int:
        return self.valid + self.invalid + self.review

    @property
    def unreturned(self) -> int:
        """Issued and not returned; negative when the counts do not reconcile."""
        return self.issued - self.returned


@dataclass(frozen=True, slots=True)
class OfficialResult:
    """A count against its base.

    Attributes:
        base: what percentages and thresholds are of; 0 only while nothing is returned, or while the
            number it is taken from has not been entered.
        percent: level id and the share of the base in hundredths of a percent, rounded half up; for
            display only. Empty while the base is 0.
        outcome: None while the base is 0.
        grade: the class by the rule set's cut-offs; None where it has none, or while the base is 0.
    """

    count: OfficialCount
    base: int
    percent: tuple[tuple[str, str], ...]
    outcome: Outcome | None
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class TallyResult:
    """The result of one vote; `final` exactly when `open_points` is empty.

    Attributes:
        ballots: under `CountSource.TYPED` only what the typed counts imply: `returned` is real,
            `issued` repeats it and every ballot stands under `valid`.
        warnings: what the committee should know though it does not keep the result open.
    """

    vote: str
    rules: str
    summoned: int | None
    present: int | None
    quorum: Quorum
    ballots: BallotCounts
    reconciled: bool
    officials: tuple[OfficialResult, ...]
    open_points: tuple[OpenPoint, ...] = ()
    warnings: tuple[OpenPoint, ...] = ()
    source: CountSource = CountSource.BALLOTS

    @property
    def final(self) -> bool:
        return not self.open_points
