"""Pens on paper: width, ink, texture, pressure and skips.

A page is a uint8 BGR array of shape (height, width, 3), 255 = white paper; `px_per_mm` is its
resolution. Only the neighbourhood of a stroke is touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from sample_scans.strokes import FloatArray, Writer, bounds

Page = NDArray[np.uint8]

MM_PER_INCH = 25.4
WORKING_DPI = 300
WORKING_PX_PER_MM = WORKING_DPI / MM_PER_INCH
_OVERSAMPLING = 4
_SHIFT = 4
"""Sub-pixel bits of cv2's line drawing."""


class PenKind(StrEnum):
    BALL = "ball"
    GEL = "gel"
    FELT = "felt"
    PENCIL = "pencil"


class InkColour(StrEnum):
    BLACK = "black"
    BLUE = "blue"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Pen:
    """One writing instrument.

    Attributes:
        width_mm: width of a line at medium pressure.
        opacity: share of light a full line takes away, 0 … 1.
        grain: how much the paper's tooth breaks the line up, 0 … 1 (pencil).
        skip: chance per millimetre that a fast line runs dry for a moment (ball pen).
        swell: how much the width follows pressure, 0 … 1.
    """

    kind: PenKind
    colour: InkColour
    width_mm: float
    opacity: float
    grain: float
    skip: float
    swell: float


@dataclass(frozen=True, slots=True)
class Hand:
    """Who holds which pen; `name` goes into the truth."""

    writer: Writer
    pen: Pen
    name: str = ""


_REFLECTANCE_BGR: dict[InkColour, tuple[float, float, float]] = {
    InkColour.BLACK: (0.13, 0.11, 0.11),
    InkColour.BLUE: (0.52, 0.16, 0.12),
    InkColour.RED: (0.18, 0.12, 0.70),
}
_GRAPHITE_BGR = (0.32, 0.31, 0.31)


def make_pen(kind: PenKind, colour: InkColour = InkColour.BLUE, faint: float = 0.0) -> Pen:
    """A usual pen of its kind; `faint` (0 … 1) makes it lighter and thinner, as when running out."""
    width, opacity, grain, skip, swell = {
        PenKind.BALL: (0.38, 0.96, 0.10, 0.02, 0.25),
        PenKind.GEL: (0.50, 0.98, 0.03, 0.0, 0.12),
        PenKind.FELT: (0.95, 0.92, 0.06, 0.0, 0.18),
        PenKind.PENCIL: (0.50, 0.82, 0.42, 0.0, 0.30),
    }[kind]
    return Pen(kind, colour, width * (1 - 0.35 * faint), opacity * (1 - 0.65 * faint), grain, skip, swell)


def random_pen(rng: np.random.Generator) -> Pen:
    """A pen as found at a meeting: mostly blue ball pens."""
    kinds, colours = tuple(PenKind), tuple(InkColour)
    kind = kinds[int(rng.choice(4, p=(0.66, 0.2, 0.06, 0.08)))]
    colour = colours[int(rng.choice(3, p=(0.27, 0.67, 0.06)))]
    pen = make_pen(kind, colour, faint=float(rng.beta(1.2, 6.0)))
    width = float(pen.width_mm * rng.lognormal(0.0, 0.15))
    return Pen(kind, colour, width, pen.opacity, pen.grain, pen.skip, pen.swell)


def draw_strokes(
    page: Page, px_per_mm: float, strokes: Iterable[FloatArray], hand: Hand, rng: np.random.Generator
) -> None:
    """Draws `strokes` (page millimetres) onto `page` in place.

    Ink multiplies the paper's reflectance, so lines darken where they cross and print stays visible.
    """
    for stroke in strokes:
        _draw_stroke(page, px_per_mm, stroke, hand, rng)


def _draw_stroke(
    page: Page, px_per_mm: float, stroke: FloatArray, hand: Hand, rng: np.random.Generator
) -> None:
    pen = hand.pen
    window = _window(page, px_per_mm, stroke, pen.width_mm * 2 + 0.6)
    if window is None:
        return
    top, bottom, left, right = window
    density = _line_density(stroke, px_per_mm, window, hand, rng)
    amount = _textured(density, px_per_mm, hand, rng) * pen.opacity
    colour = _GRAPHITE_BGR if pen.kind is PenKind.PENCIL else _REFLECTANCE_BGR[pen.colour]
    region = page[top:bottom, left:right]
    loss = 1.0 - np.array(colour, dtype=np.float32)
    region[:] = np.rint(region * (1.0 - amount[:, :, None] * loss)).astype(np.uint8)


def _window(
    page: Page, px_per_mm: float, stroke: FloatArray, margin_mm: float
) -> tuple[int, int, int, int] | None:
    left, top, right, bottom = bounds((stroke,))
    x0 = max(0, int((left - margin_mm) * px_per_mm))
    y0 = max(0, int((top - margin_mm) * px_per_mm))
    x1 = min(page.shape[1], int((right + margin_mm) * px_per_mm) + 1)
    y1 = min(page.shape[0], int((bottom + margin_mm) * px_per_mm) + 1)
    return (y0, y1, x0, x1) if x1 > x0 and y1 > y0 else None


def _line_density(
    stroke: FloatArray,
    px_per_mm: float,
    window: tuple[int, int, int, int],
    hand: Hand,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """How much ink lies where, 0 … 1, one stroke, at page resolution."""
    top, bottom, left, right = window
    canvas = np.zeros(((bottom - top) * _OVERSAMPLING, (right - left) * _OVERSAMPLING), dtype=np.uint8)
    scale = px_per_mm * _OVERSAMPLING
    origin = np.array([left, top]) * _OVERSAMPLING
    fixed = np.rint((stroke * scale - origin) * (1 << _SHIFT)).astype(np.int64)
    width, density = _profile(stroke, hand, rng)
    for i in np.argsort(density[1:], kind="stable"):
        thickness = max(1, round(float(width[i + 1] * scale)))
        start, end = fixed[i].tolist(), fixed[i + 1].tolist()
        cv2.line(canvas, start, end, int(255 * density[i + 1]), thickness, cv2.LINE_8, _SHIFT)
    size = (right - left, bottom - top)
    small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 0.045 * px_per_mm)
    return np.asarray(soft, dtype=np.float32) / 255.0


def _profile(stroke: FloatArray, hand: Hand, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Width (mm) and ink density (0 … 1) at each point."""
    pen, writer = hand.pen, hand.writer
    count = len(stroke)
    travel = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(stroke, axis=0), axis=1))])
    knots = rng.normal(0.0, 0.5, max(4, int(travel[-1] / 1.5) + 2))
    pressure = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(knots)), knots)
    to_end = np.minimum(travel, travel[-1] - travel)
    # A pen that only rests on the paper leaves its full dot.
    taper = 1.0 - 0.45 * writer.speed * min(1.0, travel[-1] / 2.0) * np.exp(-to_end / 0.5)
    width = pen.width_mm * (1 + pen.swell * (0.5 * pressure + 0.5 * (writer.pressure - 0.6))) * taper
    light = 0.12 * (1.0 - writer.pressure) + 0.10 * np.abs(pressure) * (pen.kind is not PenKind.GEL)
    density = np.clip(1.0 - light, 0.3, 1.0) * (0.5 + 0.5 * taper)
    dry = rng.random(count) < pen.skip * writer.speed * max(travel[-1] / count, 0.05) * 4
    density[dry] *= 0.35
    return np.clip(width, 0.12, None), density


def _textured(
    density: NDArray[np.float32], px_per_mm: float, hand: Hand, rng: np.random.Generator
) -> NDArray[np.float32]:
    """`density` broken up by the paper's tooth."""
    pen, writer = hand.pen, hand.writer
    if pen.grain <= 0:
        return density
    noise = rng.standard_normal(density.shape, dtype=np.float32)
    noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.07 * px_per_mm), dtype=np.float32)
    noise /= max(1e-6, float(noise.std()))
    lift = 0.45 * (writer.pressure - 0.6) * pen.grain
    gain = 1.0 - pen.grain * np.clip(0.5 - 0.55 * noise, 0.0, 1.4) + lift
    broken: NDArray[np.float32] = np.clip(density * gain, 0.0, 1.0).astype(np.float32)
    return broken
