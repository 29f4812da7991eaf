"""Streaks that a profile knows are found where less of them is seen, and nowhere else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from records.scanner_profile import StreakAxis
from scanner.known_streaks import confirmed_streaks
from scanner.options import StreakOptions
from scanner.prior import KnownStreak
from scanner.streaks import _full_columns, column_blocks

PX_PER_MM = 6.0
KNOWN = KnownStreak(StreakAxis.VERTICAL, glass_mm=50.0, width_mm=0.33, depth=0.3)
PAPER_FROM = StreakOptions().paper_from


def paper() -> NDArray[np.uint8]:
    grain = np.random.default_rng(1).normal(0, 2, (1782, 1260))
    return (235 + grain).clip(0, 255).astype(np.uint8)


def found(image: NDArray[np.uint8], known: KnownStreak = KNOWN) -> list[tuple[int, int]]:
    return list(confirmed_streaks(column_blocks(image), [known], PX_PER_MM, PAPER_FROM))


def test_a_streak_that_ends_on_the_page_is_found_where_it_is_known() -> None:
    image = paper()
    image[200:1500, 302:304] = 180
    assert _full_columns(image, PX_PER_MM, False, StreakOptions()) == ()
    assert found(image) == [(302, 304)]


def test_a_glass_that_was_cleaned_has_no_streak() -> None:
    assert found(paper()) == []


def test_a_stroke_where_a_streak_was_is_a_stroke() -> None:
    image = paper()
    image[600:900, 300:304] = 60
    assert found(image) == []


def test_a_line_elsewhere_is_none_of_the_known_ones() -> None:
    image = paper()
    image[:, 330:332] = 180
    assert found(image) == []


def test_what_lies_beside_a_dark_surround_says_nothing() -> None:
    image = paper()
    image[:, 240:360] = 30
    assert found(image) == []


def test_a_streak_beyond_the_image_is_left_alone() -> None:
    off = KnownStreak(StreakAxis.VERTICAL, 230.0, 0.33, 0.3)
    assert found(paper(), off) == []
