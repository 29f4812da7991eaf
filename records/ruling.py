"""What a ballot means under a rule set: the output of `tally.validity`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from records.reading import BoxState, ReviewReason


class Verdict(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    REVIEW = "review"


class BallotFault(StrEnum):
    NOT_ISSUED = "not_issued"
    STRUCK_NAME = "struck_name"
    ADDED_WRITING = "added_writing"
    MISSING_PAGE = "missing_page"
    NO_SEAL = "no_seal"


class LineFault(StrEnum):
    NO_MARK = "no_mark"
    SEVERAL_MARKS = "several_marks"
    NOT_A_CROSS = "not_a_cross"
    STRUCK_NAME = "struck_name"


@dataclass(frozen=True, slots=True)
class LineRuling:
    """One official's line.

    Attributes:
        boxes: level ids and states in column order.
        choice: a level id; None when the line gives no vote, or none before a person has looked.
        faults: why the line gives no vote; empty while that is open.
        review: why a person must look at this line; empty on a ballot that needs no person.
    """

    official: str
    boxes: tuple[tuple[str, BoxState], ...]
    choice: str | None
    faults: tuple[LineFault, ...] = ()
    review: tuple[ReviewReason, ...] = ()


@dataclass(frozen=True, slots=True)
class BallotRuling:
    """One ballot. Under `Verdict.REVIEW` no line counts; under `INVALID` every line is invalid.

    `review` holds the ballot's own reasons; each line keeps its own. `verdict` is `REVIEW` exactly
    when either is not empty: once a certain fault makes a ballot invalid no person is needed, and the
    reasons it settles are dropped (`tally.validity` says which it settles). `faults` holds what was
    found, also on a ballot in review.
    """

    serial: str
    style: str
    verdict: Verdict
    lines: tuple[LineRuling, ...]
    faults: tuple[BallotFault, ...] = ()
    review: tuple[ReviewReason, ...] = ()
