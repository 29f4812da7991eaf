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
    NOTHING_RETURNED = "nothing_returned"
    LINE_FAULT_DECIDES = "line_fault_decides"
    """The two readings of the open rule on faulty lines give an official different outcomes."""
    BASE_DECIDES = "base_decides"
    """Another base (ballots valid instead of returned) gives an official another outcome."""


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
    """Sheets by fate; `returned` = valid + invalid + review, `foreign` stands apart."""

    issued: int
    valid: int
    invalid: int
    review: int
    foreign: int

    @property
    def returned(self) -> int:
        return self.valid + self.invalid + self.review


@dataclass(frozen=True, slots=True)
class OfficialResult:
    """A count against its base.

    Attributes:
        base: what percentages and thresholds are of; 0 only while nothing is returned.
        percent: level id and the share of the base in hundredths of a percent, rounded half up; for
            display only. Empty while the base is 0.
        outcome: None while the base is 0.
    """

    count: OfficialCount
    base: int
    percent: tuple[tuple[str, str], ...]
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class TallyResult:
    """The result of one vote; `final` exactly when `open_points` is empty."""

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

    @property
    def final(self) -> bool:
        return not self.open_points
