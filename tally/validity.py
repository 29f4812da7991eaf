"""What a ballot means: facts of the paper and a rule set become a ruling. Pure, no input or output.

The rules, in the order in which they apply. Clauses are in the rule set; "open" questions are those
of rules.md that no text settles, each a setting of the rule set.

**A line** (one official), from its boxes and the strikes on its name:

1. A *corrected* or *unclear* box sends the line to a person (`corrected_mark`, `unclear_mark`),
   whatever else stands on the line: what the voter meant by the correction is not the scanner's to say.
2. No box marked: fault `no_mark`.
3. Two or three crosses: fault `several_marks` ("đánh dấu vào 2 hoặc 3 ô"), another mark beside them
   or not.
4. One cross and nothing else: the vote.
5. What remains holds an *other* mark: a tick, a circle, any deliberate mark that is no X. Whether
   that is a mark is open, so the setting `other_mark` rules:
   `review`: a person decides (`other_mark`), also where a cross stands beside it.
   `accept`: it counts like a cross. Alone it is the vote; in two boxes it is `several_marks`.
   `reject`: alone it is fault `not_a_cross`. With a second mark, cross or not, it is
   `several_marks`. Refusing ticks must not turn "cross and tick" into a silent vote for the cross:
   the clause on two or three boxes says "đánh dấu", not "đánh dấu X", and a voter who ticked
   another box did mark it. Either way of reading gives the same: no vote.
6. A name struck out for certain: line fault `struck_name`, no vote. A doubtful strike: a person.

**The ballot**:

7. Not issued by the committee: fault `not_issued`, always of the whole ballot.
8. A name struck out: fault `struck_name` of the ballot, unless `ballot_fault = "line"`.
9. Added writing: fault `added_writing`. Under `ballot_fault = "line"` a person says which line it
   spoils, because writing belongs to no line by itself (`doubtful_writing`).
   Doubtful writing: the finding's own reason.
10. The stamp, where the sheet has a zone for it. Absent: nothing (`seal = "ignore"`), a person
    (`review`), or fault `no_seal` (`require`). Unclear: a person, unless ignored.
11. A page not scanned: fault `missing_page` and a person, never invalid by itself: the page may
    still lie in the feeder, and its lines are unknown.
12. Reasons that the scanner or the intake gave for a page or the ballot are kept.

**The verdict**, the first that holds:

13. *invalid*: a certain fault of the whole ballot (7-10), unless a reason stands that puts in
    question which ballot this is or whether its page was read at all (`duplicate_serial`,
    `weak_registration`, …; every reason not in `SETTLED_BY_BALLOT_FAULT`).
14. *invalid*: under `line_fault = "ballot"`, a line with fault 2, 3 or 5, unless the ballot itself
    carries a reason: a cross beside the box, say, may be the mark that the line lacks. Doubts about
    *other* lines are settled by the fault.
15. *review*: any reason is left, on the ballot or on a line.
16. *valid*.

Decisions of the committee (`tally.decisions`) come between 12 and 13.

An invalid ballot needs no person, so it carries no reasons (contract: "empty when no person is
needed"); what was seen stays in its boxes and faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from records.errors import KiemphieuError, RuleSetError
from records.reading import BallotReading, BoxState, Certainty, ReviewReason, SealState
from records.rules import FaultScope, OtherMarkPolicy, RuleSet, SealPolicy
from records.ruling import BallotFault, BallotRuling, LineFault, LineRuling, Verdict
from tally.decisions import UNDECIDED, Decided, decide_ballot, decide_lines


class Issued(StrEnum):
    """Whether the serial is among those that the committee recorded as printed and handed out."""

    ISSUED = "issued"
    NOT_ISSUED = "not_issued"


SETTLED_BY_BALLOT_FAULT = frozenset(
    {
        ReviewReason.UNCLEAR_MARK,
        ReviewReason.OTHER_MARK,
        ReviewReason.CORRECTED_MARK,
        ReviewReason.MARK_OUTSIDE_BOX,
        ReviewReason.DOUBTFUL_STRIKE,
        ReviewReason.DOUBTFUL_WRITING,
        ReviewReason.SEAL_MISSING,
        ReviewReason.SEAL_UNCLEAR,
        ReviewReason.MISSING_PAGE,
    }
)
"""Reasons that ask what one finding means. All others ask whether the findings can be trusted."""

LINE_SCOPE_FAULTS = frozenset({LineFault.NO_MARK, LineFault.SEVERAL_MARKS, LineFault.NOT_A_CROSS})
"""The line faults that `line_fault` rules; `struck_name` is ruled by `ballot_fault`."""

_Word = TypeVar("_Word", bound=StrEnum)


def rule_ballot(
    reading: BallotReading,
    rules: RuleSet,
    issued: Issued,
    decided: Decided = UNDECIDED,
    officials: Sequence[str] = (),
) -> BallotRuling:
    """Rules on one ballot; the module's text gives the rules.

    Args:
        reading: the facts of the ballot over all its pages.
        rules: with the committee's overrides applied.
        issued: from the record of printed serials.
        decided: what the committee decided on it.
        officials: everyone listed on the ballot; needed where a page of it may be missing.

    Raises:
        RuleSetError: the ballot was printed with other levels than the rule set has.
        KiemphieuError: a strike names an official who has no line on the ballot.
    """
    lines = _rule_lines(reading, rules)
    found, certain = _ballot_faults(reading, rules, issued)
    review = _ballot_review(reading, rules)
    lines = decide_lines(lines, decided, officials)
    missing = len(lines) < len(officials)
    found, certain, review = decide_ballot(found, certain, review, decided, missing)
    ruling = BallotRuling(reading.serial, reading.style, Verdict.VALID, lines, found, review)
    return _with_verdict(ruling, rules, certain)


def classify_line(
    states: tuple[BoxState, ...], other_mark: OtherMarkPolicy
) -> LineFault | ReviewReason | int:
    """Rules 1 to 5 for the boxes of one line.

    Returns:
        The index of the box that has the vote, or a fault, or the policy's reason for a person.
        A line with a corrected or unclear box has no such answer: see `_line_review`.
    """
    crosses = [index for index, state in enumerate(states) if state is BoxState.CROSS]
    others = [index for index, state in enumerate(states) if state is BoxState.OTHER]
    if not crosses and not others:
        return LineFault.NO_MARK
    if len(crosses) >= 2:
        return LineFault.SEVERAL_MARKS
    if not others:
        return crosses[0]
    if other_mark is OtherMarkPolicy.REVIEW:
        return ReviewReason.OTHER_MARK
    if len(crosses) + len(others) >= 2:
        return LineFault.SEVERAL_MARKS
    return others[0] if other_mark is OtherMarkPolicy.ACCEPT else LineFault.NOT_A_CROSS


def _rule_lines(reading: BallotReading, rules: RuleSet) -> tuple[LineRuling, ...]:
    states: dict[str, dict[str, BoxState]] = {}
    for box in reading.boxes:
        line = states.setdefault(box.official, {})
        if box.level in line:
            raise _levels_differ(reading, box.official, rules, (*line, box.level))
        line[box.level] = box.state
    strikes: dict[str, set[Certainty]] = {official: set() for official in states}
    for strike in reading.strikes:
        if strike.official not in strikes:
            raise KiemphieuError("ruling_line_unknown", serial=reading.serial, official=strike.official)
        strikes[strike.official].add(strike.certainty)
    level_ids = [level.id for level in rules.levels]
    lines = []
    for official, line in states.items():
        if set(line) != set(level_ids):
            raise _levels_differ(reading, official, rules, tuple(line))
        boxes = tuple((level_id, line[level_id]) for level_id in level_ids)
        lines.append(_rule_line(official, boxes, strikes[official], rules.other_mark))
    return tuple(lines)


def _levels_differ(
    reading: BallotReading, official: str, rules: RuleSet, found: tuple[str, ...]
) -> RuleSetError:
    return RuleSetError(
        "ruling_levels_differ",
        serial=reading.serial,
        official=official,
        rules=rules.id,
        found=", ".join(found),
        expected=", ".join(level.id for level in rules.levels),
    )


def _rule_line(
    official: str,
    boxes: tuple[tuple[str, BoxState], ...],
    strikes: set[Certainty],
    other_mark: OtherMarkPolicy,
) -> LineRuling:
    states = tuple(state for _, state in boxes)
    choice: str | None = None
    faults: list[LineFault] = []
    review = _line_review(states)
    if not review:
        found = classify_line(states, other_mark)
        if isinstance(found, int):
            choice = boxes[found][0]
        elif isinstance(found, LineFault):
            faults.append(found)
        else:
            review.append(found)
    if Certainty.CERTAIN in strikes:
        # Struck for certain, the line gives no vote whatever its boxes hold: no person is needed.
        return LineRuling(official, boxes, None, _in_order(LineFault, (*faults, LineFault.STRUCK_NAME)))
    if Certainty.DOUBTFUL in strikes:
        review.append(ReviewReason.DOUBTFUL_STRIKE)
    return LineRuling(official, boxes, choice, tuple(faults), _in_order(ReviewReason, review))


def _line_review(states: tuple[BoxState, ...]) -> list[ReviewReason]:
    """Rule 1."""
    reasons = {BoxState.UNCLEAR: ReviewReason.UNCLEAR_MARK, BoxState.CORRECTED: ReviewReason.CORRECTED_MARK}
    return [reason for state, reason in reasons.items() if state in states]


def _ballot_faults(
    reading: BallotReading, rules: RuleSet, issued: Issued
) -> tuple[tuple[BallotFault, ...], frozenset[BallotFault]]:
    """Rules 7 to 11: the faults found, and those that make the ballot invalid by themselves."""
    certain: set[BallotFault] = set()
    found: set[BallotFault] = set()
    whole = rules.ballot_fault is FaultScope.BALLOT
    if issued is Issued.NOT_ISSUED:
        certain.add(BallotFault.NOT_ISSUED)
    if whole and any(strike.certainty is Certainty.CERTAIN for strike in reading.strikes):
        certain.add(BallotFault.STRUCK_NAME)
    if any(writing.certainty is Certainty.CERTAIN for writing in reading.writings):
        (certain if whole else found).add(BallotFault.ADDED_WRITING)
    if rules.seal is SealPolicy.REQUIRE and SealState.ABSENT in _seal_states(reading):
        certain.add(BallotFault.NO_SEAL)
    if reading.missing_pages:
        found.add(BallotFault.MISSING_PAGE)
    return _in_order(BallotFault, found | certain), frozenset(certain)


def _ballot_review(reading: BallotReading, rules: RuleSet) -> tuple[ReviewReason, ...]:
    """Rules 9 to 12."""
    reasons = set(reading.review)
    for page in reading.pages:
        reasons.update(page.review)
    for writing in reading.writings:
        if writing.certainty is Certainty.DOUBTFUL:
            reasons.add(writing.reason)
        elif rules.ballot_fault is FaultScope.LINE:
            reasons.add(ReviewReason.DOUBTFUL_WRITING)
    states = _seal_states(reading)
    if SealState.UNCLEAR in states and rules.seal is not SealPolicy.IGNORE:
        reasons.add(ReviewReason.SEAL_UNCLEAR)
    if SealState.ABSENT in states and rules.seal is SealPolicy.REVIEW:
        reasons.add(ReviewReason.SEAL_MISSING)
    if reading.missing_pages:
        reasons.add(ReviewReason.MISSING_PAGE)
    return _in_order(ReviewReason, reasons)


def _seal_states(reading: BallotReading) -> frozenset[SealState]:
    return frozenset(page.seal.state for page in reading.pages if page.seal is not None)


def _with_verdict(ruling: BallotRuling, rules: RuleSet, certain: frozenset[BallotFault]) -> BallotRuling:
    """Rules 13 to 16."""
    line_reasons = {reason for line in ruling.lines for reason in line.review}
    reasons = line_reasons.union(ruling.review)
    settled = (certain and reasons <= SETTLED_BY_BALLOT_FAULT) or (
        rules.line_fault is FaultScope.BALLOT and not ruling.review and has_faulty_line(ruling)
    )
    if settled:
        lines = tuple(replace(line, review=()) for line in ruling.lines)
        return replace(ruling, verdict=Verdict.INVALID, lines=lines, review=())
    return replace(ruling, verdict=Verdict.REVIEW if reasons else Verdict.VALID)


def has_faulty_line(ruling: BallotRuling) -> bool:
    """Whether a line has a fault that `line_fault` rules."""
    return any(not LINE_SCOPE_FAULTS.isdisjoint(line.faults) for line in ruling.lines)


def _in_order(words: type[_Word], found: Iterable[_Word]) -> tuple[_Word, ...]:
    """`found` without repeats, in the order of the enum, so that equal facts give equal rulings."""
    present = set(found)
    return tuple(word for word in words if word in present) if present else ()
