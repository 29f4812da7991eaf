from __future__ import annotations

import io
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sample_pages import HEIGHT_MM, PX, WIDTH_MM, small_sheet

from sample_scans.device import scan_page
from sample_scans.encoding import FileFormat, encode, render_pdf_page
from sample_scans.printer import Printer, printed
from sample_scans.scan_geometry import scan_geometry
from sample_scans.settings import ColourMode, Fold, ScanSettings, Streak, Surround, Wear, damage_names
from sample_scans.strata import Stratum, stratum_settings

PAPER = small_sheet().paper
QUIET = ScanSettings(noise=0.0, paper_grain=0.0)


def _size_mm() -> tuple[float, float]:
    return PAPER.shape[1] / PX, PAPER.shape[0] / PX


def _fiducials(image: np.ndarray, quarter_turns: int = 0) -> np.ndarray:
    """Centres of the four large dark squares, upright order, pixels (n, 2)."""
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    upright = np.ascontiguousarray(np.rot90(grey, -quarter_turns))
    _, _, stats, centres = cv2.connectedComponentsWithStats((upright < 128).astype(np.uint8))
    square = [
        i for i in range(1, len(stats)) if stats[i][4] > 0.8 * stats[i][2] * stats[i][3] and stats[i][4] > 600
    ]
    points = centres[square] + 0.5
    rows = points[np.argsort(points[:, 1])]
    return np.concatenate([half[np.argsort(half[:, 0])] for half in (rows[:2], rows[2:])])


def _true_centres() -> np.ndarray:
    return np.array([rect.centre_mm for rect in small_sheet().place.fiducials]) + 0.5 / PX


@pytest.mark.parametrize(
    "settings_",
    [
        QUIET,
        replace(QUIET, dpi=200, skew_deg=3.0, margin_mm=4.0),
        replace(QUIET, stretch_x=1.01, stretch_y=0.985, offset_x_mm=1.5),
        replace(QUIET, print_scale=0.97),
        replace(QUIET, uneven_feed_mm=0.8, drift_mm=0.4, skew_deg=-1.0, margin_mm=2.0),
        replace(QUIET, quarter_turns=1, skew_deg=1.0, dpi=240, margin_mm=2.0),
        replace(QUIET, quarter_turns=2, surround=Surround.WHITE),
        replace(QUIET, quarter_turns=3, mode=ColourMode.COLOUR),
        replace(QUIET, mode=ColourMode.BINARY, dpi=150),
    ],
)
def test_print_lands_where_the_geometry_says(settings_: ScanSettings) -> None:
    image = scan_page(PAPER, PX, settings_, 5)
    geometry = scan_geometry(*_size_mm(), settings_, 5)
    expected = geometry.image_points(_true_centres())
    upright = replace(settings_, quarter_turns=0)
    expected_upright = scan_geometry(*_size_mm(), upright, 5).image_points(_true_centres())
    found = _fiducials(image, settings_.quarter_turns)
    assert np.abs(found - expected_upright).max() < 1.0
    height, width = image.shape[:2]
    assert ((expected >= 0) & (expected <= (width, height))).all()
    assert all(image[int(y), int(x)].max() < 100 for x, y in expected)


def test_settings_do_what_they_say() -> None:
    angle = replace(QUIET, skew_deg=2.5, margin_mm=5.0)
    top_left, top_right, _, _ = _fiducials(scan_page(PAPER, PX, angle, 1))
    assert np.degrees(np.arctan2(*(top_right - top_left)[::-1])) == pytest.approx(2.5, abs=0.1)
    plain = _fiducials(scan_page(PAPER, PX, QUIET, 1))
    tall = _fiducials(scan_page(PAPER, PX, replace(QUIET, stretch_y=1.02, margin_mm=2.0), 1))
    assert (tall[2, 1] - tall[0, 1]) / (plain[2, 1] - plain[0, 1]) == pytest.approx(1.02, abs=0.002)
    coarse = _fiducials(scan_page(PAPER, PX, replace(QUIET, dpi=150), 1))
    assert (coarse[1, 0] - coarse[0, 0]) / 85.0 * 25.4 == pytest.approx(150, abs=1.0)
    scaled = _fiducials(scan_page(PAPER, PX, replace(QUIET, print_scale=1.04), 1))
    assert (scaled[1, 0] - scaled[0, 0]) / (plain[1, 0] - plain[0, 0]) == pytest.approx(1.04, abs=0.002)


def test_uneven_feed_stays_within_its_bound() -> None:
    feed = replace(QUIET, uneven_feed_mm=0.8, drift_mm=0.3)
    shift = _fiducials(scan_page(PAPER, PX, feed, 2)) - _fiducials(scan_page(PAPER, PX, QUIET, 2))
    assert 0.05 < np.abs(shift[:, 1]).max() / PX < 1.1
    assert np.abs(shift[:, 0]).max() / PX < 0.45


@pytest.mark.parametrize("stratum", list(Stratum))
def test_the_same_seed_gives_the_same_bytes(stratum: Stratum) -> None:
    chosen = [stratum_settings(stratum, np.random.default_rng(7)) for _ in range(2)]
    assert chosen[0] == chosen[1]
    images = [scan_page(PAPER, PX, chosen[0], 7, back=PAPER) for _ in range(2)]
    assert images[0].tobytes() == images[1].tobytes()
    assert scan_page(PAPER, PX, chosen[0], 8, back=PAPER).tobytes() != images[0].tobytes()


def test_modes_have_their_shapes_and_values() -> None:
    for mode in ColourMode:
        image = scan_page(PAPER, PX, ScanSettings(mode=mode), 1)
        assert image.ndim == (3 if mode is ColourMode.COLOUR else 2)
        assert image.dtype == np.uint8
        if mode in (ColourMode.BINARY, ColourMode.DITHER):
            assert set(np.unique(image)) == {0, 255}


WEARS = {
    "fold": Wear(folds=(Fold(70.0, False, 0.8), Fold(40.0, True, 0.8))),
    "specks": Wear(specks=60),
    "punch_holes": Wear(punch_holes=2),
    "staple": Wear(staple=True),
    "torn_corner": Wear(torn_corner_mm=12.0),
    "stain": Wear(stain=0.6),
    "sticky_note": Wear(sticky_note=True),
    "bleed_through": Wear(bleed_through=0.3),
    "crumple": Wear(crumple=1.0),
}


@pytest.mark.parametrize("name", list(WEARS))
def test_wear_changes_the_scan_and_is_named(name: str) -> None:
    worn = replace(QUIET, wear=WEARS[name])
    plain, image = (scan_page(PAPER, PX, chosen, 3, back=PAPER).astype(int) for chosen in (QUIET, worn))
    changed = np.abs(plain - image) > 8
    assert 0.0001 < changed.mean() < 0.6
    assert damage_names(worn) == (name,)


@pytest.mark.parametrize(
    ("name", "settings_"),
    [
        ("streak", replace(QUIET, streaks=(Streak(30.0, 0.3, 0.9),))),
        ("hair", replace(QUIET, hair=True)),
        ("photocopy", replace(QUIET, photocopy=True)),
    ],
)
def test_device_faults_change_the_scan_and_are_named(name: str, settings_: ScanSettings) -> None:
    plain, image = (scan_page(PAPER, PX, chosen, 3).astype(int) for chosen in (QUIET, settings_))
    assert (np.abs(plain - image) > 8).any()
    assert damage_names(settings_) == (name,)


def test_a_streak_runs_down_its_column() -> None:
    image = scan_page(PAPER, PX, replace(QUIET, streaks=(Streak(30.0, 0.3, 0.9),)), 3)
    column = image[:, round(30.0 * PX)]
    assert (column < 120).mean() > 0.9


@settings(max_examples=25, deadline=None)
@given(st.floats(-5, 5), st.floats(0.98, 1.02), st.floats(0, 1.0), st.integers(0, 3), st.integers(100, 600))
def test_image_points_invert_page_points(
    skew: float, stretch: float, feed: float, turns: int, dpi: int
) -> None:
    chosen = ScanSettings(dpi=dpi, skew_deg=skew, stretch_y=stretch, uneven_feed_mm=feed)
    geometry = scan_geometry(WIDTH_MM, HEIGHT_MM, chosen, 4)
    points = np.array([[10.0, 10.0], [50.0, 60.0], [90.0, 110.0]])
    pixels = geometry.image_points(points)
    assert np.abs(geometry.page_points(pixels) - points).max() < 0.01
    turned = scan_geometry(WIDTH_MM, HEIGHT_MM, replace(chosen, quarter_turns=turns), 4)
    if turns == 2:
        assert np.abs(turned.image_points(points) + pixels - np.array(geometry.size_px)).max() < 0.01


def test_printers_differ() -> None:
    light, dark, fat = (
        printed(PAPER, PX, printer, 1)
        for printer in (Printer(density=0.5), Printer(), Printer(dot_gain_mm=0.06))
    )
    assert light.min() > dark.min() + 60
    assert (fat < 128).sum() > 1.05 * (dark < 128).sum()
    assert dark[5, 5].tolist() == [255, 255, 255]


def test_files_hold_what_was_put_in() -> None:
    grey = scan_page(PAPER, PX, ScanSettings(dpi=100), 1)
    binary = scan_page(PAPER, PX, ScanSettings(dpi=200, mode=ColourMode.BINARY), 1)
    with Image.open(io.BytesIO(encode(grey, FileFormat.JPEG, 100))) as picture:
        assert picture.size == (grey.shape[1], grey.shape[0])
        assert picture.info["dpi"] == (100, 100)
    with Image.open(io.BytesIO(encode([binary, grey], FileFormat.TIFF, 200))) as picture:
        assert picture.n_frames == 2
        assert picture.mode == "L"
    with Image.open(io.BytesIO(encode([binary, binary], FileFormat.TIFF, 200))) as picture:
        assert picture.info["compression"] == "group4"
        assert picture.mode == "1"
        assert np.array_equal(np.asarray(picture.convert("L")), binary)
    with Image.open(io.BytesIO(encode(grey, FileFormat.PNG, 100))) as picture:
        assert np.array_equal(np.asarray(picture), grey)
    page = render_pdf_page(encode([grey, grey], FileFormat.PDF, 100), 1, 100)
    assert abs(page.shape[0] - grey.shape[0]) <= 1
    assert encode(grey, FileFormat.PDF, 100) == encode(grey, FileFormat.PDF, 100)
    with pytest.raises(ValueError, match="jpeg cannot hold 2"):
        encode([grey, grey], FileFormat.JPEG, 100)
