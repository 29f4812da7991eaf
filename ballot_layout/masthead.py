"""What stands above and below the table: body, heading, title, instruction, page number.

The arrangement follows Decree 30/2020/NĐ-CP for state bodies (body at the left, national heading and
motto at the right, a short rule under each) and the Party's guidance for Party bodies (Party heading,
an asterisk under the body's name).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from ballot_layout.drawing import Line, Primitive, Text, Typesetter, rule
from ballot_layout.fonts import PT_TO_MM, FontWeight
from ballot_layout.setting import Setting
from ballot_layout.sheet import RULE_MM, Sheet
from records.vote import Vote

NATIONAL_HEADING = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
PARTY_HEADING = "ĐẢNG CỘNG SẢN VIỆT NAM"
PARTY_WORDS = (
    "đảng bộ", "đảng ủy", "tỉnh ủy", "thành ủy", "huyện ủy", "quận ủy", "thị ủy", "chi bộ", "chi ủy",
    "đảng đoàn", "ban cán sự đảng", "trung ương đảng",
)  # fmt: skip
"""Words in a body's name that tell a Party body, whose papers bear the Party heading."""

LEADING = 1.28
"""Line pitch over type size: Vietnamese capitals carry two marks above and one below."""
ASCENT = 0.92
CONTINUED = "(tiếp theo)"
INSTRUCTION_LIST = "Với mỗi người, đánh dấu X vào một trong {levels} ô tương ứng."
INSTRUCTION_SINGLE = "Đánh dấu X vào một trong {levels} ô dưới đây."
PROHIBITION = "Không gạch xóa họ tên, không ghi thêm tên người hoặc thông tin khác vào phiếu."
PAGE_NUMBER = "Trang {page}/{pages}"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of type and rules that belong together, and where they end."""

    primitives: tuple[Primitive, ...]
    bottom_mm: float


def is_party_body(vote: Vote) -> bool:
    """Whether the vote's body, or the one it belongs to, is an organ of the Party."""
    # "uỷ" and "ủy" are both in use for one word.
    named = f"{vote.parent_body} {vote.body}".casefold().replace("uỷ", "ủy")
    return any(word in named for word in PARTY_WORDS)


def first_masthead(vote: Vote, group: str, levels: int, people: int, setting: Setting) -> Block:
    """All that stands over the table on page 1.

    Raises:
        LayoutError: a word is wider than its column.
    """
    sheet, setter = setting.sheet, setting.setter
    body = _body_block(vote, sheet, setter)
    heading = _heading_block(vote, setting)
    gap = 0.35 * sheet.title_pt * PT_TO_MM
    start = (
        max(body.bottom_mm, heading.bottom_mm, setting.serial.bottom_mm, sheet.seal_rect().bottom_mm)
        + gap / 2
    )
    lines = _title_lines(vote, group, sheet, setter)
    title = _centred_lines(lines, sheet.width_mm / 2, start, setter)
    instruction = _instruction_lines(levels, people, sheet, setter)
    told = _centred_lines(instruction, sheet.width_mm / 2, title.bottom_mm + gap / 2, setter)
    return Block(
        body.primitives + heading.primitives + title.primitives + told.primitives, told.bottom_mm + gap
    )


def next_masthead(vote: Vote, group: str, setting: Setting) -> Block:
    """The shorter head of page 2 and after, left of the code.

    Raises:
        LayoutError: a word is wider than its column.
    """
    sheet, setter = setting.sheet, setting.setter
    width = setting.code.x_mm - sheet.code_gap_mm - sheet.margin_mm
    centre = sheet.margin_mm + width / 2
    bold, regular, size = FontWeight.BOLD, FontWeight.REGULAR, sheet.subject_pt
    wanted = (
        (vote.body.upper(), bold, sheet.body_pt, "vote.body"),
        (f"{vote.title.upper()} {CONTINUED}", bold, size, "vote.title"),
        (vote.subject, regular, size, "vote.subject"),
        (group, regular, size, "group.title"),
    )
    lines = tuple(
        (line, weight, points)
        for text, weight, points, place in wanted
        for line in setter.wrapped(text, weight, points, width, place)
    )
    block = _centred_lines(lines, centre, sheet.top_mm, setter)
    return Block(
        block.primitives, max(block.bottom_mm, setting.serial.bottom_mm) + 0.35 * sheet.title_pt * PT_TO_MM
    )


def page_number(page: int, pages: int, setting: Setting) -> Text:
    sheet = setting.sheet
    text = PAGE_NUMBER.format(page=page, pages=pages)
    return setting.setter.centred(
        text, sheet.width_mm / 2, sheet.footer_mm, sheet.footer_pt, FontWeight.REGULAR
    )


def date_line(place: str, date: datetime.date) -> str:
    """Place and date as in official papers: days below 10 and the months 1 and 2 with a leading zero."""
    month = f"{date.month:02d}" if date.month < 3 else str(date.month)
    return f"{place}, ngày {date.day:02d} tháng {month} năm {date.year}"


def _body_block(vote: Vote, sheet: Sheet, setter: Typesetter) -> Block:
    width, size, centre = sheet.body_mm, sheet.body_pt, sheet.margin_mm + sheet.body_mm / 2
    regular, bold = FontWeight.REGULAR, FontWeight.BOLD
    parent = setter.wrapped(vote.parent_body.upper(), regular, size, width, "vote.parent_body")
    own = setter.wrapped(vote.body.upper(), bold, size, width, "vote.body")
    lines = tuple((line, regular, size) for line in parent) + tuple((line, bold, size) for line in own)
    if is_party_body(vote):
        return _centred_lines((*lines, ("*", bold, size)), centre, sheet.top_mm, setter)
    block = _centred_lines(lines, centre, sheet.top_mm, setter)
    length = max(setter.width_mm(line, bold, size) for line in own) / 2.5
    return _underlined(block, centre, length, size)


def _heading_block(vote: Vote, setting: Setting) -> Block:
    sheet, setter = setting.sheet, setting.setter
    left = sheet.margin_mm + sheet.body_mm + 1.0
    width = setting.code.x_mm - sheet.code_gap_mm - left
    centre = left + width / 2
    party = is_party_body(vote)
    bold = FontWeight.BOLD
    heading = PARTY_HEADING if party else NATIONAL_HEADING
    size = setter.fitted_size_pt(heading, bold, sheet.heading_pt, width)
    lines = [(heading, bold, size)] if party else [(heading, bold, size), (MOTTO, bold, size + 0.5)]
    top = _centred_lines(tuple(lines), centre, sheet.top_mm, setter)
    top = _underlined(top, centre, setter.width_mm(*lines[-1]), size)
    dated = date_line(vote.place, vote.date)
    date_pt = setter.fitted_size_pt(dated, FontWeight.REGULAR, sheet.heading_pt, width)
    below = _centred_lines(((dated, FontWeight.REGULAR, date_pt),), centre, top.bottom_mm + 2.0, setter)
    return Block(top.primitives + below.primitives, below.bottom_mm)


def _title_lines(
    vote: Vote, group: str, sheet: Sheet, setter: Typesetter
) -> tuple[tuple[str, FontWeight, float], ...]:
    width = sheet.right_mm - sheet.margin_mm
    bold = FontWeight.BOLD
    title = setter.wrapped(vote.title.upper(), bold, sheet.title_pt, width, "vote.title")
    under = setter.wrapped(vote.subject, bold, sheet.subject_pt, width, "vote.subject")
    named = setter.wrapped(group, bold, sheet.subject_pt, width, "group.title")
    return tuple((line, bold, sheet.title_pt) for line in title) + tuple(
        (line, bold, sheet.subject_pt) for line in under + named
    )


def _instruction_lines(
    levels: int, people: int, sheet: Sheet, setter: Typesetter
) -> tuple[tuple[str, FontWeight, float], ...]:
    regular, size = FontWeight.REGULAR, sheet.instruction_pt
    width = sheet.right_mm - sheet.margin_mm
    asked = (INSTRUCTION_SINGLE if people == 1 else INSTRUCTION_LIST).format(levels=levels)
    return tuple(
        (line, regular, size)
        for text in (asked, PROHIBITION)
        for line in setter.wrapped(text, regular, size, width, "instruction")
    )


def _centred_lines(
    lines: tuple[tuple[str, FontWeight, float], ...], centre_mm: float, top_mm: float, setter: Typesetter
) -> Block:
    """`lines` of (text, weight, points) under one another from `top_mm`."""
    placed: list[Primitive] = []
    y_mm = top_mm
    for text, weight, points in lines:
        baseline = y_mm + ASCENT * points * PT_TO_MM
        placed.append(setter.centred(text, centre_mm, baseline, points, weight))
        y_mm += LEADING * points * PT_TO_MM
    return Block(tuple(placed), y_mm)


def _underlined(block: Block, centre_mm: float, length_mm: float, size_pt: float) -> Block:
    y_mm = block.bottom_mm + 0.12 * size_pt * PT_TO_MM
    line: Line = rule(centre_mm - length_mm / 2, y_mm, centre_mm + length_mm / 2, y_mm, RULE_MM)
    return Block((*block.primitives, line), y_mm + RULE_MM)
