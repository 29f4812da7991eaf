"""What stands on a test ballot, as lines of a pen: marks of several shapes, a struck name, words, a stamp.

Drawn by rules of its own and not by the simulator in `sample_scans`: a committee's program reaches no code
that makes up ballots of voters (docs/adr/0006). Everything is in page millimetres; equal `Random` gives equal
lines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from ballot_layout.pen import PenStroke, Point
from records.geometry import Rect
from records.reading import BoxState


class MarkShape(StrEnum):
    """What is drawn into a box."""

    CROSS = "cross"
    CROSS_CURVED = "cross_curved"
    CROSS_SMALL = "cross_small"
    CROSS_LARGE = "cross_large"
    CROSS_LOPSIDED = "cross_lopsided"
    CROSS_HOOKED = "cross_hooked"
    CROSS_OFF_CENTRE = "cross_off_centre"
    TICK = "tick"
    CORRECTED = "corrected"
    """A cross blotted out."""


CROSSES = tuple(shape for shape in MarkShape if shape.value.startswith("cross"))
SHAPE_STATES = dict.fromkeys(CROSSES, BoxState.CROSS) | {
    MarkShape.TICK: BoxState.OTHER,
    MarkShape.CORRECTED: BoxState.CORRECTED,
}


@dataclass(frozen=True, slots=True)
class Pen:
    """A width and an ink; colours are red, green, blue, 0 … 1."""

    width_mm: float
    colour: tuple[float, float, float]


_BLUE, _DARK_BLUE, _BLACK = (0.11, 0.19, 0.56), (0.06, 0.10, 0.38), (0.08, 0.08, 0.09)
PENS = (Pen(0.40, _BLUE), Pen(0.55, _BLACK), Pen(0.35, _BLACK), Pen(0.70, _BLUE), Pen(0.95, _DARK_BLUE))
"""Ball pens, gel pens and a felt pen."""
_STAMP = Pen(0.8, (0.84, 0.16, 0.20))

_END_SHARE, _END_WIDTH = 0.12, 0.72
"""A pen that is put down and lifted draws the ends of its lines thinner."""
_POINTS = 12


def draw_mark(shape: MarkShape, box: Rect, pen: Pen, random: Random) -> tuple[PenStroke, ...]:
    """One mark in one box."""
    lines = _mark_lines(shape, random)
    x, y = box.centre_mm
    x += random.uniform(-0.05, 0.05) * box.width_mm
    y += random.uniform(-0.05, 0.05) * box.height_mm
    return _inked(
        [[(x + px * box.width_mm, y + py * box.height_mm) for px, py in line] for line in lines], pen
    )


def draw_strike(lines: Sequence[Rect], pen: Pen, random: Random) -> tuple[PenStroke, ...]:
    """Each line of type struck through, there and back."""
    drawn = []
    for text in lines:
        left, right, middle = text.x_mm - 1.0, text.right_mm + 1.0, text.centre_mm[1]
        for shift in (-0.35, 0.35):
            ends = middle + shift + random.uniform(-0.15, 0.15), middle + shift + random.uniform(-0.15, 0.15)
            drawn.append(_curve((left, ends[0]), (right, ends[1]), 0.0))
    return _inked(drawn, pen)


def draw_words(place: Rect, pen: Pen) -> tuple[PenStroke, ...]:
    """A name in capitals, as large as fits into `place`."""
    letters = [(_LETTERS[letter], number * 1.25) for number, letter in enumerate(_WORDS) if letter != " "]
    height = min(place.height_mm / (1 + _ACCENT), place.width_mm / len(_WORDS))
    lines = [
        [(place.x_mm + (shift + x) * 0.8 * height, place.y_mm + (y + _ACCENT) * height) for x, y in line]
        for shape, shift in letters
        for line in shape
    ]
    return _inked(lines, pen)


def draw_stamp(zone: Rect, random: Random) -> tuple[PenStroke, ...]:
    """A round stamp in its zone: two rings and a star, a little off as a hand puts it down."""
    x, y = zone.centre_mm
    centre = x + random.uniform(-1.0, 1.0), y + random.uniform(-1.0, 1.0)
    radius, turn = min(zone.width_mm, zone.height_mm) / 2 - 1.5, random.uniform(-0.3, 0.3)
    star = [(radius * (0.32 if n % 2 == 0 else 0.13), turn + n * math.pi / 5) for n in range(11)]
    rays = [[(0.0, 0.0), _polar(*tip)] for tip in star[:10:2]]
    shapes = [
        (_circle(radius), 0.9),
        (_circle(radius * 0.62), 0.4),
        ([_polar(*tip) for tip in star], 0.8),
        *((ray, 1.6) for ray in rays),
        *(([_polar(radius * 0.72, angle), _polar(radius * 0.9, angle)], 0.7) for angle in _ticks(turn)),
    ]
    return tuple(
        PenStroke(tuple((centre[0] + px, centre[1] + py) for px, py in shape), width, _STAMP.colour)
        for shape, width in shapes
    )


def _mark_lines(shape: MarkShape, random: Random) -> list[list[Point]]:
    """A mark in units of the box's side, about its middle."""
    match shape:
        case MarkShape.TICK:
            foot = random.uniform(-0.12, -0.04), random.uniform(0.34, 0.42)
            return [
                [(-0.40, 0.02), foot, *_curve(foot, (0.62, -0.62), 0.05)[1:]],
            ]
        case MarkShape.CORRECTED:
            return [*_cross(0.8, 0.0, random), _scribble(random)]
        case MarkShape.CROSS_CURVED:
            return _cross(0.9, random.choice((-1, 1)) * random.uniform(0.08, 0.13), random)
        case MarkShape.CROSS_SMALL:
            return _cross(0.55, 0.02, random)
        case MarkShape.CROSS_LARGE:
            return _cross(1.3, 0.03, random)
        case MarkShape.CROSS_LOPSIDED:
            return _cross(1.0, 0.02, random, second=0.66)
        case MarkShape.CROSS_HOOKED:
            first, second = _cross(0.85, 0.03, random)
            return [first, [*second, (second[-1][0] - 0.03, second[-1][1] - 0.11)]]
        case MarkShape.CROSS_OFF_CENTRE:
            dx, dy = random.choice((-0.16, 0.16)), random.uniform(-0.12, 0.12)
            return [[(x + dx, y + dy) for x, y in line] for line in _cross(0.8, 0.02, random)]
    return _cross(random.uniform(0.75, 0.95), random.uniform(-0.03, 0.03), random)


def _cross(size: float, bow: float, random: Random, second: float = 1.0) -> list[list[Point]]:
    half = size / 2

    def near(value: float) -> float:
        return value + random.uniform(-0.05, 0.05) * size

    falling = _curve((near(-half), near(-half)), (near(half), near(half)), bow)
    short = half * second
    rising = _curve((near(short), near(-short)), (near(-short), near(short)), -bow)
    return [falling, rising]


def _curve(start: Point, end: Point, bow: float) -> list[Point]:
    """A line whose middle stands off by `bow` of its length."""
    along = end[0] - start[0], end[1] - start[1]
    points = []
    for number in range(_POINTS + 1):
        t = number / _POINTS
        off = 4 * bow * t * (1 - t)
        points.append((start[0] + along[0] * t - along[1] * off, start[1] + along[1] * t + along[0] * off))
    return points


def _scribble(random: Random) -> list[Point]:
    """To and fro over the whole of a mark, close enough to leave no paper."""
    turns, half = 17, 0.46
    return [
        (
            -half + 2 * half * number / turns + random.uniform(-0.02, 0.02),
            (half if number % 2 else -half) + random.uniform(-0.05, 0.05),
        )
        for number in range(turns + 1)
    ]


def _inked(lines: Sequence[Sequence[Point]], pen: Pen) -> tuple[PenStroke, ...]:
    strokes: list[PenStroke] = []
    for line in lines:
        end = max(1, round(len(line) * _END_SHARE))
        if len(line) <= 2 * end + 1:
            strokes.append(PenStroke(tuple(line), pen.width_mm, pen.colour))
            continue
        thin = pen.width_mm * _END_WIDTH
        strokes += [
            PenStroke(tuple(line[: end + 1]), thin, pen.colour),
            PenStroke(tuple(line[end:-end]), pen.width_mm, pen.colour),
            PenStroke(tuple(line[-end - 1 :]), thin, pen.colour),
        ]
    return tuple(strokes)


def _polar(radius: float, angle: float) -> Point:
    return radius * math.sin(angle), -radius * math.cos(angle)


def _circle(radius: float) -> list[Point]:
    return [_polar(radius, 2 * math.pi * number / 72) for number in range(73)]


def _ticks(turn: float) -> list[float]:
    return [turn + 2 * math.pi * number / 32 for number in range(32)]


_WORDS = "LÊ VĂN AN"
_ACCENT = 0.4
_A = ([(0.0, 1.0), (0.5, 0.0), (1.0, 1.0)], [(0.2, 0.65), (0.8, 0.65)])
_E = ([(0.9, 0.0), (0.0, 0.0), (0.0, 1.0), (0.9, 1.0)], [(0.0, 0.5), (0.7, 0.5)])
_LETTERS: dict[str, tuple[list[Point], ...]] = {
    "L": ([(0.0, 0.0), (0.0, 1.0), (0.8, 1.0)],),
    "Ê": (*_E, [(0.15, -0.18), (0.45, -0.4), (0.75, -0.18)]),
    "V": ([(0.0, 0.0), (0.5, 1.0), (1.0, 0.0)],),
    "A": _A,
    "Ă": (*_A, [(0.2, -0.4), (0.35, -0.22), (0.65, -0.22), (0.8, -0.4)]),
    "N": ([(0.0, 1.0), (0.0, 0.0), (0.9, 1.0), (0.9, 0.0)],),
}
"""In units of a letter's height; accents reach `_ACCENT` above it."""
