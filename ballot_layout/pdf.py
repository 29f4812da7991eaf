"""Printing: the blank form as the scanner's reference, and batches of ballots.

Each page of the form is one form XObject that all ballots share; a ballot's own page adds only the
code and the serial. Equal input gives equal bytes: there are no dates, and the file's id is a hash.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from ballot_layout.codes import code_modules, code_runs
from ballot_layout.drawing import Filled, Line, Outline, Picture, Primitive, SideText, Text, Typesetter
from ballot_layout.fonts import PT_TO_MM, FontWeight
from ballot_layout.form import Form
from ballot_layout.pdf_file import PdfFile
from ballot_layout.pdf_fonts import EmbeddedFont, embed_font
from ballot_layout.pen import PageInk, PenStroke
from ballot_layout.sheet import MINIMUM_MODULE_MM
from records.errors import LayoutError
from records.geometry import Rect
from records.token import SERIAL_ALPHABET, grouped_serial
from records.vote import Sides

MM = 72 / 25.4
_FONT_KEYS = {FontWeight.REGULAR: b"F1", FontWeight.BOLD: b"F2"}


@dataclass(frozen=True, slots=True)
class PrintedBallot:
    """One ballot to print: its serial (12 characters) and the code's text for each page in order.

    `ink` has what is drawn on each page of a ballot that is marked in advance; empty for a blank one.
    """

    serial: str
    codes: tuple[str, ...]
    ink: tuple[PageInk, ...] = ()


def write_reference_pdf(form: Form) -> bytes:
    """The form without code and serial: what the scanner takes for printed on every ballot."""
    out = io.BytesIO()
    printer = _Printer(form, out)
    for index in range(len(form.pages)):
        printer.put_page(index, b"")
    printer.finish()
    return out.getvalue()


def write_batch_pdf(
    form: Form,
    ballots: Iterable[PrintedBallot],
    out: BinaryIO,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Writes `ballots` to `out` as one PDF, in memory that does not grow with their number.

    A ballot's pages stand together. Printed on both sides, a ballot with an odd number of pages is
    followed by an empty back, so that the next one starts on a sheet of its own.

    Args:
        form: from `make_form`.
        ballots: drawn one at a time; may be a generator.
        out: a binary stream; need not be seekable.
        progress: called with the number of ballots written so far, after each.

    Raises:
        LayoutError: a ballot has another number of codes than the form has pages, or a code so
            long that its modules would be too fine for a scanner.
    """
    printer = _Printer(form, out)
    back = form.sides is Sides.DUPLEX and len(form.pages) % 2 == 1
    for count, ballot in enumerate(ballots, start=1):
        if len(ballot.codes) != len(form.pages):
            raise LayoutError("print_page_count", codes=len(ballot.codes), pages=len(form.pages))
        ink = ballot.ink or (PageInk(),) * len(form.pages)
        for index, (code, drawn) in enumerate(zip(ballot.codes, ink, strict=True)):
            own = printer.code_and_serial(index, code, ballot.serial)
            printer.put_page(index, own + printer.pen_strokes(drawn.strokes), drawn.upside_down)
        if back:
            printer.put_empty()
        if progress is not None:
            progress(count)
    printer.finish()


class _Printer:
    """One PDF of a form's pages."""

    def __init__(self, form: Form, out: BinaryIO) -> None:
        layout = form.layout
        self._form = form
        self._height_pt = layout.height_mm * MM
        self._setter = Typesetter(form.fonts)
        self._pdf = PdfFile(out, layout.sha256.encode("ascii"))
        self._fonts = self._embed_fonts()
        image = self._embed_seal()
        fonts = b"".join(b"/%b %d 0 R" % (_FONT_KEYS[w], font.number) for w, font in self._fonts.items())
        box = b"[0 0 %b %b]" % (_number(layout.width_mm * MM), _number(self._height_pt))
        entries = b"/Type/XObject/Subtype/Form/BBox%b/Resources<</Font<<%b>>%b>>" % (box, fonts, image)
        drawn = [
            self._pdf.add_stream(entries, b"\n".join(map(self._drawn, page.primitives)))
            for page in form.pages
        ]
        self._media_box = b"/MediaBox%b" % box
        self._page_entries = [
            b"%b/Resources<</Font<<%b>>/XObject<</P %d 0 R>>>>" % (self._media_box, fonts, number)
            for number in drawn
        ]

    def put_page(self, index: int, own: bytes, upside_down: bool = False) -> None:
        """One side: the form's page `index`, and over it the ballot's own content."""
        drawn = b"/P Do\n" + own
        if upside_down:
            corner = _number(self._form.layout.width_mm * MM), _number(self._height_pt)
            drawn = b"q -1 0 0 -1 %b %b cm\n%b\nQ" % (*corner, drawn)
        content = self._pdf.add_stream(b"", drawn)
        self._pdf.add_page(b"%b/Contents %d 0 R" % (self._page_entries[index], content))

    def put_empty(self) -> None:
        self._pdf.add_page(self._media_box + b"/Resources<<>>")

    def code_and_serial(self, index: int, code: str, serial: str) -> bytes:
        page = self._form.layout.pages[index]
        return self._code(page.qr, code) + b"\n" + self._serial(page.serial, serial)

    def pen_strokes(self, strokes: Iterable[PenStroke]) -> bytes:
        """Round-ended lines; nothing where there are none."""
        drawn = b"\n".join(map(self._pen_stroke, strokes))
        return b"\nq 1 J 1 j\n%b\nQ" % drawn if drawn else b""

    def finish(self) -> None:
        # No scaling: a box of 7 mm is 7 mm on paper, and a code's modules keep their size.
        duplex = b"DuplexFlipLongEdge" if self._form.sides is Sides.DUPLEX else b"Simplex"
        catalog = b"/ViewerPreferences<</PrintScaling/None/Duplex/%b>>/Lang(vi)" % duplex
        title = f"{self._form.layout.vote} {self._form.layout.style}".strip().encode("ascii")
        self._pdf.finish(catalog, b"/Producer(kiemphieu)/Title(%b)" % title)

    def _embed_fonts(self) -> dict[FontWeight, EmbeddedFont]:
        form = self._form
        used: dict[bytes, set[str]] = {form.fonts.regular: {*SERIAL_ALPHABET, " "}}
        for page in form.pages:
            for primitive in page.primitives:
                text = primitive.text if isinstance(primitive, SideText) else primitive
                if isinstance(text, Text):
                    used.setdefault(form.fonts.data(text.weight), set()).update(text.text)
        embedded = {data: embed_font(self._pdf, data, characters) for data, characters in used.items()}
        return {weight: embedded[form.fonts.data(weight)] for weight in FontWeight}

    def _embed_seal(self) -> bytes:
        """The seal image's entry in the pages' resources; empty without one."""
        seal = self._form.seal_image
        if seal is None:
            return b""
        head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8" % (
            seal.width_px,
            seal.height_px,
        )
        alpha = self._pdf.add_stream(head + b"/ColorSpace/DeviceGray", seal.alpha)
        colours = b"/ColorSpace/DeviceRGB/SMask %d 0 R" % alpha
        return b"/XObject<</S %d 0 R>>" % self._pdf.add_stream(head + colours, seal.rgb)

    def _drawn(self, primitive: Primitive) -> bytes:
        """The PDF operators of one primitive."""
        match primitive:
            case Text():
                return self._text(primitive)
            case SideText(text):
                return self._side_text(text)
            case Line(x1, y1, x2, y2, width):
                return b"%b w %b m %b l S" % (_number(width * MM), self._point(x1, y1), self._point(x2, y2))
            case Outline(rect, width):
                return b"%b w %b S" % (_number(width * MM), self._rectangle(rect))
            case Filled(rect):
                return b"%b f" % self._rectangle(rect)
            case Picture(rect):
                size = b"%b 0 0 %b" % (_number(rect.width_mm * MM), _number(rect.height_mm * MM))
                return b"q %b %b cm /S Do Q" % (size, self._point(rect.x_mm, rect.bottom_mm))

    def _text(self, text: Text, stretch: float = 1.0) -> bytes:
        return b"BT /%b %b Tf %b Tz %b Td %b Tj ET" % (
            _FONT_KEYS[text.weight],
            _number(text.size_pt),
            _number(100 * stretch),
            self._point(text.x_mm, text.baseline_mm),
            self._fonts[text.weight].encoded(text.text),
        )

    def _side_text(self, text: Text) -> bytes:
        return b"BT /%b %b Tf 100 Tz 0 1 -1 0 %b Tm %b Tj ET" % (
            _FONT_KEYS[text.weight],
            _number(text.size_pt),
            self._point(text.x_mm, text.baseline_mm),
            self._fonts[text.weight].encoded(text.text),
        )

    def _pen_stroke(self, stroke: PenStroke) -> bytes:
        points = [self._point(x, y) for x, y in stroke.points]
        colour = b" ".join(map(_number, stroke.colour))
        lines = b" ".join(point + b" l" for point in points[1:])
        return b"%b RG %b w %b m %b S" % (colour, _number(stroke.width_mm * MM), points[0], lines)

    def _serial(self, place: Rect, serial: str) -> bytes:
        """The serial centred in its place, narrowed where wide letters would overrun it."""
        text, size = grouped_serial(serial), self._form.serial_pt
        width = self._setter.width_mm(text, FontWeight.REGULAR, size)
        stretch = min(1.0, place.width_mm / width)
        x_mm = place.centre_mm[0] - width * stretch / 2
        # Figures and capitals have no descenders: the cap height is centred in the place.
        baseline = place.centre_mm[1] + 0.33 * size * PT_TO_MM
        return self._text(Text(x_mm, baseline, size, FontWeight.REGULAR, text), stretch)

    def _code(self, place: Rect, code: str) -> bytes:
        """All dark modules as one filled path: shapes filled one by one would leave hairline seams."""
        module_mm = place.width_mm / code_modules(len(code))
        if module_mm < MINIMUM_MODULE_MM - 1e-3:
            raise LayoutError("print_code_too_fine", length=len(code), module_mm=f"{module_mm:.2f}")
        module_pt = _number(module_mm * MM)
        before, after = _run_operators(code_modules(len(code)))
        path = b"\n".join([before[row][column] + after[length] for column, row, length in code_runs(code)])
        origin = self._point(place.x_mm, place.y_mm)
        return b"q %b 0 0 -%b %b cm\n%b\nf Q" % (module_pt, module_pt, origin, path)

    def _point(self, x_mm: float, y_mm: float) -> bytes:
        return b"%b %b" % (_number(x_mm * MM), _number(self._height_pt - y_mm * MM))

    def _rectangle(self, rect: Rect) -> bytes:
        size = b"%b %b" % (_number(rect.width_mm * MM), _number(rect.height_mm * MM))
        return b"%b %b re" % (self._point(rect.x_mm, rect.bottom_mm), size)


@lru_cache
def _run_operators(side: int) -> tuple[tuple[tuple[bytes, ...], ...], tuple[bytes, ...]]:
    """What draws a run of dark modules: its start by row and column, and the rest by length."""
    before = tuple(tuple(b"%d %d " % (column, row) for column in range(side)) for row in range(side))
    return before, tuple(b"%d 1 re" % length for length in range(side + 1))


def _number(value: float) -> bytes:
    """A PDF number, to 0.0001 pt (35 nm)."""
    return f"{value:.4f}".rstrip("0").rstrip(".").encode("ascii")
