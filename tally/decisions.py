"""What decisions of the committee make of a ballot. Pure; the rules, in order.

1. A decision on a line replaces what was read there: its vote or its faults, and every reason on it.
   A line that was not read at all (its page is missing or cannot be read) comes into being by it.
2. A decision on the ballot replaces its own faults, and settles those of its reasons that were there when
   it was made: reasons that came later stay, and lines keep theirs.
3. Of several decisions on the same line, or on the ballot, the last counts.
4. A ballot is free of faults of its own only when every official has a line: until then what is missing
   keeps its reason.

The verdict then follows as for a ballot nobody looked at: `tally.validity`, rules 13 to 16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from records.decision import BallotDecision, LineDecision
from records.reading import ReviewReason
from records.ruling import BallotFault, LineRuling


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions that stand on one ballot, in the order in which they were made."""

    lines: tuple[LineDecision, ...] = ()
    ballot: BallotDecision | None = None


UNDECIDED = Decided()

_MISSING = (
    ReviewReason.MISSING_PAGE,
    ReviewReason.NO_CODE,
    ReviewReason.FOREIGN_CODE,
    ReviewReason.NOT_REGISTERED,
    ReviewReason.UNKNOWN_LAYOUT,
    ReviewReason.PAGE_IMAGE,
    ReviewReason.SEVERAL_SHEETS,
    ReviewReason.INTERNAL_ERROR,
)
"""Reasons that say that lines were not read."""


def decide_lines(
    lines: Sequence[LineRuling], decided: Decided, officials: Sequence[str]
) -> tuple[LineRuling, ...]:
    """`lines` with rule 1, in the order of `officials`.

    Args:
        lines: as ruled from the paper.
        decided: the decisions.
        officials: everyone listed on the ballot, in print order; empty takes those of `lines`.
    """
    known = {line.official: line for line in lines}
    for decision in decided.lines:
        read = known.get(decision.official)
        boxes = read.boxes if read is not None else ()
        known[decision.official] = LineRuling(decision.official, boxes, decision.choice, decision.faults)
    order = officials or tuple(known)
    return tuple(known[official] for official in order if official in known)


def decide_ballot(
    found: tuple[BallotFault, ...],
    certain: frozenset[BallotFault],
    review: tuple[ReviewReason, ...],
    decided: Decided,
    lines_missing: bool,
) -> tuple[tuple[BallotFault, ...], frozenset[BallotFault], tuple[ReviewReason, ...]]:
    """Faults found, certain faults and reasons of a ballot, with rules 2 to 4."""
    if decided.ballot is None:
        return found, certain, review
    faults = decided.ballot.faults
    if faults:
        return faults, frozenset(faults), ()
    settled = frozenset(decided.ballot.settled)
    kept = [reason for reason in review if reason not in settled or (lines_missing and reason in _MISSING)]
    if lines_missing and not any(reason in _MISSING for reason in kept):
        kept.append(ReviewReason.MISSING_PAGE)
    return (), frozenset(), tuple(kept)
