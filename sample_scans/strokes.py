"""Pen paths as polylines, and the hand that draws them.

A stroke is a read-only float64 array of shape (n, 2): x right, y down. Marks are drawn in box units:
the box's centre is (0, 0) and its side is 1. Everything random comes from the Generator given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
Strokes = tuple[FloatArray, ...]

POINTS_PER_UNIT = 24
"""Samples along a stroke one unit long: a 7 mm cross gets a vertex every 0.3 mm."""


@dataclass(frozen=True, slots=True)
class Writer:
    """One person's hand.

    Attributes:
        slant: rotation of everything this hand draws, radians, clockwise positive.
        size: longer side of its crosses in box sides.
        aspect: width of its crosses over their height.
        wobble: standard deviation of its line from the path meant, in box sides.
        bow: how far its straight lines bend, as a share of their length.
        hook: chance that a stroke ends in a hook.
        bias_x, bias_y: where its marks stand off the centre, in box sides.
        speed: 0 hesitant … 1 fast: sets tapering ends and skips.
        pressure: 0 light … 1 heavy.
    """

    slant: float
    size: float
    aspect: float
    wobble: float
    bow: float
    hook: float
    bias_x: float
    bias_y: float
    speed: float
    pressure: float


def writer_from_seed(seed: int) -> Writer:
    """The hand numbered `seed`; the same number is the same hand."""
    rng = np.random.default_rng([seed, 0x57])
    return Writer(
        slant=float(np.clip(rng.normal(0.0, 0.09), -0.25, 0.25)),
        size=float(np.clip(rng.lognormal(np.log(0.85), 0.22), 0.5, 1.35)),
        aspect=float(np.clip(rng.lognormal(0.0, 0.15), 0.7, 1.4)),
        wobble=float(rng.uniform(0.004, 0.02)),
        bow=float(abs(rng.normal(0.0, 0.05))),
        hook=float(rng.uniform(0.0, 0.3)),
        bias_x=float(np.clip(rng.normal(0.0, 0.06), -0.15, 0.15)),
        bias_y=float(np.clip(rng.normal(0.0, 0.06), -0.15, 0.15)),
        speed=float(rng.uniform(0.0, 1.0)),
        pressure=float(rng.uniform(0.35, 1.0)),
    )


def frozen(points: ArrayLike) -> FloatArray:
    """`points` as a read-only (n, 2) float64 array."""
    array = np.array(points, dtype=np.float64).reshape(-1, 2)
    array.flags.writeable = False
    return array


def moved(strokes: Iterable[FloatArray], scale: float | tuple[float, float], shift: ArrayLike) -> Strokes:
    """`strokes` multiplied by `scale` (one number or x, y), then shifted."""
    factors, offset = np.asarray(scale, dtype=np.float64), np.asarray(shift, dtype=np.float64)
    return tuple(frozen(stroke * factors + offset) for stroke in strokes)


def turned(strokes: Iterable[FloatArray], angle_rad: float) -> Strokes:
    """`strokes` turned about the origin, clockwise on the page."""
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    matrix = np.array([[cosine, sine], [-sine, cosine]])
    return tuple(frozen(stroke @ matrix) for stroke in strokes)


def bounds(strokes: Sequence[FloatArray]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of all points.

    Raises:
        ValueError: no strokes.
    """
    points = np.concatenate(strokes)
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def smooth(control: ArrayLike, closed: bool = False) -> FloatArray:
    """A Catmull-Rom curve through the control points, densely sampled."""
    points = np.asarray(control, dtype=np.float64)
    if len(points) < 3 and not closed:
        return frozen(_straight(points[0], points[-1]))
    ends = (points[-1:], points[:2]) if closed else (points[:1], points[-1:])
    padded = np.concatenate([ends[0], points, ends[1]])
    pieces = [_catmull_rom(padded[i : i + 4]) for i in range(len(padded) - 3)]
    return frozen(np.concatenate([*pieces, padded[-2:-1]]))


def _catmull_rom(four: FloatArray) -> FloatArray:
    count = max(3, int(np.linalg.norm(four[2] - four[1]) * POINTS_PER_UNIT) + 1)
    t = np.linspace(0.0, 1.0, count, endpoint=False)[:, None]
    a, b, c, d = four
    curve: FloatArray = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return curve


def _straight(start: FloatArray, end: FloatArray) -> FloatArray:
    count = max(4, int(np.linalg.norm(end - start) * POINTS_PER_UNIT) + 1)
    t = np.linspace(0.0, 1.0, count)[:, None]
    line: FloatArray = start + (end - start) * t
    return line


def bowed(start: ArrayLike, end: ArrayLike, bow: float) -> FloatArray:
    """A line from `start` to `end` whose middle stands off by `bow` times its length."""
    first, last = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    along = last - first
    line = _straight(first, last)
    t = np.linspace(0.0, 1.0, len(line))[:, None]
    return frozen(line + np.array([-along[1], along[0]]) * (4 * bow * t * (1 - t)))


def hooked(stroke: FloatArray, length: float, rng: np.random.Generator) -> FloatArray:
    """`stroke` with its end flicked back over `length` units, as a pen leaving the paper."""
    direction = stroke[-1] - stroke[-4]
    direction = direction / max(1e-9, float(np.linalg.norm(direction)))
    angle = rng.choice((-1.0, 1.0)) * rng.uniform(1.6, 2.6)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    tip = stroke[-1] + direction * length * 0.25
    back = tip + direction @ turn * length
    return frozen(np.concatenate([stroke[:-1], smooth([stroke[-1], tip, back])]))


def wobbled(
    strokes: Iterable[FloatArray], amount: float, rng: np.random.Generator, period: float = 0.25
) -> Strokes:
    """`strokes` with a hand's smooth unsteadiness: standard deviation `amount`, a swing every `period`."""
    return tuple(_wobbled(stroke, amount, rng, period) for stroke in strokes)


def _wobbled(stroke: FloatArray, amount: float, rng: np.random.Generator, period: float) -> FloatArray:
    if len(stroke) < 4 or amount <= 0:
        return stroke
    travel = float(np.linalg.norm(np.diff(stroke, axis=0), axis=1).sum())
    knots = rng.normal(0.0, amount, (max(4, int(travel / period) + 1), 2))
    position = np.linspace(0, len(knots) - 1, len(stroke))
    noise = np.column_stack([np.interp(position, np.arange(len(knots)), knots[:, axis]) for axis in (0, 1)])
    kernel = np.ones(5) / 5
    for axis in (0, 1):
        noise[:, axis] = np.convolve(np.pad(noise[:, axis], 2, mode="edge"), kernel, mode="valid")
    return frozen(stroke + noise)
