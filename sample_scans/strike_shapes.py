"""Lines through, under and beside printed names, in page millimetres."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from records.geometry import Rect
from sample_scans.mark_shapes import zigzag
from sample_scans.strokes import Strokes, Writer, bowed, frozen, hooked, moved, smooth, turned, wobbled


class StrikeKind(StrEnum):
    SINGLE = "single"
    DOUBLE = "double"
    WAVE = "wave"
    ZIGZAG = "zigzag"
    SCRIBBLE = "scribble"
    DIAGONAL = "diagonal"
    CROSSED = "crossed"
    DIAGONAL_ROWS = "diagonal_rows"
    """One line across the names of up to three rows."""
    HALF = "half"
    POSITION_ONLY = "position_only"
    UNDERLINE = "underline"
    BRACKET = "bracket"
    TICK_BESIDE = "tick_beside"
    LARGE_CROSS = "large_cross"
    """The end of a large X's stroke reaches the row's words."""


STRIKES_A_NAME = frozenset(
    {
        StrikeKind.SINGLE,
        StrikeKind.DOUBLE,
        StrikeKind.WAVE,
        StrikeKind.ZIGZAG,
        StrikeKind.SCRIBBLE,
        StrikeKind.DIAGONAL,
        StrikeKind.CROSSED,
        StrikeKind.DIAGONAL_ROWS,
    }
)
"""Kinds everyone calls a struck name."""

FOR_A_PERSON = frozenset({StrikeKind.HALF, StrikeKind.POSITION_ONLY})
"""Strikes that a committee must look at."""


def draw_strike(kind: StrikeKind, text: Rect, writer: Writer, rng: np.random.Generator) -> Strokes:
    """Ink of one `kind` for the printed text in `text` (millimetres, one to three lines of type)."""
    left, right = text.x_mm - rng.uniform(-0.5, 2.0), text.right_mm + rng.uniform(-2.0, 2.0)
    drawn = _through(kind, left, right, text, rng) if kind in STRIKES_A_NAME else None
    if drawn is None:
        drawn = _beside(kind, left, right, text, rng)
    return wobbled(drawn, 0.08 + writer.wobble * 6, rng, period=3.0)


def _line(left: float, right: float, y: float, rng: np.random.Generator) -> Strokes:
    tilt = (right - left) * rng.normal(0.0, 0.012)
    return (bowed((left, y - tilt), (right, y + tilt), float(rng.normal(0.0, 0.008))),)


def _through(kind: StrikeKind, left: float, right: float, text: Rect, rng: np.random.Generator) -> Strokes:
    top, bottom, centre = text.y_mm, text.bottom_mm, text.centre_mm[1]
    gap = min(0.9, text.height_mm / 5)
    if kind is StrikeKind.DOUBLE:
        return *_line(left, right, centre - gap, rng), *_line(left, right, centre + gap, rng)
    if kind is StrikeKind.WAVE:
        x = np.arange(left, right, 2.0)
        return (smooth(np.column_stack([x, centre + 1.1 * np.sin(x * 1.6) + rng.normal(0, 0.2, len(x))])),)
    if kind is StrikeKind.ZIGZAG:
        x = np.arange(left, right, 1.8)
        y = centre + np.where(np.arange(len(x)) % 2 == 0, -1.4, 1.4) + rng.normal(0, 0.25, len(x))
        return (frozen(np.column_stack([x, y])),)
    if kind is StrikeKind.SCRIBBLE:
        run = zigzag(2.8, right - left, max(8, int((right - left) / 0.9)), rng)
        return moved(turned((run,), -np.pi / 2), 1.0, ((left + right) / 2, centre))
    if kind in (StrikeKind.DIAGONAL, StrikeKind.DIAGONAL_ROWS):
        return (bowed((left, bottom), (right, top), 0.02),)
    if kind is StrikeKind.CROSSED:
        return bowed((left, bottom), (right, top), 0.02), bowed((left, top), (right, bottom), 0.02)
    return _line(left, right, centre, rng)


def _beside(kind: StrikeKind, left: float, right: float, text: Rect, rng: np.random.Generator) -> Strokes:
    centre = text.centre_mm[1]
    if kind is StrikeKind.HALF:
        return _line(left, left + (right - left) * rng.uniform(0.4, 0.55), centre, rng)
    if kind is StrikeKind.UNDERLINE:
        return _line(left, right, text.bottom_mm + rng.uniform(0.3, 0.7), rng)
    if kind is StrikeKind.BRACKET:
        x = text.x_mm - 1.5
        return (
            smooth(
                [(x + 1, text.y_mm - 0.5), (x, text.y_mm), (x, text.bottom_mm), (x + 1, text.bottom_mm + 0.5)]
            ),
        )
    if kind is StrikeKind.TICK_BESIDE:
        x = text.right_mm + 1.0
        stroke = np.concatenate(
            [
                bowed((x, centre), (x + 1.2, centre + 1.5), 0.0)[:-1],
                bowed((x + 1.2, centre + 1.5), (x + 3.6, centre - 2), 0.04),
            ]
        )
        return (frozen(stroke),)
    if kind is StrikeKind.LARGE_CROSS:
        tip = (text.right_mm - rng.uniform(0.0, 3.0), centre + rng.uniform(-1.5, 1.5))
        reach = (
            text.right_mm + rng.uniform(12.0, 20.0),
            centre + rng.choice((-1.0, 1.0)) * rng.uniform(5, 8),
        )
        return (bowed(tip, reach, float(rng.normal(0.0, 0.02))),)
    return (hooked(_line(left, right, centre + text.height_mm / 4, rng)[0], 1.0, rng),)
