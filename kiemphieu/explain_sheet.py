"""One annotated picture: the page on the left, the panel on the right."""

from __future__ import annotations

from collections.abc import Sequence

from kiemphieu.explain_draw import GROUND, PX_PER_MM, SOFT, Canvas, Type
from kiemphieu.explain_findings import Finding
from kiemphieu.explain_page import LaidScan, Pixels
from kiemphieu.explain_panel import (
    COLUMN_MM,
    GAP_MM,
    Card,
    PanelHead,
    draw_card,
    draw_head,
    draw_legend,
    legend_height_mm,
)
from kiemphieu.explain_picture import draw_page, draw_raw_page, page_frame
from kiemphieu.explain_words import Words
from records.geometry import Rect
from records.reading import PageReading

HEIGHT_MM = 297.0
"""A3 on its side: page and panel each as large as A4. Printed on A4 its small type has 6 points."""
_MARGIN_MM = 5.0
_CARD_GAP_MM = 1.6
_LEAST_COLUMNS = 2
_A4_MM = 210.0, 297.0


def annotated_page(
    scan: LaidScan,
    reading: PageReading,
    findings: Sequence[Finding],
    crops: Sequence[Pixels],
    head: PanelHead,
    words: Words,
) -> Canvas:
    """The picture of a page that was read; wider where the findings need more room."""
    frame = page_frame(scan.layout.width_mm, scan.layout.height_mm, _MARGIN_MM, HEIGHT_MM)
    cards = [draw_card(finding, crop, words) for finding, crop in zip(findings, crops, strict=True)]
    columns = _LEAST_COLUMNS
    while True:
        panel_mm = columns * COLUMN_MM + (columns - 1) * GAP_MM
        top = draw_head(Canvas(1.0, 1.0), 0.0, _MARGIN_MM, panel_mm, head)
        bottom = HEIGHT_MM - _MARGIN_MM - legend_height_mm(panel_mm)
        placed = _flowed(cards, top, bottom)
        if not placed or placed[-1][0] < columns:
            break
        columns += 1
    left = frame.right_mm + GAP_MM
    canvas = Canvas(left + panel_mm + _MARGIN_MM, HEIGHT_MM, GROUND)
    draw_page(canvas, frame, scan, reading, findings, words)
    draw_head(canvas, left, _MARGIN_MM, panel_mm, head)
    for card, (column, y_mm) in zip(cards, placed, strict=True):
        x_mm = left + column * (COLUMN_MM + GAP_MM)
        canvas.paste(card.pixels, Rect(x_mm, y_mm, COLUMN_MM, len(card.pixels) / PX_PER_MM))
    if not cards:
        canvas.text(left, top, words.text("explain_none"), Type(11), SOFT)
    draw_legend(canvas, left, bottom, panel_mm, words)
    return canvas


def raw_page(pixels: Pixels, head: PanelHead) -> Canvas:
    """The picture of a page that could not be read."""
    frame = page_frame(*_A4_MM, _MARGIN_MM, HEIGHT_MM)
    panel_mm = _LEAST_COLUMNS * COLUMN_MM + GAP_MM
    canvas = Canvas(frame.right_mm + GAP_MM + panel_mm + _MARGIN_MM, HEIGHT_MM, GROUND)
    draw_raw_page(canvas, frame, pixels)
    draw_head(canvas, frame.right_mm + GAP_MM, _MARGIN_MM, panel_mm, head)
    return canvas


def _flowed(cards: Sequence[Card], top_mm: float, bottom_mm: float) -> list[tuple[int, float]]:
    """Column and top of each card, downwards and then to the right."""
    places: list[tuple[int, float]] = []
    column, y = 0, top_mm
    for card in cards:
        if y + card.height_mm > bottom_mm and y > top_mm:
            column, y = column + 1, top_mm
        places.append((column, y))
        y += card.height_mm + _CARD_GAP_MM
    return places
