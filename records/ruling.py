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
    """One official's line: `choice` is a level id, or None when the line gives no vote.

    `boxes` pairs level ids with states in column order.
    """

    official: str
    boxes: tuple[tuple[str, BoxState], ...]
    choice: str | None
    faults: tuple[LineFault, ...] = ()
    review: tuple[ReviewReason, ...] = ()


@dataclass(frozen=True, slots=True)
class BallotRuling:
    """One ballot. Under `Verdict.REVIEW` no line counts; under `INVALID` every line is invalid.

    `review` holds the ballot's own reasons; each line keeps its own. `verdict` is `REVIEW` whenever
    either is not empty and no certain ballot fault already makes the ballot invalid.
    """

    serial: str
    style: str
    verdict: Verdict
    lines: tuple[LineRuling, ...]
    faults: tuple[BallotFault, ...] = ()
    review: tuple[ReviewReason, ...] = ()
