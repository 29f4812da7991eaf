"""Drawing for people in millimetres: type, frames of several line styles, badges."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ballot_layout.fonts import PT_TO_MM, bundled_fonts
from records.geometry import Rect

PX_PER_MM = 8.0
"""Of the finished picture: 203 dpi on A3, 287 dpi where it is printed on A4."""

Colour = tuple[int, int, int]
INK: Colour = (25, 25, 28)
SOFT: Colour = (95, 95, 102)
PALE: Colour = (205, 205, 210)
GROUND: Colour = (255, 255, 255)


class Stroke(StrEnum):
    """How a frame is drawn: without colour they still differ."""

    FINE = "fine"
    SOLID = "solid"
    DOUBLE = "double"
    DASHED = "dashed"
    DOTTED = "dotted"
    CUT = "cut"
    """A solid frame with its corners cut off."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colour and line of one kind of finding."""

    colour: Colour
    stroke: Stroke


@lru_cache(maxsize=64)
def _face(size_px: int, bold: bool) -> ImageFont.FreeTypeFont:
    fonts = bundled_fonts()
    data = fonts.bold if bold else fonts.regular
    return ImageFont.truetype(io.BytesIO(data), size_px, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True, slots=True)
class Type:
    """A size and weight of type."""

    size_pt: float
    bold: bool = False

    @property
    def face(self) -> ImageFont.FreeTypeFont:
        return _face(round(self.size_pt * PT_TO_MM * PX_PER_MM), self.bold)

    @property
    def line_mm(self) -> float:
        return self.size_pt * PT_TO_MM * 1.25

    def width_mm(self, text: str) -> float:
        return self.face.getlength(text) / PX_PER_MM


def wrapped(text: str, kind: Type, width_mm: float) -> tuple[str, ...]:
    """The lines of `text`; a word wider than a line is broken."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        candidate = f"{current} {word}".strip()
        if kind.width_mm(candidate) <= width_mm:
            current = candidate
            continue
        if current:
            lines.append(current)
        *whole, current = _pieces(word, kind, width_mm)
        lines += whole
    return (*lines, current) if current else tuple(lines)


def _pieces(word: str, kind: Type, width_mm: float) -> Iterator[str]:
    piece = ""
    for letter in word:
        if piece and kind.width_mm(piece + letter) > width_mm:
            yield piece
            piece = ""
        piece += letter
    yield piece


class Canvas:
    """An RGB picture that is drawn on in millimetres from its top left corner."""

    def __init__(self, width_mm: float, height_mm: float, ground: Colour = GROUND) -> None:
        size = round(width_mm * PX_PER_MM), round(height_mm * PX_PER_MM)
        self.image = Image.new("RGB", size, ground)
        self._draw = ImageDraw.Draw(self.image)

    def text(self, x_mm: float, y_mm: float, text: str, kind: Type, colour: Colour = INK) -> None:
        """One line; `y_mm` is its top."""
        place = (x_mm * PX_PER_MM, (y_mm + kind.line_mm * 0.78) * PX_PER_MM)
        self._draw.text(place, text, font=kind.face, fill=colour, anchor="ls")

    def paragraph(
        self, x_mm: float, y_mm: float, text: str, kind: Type, width_mm: float, colour: Colour = INK
    ) -> float:
        """Lines of at most `width_mm`; returns where the next line would begin."""
        for line in wrapped(text, kind, width_mm):
            self.text(x_mm, y_mm, line, kind, colour)
            y_mm += kind.line_mm
        return y_mm

    def fill(self, rect: Rect, colour: Colour, radius_mm: float = 0.0) -> None:
        self._draw.rounded_rectangle(_corners(rect), radius=radius_mm * PX_PER_MM, fill=colour)

    def line(self, start_mm: tuple[float, float], end_mm: tuple[float, float], colour: Colour) -> None:
        self._draw.line((*_point(*start_mm), *_point(*end_mm)), fill=colour, width=2)

    def paste(self, pixels: NDArray[np.uint8], rect: Rect) -> None:
        """An RGB picture stretched over `rect`."""
        left, top, right, bottom = _corners(rect)
        size = max(1, round(right - left)), max(1, round(bottom - top))
        picture = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
        self.image.paste(picture, (round(left), round(top)))

    def badge(self, x_mm: float, y_mm: float, text: str, kind: Type, colour: Colour) -> float:
        """White words on a coloured ground; returns the badge's right edge."""
        width, height = kind.width_mm(text) + 1.6, kind.line_mm + 0.3
        self.fill(Rect(x_mm, y_mm, width, height), colour, 0.8)
        self.text(x_mm + 0.8, y_mm + 0.1, text, kind, GROUND)
        return x_mm + width

    def number(self, x_mm: float, y_mm: float, number: int, kind: Type, colour: Colour) -> None:
        """A number in a disc around the point."""
        radius = kind.line_mm * (0.62 if number < 100 else 0.8)
        box = Rect(x_mm - radius, y_mm - radius, 2 * radius, 2 * radius)
        self._draw.ellipse(_corners(box.inflated(0.25)), fill=GROUND)
        self._draw.ellipse(_corners(box), fill=colour)
        self._draw.text(_point(x_mm, y_mm), str(number), font=kind.face, fill=GROUND, anchor="mm")

    def frame(self, rect: Rect, look: Look, width_mm: float = 0.5) -> None:
        """The outline of `rect` in the line style of `look`."""
        width = max(1, round(width_mm * PX_PER_MM))
        match look.stroke:
            case Stroke.FINE:
                self._draw.rectangle(_corners(rect), outline=look.colour, width=2)
            case Stroke.SOLID:
                self._draw.rectangle(_corners(rect), outline=look.colour, width=width)
            case Stroke.DOUBLE:
                thin = max(2, width // 2)
                self._draw.rectangle(_corners(rect), outline=look.colour, width=thin)
                self._draw.rectangle(_corners(rect.inflated(width_mm * 1.3)), outline=look.colour, width=thin)
            case Stroke.DASHED:
                self._broken(rect, look.colour, width, 1.6, 0.9)
            case Stroke.DOTTED:
                self._broken(rect, look.colour, max(2, round(0.25 * PX_PER_MM)), 0.4, 0.45)
            case Stroke.CUT:
                self._cut(rect, look.colour, width)

    def _cut(self, rect: Rect, colour: Colour, width: int) -> None:
        left, top, right, bottom = _corners(rect)
        cut = min(2.0 * PX_PER_MM, (right - left) / 3, (bottom - top) / 3)
        ring = (
            (left + cut, top),
            (right - cut, top),
            (right, top + cut),
            (right, bottom - cut),
            (right - cut, bottom),
            (left + cut, bottom),
            (left, bottom - cut),
            (left, top + cut),
        )
        for start, end in zip(ring, (*ring[1:], ring[0]), strict=True):
            self._draw.line((*start, *end), fill=colour, width=width)

    def _broken(self, rect: Rect, colour: Colour, width: int, dash_mm: float, gap_mm: float) -> None:
        left, top, right, bottom = _corners(rect)
        sides = (
            ((left, top), (right, top)),
            ((right, top), (right, bottom)),
            ((right, bottom), (left, bottom)),
            ((left, bottom), (left, top)),
        )
        for start, end in sides:
            for a, b in _dashes(start, end, dash_mm * PX_PER_MM, gap_mm * PX_PER_MM):
                self._draw.line((*a, *b), fill=colour, width=width)


Point = tuple[float, float]


def _dashes(start: Point, end: Point, dash: float, gap: float) -> Iterator[tuple[Point, Point]]:
    """Whole dashes with even gaps, one at either end."""
    length = abs(end[0] - start[0]) + abs(end[1] - start[1])
    if length <= dash:
        yield start, end
        return
    count = max(1, round((length - dash) / (dash + gap)))
    for index in range(count + 1):
        first = index * (length - dash) / count / length
        last = first + dash / length
        yield _between(start, end, first), _between(start, end, last)


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _corners(rect: Rect) -> tuple[float, float, float, float]:
    return (
        rect.x_mm * PX_PER_MM,
        rect.y_mm * PX_PER_MM,
        rect.right_mm * PX_PER_MM,
        rect.bottom_mm * PX_PER_MM,
    )


def _point(x_mm: float, y_mm: float) -> Point:
    return x_mm * PX_PER_MM, y_mm * PX_PER_MM
