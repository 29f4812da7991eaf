"""The drawing program of a form: what is printed where, in page millimetres, y down."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ballot_layout.fonts import PT_TO_MM, FontWeight, FormFonts, font_face
from records.codec import to_plain
from records.errors import LayoutError
from records.geometry import Rect

DIGITS = 3
"""Coordinates are whole micrometres, so that layout.json, the hash and the PDF say the same."""


@dataclass(frozen=True, slots=True)
class Text:
    """One line of type, its first glyph's origin at (`x_mm`, `baseline_mm`)."""

    x_mm: float
    baseline_mm: float
    size_pt: float
    weight: FontWeight
    text: str


@dataclass(frozen=True, slots=True)
class SideText:
    """A line of type that runs up the page, its first glyph's origin where `text` has it."""

    text: Text


@dataclass(frozen=True, slots=True)
class Line:
    """A straight black stroke with butt ends."""

    x1_mm: float
    y1_mm: float
    x2_mm: float
    y2_mm: float
    width_mm: float


@dataclass(frozen=True, slots=True)
class Outline:
    """A stroked rectangle; `rect` is the stroke's centre line."""

    rect: Rect
    width_mm: float


@dataclass(frozen=True, slots=True)
class Filled:
    """A solid black rectangle."""

    rect: Rect


@dataclass(frozen=True, slots=True)
class Picture:
    """The form's seal image, filling `rect`."""

    rect: Rect
    sha256: str


Primitive = Text | SideText | Line | Outline | Filled | Picture


def primitive_to_plain(primitive: Primitive) -> list[object]:
    """JSON-ready form for the form's hash: the kind, then the fields."""
    return [type(primitive).__name__.lower(), to_plain(primitive)]


_WORD = re.compile(r"\S+(?: [-–](?=\s|$))?")
"""What a line is broken between; a dash between spaces stays with the word before it."""


class Typesetter:
    """Measures, wraps and places lines of type in one form's fonts."""

    def __init__(self, fonts: FormFonts) -> None:
        """Opens both faces.

        Raises:
            LayoutError: a font cannot be read.
        """
        self._faces = {weight: font_face(fonts.data(weight)) for weight in FontWeight}

    def width_mm(self, text: str, weight: FontWeight, size_pt: float) -> float:
        return self._faces[weight].width_em(text) * size_pt * PT_TO_MM

    def fitted_size_pt(self, text: str, weight: FontWeight, size_pt: float, width_mm: float) -> float:
        """`size_pt`, or the largest smaller size (to 0.1 pt) at which `text` fits into `width_mm`."""
        full = self.width_mm(text, weight, size_pt)
        return size_pt if full <= width_mm else int(size_pt * width_mm / full * 10) / 10

    def ink_rect(self, line: Text) -> Rect:
        """The rectangle of the black of `line`; zero size for blank text."""
        em_mm = line.size_pt * PT_TO_MM
        left, bottom, right, top = self._faces[line.weight].ink_em(line.text)
        return Rect(
            line.x_mm + left * em_mm,
            line.baseline_mm - top * em_mm,
            (right - left) * em_mm,
            (top - bottom) * em_mm,
        )

    def wrapped(
        self, text: str, weight: FontWeight, size_pt: float, width_mm: float, place: str
    ) -> tuple[str, ...]:
        """`text` as lines no wider than `width_mm`, broken at spaces; no line for empty text.

        `place` says whose text it is, for the error: `official o3: position`.

        Raises:
            LayoutError: one word alone is wider than `width_mm`.
        """
        lines: list[str] = []
        for word in _WORD.findall(text):
            if self.width_mm(word, weight, size_pt) > width_mm:
                raise LayoutError("layout_word_too_wide", place=place, word=word, width_mm=f"{width_mm:.0f}")
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width_mm(longer, weight, size_pt) <= width_mm:
                lines[-1] = longer
            else:
                lines.append(word)
        return tuple(lines)

    def centred(
        self, text: str, centre_mm: float, baseline_mm: float, size_pt: float, weight: FontWeight
    ) -> Text:
        x_mm = centre_mm - self.width_mm(text, weight, size_pt) / 2
        return placed(text, x_mm, baseline_mm, size_pt, weight)


def placed(text: str, x_mm: float, baseline_mm: float, size_pt: float, weight: FontWeight) -> Text:
    return Text(round(x_mm, DIGITS), round(baseline_mm, DIGITS), size_pt, weight, text)


def rule(x1_mm: float, y1_mm: float, x2_mm: float, y2_mm: float, width_mm: float) -> Line:
    return Line(
        round(x1_mm, DIGITS), round(y1_mm, DIGITS), round(x2_mm, DIGITS), round(y2_mm, DIGITS), width_mm
    )
