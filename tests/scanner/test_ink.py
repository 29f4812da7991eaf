from __future__ import annotations

import numpy as np
import pytest
from scanner_sheets import OPTIONS, PLAIN, draw_on, paint, rect_of, run_stages, scan, sheet_of, steady

from benchmarks.votes import PrintedVote
from records.geometry import Rect
from sample_scans.settings import ColourMode, ScanSettings
from sample_scans.strokes import bowed
from scanner.forms import OVERVIEW_PX_PER_MM
from scanner.ink import darkness_of

FREE = Rect(60.0, 168.0, 30.0, 10.0)
"""Paper under the table, where nothing is printed."""


@pytest.mark.parametrize("white", [215, 235, 250])
def test_the_papers_brightness_is_measured(vote: PrintedVote, white: int) -> None:
    sheet = sheet_of(vote)
    ink = run_stages(scan(sheet.paper, sheet, ScanSettings(dpi=200, white=white)), vote).ink
    assert ink.paper_level(*FREE.centre_mm) == pytest.approx(white, abs=4)
    assert ink.paper_level(-50.0, 9999.0) >= 1


@pytest.mark.parametrize("noise", [3.0, 6.0, 10.0, 16.0])
def test_the_papers_noise_is_measured(vote: PrintedVote, noise: float) -> None:
    """At 150 dpi the overview keeps the scan's own pixels, so the noise is nearly the sensor's."""
    sheet = sheet_of(vote)
    made = ScanSettings(dpi=150, noise=noise, paper_grain=0.0, white=225)
    ink = run_stages(scan(sheet.paper, sheet, made), vote).ink
    assert 0.3 * noise <= ink.noise <= 1.2 * noise


def test_more_noise_asks_for_darker_ink(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    found = [
        run_stages(scan(sheet.paper, sheet, ScanSettings(dpi=150, noise=noise)), vote).ink
        for noise in (1.0, 8.0, 20.0)
    ]
    assert [ink.threshold for ink in found] == sorted(ink.threshold for ink in found)
    assert found[0].threshold == round(255 * OPTIONS.ink.min_darkness)
    assert found[0].threshold < found[-1].threshold
    assert not found[0].is_too_noisy(OPTIONS.ink)


def test_a_dithered_page_is_known_as_too_noisy(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    made = ScanSettings(dpi=150, mode=ColourMode.DITHER, white=200)
    assert run_stages(scan(sheet.paper, sheet, made), vote).ink.is_too_noisy(OPTIONS.ink)


@pytest.mark.parametrize("gamma", [1.0, 1.6])
@pytest.mark.parametrize("dpi", [150, 300])
def test_what_is_printed_is_no_ink(vote: PrintedVote, dpi: int, gamma: float) -> None:
    """Nothing on an unmarked page but its code and serial, which differ from ballot to ballot."""
    sheet = sheet_of(vote)
    stages = run_stages(scan(sheet.paper, sheet, ScanSettings(dpi=dpi, gamma=gamma)), vote)
    unprinted = stages.ink.unprinted.copy()
    for rect in (sheet.place.qr.inflated(1.0), sheet.place.serial.inflated(1.0)):
        rows = slice(round(rect.y_mm * OVERVIEW_PX_PER_MM), round(rect.bottom_mm * OVERVIEW_PX_PER_MM))
        unprinted[rows, round(rect.x_mm * OVERVIEW_PX_PER_MM) : round(rect.right_mm * OVERVIEW_PX_PER_MM)] = 0
    inner = unprinted[8:-8, 8:-8]
    assert np.count_nonzero(inner) == 0


def test_ink_is_found_where_it_is_and_as_much_as_there_is(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    patch = Rect(65.0, 170.0, 8.0, 3.0)
    ink = run_stages(scan(paint(sheet.paper, sheet, patch, 60), sheet), vote).ink
    inked = ink.unprinted_in(FREE)
    assert np.count_nonzero(inked) / OVERVIEW_PX_PER_MM**2 == pytest.approx(patch.area_mm2, rel=0.12)
    rows, columns = np.nonzero(inked)
    assert columns.min() / OVERVIEW_PX_PER_MM + FREE.x_mm == pytest.approx(patch.x_mm, abs=0.4)
    assert (rows.max() + 1) / OVERVIEW_PX_PER_MM + FREE.y_mm == pytest.approx(patch.bottom_mm, abs=0.4)
    inside = ink.darkness[684:688, 264:288]
    assert float(inside.mean()) / 255 == pytest.approx(1 - 60 / 255, abs=0.12)


def test_ink_over_print_is_not_claimed(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    outline = rect_of(sheet, ("o1", "high"))
    edge = Rect(outline.x_mm, outline.y_mm - 0.1, outline.width_mm, 0.2)
    ink = run_stages(scan(paint(sheet.paper, sheet, edge, 0), sheet), vote).ink
    assert not ink.unprinted_in(outline.inflated(1.0)).any()


def test_uneven_light_is_no_ink_and_hides_none(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    made = ScanSettings(dpi=200, illumination=0.3)
    bare = run_stages(scan(sheet.paper, sheet, made, 4), vote).ink
    assert not bare.unprinted_in(FREE).any()
    line = (bowed((64.0, 173.0), (84.0, 174.0), 0.0),)
    drawn = run_stages(scan(draw_on(sheet.paper, sheet, line, steady()), sheet, made, 4), vote).ink
    assert np.count_nonzero(drawn.unprinted_in(FREE)) > 0.2 * 20 * OVERVIEW_PX_PER_MM**2 * 0.42


def test_a_gradient_over_the_whole_page_is_no_ink(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    image = scan(sheet.paper, sheet, PLAIN)
    light = np.linspace(1.0, 0.7, image.shape[1])[None, :] * np.linspace(1.0, 0.85, image.shape[0])[:, None]
    ink = run_stages((image * light).astype(np.uint8), vote).ink
    assert not ink.unprinted_in(FREE).any()
    assert ink.paper_level(10.0, 100.0) > ink.paper_level(138.0, 100.0) + 30


def test_beyond_the_page_there_is_no_ink(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    ink = run_stages(scan(sheet.paper, sheet), vote).ink
    assert not ink.unprinted_in(Rect(-20.0, -20.0, 15.0, 15.0)).any()
    assert ink.unprinted_in(Rect(-5.0, 100.0, 10.0, 2.0)).shape == (8, 40)


def test_what_the_stage_hands_on_is_read_only(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    ink = run_stages(scan(sheet.paper, sheet), vote).ink
    for array in (ink.darkness, ink.unprinted, ink.paper):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


@pytest.mark.parametrize("level", [1, 60, 200, 255])
def test_darkness_runs_from_paper_to_black(level: int) -> None:
    crop = np.array([[0, level // 2, level, 255]], np.uint8)
    black, half, paper, brighter = darkness_of(crop, level)[0]
    assert black == 255
    assert half == pytest.approx(255 * (1 - (level // 2) / level), abs=1)
    assert paper == brighter == 0
