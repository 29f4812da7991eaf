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
"""Of the way, on which a known streak must be seen; a line that somebody drew is shorter."""
DEPTH_SHARE = 0.5
"""Of its depth: a streak fades where the dirt wears off."""
LEAST_LEVELS = 2.0
"""Darkening of a block's mean, of 255, that is more than the paper's grain."""
_BASE_MM = 2.0
"""Paper looked at on both sides."""


def confirmed_streaks(
    blocks: NDArray[np.uint8], known: Sequence[KnownStreak], px_per_mm: float, paper_from: int
) -> Iterator[tuple[int, int]]:
    """Runs of pixel columns, first and one past the last, where the page shows a streak that is known.

    Args:
        blocks: uint8 (blocks, width), mean brightness of every column of the image in each block along it,
            as `scanner.streaks.column_blocks` gives them.
        known: streaks along the columns.
        px_per_mm: of the image.
        paper_from: brightness of paper; what is darker beside a streak says nothing.
    """
    for streak in known:
        centre = streak.glass_mm * px_per_mm
        reach = (SEARCH_MM + _BASE_MM + streak.width_mm) * px_per_mm
        left, right = max(0, int(centre - reach)), min(blocks.shape[1], int(centre + reach) + 1)
        if right <= left:
            continue
        # A line thinner than a pixel darkens it by its share only.
        seen = streak.depth * min(1.0, streak.width_mm * px_per_mm)
        columns = _darkened(blocks[:, left:right], DEPTH_SHARE * seen, paper_from)
        near = columns[np.abs(columns + left + 0.5 - centre) <= (SEARCH_MM + streak.width_mm / 2) * px_per_mm]
        if len(near):
            yield left + int(near[0]), left + int(near[-1]) + 1


def _darkened(blocks: NDArray[np.uint8], share: float, paper_from: int) -> NDArray[np.intp]:
    """The columns that lose this share of the paper's brightness on most of the way."""
    paper = np.median(blocks, axis=1, keepdims=True)
    lit = paper[:, 0] >= paper_from
    if 2 * np.count_nonzero(lit) < len(blocks):
        return np.empty(0, np.intp)
    lost = paper[lit] - blocks[lit]
    dark = lost >= np.maximum(share * paper[lit], LEAST_LEVELS)
    return np.flatnonzero(dark.mean(axis=0) >= LEAST_SHARE)
