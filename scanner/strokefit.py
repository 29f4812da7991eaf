"""Two straight strokes laid through a cloud of ink pixels: what makes a cross a cross, in numbers.

A voter's X is two strokes, straight or a little curved, that cross. For every direction the ink is
projected across it, and the band with the most ink is the first stroke; the rest of the ink gives the
second in the same way. Both are then refined by a total least squares line through their pixels. All
marks of a page are fitted in one go. No number here decides anything; `scanner.marks` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanner.stroke_lines import (
    Chosen,
    Clouds,
    FloatArray,
    best_bands,
    distances,
    least_squares_lines,
    make_clouds,
)

_MAX_POINTS = 360
_LEAST_POINTS, _LEAST_REST = 8, 6


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
    """`fit_crosses` of one cloud."""
    return fit_crosses((points,), (tolerance,))[0]


def fit_crosses(points: Sequence[FloatArray], tolerances: Sequence[float]) -> list[CrossFit | None]:
    """Lays two strokes through each cloud of ink pixels.

    Args:
        points: (n, 2) pixel positions (x, y) each.
        tolerances: half the width of a stroke's band, pixels.

    Returns:
        The fits, None where there are fewer than eight points.
    """
    enough = [number for number, cloud in enumerate(points) if len(cloud) >= _LEAST_POINTS]
    fits: list[CrossFit | None] = [None] * len(points)
    if enough:
        thinned = [points[number][:: -(-len(points[number]) // _MAX_POINTS)] for number in enough]
        clouds = make_clouds(thinned, [tolerances[number] for number in enough])
        for number, fit in zip(enough, _fit_clouds(clouds), strict=True):
            fits[number] = fit
    return fits


def _fit_clouds(clouds: Clouds) -> list[CrossFit]:
    first = _refined(clouds, clouds.real, best_bands(clouds, clouds.real))
    on_first = (distances(clouds, first) <= clouds.tolerance) & clouds.real
    rest = clouds.real & ~on_first
    paired = np.count_nonzero(rest, axis=1) >= _LEAST_REST
    fits = iter(_fit_crossing(clouds.rows(paired), first[paired], rest[paired]) if paired.any() else ())
    _, start, end = _extents(clouds, on_first, first)
    shares = np.count_nonzero(on_first, axis=1) / np.count_nonzero(clouds.real, axis=1)
    return [
        next(fits) if has_rest else _single_stroke(_stroke(*measures), float(share))
        for has_rest, share, *measures in zip(paired, shares, first, start, end, strict=True)
    ]


def _fit_crossing(clouds: Clouds, first: FloatArray, rest: Chosen) -> list[CrossFit]:
    """Two strokes where the first band left ink for a second."""
    fits = _fit_pairs(clouds, first, _refined(clouds, rest, best_bands(clouds, rest)))
    doubtful = np.array([fit.angle_deg < _NARROW_DEG or fit.arm_share <= 0 for fit in fits])
    if not doubtful.any():
        return fits
    # The best band of a narrow X runs between its strokes and takes the middles of both.
    some = clouds.rows(doubtful)
    axis = np.degrees(np.arctan2(first[doubtful, 3], first[doubtful, 2]))
    left, right = (best_bands(some, some.real, axis + turn) for turn in (-_NARROW_DEG / 2, _NARROW_DEG / 2))
    for number, narrow in zip(np.flatnonzero(doubtful), _fit_pairs(some, left, right), strict=True):
        fit = fits[number]
        if narrow.arm_share > max(fit.arm_share, 0.0) and narrow.cross_share >= fit.cross_share - _SLACK:
            fits[number] = narrow
    return fits


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


def _refined(clouds: Clouds, chosen: Chosen, bands: FloatArray) -> FloatArray:
    near = distances(clouds, bands) <= 1.25 * clouds.tolerance
    return least_squares_lines(clouds, near & chosen, bands)


def _fit_pairs(clouds: Clouds, first: FloatArray, second: FloatArray) -> list[CrossFit]:
    """Refines two rough strokes together.

    Each pixel goes to the nearer stroke once both are known: the first band may have swallowed a piece
    of the second near the crossing.
    """
    to_first, to_second = distances(clouds, first), distances(clouds, second)
    for _ in range(2):
        nearer = to_first <= to_second
        on_first = clouds.real & nearer & (to_first <= 1.5 * clouds.tolerance)
        on_second = clouds.real & ~nearer & (to_second <= 1.5 * clouds.tolerance)
        first = least_squares_lines(clouds, on_first, first)
        second = least_squares_lines(clouds, on_second, second)
        to_first, to_second = distances(clouds, first), distances(clouds, second)
    on_first = clouds.real & (to_first <= clouds.tolerance)
    on_second = clouds.real & (to_second <= clouds.tolerance)
    return _measure(clouds, (first, second), (on_first, on_second))


def near_stroke(points: FloatArray, stroke: Stroke, tolerance: float, reach: float) -> NDArray[np.bool_]:
    """Which points (n, 2) lie along a stroke or up to `reach` pixels beyond its ends."""
    (across, down), x, y = stroke.direction, points[:, 0] - stroke.centre[0], points[:, 1] - stroke.centre[1]
    along = x * across + y * down
    near: NDArray[np.bool_] = (
        (np.abs(y * across - x * down) <= tolerance)
        & (along >= stroke.start - reach)
        & (along <= stroke.end + reach)
    )
    return near


def _measure(
    clouds: Clouds, lines: tuple[FloatArray, FloatArray], on: tuple[Chosen, Chosen]
) -> list[CrossFit]:
    count = np.count_nonzero(clouds.real, axis=1)
    union = on[0] | on[1]
    counts = [np.count_nonzero(mask, axis=1) for mask in (*on, union)]
    strokes, coverages = zip(*(_strokes(clouds, *pair) for pair in zip(on, lines, strict=True)), strict=True)
    pairs = [
        (second, first) if on_second > on_first else (first, second)
        for first, second, on_first, on_second in zip(*strokes, *counts[:2], strict=True)
    ]
    centres = [_intersection(*pair) for pair in pairs]
    rest = _measure_rest(clouds, clouds.real & ~union, pairs, centres)
    most = np.maximum(counts[0], counts[1])
    shares = np.stack((most, counts[2], counts[2] - most)) / count
    return [
        _cross_fit(pair, centre, shares_of.tolist(), float(coverage), rest_of.tolist())
        for pair, centre, shares_of, coverage, rest_of in zip(
            pairs, centres, shares.T, np.minimum(*coverages), rest, strict=True
        )
    ]


def _cross_fit(
    pair: tuple[Stroke, Stroke],
    centre: tuple[float, float] | None,
    shares: Sequence[float],
    coverage: float,
    rest: Sequence[float],
) -> CrossFit:
    first, second = pair
    difference = abs(first.angle_deg - second.angle_deg)
    line_share, cross_share, second_share = shares
    side_share, rest_bias, rest_reach = rest
    return CrossFit(
        first=first,
        second=second,
        line_share=line_share,
        cross_share=cross_share,
        second_share=second_share,
        angle_deg=min(difference, 180 - difference),
        centre=centre,
        arm_share=min(_arm(first, centre), _arm(second, centre)) if centre is not None else 0.0,
        side_share=side_share,
        rest_bias=rest_bias,
        coverage=coverage,
        rest_reach=rest_reach,
    )


def _measure_rest(
    clouds: Clouds,
    rest: Chosen,
    pairs: Sequence[tuple[Stroke, Stroke]],
    centres: Sequence[tuple[float, float] | None],
) -> FloatArray:
    """`side_share`, `rest_bias` and `rest_reach` of each cloud, (m, 3)."""
    owner = np.nonzero(rest)[0]
    points = np.column_stack((clouds.x[rest], clouds.y[rest]))
    count = np.count_nonzero(rest, axis=1)
    measures = np.zeros((len(clouds), 3))
    sides = _beside(points, owner, pairs, 1.5 * clouds.tolerance)
    measures[:, 0] = sides.max(axis=1) / np.count_nonzero(clouds.real, axis=1)
    crossing = np.array([centre or (np.nan, np.nan) for centre in centres])
    offsets = points - crossing[owner]
    lengths = np.hypot(offsets[:, 0], offsets[:, 1])
    units = offsets / np.maximum(lengths, 1e-6)[:, None]
    x, y = (np.bincount(owner, units[:, axis], len(clouds)) for axis in (0, 1))
    known = ~np.isnan(crossing[:, 0]) & (count > 0)
    measures[known, 1] = np.hypot(x, y)[known] / count[known]
    half = np.array([max((first.length + second.length) / 4, 1e-6) for first, second in pairs])
    measures[known, 2] = (_medians(lengths, owner, count) / half)[known]
    return measures


def _medians(values: FloatArray, owner: NDArray[np.intp], count: NDArray[np.intp]) -> FloatArray:
    """The median of each owner's values; 0 where there are none."""
    ranked = np.append(values[np.lexsort((values, owner))], 0.0)
    start = count.cumsum() - count
    low, high = start + np.maximum(count - 1, 0) // 2, start + count // 2
    return np.where(count > 0, (ranked[low] + ranked[high]) / 2, 0.0)


def _beside(
    points: FloatArray,
    owner: NDArray[np.intp],
    pairs: Sequence[tuple[Stroke, Stroke]],
    tolerance: FloatArray,
) -> NDArray[np.intp]:
    """How many points lie near each of the four segments between the ends of two strokes, (m, 4)."""
    ends = np.array([(*_ends(first), *_ends(second)) for first, second in pairs])
    start, along = ends[:, (0, 0, 1, 1)], ends[:, (2, 3, 2, 3)] - ends[:, (0, 0, 1, 1)]
    length = np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-6)
    along /= length[..., None]
    x, y = np.moveaxis(points[:, None] - start[owner], 2, 0)
    across, down = np.moveaxis(along[owner], 2, 0)
    position = x * across + y * down
    reach = tolerance[owner]
    near = (np.abs(y * across - x * down) <= reach) & (position > -reach) & (position < length[owner] + reach)
    counts = [np.bincount(owner[near[:, side]], minlength=len(pairs)) for side in range(4)]
    return np.stack(counts, axis=1)


def _ends(stroke: Stroke) -> tuple[tuple[float, float], tuple[float, float]]:
    (x, y), (across, down) = stroke.centre, stroke.direction
    start, end = stroke.start, stroke.end
    return (x + start * across, y + start * down), (x + end * across, y + end * down)


def _strokes(clouds: Clouds, chosen: Chosen, lines: FloatArray) -> tuple[list[Stroke], FloatArray]:
    """Each line as far as its points reach, and the share of its two-pixel steps that hold one."""
    along, start, end = _extents(clouds, chosen, lines)
    steps = np.maximum(1, ((end - start) / 2).astype(np.intp))
    step = np.clip((along - start[:, None]) / 2, 0, (steps - 1)[:, None]).astype(np.intp)
    filled = np.zeros((len(clouds), int(steps.max()) + 1), dtype=bool)
    step[~chosen] = filled.shape[1] - 1
    np.put_along_axis(filled, step, True, axis=1)
    coverage: FloatArray = np.count_nonzero(filled[:, :-1], axis=1) / steps
    return [_stroke(*measures) for measures in zip(lines, start, end, strict=True)], coverage


def _extents(clouds: Clouds, chosen: Chosen, lines: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Every point's place along its cloud's line (m, n), and where the chosen ones begin and end, (m,) each.

    The outermost hundredth at either end is left out.
    """
    x, y, across, down = lines.T[:, :, None]
    along = (clouds.x - x) * across + (clouds.y - y) * down
    ranked = np.sort(np.where(chosen, along, np.inf), axis=1)
    count, rows = np.count_nonzero(chosen, axis=1), np.arange(len(clouds))
    cut = count // 100
    start, end = ranked[rows, cut], ranked[rows, np.maximum(count - 1 - cut, 0)]
    return along, np.where(count > 0, start, 0.0), np.where(count > 0, end, 0.0)


def _stroke(line: FloatArray, start: float, end: float) -> Stroke:
    x, y, across, down = line.tolist()
    return Stroke((x, y), (across, down), float(start), float(end))


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
