"""Which columns of a scan are dark from end to end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scanner.options import StreakOptions
from scanner.streaks import _full_columns

PX_PER_MM = 4.0
HEIGHT, WIDTH = round(297 * PX_PER_MM), round(210 * PX_PER_MM)
OPTIONS = StreakOptions()


def paper(surround_mm: float = 0.0) -> NDArray[np.uint8]:
    """A white sheet with a table in a black surround."""
    image = np.full((HEIGHT, WIDTH), 255, np.uint8)
    top, bottom = round(80 * PX_PER_MM), round(280 * PX_PER_MM)
    image[top:bottom, 100:103] = 0
    image[top:bottom, 500:503] = 0
    margin = round(surround_mm * PX_PER_MM)
    return np.pad(image, margin, constant_values=0)


def dashed(image: NDArray[np.uint8], column: int, on: int = 60, off: int = 40) -> NDArray[np.uint8]:
    """`image` with a line at `column` that comes and goes."""
    lined = image.copy()
    rows = np.arange(len(image)) % (on + off) < on
    lined[rows, column : column + 2] = 0
    return lined


def test_a_broken_line_from_end_to_end_is_a_streak_in_a_one_bit_scan_only() -> None:
    image = dashed(paper(), 300)
    assert _full_columns(image, PX_PER_MM, True, OPTIONS) == ((300, 302),)
    assert _full_columns(image, PX_PER_MM, False, OPTIONS) == ()


def test_the_rules_of_a_table_are_no_streaks() -> None:
    for surround_mm in (0.0, 4.0):
        for bilevel in (False, True):
            assert _full_columns(paper(surround_mm), PX_PER_MM, bilevel, OPTIONS) == ()


def test_a_streak_is_seen_between_the_ends_of_a_dark_surround() -> None:
    image = paper(surround_mm=4.0)
    column = 300
    image[:, column : column + 2] = np.minimum(image[:, column : column + 2], 200)
    assert _full_columns(image, PX_PER_MM, False, OPTIONS) == ((column, column + 2),)


def test_a_line_that_ends_on_the_paper_is_somebodys_stroke() -> None:
    image = paper()
    image[: round(250 * PX_PER_MM), 300:302] = 0
    for bilevel in (False, True):
        assert _full_columns(image, PX_PER_MM, bilevel, OPTIONS) == ()


def test_a_dithered_page_is_no_sheaf_of_streaks() -> None:
    """Grey paper in black and white: columns of dots from end to end, everywhere."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    for pattern in (columns % 3 == 0, (columns % 4 == 0) & (rows % 5 < 4), (rows + columns) % 2 == 0):
        image = np.where(pattern, np.uint8(0), np.uint8(255))
        for bilevel in (False, True):
            assert len(_full_columns(image, PX_PER_MM, bilevel, OPTIONS)) <= OPTIONS.most_lines
