"""A vote becomes a form: the pages as drawn and the layout that says where everything stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ballot_layout.drawing import Filled, Picture, Primitive, Text, Typesetter, primitive_to_plain
from ballot_layout.fonts import REQUIRED_CHARACTERS, FontWeight, FormFonts, check_coverage, font_face
from ballot_layout.masthead import first_masthead, next_masthead, page_number
from ballot_layout.seal import SealImage, read_seal_image
from ballot_layout.setting import Setting
from ballot_layout.sheet import SHEETS, Sheet
from ballot_layout.table import TablePart, columns_for, header_mm, paginated, table_part, table_rows
from ballot_layout.trial_mark import trial_marks
from ballot_layout.vote_values import MAX_OFFICIALS
from records.canonical import canonical_json, sha256_hex
from records.errors import LayoutError
from records.geometry import Rect
from records.layout import LAYOUT_FORMAT, Layout, LayoutPage, sealed_layout
from records.token import LAYOUT_PREFIX_BYTES, SIGNATURE_BYTES, Token, TokenKind, token_body, token_text
from records.vote import Level, Official, Sides, Vote


@dataclass(frozen=True, slots=True)
class FormPage:
    """One side of the form, in drawing order."""

    primitives: tuple[Primitive, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A ballot without its code and serial.

    Attributes:
        layout: exactly what `pages` draw, sealed.
        serial_pt: type size of the human-readable serial.
        seal_image: the picture that `Picture` primitives draw; None where the stamp is put by hand.
    """

    layout: Layout
    pages: tuple[FormPage, ...]
    fonts: FormFonts
    sides: Sides
    serial_pt: float
    seal_image: SealImage | None = None


def make_form(
    vote: Vote,
    style_id: str,
    levels: Sequence[Level],
    fonts: FormFonts,
    seal_image: bytes | None = None,
    kind: TokenKind = TokenKind.BALLOT,
) -> Form:
    """Sets the ballot of one style.

    Args:
        vote: the checked vote.
        style_id: the ballot style (group) to set; "" for the only style of a plain vote.
        fonts: see `ballot_layout.fonts`.
        levels: the columns of boxes, in order, from the vote's rule set.
        seal_image: a PNG for the seal zone; None leaves the zone free for a stamp by hand.
        kind: a test ballot says along its edges that it is one, and is otherwise set alike.

    Raises:
        LayoutError: the style has no officials or more than `MAX_OFFICIALS`, a text does not fit or has
            characters the font lacks, or the seal image is no usable PNG.
    """
    officials = vote.officials_of(style_id)
    _check_size(vote, style_id, levels)
    _check_texts(vote, levels, fonts)
    sheet = SHEETS[vote.printing.paper]
    length = _code_length(vote.id, style_id)
    setting = Setting(sheet, Typesetter(fonts), sheet.code_rect(length), sheet.serial_rect(length))
    group = next((style.title for style in vote.styles if style.id == style_id), "")
    seal = None if seal_image is None else read_seal_image(seal_image)
    parts = _pages(vote, group, officials, levels, setting)
    trial = trial_marks(setting) if kind is TokenKind.TEST else ()
    pages = tuple(
        _form_page((*trial, *primitives), number, len(parts), setting, seal)
        for number, (primitives, _) in enumerate(parts, start=1)
    )
    places = tuple(_layout_page(part, number, setting) for number, (_, part) in enumerate(parts, start=1))
    layout = Layout(
        vote=vote.id,
        width_mm=sheet.width_mm,
        height_mm=sheet.height_mm,
        levels=tuple(levels),
        pages=places,
        form=_form_hash(pages, fonts, sheet),
        style=style_id,
    )
    return Form(sealed_layout(layout), pages, fonts, vote.printing.sides, sheet.serial_pt, seal)


def _check_size(vote: Vote, style_id: str, levels: Sequence[Level]) -> None:
    people = len(vote.officials_of(style_id))
    if not people:
        raise LayoutError("layout_no_officials", group=style_id)
    if people > MAX_OFFICIALS:
        raise LayoutError("layout_too_many_officials", group=style_id, count=people, most=MAX_OFFICIALS)
    if not levels:
        raise LayoutError("layout_no_levels", rules=vote.rules)


def _check_texts(vote: Vote, levels: Sequence[Level], fonts: FormFonts) -> None:
    shown = (vote.body, vote.parent_body, vote.title)
    people = (text for official in vote.officials for text in (official.name, official.position))
    check_coverage(
        fonts,
        (
            REQUIRED_CHARACTERS,
            *shown,
            *(text.upper() for text in shown),
            vote.subject,
            vote.place,
            *(style.title for style in vote.styles),
            *(level.label for level in levels),
            *people,
        ),
    )


def _code_length(vote_id: str, style_id: str) -> int:
    """Characters of every token text of this vote and style."""
    blank = Token(TokenKind.BALLOT, vote_id, style_id, 1, 1, bytes(LAYOUT_PREFIX_BYTES), "0" * 12)
    try:
        return len(token_text(token_body(blank), bytes(SIGNATURE_BYTES)))
    except ValueError as error:
        raise LayoutError("layout_bad_id", vote=vote_id, group=style_id) from error


def _pages(
    vote: Vote,
    group: str,
    officials: Sequence[Official],
    levels: Sequence[Level],
    setting: Setting,
) -> list[tuple[tuple[Primitive, ...], TablePart]]:
    """Each page's masthead and its part of the table."""
    first = first_masthead(vote, group, len(levels), len(officials), setting)
    later = next_masthead(vote, group, setting)
    columns = columns_for(levels, len(officials), setting.sheet)
    rows = table_rows(officials, columns, setting)
    head = header_mm(columns, setting)
    rooms = [setting.sheet.bottom_mm - block.bottom_mm - head for block in (first, later)]
    parts = []
    for index, page_rows in enumerate(paginated(rows, *rooms)):
        above = later if index else first
        part = table_part(page_rows, columns, above.bottom_mm, setting)
        parts.append((above.primitives, part))
    return [(primitives + part.primitives, part) for primitives, part in parts]


def _form_page(
    primitives: tuple[Primitive, ...],
    number: int,
    pages: int,
    setting: Setting,
    seal: SealImage | None,
) -> FormPage:
    fixed: list[Primitive] = [Filled(rect) for rect in setting.sheet.fiducials()]
    footer: Text = page_number(number, pages, setting)
    picture = [Picture(_inside(setting.sheet.seal_rect(), seal), seal.sha256)] if seal and number == 1 else []
    return FormPage((*fixed, *primitives, footer, *picture))


def _inside(zone: Rect, image: SealImage) -> Rect:
    """The largest rectangle of the image's proportions centred in `zone`."""
    scale = min(zone.width_mm / image.width_px, zone.height_mm / image.height_px)
    width, height = image.width_px * scale, image.height_px * scale
    centre_x, centre_y = zone.centre_mm
    return Rect(centre_x - width / 2, centre_y - height / 2, width, height).rounded()


def _layout_page(part: TablePart, number: int, setting: Setting) -> LayoutPage:
    return LayoutPage(
        page=number,
        boxes=part.boxes,
        names=part.names,
        seal=setting.sheet.seal_rect() if number == 1 else None,
        qr=setting.code,
        serial=setting.serial,
        fiducials=setting.sheet.fiducials(),
    )


def _form_hash(pages: Sequence[FormPage], fonts: FormFonts, sheet: Sheet) -> str:
    faces = {weight: font_face(fonts.data(weight)) for weight in FontWeight}
    program = {
        "format": LAYOUT_FORMAT,
        "paper": [sheet.width_mm, sheet.height_mm],
        "fonts": {weight.value: [face.name, face.sha256] for weight, face in faces.items()},
        "serial_pt": sheet.serial_pt,
        "pages": [[primitive_to_plain(primitive) for primitive in page.primitives] for page in pages],
    }
    return sha256_hex(canonical_json(program))
