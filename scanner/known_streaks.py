"""Streaks that the scanner's profile knows, looked for where they must be.

A streak on a page must be seen from end to end to be told from a line that somebody drew. Where the profile
says that one runs, less will do: more than half of the way, at half the depth, however many there are. What
the page does not show is not there: the glass was cleaned since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scanner.prior import KnownStreak

SEARCH_MM = 1.0
"""A page is cut out of the scan a little differently each time."""
LEAST_SHARE = 0.6
DEPTH_SHARE = 0.5
LEAST_LEVELS = 2.0
_BLOCKS = 48
_ROWS_PER_BLOCK = 8
_BASE_MM = 2.0


def confirmed_streaks(
    image: NDArray[np.uint8], known: Sequence[KnownStreak], px_per_mm: float, paper_from: int
) -> Iterator[tuple[int, int]]:
    """Runs of pixel columns, first and one past the last, where the page shows a streak that is known.

    Args:
        image: uint8 (height, width), turned so that the streaks run along its columns.
        known: streaks of that axis.
        px_per_mm: of the image.
        paper_from: brightness of paper; what is darker beside a streak says nothing.
    """
    for streak in known:
        centre = streak.glass_mm * px_per_mm
        reach = (SEARCH_MM + _BASE_MM + streak.width_mm) * px_per_mm
        left, right = max(0, int(centre - reach)), min(image.shape[1], int(centre + reach) + 1)
        if right - left < 5:
            continue
        # A line thinner than a pixel darkens it by its share only.
        seen = streak.depth * min(1.0, streak.width_mm * px_per_mm)
        columns = _darkened(image[:, left:right], DEPTH_SHARE * seen, paper_from)
        near = columns[np.abs(columns + left + 0.5 - centre) <= (SEARCH_MM + streak.width_mm / 2) * px_per_mm]
        if len(near):
            yield left + int(near[0]), left + int(near[-1]) + 1


def _darkened(window: NDArray[np.uint8], share: float, paper_from: int) -> NDArray[np.intp]:
    """The columns that lose this share of the paper's brightness on most of the way."""
    count = min(_BLOCKS, len(window) // _ROWS_PER_BLOCK)
    if not count:
        return np.empty(0, np.intp)
    rows = np.linspace(0, len(window) - 1, count * _ROWS_PER_BLOCK).round().astype(np.intp)
    blocks = window[rows].reshape(count, _ROWS_PER_BLOCK, -1).mean(axis=1)
    paper = np.median(blocks, axis=1, keepdims=True)
    lit = paper[:, 0] >= paper_from
    if 2 * np.count_nonzero(lit) < count:
        return np.empty(0, np.intp)
    lost = paper[lit] - blocks[lit]
    dark = lost >= np.maximum(share * paper[lit], LEAST_LEVELS)
    return np.flatnonzero(dark.mean(axis=0) >= LEAST_SHARE)
