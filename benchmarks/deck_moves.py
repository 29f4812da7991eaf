"""Decks with one mark moved: every kind of move, drawn at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ballot_layout.pen import PageInk
from benchmarks.deck_bench import DeckBench
from calibration.deck import PLAIN_CASES, BoxMark, DeckBallot
from calibration.deck_marks import PENS, MarkShape, draw_mark
from records.geometry import Rect


class MoveKind(StrEnum):
    OTHER_LEVEL = "other_level"
    """To another box of its line."""
    OTHER_LINE = "other_line"
    """To the same column of another line."""
    OTHER_BALLOT = "other_ballot"
    """To the same box of another ballot."""
    SWAPPED_LINES = "swapped_lines"
    """Two lines of a ballot change places."""
    SWAPPED_BALLOTS = "swapped_ballots"
    """Two ballots change their marks in one line: no total changes."""
    DROPPED = "dropped"
    ADDED = "added"
    BESIDE = "beside"
    """Out of its box, onto the paper between two boxes."""


@dataclass(frozen=True)
class Move:
    """What is changed: ballots marked otherwise, by serial, and marks drawn beside boxes."""

    kind: MoveKind
    ballots: Mapping[str, DeckBallot]
    beside: Mapping[str, BoxMark]

    def ink(self, bench: DeckBench, serial: str) -> tuple[PageInk, ...]:
        drawn = bench.ink(serial, self.ballots[serial])
        stray = self.beside.get(serial)
        return drawn if stray is None else _with_stray(bench, drawn, stray, self.ballots[serial].pen, serial)

    def pages(self, bench: DeckBench, serial: str) -> tuple[int, ...]:
        """The pages (0-based) that look otherwise than before."""
        before, after = bench.ink(serial, bench.deck[serial]), self.ink(bench, serial)
        return tuple(page for page in range(len(after)) if before[page] != after[page])


def draw_move(bench: DeckBench, kind: MoveKind, rng: random.Random) -> Move | None:
    """A random move; None where the deck has none of this kind."""
    for _ in range(1000):
        move = _DRAW[kind](bench, rng)
        if move is not None:
            return move
    return None


def _a_mark(bench: DeckBench, rng: random.Random) -> tuple[str, DeckBallot, BoxMark]:
    """Any X of a ballot that is ruled on by its marks alone."""
    serials = [serial for serial, ballot in bench.deck.items() if ballot.case in PLAIN_CASES]
    serial = rng.choice(serials)
    ballot = bench.deck[serial]
    return serial, ballot, rng.choice(ballot.marks)


def _levels(bench: DeckBench, but: str) -> list[str]:
    return [level.id for level in bench.rules.levels if level.id != but]


def _changed(ballot: DeckBallot, old: BoxMark, *new: BoxMark) -> DeckBallot:
    return replace(ballot, marks=(*(mark for mark in ballot.marks if mark != old), *new))


def _other_level(bench: DeckBench, rng: random.Random) -> Move | None:
    serial, ballot, mark = _a_mark(bench, rng)
    moved = replace(mark, level=rng.choice(_levels(bench, mark.level)))
    return Move(MoveKind.OTHER_LEVEL, {serial: _changed(ballot, mark, moved)}, {})


def _other_line(bench: DeckBench, rng: random.Random) -> Move | None:
    serial, ballot, mark = _a_mark(bench, rng)
    free = [other.official for other in ballot.marks if other.level != mark.level]
    if not free:
        return None
    moved = replace(mark, official=rng.choice(free))
    return Move(MoveKind.OTHER_LINE, {serial: _changed(ballot, mark, moved)}, {})


def _other_ballot(bench: DeckBench, rng: random.Random) -> Move | None:
    serial, ballot, mark = _a_mark(bench, rng)
    other_serial, other, _ = _a_mark(bench, rng)
    boxes = {(one.official, one.level) for one in other.marks}
    if other_serial == serial or (mark.official, mark.level) in boxes:
        return None
    changed = {serial: _changed(ballot, mark), other_serial: replace(other, marks=(*other.marks, mark))}
    return Move(MoveKind.OTHER_BALLOT, changed, {})


def _swapped_lines(bench: DeckBench, rng: random.Random) -> Move | None:
    serial, ballot, mark = _a_mark(bench, rng)
    others = [other for other in ballot.marks if other.level != mark.level]
    if not others:
        return None
    other = rng.choice(others)
    changed = _changed(ballot, mark, replace(mark, level=other.level))
    changed = _changed(changed, other, replace(other, level=mark.level))
    return Move(MoveKind.SWAPPED_LINES, {serial: changed}, {})


def _swapped_ballots(bench: DeckBench, rng: random.Random) -> Move | None:
    serial, ballot, mark = _a_mark(bench, rng)
    other_serial, other, _ = _a_mark(bench, rng)
    theirs = next(one for one in other.marks if one.official == mark.official)
    if other_serial == serial or theirs.level == mark.level:
        return None
    changed = {
        serial: _changed(ballot, mark, replace(mark, level=theirs.level)),
        other_serial: _changed(other, theirs, replace(theirs, level=mark.level)),
    }
    return Move(MoveKind.SWAPPED_BALLOTS, changed, {})


def _dropped(bench: DeckBench, rng: random.Random) -> Move | None:
    serial, ballot, mark = _a_mark(bench, rng)
    return Move(MoveKind.DROPPED, {serial: _changed(ballot, mark)}, {})


def _added(bench: DeckBench, rng: random.Random) -> Move | None:
    serial, ballot, mark = _a_mark(bench, rng)
    more = BoxMark(mark.official, rng.choice(_levels(bench, mark.level)), MarkShape.CROSS)
    return Move(MoveKind.ADDED, {serial: replace(ballot, marks=(*ballot.marks, more))}, {})


def _beside(bench: DeckBench, rng: random.Random) -> Move | None:
    serial, ballot, mark = _a_mark(bench, rng)
    return Move(MoveKind.BESIDE, {serial: _changed(ballot, mark)}, {serial: mark})


def _with_stray(
    bench: DeckBench, drawn: tuple[PageInk, ...], mark: BoxMark, pen: int, seed: str
) -> tuple[PageInk, ...]:
    """`mark` drawn halfway to the next box of its line."""
    pages = list(drawn)
    for index, page in enumerate(bench.form.layout.pages):
        rects = [box.rect for box in page.boxes if box.official == mark.official]
        if not rects:
            continue
        gap = rects[1].x_mm - rects[0].x_mm
        box = next(b.rect for b in page.boxes if (b.official, b.level) == (mark.official, mark.level))
        side = -1 if box == rects[-1] else 1
        place = Rect(box.x_mm + side * gap / 2, box.y_mm, box.width_mm, box.height_mm)
        ink = draw_mark(MarkShape.CROSS, place, PENS[pen % len(PENS)], random.Random(f"{seed} beside"))
        pages[index] = replace(pages[index], strokes=(*pages[index].strokes, *ink))
    return tuple(pages)


_DRAW: Mapping[MoveKind, Callable[[DeckBench, random.Random], Move | None]] = {
    MoveKind.OTHER_LEVEL: _other_level,
    MoveKind.OTHER_LINE: _other_line,
    MoveKind.OTHER_BALLOT: _other_ballot,
    MoveKind.SWAPPED_LINES: _swapped_lines,
    MoveKind.SWAPPED_BALLOTS: _swapped_ballots,
    MoveKind.DROPPED: _dropped,
    MoveKind.ADDED: _added,
    MoveKind.BESIDE: _beside,
}
