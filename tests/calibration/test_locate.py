from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import zxingcpp
from calibration_scans import SOUND, printed, scanned, sound_located

from benchmarks.simulated_scanners import Scanner, scan, true_geometry
from calibration.locate import locate_target
from records.errors import InputError
from records.vote import PaperSize
from sample_scans.settings import ColourMode, Streak, Surround

CROOKED = replace(
    SOUND,
    skew_deg=1.4,
    stretch_x=1.008,
    stretch_y=0.993,
    uneven_feed_mm=0.3,
    drift_mm=0.2,
    margin_mm=4.0,
    surround=Surround.BLACK,
)


@pytest.mark.parametrize(
    ("paper", "settings"),
    [
        (PaperSize.A4, CROOKED),
        (PaperSize.A5, CROOKED),
        (PaperSize.A5, replace(CROOKED, mode=ColourMode.COLOUR)),
        (PaperSize.A5, replace(CROOKED, mode=ColourMode.BINARY)),
    ],
)
def test_every_dot_is_found_where_it_truly_lies(paper, settings):
    target, sheet = printed(paper)
    scanner = Scanner(8, settings, plane_mm=0.2)
    located = locate_target(scan(sheet, scanner), "scan")
    truth = true_geometry(sheet, target, scanner)
    assert located.target.paper is paper
    assert len(located.dots_mm) > 0.97 * len(target.dots)
    places = {dot: index for index, dot in enumerate(target.dots)}
    expected = truth.shifts_mm[[places[tuple(dot)] for dot in located.dots_mm]]
    assert np.abs(located.shifts_mm - expected).max() < (0.06 if settings.mode is ColourMode.BINARY else 0.03)
    assert [scale * 25.4 for scale in located.px_per_mm] == pytest.approx(
        [truth.dpi_x, truth.dpi_y], rel=2e-4
    )


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_scan_is_stood_upright(turns):
    image = scanned(paper=PaperSize.A5)
    located = locate_target(np.ascontiguousarray(np.rot90(image, turns)), "scan")
    assert located.turns == -turns % 4
    assert np.array_equal(located.grey, image)


def test_a_point_of_the_page_is_told_with_the_shift_around_it():
    target, sheet = printed(PaperSize.A5)
    located = locate_target(scan(sheet, Scanner(8, CROOKED)), "scan")
    for square in target.squares:
        column, row = located.to_pixels(np.array([[square.x_mm, square.y_mm]]))[0]
        window = located.grey[round(row) - 65 : round(row) + 66, round(column) - 65 : round(column) + 66]
        moments = cv2.moments((window < 110).astype(np.uint8), binaryImage=True)
        centre = moments["m10"] / moments["m00"] - 65, moments["m01"] / moments["m00"] - 65
        assert np.hypot(*centre) < 1.2


def test_dots_under_a_streak_are_left_out_and_pull_nothing():
    streak = Streak(x_mm=60.2, width_mm=0.6, strength=0.7)
    located = locate_target(scanned(replace(SOUND, streaks=(streak,)), PaperSize.A5), "scan")
    assert np.hypot(*located.shifts_mm.T).max() < 0.06
    assert np.count_nonzero(located.dots_mm[:, 0] == 60.0) < 8


def test_a_scan_that_is_no_target_is_refused_by_name():
    blank = np.full((1700, 1200), 240, np.uint8)
    for image, reason in ((blank, "calibrate_no_target"), (blank[:300], "calibrate_too_small")):
        with pytest.raises(InputError) as caught:
            locate_target(image, "blank.png")
        assert (caught.value.message_id, caught.value.details["scan"]) == (reason, "blank.png")


def test_another_code_is_no_target():
    code = np.asarray(zxingcpp.create_barcode("HELLO", zxingcpp.BarcodeFormat.QRCode).to_image(scale=8))
    page = np.full((1700, 1200), 255, np.uint8)
    page[100 : 100 + code.shape[0], 100 : 100 + code.shape[1]] = code
    with pytest.raises(InputError, match="calibrate_other_code"):
        locate_target(page, "other.png")


def test_a_scan_that_lacks_an_edge_is_refused():
    image = scanned(paper=PaperSize.A5)
    locate_target(np.ascontiguousarray(image[:-40]), "all measured fields are there")
    with pytest.raises(InputError, match="calibrate_cropped"):
        locate_target(np.ascontiguousarray(image[:-100]), "cut.png")


def test_half_a_target_is_refused():
    image = scanned()
    with pytest.raises(InputError, match="calibrate_few_dots"):
        locate_target(np.ascontiguousarray(image[:1200]), "half.png")


def test_images_are_read_only_and_the_shifts_of_a_plain_scan_are_small():
    located = sound_located()
    assert not located.grey.flags.writeable
    assert np.hypot(*located.shifts_mm.T).max() < 0.02
