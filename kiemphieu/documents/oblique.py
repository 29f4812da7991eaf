"""Slanted type for documents: the bundled serif's own italics lack the Vietnamese letters."""

from __future__ import annotations

import io
import math

from fontTools.pens.filterPen import DecomposingFilterPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

SLANT_DEGREES = 11.0
_NAME_IDS = {1, 4, 6, 16}
"""Family, full, PostScript and typographic family name."""
_CHARACTERS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),
    *range(0x300, 0x330),
    *range(0x1EA0, 0x1EFA),
    *range(0x2010, 0x2027),
)
"""Latin with every Vietnamese letter, and punctuation."""


def slanted(ttf: bytes) -> bytes:
    """A TrueType font with upright letters leant to the right, for embedding in documents.

    Args:
        ttf: a font with glyf outlines; only Latin letters and punctuation are kept.
    """
    font = TTFont(io.BytesIO(ttf), recalcTimestamp=False)
    options = Options(layout_features=[], hinting=False, notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=_CHARACTERS)
    subsetter.subset(font)
    glyphs = font.getGlyphSet()
    lean = (1, 0, math.tan(math.radians(SLANT_DEGREES)), 1, 0, 0)
    drawn = {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(None)
        # Composites become outlines, so that every part is leant once.
        glyphs[name].draw(DecomposingFilterPen(TransformPen(pen, lean), glyphs))
        drawn[name] = pen.glyph()
    for name, glyph in drawn.items():
        font["glyf"][name] = glyph
    for record in font["name"].names:
        # PDF libraries tell fonts apart by name; without its own one this would be drawn upright.
        if record.nameID in _NAME_IDS:
            record.string = f"{record.toUnicode()}-Slanted"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()
