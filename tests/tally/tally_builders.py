"""Readings and rulings in a few letters, and Hypothesis strategies over them.

A line is one letter per box in column order: `.` empty, `X` cross, `o` other, `c` corrected,
`?` unclear. `ballot("X..", ".X.")` is a ballot of the officials o1 and o2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from records.geometry import Rect
from records.reading import (
    BallotReading,
    BoxReading,
    BoxState,
    Certainty,
    MarkScores,
    PageReading,
    RegistrationQuality,
    ReviewReason,
    SealFinding,
    SealState,
    StrikeFinding,
    WritingFinding,
)
from records.rules import (
    Base,
    Comparison,
    FaultScope,
    ForeignPolicy,
    OtherMarkPolicy,
    RuleSet,
    SealPolicy,
    Threshold,
)
from records.ruling import BallotRuling
from records.token import Token, TokenKind
from tally.rules import load_rule_set
from tally.validity import Issued, rule_ballot

LEVELS = ("high", "medium", "low")
STATES = {
    ".": BoxState.EMPTY,
    "X": BoxState.CROSS,
    "o": BoxState.OTHER,
    "c": BoxState.CORRECTED,
    "?": BoxState.UNCLEAR,
}
REGISTRATION = RegistrationQuality(0.05, 0.1, 40, 300.0, 300.0, 0.2, 0, 4)
SPOT = Rect(20.0, 90.0, 40.0, 3.0)
T = TypeVar("T")
LINE_TEXTS = tuple(a + b + c for a in STATES for b in STATES for c in STATES)


def officials(number: int) -> tuple[str, ...]:
    return tuple(f"o{index}" for index in range(1, number + 1))


def page(
    *lines: str,
    serial: str = "0123456789AB",
    strikes: Iterable[tuple[str, Certainty]] = (),
    writings: Iterable[WritingFinding] = (),
    seal: SealState | None = SealState.PRESENT,
    review: tuple[ReviewReason, ...] = (),
    levels: Sequence[str] = LEVELS,
) -> PageReading:
    boxes = tuple(
        BoxReading(official, level, STATES[letter], MarkScores())
        for official, line in zip(officials(len(lines)), lines, strict=True)
        for level, letter in zip(levels, line, strict=True)
    )
    return PageReading(
        token=Token(TokenKind.BALLOT, "v", "", 1, 1, bytes(8), serial),
        registration=REGISTRATION,
        boxes=boxes,
        strikes=tuple(StrikeFinding(official, sure, SPOT, 0.9, 40.0) for official, sure in strikes),
        writings=tuple(writings),
        seal=None if seal is None else SealFinding(seal, 0.3),
        review=review,
    )


def writing(certainty: Certainty, reason: ReviewReason = ReviewReason.DOUBTFUL_WRITING) -> WritingFinding:
    return WritingFinding(certainty, SPOT, 12.0, reason)


def ballot(
    *lines: str,
    serial: str = "0123456789AB",
    review: tuple[ReviewReason, ...] = (),
    missing: tuple[int, ...] = (),
    page_review: tuple[ReviewReason, ...] = (),
    **found: object,
) -> BallotReading:
    side = page(*lines, serial=serial, review=page_review, **found)  # type: ignore[arg-type]
    return BallotReading(serial, "", (side,), missing, review)


def ruled(
    *lines: str, rules: RuleSet, serial: str = "0123456789AB", issued: Issued = Issued.ISSUED, **found: object
) -> BallotRuling:
    found.setdefault("levels", tuple(level.id for level in rules.levels))
    return rule_ballot(ballot(*lines, serial=serial, **found), rules, issued)  # type: ignore[arg-type]


def sheaf(rules: RuleSet, *groups: tuple[int, str | tuple[str, ...]]) -> list[BallotRuling]:
    """`(31, "..X")` stands for 31 ballots of that line, each with a serial of its own."""
    rulings: list[BallotRuling] = []
    for number, lines in groups:
        texts = (lines,) if isinstance(lines, str) else lines
        one = ruled(*texts, rules=rules)
        rulings += [replace(one, serial=f"S{len(rulings) + index}") for index in range(number)]
    return rulings


def random_reading(rng: Random, number_of_officials: int, serial: str = "0123456789AB") -> BallotReading:
    """Any facts that one page can carry; plain lines and findings are likelier than odd ones."""

    def some(chance: float, choices: Sequence[ReviewReason]) -> tuple[ReviewReason, ...]:
        return tuple(rng.choices(choices, k=rng.randint(1, 2))) if rng.random() < chance else ()

    reasons, sureness = tuple(ReviewReason), tuple(Certainty)
    names = officials(number_of_officials)
    plain = rng.random() < 0.7
    lines = [
        rng.choice(("X..", ".X.", "..X", "..X", "...", "XX.") if plain else LINE_TEXTS)
        for _ in range(number_of_officials)
    ]
    odd = 0.05 if plain else 0.3
    return ballot(
        *lines,
        serial=serial,
        strikes=[(rng.choice(names), rng.choice(sureness)) for _ in range(2) if rng.random() < odd],
        writings=[writing(rng.choice(sureness), rng.choice(reasons)) for _ in range(2) if rng.random() < odd],
        seal=rng.choice((SealState.PRESENT, None, *SealState)) if rng.random() < odd else SealState.PRESENT,
        page_review=some(odd / 2, reasons),
        review=some(odd / 2, reasons),
        missing=(2,) if rng.random() < odd / 2 else (),
    )


def random_thresholds(rng: Random, rules: RuleSet) -> tuple[Threshold, ...]:
    """The rule set's own, or any two shares of it, the severest first."""
    if rng.random() < 0.6:
        return rules.thresholds
    shares = sorted({Fraction(rng.randint(1, 9), rng.randint(9, 12)) for _ in range(2)}, reverse=True)
    return tuple(
        replace(
            threshold,
            numerator=share.numerator,
            denominator=share.denominator,
            comparison=rng.choice(tuple(Comparison)),
        )
        for threshold, share in zip(rules.thresholds, shares, strict=False)
    )


def random_rules(rng: Random) -> RuleSet:
    """qd96, nq96 or nq35 under any combination of settings and thresholds."""
    named = load_rule_set(rng.choice(("qd96", "nq96", "nq35")))
    return replace(
        named,
        thresholds=random_thresholds(rng, named),
        base=rng.choice((Base.RETURNED, *Base)),
        line_fault=rng.choice(tuple(FaultScope)),
        ballot_fault=rng.choice(tuple(FaultScope)),
        other_mark=rng.choice(tuple(OtherMarkPolicy)),
        seal=rng.choice(tuple(SealPolicy)),
        foreign_in_returned=rng.choice(tuple(ForeignPolicy)),
        decided=rng.choice(((), ("line_fault",))),
    )


def seeded(make: Callable[[Random], T]) -> st.SearchStrategy[T]:
    """What `make` builds from a seed.

    Hypothesis draws the seed only: drawing every box by itself costs a hundred times as much, and the
    failing value is printed either way.
    """
    return st.integers(0, 2**64 - 1).map(lambda seed: make(Random(seed)))


def rulable(number_of_officials: int) -> st.SearchStrategy[tuple[BallotReading, RuleSet, Issued]]:
    """The arguments of `rule_ballot`."""
    return seeded(
        lambda rng: (
            random_reading(rng, number_of_officials),
            random_rules(rng),
            rng.choice((*Issued, Issued.ISSUED, Issued.ISSUED)),
        )
    )
