from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scanner_sheets import OPTIONS, draw_on, scan, sheet_of, steady

from benchmarks.votes import PrintedVote
from sample_scans.device import scan_page
from sample_scans.settings import ScanSettings, Surround, Wear
from sample_scans.strokes import bowed
from scanner.blank import is_blank
from scanner.image import make_scan_image, to_grey

A5_PX = (1240, 874)


def blank(image: NDArray[np.uint8], vote: PrintedVote) -> bool:
    made = make_scan_image(to_grey(image), [vote.context.forms[0].page_size_mm], OPTIONS.image)
    return is_blank(made.coarse, OPTIONS)


BACKS = {
    "clean": ScanSettings(dpi=200),
    "grey paper": ScanSettings(dpi=200, white=205),
    "noisy": ScanSettings(dpi=200, noise=5.0, paper_grain=2.0),
    "uneven light": ScanSettings(dpi=200, illumination=0.2),
    "dusty": ScanSettings(dpi=300, wear=Wear(specks=60)),
    "black surround, skewed": ScanSettings(dpi=200, surround=Surround.BLACK, skew_deg=1.0, margin_mm=2.0),
}


@pytest.mark.parametrize("name", BACKS)
def test_the_back_of_a_ballot_is_blank(vote: PrintedVote, name: str) -> None:
    sheet = sheet_of(vote)
    assert blank(scan(np.full_like(sheet.paper, 255), sheet, BACKS[name], 1), vote)


def test_print_that_shines_through_leaves_the_back_blank(vote: PrintedVote) -> None:
    sheet = sheet_of(vote)
    made = ScanSettings(dpi=200, wear=Wear(bleed_through=0.06))
    assert blank(scan_page(np.full_like(sheet.paper, 255), sheet.px_per_mm, made, 1, sheet.paper), vote)


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
