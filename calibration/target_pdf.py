"""The target as a PDF: one page, vectors only, equal bytes for equal input."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ballot_layout.codes import code_modules, code_runs
from ballot_layout.fonts import bundled_fonts
from calibration.target import (
    BOX_LINE_MM,
    DOT_MM,
    PITCH_MM,
    SCALE_MM,
    SCALE_TICK_MM,
    ReferenceMark,
    ScaleBar,
    Target,
    TestLine,
)
from records.geometry import Rect

_FONT = "KpTarget"
_TITLE_PT, _TEXT_PT, _SMALL_PT = 11.0, 9.0, 5.0
_CROSS_INSET_MM = 1.2


@cache
def _register_font() -> None:
    pdfmetrics.registerFont(TTFont(_FONT, io.BytesIO(bundled_fonts().regular)))


def write_target_pdf(target: Target, texts: Sequence[str]) -> bytes:
    """The target, ready to print.

    Args:
        target: from `make_target`.
        texts: up to three lines for its head, the title first: it must say that it is to be printed at
            100 %.
    """
    _register_font()
    buffer = io.BytesIO()
    size = target.width_mm * mm, target.height_mm * mm
    canvas = Canvas(buffer, pagesize=size, invariant=1, pageCompression=1)
    canvas.setTitle(texts[0] if texts else target.code_text)
    canvas.setProducer("kiemphieu")
    # No scaling: what is 100 mm long here is so on paper.
    canvas.setViewerPreference("PrintScaling", "None")
    canvas.translate(0, size[1])
    canvas.scale(mm, -mm)
    _draw(canvas, target)
    _draw_texts(canvas, target, texts)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Canvas, target: Target) -> None:
    for rect in target.fiducials:
        _fill(canvas, rect)
    _draw_code(canvas, target)
    for x, y in target.dots:
        canvas.circle(x, y, DOT_MM / 2, stroke=0, fill=1)
    for grey in target.greys:
        canvas.setFillGray(1 - grey.percent / 100)
        _fill(canvas, grey.rect)
        canvas.setFillGray(0)
        _number(canvas, grey.rect.centre_mm[0], grey.rect.bottom_mm + 2.3, str(grey.percent))
    for colour in target.colours:
        canvas.setFillColorRGB(*(part / 255 for part in colour.rgb))
        _fill(canvas, colour.rect)
    canvas.setFillGray(0)
    for square in target.squares:
        path = canvas.beginPath()
        first, *others = square.corners()
        path.moveTo(*first)
        for corner in others:
            path.lineTo(*corner)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    for line in target.lines:
        _draw_test_line(canvas, line)
    for mark in target.marks:
        _draw_mark(canvas, mark)
    for scale in target.scales:
        _draw_scale(canvas, scale)


def _fill(canvas: Canvas, rect: Rect) -> None:
    canvas.rect(rect.x_mm, rect.y_mm, rect.width_mm, rect.height_mm, stroke=0, fill=1)


def _draw_code(canvas: Canvas, target: Target) -> None:
    """All dark modules as one path: filled one by one they would leave hairline seams."""
    module = target.code.width_mm / code_modules(len(target.code_text))
    path = canvas.beginPath()
    for column, row, length in code_runs(target.code_text):
        left, top = target.code.x_mm + column * module, target.code.y_mm + row * module
        path.rect(left, top, length * module, module)
    canvas.drawPath(path, stroke=0, fill=1)


def _draw_test_line(canvas: Canvas, line: TestLine) -> None:
    """As a stroke: renderers widen filled rectangles to whole pixels, strokes they do not."""
    rect = line.rect
    middle_x, middle_y = rect.centre_mm
    canvas.setStrokeGray(0)
    canvas.setLineWidth(line.width_mm)
    if line.standing:
        canvas.line(middle_x, rect.y_mm, middle_x, rect.bottom_mm)
    else:
        canvas.line(rect.x_mm, middle_y, rect.right_mm, middle_y)


def _draw_mark(canvas: Canvas, mark: ReferenceMark) -> None:
    box = mark.box
    canvas.setStrokeGray(0)
    canvas.setLineWidth(BOX_LINE_MM)
    canvas.rect(box.x_mm, box.y_mm, box.width_mm, box.height_mm, stroke=1, fill=0)
    canvas.setStrokeGray(1 - mark.percent / 100)
    canvas.setLineWidth(mark.line_mm)
    inner = box.inflated(-_CROSS_INSET_MM)
    canvas.line(inner.x_mm, inner.y_mm, inner.right_mm, inner.bottom_mm)
    canvas.line(inner.x_mm, inner.bottom_mm, inner.right_mm, inner.y_mm)


def _draw_scale(canvas: Canvas, scale: ScaleBar) -> None:
    """A tick every millimetre, a longer one every five, a number every ten."""
    canvas.setStrokeGray(0)
    canvas.setLineWidth(SCALE_TICK_MM)
    for step in range(SCALE_MM + 1):
        length = 2.4 if step % 10 == 0 else 1.8 if step % 5 == 0 else 1.2
        x, y = (scale.x_mm, scale.y_mm + step) if scale.standing else (scale.x_mm + step, scale.y_mm)
        end = (x - length, y) if scale.standing else (x, y - length)
        canvas.line(x, y, *end)
        if step % int(PITCH_MM) == 0:
            at = (x + 2.2, y + 0.6) if scale.standing else (x, y + 2.2)
            _number(canvas, *at, f"{step}" if step < SCALE_MM or scale.standing else f"{step} mm")


def _number(canvas: Canvas, x_mm: float, baseline_mm: float, text: str, size: float = _SMALL_PT) -> None:
    canvas.saveState()
    canvas.translate(x_mm, baseline_mm)
    canvas.scale(1 / mm, -1 / mm)
    canvas.setFont(_FONT, size)
    canvas.drawCentredString(0, 0, text)
    canvas.restoreState()


def _draw_texts(canvas: Canvas, target: Target, texts: Sequence[str]) -> None:
    for index, ((x, baseline, width), text) in enumerate(zip(target.text_lines, texts, strict=False)):
        size = _TITLE_PT if index == 0 else _TEXT_PT
        full = pdfmetrics.stringWidth(text, _FONT, size)
        canvas.saveState()
        canvas.translate(x, baseline)
        canvas.scale(1 / mm, -1 / mm)
        canvas.setFont(_FONT, size * min(1.0, width * mm / full))
        canvas.drawString(0, 0, text)
        canvas.restoreState()
