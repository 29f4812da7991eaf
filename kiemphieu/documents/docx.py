"""A document as DOCX, for an office that wants to edit it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from copy import deepcopy

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from kiemphieu.documents.blocks import (
    Align,
    Code,
    Document,
    Letterhead,
    Paragraph,
    Signature,
    Style,
    TableBlock,
)
from kiemphieu.documents.codes import code_png
from kiemphieu.documents.facts import Words

FONT = "Times New Roman"
"""What Nghị định 30/2020/NĐ-CP asks for; Word and LibreOffice have it or its metric twin."""
TEXT_WIDTH_MM = 160.0
CODE_MM = 38.0
CELL_MARGIN_TWIPS = 45
_SETTLED = (2000, 1, 1, 0, 0, 0)
_ALIGN = {
    Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    Align.CENTRE: WD_ALIGN_PARAGRAPH.CENTER,
    Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
}
_WARNING = RGBColor(0xB0, 0x00, 0x20)


def write_docx(document: Document, words: Words) -> bytes:
    """The document as a DOCX file; equal documents give equal bytes."""
    word = docx.Document()
    _set_page(word, document, words)
    _add_letterhead(word, document.letterhead)
    if document.draft:
        _text(word.add_paragraph(), document.draft, bold=True, size=16, colour=_WARNING, centred=True)
    for block in document.blocks:
        match block:
            case Paragraph():
                _add_paragraph(word, block)
            case TableBlock():
                _add_table(word, block)
            case Code():
                _add_code(word, block)
    _add_signatures(word, document, words)
    word.core_properties.title = document.title
    word.core_properties.author = ""
    word.core_properties.comments = ""
    buffer = io.BytesIO()
    word.save(buffer)
    return _settled(buffer.getvalue())


def _settled(data: bytes) -> bytes:
    """The same archive with one fixed time on every member."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, _SETTLED)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()


def _set_page(word: WordDocument, document: Document, words: Words) -> None:
    section = word.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(13)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.paragraph_format.space_after = Pt(4)
    foot = section.footer.paragraphs[0]
    _text(foot, f"{document.footer}    ", size=9)
    before, _, after = words("doc_page", page="\0", pages="\1").partition("\0")
    between, _, last = after.partition("\1")
    for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (last, "")):
        _text(foot, text, size=9)
        if field:
            _add_field(foot, field)
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _add_field(paragraph: WordParagraph, instruction: str) -> None:
    run = paragraph.add_run()
    run.font.size = Pt(9)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    inner = OxmlElement("w:r")
    inner.append(deepcopy(run._r.get_or_add_rPr()))  # noqa: SLF001  the library has no call for fields
    text = OxmlElement("w:t")
    text.text = "1"
    inner.append(text)
    field.append(inner)
    run._r.addnext(field)  # noqa: SLF001  the library has no call for fields


def _text(
    paragraph: WordParagraph,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: float = 13,
    colour: RGBColor | None = None,
    centred: bool = False,
) -> WordParagraph:
    run = paragraph.add_run(text)
    run.bold, run.italic = bold, italic
    run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def _add_letterhead(word: WordDocument, head: Letterhead) -> None:
    table = word.add_table(rows=1, cols=2)
    table.autofit = False
    _set_widths(table, (66.0, 94.0))
    left, right = table.rows[0].cells
    first = left.paragraphs[0]
    if head.parent:
        _text(first, head.parent.upper(), size=12, centred=True)
        first = left.add_paragraph()
    _text(first, head.body.upper(), bold=True, size=12, centred=True)
    _rule(first)
    _text(left.add_paragraph(), head.number, size=12, centred=True)
    for mark in head.marks:
        paragraph = _text(left.add_paragraph(), f" {mark} ", bold=True, size=13, centred=True)
        _box(paragraph)
    if head.copy:
        _text(left.add_paragraph(), head.copy, size=12, centred=True)
    _text(right.paragraphs[0], head.motto[0].upper(), bold=True, size=12, centred=True)
    second = _text(right.add_paragraph(), head.motto[1], bold=True, size=13, centred=True)
    _rule(second)
    _text(right.add_paragraph(), head.place_and_date, italic=True, centred=True)
    for paragraph in (*left.paragraphs, *right.paragraphs):
        paragraph.paragraph_format.space_after = Pt(2)


def _rule(paragraph: WordParagraph) -> None:
    """Underlines the paragraph's words, as letterheads have it."""
    for run in paragraph.runs:
        run.underline = True


def _box(paragraph: WordParagraph) -> None:
    for run in paragraph.runs:
        border = OxmlElement("w:bdr")
        for name, value in (("val", "single"), ("sz", "8"), ("space", "0"), ("color", "auto")):
            border.set(qn(f"w:{name}"), value)
        run._r.get_or_add_rPr().append(border)  # noqa: SLF001  the library has no call for text borders


def _add_paragraph(word: WordDocument, block: Paragraph) -> None:
    paragraph = word.add_paragraph()
    kept = paragraph.paragraph_format
    match block.style:
        case Style.TITLE:
            kept.space_before = Pt(12)
            _text(paragraph, block.text.upper(), bold=True, size=15, centred=True)
        case Style.SUBTITLE:
            kept.space_after = Pt(10)
            _text(paragraph, block.text, bold=True, centred=True)
        case Style.CENTRED:
            _text(paragraph, block.text, bold=True, centred=True)
        case Style.HEADING:
            kept.space_before, kept.keep_with_next = Pt(8), True
            _text(paragraph, block.text, bold=True)
        case Style.ITEM:
            kept.left_indent = Mm(6)
            _text(paragraph, f"- {block.text}")
        case Style.NOTE:
            kept.left_indent = Mm(6)
            _text(paragraph, block.text, italic=True, size=11)
        case Style.WARNING:
            _text(paragraph, block.text, bold=True, size=12, colour=_WARNING)
        case Style.BODY:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
            kept.first_line_indent = Mm(10)
            _text(paragraph, block.text)


def _add_table(word: WordDocument, block: TableBlock) -> None:
    table = word.add_table(rows=1, cols=len(block.columns))
    table.style = "Table Grid"
    _set_margins(table)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
        _fill(cell, column.title, Align.CENTRE, bold=True)
    _repeat_head(table)
    for row in block.rows:
        cells = table.add_row().cells
        for cell, text, column in zip(cells, row, block.columns, strict=True):
            _fill(cell, text, column.align, bold=False)
    for row_cells in table.rows:
        _keep_whole(row_cells._tr)  # noqa: SLF001  the library has no call for it
    _set_widths(table, [TEXT_WIDTH_MM * column.width for column in block.columns])
    word.add_paragraph().paragraph_format.space_after = Pt(2)


def _set_margins(table: Table) -> None:
    """Little room beside the words, so that narrow columns hold their numbers."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(CELL_MARGIN_TWIPS))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)  # noqa: SLF001  the library has no call for it


def _set_widths(table: Table, widths_mm: Sequence[float]) -> None:
    """Sets them in the grid, which LibreOffice goes by, and in every cell, which Word goes by."""
    for column, width_mm in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width_mm)
    for row in table.rows:
        for cell, width_mm in zip(row.cells, widths_mm, strict=True):
            cell.width = Mm(width_mm)


def _fill(cell: _Cell, text: str, align: Align, *, bold: bool) -> None:
    for number, line in enumerate(text.split("\n")):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        _text(paragraph, line, bold=bold, size=11)
        paragraph.alignment = _ALIGN[align]
        paragraph.paragraph_format.space_after = Pt(0)


def _repeat_head(table: Table) -> None:
    properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001  the library has no call for it
    properties.append(OxmlElement("w:tblHeader"))


def _keep_whole(row: object) -> None:
    row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # type: ignore[attr-defined]


def _add_code(word: WordDocument, block: Code) -> None:
    table = word.add_table(rows=1, cols=2)
    table.autofit = False
    _set_widths(table, (CODE_MM + 4, TEXT_WIDTH_MM - CODE_MM - 4))
    left, right = table.rows[0].cells
    left.paragraphs[0].add_run().add_picture(io.BytesIO(code_png(block.text)), width=Mm(CODE_MM))
    _text(right.paragraphs[0], block.caption, size=11)


def _add_signatures(word: WordDocument, document: Document, words: Words) -> None:
    width = max(len(row) for row in document.signatures)
    rows = document.signatures
    table = word.add_table(rows=0, cols=max(width, 2))
    for row in rows:
        cells = table.add_row().cells
        _keep_whole(table.rows[-1]._tr)  # noqa: SLF001  the library has no call for it
        for cell, signature in zip(cells[-len(row) :] if width == 1 else cells, row, strict=False):
            _add_signature(cell, signature, words)
    foot = word.add_paragraph()
    _text(foot, document.recipients_title, bold=True, italic=True, size=12)
    for line in document.recipients:
        _text(word.add_paragraph(), f"- {line};", size=11)


def _add_signature(cell: _Cell, signature: Signature, words: Words) -> None:
    _text(cell.paragraphs[0], signature.role.upper(), bold=True, size=12, centred=True)
    _text(cell.add_paragraph(), words("doc_sign_here"), italic=True, size=11, centred=True)
    for _ in range(3):
        cell.add_paragraph()
    _text(cell.add_paragraph(), signature.name, bold=True, size=12, centred=True)
