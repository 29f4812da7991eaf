from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scanner_sheets import (
    OPTIONS,
    a5_vote,
    geometry_of,
    paint,
    registered,
    scan,
    sheet_of,
    signed_text,
    token_of,
    with_code,
)

from benchmarks.votes import PrintedVote, print_vote
from records.geometry import Rect
from records.reading import RejectionReason, SheetRejection
from records.vote import PaperSize
from sample_scans.settings import ScanSettings
from sample_scans.voter import Sheet
from scanner.registration import Registration, warp_overview
from scanner.sheet import read_sheet

LIMIT_MM = 0.15
"""Boxes are read with a mask of two tenths around their outline."""
FEED_LIMIT_MM = 0.3
"""Half a millimetre of slip within a few centimetres is more than a feeder's motor makes."""


def errors_mm(vote: PrintedVote, scan_settings: ScanSettings, seed: int = 0) -> NDArray[np.float64]:
    """How far each box's centre is laid from where it truly stands in the image."""
    sheet = sheet_of(vote)
    image = scan(sheet.paper, sheet, scan_settings, seed)
    made, registration = registered(image, vote)
    assert registration is not None
    return _distances_mm(sheet, scan_settings, seed, registration, made.detail_factor)


def _distances_mm(
    sheet: Sheet,
    scan_settings: ScanSettings,
    seed: int,
    registration: Registration,
    factor: int,
) -> NDArray[np.float64]:
    centres = np.array([box.rect.centre_mm for box in sheet.place.boxes])
    truth = geometry_of(sheet, scan_settings, seed).image_points(centres)
    found = (registration.transform.to_pixels(centres) + 0.5) * factor
    return np.hypot(*(found - truth).T) * 25.4 / scan_settings.dpi


SCANS = {
    "150 dpi": ScanSettings(dpi=150),
    "200 dpi": ScanSettings(dpi=200),
    "300 dpi": ScanSettings(dpi=300),
    "400 dpi": ScanSettings(dpi=400),
    "600 dpi": ScanSettings(dpi=600),
    "on its left side": ScanSettings(dpi=200, quarter_turns=1),
    "upside down": ScanSettings(dpi=200, quarter_turns=2),
    "on its right side": ScanSettings(dpi=200, quarter_turns=3),
    "skewed right": ScanSettings(dpi=200, skew_deg=5.0, margin_mm=8.0),
    "skewed left": ScanSettings(dpi=200, skew_deg=-5.0, margin_mm=8.0),
    "stretched": ScanSettings(dpi=200, stretch_x=0.99, stretch_y=1.02),
    "squeezed": ScanSettings(dpi=200, stretch_x=1.01, stretch_y=0.98),
    "uneven feed": ScanSettings(dpi=300, uneven_feed_mm=0.5, drift_mm=0.3, margin_mm=2.0),
    "very uneven feed": ScanSettings(dpi=200, uneven_feed_mm=1.0, drift_mm=0.5, margin_mm=3.0),
    "printed small": ScanSettings(dpi=200, print_scale=0.96),
    "printed large": ScanSettings(dpi=200, print_scale=1.04),
    "shifted": ScanSettings(dpi=200, offset_x_mm=6.0, offset_y_mm=-5.0, margin_mm=4.0),
    "one with another": ScanSettings(
        dpi=150, quarter_turns=3, skew_deg=4.0, stretch_y=1.015, print_scale=0.97, margin_mm=7.0, noise=4.0
    ),
}


@pytest.mark.parametrize("name", SCANS)
def test_boxes_are_found_where_they_are(vote: PrintedVote, name: str) -> None:
    limit_mm = FEED_LIMIT_MM if SCANS[name].uneven_feed_mm > 0.5 else LIMIT_MM
    assert errors_mm(vote, SCANS[name], seed=1).max() <= limit_mm


@pytest.mark.parametrize(
    ("name", "limit_mm"), [("200 dpi", LIMIT_MM), ("skewed left", LIMIT_MM), ("uneven feed", FEED_LIMIT_MM)]
)
def test_boxes_of_a_large_sheet_are_found_where_they_are(
    large_vote: PrintedVote, name: str, limit_mm: float
) -> None:
    assert errors_mm(large_vote, SCANS[name], seed=2).max() <= limit_mm


@settings(max_examples=12)
@given(
    st.integers(0, 3),
    st.floats(-5, 5),
    st.floats(0.985, 1.015),
    st.floats(0.985, 1.015),
    st.floats(0.0, 0.5),
    st.integers(0, 1000),
)
def test_boxes_are_found_whatever_the_feeder_did(
    turns: int, skew: float, stretch_x: float, stretch_y: float, feed: float, seed: int
) -> None:
    feeder = ScanSettings(
        dpi=200,
        quarter_turns=turns,
        skew_deg=skew,
        stretch_x=stretch_x,
        stretch_y=stretch_y,
        uneven_feed_mm=feed,
        drift_mm=feed / 2,
        margin_mm=8.0,
    )
    assert errors_mm(a5_vote(), feeder, seed).max() <= (LIMIT_MM if feed < 0.3 else FEED_LIMIT_MM)


@pytest.mark.parametrize(
    ("made", "turns", "skew"),
    [
        (ScanSettings(dpi=200), 0, 0.0),
        (ScanSettings(dpi=300, quarter_turns=1), 1, 0.0),
        (ScanSettings(dpi=200, quarter_turns=3, skew_deg=2.5, margin_mm=4.0), 3, 2.5),
        (ScanSettings(dpi=150, quarter_turns=2, skew_deg=-3.0, margin_mm=4.0), 2, -3.0),
    ],
)
def test_the_quality_says_how_the_page_lay(
    vote: PrintedVote, made: ScanSettings, turns: int, skew: float
) -> None:
    sheet = sheet_of(vote)
    _, registration = registered(scan(sheet.paper, sheet, made), vote)
    assert registration is not None
    quality = registration.quality
    assert quality.quarter_turns == turns
    assert quality.skew_deg == pytest.approx(skew, abs=0.1)
    assert quality.dpi_x == pytest.approx(made.dpi, rel=0.003)
    assert quality.dpi_y == pytest.approx(made.dpi, rel=0.003)
    assert quality.fiducials_found == 4
    assert quality.residual_mm <= OPTIONS.registration.weak_residual_mm / 2
    assert quality.max_residual_mm >= quality.residual_mm / 2
    assert registration.patch_share == 1.0


def test_the_measured_resolution_follows_the_stretch(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    made = ScanSettings(dpi=200, stretch_x=0.99, stretch_y=1.015)
    _, registration = registered(scan(sheet.paper, sheet, made), vote)
    assert registration is not None
    assert registration.quality.dpi_x == pytest.approx(198, rel=0.002)
    assert registration.quality.dpi_y == pytest.approx(203, rel=0.002)


def corner_covers(sheet: Sheet) -> list[Rect]:
    return [rect.inflated(1.5) for rect in sheet.place.fiducials]


@pytest.mark.parametrize("covered", [1, 2, 3, 4])
def test_lost_corner_squares_still_leave_the_page_in_place(vote: PrintedVote, covered: int) -> None:
    sheet = sheet_of(vote)
    page, made = sheet.paper, ScanSettings(dpi=200, skew_deg=1.5, margin_mm=3.0)
    for rect in corner_covers(sheet)[-covered:]:
        page = paint(page, sheet, rect, 255)
    image, registration = registered(scan(page, sheet, made), vote)
    assert registration is not None
    assert registration.quality.fiducials_found == 4 - covered
    assert np.isnan(registration.fiducials_px[:, 0]).sum() == covered
    assert _distances_mm(sheet, made, 0, registration, image.detail_factor).max() <= 2 * LIMIT_MM


def rejection(image: NDArray[np.uint8], vote: PrintedVote) -> RejectionReason | None:
    result = read_sheet(image, vote.context)
    return result.reason if isinstance(result, SheetRejection) else None


@pytest.mark.parametrize("share", [0.6, 0.75])
@pytest.mark.parametrize("grey", [255, 40], ids=["torn", "covered"])
def test_half_a_page_is_rejected(vote: PrintedVote, share: float, grey: int) -> None:
    sheet = sheet_of(vote)
    layout = vote.form.layout
    top = layout.height_mm * (1 - share)
    page = paint(sheet.paper, sheet, Rect(0.0, top, layout.width_mm, layout.height_mm), grey)
    assert rejection(scan(page, sheet), vote) is RejectionReason.NOT_REGISTERED


def test_fewer_patches_are_found_the_more_is_missing(vote: PrintedVote) -> None:
    sheet, layout = sheet_of(vote), vote.form.layout
    shares = []
    for kept in (1.0, 0.85, 0.7, 0.55):
        page = paint(
            sheet.paper, sheet, Rect(0.0, layout.height_mm * kept, layout.width_mm, layout.height_mm), 255
        )
        _, registration = registered(scan(page, sheet), vote)
        shares.append(0.0 if registration is None else registration.patch_share)
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[1] > shares[-1]


@pytest.mark.parametrize("shift_mm", [0.8, 1.5])
def test_a_page_torn_and_laid_askew_is_measured_so(vote: PrintedVote, shift_mm: float) -> None:
    """The right half slipped down against the left: no smooth feed does that."""
    sheet = sheet_of(vote)
    page, shift = sheet.paper.copy(), round(shift_mm * sheet.px_per_mm)
    middle = page.shape[1] // 2
    page[shift:, middle:] = sheet.paper[:-shift, middle:]
    _, whole = registered(scan(sheet.paper, sheet), vote)
    _, torn = registered(scan(page, sheet), vote)
    assert whole is not None
    if torn is not None:
        assert torn.quality.max_residual_mm > 2 * whole.quality.max_residual_mm
        assert torn.quality.residual_mm > 1.5 * whole.quality.residual_mm


def test_a_form_of_another_size_under_the_same_code_is_rejected(
    vote: PrintedVote, large_vote: PrintedVote
) -> None:
    """A forger copies a ballot's code onto another form."""
    for own, other in ((vote, large_vote), (large_vote, vote)):
        forged = with_code(sheet_of(other), signed_text(token_of(own)))
        image = scan(forged.paper, forged)
        result = read_sheet(image, own.context)
        assert isinstance(result, SheetRejection)
        assert result.reason is RejectionReason.NOT_REGISTERED


def test_a_form_with_more_lines_under_the_same_code_goes_to_a_person(vote: PrintedVote) -> None:
    """Its first lines lie where they should; what is printed below them does not belong there."""
    forged = with_code(sheet_of(print_vote(6, 1, PaperSize.A5)), signed_text(token_of(vote)))
    result = read_sheet(scan(forged.paper, forged), vote.context)
    assert isinstance(result, SheetRejection) or result.writings


def test_a_mirrored_page_is_rejected(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    image = np.ascontiguousarray(scan(sheet.paper, sheet)[:, ::-1])
    assert rejection(image, vote) is not None


@pytest.mark.parametrize("flip", [0, 1])
def test_a_page_mirrored_around_its_code_is_rejected(vote: PrintedVote, flip: int) -> None:
    sheet = sheet_of(vote)
    mirrored = replace(sheet, paper=np.ascontiguousarray(cv2.flip(sheet.paper, flip)))
    place = sheet.place.qr
    x, y = place.x_mm, place.y_mm
    layout = vote.form.layout
    if flip == 1:
        x = layout.width_mm - place.right_mm
    else:
        y = layout.height_mm - place.bottom_mm
    moved = replace(sheet.place, qr=Rect(x, y, place.width_mm, place.height_mm))
    forged = with_code(replace(mirrored, place=moved), signed_text(token_of(vote)))
    assert rejection(scan(forged.paper, forged), vote) is RejectionReason.NOT_REGISTERED


def test_a_page_stretched_beyond_any_scanner_is_rejected(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    image = scan(sheet.paper, sheet, ScanSettings(dpi=200, stretch_y=1.2, margin_mm=25.0))
    assert rejection(image, vote) is RejectionReason.NOT_REGISTERED


def test_the_overview_is_the_printed_page(vote: PrintedVote) -> None:
    """Turned, skewed and stretched back, the scan lies on the form's rendering."""
    sheet = sheet_of(vote)
    made = ScanSettings(dpi=200, quarter_turns=1, skew_deg=2.0, stretch_y=1.01, margin_mm=4.0)
    image, registration = registered(scan(sheet.paper, sheet, made), vote)
    assert registration is not None
    form = vote.context.forms[0]
    ratio = image.coarse_factor / image.detail_factor
    overview = warp_overview(image.coarse, registration.transform, ratio, form.page_size_mm)
    reference = form.pages[0].overview
    assert overview.shape == reference.shape
    inner = (slice(20, -20), slice(20, -20))
    likeness = np.corrcoef(
        cv2.GaussianBlur(overview, (0, 0), 1.5)[inner].ravel(),
        cv2.GaussianBlur(reference, (0, 0), 1.5)[inner].ravel(),
    )[0, 1]
    assert likeness > 0.8  # the code stands only on the scan


def test_a_crop_is_the_piece_of_the_page_asked_for(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    box = sheet.place.boxes[7].rect
    page = paint(sheet.paper, sheet, box.inflated(-1.0), 0)
    made = ScanSettings(dpi=300, quarter_turns=2, skew_deg=-3.0, margin_mm=5.0)
    image, registration = registered(scan(page, sheet, made), vote)
    assert registration is not None
    crop = registration.transform.crop(image.detail, box.inflated(2.0), 8.0)
    assert crop.shape == (round(8 * (box.height_mm + 4)), round(8 * (box.width_mm + 4)))
    rows, columns = np.nonzero(crop < 128)
    inner = np.abs(np.column_stack((columns, rows)) - (crop.shape[1] - 1) / 2).max(axis=1) < 8 * 2.6
    centre = np.column_stack((columns, rows))[inner].mean(axis=0)
    assert np.abs(centre - (crop.shape[1] - 1) / 2).max() <= 8 * LIMIT_MM
