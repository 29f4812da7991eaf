"""A ballot's ruling held against what is really on its paper.

The terms, as the report counts them. A ballot is read page by page, joined and ruled on under the rule set
as an issued ballot; what is judged is the ruling, not the pixels.

**Silent error**: a wrong ruling that no person is asked to look at.

- `line`: the line's own boxes give another choice or another fault than those on the paper allow, and the
  line itself carries no reason for a person. Whatever else the ballot carries does not help: a person
  called for line 3 may look at line 3 only, and a ballot invalid for a struck name keeps its wrong line.
  So the lines are ruled on anew without the certain faults of the whole ballot, which would hide their
  reasons. One exception: a mark drawn beside or between boxes counts as shown when the ballot carries a
  doubtful writing (`mark_outside_box` is one), for that finding is the mark.
- `false_fault`: the ballot is ruled invalid, and there is no stroke at a name and no writing on it. (An
  underline or a tick beside a name may be taken for either.)
- `missed_fault`: a name is struck or writing added, and the ballot is ruled valid.
- `unseen_strike`: half a name, or a position only, is struck, which a committee must look at, and the
  ballot is ruled valid.

Each counts once; the bar sets their sum against the number of lines.

**Silent box**, a stricter figure beside it: a box read as empty or as a cross which the truth does not
allow, whatever became of its line.

**Needless review**: a good ballot (crosses only, at most one a box, nothing struck, written or corrected)
that waits for a person. **Rejection**: a sheet without a reading; every simulated sheet can be read by a
person. A rejected ballot is neither a silent error nor a needless review.

**Finding**: a struck name or added writing is found as *certain* or *doubtful* when a strike or a writing
of the reading lies on it; *elsewhere* when none does but the ballot is not valid for another reason; else
*missed*. **False finding**: a strike or a writing found on a good ballot; ink beside a box that was taken
for a misplaced mark is counted apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from records.geometry import Rect
from records.reading import (
    BallotReading,
    BoxReading,
    BoxState,
    Certainty,
    PageReading,
    ReviewReason,
    StrikeFinding,
    WritingFinding,
)
from records.rules import FaultScope, OtherMarkPolicy, RuleSet
from records.ruling import BallotRuling, LineFault, LineRuling, Verdict
from sample_scans.mark_shapes import MarkKind
from sample_scans.strike_shapes import FOR_A_PERSON
from sample_scans.truth import BoxTruth, Truth
from scanner.interpret import interpret_ballot
from tally.validity import Issued, classify_line, rule_ballot

_MISPLACED = frozenset({MarkKind.CROSS_BESIDE, MarkKind.CROSS_BETWEEN, MarkKind.CROSS_ON_LINE})
_SURE = frozenset({BoxState.EMPTY, BoxState.CROSS})
OUTSIDE_BOX = ReviewReason.MARK_OUTSIDE_BOX.value
_NEAR_MM = 2.0
"""How far a finding may lie off the ink it stands for: the pen's width and what joins strokes to words."""


Finding = StrikeFinding | WritingFinding


class ErrorKind(StrEnum):
    LINE = "line"
    FALSE_FAULT = "false_fault"
    MISSED_FAULT = "missed_fault"
    UNSEEN_STRIKE = "unseen_strike"


class Found(StrEnum):
    CERTAIN = "certain"
    DOUBTFUL = "doubtful"
    ELSEWHERE = "elsewhere"
    MISSED = "missed"


class FoundWhat(StrEnum):
    STRIKE = "strike"
    DOUBTFUL_STRIKE = "doubtful_strike"
    """Half a name or a position only: for a person to judge."""
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class SilentError:
    """`official` is "" where the ruling of the whole ballot is wrong; `marks` are the kinds on its line."""

    kind: ErrorKind
    official: str
    marks: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class SilentBox:
    official: str
    level: str
    mark: str
    read: BoxState


@dataclass(frozen=True, slots=True)
class FindingOutcome:
    """What became of one struck name or one writing.

    Attributes:
        kind: the strike's, or the text written.
        on_stamp: whether it was written over the stamp, as the reading has it.
    """

    what: FoundWhat
    kind: str
    size_mm: float
    found: Found
    on_stamp: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """One ballot.

    Attributes:
        reasons: why a person must look, over the ballot and its lines; empty unless in review.
        review_marks: mark kind and reason for each line in review.
        false_findings: on a good ballot, one word for each finding.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    errors: tuple[SilentError, ...]
    boxes: tuple[SilentBox, ...]
    findings: tuple[FindingOutcome, ...]
    false_findings: tuple[str, ...]
    review_marks: tuple[tuple[str, str], ...]


def judge_ballot(truths: Sequence[Truth], pages: Sequence[PageReading], rules: RuleSet) -> Judgement:
    """Rules on the ballot and compares; `truths` and `pages` are those of all its pages, in order."""
    reading = interpret_ballot(pages)
    ruling = rule_ballot(reading, rules, Issued.ISSUED)
    own = rule_ballot(
        _without_certain_faults(reading), replace(rules, line_fault=FaultScope.LINE), Issued.ISSUED
    )
    boxes = [box for truth in truths for box in truth.boxes]
    good = all(truth.straightforward for truth in truths)
    reasons = dict.fromkeys(reason.value for reason in ruling.review)
    reasons |= dict.fromkeys(reason.value for line in ruling.lines for reason in line.review)
    return Judgement(
        verdict=ruling.verdict,
        reasons=tuple(reasons),
        errors=(*_line_errors(boxes, own, reading, rules), *_ballot_errors(truths, ruling)),
        boxes=_silent_boxes(boxes, reading.boxes),
        findings=_findings(truths, reading, ruling.verdict),
        false_findings=_false_findings(reading) if good else (),
        review_marks=_review_marks(boxes, ruling.lines),
    )


def _without_certain_faults(reading: BallotReading) -> BallotReading:
    pages = (
        replace(
            page,
            strikes=tuple(s for s in page.strikes if s.certainty is Certainty.DOUBTFUL),
            writings=tuple(w for w in page.writings if w.certainty is Certainty.DOUBTFUL),
        )
        for page in reading.pages
    )
    return replace(reading, pages=tuple(pages))


def _line_errors(
    boxes: Sequence[BoxTruth], own: BallotRuling, reading: BallotReading, rules: RuleSet
) -> list[SilentError]:
    shown = any(writing.certainty is Certainty.DOUBTFUL for writing in reading.writings)
    errors = []
    for line in own.lines:
        if line.review:
            continue
        truth = [box for box in boxes if box.official == line.official]
        if shown and any(box.mark in _MISPLACED for box in truth):
            continue
        if _read_outcome(line) not in allowed_outcomes(tuple(truth), rules):
            marks = tuple(sorted({box.mark.value for box in truth if box.mark is not None})) or ("none",)
            read = " ".join(f"{level}={state.value}" for level, state in line.boxes)
            drawn = " ".join(f"{box.level}={box.mark.value if box.mark else '-'}" for box in truth)
            errors.append(SilentError(ErrorKind.LINE, line.official, marks, f"drawn {drawn}; read {read}"))
    return errors


def _read_outcome(line: LineRuling) -> str:
    return line.choice or ",".join(fault.value for fault in line.faults)


def allowed_outcomes(boxes: tuple[BoxTruth, ...], rules: RuleSet) -> frozenset[str]:
    """Every settled outcome of a line that its paper allows: a level, or a fault.

    Each box may be read in its true state or in any other that is no silent error. A misplaced mark's
    other states are none unless a person is called, so its line allows no settled outcome.
    """
    if any(box.mark in _MISPLACED for box in boxes):
        return frozenset()
    levels = [level.id for level in rules.levels]
    ordered = sorted(boxes, key=lambda box: levels.index(box.level))
    readings = itertools.product(*((box.state, *box.also) for box in ordered))
    found = {outcome for states in readings if (outcome := _outcome(states, rules.other_mark)) is not None}
    return frozenset(levels[outcome] if isinstance(outcome, int) else outcome.value for outcome in found)


@cache
def _outcome(states: tuple[BoxState, ...], other_mark: OtherMarkPolicy) -> LineFault | int | None:
    """None where a person is called."""
    if {BoxState.UNCLEAR, BoxState.CORRECTED} & set(states):
        return None
    outcome = classify_line(states, other_mark)
    return None if isinstance(outcome, ReviewReason) else outcome


def _ballot_errors(truths: Sequence[Truth], ruling: BallotRuling) -> list[SilentError]:
    struck = [official for truth in truths for official in truth.struck_officials]
    written = [writing.text for truth in truths for writing in truth.writings]
    at_names = [strike for truth in truths for strike in truth.strikes]
    half = [strike.kind.value for strike in at_names if strike.kind in FOR_A_PERSON]
    if ruling.verdict is Verdict.INVALID and not (at_names or written):
        text = "invalid for " + ", ".join(fault.value for fault in ruling.faults)
        return [SilentError(ErrorKind.FALSE_FAULT, "", (), text)]
    if ruling.verdict is not Verdict.VALID:
        return []
    if struck or written:
        what = [f"name struck on {official}" for official in struck] + [
            f"writing {text!r}" for text in written
        ]
        return [SilentError(ErrorKind.MISSED_FAULT, "", (), "ruled valid: " + "; ".join(what))]
    if half:
        return [SilentError(ErrorKind.UNSEEN_STRIKE, "", (), "ruled valid: " + ", ".join(half))]
    return []


def _silent_boxes(truths: Sequence[BoxTruth], boxes: Sequence[BoxReading]) -> tuple[SilentBox, ...]:
    found = []
    read = {(box.official, box.level): box.state for box in boxes}
    for truth in truths:
        state = read[truth.official, truth.level]
        if state in _SURE and state is not truth.state and state not in truth.also:
            mark = truth.mark.value if truth.mark else "none"
            found.append(SilentBox(truth.official, truth.level, mark, state))
    return tuple(found)


def _findings(
    truths: Sequence[Truth], reading: BallotReading, verdict: Verdict
) -> tuple[FindingOutcome, ...]:
    outcomes = []
    for truth, page in zip(truths, reading.pages, strict=True):
        evidence: list[Finding] = [*page.strikes, *page.writings]
        for official in dict.fromkeys(strike.official for strike in truth.strikes):
            own = [strike for strike in truth.strikes if strike.official == official]
            what = FoundWhat.STRIKE if any(strike.struck for strike in own) else FoundWhat.DOUBTFUL_STRIKE
            if what is FoundWhat.DOUBTFUL_STRIKE and own[0].kind not in FOR_A_PERSON:
                continue
            on_it: list[Finding] = [s for s in page.strikes if s.official == official]
            on_it += [f for f in evidence if any(_touches(f, strike.area) for strike in own)]
            size = max(_size(strike.area) for strike in own)
            outcomes.append(FindingOutcome(what, own[0].kind.value, size, _found(on_it, verdict)))
        for writing in truth.writings:
            on_it = [f for f in evidence if _touches(f, writing.area)]
            found, size = _found(on_it, verdict), _size(writing.area)
            stamp = page.seal.evidence if page.seal is not None else None
            over = stamp is not None and stamp.intersection_mm2(writing.area) > 0
            outcomes.append(FindingOutcome(FoundWhat.WRITING, writing.text, size, found, over))
    return tuple(outcomes)


def _touches(finding: Finding, area: Rect) -> bool:
    return finding.evidence.inflated(_NEAR_MM).intersection_mm2(area.inflated(_NEAR_MM)) > 0


def _size(area: Rect) -> float:
    return round(max(area.width_mm, area.height_mm), 2)


def _found(on_it: Sequence[Finding], verdict: Verdict) -> Found:
    certainties = {finding.certainty for finding in on_it}
    if Certainty.CERTAIN in certainties:
        return Found.CERTAIN
    if certainties:
        return Found.DOUBTFUL
    return Found.MISSED if verdict is Verdict.VALID else Found.ELSEWHERE


def _false_findings(reading: BallotReading) -> tuple[str, ...]:
    words = [f"strike_{strike.certainty.value}" for strike in reading.strikes]
    for writing in reading.writings:
        beside = writing.certainty is Certainty.DOUBTFUL and writing.reason is ReviewReason.MARK_OUTSIDE_BOX
        words.append(OUTSIDE_BOX if beside else f"writing_{writing.certainty.value}")
    return tuple(words)


def _review_marks(boxes: Sequence[BoxTruth], lines: Sequence[LineRuling]) -> tuple[tuple[str, str], ...]:
    found = []
    for line in lines:
        marks = sorted({box.mark.value for box in boxes if box.official == line.official and box.mark})
        found += [("+".join(marks) or "none", reason.value) for reason in line.review]
    return tuple(found)
