"""A test deck: ballots marked in advance whose totals are known, and what a right reading finds on each.

Plain ballots have one cross in every line. Beside them stands one ballot for every fault that a ballot can
have, all other lines crossed; what those add to the totals is taken into account, so that the totals of the
whole deck are the distinct ones of `calibration.deck_totals`. What a fault means is the rule set's to say:
`Counted` is handed in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from ballot_layout.tokens import ballot_tokens
from calibration.deck_marks import CROSSES, PENS, SHAPE_STATES, MarkShape
from calibration.deck_totals import Spread, distinct_totals, plain_ballots
from records.geometry import Rect
from records.layout import Layout, LayoutPage
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
from records.token import Token, TokenKind


class DeckCase(StrEnum):
    """What a ballot of the deck is there for."""

    PLAIN = "plain"
    UPSIDE_DOWN = "upside_down"
    """A plain ballot, all of its pages printed upside down."""
    LAST_UPSIDE_DOWN = "last_upside_down"
    """Of several pages only the last."""
    NO_MARK = "no_mark"
    SEVERAL_MARKS = "several_marks"
    OTHER_MARK = "other_mark"
    CORRECTED_MARK = "corrected_mark"
    STRUCK_NAME = "struck_name"
    ADDED_WRITING = "added_writing"
    NO_SEAL = "no_seal"
    UNMARKED = "unmarked"


PLAIN_CASES = frozenset({DeckCase.PLAIN, DeckCase.UPSIDE_DOWN, DeckCase.LAST_UPSIDE_DOWN})
"""Nothing on these leaves room for doubt: they are read for certain or the scanner is not fit."""


@dataclass(frozen=True, slots=True)
class BoxMark:
    official: str
    level: str
    shape: MarkShape


@dataclass(frozen=True, slots=True)
class DeckBallot:
    """One ballot of the deck.

    Attributes:
        pen: which of `PENS` marks it.
        struck: whose name is struck out; empty for nobody's.
        written: whether words are added.
        stamped: whether the stamp is in its zone, where one is put there by hand.
        turned: numbers of the pages that are printed upside down.
    """

    case: DeckCase
    marks: tuple[BoxMark, ...]
    pen: int = 0
    struck: str = ""
    written: bool = False
    stamped: bool = True
    turned: tuple[int, ...] = ()


Counted = Callable[[DeckBallot], Iterable[tuple[str, str]]]
"""The votes (official, level) that a ballot gives under the rule set; none where it does not count."""


@dataclass(frozen=True, slots=True)
class DeckOptions:
    """What a deck is to hold.

    Attributes:
        written: whether the form has room for added words.
        hand_stamped: whether the form has a zone for a stamp that is put there by hand.
        unmarked: how many ballots have no mark.
    """

    spread: Spread = Spread.ALL
    written: bool = True
    hand_stamped: bool = True
    unmarked: int = 1


def plan_deck(layout: Layout, counted: Counted, options: DeckOptions) -> tuple[DeckBallot, ...]:
    """The ballots of the deck, the plain ones first. Equal input gives an equal deck.

    Raises:
        ValueError: the layout has fewer than two levels.
    """
    officials, levels = layout.officials, tuple(level.id for level in layout.levels)
    faults = _fault_ballots(officials, levels, options)
    votes = Counter(vote for ballot in faults for vote in counted(ballot))
    per_line = [sum(votes[official, level] for level in levels) for official in officials]
    least = 1 + max(votes.values(), default=0)
    totals = distinct_totals(len(levels), per_line, least, options.spread)
    rows = [
        tuple(total - votes[official, level] for level, total in zip(levels, row, strict=True))
        for official, row in zip(officials, totals, strict=True)
    ]
    plain = [
        DeckBallot(DeckCase.PLAIN, _crosses(officials, [levels[column] for column in chosen], number), number)
        for number, chosen in enumerate(plain_ballots(rows, Random(f"deck {layout.vote} {layout.style}")))
    ]
    return (*_with_turned(plain, len(layout.pages)), *faults)


def _with_turned(plain: list[DeckBallot], pages: int) -> list[DeckBallot]:
    """The second plain ballot lies upside down; of several pages, the third has only its last one so."""
    turned = {1: (DeckCase.UPSIDE_DOWN, tuple(range(1, pages + 1)))}
    if pages > 1:
        turned[2] = (DeckCase.LAST_UPSIDE_DOWN, (pages,))
    return [
        DeckBallot(turned[number][0], ballot.marks, ballot.pen, turned=turned[number][1])
        if number in turned
        else ballot
        for number, ballot in enumerate(plain)
    ]


def _crosses(officials: Sequence[str], chosen: Sequence[str], number: int) -> tuple[BoxMark, ...]:
    """One cross in every line; the shapes take turns over lines and ballots."""
    return tuple(
        BoxMark(official, level, CROSSES[(3 * number + line) % len(CROSSES)])
        for line, (official, level) in enumerate(zip(officials, chosen, strict=True))
    )


def _fault_ballots(
    officials: Sequence[str], levels: Sequence[str], options: DeckOptions
) -> tuple[DeckBallot, ...]:
    """Each fault once; every line beside it is crossed, each ballot in one level."""
    cases = [case for case in DeckCase if case not in PLAIN_CASES]
    if not options.written:
        cases.remove(DeckCase.ADDED_WRITING)
    if not options.hand_stamped:
        cases.remove(DeckCase.NO_SEAL)
    cases += [DeckCase.UNMARKED] * (options.unmarked - 1)
    return tuple(_fault_ballot(case, number, officials, levels) for number, case in enumerate(cases))


_BROAD_CASES = frozenset({DeckCase.STRUCK_NAME, DeckCase.ADDED_WRITING})
_BROAD_PEN = max(range(len(PENS) - 1), key=lambda pen: PENS[pen].width_mm)
"""A pen that is seen for certain in a pale scan; not the felt pen, whose letters run together."""


def _fault_ballot(case: DeckCase, number: int, officials: Sequence[str], levels: Sequence[str]) -> DeckBallot:
    level, other = levels[number % len(levels)], levels[(number + 1) % len(levels)]
    faulty = officials[(number * 5) % len(officials)]
    crosses = _crosses(officials, [level] * len(officials), number)
    rest = tuple(mark for mark in crosses if mark.official != faulty)
    marks = {
        DeckCase.NO_MARK: rest,
        DeckCase.SEVERAL_MARKS: (*crosses, BoxMark(faulty, other, MarkShape.CROSS)),
        DeckCase.OTHER_MARK: (*rest, BoxMark(faulty, level, MarkShape.TICK)),
        DeckCase.CORRECTED_MARK: (*crosses, BoxMark(faulty, other, MarkShape.CORRECTED)),
        DeckCase.UNMARKED: (),
    }
    return DeckBallot(
        case,
        marks.get(case, crosses),
        pen=_BROAD_PEN if case in _BROAD_CASES else number % len(PENS),
        struck=faulty if case is DeckCase.STRUCK_NAME else "",
        written=case is DeckCase.ADDED_WRITING,
        stamped=case is not DeckCase.NO_SEAL,
    )


def expected_reading(
    ballot: DeckBallot, layout: Layout, serial: str, writing: tuple[int, Rect] | None
) -> BallotReading:
    """What a reader that makes no mistake finds on a ballot.

    Args:
        ballot: as planned.
        layout: of the test ballots.
        serial: as printed.
        writing: the page number and place of added words.
    """
    states = {(mark.official, mark.level): SHAPE_STATES[mark.shape] for mark in ballot.marks}
    tokens = ballot_tokens(layout, serial, TokenKind.TEST)
    pages = tuple(
        _expected_page(ballot, page, token, states, writing)
        for page, token in zip(layout.pages, tokens, strict=True)
    )
    return BallotReading(serial, layout.style, pages)


_NO_FIT = RegistrationQuality(0.0, 0.0, 0, 0.0, 0.0, 0.0, 0, 0)


def _expected_page(
    ballot: DeckBallot,
    page: LayoutPage,
    token: Token,
    states: dict[tuple[str, str], BoxState],
    writing: tuple[int, Rect] | None,
) -> PageReading:
    boxes = tuple(
        BoxReading(
            box.official,
            box.level,
            states.get((box.official, box.level), BoxState.EMPTY),
            MarkScores(),
        )
        for box in page.boxes
    )
    strikes = tuple(
        StrikeFinding(name.official, Certainty.CERTAIN, name.rect, 1.0, name.rect.width_mm)
        for name in page.names
        if name.official == ballot.struck
    )
    written = ballot.written and writing is not None and writing[0] == page.page
    writings = (WritingFinding(Certainty.CERTAIN, writing[1], 1.0),) if written and writing else ()
    seal = None
    if page.seal is not None:
        seal = SealFinding(SealState.PRESENT if ballot.stamped else SealState.ABSENT, 0.0)
    return PageReading(token, _NO_FIT, boxes, strikes, writings, seal)
