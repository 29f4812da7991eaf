from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scanner_sheets import OPTIONS

from scanner.image import level_quantiles, levels_at, make_scan_image, smoothed, to_grey

A4, A5 = (210.0, 297.0), (148.0, 210.0)


@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.sampled_from((1, 3, 4)))),
)
def test_ink_of_any_colour_is_as_dark_as_its_darkest_channel(image: np.ndarray) -> None:
    grey = to_grey(image)
    assert grey.dtype == np.uint8
    np.testing.assert_array_equal(grey, image[:, :, :3].min(axis=2))


def test_transparency_is_no_ink() -> None:
    image = np.full((3, 4, 4), 255, np.uint8)
    image[:, :, 3] = 0
    assert to_grey(image).min() == 255


def test_a_grey_image_stays_as_it_is() -> None:
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert to_grey(image) is image


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), np.uint16),
        np.zeros((4, 4), np.float32),
        np.zeros((4, 4), bool),
        np.zeros((0, 4), np.uint8),
        np.zeros((4, 4, 0), np.uint8),
        np.zeros((4, 4, 2), np.uint8),
        np.zeros((4, 4, 5), np.uint8),
        np.zeros(16, np.uint8),
        np.zeros((2, 2, 3, 1), np.uint8),
    ],
    ids=lambda image: f"{image.dtype}{image.shape}",
)
def test_what_is_no_image_is_refused(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="page image"):
        to_grey(image)


@pytest.mark.parametrize("dpi", [100, 150, 200, 300, 400, 600, 1200])
@pytest.mark.parametrize("size_mm", [A4, A5], ids=["A4", "A5"])
def test_every_resolution_comes_to_a_like_one(dpi: int, size_mm: tuple[float, float]) -> None:
    shape = round(size_mm[1] * dpi / 25.4), round(size_mm[0] * dpi / 25.4)
    made = make_scan_image(np.full(shape, 255, np.uint8), [size_mm], OPTIONS.image)
    coarse, detail = (dpi / 25.4 / factor for factor in (made.coarse_factor, made.detail_factor))
    wanted = OPTIONS.image.code_px_per_mm
    assert coarse <= 1.7 * wanted
    assert coarse >= min(dpi / 25.4, wanted / 1.7)
    assert detail >= coarse
    assert made.coarse.shape == (shape[0] // made.coarse_factor, shape[1] // made.coarse_factor)
    assert made.detail.shape == (shape[0] // made.detail_factor, shape[1] // made.detail_factor)


@settings(max_examples=40)
@given(st.integers(800, 3600), st.integers(40, 300), st.integers(0, 10**6))
def test_a_pixel_of_a_reduced_image_covers_its_own_pixels(height: int, width: int, place: int) -> None:
    """One dark square of a reduced pixel's size darkens that pixel and no other."""
    blank = np.full((height, width), 255, np.uint8)
    empty = make_scan_image(blank, [A5], OPTIONS.image)
    factor, rows = empty.coarse_factor, empty.coarse.shape[0]
    columns = empty.coarse.shape[1]
    row, column = place % rows, place // rows % columns
    image = blank.copy()
    image[row * factor : (row + 1) * factor, column * factor : (column + 1) * factor] = 0
    made = make_scan_image(image, [A5], OPTIONS.image)
    assert np.argwhere(made.coarse < 255).tolist() == [[row, column]]
    assert made.coarse[row, column] == 0
    assert (image >= blank * (image > 0)).all()


def test_reduced_images_are_read_only_and_the_scan_stays_as_it_was() -> None:
    image = np.full((2480, 1748), 200, np.uint8)
    before = image.copy()
    made = make_scan_image(image, [A5], OPTIONS.image)
    for array in (made.detail, made.coarse):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 0
    image[0, 0] = 7  # the caller's array is still the caller's
    image[0, 0] = 200
    np.testing.assert_array_equal(image, before)


def test_smoothed_images_are_read_only() -> None:
    made = smoothed(make_scan_image(np.full((2480, 1748), 200, np.uint8), [A5], OPTIONS.image), 1.5)
    assert not made.coarse.flags.writeable
    assert not made.detail.flags.writeable


def test_smoothing_greys_a_dithered_page() -> None:
    dither = (np.indices((2480, 1748)).sum(axis=0) % 2 * 255).astype(np.uint8)
    made = smoothed(make_scan_image(dither, [A5], OPTIONS.image), 2.0)
    inner = made.detail[20:-20, 20:-20]
    assert abs(float(inner.mean()) - 127.5) < 1.5
    assert np.ptp(inner) <= 4
    assert made.detail.shape[0] == 2480 // made.detail_factor


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9))), st.floats(0, 1))
def test_counted_levels_are_those_of_sorting(values: np.ndarray, share: float) -> None:
    ranked = np.sort(values, axis=None)
    assert levels_at(values, range(values.size)) == tuple(ranked.tolist())
    assert level_quantiles(values, (share, 1.0)) == pytest.approx(np.quantile(values, (share, 1.0)))
