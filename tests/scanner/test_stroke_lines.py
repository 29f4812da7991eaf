from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.stroke_lines import Clouds, best_bands, distances, least_squares_lines, make_clouds

points = st.lists(st.tuples(st.integers(-60, 60), st.integers(-60, 60)), min_size=1, max_size=30)


def of(*lists: list[tuple[int, int]], tolerance: float = 2.0) -> Clouds:
    return make_clouds([np.array(each, dtype=np.float64) for each in lists], [tolerance] * len(lists))


def direction_deg(lines: np.ndarray) -> float:
    return float(np.degrees(np.arctan2(lines[0, 3], lines[0, 2])) % 180)


def apart(first: float, second: float) -> float:
    return min((first - second) % 180, (second - first) % 180)


@given(points, points)
def test_the_best_band_of_a_cloud_is_its_own_whatever_lies_beside_it(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    clouds = of(first, second)
    bands = best_bands(clouds, clouds.real)
    for row, cloud in enumerate((first, second)):
        alone = of(cloud)
        np.testing.assert_allclose(bands[row], best_bands(alone, alone.real)[0], atol=1e-9)
    held = (distances(clouds, bands) <= 1.5 * clouds.tolerance + 1e-6) & clouds.real
    assert held.any(axis=1).all()


def test_what_is_not_chosen_does_not_count() -> None:
    level = [(x, 5) for x in range(10)]
    steep = [(40, y) for y in range(20)]
    clouds = of(level + steep)
    assert direction_deg(best_bands(clouds, clouds.real)) == pytest.approx(90, abs=18)
    chosen = clouds.real.copy()
    chosen[0, len(level) :] = False
    assert apart(direction_deg(best_bands(clouds, chosen)), 0) <= 18


def test_only_directions_near_the_one_asked_for_are_tried() -> None:
    clouds = of([(x, 0) for x in range(30)] + [(0, y) for y in range(10)])
    assert direction_deg(best_bands(clouds, clouds.real, np.array([92.0]))) == pytest.approx(92, abs=12)


def test_a_line_is_laid_through_the_chosen_points_where_they_are_enough() -> None:
    clouds = of([(0, 0), (10, 10), (20, 20), (30, 30), (0, 30)], [(0, 0), (1, 9)])
    chosen = clouds.real.copy()
    chosen[0, 4] = False
    fallback = np.array([[1.0, 2.0, 1.0, 0.0]] * 2)
    lines = least_squares_lines(clouds, chosen, fallback)
    np.testing.assert_allclose(lines[0], (15, 15, np.sqrt(0.5), np.sqrt(0.5)))
    np.testing.assert_array_equal(lines[1], fallback[1])
