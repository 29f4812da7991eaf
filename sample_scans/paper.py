"""Looking at a printed sheet the way a voter does: where its words stand and where it is blank."""

from __future__ import annotations

import itertools

import cv2
import numpy as np

from records.geometry import Rect
from sample_scans.pens import Page
from sample_scans.strokes import FloatArray

_DARK = 140
_COLUMN_GAP_MM = 2.2
_LINE_GAP_MM = 0.35
_RULE_BEYOND_MM = 2.0
_RULE_SHARE = 0.8
"""A row or column inked over this share is a ruled line, not type."""


def text_lines(paper: Page, px_per_mm: float, place: Rect) -> tuple[tuple[Rect, ...], ...]:
    """The printed lines of type in `place`, grouped into columns from left to right.

    `paper` is a clean print. A ruled line upright parts columns, one across is ignored.
    Empty when nothing is printed there.
    """
    ink, rules = _ink(paper, px_per_mm, place)
    columns = [
        (start + left, start + right)
        for start, stop in itertools.pairwise((0, *rules, ink.shape[1]))
        for left, right in _runs(ink[:, start:stop].sum(axis=0), _COLUMN_GAP_MM * px_per_mm)
    ]
    found: list[tuple[Rect, ...]] = []
    for left, right in columns:
        rows = _runs(ink[:, left:right].sum(axis=1), _LINE_GAP_MM * px_per_mm)
        lines = [
            _line_rect(ink[top:bottom, left:right], px_per_mm, place, left, top)
            for top, bottom in rows
            if bottom - top > 1.2 * px_per_mm
        ]
        if lines:
            found.append(tuple(lines))
    return tuple(found)


def _ink(paper: Page, px_per_mm: float, place: Rect) -> tuple[FloatArray, tuple[int, ...]]:
    """Where type is printed, and the columns (px) of upright ruled lines."""
    top, bottom = int(place.y_mm * px_per_mm), int(place.bottom_mm * px_per_mm)
    left, right = int(place.x_mm * px_per_mm), int(place.right_mm * px_per_mm)
    ink = (paper[max(0, top) : bottom, max(0, left) : right, 1] < _DARK).astype(np.float64)
    if not ink.size:
        return ink, ()
    ink[ink.mean(axis=1) > _RULE_SHARE, :] = 0
    # A rule goes on above and below the type; the stem of a letter fills the height of its line, too.
    reach = round(_RULE_BEYOND_MM * px_per_mm)
    tall = paper[max(0, top - reach) : bottom + reach, max(0, left) : right, 1] < _DARK
    rules = np.flatnonzero(tall.mean(axis=0) > _RULE_SHARE)
    ink[:, rules] = 0
    return ink, tuple(map(int, rules))


def _runs(profile: FloatArray, gap_px: float) -> list[tuple[int, int]]:
    """Stretches with ink, joined over gaps of up to `gap_px`: (start, end), end excluded."""
    inked = np.flatnonzero(profile > 0)
    if not len(inked):
        return []
    breaks = np.flatnonzero(np.diff(inked) > gap_px)
    starts = inked[np.concatenate([[0], breaks + 1])]
    ends = inked[np.concatenate([breaks, [len(inked) - 1]])] + 1
    return [(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]


def _line_rect(ink: FloatArray, px_per_mm: float, place: Rect, left: int, top: int) -> Rect:
    columns, rows = np.flatnonzero(ink.sum(axis=0)), np.flatnonzero(ink.sum(axis=1))
    x = (left + columns[0]) / px_per_mm + place.x_mm
    y = (top + rows[0]) / px_per_mm + place.y_mm
    return Rect(
        float(x),
        float(y),
        float((columns[-1] - columns[0] + 1) / px_per_mm),
        float((rows[-1] - rows[0] + 1) / px_per_mm),
    )


def blank_places(
    paper: Page, px_per_mm: float, width_mm: float, height_mm: float, edge_mm: float = 8.0
) -> tuple[Rect, ...]:
    """Places of the size given where nothing is printed, on a 4 mm grid, `edge_mm` off the sheet's edges."""
    scale = 2.0 / px_per_mm
    small = cv2.resize(paper[:, :, 1], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    total = cv2.integral((np.asarray(small) < 225).astype(np.uint8))
    width, height = round(width_mm * 2), round(height_mm * 2)
    page_width, page_height = small.shape[1] / 2, small.shape[0] / 2
    places = []
    for y in np.arange(edge_mm, page_height - edge_mm - height_mm, 4.0):
        for x in np.arange(edge_mm, page_width - edge_mm - width_mm, 4.0):
            i, j = int(y * 2), int(x * 2)
            inked = total[i + height, j + width] - total[i, j + width] - total[i + height, j] + total[i, j]
            if inked == 0:
                places.append(Rect(float(x), float(y), width_mm, height_mm))
    return tuple(places)
