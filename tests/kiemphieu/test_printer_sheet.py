"""The sheet a printer is tried with: its lines are 100 mm, its corner marks stand where a ballot's do."""

from __future__ import annotations

import numpy as np
import pypdfium2
import pytest

from ballot_layout.sheet import SHEETS
from kiemphieu.documents.facts import Words
from kiemphieu.documents.test_sheet import LINE_MM, write_test_sheet
from kiemphieu.messages import Language
from records.vote import PaperSize

PX_PER_MM = 10.0


@pytest.fixture(params=list(PaperSize))
def paper(request: pytest.FixtureRequest) -> PaperSize:
    found: PaperSize = request.param
    return found


def drawn(pdf: bytes) -> np.ndarray:
    page = pypdfium2.PdfDocument(pdf)[0]
    return page.render(scale=PX_PER_MM * 25.4 / 72, grayscale=True).to_numpy()


def longest_run_mm(dark: np.ndarray) -> float:
    """The longest stretch of dark pixels in any row."""
    best = 0
    for row in dark[dark.any(axis=1)]:
        edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8), [0]))))
        best = max(best, int((edges[1::2] - edges[::2]).max()))
    return best / PX_PER_MM


def test_both_lines_are_100_mm(paper: PaperSize) -> None:
    dark = drawn(write_test_sheet(paper, Words(Language.VIETNAMESE))) < 128
    # Its ends are ticks of 0.3 mm, half of which stand outside.
    assert longest_run_mm(dark) == pytest.approx(LINE_MM + 0.3, abs=0.15)
    assert longest_run_mm(dark.T) == pytest.approx(LINE_MM + 0.3, abs=0.15)


def test_the_corner_marks_are_a_ballots(paper: PaperSize) -> None:
    dark = drawn(write_test_sheet(paper, Words(Language.ENGLISH))) < 128
    for mark in SHEETS[paper].fiducials():
        x, y, side = (round(value * PX_PER_MM) for value in (mark.x_mm, mark.y_mm, mark.width_mm))
        assert dark[y + 1 : y + side - 1, x + 1 : x + side - 1].all()
        assert not dark[y - 3 : y - 1, x : x + side].any()


@pytest.mark.parametrize("lang", list(Language))
def test_it_says_what_to_measure_and_asks_for_no_scaling(paper: PaperSize, lang: Language) -> None:
    pdf = write_test_sheet(paper, Words(lang))
    assert pdf == write_test_sheet(paper, Words(lang))
    assert b"/PrintScaling /None" in pdf
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    text = " ".join(document[0].get_textpage().get_text_range().split())
    assert f"{paper.value}" in text
    assert "99" in text
    assert "101 mm" in text
