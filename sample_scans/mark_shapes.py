"""What voters put into a box, drawn in box units by a given hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from records.reading import BoxState
from sample_scans.glyphs import write_text
from sample_scans.strokes import (
    FloatArray,
    Strokes,
    Writer,
    bounds,
    bowed,
    frozen,
    hooked,
    moved,
    smooth,
    turned,
    wobbled,
)


class MarkKind(StrEnum):
    """Every kind of ink in or at a box that the simulator can draw."""

    CROSS_STRAIGHT = "cross_straight"
    CROSS_CURVED = "cross_curved"
    CROSS_LOPSIDED = "cross_lopsided"
    CROSS_HOOKED = "cross_hooked"
    CROSS_TWICE = "cross_twice"
    CROSS_CONNECTED = "cross_connected"
    CROSS_TINY = "cross_tiny"
    CROSS_LARGE = "cross_large"
    CROSS_OUTSIDE = "cross_outside"
    CROSS_REAL = "cross_real"
    """Strokes of a real person, handed in by the caller."""
    TICK = "tick"
    V = "v"
    SLASH = "slash"
    CIRCLE = "circle"
    CIRCLED_CROSS = "circled_cross"
    FILL = "fill"
    SCRIBBLE = "scribble"
    DOT = "dot"
    PLUS = "plus"
    ASTERISK = "asterisk"
    INITIALS = "initials"
    BLOTTED_CROSS = "blotted_cross"
    STRUCK_CROSS = "struck_cross"
    CROSS_BESIDE = "cross_beside"
    CROSS_BETWEEN = "cross_between"
    CROSS_ON_LINE = "cross_on_line"
    """Its middle on the box's printed side."""
    CONFIRMED_CROSS = "confirmed_cross"
    """An X with a wide ring about its box: "this one", beside a corrected one in the same line."""
    NEIGHBOUR_STROKE = "neighbour_stroke"
    """The end of a stroke that belongs to a box beside, above or below."""
    PEN_REST = "pen_rest"
    HESITATION = "hesitation"


PLAIN_CROSSES = (
    MarkKind.CROSS_STRAIGHT,
    MarkKind.CROSS_CURVED,
    MarkKind.CROSS_LOPSIDED,
    MarkKind.CROSS_HOOKED,
    MarkKind.CROSS_TWICE,
    MarkKind.CROSS_CONNECTED,
    MarkKind.CROSS_TINY,
    MarkKind.CROSS_LARGE,
    MarkKind.CROSS_OUTSIDE,
    MarkKind.CROSS_REAL,
)
"""Marks that everyone at the counting table calls an X in its box."""

OTHER_MARKS = (
    MarkKind.TICK,
    MarkKind.V,
    MarkKind.SLASH,
    MarkKind.CIRCLE,
    MarkKind.CIRCLED_CROSS,
    MarkKind.FILL,
    MarkKind.SCRIBBLE,
    MarkKind.DOT,
    MarkKind.PLUS,
    MarkKind.ASTERISK,
    MarkKind.INITIALS,
)

_C, _O, _K, _E, _U = BoxState.CROSS, BoxState.OTHER, BoxState.CORRECTED, BoxState.EMPTY, BoxState.UNCLEAR

MARK_STATES: Mapping[MarkKind, tuple[BoxState, ...]] = (
    dict.fromkeys(PLAIN_CROSSES, (_C, _U))
    | dict.fromkeys(OTHER_MARKS, (_O, _U))
    | {
        MarkKind.CIRCLED_CROSS: (_O, _U, _K),
        MarkKind.FILL: (_O, _U, _K),
        MarkKind.SCRIBBLE: (_O, _U, _K),
        MarkKind.ASTERISK: (_O, _U, _K),
        MarkKind.INITIALS: (_O, _U, _K),
        MarkKind.BLOTTED_CROSS: (_K, _U, _O),
        MarkKind.STRUCK_CROSS: (_K, _U, _O),
        MarkKind.CROSS_BESIDE: (_U, _E, _O, _C),
        MarkKind.CROSS_BETWEEN: (_U, _E, _O, _C),
        MarkKind.CROSS_ON_LINE: (_U, _C, _O),
        MarkKind.CONFIRMED_CROSS: (_U, _C, _O, _K),
        MarkKind.NEIGHBOUR_STROKE: (_E, _U),
        MarkKind.PEN_REST: (_E, _U),
        MarkKind.HESITATION: (_E, _U),
    }
)
"""True state first, then the states that are no silent error (all but the true one of an empty box or a
cross send the line to a person; a mark beside its box may be read as any, if a person is called)."""


_PLACED = (MarkKind.CROSS_BETWEEN, MarkKind.CROSS_ON_LINE)
"""Marks that are what they are by the place of their middle."""


def draw_mark(kind: MarkKind, writer: Writer, rng: np.random.Generator) -> Strokes:
    """One mark in box units, the box being the unit square about the origin.

    Raises:
        KeyError: `kind` is CROSS_REAL, which only a stroke library has.
    """
    shape = MARK_SHAPES[kind](writer, rng)
    if kind in _PLACED:
        return wobbled(shape, writer.wobble, rng)
    jitter = np.array([writer.bias_x, writer.bias_y]) + rng.normal(0.0, 0.03, 2)
    placed = moved(turned(shape, writer.slant), 1.0, jitter)
    return wobbled(placed, writer.wobble, rng)


def fitted_mark(strokes: Strokes, writer: Writer, rng: np.random.Generator) -> Strokes:
    """A recorded mark (any unit) brought to box units with the size and bias of `writer`."""
    left, top, right, bottom = bounds(strokes)
    side = max(right - left, bottom - top, 1e-9)
    scale = float(np.clip(writer.size * rng.lognormal(0.0, 0.08), 0.45, 1.4)) / side
    centre = np.array([(left + right) / 2, (top + bottom) / 2])
    shift = np.array([writer.bias_x, writer.bias_y]) + rng.normal(0.0, 0.03, 2)
    return moved(strokes, scale, shift - centre * scale)


def _arms(writer: Writer, rng: np.random.Generator, size: float) -> tuple[FloatArray, FloatArray]:
    """Ends of the two strokes of an X: arrays (start, end), falling first, rising second."""
    height = size * rng.lognormal(0.0, 0.06)
    width = size * writer.aspect * rng.lognormal(0.0, 0.06)
    corner = np.array([width, height]) / 2
    jitter = rng.normal(0.0, 0.04 * size, (2, 2, 2))
    falling = np.array([-corner, corner]) + jitter[0]
    rising = np.array([[corner[0], -corner[1]], [-corner[0], corner[1]]]) + jitter[1]
    return falling, rising


def _cross(writer: Writer, rng: np.random.Generator, size: float, bow: float) -> Strokes:
    falling, rising = _arms(writer, rng, size)
    strokes = [
        bowed(falling[0], falling[1], float(rng.normal(0, bow))),
        bowed(rising[0], rising[1], float(rng.normal(0, bow))),
    ]
    if rng.random() < writer.hook:
        strokes[1] = hooked(strokes[1], 0.12 * size, rng)
    return tuple(strokes)


def _cross_straight(writer: Writer, rng: np.random.Generator) -> Strokes:
    return _cross(writer, rng, writer.size, 0.02 + writer.bow * 0.3)


def _cross_curved(writer: Writer, rng: np.random.Generator) -> Strokes:
    falling, rising = _arms(writer, rng, writer.size)
    bows = rng.uniform(0.07, 0.17, 2) * rng.choice((-1.0, 1.0), 2)
    return bowed(falling[0], falling[1], float(bows[0])), bowed(rising[0], rising[1], float(bows[1]))


def _cross_lopsided(writer: Writer, rng: np.random.Generator) -> Strokes:
    long, short = _cross(writer, rng, writer.size * 1.1, 0.03)
    share = rng.uniform(0.45, 0.7)
    middle = (long[0] + long[-1]) / 2
    crossing = middle + (long[-1] - middle) * rng.uniform(-0.45, 0.45)
    return long, moved(moved((short,), 1.0, -short.mean(axis=0)), share, crossing)[0]


def _cross_hooked(writer: Writer, rng: np.random.Generator) -> Strokes:
    strokes = _cross(writer, rng, writer.size, 0.04)
    return tuple(hooked(stroke, float(rng.uniform(0.12, 0.25)) * writer.size, rng) for stroke in strokes)


def _cross_twice(writer: Writer, rng: np.random.Generator) -> Strokes:
    first, second = _cross_straight(writer, rng), _cross_straight(writer, rng)
    return *first, *moved(second, 1.0, rng.normal(0.0, 0.03, 2))


def _cross_connected(writer: Writer, rng: np.random.Generator) -> Strokes:
    falling, rising = _arms(writer, rng, writer.size)
    bulge = (falling[1] + rising[0]) / 2 + (rng.uniform(-0.02, 0.12) * writer.size, 0.0)
    side = smooth([falling[1], bulge, rising[0]])
    return (
        frozen(
            np.concatenate(
                [bowed(falling[0], falling[1], 0.03)[:-1], side[:-1], bowed(rising[0], rising[1], -0.03)]
            )
        ),
    )


def _cross_tiny(writer: Writer, rng: np.random.Generator) -> Strokes:
    tiny = _cross(writer, rng, float(rng.uniform(0.28, 0.42)), 0.04)
    return moved(tiny, 1.0, rng.uniform(-0.18, 0.18, 2))


def _cross_large(writer: Writer, rng: np.random.Generator) -> Strokes:
    return _cross(writer, rng, float(rng.uniform(1.4, 1.9)), 0.05)


def _cross_outside(writer: Writer, rng: np.random.Generator) -> Strokes:
    angle = float(rng.uniform(0, 2 * np.pi))
    shift = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(0.22, 0.34)
    return moved(_cross(writer, rng, max(0.8, writer.size), 0.05), 1.0, shift)


def _tick(writer: Writer, rng: np.random.Generator) -> Strokes:
    size = writer.size
    start = np.array([-0.42, rng.uniform(-0.1, 0.1)]) * size
    foot = np.array([rng.uniform(-0.2, -0.05), rng.uniform(0.3, 0.45)]) * size
    end = np.array([rng.uniform(0.35, 0.7), rng.uniform(-0.75, -0.4)]) * size
    return (frozen(np.concatenate([bowed(start, foot, 0.05)[:-1], bowed(foot, end, 0.04)])),)


def _v(writer: Writer, rng: np.random.Generator) -> Strokes:
    half = writer.size / 2
    left = np.array([-half * rng.uniform(0.6, 1.0), -half])
    foot = np.array([half * rng.uniform(-0.2, 0.2), half])
    right = np.array([half * rng.uniform(0.6, 1.0), -half * rng.uniform(0.8, 1.1)])
    return (frozen(np.concatenate([bowed(left, foot, 0.04)[:-1], bowed(foot, right, 0.04)])),)


def _slash(writer: Writer, rng: np.random.Generator) -> Strokes:
    falling, rising = _arms(writer, rng, writer.size)
    start, end = rising if rng.random() < 0.75 else falling
    return (bowed(start, end, float(rng.normal(0, 0.05))),)


def _circle(writer: Writer, rng: np.random.Generator) -> Strokes:
    return (_ring(writer.size * rng.uniform(0.8, 1.1), rng),)


def _ring(size: float, rng: np.random.Generator) -> FloatArray:
    start, sweep = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(1.9, 2.35)) * np.pi
    angles = start + np.linspace(0.0, -sweep, 14)
    radius = size / 2 * (1 + 0.06 * np.sin(np.linspace(0, 3, 14) + start))
    return smooth(np.column_stack([radius * np.cos(angles), 0.9 * radius * np.sin(angles)]))


def _circled_cross(writer: Writer, rng: np.random.Generator) -> Strokes:
    return *_cross(writer, rng, writer.size * 0.8, 0.03), _ring(max(1.0, writer.size * 1.35), rng)


def zigzag(width: float, height: float, turns: int, rng: np.random.Generator) -> FloatArray:
    """A back-and-forth about the origin, `turns` times left to right, progressing downwards."""
    rows = np.linspace(-height / 2, height / 2, 2 * turns)
    edges = np.where(np.arange(2 * turns) % 2 == 0, -width / 2, width / 2)
    jitter = rng.normal(0.0, 1.0, (2, 2 * turns))
    return smooth(np.column_stack([edges + 0.05 * width * jitter[0], rows + 0.03 * height * jitter[1]]))


def _fill(_writer: Writer, rng: np.random.Generator) -> Strokes:
    return zigzag(0.92, 0.92, 13, rng), *turned((zigzag(0.92, 0.92, 12, rng),), 1.2)


def _scribble(writer: Writer, rng: np.random.Generator) -> Strokes:
    side = writer.size * 0.96
    return turned((zigzag(side, side, int(rng.integers(5, 8)), rng),), float(rng.uniform(-0.9, 0.9)))


def _dot(_writer: Writer, rng: np.random.Generator) -> Strokes:
    side = float(rng.uniform(0.10, 0.2))
    turns = np.linspace(0.0, 6 * np.pi, 22)
    radii = side / 2 * (0.15 + 0.85 * turns / turns[-1]) * rng.uniform(0.8, 1.1, 22)
    spiral = smooth(np.column_stack([radii * np.cos(turns), radii * np.sin(turns)]))
    return moved((spiral,), 1.0, rng.uniform(-0.2, 0.2, 2))


def _plus(writer: Writer, _rng: np.random.Generator) -> Strokes:
    half = writer.size / 2
    return bowed((0, -half), (0.02, half), 0.02), bowed((-half, 0.02), (half, 0), 0.02)


def _asterisk(writer: Writer, rng: np.random.Generator) -> Strokes:
    half = writer.size / 2
    return *_cross(writer, rng, writer.size, 0.02), bowed((-half, 0), (half, 0.03), 0.03)


def _initials(writer: Writer, rng: np.random.Generator) -> Strokes:
    letters = "".join(rng.choice(list("hnkdlbtmg"), 2))
    return moved(write_text(letters, writer, rng), writer.size * 0.55, (-0.4, 0.2))


def _blotted_cross(writer: Writer, rng: np.random.Generator) -> Strokes:
    side = max(0.96, writer.size * 1.12)
    cover = zigzag(side, side, int(rng.integers(11, 15)), rng)
    again = zigzag(side, side, int(rng.integers(8, 11)), rng)
    return *_cross_straight(writer, rng), cover, *turned((again,), 1.4)


def _struck_cross(writer: Writer, rng: np.random.Generator) -> Strokes:
    half = max(0.6, writer.size * 0.7)
    rows = rng.uniform(-0.22, 0.22, int(rng.integers(3, 5)))
    lines = [bowed((-half, y), (half, y + rng.normal(0, 0.06)), 0.03) for y in rows]
    return *_cross_straight(writer, rng), *lines


def _cross_beside(writer: Writer, rng: np.random.Generator) -> Strokes:
    side = rng.choice((-1.0, 1.0))
    return moved(_cross(writer, rng, 0.7, 0.03), 1.0, (side * rng.uniform(1.0, 1.15), rng.uniform(-0.2, 0.2)))


def _cross_about(writer: Writer, rng: np.random.Generator, size: float, middle: ArrayLike) -> Strokes:
    """An X whose two strokes cross at `middle`, whatever the writer's bias."""
    falling, rising = (turned((stroke,), writer.slant)[0] for stroke in _cross(writer, rng, size, 0.03)[:2])
    # Where the chords cross: the bows are slight.
    along, across = falling[-1] - falling[0], rising[-1] - rising[0]
    steps = np.linalg.solve(np.column_stack((along, -across)), rising[0] - falling[0])
    return moved((falling, rising), 1.0, np.asarray(middle) - (falling[0] + steps[0] * along))


def _cross_between(writer: Writer, rng: np.random.Generator) -> Strokes:
    return _cross_about(writer, rng, 0.9, (rng.choice((-0.55, 0.55)), rng.uniform(-0.1, 0.1)))


def _cross_on_line(writer: Writer, rng: np.random.Generator) -> Strokes:
    angle = float(rng.choice((0.0, 0.5, 1.0, 1.5)) * np.pi)
    outwards, along = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    shift = outwards * rng.uniform(0.46, 0.58) + along * rng.uniform(-0.2, 0.2)
    return _cross_about(writer, rng, float(rng.uniform(0.6, 0.9)), shift)


def _confirmed_cross(writer: Writer, rng: np.random.Generator) -> Strokes:
    return *_cross(writer, rng, min(writer.size, 1.0), 0.03), _ring(float(rng.uniform(1.5, 2.1)), rng)


def _neighbour_stroke(_writer: Writer, rng: np.random.Generator) -> Strokes:
    """Comes in over one side and ends 0.15 to 0.8 box sides behind it."""
    start = np.array([rng.uniform(1.5, 2.1), rng.uniform(-0.7, 0.7)])
    end = np.array([0.5 - rng.uniform(0.15, 0.8), rng.uniform(-0.35, 0.35)])
    stroke = bowed(start, end, float(rng.normal(0.0, 0.04)))
    quarter = int(rng.choice(4, p=(0.35, 0.15, 0.35, 0.15)))
    return turned((stroke,), quarter * np.pi / 2)


def _pen_rest(_writer: Writer, rng: np.random.Generator) -> Strokes:
    start = rng.uniform(-0.4, 0.4, 2)
    return (frozen([start, start + rng.normal(0.0, 0.015, 2)]),)


def _hesitation(_writer: Writer, rng: np.random.Generator) -> Strokes:
    start = rng.uniform(-0.35, 0.35, 2)
    return (bowed(start, start + rng.uniform(-0.07, 0.07, 2), 0.1),)


MARK_SHAPES: Mapping[MarkKind, Callable[[Writer, np.random.Generator], Strokes]] = {
    MarkKind.CROSS_STRAIGHT: _cross_straight,
    MarkKind.CROSS_CURVED: _cross_curved,
    MarkKind.CROSS_LOPSIDED: _cross_lopsided,
    MarkKind.CROSS_HOOKED: _cross_hooked,
    MarkKind.CROSS_TWICE: _cross_twice,
    MarkKind.CROSS_CONNECTED: _cross_connected,
    MarkKind.CROSS_TINY: _cross_tiny,
    MarkKind.CROSS_LARGE: _cross_large,
    MarkKind.CROSS_OUTSIDE: _cross_outside,
    MarkKind.TICK: _tick,
    MarkKind.V: _v,
    MarkKind.SLASH: _slash,
    MarkKind.CIRCLE: _circle,
    MarkKind.CIRCLED_CROSS: _circled_cross,
    MarkKind.FILL: _fill,
    MarkKind.SCRIBBLE: _scribble,
    MarkKind.DOT: _dot,
    MarkKind.PLUS: _plus,
    MarkKind.ASTERISK: _asterisk,
    MarkKind.INITIALS: _initials,
    MarkKind.BLOTTED_CROSS: _blotted_cross,
    MarkKind.STRUCK_CROSS: _struck_cross,
    MarkKind.CROSS_BESIDE: _cross_beside,
    MarkKind.CROSS_BETWEEN: _cross_between,
    MarkKind.CROSS_ON_LINE: _cross_on_line,
    MarkKind.CONFIRMED_CROSS: _confirmed_cross,
    MarkKind.NEIGHBOUR_STROKE: _neighbour_stroke,
    MarkKind.PEN_REST: _pen_rest,
    MarkKind.HESITATION: _hesitation,
}
