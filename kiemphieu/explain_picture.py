"""The left of an annotated picture: the page as scanned, upright, with everything found drawn over it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from kiemphieu.explain_draw import PALE, PX_PER_MM, SOFT, Canvas, Look, Stroke, Type
from kiemphieu.explain_findings import Finding, FindingKind
from kiemphieu.explain_page import LaidScan, Pixels, as_rgb
from kiemphieu.explain_words import LOOKS, Words, look_of
from records.geometry import Rect
from records.reading import BoxReading, BoxState, PageReading

_BOX_GAP_MM = 0.9
_TAG = Type(8.5, bold=True)
_SMALL_TAG = Type(7.5)
_NUMBER = Type(8.5, bold=True)
_FADE = 0.8
"""How much of the scan's contrast stays, so that what is drawn over it stands out."""


class _Placed:
    """From page millimetres to millimetres of the picture."""

    def __init__(self, frame: Rect, page_width_mm: float) -> None:
        self._frame = frame
        self._scale = frame.width_mm / page_width_mm

    def rect(self, rect: Rect) -> Rect:
        return Rect(
            self._frame.x_mm + rect.x_mm * self._scale,
            self._frame.y_mm + rect.y_mm * self._scale,
            rect.width_mm * self._scale,
            rect.height_mm * self._scale,
        )


def page_frame(width_mm: float, height_mm: float, margin_mm: float, canvas_height_mm: float) -> Rect:
    """Where a page of that size goes: as high as the canvas allows."""
    height = canvas_height_mm - 2 * margin_mm
    return Rect(margin_mm, margin_mm, width_mm * height / height_mm, height)


def draw_page(
    canvas: Canvas,
    frame: Rect,
    scan: LaidScan,
    reading: PageReading,
    findings: Sequence[Finding],
    words: Words,
) -> None:
    """The scan within `frame`, with every box, strike, writing and the stamp outlined and labelled."""
    layout = scan.layout
    whole = Rect(0.0, 0.0, layout.width_mm, layout.height_mm)
    px_per_mm = frame.width_mm / layout.width_mm * PX_PER_MM
    canvas.paste(_faded(scan.crop(whole, px_per_mm)), frame)
    canvas.frame(frame.inflated(0.2), Look(PALE, Stroke.FINE))
    placed = _Placed(frame, layout.width_mm)
    by_name = {finding.name: finding for finding in findings}
    for finding in findings:
        if finding.kind is not FindingKind.BOX:
            _draw_finding(canvas, placed, finding, words)
    below = _room_below_mm([placed.rect(place.rect) for place in scan.page.boxes]) >= _TAG.line_mm + 0.6
    for box, place in zip(reading.boxes, scan.page.boxes, strict=True):
        finding_of_box = by_name.get(f"{box.official}-{box.level}")
        _draw_box(canvas, placed.rect(place.rect), box, finding_of_box)
        _label_box(canvas, placed.rect(place.rect), box, words, below)
        if box.evidence is not None:
            colour = LOOKS[FindingKind.BOX, box.state].colour
            canvas.frame(placed.rect(box.evidence.inflated(0.3)), Look(colour, Stroke.DOTTED))


def draw_raw_page(canvas: Canvas, frame: Rect, pixels: Pixels) -> None:
    """A scan that no form fits, as it came, as large as it goes into `frame`."""
    picture = as_rgb(pixels)
    scale = min(frame.width_mm / picture.shape[1], frame.height_mm / picture.shape[0])
    place = Rect(frame.x_mm, frame.y_mm, picture.shape[1] * scale, picture.shape[0] * scale)
    canvas.paste(picture, place)
    canvas.frame(place.inflated(0.2), Look(PALE, Stroke.FINE))


def _faded(pixels: Pixels) -> Pixels:
    return np.asarray(255 - (255 - pixels.astype(np.float32)) * _FADE).astype(np.uint8)


def _room_below_mm(boxes: Sequence[Rect]) -> float:
    """Height between the outlines of one line and the next."""
    tops = sorted({round(box.y_mm, 1) for box in boxes})
    pitches = [after - before for before, after in pairwise(tops)]
    return min(pitches, default=99.0) - max(box.height_mm for box in boxes) - 2 * _BOX_GAP_MM


def _draw_box(canvas: Canvas, rect: Rect, box: BoxReading, finding: Finding | None) -> None:
    look = LOOKS[FindingKind.BOX, box.state]
    outline = rect.inflated(_BOX_GAP_MM)
    canvas.frame(outline, look, 0.6)
    if finding is not None:
        canvas.number(outline.x_mm, outline.y_mm, finding.number, _NUMBER, look.colour)


def _label_box(canvas: Canvas, rect: Rect, box: BoxReading, words: Words, below: bool) -> None:
    """The box's state in words, under the box where the lines stand wide enough, else beside it."""
    outline = rect.inflated(_BOX_GAP_MM)
    text = words.text(f"explain_tag_{box.state.value}")
    kind = _SMALL_TAG if box.state is BoxState.EMPTY else _TAG
    padding = 0.0 if box.state is BoxState.EMPTY else 1.6
    if below:
        x, y = rect.centre_mm[0] - (kind.width_mm(text) + padding) / 2, outline.bottom_mm + 0.3
    else:
        x, y = outline.right_mm + 0.7, rect.centre_mm[1] - kind.line_mm / 2
    if box.state is BoxState.EMPTY:
        canvas.text(x, y, text, kind, SOFT)
    else:
        canvas.badge(x, y, text, kind, LOOKS[FindingKind.BOX, box.state].colour)


def _draw_finding(canvas: Canvas, placed: _Placed, finding: Finding, words: Words) -> None:
    look = look_of(finding)
    shown = finding.evidence or finding.target
    if shown is None:
        return
    rect = placed.rect(shown).inflated(0.8)
    if finding.kind is FindingKind.STRIKE:  # a frame around the stroke alone would hide the letters
        rect = Rect(rect.x_mm, rect.y_mm - 1.8, rect.width_mm, rect.height_mm + 3.6)
    canvas.frame(rect, look, 0.6)
    top = max(0.5, rect.y_mm - _TAG.line_mm - 0.6)
    if finding.kind is FindingKind.SEAL:  # the heading stands above it
        top = rect.bottom_mm + 0.4
    tag = words.text(f"explain_tag_{finding.kind.value}_{finding.state.value}")
    canvas.badge(rect.x_mm + 1.2, top, tag, _TAG, look.colour)
    canvas.number(rect.x_mm - 1.4, rect.y_mm - 1.4, finding.number, _NUMBER, look.colour)
