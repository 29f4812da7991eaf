"""From what is on the paper to what a reading may say, under the `qd96` defaults.

A rule in one place: the gallery's manifest states the acceptable outcomes, the tests compare.
"""

from __future__ import annotations

from dataclasses import dataclass

from records.reading import BoxState, RejectionReason
from sample_scans.mark_shapes import PLAIN_CROSSES
from sample_scans.truth import BoxTruth, Truth

_NEEDS_A_PERSON = frozenset({BoxState.OTHER, BoxState.CORRECTED, BoxState.UNCLEAR})


@dataclass(frozen=True, slots=True)
class ExpectedBox:
    """`states`: the true one first, then others that are no silent error."""

    level: str
    states: tuple[BoxState, ...]


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """One official.

    Attributes:
        settled: whether `choice` and `faults` are certain; otherwise the line is for a person.
        choice: the level chosen, None for none or several.
        faults: `no_mark` or `several_marks`.
    """

    official: str
    boxes: tuple[ExpectedBox, ...]
    settled: bool
    choice: str | None
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExpectedBallot:
    """The contract's terms for one ballot.

    Attributes:
        verdicts: acceptable ones, the best first.
        faults: ballot faults that must stand in the reading or be under review.
    """

    serial: str
    verdicts: tuple[str, ...]
    faults: tuple[str, ...]
    lines: tuple[ExpectedLine, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """One of three: a ballot, a sheet rejected for one of `rejections`, or a file that is no image.

    Attributes:
        duplicate_of: the gallery scan whose serial this one repeats, "" for none.
    """

    ballot: ExpectedBallot | None = None
    rejections: tuple[RejectionReason, ...] = ()
    unreadable_file: bool = False
    duplicate_of: str = ""


def expected_ballot(
    truths: tuple[Truth, ...], verdicts: tuple[str, ...] = (), weak: bool = False, missing_page: bool = False
) -> ExpectedBallot:
    """What a reading of the ballot with these pages may say.

    Args:
        truths: one per page.
        verdicts: overrides the derived ones.
        weak: a person may be asked though everything is plain.
        missing_page: whether a printed page was not scanned.
    """
    boxes = tuple(box for truth in truths for box in truth.boxes)
    officials = tuple(dict.fromkeys(box.official for box in boxes))
    lines = tuple(_line(tuple(box for box in boxes if box.official == o), weak) for o in officials)
    faults = _faults(truths, missing_page)
    return ExpectedBallot(truths[0].serial, verdicts or _verdicts(lines, faults, weak), faults, lines)


def _faults(truths: tuple[Truth, ...], missing_page: bool) -> tuple[str, ...]:
    present = {
        "struck_name": any(truth.struck_officials for truth in truths),
        "added_writing": any(truth.writings for truth in truths),
        "missing_page": missing_page,
    }
    return tuple(name for name, holds in present.items() if holds)


def _verdicts(lines: tuple[ExpectedLine, ...], faults: tuple[str, ...], weak: bool) -> tuple[str, ...]:
    if faults:
        return ("invalid", "review")
    if not all(line.settled for line in lines):
        return ("review",)
    return ("valid", "review") if weak else ("valid",)


def _line(boxes: tuple[BoxTruth, ...], weak: bool) -> ExpectedLine:
    crosses = tuple(box.level for box in boxes if box.state is BoxState.CROSS)
    settled = not any(box.state in _NEEDS_A_PERSON for box in boxes)
    marked = any(box.state is not BoxState.EMPTY for box in boxes)
    fault = "several_marks" if len(crosses) > 1 else "" if marked else "no_mark"
    return ExpectedLine(
        official=boxes[0].official,
        boxes=tuple(ExpectedBox(box.level, _states(box, weak)) for box in boxes),
        settled=settled,
        choice=crosses[0] if settled and len(crosses) == 1 else None,
        faults=(fault,) if settled and fault else (),
    )


def _states(box: BoxTruth, weak: bool) -> tuple[BoxState, ...]:
    """A plain cross and an untouched box must be read as such, or on a weak scan go to a person."""
    if weak:
        return tuple(dict.fromkeys((box.state, *box.also, BoxState.UNCLEAR, BoxState.OTHER)))
    if box.mark is None or box.mark in PLAIN_CROSSES:
        return (box.state, *(() if box.mark else box.also))
    return (box.state, *box.also)
