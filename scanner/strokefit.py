"""Two straight strokes laid through a cloud of ink pixels: what makes a cross a cross, in numbers.

A voter's X is two strokes, straight or a little curved, that cross. For every direction the ink is
projected across it, and the band with the most ink is the first stroke; the rest of the ink gives the
second in the same way. Both are then refined by a total least squares line through their pixels. No
number here decides anything; `scanner.marks` does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_Line = tuple[FloatArray, FloatArray]
"""A point on a straight line and its unit direction, pixels."""

_ANGLES = np.deg2rad(np.arange(0, 180, 6))
_NORMALS = np.column_stack((-np.sin(_ANGLES), np.cos(_ANGLES)))
_MAX_POINTS = 360


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight stroke.

    Attributes:
        centre: a point on it, pixels (x, y).
        direction: unit vector.
        start, end: extent along `direction` from `centre`, pixels; start < end.
    """

    centre: tuple[float, float]
    direction: tuple[float, float]
    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start

    @property
    def angle_deg(self) -> float:
        """Direction against the page's x axis, 0 … 180, clockwise on the page."""
        return math.degrees(math.atan2(self.direction[1], self.direction[0])) % 180


@dataclass(frozen=True, slots=True)
class CrossFit:
    """Two strokes through the ink.

    Attributes:
        first, second: the strokes; `second` is None where too little ink is left after the first.
        line_share: share of the ink on the first stroke.
        cross_share: share of the ink on either.
        second_share: share of the ink on the second but not on the first.
        angle_deg: between the strokes, 0 … 90.
        centre: where they cross, pixels (x, y); None when they are parallel or there is no second.
        arm_share: the shortest of the four arms as a share of its stroke; negative when the lines meet
            beyond a stroke's end.
        side_share: share of the ink that lies on neither stroke but along the straight line between an
            end of the one and an end of the other; the side with the most. An X drawn without lifting
            the pen has one such side.
        coverage: share of a stroke's length on which there is ink, the smaller of the two; scattered
            specks in line cover little of it.
        rest_reach: median distance of the ink on neither stroke from the crossing, as a share of half a
            stroke's length; bent stroke ends lie far out, a third stroke through the crossing does not.
        rest_bias: how much the ink on neither stroke lies to one side of the crossing: 1 all in one
            direction (such a side), 0 evenly around or on opposite sides (a third stroke through it).
    """

    first: Stroke
    second: Stroke | None
    line_share: float
    cross_share: float
    second_share: float
    angle_deg: float
    centre: tuple[float, float] | None
    arm_share: float
    side_share: float
    rest_bias: float
    coverage: float
    rest_reach: float


def fit_cross(points: FloatArray, tolerance: float) -> CrossFit | None:
    """Lays two strokes through ink pixels.

    Args:
        points: (n, 2) pixel positions (x, y).
        tolerance: half the width of a stroke's band, pixels.

    Returns:
        The fit, or None for fewer than eight points.
    """
    if len(points) < 8:
        return None
    if len(points) > _MAX_POINTS:
        points = points[:: -(-len(points) // _MAX_POINTS)]
    first = _refine(points, _best_band(points, tolerance), tolerance)
    on_first = _distance(points, first) <= tolerance
    rest = points[~on_first]
    if len(rest) < 6:
        return _single_stroke(_extent(points[on_first], first), _share(on_first))
    fit = _fit_pair(points, first, _refine(rest, _best_band(rest, tolerance), tolerance), tolerance)
    if fit.angle_deg >= _NARROW_DEG and fit.arm_share > 0:
        return fit
    # The best band of a narrow X runs between its strokes and takes the middles of both.
    axis = math.degrees(math.atan2(first[1][1], first[1][0]))
    left = _best_band(points, tolerance, axis - _NARROW_DEG / 2)
    right = _best_band(points, tolerance, axis + _NARROW_DEG / 2)
    narrow = _fit_pair(points, left, right, tolerance)
    crosses = narrow.arm_share > max(fit.arm_share, 0.0) and narrow.cross_share >= fit.cross_share - _SLACK
    return narrow if crosses else fit


_NARROW_DEG = 36.0
_SLACK = 0.03


def _single_stroke(stroke: Stroke, share: float) -> CrossFit:
    return CrossFit(
        first=stroke,
        second=None,
        line_share=share,
        cross_share=share,
        second_share=0.0,
        angle_deg=0.0,
        centre=None,
        arm_share=0.0,
        side_share=0.0,
        rest_bias=0.0,
        coverage=0.0,
        rest_reach=0.0,
    )


def _fit_pair(points: FloatArray, first: _Line, second: _Line, tolerance: float) -> CrossFit:
    """Refines two rough strokes together.

    Each pixel goes to the nearer stroke once both are known: the first band may have swallowed a piece
    of the second near the crossing.
    """
    to_first, to_second = _distance(points, first), _distance(points, second)
    for _ in range(2):
        nearer = to_first <= to_second
        first = _total_least_squares(points[nearer & (to_first <= 1.5 * tolerance)], first)
        second = _total_least_squares(points[~nearer & (to_second <= 1.5 * tolerance)], second)
        to_first, to_second = _distance(points, first), _distance(points, second)
    on_first, on_second = to_first <= tolerance, to_second <= tolerance
    strokes = _extent(points[on_first], first), _extent(points[on_second], second)
    coverage = min(_coverage(points[on_first], strokes[0]), _coverage(points[on_second], strokes[1]))
    rest = points[~(on_first | on_second)]
    return _measure(strokes, on_first, on_second, rest, coverage, 1.5 * tolerance)


def near_stroke(points: FloatArray, stroke: Stroke, tolerance: float, reach: float) -> NDArray[np.bool_]:
    """Which points (n, 2) lie along a stroke or up to `reach` pixels beyond its ends."""
    line = np.array(stroke.centre), np.array(stroke.direction)
    along = (points - line[0]) @ line[1]
    near: NDArray[np.bool_] = (
        (_distance(points, line) <= tolerance)
        & (along >= stroke.start - reach)
        & (along <= stroke.end + reach)
    )
    return near


def _measure(
    strokes: tuple[Stroke, Stroke],
    on_first: NDArray[np.bool_],
    on_second: NDArray[np.bool_],
    rest: FloatArray,
    coverage: float,
    side_tolerance: float,
) -> CrossFit:
    first, second = strokes
    if _share(on_second) > _share(on_first):
        first, second, on_first, on_second = second, first, on_second, on_first
    difference = abs(first.angle_deg - second.angle_deg)
    centre = _intersection(first, second)
    arm = min(_arm(first, centre), _arm(second, centre)) if centre is not None else 0.0
    return CrossFit(
        first=first,
        second=second,
        line_share=_share(on_first),
        cross_share=_share(on_first | on_second),
        second_share=_share(on_second & ~on_first),
        angle_deg=min(difference, 180 - difference),
        centre=centre,
        arm_share=arm,
        side_share=_side_share(rest, first, second, side_tolerance) * len(rest) / len(on_first),
        rest_bias=_rest_bias(rest, centre),
        coverage=coverage,
        rest_reach=_rest_reach(rest, centre, (first.length + second.length) / 4),
    )


def _rest_reach(points: FloatArray, centre: tuple[float, float] | None, half_length: float) -> float:
    if centre is None or not len(points):
        return 0.0
    return float(np.median(np.hypot(*(points - np.array(centre)).T))) / max(half_length, 1e-6)


def _share(mask: NDArray[np.bool_]) -> float:
    return int(np.count_nonzero(mask)) / len(mask)


def _coverage(points: FloatArray, stroke: Stroke) -> float:
    """Share of the two-pixel steps along a stroke that hold a point."""
    steps = max(1, int(stroke.length / 2))
    along = (points - np.array(stroke.centre)) @ np.array(stroke.direction) - stroke.start
    filled = np.zeros(steps, dtype=bool)
    filled[np.minimum(np.maximum(along / 2, 0), steps - 1).astype(np.int64)] = True
    return _share(filled)


def _rest_bias(points: FloatArray, centre: tuple[float, float] | None) -> float:
    if centre is None or not len(points):
        return 0.0
    offsets = points - np.array(centre)
    lengths = np.maximum(np.hypot(*offsets.T), 1e-6)
    return float(np.hypot(*(offsets / lengths[:, None]).mean(axis=0)))


def _side_share(points: FloatArray, first: Stroke, second: Stroke, tolerance: float) -> float:
    """Largest share of `points` near one of the four segments between the strokes' ends."""
    if not len(points):
        return 0.0
    best = 0.0
    for end in _ends(first):
        for other in _ends(second):
            along = other - end
            length = max(float(np.hypot(*along)), 1e-6)
            line = end, along / length
            position = (points - end) @ line[1]
            near = (
                (_distance(points, line) <= tolerance)
                & (position > -tolerance)
                & (position < length + tolerance)
            )
            best = max(best, _share(near))
    return best


def _ends(stroke: Stroke) -> tuple[FloatArray, FloatArray]:
    centre, direction = np.array(stroke.centre), np.array(stroke.direction)
    return centre + stroke.start * direction, centre + stroke.end * direction


def _best_band(points: FloatArray, tolerance: float, around_deg: float | None = None) -> _Line:
    """The straight band of half width `tolerance` that holds the most points.

    Args:
        points: (n, 2) pixels.
        tolerance: pixels.
        around_deg: only directions within twelve degrees of it; any direction where None.
    """
    offsets = _NORMALS @ points.T
    low = offsets.min(axis=1)
    offsets -= low[:, None]
    offsets /= tolerance / 2
    bins = offsets.astype(np.intp)
    height = int(bins.max()) + 5
    bins += (np.arange(len(_ANGLES)) * height)[:, None]
    counts = np.bincount(bins.ravel(), minlength=height * len(_ANGLES)).reshape(len(_ANGLES), height)
    total = np.cumsum(counts, axis=1)
    held = total[:, 4:].copy()
    held[:, 1:] -= total[:, :-5]
    if around_deg is not None:
        away = np.abs((np.degrees(_ANGLES) - around_deg + 90) % 180 - 90)
        held[away > 12] = -1
    index, start = np.unravel_index(int(np.argmax(held)), held.shape)
    offset = low[index] + (start + 2) * tolerance / 2
    direction = np.array((math.cos(_ANGLES[index]), math.sin(_ANGLES[index])))
    return offset * _NORMALS[index], direction


def _refine(points: FloatArray, band: _Line, tolerance: float) -> _Line:
    near = _distance(points, band) <= 1.25 * tolerance
    return _total_least_squares(points[near], band)


def _total_least_squares(points: FloatArray, fallback: _Line) -> _Line:
    if len(points) < 4:
        return fallback
    centre = points.sum(axis=0) / len(points)
    offsets = points - centre
    (xx, xy), (_, yy) = (offsets.T @ offsets).tolist()
    angle = 0.5 * math.atan2(2 * xy, xx - yy)
    return centre, np.array((math.cos(angle), math.sin(angle)))


def _distance(points: FloatArray, line: _Line) -> FloatArray:
    centre, direction = line
    # Column by column: numpy is slow at pairs.
    x, y = points[:, 0] - centre[0], points[:, 1] - centre[1]
    distance: FloatArray = np.abs(y * direction[0] - x * direction[1])
    return distance


def _extent(points: FloatArray, line: _Line) -> Stroke:
    centre, direction = line
    along = (points - centre) @ direction if len(points) else np.zeros(1)
    ranked = np.sort(along)
    cut = len(ranked) // 100
    start, end = float(ranked[cut]), float(ranked[-1 - cut])
    return Stroke(
        (float(centre[0]), float(centre[1])), (float(direction[0]), float(direction[1])), start, end
    )


def _intersection(first: Stroke, second: Stroke) -> tuple[float, float] | None:
    (ax, ay), (bx, by) = first.direction, second.direction
    cross = ax * by - ay * bx
    if abs(cross) < 0.05:
        return None
    dx, dy = second.centre[0] - first.centre[0], second.centre[1] - first.centre[1]
    along = (dx * by - dy * bx) / cross
    return first.centre[0] + along * ax, first.centre[1] + along * ay


def _arm(stroke: Stroke, centre: tuple[float, float]) -> float:
    along = (centre[0] - stroke.centre[0]) * stroke.direction[0] + (
        centre[1] - stroke.centre[1]
    ) * stroke.direction[1]
    return min(along - stroke.start, stroke.end - along) / max(stroke.length, 1e-6)
