"""Rectangles in page millimetres."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.geometry import Rect, bounding_rect, rect_from_json, rect_to_json

sides = st.integers(0, 300).map(float)
rects = st.builds(Rect, sides, sides, sides, sides)
RECT = Rect(10.0, 20.0, 6.0, 4.0)


def test_edges_centre_and_area():
    assert (RECT.right_mm, RECT.bottom_mm) == (16.0, 24.0)
    assert RECT.centre_mm == (13.0, 22.0)
    assert RECT.area_mm2 == 24.0


def test_inflating_keeps_the_centre_and_never_turns_inside_out():
    assert RECT.inflated(1.0) == Rect(9.0, 19.0, 8.0, 6.0)
    assert RECT.inflated(-2.5) == Rect(12.5, 22.0, 1.0, 0.0)
    assert RECT.inflated(-9.0) == Rect(13.0, 22.0, 0.0, 0.0)


def test_intersection_and_containment():
    assert RECT.intersection_mm2(Rect(14.0, 0.0, 100.0, 22.0)) == 4.0
    assert RECT.intersection_mm2(Rect(16.0, 20.0, 5.0, 5.0)) == 0.0
    assert RECT.contains(16.0, 24.0)
    assert not RECT.contains(16.1, 24.0)
    assert not RECT.contains(16.0, 19.9)


@given(rects, rects)
def test_intersection_is_symmetric_and_no_larger_than_either(one, other):
    shared = one.intersection_mm2(other)
    assert shared == other.intersection_mm2(one)
    assert shared <= min(one.area_mm2, other.area_mm2)
    assert one.intersection_mm2(one) == one.area_mm2


@given(st.lists(rects, min_size=1, max_size=4))
def test_the_bounding_rectangle_is_the_smallest_around_all(several):
    around = bounding_rect(several)
    assert around.x_mm == min(rect.x_mm for rect in several)
    assert around.y_mm == min(rect.y_mm for rect in several)
    assert around.right_mm == max(rect.right_mm for rect in several)
    assert around.bottom_mm == max(rect.bottom_mm for rect in several)


def test_nothing_has_no_bounding_rectangle():
    with pytest.raises(ValueError, match="no rectangles"):
        bounding_rect([])


def test_json_and_rounding():
    assert rect_to_json(RECT) == {"x": 10.0, "y": 20.0, "w": 6.0, "h": 4.0}
    assert rect_from_json(rect_to_json(RECT)) == RECT
    assert Rect(0.12345, 0.0, 1.00049, 2.0006).rounded() == Rect(0.123, 0.0, 1.0, 2.001)
    with pytest.raises(ValueError, match="negative"):
        rect_from_json({"x": 0, "y": 0, "w": -1, "h": 1})
    with pytest.raises(KeyError):
        rect_from_json({"x": 0})
