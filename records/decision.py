"""What the committee decided on a ballot that a person had to look at.

Readings stay as read. A decision stands in the journal with who made it, why, and what the ballot was ruled
before and after; it is undone by a further entry and never deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from records.reading import ReviewReason
from records.ruling import BallotFault, LineFault


class SheetStanding(StrEnum):
    """What a sheet without a readable code is."""

    FOREIGN = "foreign"
    """Not issued by the committee: logged apart."""
    NO_BALLOT = "no_ballot"
    """A cover sheet, a blank page: nothing that was cast."""
    SCANNED_AGAIN = "scanned_again"
    """A picture of a sheet that was scanned again and read: no sheet of its own."""
    BALLOT = "ballot"
    """An issued ballot whose serial a person read off the paper."""


@dataclass(frozen=True, slots=True)
class LineDecision:
    """One official's line: a vote for `choice`, or no vote because of `faults`.

    Attributes:
        choice: a level id; None where the line gives no vote.
    """

    official: str
    choice: str | None
    faults: tuple[LineFault, ...] = ()


@dataclass(frozen=True, slots=True)
class BallotDecision:
    """The whole ballot: invalid because of `faults`, or without a fault of its own where there are none.

    A ballot without a fault of its own is valid once none of its lines waits for a person.

    Attributes:
        settled: the ballot's reasons that were looked at; others that come up later are not settled by it.
        sheets: how many sheets the ballot had; another one that turns up opens the ballot again.
        one_sheet: whether all its pictures are of one sheet of paper, scanned more than once.
    """

    faults: tuple[BallotFault, ...] = ()
    settled: tuple[ReviewReason, ...] = ()
    sheets: int = 0
    one_sheet: bool = False


@dataclass(frozen=True, slots=True)
class SheetDecision:
    """A sheet without a readable code.

    Attributes:
        serial: of the ballot it is, under `SheetStanding.BALLOT`; else empty.
    """

    standing: SheetStanding
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of the committee; exactly one of `line`, `ballot` and `sheet` is given.

    Attributes:
        target: the ballot's serial; for a sheet without one its image's SHA-256.
        by: role names or initials of those who decided.
        reason: in their words.
        before: how the ballot or sheet was ruled, as `kiemphieu readings` says it in short.
        after: how it is ruled with the decision.
    """

    target: str
    by: tuple[str, ...]
    reason: str
    before: str
    after: str
    line: LineDecision | None = None
    ballot: BallotDecision | None = None
    sheet: SheetDecision | None = None


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A decision that stands.

    Attributes:
        number: of its journal entry; what it is undone by.
        day: on which it was recorded.
    """

    number: int
    day: str
    decision: Decision
