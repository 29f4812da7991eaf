from __future__ import annotations

from dataclasses import replace
from math import erf

import numpy as np
import pytest
from calibration_scans import SOUND, printed, scanned, sound_located, sound_measures

from benchmarks.simulated_scanners import Line, Scanner, scan, true_geometry
from calibration.locate import LocatedTarget
from calibration.measure import measure_scan
from calibration.sharpness import FREQUENCIES, _line_spread, _transfer, mtf50
from calibration.streaks import _BLOCK_MM, _EDGE_MM, _MIN_BLOCKS, _bare_paper, _block_means, find_streaks
from calibration.target import make_target
from records.scanner_profile import ScanMode, StreakAxis
from records.vote import PaperSize
from sample_scans.settings import ColourMode, Streak, Wear


def test_resolution_skew_and_distortion_are_within_the_bars():
    target, sheet = printed(PaperSize.A4)
    settings = replace(
        SOUND, dpi=300, skew_deg=-1.3, stretch_x=1.01, stretch_y=0.99, uneven_feed_mm=0.3, drift_mm=0.2
    )
    scanner = Scanner(21, settings, plane_mm=0.2, jpeg=80)
    measured = measure_scan(scan(sheet, scanner), "scan").geometry
    truth = true_geometry(sheet, target, scanner)
    assert measured.dpi_x == pytest.approx(truth.dpi_x, rel=0.001)
    assert measured.dpi_y == pytest.approx(truth.dpi_y, rel=0.001)
    assert measured.anisotropy == pytest.approx(truth.dpi_y / truth.dpi_x - 1, abs=0.0005)
    assert measured.skew_deg == pytest.approx(truth.skew_deg, abs=0.05)
    assert measured.distortion_max_mm == pytest.approx(truth.largest_shift_mm, abs=0.1)


def test_tones_follow_gamma_and_uneven_light_does_not_bend_them():
    settings = replace(SOUND, gamma=1.4, black=30.0, white=230.0)
    for fade in (0.0, 0.3):
        tone = measure_scan(scanned(settings, PaperSize.A5, fade=fade), "scan").tone
        for step in tone.steps:
            expected = (30 + 200 * (1 - step.percent / 100) ** 1.4) / 230
            assert step.value / tone.white == pytest.approx(expected, abs=0.02)
            assert abs(step.first - step.second) < 4


def test_noise_light_and_colours():
    settings = replace(SOUND, mode=ColourMode.COLOUR, noise=4.0, paper_grain=1.0, white=225.0)
    measured = measure_scan(scanned(settings, PaperSize.A5, fade=0.3, blue=0.8), "scan")
    assert measured.mode is ScanMode.COLOUR
    assert measured.tone.noise_white == pytest.approx(np.hypot(4, 1) * 0.85, rel=0.12)
    assert measured.light.loss == pytest.approx(0.3 * 0.8, abs=0.06)
    red, green, blue = measured.tone.white_rgb
    assert red == pytest.approx(green, abs=2)
    assert blue == pytest.approx(0.8 * green, abs=4)
    colours = {name: values for name, *values in measured.tone.colours}
    assert colours["red"][0] > colours["red"][1] + 80
    assert colours["pen"][2] > colours["pen"][0] + 30


def test_print_keeps_its_width_and_growth_is_told():
    assert sound_measures().gain.dot_mm == pytest.approx(0.0, abs=0.02)
    assert sound_measures().gain.line_x_mm == pytest.approx(0.0, abs=0.02)
    assert sound_measures().gain.line_y_mm == pytest.approx(0.0, abs=0.02)
    grown = measure_scan(scanned(paper=PaperSize.A5, growth_mm=0.2), "scan").gain
    assert grown.dot_mm == pytest.approx(0.2, abs=0.04)
    assert grown.line_x_mm == pytest.approx(0.2, abs=0.04)


def test_reference_marks_are_seen_as_dark_as_they_are():
    for mark in sound_measures().gain.marks:
        if mark.line_mm >= 0.5:
            assert mark.darkness == pytest.approx(mark.percent / 100, abs=0.05)
        else:
            assert 0.5 < mark.darkness <= 1.02


@pytest.mark.parametrize("sigma_px", [0.8, 1.5, 2.5])
@pytest.mark.parametrize("slope", [0.05, 0.1, -0.07])
def test_the_transfer_of_a_gaussian_edge_is_a_gaussian(sigma_px, slope):
    """Against theory: contrast at f is exp(-2 pi² sigma² f²), and that of a pixel's width besides."""
    fine = 8
    place = (np.arange(40 * fine) + 0.5) / fine - 0.5
    rows = [
        [0.5 * (1 + erf((x - 20 - slope * (y - 45)) / sigma_px / 2**0.5)) for x in place] for y in range(90)
    ]
    edge = 20 + 200 * np.array(rows).reshape(90, 40, fine).mean(axis=2)
    spread = _line_spread(edge)
    assert spread is not None
    frequencies = np.array([0.0, 0.04, 0.08, 0.12])
    expected = np.exp(-2 * (np.pi * sigma_px * frequencies) ** 2) * np.sinc(frequencies)
    assert _transfer(spread, frequencies) == pytest.approx(expected, abs=0.025)


def test_sharpness_falls_with_blur_and_a_straight_edge_tells_none():
    sharp = sound_measures().sharpness
    blurred = measure_scan(scanned(replace(SOUND, blur_mm=0.15), PaperSize.A5), "scan").sharpness
    for one, other in ((sharp.mtf50_x, blurred.mtf50_x), (sharp.mtf50_y, blurred.mtf50_y)):
        assert one is not None
        assert other is not None
        assert one > 2.3
        assert 0.9 < other < 1.25, "a Gaussian of 0.15 mm: 1.25 pairs per millimetre, less for the pixels"
    assert sharp.frequencies == FREQUENCIES
    assert mtf50(np.ones(len(FREQUENCIES))) is None
    straight = np.repeat(np.where(np.arange(40) < 20, 20.0, 220.0)[None], 90, axis=0)
    assert _line_spread(straight) is None


def test_streaks_of_one_pixel_are_found_in_both_directions():
    streaks = (Streak(40.03, 0.127, 0.2), Streak(97.0, 0.4, 0.6))
    image = scanned(replace(SOUND, streaks=streaks), PaperSize.A5, lines=(Line(700.5, 1.0, 0.25),), jpeg=75)
    found = measure_scan(image, "scan").streaks
    assert [one.axis for one in found] == [StreakAxis.VERTICAL, StreakAxis.VERTICAL, StreakAxis.HORIZONTAL]
    assert [one.position_mm for one in found] == pytest.approx([40.03, 97.0, 700.5 / 200 * 25.4], abs=0.15)
    assert found[0].width_px < 2.5
    assert found[1].width_px == pytest.approx(0.4 * 200 / 25.4, abs=1.0)
    assert found[1].depth == pytest.approx(0.6, abs=0.1)


def test_streaks_are_told_as_the_image_was_scanned():
    image = scanned(replace(SOUND, streaks=(Streak(40.0, 0.3, 0.5),)), PaperSize.A5)
    turned = measure_scan(np.ascontiguousarray(np.rot90(image, 2)), "scan").streaks
    assert [(one.axis, round(one.position_mm)) for one in turned] == [(StreakAxis.VERTICAL, 108)]
    lying = measure_scan(np.ascontiguousarray(np.rot90(image, 1)), "scan").streaks
    assert [one.axis for one in lying] == [StreakAxis.HORIZONTAL]


def test_dirt_and_print_are_no_streaks():
    located = sound_located()
    assert find_streaks(located, 247.0, 18.0) == ()
    dirty = replace(SOUND, wear=Wear(specks=60), hair=True, skew_deg=1.5)
    assert measure_scan(scanned(dirty, PaperSize.A5), "scan").streaks == ()


def test_a_bilevel_scan_is_told_and_has_no_sharpness():
    measured = measure_scan(scanned(replace(SOUND, mode=ColourMode.BINARY), PaperSize.A5), "scan")
    assert measured.mode is ScanMode.BILEVEL
    assert measured.sharpness.mtf50_x is None
    assert measured.gain.dot_mm == pytest.approx(0.0, abs=0.08)


@pytest.mark.parametrize("paper", PaperSize)
def test_every_column_and_row_shows_enough_bare_paper_to_tell_a_streak(paper):
    """Even where text, code and grey steps take most of a row."""
    target, per_mm = make_target(paper), 8.0
    plain = np.full((round(target.height_mm * per_mm), round(target.width_mm * per_mm)), 200, np.uint8)
    affine = np.array([[per_mm, 0.0, -0.5], [0.0, per_mm, -0.5]])
    dots = np.array(target.dots)
    located = LocatedTarget(target, plain, None, 0, affine, dots, np.zeros_like(dots))
    bare = _bare_paper(located)
    edge = round((_EDGE_MM + 0.3) * per_mm)
    for grey, shown in ((plain, bare), (plain.T, bare.T)):
        blocks = ~np.isnan(_block_means(grey, shown, round(_BLOCK_MM * per_mm)))
        assert blocks.sum(axis=0)[edge:-edge].min() >= _MIN_BLOCKS
