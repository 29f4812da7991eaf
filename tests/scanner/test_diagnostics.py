"""What a page says of its scanner, against what the simulated scanner was set to."""

from __future__ import annotations

import numpy as np
import pytest
from scanner_sheets import PLAIN, scan

from benchmarks.votes import PrintedVote
from sample_scans.settings import ScanSettings, Streak
from sample_scans.voter import Sheet
from scanner.diagnostics import PageDiagnostics
from scanner.sheet import read_and_measure_sheet


def measured(sheet: Sheet, vote: PrintedVote, settings: ScanSettings) -> PageDiagnostics:
    found = read_and_measure_sheet(scan(sheet.paper, sheet, settings), vote.context)
    assert found.diagnostics is not None
    return found.diagnostics


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_resolution_and_skew(sheet: Sheet, vote: PrintedVote, dpi: int) -> None:
    found = measured(sheet, vote, ScanSettings(dpi=dpi, skew_deg=0.8, stretch_y=1.01))
    assert found.dpi_x == pytest.approx(dpi, rel=0.003)
    assert found.dpi_y == pytest.approx(dpi * 1.01, rel=0.003)
    assert abs(found.skew_deg) == pytest.approx(0.8, abs=0.05)
    assert not found.bilevel


def test_brightness_follows_the_scanners_levels(sheet: Sheet, vote: PrintedVote) -> None:
    plain = measured(sheet, vote, PLAIN)
    pale = measured(sheet, vote, ScanSettings(dpi=200, black=90.0, white=200.0))
    assert plain.white - pale.white == pytest.approx(48, abs=6)
    assert pale.black - plain.black > 40


def test_edges_widen_with_the_blur(sheet: Sheet, vote: PrintedVote) -> None:
    widths = [measured(sheet, vote, ScanSettings(dpi=300, blur_mm=blur)).edge_mm for blur in (0.03, 0.1, 0.2)]
    assert widths == sorted(widths)
    # Ten to ninety per cent of a Gaussian edge are 2.56 standard deviations.
    assert widths[2] == pytest.approx(2.56 * 0.2, rel=0.25)


def test_a_streak_is_placed_on_the_glass_and_counted_through_boxes(sheet: Sheet, vote: PrintedVote) -> None:
    box = sheet.place.boxes[0].rect
    settings = ScanSettings(dpi=200, streaks=(Streak(box.centre_mm[0], 0.4, 0.5), Streak(30.0, 0.4, 0.5)))
    found = measured(sheet, vote, settings)
    assert len(found.streaks) == 2
    left, right = found.streaks
    assert left.glass_mm == pytest.approx(30.0, abs=0.7)
    assert right.glass_mm == pytest.approx(box.centre_mm[0], abs=0.7)
    people = len({b.official for b in sheet.place.boxes})
    assert right.boxes == people
    assert measured(sheet, vote, PLAIN).streaks == ()


def test_dirt_is_ink_where_nobody_writes(sheet: Sheet, vote: PrintedVote) -> None:
    clean = measured(sheet, vote, PLAIN).dirt_mm2
    soiled = sheet.paper.copy()
    px = sheet.px_per_mm
    y, x = round(sheet.paper.shape[0] - 14 * px), round(60 * px)
    soiled[y : y + round(4 * px), x : x + round(10 * px)] = 60
    found = read_and_measure_sheet(scan(soiled, sheet, PLAIN), vote.context).diagnostics
    assert found is not None
    assert clean < 5
    assert found.dirt_mm2 == pytest.approx(40, rel=0.3)


def test_measuring_changes_no_reading_and_what_is_no_ballot_is_not_measured(vote: PrintedVote) -> None:
    white = np.full((1700, 1200), 250, np.uint8)
    assert read_and_measure_sheet(white, vote.context).diagnostics is None
