from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scanner_sheets import OPTIONS, draw_on, scan, sheet_of, steady

from benchmarks.votes import PrintedVote
from records.geometry import Rect
from records.reading import RejectionReason, SheetRejection
from sample_scans.device import scan_page
from sample_scans.pens import Hand, PenKind, make_pen
from sample_scans.settings import Fold, ScanSettings, Streak, Surround, Wear
from sample_scans.strokes import bowed
from sample_scans.voter import Intent, WritingIntent, vote_on_page
from scanner.blank import is_blank
from scanner.image import make_scan_image, to_grey
from scanner.sheet import read_sheet

A5_PX = (1240, 874)


def blank(image: NDArray[np.uint8], vote: PrintedVote) -> bool:
    sizes = [vote.context.forms[0].page_size_mm]
    return is_blank(make_scan_image(to_grey(image), sizes, OPTIONS.image), sizes, OPTIONS)


BACKS = {
    "clean": ScanSettings(dpi=200),
    "grey paper": ScanSettings(dpi=200, white=205),
    "noisy": ScanSettings(dpi=200, noise=5.0, paper_grain=2.0),
    "uneven light": ScanSettings(dpi=200, illumination=0.2),
    "dusty": ScanSettings(dpi=300, wear=Wear(specks=60)),
    "black surround, skewed": ScanSettings(dpi=200, surround=Surround.BLACK, skew_deg=1.0, margin_mm=2.0),
    "punched": ScanSettings(dpi=200, wear=Wear(punch_holes=2)),
    "punched, black behind": ScanSettings(dpi=200, surround=Surround.BLACK, wear=Wear(punch_holes=2)),
    "streaked": ScanSettings(dpi=300, streaks=(Streak(60.0, 0.3, 0.7), Streak(101.0, 0.15, 0.5))),
    "folded": ScanSettings(dpi=300, wear=Wear(folds=(Fold(95.0, False, 0.5), Fold(70.0, True, 0.4)))),
    "folded, skewed": ScanSettings(dpi=300, skew_deg=1.5, wear=Wear(folds=(Fold(95.0, False, 0.4),))),
    "crumpled": ScanSettings(dpi=300, wear=Wear(crumple=0.5)),
    "stained": ScanSettings(dpi=300, wear=Wear(stain=0.6)),
    "a hair": ScanSettings(dpi=300, hair=True),
}


@pytest.mark.parametrize("name", BACKS)
def test_the_back_of_a_ballot_is_blank(vote: PrintedVote, name: str) -> None:
    sheet = sheet_of(vote)
    assert blank(scan(np.full_like(sheet.paper, 255), sheet, BACKS[name], 1), vote)


def test_print_that_shines_through_leaves_the_back_blank(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    made = ScanSettings(dpi=200, wear=Wear(bleed_through=0.06))
    assert blank(scan_page(np.full_like(sheet.paper, 255), sheet.px_per_mm, made, 1, sheet.paper), vote)


def test_the_front_s_code_read_through_the_paper_makes_no_ballot_of_the_back(vote: PrintedVote) -> None:
    """Its mirrored code can be read where it shines through, and names the front's own page."""
    sheet = sheet_of(vote)
    for seed in range(4):
        made = ScanSettings(dpi=300, gamma=1.2, wear=Wear(bleed_through=0.09))
        back = scan_page(np.full_like(sheet.paper, 255), sheet.px_per_mm, made, seed, sheet.paper)
        result = read_sheet(back, vote.context)
        assert isinstance(result, SheetRejection)
        assert result.reason is RejectionReason.BLANK_PAGE


@pytest.mark.parametrize("text", ["không đồng ý", "A", ""])
@pytest.mark.parametrize("faint", [0.0, 0.3, 0.6])
def test_a_faint_pencil_remark_on_the_back_is_not_blank(vote: PrintedVote, text: str, faint: float) -> None:
    sheet = sheet_of(vote)
    pencil = Hand(steady().writer, make_pen(PenKind.PENCIL, faint=faint))
    back = replace(sheet, paper=np.full_like(sheet.paper, 255))
    intent = Intent(writings=(WritingIntent(text, Rect(40.0, 90.0, 45.0, 6.0)),))
    page, _ = vote_on_page(back, intent, pencil, np.random.default_rng(2))
    result = read_sheet(scan(page, sheet, ScanSettings(dpi=300), 2), vote.context)
    assert isinstance(result, SheetRejection)
    assert result.reason is RejectionReason.NO_CODE


@pytest.mark.parametrize("pen", ["blue ball", "pencil", "red felt"])
def test_a_word_on_the_back_is_not_blank(vote: PrintedVote, pen: str) -> None:
    sheet = sheet_of(vote)
    stroke = (bowed((60.0, 100.0), (75.0, 104.0), 0.1), bowed((60.0, 106.0), (66.0, 98.0), 0.1))
    page = draw_on(np.full_like(sheet.paper, 255), sheet, stroke, steady(pen=pen))
    assert not blank(scan(page, sheet), vote)


@pytest.mark.parametrize("dpi", [150, 300])
def test_a_printed_page_is_not_blank(vote: PrintedVote, dpi: int) -> None:
    sheet = sheet_of(vote)
    assert not blank(scan(sheet.paper, sheet, ScanSettings(dpi=dpi)), vote)


@pytest.mark.parametrize("grey", [0, 20, 60])
def test_a_dark_page_is_not_blank(vote: PrintedVote, grey: int) -> None:
    """Nothing could be seen on it, so nothing is claimed of it."""
    assert not blank(np.full(A5_PX, grey, np.uint8), vote)


@pytest.mark.parametrize("period", [2, 5, 12, 40])
def test_a_page_full_of_pattern_is_not_blank(vote: PrintedVote, period: int) -> None:
    rows, columns = np.indices(A5_PX)
    checks = ((rows // period + columns // period) % 2 * 255).astype(np.uint8)
    assert not blank(checks, vote)


@pytest.mark.parametrize("seed", range(4))
def test_a_photograph_is_not_blank(vote: PrintedVote, seed: int) -> None:
    """Soft shapes over the whole frame, as of a face or a cat."""
    rng = np.random.default_rng(seed)
    photo = np.zeros(A5_PX)
    for size in (4, 9, 20, 60, 150):
        layer = cv2.resize(rng.normal(0, 1, (size, size)), A5_PX[::-1], interpolation=cv2.INTER_CUBIC)
        photo += layer * 90 / size**0.4
    image = np.clip(130 + photo, 0, 255).astype(np.uint8)
    assert not blank(image, vote)


@pytest.mark.parametrize("shape", [(400, 400), (400, 3000), (3000, 400)])
def test_narrow_pages_are_judged_without_fault(vote: PrintedVote, shape: tuple[int, int]) -> None:
    assert blank(np.full(shape, 250, np.uint8), vote)
