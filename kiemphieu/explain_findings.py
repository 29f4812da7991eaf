"""What a page's picture has to explain: every box with ink, strike, writing and stamp, as one list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from kiemphieu.ballots import BallotEntry
from records.geometry import Rect, bounding_rect
from records.layout import LayoutPage
from records.reading import (
    BoxReading,
    BoxState,
    Certainty,
    PageReading,
    ReviewReason,
    SealFinding,
    SealState,
    WritingFinding,
)
from records.ruling import BallotFault, LineFault, LineRuling, Verdict

_BOX_MARGIN_MM, _STRIKE_MARGIN_MM, _WRITING_MARGIN_MM = 2.5, 2.0, 4.0

_BOX_REASONS = {
    BoxState.UNCLEAR: ReviewReason.UNCLEAR_MARK,
    BoxState.OTHER: ReviewReason.OTHER_MARK,
    BoxState.CORRECTED: ReviewReason.CORRECTED_MARK,
}
_SEAL_REASONS = {SealState.ABSENT: ReviewReason.SEAL_MISSING, SealState.UNCLEAR: ReviewReason.SEAL_UNCLEAR}

_MARK_FAULTS = frozenset({LineFault.SEVERAL_MARKS, LineFault.NOT_A_CROSS})
_CHOICES = {
    Verdict.VALID: "explain_counted",
    Verdict.REVIEW: "explain_read_as",
    Verdict.INVALID: "explain_not_counted",
}
"""A choice counts on a valid ballot only."""


class FindingKind(StrEnum):
    BOX = "box"
    STRIKE = "strike"
    WRITING = "writing"
    BESIDE = "beside"
    """Ink beside a box: it may be the mark."""
    SEAL = "seal"


class Weight(StrEnum):
    """How much a finding asks of a person."""

    REVIEW = "review"
    """It is a reason why a person must look."""
    FAULT = "fault"
    """It is a fault, and certain."""
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found on a page, with why it was taken as it was.

    Attributes:
        number: from 1; what asks for a person comes first. It ties the list to the picture.
        name: unique on the page; names the crop's file.
        state: a `BoxState`, a `Certainty` or a `SealState`.
        reasons: the reasons for review that the ruling has from this finding.
        ruling: what became of it in the count: ids of messages, the plainest first.
        place: what the crop shows, in page millimetres.
        target: the printed box, name or seal zone that it belongs to.
        evidence: bounds of its ink.
        scores: name and value of everything that was measured.
    """

    number: int
    kind: FindingKind
    name: str
    state: StrEnum
    weight: Weight
    reasons: tuple[ReviewReason, ...]
    ruling: tuple[str, ...]
    place: Rect
    target: Rect | None
    evidence: Rect | None
    scores: tuple[tuple[str, float], ...]
    official: str | None = None
    level: str | None = None


def page_findings(reading: PageReading, layout: LayoutPage, entry: BallotEntry) -> tuple[Finding, ...]:
    """Everything a person may ask about on this page: first what needs one, then the rest in page order."""
    lines = {line.official: line for line in entry.lines}
    found = [
        *_box_findings(reading, layout, entry.verdict, lines),
        *_strike_findings(reading, layout, entry, lines),
        *_writing_findings(reading, entry),
    ]
    if reading.seal is not None and layout.seal is not None:
        found.append(_seal_finding(reading.seal, layout.seal, entry))
    order = list(Weight)
    ranked = sorted(found, key=lambda finding: order.index(finding.weight))
    return tuple(replace(finding, number=number) for number, finding in enumerate(ranked, start=1))


def holds_ink(box: BoxReading) -> bool:
    """Whether anything was found in the box, be it a speck."""
    return box.state is not BoxState.EMPTY or box.evidence is not None or box.scores.ink_mm2 > 0


def scores_of(finding: Any) -> tuple[tuple[str, float], ...]:
    """Every number a finding carries, its `scores` first; each name once."""
    named: dict[str, float] = {}
    measured = dict(_numbers_of(getattr(finding, "scores", None)))
    if any(measured.values()):  # a record of an older reader has none
        named.update(measured)
    for name, value in _numbers_of(finding):
        named.setdefault(name, value)
    return tuple(named.items())


def _numbers_of(value: Any) -> Iterator[tuple[str, float]]:
    for field in fields(value) if value is not None else ():
        number = getattr(value, field.name)
        if isinstance(number, int | float):
            yield field.name, float(number)


def _box_findings(
    reading: PageReading, layout: LayoutPage, verdict: Verdict, lines: Mapping[str, LineRuling]
) -> Iterator[Finding]:
    for box, place in zip(reading.boxes, layout.boxes, strict=True):
        if not holds_ink(box):
            continue
        line = lines.get(box.official)
        reason = _BOX_REASONS.get(box.state)
        reasons = (reason,) if reason is not None and line is not None and reason in line.review else ()
        around = place.rect.inflated(_BOX_MARGIN_MM)
        if box.evidence is not None:
            around = bounding_rect((around, box.evidence.inflated(1.0)))
        ruling = _box_ruling(box, line, verdict)
        fault = (
            box.state is not BoxState.EMPTY and line is not None and not _MARK_FAULTS.isdisjoint(line.faults)
        )
        yield Finding(
            number=0,
            kind=FindingKind.BOX,
            name=f"{box.official}-{box.level}",
            state=box.state,
            weight=_weight(reasons, fault),
            reasons=reasons,
            ruling=ruling,
            place=around,
            target=place.rect,
            evidence=box.evidence,
            scores=scores_of(box),
            official=box.official,
            level=box.level,
        )


def _box_ruling(box: BoxReading, line: LineRuling | None, verdict: Verdict) -> tuple[str, ...]:
    """What the line it stands on came to, where the box has part in it."""
    if line is None or box.state is BoxState.EMPTY:
        return ()
    if line.review:
        return ("explain_line_waits",)
    if line.faults:
        return tuple(f"explain_fault_{fault.value}" for fault in line.faults)
    return (_CHOICES[verdict],) if line.choice == box.level else ()


def _strike_findings(
    reading: PageReading, layout: LayoutPage, entry: BallotEntry, lines: Mapping[str, LineRuling]
) -> Iterator[Finding]:
    names = {name.official: name.rect for name in layout.names}
    for number, strike in enumerate(reading.strikes, start=1):
        line = lines.get(strike.official)
        doubtful = strike.certainty is Certainty.DOUBTFUL
        wanted = ReviewReason.DOUBTFUL_STRIKE
        reasons = (wanted,) if doubtful and _stands(wanted, entry, line) else ()
        fault = not doubtful and (
            BallotFault.STRUCK_NAME in entry.faults
            or (line is not None and LineFault.STRUCK_NAME in line.faults)
        )
        name = names.get(strike.official)
        known = [rect for rect in (name, strike.evidence) if rect is not None]
        yield Finding(
            number=0,
            kind=FindingKind.STRIKE,
            name=f"strike-{number}-{strike.official}",
            state=strike.certainty,
            weight=_weight(reasons, fault),
            reasons=reasons,
            ruling=("explain_fault_struck_name",) if fault else (),
            place=bounding_rect(known).inflated(_STRIKE_MARGIN_MM),
            target=name,
            evidence=strike.evidence,
            scores=scores_of(strike),
            official=strike.official,
        )


def _writing_findings(reading: PageReading, entry: BallotEntry) -> Iterator[Finding]:
    for number, writing in enumerate(reading.writings, start=1):
        yield _writing_finding(number, writing, entry)


def _writing_finding(number: int, writing: WritingFinding, entry: BallotEntry) -> Finding:
    certain = writing.certainty is Certainty.CERTAIN
    # Under a rule that puts the fault on a line, certain writing is a person's to place.
    wanted = ReviewReason.DOUBTFUL_WRITING if certain else writing.reason
    reasons = (wanted,) if wanted in entry.review else ()
    fault = certain and BallotFault.ADDED_WRITING in entry.faults
    beside = writing.reason is ReviewReason.MARK_OUTSIDE_BOX and not certain
    return Finding(
        number=0,
        kind=FindingKind.BESIDE if beside else FindingKind.WRITING,
        name=f"writing-{number}",
        state=writing.certainty,
        weight=_weight(reasons, fault),
        reasons=reasons,
        ruling=("explain_fault_added_writing",) if fault else (),
        place=writing.evidence.inflated(_WRITING_MARGIN_MM),
        target=None,
        evidence=writing.evidence,
        scores=scores_of(writing),
    )


def _seal_finding(seal: SealFinding, zone: Rect, entry: BallotEntry) -> Finding:
    wanted = _SEAL_REASONS.get(seal.state)
    reasons = (wanted,) if wanted is not None and wanted in entry.review else ()
    fault = seal.state is SealState.ABSENT and BallotFault.NO_SEAL in entry.faults
    around = zone if seal.evidence is None else bounding_rect((zone, seal.evidence))
    return Finding(
        number=0,
        kind=FindingKind.SEAL,
        name="seal",
        state=seal.state,
        weight=_weight(reasons, fault),
        reasons=reasons,
        ruling=("explain_fault_no_seal",) if fault else (),
        place=around.inflated(_STRIKE_MARGIN_MM),
        target=zone,
        evidence=seal.evidence,
        scores=scores_of(seal),
    )


def _stands(reason: ReviewReason, entry: BallotEntry, line: LineRuling | None) -> bool:
    return reason in entry.review or (line is not None and reason in line.review)


def _weight(reasons: tuple[ReviewReason, ...], fault: bool) -> Weight:
    if reasons:
        return Weight.REVIEW
    return Weight.FAULT if fault else Weight.PLAIN
