"""Streaks: lines from end to end of a scan, found on the bare paper of the target.

A speck on a feeder's glass draws a line along the feed; a jolt draws one across. Either darkens the same
column (or row) all the way, which no dust on the paper does.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.locate import LocatedTarget
from calibration.target import DOT_CLEAR_MM
from records.geometry import Rect
from records.scanner_profile import Streak, StreakAxis

FloatArray = NDArray[np.float64]

MIN_DEPTH = 0.05
"""Share of the paper's brightness over black that a column must lose. A line of 1 px at 20 % that lies
between two columns darkens either by 10 %; the median over a page's blocks has a noise of 0.1 %."""
MIN_INTEGRAL = 0.08
"""Depth summed up over a line's columns, in pixels: leaves out what is both faint and thin."""
_BLOCK_MM = 5.0
_MIN_BLOCKS = 3
"""A column is judged by that many blocks of bare paper or more. Every column and row of either target has
them but for those within `_EDGE_MM` of the paper's edge (`tests/calibration/test_measure.py`)."""
_MIN_SHARE = 0.75
"""Share of a column's blocks that must be darkened: a fold or a line of dirt ends somewhere."""
_EDGE_MM = 4.0
"""The paper's edges throw shadows; nothing is looked for so near to them."""
_WIDEST_MM = 1.6
_BASE_MM = 6.0


def find_streaks(located: LocatedTarget, white: float, black: float) -> tuple[Streak, ...]:
    """Every streak, vertical ones first, from the left or top of the image as scanned."""
    bare = _bare_paper(located)
    # Back to how the image was scanned: there the feed runs from top to bottom.
    grey, bare = np.rot90(located.grey, -located.turns), np.rot90(bare, -located.turns)
    across, down = located.px_per_mm if located.turns % 2 == 0 else located.px_per_mm[::-1]
    contrast = max(white - black, 1.0)
    vertical = _along(grey, bare, (across, down), contrast)
    horizontal = _along(grey.T, bare.T, (down, across), contrast)
    return tuple(
        Streak(axis, round(position, 3), round(width, 2), round(depth, 3))
        for axis, found in ((StreakAxis.VERTICAL, vertical), (StreakAxis.HORIZONTAL, horizontal))
        for position, width, depth in found
    )


def _bare_paper(located: LocatedTarget) -> NDArray[np.bool_]:
    """Where the scan shows paper without print, bool (height, width)."""
    target = located.target
    mask = np.zeros(located.grey.shape, np.uint8)
    page = Rect(0.0, 0.0, target.width_mm, target.height_mm).inflated(-_EDGE_MM)
    _fill(mask, located, page, 1)
    for rect in target.occupied:
        _fill(mask, located, rect.inflated(0.6), 0)
    across, down = located.px_per_mm
    axes = (round(DOT_CLEAR_MM * across), round(DOT_CLEAR_MM * down))
    for column, row in located.to_pixels(np.array(target.dots)).round().astype(int):
        cv2.ellipse(mask, (int(column), int(row)), axes, 0, 0, 360, 0, -1)
    return mask > 0


def _fill(mask: NDArray[np.uint8], located: LocatedTarget, rect: Rect, value: int) -> None:
    corners = np.array(
        [(x, y) for x, y in ((rect.x_mm, rect.y_mm), (rect.right_mm, rect.y_mm))]
        + [(x, y) for x, y in ((rect.right_mm, rect.bottom_mm), (rect.x_mm, rect.bottom_mm))]
    )
    cv2.fillConvexPoly(mask, located.to_pixels(corners).round().astype(np.int32), value)


def _along(
    grey: NDArray[np.uint8], bare: NDArray[np.bool_], px_per_mm: tuple[float, float], contrast: float
) -> list[tuple[float, float, float]]:
    """Position in mm, width in px and depth of every line from top to bottom."""
    loss = _column_loss(grey, bare, px_per_mm, contrast)
    found = []
    dark = np.flatnonzero(loss >= MIN_DEPTH)
    for run in np.split(dark, np.flatnonzero(np.diff(dark) > 1) + 1):
        if not len(run) or len(run) > _WIDEST_MM * px_per_mm[0]:
            continue
        # The columns beside, too: a line's soft edge is part of its width.
        columns = np.arange(max(0, run[0] - 1), min(len(loss), run[-1] + 2))
        depth = np.clip(loss[columns], 0.0, None)
        total, deepest = float(depth.sum()), float(depth.max())
        if total >= MIN_INTEGRAL:
            centre = float((columns * depth).sum()) / total
            found.append(((centre + 0.5) / px_per_mm[0], max(1.0, total / deepest), deepest))
    return found


def _column_loss(
    grey: NDArray[np.uint8], bare: NDArray[np.bool_], px_per_mm: tuple[float, float], contrast: float
) -> FloatArray:
    """Share of brightness each column loses against the paper beside it; 0 where too little is bare."""
    blocks = _block_means(grey, bare, max(4, round(_BLOCK_MM * px_per_mm[1])))
    base = _base(blocks, round(_BASE_MM * px_per_mm[0]))
    loss = (base - blocks) / contrast
    known = ~np.isnan(loss)
    enough = known.sum(axis=0) >= _MIN_BLOCKS
    # Low quantile: that share of the blocks is at least so dark.
    low = np.zeros(loss.shape[1])
    columns = np.flatnonzero(enough)
    if len(columns):
        ordered = np.sort(np.where(known[:, columns], loss[:, columns], np.inf), axis=0)
        count = known[:, columns].sum(axis=0)
        at_quarter = np.floor((1 - _MIN_SHARE) * (count - 1)).astype(np.intp)
        at_middle = np.floor(0.5 * (count - 1)).astype(np.intp)
        place = np.arange(len(columns))
        middle = ordered[at_middle, place]
        low[columns] = np.where(ordered[at_quarter, place] >= MIN_DEPTH / 2, middle, 0.0)
    return low


def _block_means(grey: NDArray[np.uint8], bare: NDArray[np.bool_], rows: int) -> FloatArray:
    """Mean brightness of the bare pixels of each column in blocks of `rows`; NaN where few are bare."""
    starts = range(0, grey.shape[0], rows)
    means = np.full((len(starts), grey.shape[1]), np.nan)
    for index, start in enumerate(starts):
        # A block at a time: the whole scan in floating point would be a gigabyte at 1200 dpi.
        shown = bare[start : start + rows]
        number = shown.sum(axis=0)
        total = (grey[start : start + rows] * shown).sum(axis=0, dtype=np.int64)
        enough = number >= max(4, rows // 3)
        means[index, enough] = total[enough] / number[enough]
    return means


def _base(blocks: FloatArray, window_px: int) -> FloatArray:
    """The paper's brightness around each column: a running median along the row, gaps bridged."""
    base = np.full_like(blocks, np.nan)
    half = max(2, window_px // 2)
    for index, line in enumerate(blocks):
        known = np.flatnonzero(~np.isnan(line))
        if len(known) < 2 * half:
            continue
        values = line[known]
        padded = np.pad(values, half, mode="edge")
        running = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)
        base[index, known] = running
    return base
