"""The right of an annotated picture: the ballot's verdict, a card for every finding, and the key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiemphieu.explain_draw import GROUND, INK, PALE, SOFT, Canvas, Colour, Look, Stroke, Type
from kiemphieu.explain_findings import Finding, FindingKind, Weight
from kiemphieu.explain_words import LOOKS, Words, look_of, needs_all_scores
from records.geometry import Rect
from records.reading import BoxState, Certainty, SealState

COLUMN_MM = 96.0
GAP_MM = 5.0

_HEAD, _NAME, _BODY, _SMALL = Type(22, bold=True), Type(11.5, bold=True), Type(10.5), Type(9)
_BADGE, _NUMBER = Type(9.5, bold=True), Type(10, bold=True)
_ALERT: Colour = (176, 24, 28)
_WARNING_GROUND: Colour = (255, 241, 224)
_CARD_GROUNDS = {Weight.REVIEW: (255, 246, 236), Weight.FAULT: (253, 238, 238), Weight.PLAIN: (247, 248, 249)}
_SCRATCH_MM = 270.0
_WIDE = 1.9
"""A crop so much wider than high stands above its text, not beside it."""


@dataclass(frozen=True, slots=True)
class PanelHead:
    """What stands above the cards.

    Attributes:
        verdict: text and its colour; None where nothing was ruled.
        lines: why the ballot is where it is.
        warnings: what a person must know about the picture itself.
        notes: small print.
    """

    title: str
    page: str
    subtitle: str
    verdict: tuple[str, Colour] | None
    lines: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A drawn card, RGB uint8."""

    pixels: NDArray[np.uint8]
    height_mm: float


def draw_head(canvas: Canvas, x_mm: float, y_mm: float, width_mm: float, head: PanelHead) -> float:
    """Draws the head; returns where the cards may begin."""
    canvas.text(x_mm, y_mm, head.title, _HEAD)
    page_x = x_mm + width_mm - _NAME.width_mm(head.page)
    canvas.text(page_x, y_mm + _HEAD.line_mm - _NAME.line_mm, head.page, _NAME, SOFT)
    y_mm += _HEAD.line_mm + 0.5
    y_mm = canvas.paragraph(x_mm, y_mm, head.subtitle, _BODY, width_mm, SOFT) + 1.2
    if head.verdict is not None:
        canvas.badge(x_mm, y_mm, head.verdict[0], _NAME, head.verdict[1])
        y_mm += _NAME.line_mm + 1.8
    for line in head.lines:
        y_mm = canvas.paragraph(x_mm, y_mm, line, _BODY, width_mm)
    for warning in head.warnings:
        y_mm = _draw_warning(canvas, x_mm, y_mm + 1.5, width_mm, warning)
    for note in head.notes:
        y_mm = canvas.paragraph(x_mm, y_mm + 0.6, note, _SMALL, width_mm, SOFT)
    return y_mm + 2.5


def _draw_warning(canvas: Canvas, x_mm: float, y_mm: float, width_mm: float, text: str) -> float:
    scratch = Canvas(1.0, 1.0)
    height = scratch.paragraph(0, 0, text, _BODY, width_mm - 6) + 2.5
    box = Rect(x_mm, y_mm, width_mm, height)
    canvas.fill(box, _WARNING_GROUND)
    canvas.frame(box, Look(_ALERT, Stroke.SOLID), 0.4)
    canvas.paragraph(x_mm + 3, y_mm + 1.2, text, _BODY, width_mm - 6, _ALERT)
    return y_mm + height + 0.5


def draw_card(finding: Finding, crop: NDArray[np.uint8], words: Words) -> Card:
    """A finding with its crop, its state and why, and its scores in words and numbers."""
    look = look_of(finding)
    canvas = Canvas(COLUMN_MM, _SCRATCH_MM, _CARD_GROUNDS[finding.weight])
    plain = not needs_all_scores(finding)
    wide = finding.place.width_mm > _WIDE * finding.place.height_mm
    x, y, width = 3.5, 1.5, COLUMN_MM - 5.0
    if wide:
        height = _draw_crop(canvas, finding, crop, Rect(x, y, width, 18.0 if plain else 30.0))
        y += height + 1.5
        bottom = y
    else:
        side = 16.5 if plain else 30.0
        bottom = y + _draw_crop(canvas, finding, crop, Rect(x, y, side, side))
        x, width = x + side + 2.5, width - side - 2.5
    y = _draw_words(canvas, finding, words, Rect(x, y, width, 0.0))
    if not plain:  # all the scores need the card's whole width
        x, y, width = 3.5, max(y, bottom) + 1.5, COLUMN_MM - 5.0
    y = _draw_scores(canvas, words.scores(finding), Rect(x, y, width, 0.0))
    height = max(y, bottom) + 1.5
    canvas.fill(Rect(0.0, 0.0, 1.4, height), look.colour)
    canvas.frame(Rect(0.0, 0.0, COLUMN_MM - 0.13, height - 0.13), Look(PALE, Stroke.FINE))
    pixels = np.asarray(canvas.image)[: round(height * canvas.image.height / _SCRATCH_MM)]
    return Card(pixels, height)


def _draw_crop(canvas: Canvas, finding: Finding, crop: NDArray[np.uint8], room: Rect) -> float:
    """The crop as large as it goes into `room`, with its frames; returns its height."""
    scale = min(room.width_mm / finding.place.width_mm, room.height_mm / finding.place.height_mm)
    place = Rect(room.x_mm, room.y_mm, finding.place.width_mm * scale, finding.place.height_mm * scale)
    canvas.paste(crop, place)
    if finding.evidence is not None:
        ink = finding.evidence.inflated(0.3)
        shown = Rect(
            place.x_mm + (ink.x_mm - finding.place.x_mm) * scale,
            place.y_mm + (ink.y_mm - finding.place.y_mm) * scale,
            ink.width_mm * scale,
            ink.height_mm * scale,
        )
        canvas.frame(shown, Look(look_of(finding).colour, Stroke.DOTTED))
    canvas.frame(place, Look(PALE, Stroke.FINE))
    return place.height_mm


def _draw_words(canvas: Canvas, finding: Finding, words: Words, room: Rect) -> float:
    colour = look_of(finding).colour
    x, y = room.x_mm, room.y_mm
    canvas.number(x + 2.6, y + 2.7, finding.number, _NUMBER, colour)
    indent = 6.4
    y = canvas.paragraph(x + indent, y + 0.2, words.title(finding), _NAME, room.width_mm - indent) + 0.6
    canvas.badge(x, y, words.state(finding), _BADGE, colour)
    outcome = words.outcome(finding)
    if outcome:
        strong = Type(_BODY.size_pt, bold=finding.weight is not Weight.PLAIN)
        badge_mm = _BADGE.width_mm(words.state(finding)) + 3.2
        tint = INK if finding.weight is Weight.PLAIN else _ALERT
        if strong.width_mm(outcome) <= room.width_mm - badge_mm:
            canvas.text(x + badge_mm, y + 0.1, outcome, strong, tint)
            y += _BADGE.line_mm + 1.0
        else:
            y = canvas.paragraph(x, y + _BADGE.line_mm + 1.0, outcome, strong, room.width_mm, tint) + 0.3
    else:
        y += _BADGE.line_mm + 1.0
    if finding.state is not BoxState.CROSS:
        y = canvas.paragraph(x, y, words.why(finding), _BODY, room.width_mm) + 0.6
    return y


def _draw_scores(canvas: Canvas, scores: Sequence[tuple[str, str]], room: Rect) -> float:
    """Names and values in two columns, read downwards."""
    half = (len(scores) + 1) // 2
    column_mm = room.width_mm / 2 - 1.5
    for index, (name, value) in enumerate(scores):
        x = room.x_mm + (index // half) * (column_mm + 1.5)
        y = room.y_mm + (index % half) * _SMALL.line_mm
        value_x = x + column_mm - _SMALL.width_mm(value)
        canvas.text(x, y, _fitting(name, value_x - x - 1.0), _SMALL, SOFT)
        canvas.text(value_x, y, value, _SMALL)
    return room.y_mm + half * _SMALL.line_mm


def _fitting(text: str, width_mm: float) -> str:
    if _SMALL.width_mm(text) <= width_mm:
        return text
    while text and _SMALL.width_mm(text + "…") > width_mm:
        text = text[:-1]
    return text.rstrip() + "…"


_LEGEND: tuple[tuple[FindingKind, BoxState | Certainty | SealState], ...] = (
    (FindingKind.BOX, BoxState.CROSS),
    (FindingKind.BOX, BoxState.OTHER),
    (FindingKind.BOX, BoxState.CORRECTED),
    (FindingKind.BOX, BoxState.UNCLEAR),
    (FindingKind.BOX, BoxState.EMPTY),
    (FindingKind.STRIKE, Certainty.CERTAIN),
    (FindingKind.STRIKE, Certainty.DOUBTFUL),
    (FindingKind.WRITING, Certainty.CERTAIN),
    (FindingKind.WRITING, Certainty.DOUBTFUL),
    (FindingKind.SEAL, SealState.PRESENT),
)
_LEGEND_CELL_MM, _LEGEND_ROW_MM = 32.5, 6.6


def legend_height_mm(width_mm: float) -> float:
    per_row = max(1, int(width_mm // _LEGEND_CELL_MM))
    return -(-(len(_LEGEND) + 1) // per_row) * _LEGEND_ROW_MM + 2.0


def draw_legend(canvas: Canvas, x_mm: float, y_mm: float, width_mm: float, words: Words) -> None:
    """What each frame means."""
    canvas.line((x_mm, y_mm), (x_mm + width_mm, y_mm), PALE)
    entries = [
        (LOOKS[kind, state], words.text(f"explain_legend_{kind.value}_{state.value}"))
        for kind, state in _LEGEND
    ]
    entries.append((Look(SOFT, Stroke.DOTTED), words.text("explain_legend_ink")))
    per_row = max(1, int(width_mm // _LEGEND_CELL_MM))
    cell_mm = width_mm / per_row
    for index, (look, text) in enumerate(entries):
        x = x_mm + (index % per_row) * cell_mm
        y = y_mm + 2.0 + (index // per_row) * _LEGEND_ROW_MM
        canvas.fill(Rect(x, y, 5.4, 4.6), GROUND)
        canvas.frame(Rect(x + 0.7, y + 0.7, 4.0, 3.2), look, 0.5)
        canvas.text(x + 6.4, y + 0.3, text, _SMALL)
