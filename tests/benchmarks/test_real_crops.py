"""Finding a printed square in a picture, and reading it through the reader's own box stage."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from benchmarks.printed_square import (
    Place,
    PrintedSquare,
    Variant,
    alone,
    degraded,
    locate_square,
    measure_square,
    windowed,
)
from benchmarks.real_crops import Crop, Result, data_folder, form_of, load_crops, read_box, read_crops
from records.reading import BoxState

SIDE_PX, LINE_PX = 46.0, 4.0
CENTRE = (57.25, 61.5)
INK = (150, 30, 30)


def drawn(centre: tuple[float, float] = CENTRE, tilt_px: float = 0.0) -> np.ndarray:
    """A box drawn at 16 times the size and reduced, uint8 (120, 120, 3)."""
    fine = np.full((120 * 16, 120 * 16), 255, np.uint8)
    half = SIDE_PX / 2
    corners = [(-half, -half), (half, -half + tilt_px), (half, half + tilt_px), (-half, half)]
    # Pixel centres are whole numbers: the middle of pixel 0 lies 8 fine pixels in.
    points = np.array([((x + centre[0] + 0.5) * 16, (y + centre[1] + 0.5) * 16) for x, y in corners])
    cv2.polylines(fine, [points.round().astype(np.int32)], True, 0, round(LINE_PX * 16), cv2.LINE_AA)
    return cv2.cvtColor(cv2.resize(fine, (120, 120), interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2BGR)


def with_strokes(picture: np.ndarray, *strokes: tuple[tuple[int, int], tuple[int, int]]) -> np.ndarray:
    marked = picture.copy()
    for start, end in strokes:
        cv2.line(marked, start, end, INK, 3, cv2.LINE_AA)
    return marked


CROSS = (((42, 46), (73, 77)), ((73, 46), (42, 77)))
SLASH = (((42, 77), (73, 46)),)


def state_of(picture: np.ndarray, variant: Variant = Variant.COLOUR) -> BoxState:
    square = PrintedSquare(SIDE_PX, LINE_PX)
    place = locate_square(picture, square, (59.5, 59.5), 6)
    window, inside = windowed(alone(picture, place, square), place, square)
    return read_box(degraded(window, variant), inside, square, form_of(square)).reading.state


def test_the_square_is_measured_and_located_to_a_fraction_of_a_pixel():
    square = measure_square([drawn(), drawn((60.0, 59.0))])
    assert square.side_px == pytest.approx(SIDE_PX, abs=0.3)
    assert square.line_px == pytest.approx(LINE_PX, abs=0.6)
    for picture in (drawn(), with_strokes(drawn(), *CROSS)):
        place = locate_square(picture, square, (59.5, 59.5), 6)
        assert (place.x_px, place.y_px) == pytest.approx(CENTRE, abs=0.3)
        assert place.outline > 0.95


def test_a_bent_outline_is_told_by_its_share():
    square = PrintedSquare(SIDE_PX, LINE_PX)
    straight = locate_square(drawn(), square, (59.5, 59.5), 6)
    bent = locate_square(drawn(tilt_px=7.0), square, (59.5, 59.5), 6)
    assert bent.outline < 0.8 < straight.outline


def test_pictures_without_an_outline_cannot_be_measured():
    with pytest.raises(ValueError, match="outline"):
        measure_square([np.full((80, 80, 3), 255, np.uint8)])


def test_what_stands_outside_goes_and_what_touches_the_box_stays():
    square, place = PrintedSquare(SIDE_PX, LINE_PX), Place(*CENTRE, 1.0)
    picture = with_strokes(drawn(), ((42, 77), (100, 20)), ((110, 100), (118, 110)))
    cleaned = alone(picture, place, square)
    assert (cleaned[98:113, 108:120] == 255).all()
    assert cleaned[20:24, 96:102].min() < 100


@pytest.mark.parametrize("variant", list(Variant))
def test_boxes_are_read_by_what_is_in_them(variant):
    assert state_of(drawn(), variant) is BoxState.EMPTY
    assert state_of(with_strokes(drawn(), *CROSS), variant) is BoxState.CROSS
    assert state_of(with_strokes(drawn(), *SLASH), variant) not in {BoxState.EMPTY, BoxState.CROSS}


def test_a_missed_mark_counts_against_the_bar():
    square = PrintedSquare(SIDE_PX, LINE_PX)
    window, inside = windowed(drawn(), Place(*CENTRE, 1.0), square)
    mark = read_box(window, inside, square, form_of(square))

    def result(label: str) -> Result:
        return Result(Crop("c", label, "s", drawn()), Variant.COLOUR, inside, window, mark)

    assert result("tick").missed
    assert not result("tick").expected
    assert not result("empty").missed
    assert result("empty").expected


@pytest.fixture(scope="module")
def real_crops(shared_folder):
    folder = data_folder()
    if folder is None:
        pytest.skip(f"no pictures of real marks under {shared_folder}")
    return load_crops(folder)


def test_no_real_scribble_is_read_as_empty(real_crops):
    chosen = [crop for crop in real_crops if "4300947" in crop.source]
    results = read_crops(chosen)
    assert len(results) == len(chosen) * len(Variant)
    scribbles = [result for result in results if result.crop.label == "scribble"]
    assert len(scribbles) == 7 * len(Variant)
    assert not any(result.missed for result in scribbles)
