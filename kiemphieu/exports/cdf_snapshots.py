"""The snapshots of one cast vote record: what is on the paper, what the rules make of it, what was decided.

* `original`: the paper. Every box with a mark or any ink, its state and its scores; nothing is allocated.
* `modified`: the same after the rules. A vote is one position that is allocable with one vote.
* `interpreted`: after the committee's decisions; only where there are any.

A ballot in review claims no vote in any of them that a count may go by: nothing is allocable before a person
has looked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from typing import Any

from kiemphieu.ballots import BallotEntry, Standing
from kiemphieu.exports import cdf_words as cdf
from kiemphieu.exports.cdf_words import typed
from records.decision import Decision, RecordedDecision
from records.reading import BoxReading, BoxState, MarkScores, PageReading
from records.ruling import LineFault, LineRuling, Verdict
from records.token import SERIAL_ALPHABET, SERIAL_LENGTH

_INDICATION = {BoxState.EMPTY: cdf.NO, BoxState.UNCLEAR: cdf.UNKNOWN}
_NO_SCORES = MarkScores()
_SERIAL = re.compile(
    r"\b" + r"[ \-]?".join([f"[{SERIAL_ALPHABET}]{{4}}"] * (SERIAL_LENGTH // 4)) + r"\b", re.IGNORECASE
)
_HASH = re.compile(r"\b[0-9a-f]{8,64}\b", re.IGNORECASE)


def original_snapshot(identifier: str, read: BallotEntry | None) -> dict[str, Any]:
    """The paper; without contests where nothing of it could be read."""
    pages = _pages_read(read)
    boxes: dict[str, list[BoxReading]] = {}
    for page in pages:
        for box in page.boxes:
            boxes.setdefault(box.official, []).append(box)
    findings = list(_findings(pages))
    return cdf.identified(
        identifier,
        "CVRSnapshot",
        Type=cdf.ORIGINAL,
        Annotation=[typed("Annotation", Message=findings)] if findings else None,
        CVRContest=[
            typed("CVRContest", ContestId=cdf.contest_id(official), CVRContestSelection=_marks(found))
            for official, found in boxes.items()
        ],
    )


def _pages_read(read: BallotEntry | None) -> tuple[PageReading, ...]:
    """One reading per page number, the one that the ruling went by."""
    if read is None or read.standing is Standing.FOREIGN:
        return ()
    chosen: dict[int, PageReading] = {}
    for page in read.pages:
        if isinstance(page.result, PageReading):
            chosen.setdefault(page.result.token.page, page.result)
    return tuple(chosen[number] for number in sorted(chosen))


def _marks(boxes: Sequence[BoxReading]) -> list[dict[str, Any]]:
    return [
        _selection(
            box.official,
            box.level,
            option,
            HasIndication=_INDICATION.get(box.state, cdf.YES),
            IsAllocable=cdf.UNKNOWN,
            NumberVotes=int(box.state is BoxState.CROSS),
            MarkMetricValue=[f"{score:.4g}" for score in astuple(box.scores)],
            Status=[cdf.OTHER],
            OtherStatus=box.state.value,
        )
        for option, box in enumerate(boxes, start=1)
        if box.state is not BoxState.EMPTY or box.scores != _NO_SCORES
    ]


def _selection(official: str, level: str, option: int, **position: Any) -> dict[str, Any]:
    return typed(
        "CVRContestSelection",
        ContestSelectionId=cdf.selection_id(official, level),
        OptionPosition=option,
        SelectionPosition=[typed("SelectionPosition", Position=1, **position)],
    )


def _findings(pages: Iterable[PageReading]) -> Iterator[str]:
    """What else is on the paper, in words that say nothing of where the sheet lay."""
    for page in pages:
        for strike in page.strikes:
            yield f"struck_name {strike.official}: {strike.certainty.value}"
        for writing in page.writings:
            yield f"added_writing page {page.token.page}: {writing.certainty.value}"
        if page.seal is not None:
            yield f"seal: {page.seal.state.value}"


def ruled_snapshot(
    identifier: str,
    kind: str,
    entry: BallotEntry | None,
    verdict: Verdict,
    officials: Sequence[str],
    decisions: Sequence[RecordedDecision] = (),
) -> dict[str, Any]:
    """What the rules, or with `decisions` the committee, make of a ballot.

    Args:
        identifier: of the snapshot.
        kind: its type.
        entry: the ruling; None where without a decision it would be no ballot.
        verdict: how the ballot is taken.
        officials: everyone listed on the sheet.
        decisions: those that bear on it.
    """
    lines = {line.official: line for line in entry.lines} if entry is not None else {}
    decided = {recorded.decision.line.official for recorded in decisions if recorded.decision.line}
    status, words = _ballot_status(entry, verdict)
    return cdf.identified(
        identifier,
        "CVRSnapshot",
        Type=kind,
        Status=status,
        OtherStatus=words,
        Annotation=[_annotation(recorded.decision) for recorded in decisions],
        CVRContest=list(_contests(lines, verdict, officials, decided)),
    )


def _ballot_status(entry: BallotEntry | None, verdict: Verdict) -> tuple[list[str], str | None]:
    faults = [fault.value for fault in entry.faults] if entry is not None else []
    if verdict is Verdict.VALID:
        return [], None
    if verdict is Verdict.INVALID:
        return [cdf.OTHER], f"{cdf.INVALID_BALLOT}: {' '.join(faults or [cdf.LINE_FAULT])}"
    reasons = [reason.value for reason in entry.review] if entry is not None else []
    if not reasons:
        return [cdf.NEEDS_ADJUDICATION], None
    return [cdf.NEEDS_ADJUDICATION, cdf.OTHER], f"{cdf.IN_REVIEW}: {' '.join(reasons)}"


def _contests(
    lines: Mapping[str, LineRuling], verdict: Verdict, officials: Sequence[str], decided: set[str]
) -> Iterator[dict[str, Any]]:
    for official in officials:
        line = lines.get(official)
        if verdict is Verdict.REVIEW:
            if line is not None:
                yield _open_contest(line)
            continue
        choice = line.choice if line is not None and verdict is Verdict.VALID else None
        status, words, overvoted = _line_status(line, verdict)
        yield typed(
            "CVRContest",
            ContestId=cdf.contest_id(official),
            Overvotes=int(choice is None and overvoted),
            Undervotes=int(choice is None and not overvoted),
            Status=status,
            OtherStatus=words,
            CVRContestSelection=_ruled_marks(line, choice, official in decided) if line is not None else None,
        )


def _open_contest(line: LineRuling) -> dict[str, Any]:
    """A line of a ballot in review: whatever is on it waits."""
    reasons = " ".join(reason.value for reason in line.review)
    return typed(
        "CVRContest",
        ContestId=cdf.contest_id(line.official),
        Status=[cdf.OTHER] if reasons else None,
        OtherStatus=f"{cdf.IN_REVIEW}: {reasons}" if reasons else None,
        CVRContestSelection=[
            {
                **_selection(
                    line.official,
                    level,
                    option,
                    HasIndication=_INDICATION.get(state, cdf.YES),
                    IsAllocable=cdf.UNKNOWN,
                    NumberVotes=0,
                ),
                "Status": [cdf.NEEDS_ADJUDICATION],
            }
            for option, (level, state) in enumerate(line.boxes, start=1)
            if state is not BoxState.EMPTY
        ],
    )


def _line_status(line: LineRuling | None, verdict: Verdict) -> tuple[list[str], str | None, bool]:
    """Statuses, our own words for them, and whether the vote was lost by too many marks."""
    faults = line.faults if line is not None else ()
    invalid = verdict is Verdict.INVALID
    if not faults and not invalid:
        return [], None, False
    overvoted = LineFault.SEVERAL_MARKS in faults
    status = [cdf.OVERVOTED] if overvoted else []
    if LineFault.NO_MARK in faults:
        status += [cdf.UNDERVOTED, cdf.NOT_INDICATED]
    if invalid or set(faults) != {LineFault.NO_MARK}:
        status.append(cdf.INVALIDATED)
    if faults:
        status.append(cdf.OTHER)
    return status, " ".join(fault.value for fault in faults) or None, overvoted


def _ruled_marks(line: LineRuling, choice: str | None, decided: bool) -> list[dict[str, Any]]:
    """The box with the vote, and every other mark as one that does not count.

    A vote that a person read from a sheet that could not be read by machine has no box with a known state.
    """
    boxes = dict(line.boxes)
    marked = {level for level, state in boxes.items() if state is not BoxState.EMPTY}
    order = list(boxes) or ([choice] if choice is not None else [])
    marks = []
    for option, level in enumerate(order, start=1):
        if level != choice and level not in marked:
            continue
        votes = int(level == choice)
        status = [] if votes else [cdf.INVALIDATED]
        position = _selection(
            line.official,
            level,
            option,
            HasIndication=_INDICATION.get(boxes[level], cdf.YES) if level in boxes else cdf.UNKNOWN,
            IsAllocable=cdf.YES if votes else cdf.NO,
            NumberVotes=votes,
            Status=[*([cdf.POSITION_ADJUDICATED] if decided else []), *status],
        )
        if not boxes:
            del position["OptionPosition"]
        marks.append(position)
    return marks


def _annotation(decision: Decision) -> dict[str, Any]:
    """Who decided, what, and why; without a day, and without what names a ballot."""
    words = [_decided(decision), decision.reason]
    return typed(
        "Annotation",
        AdjudicatorName=[_without_names_of_ballots(name) for name in decision.by],
        Message=[_without_names_of_ballots(word) for word in words if word],
    )


def _decided(decision: Decision) -> str:
    if decision.line is not None:
        line = decision.line
        return f"line {line.official}: {line.choice or ' '.join(fault.value for fault in line.faults)}"
    if decision.ballot is not None:
        faults = " ".join(fault.value for fault in decision.ballot.faults)
        return f"ballot: {faults or 'no fault of its own'}"
    return f"sheet: {decision.sheet.standing.value}" if decision.sheet is not None else ""


def _without_names_of_ballots(text: str) -> str:
    """A reason in a person's words may name a serial or an image."""
    return _HASH.sub("…", _SERIAL.sub("…", text))
