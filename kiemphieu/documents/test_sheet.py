"""A sheet to try a printer with: two lines of 100 mm, the ballot's corner marks, and what to look at."""

from __future__ import annotations

import io
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from ballot_layout.sheet import FIDUCIAL_INSET_MM, SHEETS, Sheet
from calibration.print_check import OFFSET_LIMIT_MM, SCALE_LIMIT
from kiemphieu.documents.facts import Words
from kiemphieu.documents.pdf import BOLD, REGULAR, register_fonts
from records.vote import PaperSize

LINE_MM = 100.0
_STEP_MM = 10
_SIDE_MM = 18.0
_TICKS_MM = {10: 3.0, 5: 2.0, 1: 1.2}


@dataclass(frozen=True, slots=True)
class _Places:
    """Where things stand on one paper, in millimetres from the top left.

    Attributes:
        across, down: where the two lines begin.
        text_right_mm: how far the text beside the standing line may reach.
    """

    title_mm: float
    across: tuple[float, float]
    down: tuple[float, float]
    text_mm: float
    text_right_mm: float
    title_pt: float
    text_pt: float


_PLACES = {
    PaperSize.A4: _Places(28.0, (30.0, 72.0), (178.0, 95.0), 100.0, 158.0, 18.0, 12.0),
    PaperSize.A5: _Places(25.0, (20.0, 56.0), (128.0, 72.0), 75.0, 112.0, 14.0, 9.5),
}


def write_test_sheet(paper: PaperSize, words: Words) -> bytes:
    """The sheet as PDF; equal input gives equal bytes."""
    register_fonts()
    sheet, places = SHEETS[paper], _PLACES[paper]
    buffer = io.BytesIO()
    size = sheet.width_mm * mm, sheet.height_mm * mm
    canvas = Canvas(buffer, pagesize=size, invariant=1, pageCompression=1)
    canvas.setTitle(words("test_sheet_title", paper=paper.value))
    # No scaling: what is 100 mm long here is so on paper.
    canvas.setViewerPreference("PrintScaling", "None")
    for mark in sheet.fiducials():
        top = sheet.height_mm - mark.bottom_mm
        canvas.rect(mark.x_mm * mm, top * mm, mark.width_mm * mm, mark.height_mm * mm, stroke=0, fill=1)
    _draw_texts(canvas, sheet, paper, places, words)
    _draw_across(canvas, sheet, *places.across)
    _draw_down(canvas, sheet, *places.down)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw_texts(canvas: Canvas, sheet: Sheet, paper: PaperSize, places: _Places, words: Words) -> None:
    canvas.setFont(BOLD, places.title_pt)
    middle = sheet.width_mm / 2 * mm
    canvas.drawCentredString(
        middle, (sheet.height_mm - places.title_mm) * mm, words("test_sheet_title", paper=paper.value)
    )
    wide = sheet.width_mm - 2 * _SIDE_MM
    _draw_lines(canvas, sheet, words("test_sheet_print"), places.title_mm + 9, wide, places.text_pt)
    y_mm = places.text_mm
    for message_id in ("test_sheet_measure", "test_sheet_scale", "test_sheet_corners", "test_sheet_cut"):
        text = words(message_id, paper=paper.value, **_limits())
        y_mm = _draw_lines(canvas, sheet, text, y_mm, places.text_right_mm - _SIDE_MM, places.text_pt) + 3
    below_mm = places.down[1] + LINE_MM + 14
    _draw_lines(canvas, sheet, words("test_sheet_measured"), below_mm, wide, places.text_pt)


def _limits() -> dict[str, str]:
    slack = LINE_MM * SCALE_LIMIT
    return {
        "length": f"{LINE_MM:.0f}",
        "least": f"{LINE_MM - slack:.0f}",
        "most": f"{LINE_MM + slack:.0f}",
        "inset": f"{FIDUCIAL_INSET_MM:.0f}",
        "least_inset": f"{FIDUCIAL_INSET_MM - OFFSET_LIMIT_MM:.0f}",
        "most_inset": f"{FIDUCIAL_INSET_MM + OFFSET_LIMIT_MM:.0f}",
    }


def _draw_lines(
    canvas: Canvas, sheet: Sheet, text: str, y_mm: float, width_mm: float, size_pt: float
) -> float:
    """Text in lines, the first one's baseline at `y_mm`; returns where the next line would stand."""
    canvas.setFont(REGULAR, size_pt)
    for line in simpleSplit(text, REGULAR, size_pt, width_mm * mm):
        canvas.drawString(_SIDE_MM * mm, (sheet.height_mm - y_mm) * mm, line)
        y_mm += size_pt * 1.35 / mm
    return y_mm


def _draw_across(canvas: Canvas, sheet: Sheet, x_mm: float, y_mm: float) -> None:
    canvas.saveState()
    canvas.translate(x_mm * mm, (sheet.height_mm - y_mm) * mm)
    _draw_ruler(canvas)
    canvas.restoreState()


def _draw_down(canvas: Canvas, sheet: Sheet, x_mm: float, y_mm: float) -> None:
    canvas.saveState()
    canvas.translate(x_mm * mm, (sheet.height_mm - y_mm) * mm)
    canvas.rotate(-90)
    _draw_ruler(canvas)
    canvas.restoreState()


def _draw_ruler(canvas: Canvas) -> None:
    """From the origin to the right: the line, a tick every millimetre, its two ends long and thick."""
    canvas.setLineWidth(0.15 * mm)
    for step in range(int(LINE_MM) + 1):
        length = next(_TICKS_MM[unit] for unit in (10, 5, 1) if step % unit == 0)
        canvas.line(step * mm, 0, step * mm, -length * mm)
    canvas.setLineWidth(0.3 * mm)
    canvas.line(0, 0, LINE_MM * mm, 0)
    for end in (0.0, LINE_MM):
        canvas.line(end * mm, -4 * mm, end * mm, 5 * mm)
    canvas.setFont(REGULAR, 7)
    for step in range(0, int(LINE_MM) + 1, _STEP_MM):
        canvas.drawCentredString(step * mm, -7 * mm, str(step))
    canvas.setFont(BOLD, 10)
    canvas.drawCentredString(LINE_MM / 2 * mm, 1.6 * mm, f"{LINE_MM:.0f} mm")
