from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scanner.strokefit import CrossFit, fit_cross, fit_crosses, near_stroke

Points = NDArray[np.float64]
WIDTH = 3.0
TOLERANCE = 3.5


def line(centre: tuple[float, float], angle_deg: float, length: float, width: float = WIDTH) -> Points:
    """Points of a straight stroke, a quarter pixel apart."""
    along = np.arange(-length / 2, length / 2 + 0.01, 0.5)
    across = np.arange(-width / 2, width / 2 + 0.01, 0.5)
    u, v = (grid.ravel() for grid in np.meshgrid(along, across))
    angle = np.deg2rad(angle_deg)
    direction = np.array((np.cos(angle), np.sin(angle)))
    normal = np.array((-direction[1], direction[0]))
    return np.array(centre) + u[:, None] * direction + v[:, None] * normal


def turned(points: Points, angle_deg: float) -> Points:
    angle = np.deg2rad(angle_deg)
    return points @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def fitted(points: Points) -> CrossFit:
    fit = fit_cross(points, TOLERANCE)
    assert fit is not None
    return fit


def apart(first: float, second: float) -> float:
    difference = abs(first - second) % 180
    return min(difference, 180 - difference)


@settings(max_examples=60)
@given(
    st.floats(0, 179),
    st.floats(45, 90),
    st.floats(40, 110),
    st.floats(0.7, 1.0),
    st.floats(-0.15, 0.15),
    st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
)
def test_two_strokes_are_found_as_they_were_drawn(
    angle: float, between: float, length: float, ratio: float, off: float, centre: tuple[float, float]
) -> None:
    along = np.deg2rad(angle)
    moved = (centre[0] + off * length * np.cos(along), centre[1] + off * length * np.sin(along))
    fit = fitted(np.concatenate([line(moved, angle, length), line(centre, angle + between, ratio * length)]))
    assert fit.second is not None
    assert fit.angle_deg == pytest.approx(between, abs=3)
    assert fit.centre is not None
    assert np.hypot(fit.centre[0] - centre[0], fit.centre[1] - centre[1]) <= 2.0
    assert min(apart(stroke.angle_deg, angle) for stroke in (fit.first, fit.second)) <= 3
    assert sorted((fit.first.length, fit.second.length)) == pytest.approx(
        sorted((length, ratio * length)), rel=0.06, abs=4
    )
    assert fit.arm_share == pytest.approx(0.5 - abs(off), abs=0.05)
    assert fit.cross_share > 0.99
    assert fit.line_share + fit.second_share == pytest.approx(fit.cross_share)
    assert fit.line_share >= fit.second_share
    assert fit.coverage > 0.7  # of large marks every n-th pixel is looked at


@settings(max_examples=40)
@given(st.floats(0, 179), st.floats(30, 120), st.tuples(st.floats(-300, 300), st.floats(-300, 300)))
def test_one_stroke_is_no_cross(angle: float, length: float, centre: tuple[float, float]) -> None:
    fit = fitted(line(centre, angle, length))
    assert fit.line_share > 0.97
    assert fit.second_share < 0.03
    assert apart(fit.first.angle_deg, angle) < 2
    assert fit.first.length == pytest.approx(length, rel=0.05, abs=2)


@settings(max_examples=40)
@given(st.floats(0, 179), st.floats(25, 60))
def test_parallel_strokes_do_not_cross(angle: float, gap: float) -> None:
    normal = np.deg2rad(angle + 90)
    fit = fitted(
        np.concatenate(
            [line((0, 0), angle, 80), line((gap * np.cos(normal), gap * np.sin(normal)), angle, 80)]
        )
    )
    assert fit.angle_deg < 5
    assert fit.centre is None or fit.arm_share < 0


@settings(max_examples=40)
@given(st.floats(0, 179), st.floats(50, 90))
def test_two_strokes_that_meet_at_an_end_have_no_arm(angle: float, between: float) -> None:
    """A tick or a V."""
    first, second = np.deg2rad(angle), np.deg2rad(angle + between)
    fit = fitted(
        np.concatenate(
            [
                line((30 * np.cos(first), 30 * np.sin(first)), angle, 60),
                line((30 * np.cos(second), 30 * np.sin(second)), angle + between, 60),
            ]
        )
    )
    assert fit.arm_share < 0.08


CROSS = np.concatenate([line((0, 0), 40, 80), line((4, 2), 128, 66)])


@settings(max_examples=40)
@given(st.floats(-180, 180), st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000)))
def test_turning_and_moving_a_mark_changes_nothing_else(angle: float, shift: tuple[float, float]) -> None:
    before, after = fitted(CROSS), fitted(turned(CROSS, angle) + np.array(shift))
    assert before.centre is not None
    assert after.centre is not None
    for name in ("cross_share", "line_share", "second_share", "arm_share", "coverage"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), abs=0.06), name
    assert after.angle_deg == pytest.approx(before.angle_deg, abs=1.5)
    moved = turned(np.array([before.centre]), angle)[0] + np.array(shift)
    assert np.hypot(*(np.array(after.centre) - moved)) < 1.5


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_the_pixels_hardly_matters(seed: int) -> None:
    before, after = fitted(CROSS), fitted(np.random.default_rng(seed).permutation(CROSS))
    assert after.angle_deg == pytest.approx(before.angle_deg, abs=2.5)
    assert after.cross_share == pytest.approx(before.cross_share, abs=0.05)


@pytest.mark.parametrize("angle", [0, 90, 84])
def test_a_third_stroke_through_the_crossing_is_left_over(angle: float) -> None:
    star = np.concatenate([CROSS, line((2, 1), angle, 78)])
    fit = fitted(star)
    assert fit.cross_share < 0.9
    assert fit.rest_bias < 0.5


def test_a_side_between_two_ends_is_told_from_a_third_stroke() -> None:
    """An X drawn in one go has its two right ends joined."""
    ends = [(30.0, 30.0), (30.0, -30.0)]
    crossed = [line((0, 0), 45, 85), line((0, 0), -45, 85)]
    joined = line((30, 0), 90, float(ends[0][1] - ends[1][1]))
    fit = fitted(np.concatenate([*crossed, joined]))
    assert fit.side_share > 0.1
    assert fit.cross_share + fit.side_share > 0.95
    assert fit.rest_bias > 0.8


def test_specks_in_line_cover_little_of_it() -> None:
    specks = np.concatenate([line((x, x), 45, 3) for x in range(-40, 41, 20)])
    fit = fitted(np.concatenate([specks, line((0, 0), -45, 90)]))
    assert fit.coverage < 0.5


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(-200, 200), st.integers(-200, 200)), max_size=60),
    st.floats(0.5, 12),
)
def test_any_ink_has_finite_numbers(pixels: list[tuple[int, int]], tolerance: float) -> None:
    points = np.array(pixels, dtype=np.float64).reshape(-1, 2)
    fit = fit_cross(points, tolerance)
    if len(points) < 8:
        assert fit is None
        return
    assert fit is not None
    shares = (fit.line_share, fit.cross_share, fit.second_share, fit.side_share, fit.rest_bias, fit.coverage)
    assert all(0 <= share <= 1 + 1e-9 for share in shares), shares
    assert 0 <= fit.angle_deg <= 90 + 1e-9
    assert np.isfinite([fit.arm_share, fit.rest_reach]).all()


def test_points_near_a_stroke_are_those_on_its_band_and_not_far_beyond() -> None:
    stroke = fitted(line((0, 0), 0, 60)).first
    points = np.array([(0, 0), (0, 4), (35, 0), (45, 0), (-35, 1), (-45, 1)], dtype=np.float64)
    assert near_stroke(points, stroke, 2.0, 8.0).tolist() == [True, False, True, False, True, False]


def test_a_cloud_is_fitted_among_others_as_it_is_alone() -> None:
    clouds = [
        np.concatenate([line((0, 0), 40, 80), line((3, 1), 125, 70)]),
        line((90, 5), 10, 60),
        np.zeros((3, 2)),
        np.concatenate([line((0, 0), 80, 80), line((0, 0), 100, 80), line((30, 0), 0, 9)]),
        line((0, 0), 0, 4, width=1.0),
    ]
    tolerances = [TOLERANCE, 2.0, TOLERANCE, 4.0, TOLERANCE]
    together = fit_crosses(clouds, tolerances)
    assert [fit is None for fit in together] == [False, False, True, False, False]
    for fit, cloud, tolerance in zip(together, clouds, tolerances, strict=True):
        alone = fit_cross(cloud, tolerance)
        assert (fit is None) == (alone is None)
        if fit is None or alone is None:
            continue
        assert (fit.second is None) == (alone.second is None)
        for name in ("line_share", "cross_share", "second_share", "angle_deg", "arm_share", "side_share"):
            assert getattr(fit, name) == pytest.approx(getattr(alone, name), abs=1e-9), name
        for name in ("rest_bias", "rest_reach", "coverage"):
            assert getattr(fit, name) == pytest.approx(getattr(alone, name), abs=1e-9), name


def test_no_clouds_have_no_fits() -> None:
    assert fit_crosses((), ()) == []
