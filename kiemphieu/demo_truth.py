"""What a marked sheet must be counted as, and where a count differs from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kiemphieu.ballots import BallotEntry
from records.layout import Layout
from records.reading import (
    BallotReading,
    BoxReading,
    BoxState,
    Certainty,
    MarkScores,
    PageReading,
    RegistrationQuality,
    SealFinding,
    SealState,
    StrikeFinding,
    WritingFinding,
)
from records.rules import RuleSet
from records.ruling import BallotRuling, LineRuling, Verdict
from records.token import Token, TokenKind
from sample_scans.truth import Truth
from tally.validity import Issued, rule_ballot

_PERFECT = RegistrationQuality(0.0, 0.0, 0, 300.0, 300.0, 0.0, 0, 4)


@dataclass(frozen=True, slots=True)
class ExpectedBallot:
    """A sheet's truth and the ruling that the truth gives under the vote's rules."""

    truth: Truth
    ruling: BallotRuling


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that was counted as something else than it is; no official: the whole ballot."""

    serial: str
    official: str
    counted: str
    true: str


def expected_ballot(truth: Truth, layout: Layout, rules: RuleSet) -> ExpectedBallot:
    """Rules on the truth as on a reading: the same rules, without a scanner in between."""
    token = Token(TokenKind.BALLOT, layout.vote, layout.style, truth.page, 1, b"\0" * 8, truth.serial)
    page = PageReading(
        token=token,
        registration=_PERFECT,
        boxes=tuple(BoxReading(b.official, b.level, b.state, MarkScores()) for b in truth.boxes),
        strikes=tuple(
            StrikeFinding(
                strike.official,
                Certainty.CERTAIN if strike.struck else Certainty.DOUBTFUL,
                strike.area,
                1.0,
                strike.area.width_mm,
            )
            for strike in truth.strikes
        ),
        writings=tuple(WritingFinding(Certainty.CERTAIN, w.area, 1.0) for w in truth.writings),
        seal=None if truth.seal is None else SealFinding(_seal_state(truth.seal), 0.0),
    )
    reading = BallotReading(truth.serial, layout.style, (page,))
    return ExpectedBallot(truth, rule_ballot(reading, rules, Issued.ISSUED))


def _seal_state(present: bool) -> SealState:
    return SealState.PRESENT if present else SealState.ABSENT


def true_counts(ballots: Sequence[ExpectedBallot]) -> dict[str, dict[str, int]]:
    """Per official: level ids and `invalid`."""
    counts: dict[str, Counter[str]] = {}
    for ballot in ballots:
        for line in ballot.ruling.lines:
            counts.setdefault(line.official, Counter())[_line_word(ballot.ruling.verdict, line)] += 1
    return {official: dict(counter) for official, counter in counts.items()}


def _line_word(verdict: Verdict, line: LineRuling) -> str:
    """What a line adds to: a level, or `invalid`."""
    return line.choice if verdict is not Verdict.INVALID and line.choice else "invalid"


def compare_ballot(entry: BallotEntry, expected: Mapping[str, ExpectedBallot]) -> Iterator[Difference]:
    """Every line of a settled ballot that was counted as something it is not."""
    if entry.serial is None or entry.serial not in expected:
        yield Difference(entry.serial or "?", "", entry.verdict.value, "–")
        return
    true = expected[entry.serial]
    lines = {line.official: line for line in true.ruling.lines}
    for line in entry.lines:
        counted = _line_word(entry.verdict, line)
        should = _line_word(true.ruling.verdict, lines[line.official])
        if counted != should and not _is_allowed(line, true.truth):
            yield Difference(entry.serial, line.official, counted, should)


def _is_allowed(line: LineRuling, truth: Truth) -> bool:
    """Whether careful people may differ on this line, and this reading is one of theirs."""
    allowed = {(b.official, b.level): {b.state, *b.also} for b in truth.boxes}
    states: dict[str, BoxState] = dict(line.boxes)
    differs = any(states[b.level] is not b.state for b in truth.boxes if b.official == line.official)
    return differs and all(state in allowed[line.official, level] for level, state in states.items())
