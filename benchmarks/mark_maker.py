"""Marks of every class, drawn at rates that serve learning: recorded, simulated, and composed of both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from sample_scans.mark_shapes import OTHER_MARKS, PLAIN_CROSSES, MarkKind, draw_mark, fitted_mark, zigzag
from sample_scans.stroke_library import RecordedMark, StrokeLibrary
from sample_scans.strokes import (
    FloatArray,
    Strokes,
    Writer,
    bounds,
    bowed,
    frozen,
    moved,
    smooth,
    turned,
    wobbled,
)
from scanner.mark_network import MarkClass


class SampleKind(IntEnum):
    """Whether a recorded mark was drawn by a real hand, a simulated one, or composed of real strokes."""

    SIMULATED = 0
    RECORDED = 1
    COMPOSED = 2


@dataclass(frozen=True)
class Drawn:
    """One mark to draw: its class, a name for tables, and its strokes in box units."""

    mark_class: MarkClass
    name: str
    kind: SampleKind
    strokes: Strokes
    fold: int = 0


_RECORDED_CLASS = {
    "cross": MarkClass.CROSS,
    "tick": MarkClass.OTHER,
    "v": MarkClass.OTHER,
    "circle": MarkClass.OTHER,
    "circle_slashed": MarkClass.OTHER,
    "slash": MarkClass.OTHER,
    "line": MarkClass.OTHER,
    "plus": MarkClass.OTHER,
    "dot": MarkClass.OTHER,
    "asterisk": MarkClass.OTHER,
    "zigzag": MarkClass.OTHER,
    "word": MarkClass.OTHER,
}
_NOTHING = (MarkKind.PEN_REST, MarkKind.HESITATION, MarkKind.NEIGHBOUR_STROKE)
_CORRECTED = (MarkKind.BLOTTED_CROSS, MarkKind.STRUCK_CROSS)


FOLDS = 5
"""Parts of a half by writer; no sample mixes strokes of two of them."""


def writer_fold(writer: str) -> int:
    """Which of the FOLDS a writer belongs to, by a hash of the name."""
    return hashlib.sha256(writer.encode()).digest()[1] % FOLDS


class MarkMaker:
    """Draws marks of every class at rates that serve learning, not voting."""

    def __init__(self, library: StrokeLibrary | None) -> None:
        self.by_label: dict[str, dict[str, list[RecordedMark]]] = {}
        for mark in library.marks if library is not None else ():
            # Two curves that touch and no real crossing: nobody's X on a ballot, and no other mark either.
            if mark.label == "cross" and not mark.ballot_like:
                continue
            self.by_label.setdefault(mark.label, {}).setdefault(mark.writer, []).append(mark)

    def draw(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        makers: tuple[tuple[float, Callable[[Writer, np.random.Generator], Drawn]], ...] = (
            (0.34, self._recorded_cross),
            (0.14, self._simulated_cross),
            (0.16, self._recorded_other),
            (0.12, self._simulated_other),
            (0.10, self._composed),
            (0.08, self._corrected),
            (0.06, self._nothing),
        )
        weights = np.array([weight for weight, _ in makers])
        return makers[int(rng.choice(len(makers), p=weights / weights.sum()))][1](writer, rng)

    def _recorded(self, label: str, writer: Writer, rng: np.random.Generator) -> tuple[str, Strokes] | None:
        writers = self.by_label.get(label)
        if not writers:
            return None
        # Every hand as often as the others, however often it was recorded.
        marks = list(writers.values())[int(rng.integers(len(writers)))]
        mark = marks[int(rng.integers(len(marks)))]
        style = f" {mark.style}" if mark.style else ""
        strokes = mark.strokes
        if label == "cross":
            strokes = _varied_cross(self._partly_of_another(mark, rng), rng)
        elif rng.random() < _VARIED_SHARE:
            strokes = _leaning(strokes, rng)
        return f"{label}{style}", fitted_mark(strokes, writer, rng)

    def _partly_of_another(self, mark: RecordedMark, rng: np.random.Generator) -> Strokes:
        """`mark`, one of its two strokes sometimes in the place of another hand's like it."""
        if mark.style != "two_straight" or len(mark.strokes) != 2 or rng.random() > _MIXED_SHARE:
            return mark.strokes
        like = [
            m
            for marks in self.by_label[mark.label].values()
            for m in marks
            if m.style == mark.style and len(m.strokes) == 2
        ]
        taken = like[int(rng.integers(len(like)))].strokes
        which = int(rng.integers(2))
        own = mark.strokes[which]
        other = min(taken, key=lambda stroke: _angle_between(stroke, own))
        middle = (own[0] + own[-1]) / 2 - (other[0] + other[-1]) / 2
        changed = moved((other,), 1.0, middle)[0]
        return (changed, mark.strokes[1]) if which == 0 else (mark.strokes[0], changed)

    def _strokes(self, label: str, kind: MarkKind, writer: Writer, rng: np.random.Generator) -> Strokes:
        found = self._recorded(label, writer, rng)
        return found[1] if found is not None else draw_mark(kind, writer, rng)

    def _recorded_cross(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        found = self._recorded("cross", writer, rng)
        if found is None:
            return self._simulated_cross(writer, rng)
        return Drawn(MarkClass.CROSS, found[0], SampleKind.RECORDED, _spread(found[1], rng))

    def _simulated_cross(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        kinds = [kind for kind in PLAIN_CROSSES if kind is not MarkKind.CROSS_REAL]
        kind = kinds[int(rng.integers(len(kinds)))]
        return Drawn(MarkClass.CROSS, kind.value, SampleKind.SIMULATED, draw_mark(kind, writer, rng))

    def _recorded_other(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        labels = [label for label in self.by_label if label != "cross"]
        if not labels:
            return self._simulated_other(writer, rng)
        label = labels[int(rng.integers(len(labels)))]
        found = self._recorded(label, writer, rng)
        assert found is not None
        strokes = found[1]
        if label == "dot":
            strokes = moved(strokes, float(rng.uniform(0.15, 0.4)), rng.uniform(-0.25, 0.25, 2))
        return Drawn(_RECORDED_CLASS[label], found[0], SampleKind.RECORDED, _spread(strokes, rng))

    def _simulated_other(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        kind = OTHER_MARKS[int(rng.integers(len(OTHER_MARKS)))]
        return Drawn(MarkClass.OTHER, kind.value, SampleKind.SIMULATED, draw_mark(kind, writer, rng))

    def _composed(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        """A cross with something over it: real strokes where they are at hand."""
        cross = (
            self._recorded("cross", writer, rng) or ("", draw_mark(MarkKind.CROSS_STRAIGHT, writer, rng))
        )[1]
        fate = int(rng.integers(5))
        if fate == 0:
            ring = self._strokes("circle", MarkKind.CIRCLE, writer, rng)
            around = moved(ring, float(rng.uniform(1.0, 1.4)), (0.0, 0.0))
            return Drawn(MarkClass.OTHER, "cross in circle", SampleKind.COMPOSED, (*cross, *around))
        if fate == 1:
            side = max(0.8, writer.size) * float(rng.uniform(0.9, 1.15))
            cover = turned(
                (zigzag(side, side, int(rng.integers(5, 13)), rng),), float(rng.uniform(-0.8, 0.8))
            )
            return Drawn(MarkClass.CORRECTED, "cross scribbled over", SampleKind.COMPOSED, (*cross, *cover))
        if fate == 2:
            lines = _strike_lines(writer, int(rng.integers(1, 5)), rng)
            return Drawn(MarkClass.CORRECTED, "cross struck", SampleKind.COMPOSED, (*cross, *lines))
        if fate == 3:
            return Drawn(MarkClass.OTHER, "loop", SampleKind.COMPOSED, _loop(rng))
        word = self._strokes("word", MarkKind.INITIALS, writer, rng)
        return Drawn(MarkClass.CORRECTED, "cross and word", SampleKind.COMPOSED, (*cross, *word))

    def _corrected(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        kind = _CORRECTED[int(rng.integers(len(_CORRECTED)))]
        return Drawn(MarkClass.CORRECTED, kind.value, SampleKind.SIMULATED, draw_mark(kind, writer, rng))

    def _nothing(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        kind = _NOTHING[int(rng.integers(len(_NOTHING)))]
        return Drawn(MarkClass.NOTHING, kind.value, SampleKind.SIMULATED, draw_mark(kind, writer, rng))


def _loop(rng: np.random.Generator) -> Strokes:
    """One line that turns back in a wide arc and crosses itself: a ribbon, an alpha, a looped l."""
    foot, shoulder = rng.uniform(0.25, 0.5), rng.uniform(0.25, 0.5)
    arc = rng.uniform(0.3, 0.7)
    points = [(-foot, 0.5), (0.0, 0.05), (shoulder, -0.3), (0.0, -0.3 - arc), (-shoulder, -0.3), (0.0, 0.05)]
    path = smooth(np.array([*points, (foot, 0.5)]) + rng.normal(0.0, 0.03, (7, 2)))
    angle = float(rng.normal(0.0, 0.25)) + float(rng.choice((0.0, 0.5, 1.0, 1.5))) * np.pi
    return moved(turned((path,), angle), float(rng.uniform(0.6, 1.3)), rng.uniform(-0.1, 0.1, 2))


_VARIED_SHARE = 0.7
_MIXED_SHARE = 0.15


def _varied_cross(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A recorded cross as its writer might have drawn it the next time: each stroke a little its own way."""
    if rng.random() > _VARIED_SHARE:
        return strokes
    left, top, right, bottom = bounds(strokes)
    side = max(right - left, bottom - top)
    varied: list[Strokes] = []
    for stroke in strokes:
        middle = stroke.mean(axis=0)
        centred = moved((stroke,), 1.0, -middle)
        swung = turned(centred, float(rng.normal(0.0, 0.08)))
        shift = middle + rng.normal(0.0, 0.03 * side, 2)
        varied.append(moved(swung, float(rng.lognormal(0.0, 0.1)), shift))
    unsteady = wobbled(
        tuple(stroke for part in varied for stroke in part), 0.012 * side, rng, period=0.4 * side
    )
    return _leaning(unsteady, rng)


def _leaning(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """`strokes` narrower or wider, and leaning, as another hand writes the same shape."""
    width, lean = float(rng.lognormal(0.0, 0.12)), float(rng.normal(0.0, 0.1))
    matrix = np.array([[width, 0.0], [lean, 1.0]])
    return turned(tuple(frozen(stroke @ matrix) for stroke in strokes), float(rng.normal(0.0, 0.06)))


def _angle_between(one: FloatArray, other: FloatArray) -> float:
    """Angle between two strokes' chords, radians, 0 … π/2."""
    first, second = one[-1] - one[0], other[-1] - other[0]
    product = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.arccos(min(1.0, abs(float(first @ second)) / max(product, 1e-9))))


def _spread(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Sizes and places beyond the usual, so that the size of a mark says nothing about its kind."""
    if rng.random() < 0.7:
        return strokes
    return moved(strokes, float(rng.uniform(0.55, 1.6)), rng.uniform(-0.17, 0.17, 2))


def _strike_lines(writer: Writer, count: int, rng: np.random.Generator) -> Strokes:
    half = max(0.55, writer.size * 0.65)
    angle = float(rng.normal(0.0, 0.25)) + (np.pi / 2 if rng.random() < 0.15 else 0.0)
    lines = [
        bowed((-half, y), (half, y + rng.normal(0, 0.05)), 0.03) for y in rng.uniform(-0.25, 0.25, count)
    ]
    return turned(tuple(lines), angle)
