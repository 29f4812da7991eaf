"""A document as PDF, set for A4 as Nghị định 30/2020/NĐ-CP asks."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, black
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Spacer,
)
from reportlab.platypus import Paragraph as Set
from reportlab.platypus import Table as SetTable

from ballot_layout.fonts import bundled_fonts
from kiemphieu.documents.blocks import (
    Align,
    Block,
    Code,
    Document,
    Letterhead,
    Paragraph,
    Signature,
    Style,
    TableBlock,
)
from kiemphieu.documents.codes import code_rows
from kiemphieu.documents.facts import Words
from kiemphieu.documents.oblique import slanted

REGULAR, BOLD, ITALIC, BOLD_ITALIC = "KpRegular", "KpBold", "KpItalic", "KpBoldItalic"
SLANTED = {ITALIC: REGULAR, BOLD_ITALIC: BOLD}
MARGINS_MM = {"left": 28.0, "right": 18.0, "top": 18.0, "bottom": 20.0}
TEXT_WIDTH = A4[0] - (MARGINS_MM["left"] + MARGINS_MM["right"]) * mm
CODE_SIDE = 40 * mm
SIGN_ROOM = 18 * mm
HEADING_ROOM = 22 * mm
_WARNING = Color(0.7, 0.0, 0.12)
_SIDE = {Align.LEFT: TA_LEFT, Align.CENTRE: TA_CENTER, Align.RIGHT: TA_RIGHT}


@cache
def register_fonts() -> None:
    """Makes the bundled serif known to the PDF library; once per process."""
    fonts = bundled_fonts()
    upright = {REGULAR: fonts.regular, BOLD: fonts.bold}
    files = upright | {name: slanted(upright[base]) for name, base in SLANTED.items()}
    for name, data in files.items():
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(data)))
    pdfmetrics.registerFontFamily(REGULAR, REGULAR, BOLD, ITALIC, BOLD_ITALIC)


def write_pdf(documents: Sequence[Document], words: Words) -> bytes:
    """Documents one after the other in one file, each with pages numbered by itself.

    Equal documents give equal bytes.
    """
    register_fonts()
    buffer = io.BytesIO()
    template = BaseDocTemplate(
        buffer, pagesize=A4, title=documents[0].title, author="", creator="kiemphieu", invariant=1
    )
    frame = Frame(
        MARGINS_MM["left"] * mm,
        MARGINS_MM["bottom"] * mm,
        TEXT_WIDTH,
        A4[1] - (MARGINS_MM["top"] + MARGINS_MM["bottom"]) * mm,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    template.addPageTemplates([PageTemplate("page", [frame])])
    flow: list[Flowable] = []
    for number, document in enumerate(documents):
        if number:
            flow.append(PageBreak())
        flow += [_Start(number), *_flow(document, words)]
    template.build(flow, canvasmaker=_numbered(documents, words))
    return buffer.getvalue()


class _Start(Flowable):  # type: ignore[misc]  # the library has no types
    """Tells the canvas at which page a document starts."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.width = self.height = 0

    def wrap(self, *_room: float) -> tuple[float, float]:
        return (0, 0)

    def draw(self) -> None:
        self.canv.document_number = self.number


def _numbered(documents: Sequence[Document], words: Words) -> Callable[..., Canvas]:
    """A canvas that writes "page 1 of n" and the draft mark once all pages are known."""

    class Numbered(Canvas):  # type: ignore[misc]  # the library has no types
        document_number = 0

        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)
            self._waiting: list[dict[str, object]] = []

        def showPage(self) -> None:  # noqa: N802  the library's name
            self._waiting.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            of = [int(str(state["document_number"])) for state in self._waiting]
            for index, state in enumerate(self._waiting):
                self.__dict__.update(state)
                document = documents[of[index]]
                page = 1 + sum(1 for earlier in of[:index] if earlier == of[index])
                _draw_foot(self, document, words("doc_page", page=page, pages=of.count(of[index])))
                super().showPage()
            super().save()

    return Numbered


def _draw_foot(canvas: Canvas, document: Document, page_text: str) -> None:
    canvas.saveState()
    canvas.setFont(REGULAR, 8.5)
    canvas.setFillGray(0.35)
    canvas.drawString(MARGINS_MM["left"] * mm, 11 * mm, document.footer)
    canvas.drawRightString(A4[0] - MARGINS_MM["right"] * mm, 11 * mm, page_text)
    if document.draft:
        canvas.setFont(BOLD, 92)
        canvas.setFillColor(Color(0.7, 0.0, 0.12, alpha=0.12))
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(52)
        canvas.drawCentredString(0, -30, document.draft)
    canvas.restoreState()


def _flow(document: Document, words: Words) -> list[Flowable]:
    flow: list[Flowable] = [_letterhead(document.letterhead), Spacer(1, 4 * mm)]
    blocks = document.blocks
    headings = [
        i for i, one in enumerate(blocks) if isinstance(one, Paragraph) and one.style is Style.HEADING
    ]
    last = headings[-1] if headings else len(blocks)
    pairs = list(zip(blocks, (*blocks[1:], None), strict=True))
    for block, after in pairs[:last]:
        flow += _set_block(block, after)
    # Nobody signs on a page without a word above the names, as long as the last section fits on one.
    closing = [one for block, after in pairs[last:] for one in _set_block(block, after)]
    closing = [one for one in closing if not isinstance(one, CondPageBreak)]
    closing.append(Spacer(1, 5 * mm))
    closing += [_signatures(row, words) for row in document.signatures]
    if document.recipients:
        closing.append(_paragraph(document.recipients_title, 10.5, BOLD_ITALIC))
        closing += [_paragraph(f"- {line};", 10) for line in document.recipients]
    flow.append(KeepTogether(closing))
    return flow


def _set_block(block: Block, after: Block | None) -> list[Flowable]:
    match block:
        case Paragraph():
            room = []
            if block.style in {Style.HEADING, Style.CENTRED}:
                # A heading never stands alone at the foot of a page.
                room.append(CondPageBreak(HEADING_ROOM + _head_height(after)))
            return [*room, _set_paragraph(block)]
        case TableBlock():
            return [Spacer(1, 1.5 * mm), _set_table(block), Spacer(1, 2 * mm)]
        case Code():
            caption = _paragraph(block.caption, 10)
            width = TEXT_WIDTH - CODE_SIDE - 4 * mm
            pair = SetTable([[_CodePicture(block.text), caption]], [CODE_SIDE + 4 * mm, width])
            pair.setStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (0, 0), 0)])
            return [pair]


def _head_height(block: Block | None) -> float:
    """The height without which nothing of a block can be set: a table's head and first row."""
    match block:
        case TableBlock():
            table = _set_table(TableBlock(block.columns, block.rows[:1]))
            return float(table.wrap(TEXT_WIDTH, A4[1])[1])
        case Code():
            return float(CODE_SIDE)
    return 0.0


def _paragraph(text: str, size: float = 12, font: str = REGULAR, align: int = TA_LEFT, **more: object) -> Set:
    style = ParagraphStyle(
        "p",
        fontName=font,
        fontSize=size,
        leading=size * 1.28,
        alignment=align,
        splitLongWords=1,
        **more,
    )
    return Set(escape(text).replace("\n", "<br/>"), style)


def _set_paragraph(block: Paragraph) -> Set:
    match block.style:
        case Style.TITLE:
            return _paragraph(block.text.upper(), 14.5, BOLD, TA_CENTER, spaceBefore=6, spaceAfter=3)
        case Style.SUBTITLE:
            return _paragraph(block.text, 12.5, BOLD, TA_CENTER, spaceAfter=9)
        case Style.CENTRED:
            return _paragraph(block.text, 12, BOLD, TA_CENTER, spaceBefore=4, spaceAfter=4, keepWithNext=1)
        case Style.HEADING:
            return _paragraph(block.text, 12, BOLD, spaceBefore=7, spaceAfter=3, keepWithNext=1)
        case Style.ITEM:
            return _paragraph(f"- {block.text}", leftIndent=16, firstLineIndent=-8, spaceAfter=2)
        case Style.NOTE:
            return _paragraph(block.text, 10, ITALIC, leftIndent=16, spaceAfter=3)
        case Style.WARNING:
            return _paragraph(block.text, 11, BOLD, textColor=_WARNING, spaceAfter=2)
        case Style.BODY:
            return _paragraph(block.text, 12, REGULAR, TA_JUSTIFY, firstLineIndent=28, spaceAfter=3)


def _set_table(block: TableBlock) -> SetTable:
    head = [_paragraph(column.title, 10, BOLD, TA_CENTER) for column in block.columns]
    rows = [
        [
            _paragraph(text, 10.5, REGULAR, _SIDE[column.align])
            for text, column in zip(row, block.columns, strict=True)
        ]
        for row in block.rows
    ]
    table = SetTable([head, *rows], [TEXT_WIDTH * c.width for c in block.columns], repeatRows=1)
    table.setStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.5, black),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("BACKGROUND", (0, 0), (-1, 0), Color(0.94, 0.94, 0.94)),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    return table


class _CodePicture(Flowable):  # type: ignore[misc]  # the library has no types
    """A QR code drawn as squares."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows = code_rows(text)
        self.width = self.height = CODE_SIDE

    def draw(self) -> None:
        module = CODE_SIDE / len(self.rows)
        self.canv.setFillGray(0)
        path = self.canv.beginPath()
        for number, row in enumerate(self.rows):
            start = row.find(0)
            while start >= 0:
                end = row.find(255, start)
                end = len(row) if end < 0 else end
                bottom = CODE_SIDE - (number + 1) * module
                path.rect(start * module, bottom, (end - start) * module, module)
                start = row.find(0, end)
        self.canv.drawPath(path, stroke=0, fill=1)


class _Rule(Flowable):  # type: ignore[misc]  # the library has no types
    """A short line in the middle, as under the lines of a letterhead."""

    def __init__(self, width: float) -> None:
        super().__init__()
        self.width, self.height = width, 3

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        self.room = room
        return (room, self.height)

    def draw(self) -> None:
        self.canv.setLineWidth(0.7)
        left = (self.room - self.width) / 2
        self.canv.line(left, 1.5, left + self.width, 1.5)


class _Framed(Flowable):  # type: ignore[misc]  # the library has no types
    """A word in a frame in the middle of the room."""

    size = 12.0

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.height = self.size * 1.9

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        self.room = room
        return (room, self.height)

    def draw(self) -> None:
        width = pdfmetrics.stringWidth(self.text, BOLD, self.size) + 12
        self.canv.setLineWidth(1)
        self.canv.rect((self.room - width) / 2, 2, width, self.height - 4)
        self.canv.setFont(BOLD, self.size)
        self.canv.drawCentredString(self.room / 2, self.height / 2 - self.size * 0.36, self.text)


def _letterhead(head: Letterhead) -> SetTable:
    left: list[Flowable] = []
    if head.parent:
        left.append(_paragraph(head.parent.upper(), 11, REGULAR, TA_CENTER))
    left += [_paragraph(head.body.upper(), 11, BOLD, TA_CENTER), _Rule(22 * mm)]
    left.append(_paragraph(head.number, 11.5, REGULAR, TA_CENTER, spaceAfter=2))
    left += [_Framed(mark) for mark in head.marks]
    if head.copy:
        left.append(_paragraph(head.copy, 11, REGULAR, TA_CENTER))
    right: list[Flowable] = [
        _paragraph(head.motto[0].upper(), 11.5, BOLD, TA_CENTER),
        _paragraph(head.motto[1], 12, BOLD, TA_CENTER),
        _Rule(46 * mm),
        _paragraph(head.place_and_date, 12, ITALIC, TA_CENTER, spaceBefore=4),
    ]
    table = SetTable([[left, right]], [TEXT_WIDTH * 0.42, TEXT_WIDTH * 0.58])
    padding = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP")]
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *padding])
    return table


def _signatures(row: Sequence[Signature], words: Words) -> SetTable:
    cells: list[list[Flowable]] = [
        [
            _paragraph(signature.role.upper(), 11, BOLD, TA_CENTER),
            _paragraph(words("doc_sign_here"), 10, ITALIC, TA_CENTER),
            Spacer(1, SIGN_ROOM),
            _paragraph(signature.name, 11.5, BOLD, TA_CENTER),
        ]
        for signature in row
    ]
    if len(cells) == 1:
        cells.insert(0, [Spacer(1, 1)])
    table = SetTable([cells], [TEXT_WIDTH / len(cells)] * len(cells))
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOTTOMPADDING", (0, 0), (-1, -1), 8)])
    return table
