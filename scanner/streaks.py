"""Lines that no voter drew: streaks of a dirty scanner glass and folds of the paper.

A streak runs exactly along the scanner's feed, from one end of the image to the other; a fold runs along
the paper's axes from edge to edge. Both are narrow, and both reach into the outermost margins, where
neither print nor handwriting reaches. What is not there from end to end is left to the other stages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.scanner_profile import StreakAxis
from scanner.forms import OVERVIEW_PX_PER_MM
from scanner.known_streaks import confirmed_streaks
from scanner.options import StreakOptions
from scanner.prior import KnownStreak
from scanner.registration import PageTransform

_BLOCKS = 48


@dataclass(frozen=True, slots=True)
class PageLine:
    """A streak or fold on the page.

    Attributes:
        points_mm: float64 (n, 2), along it.
        width_mm: of what is masked.
        glass_mm: where across the scanner's feed it lies, from the image's edge; None for a fold, which is
            the paper's own.
    """

    points_mm: NDArray[np.float64]
    width_mm: float
    glass_mm: float | None = None


def find_streaks(
    coarse: NDArray[np.uint8],
    transform: PageTransform,
    pixel_ratio: float,
    bilevel: bool,
    options: StreakOptions,
    known: Sequence[KnownStreak] = (),
) -> tuple[PageLine, ...]:
    """Streaks along either axis of the image as scanned.

    Args:
        coarse: uint8 (height, width).
        transform: the page's transform.
        pixel_ratio: from pixels of `coarse` to those of the detail image.
        bilevel: whether the scan was black and white only.
        options: limits.
        known: streaks of the scanner, which are found where less of them is seen.
    """
    px_per_mm = float(np.hypot(*transform.affine[:, 0])) / pixel_ratio
    lines: list[PageLine] = []
    for image, swap in _both_ways(coarse):
        found = _full_columns(image, px_per_mm, bilevel, options)
        axis = StreakAxis.HORIZONTAL if swap else StreakAxis.VERTICAL
        of_axis = [one for one in known if one.axis is axis]
        if of_axis:
            more = confirmed_streaks(column_blocks(image), of_axis, px_per_mm, options.paper_from)
            found += tuple(one for one in more if not any(_overlap(one, other) for other in found))
        for start, end in found:
            rows = np.linspace(0, image.shape[0] - 1, 16)
            columns = np.full(16, (start + end - 1) / 2)
            pixels = np.column_stack((rows, columns) if swap else (columns, rows))
            pixels = (pixels + 0.5) * pixel_ratio - 0.5
            line = _line(transform.to_page(pixels), (end - start) / px_per_mm, options)
            lines.append(replace(line, glass_mm=(start + end) / 2 / px_per_mm))
    return tuple(lines)


def find_folds(overview: NDArray[np.uint8], options: StreakOptions) -> tuple[PageLine, ...]:
    """Folds along either axis of the page; `overview` is upright at `OVERVIEW_PX_PER_MM`."""
    lines: list[PageLine] = []
    for image, swap in _both_ways(overview):
        for start, end in _full_columns(image, OVERVIEW_PX_PER_MM, False, options):
            along = np.array((0.0, image.shape[0] / OVERVIEW_PX_PER_MM))
            across = np.full(2, (start + end) / 2 / OVERVIEW_PX_PER_MM)
            points = np.column_stack((along, across) if swap else (across, along))
            lines.append(_line(points, (end - start) / OVERVIEW_PX_PER_MM, options))
    return tuple(lines)


def line_mask(lines: tuple[PageLine, ...], area: Rect, px_per_mm: float) -> NDArray[np.bool_] | None:
    """Which pixels of a crop of `area` the lines cover; None where there are no lines."""
    if not lines:
        return None
    shape = max(1, round(area.height_mm * px_per_mm)), max(1, round(area.width_mm * px_per_mm))
    mask = np.zeros(shape, np.uint8)
    for line in lines:
        pixels = (line.points_mm - (area.x_mm, area.y_mm)) * px_per_mm - 0.5
        thickness = max(1, round(line.width_mm * px_per_mm))
        cv2.polylines(mask, [np.round(pixels).astype(np.int32)], isClosed=False, color=1, thickness=thickness)
    return mask > 0


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two runs of columns are one streak."""
    return one[0] <= other[1] and other[0] <= one[1]


def _both_ways(image: NDArray[np.uint8]) -> tuple[tuple[NDArray[np.uint8], bool], ...]:
    """The image, and the image with rows and columns changed places; whether they are."""
    return (image, False), (np.asarray(cv2.transpose(image), np.uint8), True)


def _line(points_mm: NDArray[np.float64], width_mm: float, options: StreakOptions) -> PageLine:
    return PageLine(points_mm, width_mm + 2 * options.margin_mm)


def _full_columns(
    image: NDArray[np.uint8], px_per_mm: float, bilevel: bool, options: StreakOptions
) -> tuple[tuple[int, int], ...]:
    """Runs of pixel columns that are darker than the paper beside them from end to end.

    Where there is no paper beside them, in a dark surround, nothing can be seen and nothing is asked. A
    1-bit scan breaks a faint line wherever it is lighter: there, half of the way will do, and the ends are
    a little way in, since the very edge of the paper is as black as a line.
    """
    blocks = column_blocks(image)
    widest = 2 * round(options.max_width_mm * px_per_mm / 2) + 1
    filled = cv2.morphologyEx(blocks, cv2.MORPH_CLOSE, np.ones((1, widest), np.uint8))
    paper = filled >= options.paper_from
    darker = paper & (
        cv2.subtract(filled, blocks) >= (options.min_depth_bilevel if bilevel else options.min_depth)
    )
    seen = _count(paper)
    needed = options.min_share_bilevel if bilevel else options.min_share
    enough = (_count(darker) >= needed * np.maximum(seen, 1)) & (seen >= options.min_seen * len(blocks))
    full = np.flatnonzero(enough)
    # Most pages have no such column: only what is left is followed to its ends.
    end = range(1, 2) if bilevel else range(options.end_blocks)
    dark, white = darker[:, full], paper[:, full]
    full = full[_at_end(dark, white, end) & _at_end(dark[::-1], white[::-1], end)]
    if not len(full):
        return ()
    parts = np.split(full, np.flatnonzero(np.diff(full) > 2) + 1)
    if len(parts) > options.most_lines:
        return ()  # a texture, such as a dithered scan's: its lines are everywhere, and marks under them
    return tuple((int(part[0]), int(part[-1]) + 1) for part in parts)


def _at_end(darker: NDArray[np.bool_], paper: NDArray[np.bool_], which: range) -> NDArray[np.bool_]:
    """Columns with something dark in `which` of the blocks that show paper, counted from the first."""
    order = paper.cumsum(axis=0) - 1
    looked_at = darker & (order >= which.start) & (order < which.stop)
    at_end: NDArray[np.bool_] = looked_at.max(axis=0)
    return at_end


def _count(blocks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many blocks of each column are true; there are fewer than 256."""
    counts: NDArray[np.uint8] = np.add.reduce(blocks.view(np.uint8), axis=0, dtype=np.uint8)
    return counts.astype(np.int64)


def column_blocks(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mean brightness of every column in each block along the page, from every so many rows.

    Args:
        image: uint8 (height, width).

    Returns:
        uint8 (blocks, width), 48 blocks where the image has rows enough.

    A line from end to end shows in a sample of the rows as well as in all of them.
    """
    count = min(_BLOCKS, max(1, len(image) // _ROWS_PER_BLOCK))
    chosen = np.linspace(0, len(image) - 1, count * _ROWS_PER_BLOCK).round().astype(np.intp)
    rows = np.ascontiguousarray(image[chosen]).reshape(count, _ROWS_PER_BLOCK, -1)
    sums: NDArray[np.uint16] = np.add.reduce(rows, axis=1, dtype=np.uint16)
    return (sums // _ROWS_PER_BLOCK).astype(np.uint8)


_ROWS_PER_BLOCK = 5
