"""The table of officials: columns, wrapped rows, the boxes, and how rows fall on pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ballot_layout.drawing import Outline, Primitive, Text, placed, rule
from ballot_layout.fonts import PT_TO_MM, FontWeight
from ballot_layout.setting import Setting
from ballot_layout.sheet import BOX_LINE_MM, RULE_MM, Sheet
from records.errors import LayoutError
from records.geometry import Rect, bounding_rect
from records.layout import BoxPlace, NamePlace
from records.vote import Level, Official

NUMBER_HEADER, NAME_HEADER, POSITION_HEADER = "STT", "Họ và tên", "Chức vụ"
NAME_SHARE = 0.46
LEAST_TEXT_SHARE = 0.4
"""Of the table's width, what name and position together must keep."""
LEADING = 1.2
"""Line pitch in cells over type size; three lines of a position stay within a least row on A4."""
CELL_PADDING_MM = 1.0
"""Paper over and under a cell's lines."""
CAP_CENTRE_EM = 0.33
"""Half the height of capitals: a line is centred on its letters, not on its line box."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Left edges and widths in mm; `number_mm` is 0 where the table has no STT column."""

    left_mm: float
    number_mm: float
    name_mm: float
    position_mm: float
    level_mm: float
    levels: tuple[Level, ...]

    @property
    def name_x_mm(self) -> float:
        return self.left_mm + self.number_mm

    @property
    def position_x_mm(self) -> float:
        return self.name_x_mm + self.name_mm

    @property
    def levels_x_mm(self) -> float:
        return self.position_x_mm + self.position_mm

    @property
    def edges_mm(self) -> tuple[float, ...]:
        """The x of every vertical rule."""
        start = (self.left_mm, self.name_x_mm) if self.number_mm else (self.left_mm,)
        levels = tuple(self.levels_x_mm + self.level_mm * index for index in range(len(self.levels) + 1))
        return (*start, self.position_x_mm, *levels)


@dataclass(frozen=True, slots=True)
class Row:
    """One official's wrapped cells and the height they need."""

    official: Official
    number: str
    name: tuple[str, ...]
    position: tuple[str, ...]
    height_mm: float


@dataclass(frozen=True, slots=True)
class TablePart:
    """The part of the table on one page."""

    primitives: tuple[Primitive, ...]
    boxes: tuple[BoxPlace, ...]
    names: tuple[NamePlace, ...]


def columns_for(levels: Sequence[Level], people: int, sheet: Sheet) -> Columns:
    """Column widths.

    Raises:
        LayoutError: so many levels that no room is left for names.
    """
    width = sheet.right_mm - sheet.margin_mm
    number = sheet.number_mm if people > 1 else 0.0
    level = sheet.level_mm(len(levels))
    text = width - number - len(levels) * level
    if text < LEAST_TEXT_SHARE * width:
        raise LayoutError(
            "layout_too_many_levels", levels=len(levels), paper_width_mm=f"{sheet.width_mm:.0f}"
        )
    return Columns(sheet.margin_mm, number, text * NAME_SHARE, text * (1 - NAME_SHARE), level, tuple(levels))


def table_rows(officials: Sequence[Official], columns: Columns, setting: Setting) -> tuple[Row, ...]:
    """The officials as listed, wrapped.

    Raises:
        LayoutError: a word is wider than its column.
    """
    sheet, setter = setting.sheet, setting.setter
    rows = []
    for number, official in enumerate(officials, start=1):
        width = columns.name_mm - 2 * sheet.padding_mm
        name = setter.wrapped(
            official.name, FontWeight.BOLD, sheet.name_pt, width, f"official {official.id}: name"
        )
        width = columns.position_mm - 2 * sheet.padding_mm
        place = f"official {official.id}: position"
        position = setter.wrapped(official.position, FontWeight.REGULAR, sheet.position_pt, width, place)
        text = max(_lines_mm(len(name), sheet.name_pt), _lines_mm(len(position), sheet.position_pt))
        height = max(sheet.row_mm, text + 2 * CELL_PADDING_MM)
        rows.append(Row(official, str(number), name, position, height))
    return tuple(rows)


def paginated(rows: Sequence[Row], first_mm: float, next_mm: float) -> tuple[tuple[Row, ...], ...]:
    """Rows as they fall on pages with `first_mm` of room on the first and `next_mm` on each other.

    Raises:
        LayoutError: one row alone is higher than the room.
    """
    pages: list[list[Row]] = [[]]
    room = first_mm
    for row in rows:
        if row.height_mm > room and pages[-1]:
            pages.append([])
            room = next_mm
        if row.height_mm > room:
            official = row.official
            raise LayoutError("layout_row_too_tall", official=official.id, name=official.name)
        pages[-1].append(row)
        room -= row.height_mm
    return tuple(tuple(page) for page in pages)


def header_mm(columns: Columns, setting: Setting) -> float:
    """Height of the header row.

    Raises:
        LayoutError: a word of a level's label is wider than its column.
    """
    lines = max(len(_label_lines(level, columns, setting)) for level in columns.levels)
    return _lines_mm(lines, setting.sheet.level_pt) + 2 * setting.sheet.padding_mm


def table_part(rows: Sequence[Row], columns: Columns, top_mm: float, setting: Setting) -> TablePart:
    """The header row and `rows` drawn from `top_mm` down."""
    head = header_mm(columns, setting)
    primitives: list[Primitive] = _header_texts(columns, top_mm, head, setting)
    boxes: list[BoxPlace] = []
    names: list[NamePlace] = []
    edges = [top_mm, top_mm + head]
    for row in rows:
        texts = _row_texts(row, columns, edges[-1], setting.sheet)
        spoken = [setting.setter.ink_rect(text) for text in texts]
        names.append(NamePlace(row.official.id, bounding_rect(spoken).rounded()))
        boxes += _row_boxes(row, columns, edges[-1], setting.sheet)
        primitives += _number_text(row, columns, edges[-1], setting)
        primitives += texts
        edges.append(edges[-1] + row.height_mm)
    primitives += [Outline(box.rect, BOX_LINE_MM) for box in boxes]
    primitives += _grid(columns, edges)
    return TablePart(tuple(primitives), tuple(boxes), tuple(names))


def _lines_mm(lines: int, size_pt: float) -> float:
    return lines * LEADING * size_pt * PT_TO_MM


def _baselines(lines: int, size_pt: float, top_mm: float, height_mm: float) -> list[float]:
    """Baselines of `lines` lines centred in a cell."""
    em_mm = size_pt * PT_TO_MM
    first = top_mm + height_mm / 2 - (lines - 1) * LEADING * em_mm / 2 + CAP_CENTRE_EM * em_mm
    return [first + index * LEADING * em_mm for index in range(lines)]


def _label_lines(level: Level, columns: Columns, setting: Setting) -> tuple[str, ...]:
    width = columns.level_mm - 1.5
    size = setting.sheet.level_pt
    return setting.setter.wrapped(level.label, FontWeight.BOLD, size, width, f"level {level.id}")


def _header_texts(columns: Columns, top_mm: float, height_mm: float, setting: Setting) -> list[Primitive]:
    sheet, setter = setting.sheet, setting.setter
    centres = [
        (NAME_HEADER, columns.name_x_mm + columns.name_mm / 2),
        (POSITION_HEADER, columns.position_x_mm + columns.position_mm / 2),
    ]
    if columns.number_mm:
        centres.insert(0, (NUMBER_HEADER, columns.left_mm + columns.number_mm / 2))
    bold = FontWeight.BOLD
    [baseline] = _baselines(1, sheet.header_pt, top_mm, height_mm)
    texts: list[Primitive] = [setter.centred(text, x, baseline, sheet.header_pt, bold) for text, x in centres]
    for index, level in enumerate(columns.levels):
        lines = _label_lines(level, columns, setting)
        x_mm = columns.levels_x_mm + columns.level_mm * (index + 0.5)
        baselines = _baselines(len(lines), sheet.level_pt, top_mm, height_mm)
        texts += [
            setter.centred(line, x_mm, y, sheet.level_pt, bold)
            for line, y in zip(lines, baselines, strict=True)
        ]
    return texts


def _number_text(row: Row, columns: Columns, top_mm: float, setting: Setting) -> list[Primitive]:
    """The running number; nothing where the table has no column for it."""
    if not columns.number_mm:
        return []
    size = setting.sheet.position_pt
    [baseline] = _baselines(1, size, top_mm, row.height_mm)
    centre = columns.left_mm + columns.number_mm / 2
    return [setting.setter.centred(row.number, centre, baseline, size, FontWeight.REGULAR)]


def _row_texts(row: Row, columns: Columns, top_mm: float, sheet: Sheet) -> list[Text]:
    cells = (
        (row.name, columns.name_x_mm, sheet.name_pt, FontWeight.BOLD),
        (row.position, columns.position_x_mm, sheet.position_pt, FontWeight.REGULAR),
    )
    return [
        placed(line, x_mm + sheet.padding_mm, y_mm, size, weight)
        for lines, x_mm, size, weight in cells
        for line, y_mm in zip(lines, _baselines(len(lines), size, top_mm, row.height_mm), strict=True)
    ]


def _row_boxes(row: Row, columns: Columns, top_mm: float, sheet: Sheet) -> list[BoxPlace]:
    y_mm = top_mm + (row.height_mm - sheet.box_mm) / 2
    inset = (columns.level_mm - sheet.box_mm) / 2
    return [
        BoxPlace(
            row.official.id,
            level.id,
            Rect(
                columns.levels_x_mm + columns.level_mm * index + inset, y_mm, sheet.box_mm, sheet.box_mm
            ).rounded(),
        )
        for index, level in enumerate(columns.levels)
    ]


def _grid(columns: Columns, edges_mm: Sequence[float]) -> list[Primitive]:
    """The rules of header and rows; half a stroke longer at the ends, so that corners close."""
    left, right = columns.edges_mm[0] - RULE_MM / 2, columns.edges_mm[-1] + RULE_MM / 2
    lines: list[Primitive] = [rule(left, y, right, y, RULE_MM) for y in edges_mm]
    lines += [rule(x, edges_mm[0], x, edges_mm[-1], RULE_MM) for x in columns.edges_mm]
    return lines
