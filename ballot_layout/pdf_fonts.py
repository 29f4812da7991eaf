"""Embedding a TrueType font in a PDF: only the glyphs a form uses, addressed by glyph number."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from fontTools import subset
from fontTools.ttLib import TTFont

from ballot_layout.pdf_file import PdfFile
from records.canonical import sha256_hex

_NEEDED_TABLES = ("head", "hhea", "hmtx", "maxp", "loca", "glyf", "cvt ", "fpgm", "prep")


@dataclass(frozen=True, slots=True)
class EmbeddedFont:
    """A font in the file: its object and the glyph number of each character it can set."""

    number: int
    glyphs: dict[str, int]

    def encoded(self, text: str) -> bytes:
        """`text` as the operand of a text-showing operator."""
        return b"<%b>" % b"".join(b"%04X" % self.glyphs[character] for character in text)


def embed_font(pdf: PdfFile, data: bytes, characters: Iterable[str]) -> EmbeddedFont:
    """Writes the font program, its descriptor, widths and Unicode map (ISO 32000-1, 9.7 and 9.10)."""
    font, used = _subset(data, sorted(set(characters)))
    units = font["head"].unitsPerEm
    metrics = font["hmtx"].metrics
    order = font.getGlyphOrder()
    widths = b" ".join(b"%d" % round(metrics[name][0] * 1000 / units) for name in order)
    file = io.BytesIO()
    font.save(file, reorderTables=None)
    program = file.getvalue()
    name = f"{_tag(program)}+{_postscript_name(data)}".encode("ascii")
    stored = pdf.add_stream(b"/Length1 %d" % len(program), program)
    head, hhea = font["head"], font["hhea"]
    edges = (head.xMin, head.yMin, head.xMax, head.yMax)
    box = b" ".join(b"%d" % round(edge * 1000 / units) for edge in edges)
    ascent, descent = round(hhea.ascent * 1000 / units), round(hhea.descent * 1000 / units)
    descriptor = pdf.add(
        b"<</Type/FontDescriptor/FontName/%b/Flags 4/FontBBox[%b]/ItalicAngle 0/Ascent %d/Descent %d"
        b"/CapHeight 700/StemV 80/FontFile2 %d 0 R>>" % (name, box, ascent, descent, stored)
    )
    descendant = pdf.add(
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%b/CIDToGIDMap/Identity/FontDescriptor %d 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 0/W[0[%b]]>>"
        % (name, descriptor, widths)
    )
    unicode_map = pdf.add_stream(b"", _unicode_map(used))
    number = pdf.add(
        b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H/DescendantFonts[%d 0 R]"
        b"/ToUnicode %d 0 R>>" % (name, descendant, unicode_map)
    )
    return EmbeddedFont(number, used)


def _subset(data: bytes, characters: list[str]) -> tuple[TTFont, dict[str, int]]:
    options = subset.Options()
    options.layout_features = []
    options.notdef_outline = True
    options.hinting = False
    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    # Gone before the subsetter looks: reading the kerning alone would take half a second.
    tables = font.keys()
    for table in tables:
        if table not in (*_NEEDED_TABLES, "cmap", "post", "GlyphOrder"):
            del font[table]
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(characters))
    cutter.subset(font)
    cmap = font.getBestCmap()
    used = {character: font.getGlyphID(cmap[ord(character)]) for character in characters}
    del font["cmap"], font["post"]
    return font, used


def _tag(program: bytes) -> str:
    """Six capitals that mark a subset, fixed by its content."""
    return "".join(chr(ord("A") + int(digit, 16)) for digit in sha256_hex(program)[:6])


def _postscript_name(data: bytes) -> str:
    with TTFont(io.BytesIO(data), lazy=True) as font:
        found = str(font["name"].getDebugName(6) or "")
    return "".join(c for c in found if c.isascii() and (c.isalnum() or c == "-"))[:40] or "Font"


def _unicode_map(used: dict[str, int]) -> bytes:
    """The CMap that lets viewers search and copy the text."""
    lines = [
        b"<%04X><%b>" % (glyph, character.encode("utf-16-be").hex().upper().encode("ascii"))
        for character, glyph in sorted(used.items(), key=lambda item: item[1])
    ]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    mapped = b"\n".join(
        b"%d beginbfchar\n%b\nendbfchar" % (len(block), b"\n".join(block)) for block in blocks
    )
    return (
        b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap\n"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
        b"/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n"
        b"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n%b\n"
        b"endcmap CMapName currentdict/CMap defineresource pop end end" % mapped
    )
