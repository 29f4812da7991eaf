"""The type a form is set in: TrueType outlines, their measures, and what they must cover."""

from __future__ import annotations

import importlib.resources
import io
import string
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from fontTools.ttLib import TTFont, TTLibError

from records.canonical import sha256_hex
from records.errors import LayoutError
from records.token import SERIAL_ALPHABET

_VIETNAMESE_LOWER = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵfjwz"
)
REQUIRED_CHARACTERS = "".join(
    sorted(
        {*_VIETNAMESE_LOWER, *_VIETNAMESE_LOWER.upper(), *string.digits, *SERIAL_ALPHABET, *" .,:;-–()/'\"*"}
    )
)
"""What any vote may need: the Vietnamese letters with every tone, figures, plain punctuation."""

PT_TO_MM = 25.4 / 72


class FontWeight(StrEnum):
    REGULAR = "regular"
    BOLD = "bold"


@dataclass(frozen=True, slots=True)
class FormFonts:
    """Two TrueType files (glyf outlines); both may be the same file."""

    regular: bytes
    bold: bytes

    def data(self, weight: FontWeight) -> bytes:
        return self.bold if weight is FontWeight.BOLD else self.regular


class FontFace:
    """Measures of one TrueType file, in ems; read once per file, see `font_face`."""

    def __init__(self, data: bytes) -> None:
        """Reads the tables needed for setting type.

        Raises:
            LayoutError: not a TrueType font with outlines of its own (an OpenType/CFF font, a
                collection, a damaged file).
        """
        try:
            font = TTFont(io.BytesIO(data), lazy=True, recalcTimestamp=False)
            truetype = "glyf" in font
        except (TTLibError, ValueError, AssertionError, OSError) as error:
            raise LayoutError("font_unreadable", reason=f"{type(error).__name__}: {error}") from error
        if not truetype:
            raise LayoutError("font_not_truetype")
        try:
            self._units = float(font["head"].unitsPerEm)
            self._names: dict[int, str] = dict(font.getBestCmap() or {})
            self._metrics = font["hmtx"].metrics
            self._glyphs = font["glyf"]
            self.name = str(font["name"].getDebugName(6) or "unnamed")
        except (TTLibError, KeyError, ValueError, AssertionError, OSError, AttributeError) as error:
            raise LayoutError("font_unreadable", reason=f"{type(error).__name__}: {error}") from error
        self.sha256 = sha256_hex(data)

    def missing(self, text: Iterable[str]) -> tuple[str, ...]:
        """The characters of `text` this font has no glyph for, sorted, each once."""
        return tuple(sorted({character for character in text if ord(character) not in self._names}))

    def width_em(self, text: str) -> float:
        """Advance width of `text`, without kerning (the PDF sets none either)."""
        units = sum(int(self._metrics[self._names[ord(character)]][0]) for character in text)
        return units / self._units

    def ink_em(self, text: str) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of the ink of `text` set at the origin; baseline 0, y up."""
        pen = 0.0
        edges: list[tuple[float, float, float, float]] = []
        for character in text:
            name = self._names[ord(character)]
            glyph = self._glyphs[name]
            if glyph.numberOfContours:
                edges.append((pen + glyph.xMin, glyph.yMin, pen + glyph.xMax, glyph.yMax))
            pen += self._metrics[name][0]
        if not edges:
            return 0.0, 0.0, 0.0, 0.0
        left, bottom, right, top = zip(*edges, strict=True)
        return (
            min(left) / self._units,
            min(bottom) / self._units,
            max(right) / self._units,
            max(top) / self._units,
        )


@lru_cache(maxsize=8)
def font_face(data: bytes) -> FontFace:
    """The face of a TrueType file.

    Raises:
        LayoutError: see `FontFace`.
    """
    return FontFace(data)


@lru_cache(maxsize=1)
def bundled_fonts() -> FormFonts:
    """Source Serif Pro Regular and Bold (SIL Open Font License), from the package font-source-serif-pro."""
    files = importlib.resources.files("font_source_serif_pro") / "files"
    return FormFonts(
        regular=(files / "SourceSerifPro-Regular.ttf").read_bytes(),
        bold=(files / "SourceSerifPro-Bold.ttf").read_bytes(),
    )


def user_fonts(ttf: bytes) -> FormFonts:
    """The office's own font for everything, regular and bold alike.

    Raises:
        LayoutError: not a TrueType font, or a Vietnamese letter is missing from it.
    """
    fonts = FormFonts(regular=ttf, bold=ttf)
    check_coverage(fonts, (REQUIRED_CHARACTERS,))
    return fonts


def check_coverage(fonts: FormFonts, texts: Iterable[str]) -> None:
    """Checks that both weights can set all `texts`.

    Raises:
        LayoutError: naming every character without a glyph.
    """
    characters = "".join(texts)
    for data in dict.fromkeys((fonts.regular, fonts.bold)):
        face = font_face(data)
        missing = face.missing(characters)
        if missing:
            named = " ".join(f"{character} (U+{ord(character):04X})" for character in missing)
            raise LayoutError("font_missing_characters", font=face.name, characters=named)
