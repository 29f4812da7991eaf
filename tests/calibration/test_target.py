from __future__ import annotations

import io
from itertools import combinations

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

from calibration.target import (
    DOT_CLEAR_MM,
    GREY_STEPS,
    PITCH_MM,
    REFERENCE_MARKS,
    SCALE_MM,
    make_target,
)
from calibration.target_pdf import write_target_pdf
from records.geometry import Rect
from records.vote import PaperSize

TEXTS = ("Tờ chuẩn máy quét", "In đúng 100 %", "100 mm")


def blocks(target) -> list[Rect]:
    """Everything printed besides the dots, scale bars and text."""
    squares = [Rect(one.x_mm - 6.6, one.y_mm - 6.6, 13.2, 13.2) for one in target.squares]
    lines = [line.rect for line in target.lines]
    patches = [one.rect for one in (*target.greys, *target.colours)]
    return [*target.fiducials, target.code, *squares, *lines, *patches, *(one.box for one in target.marks)]


@pytest.mark.parametrize("paper", PaperSize)
def test_nothing_on_the_target_lies_over_anything_else_or_off_the_paper(paper):
    target = make_target(paper)
    page = Rect(0, 0, target.width_mm, target.height_mm).inflated(-5.0)
    for rect in blocks(target):
        assert page.contains(rect.x_mm, rect.y_mm)
        assert page.contains(rect.right_mm, rect.bottom_mm)
    for one, other in combinations(blocks(target), 2):
        assert one.intersection_mm2(other) == 0


@pytest.mark.parametrize("paper", PaperSize)
def test_dots_lie_on_the_lattice_clear_of_everything(paper):
    target = make_target(paper)
    assert len(set(target.dots)) == len(target.dots)
    assert len(target.dots) > 0.9 * target.width_mm * target.height_mm / PITCH_MM**2 * 0.85
    for x, y in target.dots:
        assert (x % PITCH_MM, y % PITCH_MM) == (0, 0)
        assert not any(rect.inflated(DOT_CLEAR_MM).contains(x, y) for rect in blocks(target))


@pytest.mark.parametrize("paper", PaperSize)
def test_the_target_has_every_kind_of_field(paper):
    target = make_target(paper)
    assert sorted((grey.copy, grey.percent) for grey in target.greys) == [
        (copy, percent) for copy in (0, 1) for percent in GREY_STEPS
    ]
    heights = {copy: {g.rect.y_mm for g in target.greys if g.copy == copy} for copy in (0, 1)}
    assert max(heights[0]) + 100 < min(heights[1]), "two copies far apart, so that uneven light shows"
    assert [(mark.line_mm, mark.percent) for mark in target.marks] == list(REFERENCE_MARKS)
    assert {colour.name for colour in target.colours} >= {"red", "green", "blue", "seal", "pen"}
    assert {line.standing for line in target.lines} == {True, False}
    assert [scale.standing for scale in target.scales] == [False, True]
    for scale in target.scales:
        room = target.height_mm - scale.y_mm if scale.standing else target.width_mm - scale.x_mm
        assert room > SCALE_MM + 8


@pytest.mark.parametrize("paper", PaperSize)
def test_the_pdf_is_one_vector_page_of_the_paper_with_a_code_that_reads(paper):
    target = make_target(paper)
    pdf = write_target_pdf(target, TEXTS)
    assert pdf == write_target_pdf(target, TEXTS), "equal bytes"
    assert b"/Subtype /Image" not in pdf
    assert b"/PrintScaling /None" in pdf
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    assert len(document) == 1
    size_mm = [side / 72 * 25.4 for side in document[0].get_size()]
    assert size_mm == pytest.approx([target.width_mm, target.height_mm], abs=0.01)
    assert "In đúng 100 %" in document[0].get_textpage().get_text_range()
    pixels = document[0].render(scale=150 / 72, grayscale=True).to_numpy()
    (code,) = zxingcpp.read_barcodes(np.ascontiguousarray(pixels), formats=zxingcpp.BarcodeFormat.QRCode)
    assert code.text == f"KPTARGET1 {paper.value}"


def test_what_is_printed_has_its_size():
    """From the rendering: a dot's area, a line's width, the black of the steps."""
    target = make_target(PaperSize.A4)
    document = pypdfium2.PdfDocument(io.BytesIO(write_target_pdf(target, TEXTS)))
    scale = 20.0
    page = document[0].render(scale=scale * 25.4 / 72, grayscale=True).to_numpy().astype(float)
    ink = 1 - page / 255

    def part(rect: Rect) -> np.ndarray:
        top, left = round(rect.y_mm * scale), round(rect.x_mm * scale)
        return ink[top : round(rect.bottom_mm * scale), left : round(rect.right_mm * scale)]

    x, y = target.dots[200]
    assert part(Rect(x - 1, y - 1, 2, 2)).sum() / scale**2 == pytest.approx(np.pi / 4, rel=0.01)
    for line in target.lines:
        middle = line.rect.centre_mm
        around = part(Rect(middle[0] - 0.75, middle[1] - 0.75, 1.5, 1.5))
        profile = around.mean(axis=0 if line.standing else 1)
        assert profile.sum() / scale == pytest.approx(line.width_mm, abs=0.012)
    for grey in target.greys:
        assert part(grey.rect.inflated(-1)).mean() == pytest.approx(grey.percent / 100, abs=0.01)
    corners = np.array(target.squares[0].corners(), dtype=np.float32)
    assert cv2.contourArea(corners) == pytest.approx(144.0, rel=1e-4)
