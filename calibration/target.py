"""The calibration target: what stands where on it, in page millimetres, y down.

Dots lie on a lattice of 10 mm over the whole page. Everything else stands in the cells between them, so that
next to no dot is lost: grey steps, colours, slanted edges, lines, boxes with marks, scale bars and a code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

from ballot_layout.sheet import FIDUCIAL_MM, SHEETS
from records.geometry import Rect
from records.vote import PaperSize

PITCH_MM = 10.0
DOT_MM = 1.0
DOT_CLEAR_MM = 1.4
"""Free paper around a dot's centre: its radius, and as much again for blur and a shift of its neighbours."""
CODE_PREFIX = "KPTARGET1"
CODE_MM = 20.0
CODE_QUIET_MM = 3.8
PATCH_MM = 6.0
GREY_STEPS = tuple(range(0, 101, 10))
"""Ink coverage of the grey steps in percent."""
EDGE_SIDE_MM = 12.0
EDGE_ANGLE_DEG = 5.0
"""Side and turn of the squares for the slanted edges; ISO 12233 asks for an edge turned by about 5°."""
LINE_WIDTHS_MM = (0.1, 0.2, 0.3, 0.5, 1.0)
BOX_MM = 7.0
BOX_LINE_MM = 0.3
SCALE_MM = 100
SCALE_TICK_MM = 0.15
_LABEL_MM = 2.0

COLOURS: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("red", (255, 0, 0)),
    ("green", (0, 160, 0)),
    ("blue", (0, 0, 255)),
    ("cyan", (0, 174, 239)),
    ("magenta", (236, 0, 140)),
    ("yellow", (255, 230, 0)),
    ("seal", (200, 16, 46)),
    ("pen", (28, 58, 148)),
)
"""Name and RGB of the colour patches: the primaries, a stamp's red and a ball pen's blue."""

REFERENCE_MARKS = ((0.2, 100), (0.3, 100), (0.5, 100), (0.8, 100), (0.5, 70), (0.5, 50), (0.5, 30), (0.5, 15))
"""Line width in millimetres and ink in percent of the crosses in the sample boxes."""


@dataclass(frozen=True, slots=True)
class GreyPatch:
    """One grey step; `copy` is 0 or 1."""

    rect: Rect
    percent: int
    copy: int


@dataclass(frozen=True, slots=True)
class ColourPatch:
    rect: Rect
    name: str
    rgb: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class SlantedSquare:
    """A black square turned clockwise by `EDGE_ANGLE_DEG` about its centre."""

    x_mm: float
    y_mm: float

    def corners(self) -> tuple[tuple[float, float], ...]:
        """Top left, top right, bottom right, bottom left."""
        half = EDGE_SIDE_MM / 2
        cosine, sine = (f(math.radians(EDGE_ANGLE_DEG)) for f in (math.cos, math.sin))
        around = ((-half, -half), (half, -half), (half, half), (-half, half))
        return tuple(
            (self.x_mm + x * cosine - y * sine, self.y_mm + x * sine + y * cosine) for x, y in around
        )


@dataclass(frozen=True, slots=True)
class TestLine:
    """A black line of known width, standing or lying."""

    __test__ = False  # no case for pytest

    rect: Rect
    width_mm: float
    standing: bool


@dataclass(frozen=True, slots=True)
class ReferenceMark:
    """A box with a cross of known width and ink."""

    box: Rect
    line_mm: float
    percent: int


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A ruler of 100 mm from its start at (`x_mm`, `y_mm`), to the right or downwards."""

    x_mm: float
    y_mm: float
    standing: bool


@dataclass(frozen=True, slots=True)
class Target:
    """The whole target of one paper size.

    Attributes:
        dots: centres of the dots.
        text_lines: where the lines of text begin and how wide they may be: x, baseline, width.
        occupied: everything printed besides the dots, with its surroundings: nothing is measured on the
            paper there.
        free_cells: centres of the cells in which nothing stands.
    """

    paper: PaperSize
    width_mm: float
    height_mm: float
    fiducials: tuple[Rect, ...]
    code: Rect
    dots: tuple[tuple[float, float], ...]
    greys: tuple[GreyPatch, ...]
    colours: tuple[ColourPatch, ...]
    squares: tuple[SlantedSquare, ...]
    lines: tuple[TestLine, ...]
    marks: tuple[ReferenceMark, ...]
    scales: tuple[ScaleBar, ...]
    text_lines: tuple[tuple[float, float, float], ...]
    occupied: tuple[Rect, ...]
    free_cells: tuple[tuple[float, float], ...]

    @property
    def code_text(self) -> str:
        return f"{CODE_PREFIX} {self.paper.value}"


@dataclass(frozen=True, slots=True)
class _Plan:
    """Cells (column, row) where things begin; cell (1, 1) reaches from 10 to 20 mm."""

    code_at: tuple[int, int]
    text_cells: int
    greys: tuple[tuple[int, int], tuple[int, int]]
    squares: tuple[tuple[int, int], ...]
    lines: tuple[int, int]
    marks: tuple[int, int]
    colours: tuple[int, int]
    scales: tuple[tuple[int, int], tuple[int, int]]


_PLANS = {
    PaperSize.A4: _Plan(
        code_at=(17, 3),
        text_cells=7,
        greys=((2, 5), (8, 26)),
        squares=((3, 8), (16, 8), (3, 21), (16, 21)),
        lines=(8, 13),
        marks=(6, 15),
        colours=(6, 17),
        scales=((5, 11), (18, 10)),
    ),
    PaperSize.A5: _Plan(
        code_at=(11, 3),
        text_cells=5,
        greys=((2, 5), (1, 18)),
        squares=((2, 7), (11, 7), (2, 16), (9, 16)),
        lines=(4, 10),
        marks=(2, 12),
        colours=(4, 14),
        scales=((2, 9), (12, 9)),
    ),
}


@cache
def make_target(paper: PaperSize) -> Target:
    """The target on `paper`."""
    sheet, plan = SHEETS[paper], _PLANS[paper]
    middle_x, middle_y = (place * PITCH_MM for place in plan.code_at)
    target = Target(
        paper=paper,
        width_mm=sheet.width_mm,
        height_mm=sheet.height_mm,
        fiducials=sheet.fiducials(),
        code=Rect(middle_x - CODE_MM / 2, middle_y - CODE_MM / 2, CODE_MM, CODE_MM),
        dots=(),
        greys=_greys(plan),
        colours=tuple(
            ColourPatch(_cell(plan.colours[0] + step, plan.colours[1], PATCH_MM), name, rgb)
            for step, (name, rgb) in enumerate(COLOURS)
        ),
        squares=tuple(SlantedSquare(*_cell(column, row, 1.0).centre_mm) for column, row in plan.squares),
        lines=_test_lines(*plan.lines),
        marks=tuple(
            ReferenceMark(_cell(plan.marks[0] + step, plan.marks[1], BOX_MM), width, percent)
            for step, (width, percent) in enumerate(REFERENCE_MARKS)
        ),
        scales=_scales(plan),
        text_lines=tuple((20.0, row * PITCH_MM + 6.0, plan.text_cells * PITCH_MM) for row in (1, 2, 3)),
        occupied=(),
        free_cells=(),
    )
    occupied = _occupied(target)
    return replace(target, dots=_dots(target), occupied=occupied, free_cells=_free_cells(target, occupied))


def _greys(plan: _Plan) -> tuple[GreyPatch, ...]:
    """Both copies; the second runs the other way, so that light fading to one side bends them apart."""
    return tuple(
        GreyPatch(_cell(column + step, row, PATCH_MM), GREY_STEPS[-1 - step if copy else step], copy)
        for copy, (column, row) in enumerate(plan.greys)
        for step in range(len(GREY_STEPS))
    )


def _scales(plan: _Plan) -> tuple[ScaleBar, ...]:
    """The lying one in the middle of its row of cells, the standing one of its column."""
    (column, row), (upright_column, upright_row) = plan.scales
    half = PITCH_MM / 2
    return (
        ScaleBar(column * PITCH_MM, row * PITCH_MM + half, standing=False),
        ScaleBar(upright_column * PITCH_MM + half, upright_row * PITCH_MM, standing=True),
    )


def _occupied(target: Target) -> tuple[Rect, ...]:
    return (
        *(rect.inflated(1.0) for rect in target.fiducials),
        target.code.inflated(CODE_QUIET_MM),
        *(_with_label(grey.rect) for grey in target.greys),
        *(colour.rect.inflated(1.0) for colour in target.colours),
        *(_square_zone(square) for square in target.squares),
        *(line.rect.inflated(1.0) for line in target.lines),
        *(mark.box.inflated(0.8) for mark in target.marks),
        *(_scale_zone(scale) for scale in target.scales),
        *(Rect(x, baseline - 4.2, width, 6.0) for x, baseline, width in target.text_lines),
    )


def _cell(column: int, row: int, side_mm: float) -> Rect:
    """A square in the middle of a cell."""
    inset = (PITCH_MM - side_mm) / 2
    return Rect(column * PITCH_MM + inset, row * PITCH_MM + inset, side_mm, side_mm)


def _with_label(rect: Rect) -> Rect:
    """A grey step with the number below it."""
    wide = rect.inflated(1.0)
    return Rect(wide.x_mm, wide.y_mm, wide.width_mm, wide.height_mm + _LABEL_MM)


def _square_zone(square: SlantedSquare) -> Rect:
    side = EDGE_SIDE_MM + 2.0
    return Rect(square.x_mm - side / 2, square.y_mm - side / 2, side, side)


def _scale_zone(scale: ScaleBar) -> Rect:
    """The bar with its numbers."""
    if scale.standing:
        return Rect(scale.x_mm - 3.2, scale.y_mm - 1.0, 7.2, SCALE_MM + 2.0)
    return Rect(scale.x_mm - 1.0, scale.y_mm - 3.2, SCALE_MM + 3.5, 6.4)


def _test_lines(column: int, row: int) -> tuple[TestLine, ...]:
    """Three thin lines and two thick ones in a cell each, standing and then lying."""
    lines = []
    for cell, (standing, widths) in enumerate(
        product((True, False), (LINE_WIDTHS_MM[:3], LINE_WIDTHS_MM[3:]))
    ):
        rect = _cell(column + cell, row, PATCH_MM)
        for place, width in enumerate(widths):
            middle = (place + 0.5) * PATCH_MM / len(widths) - width / 2
            if standing:
                line = Rect(rect.x_mm + middle, rect.y_mm, width, PATCH_MM)
            else:
                line = Rect(rect.x_mm, rect.y_mm + middle, PATCH_MM, width)
            lines.append(TestLine(line, width, standing))
    return tuple(lines)


def _dots(target: Target) -> tuple[tuple[float, float], ...]:
    """Every place of the lattice that no square, code or fiducial takes, to 7 mm from the paper's edge."""
    near_edge = 7.0
    columns = range(1, int((target.width_mm - near_edge) / PITCH_MM) + 1)
    rows = range(1, int((target.height_mm - near_edge) / PITCH_MM) + 1)
    taken = (
        *(rect.inflated(FIDUCIAL_MM / 2) for rect in target.fiducials),
        target.code.inflated(CODE_QUIET_MM),
        *(_square_zone(square) for square in target.squares),
    )
    points = ((column * PITCH_MM, row * PITCH_MM) for row, column in product(rows, columns))
    return tuple(point for point in points if not any(rect.contains(*point) for rect in taken))


def _free_cells(target: Target, occupied: tuple[Rect, ...]) -> tuple[tuple[float, float], ...]:
    columns = range(1, int(target.width_mm / PITCH_MM) - 1)
    rows = range(1, int(target.height_mm / PITCH_MM) - 1)
    cells = [_cell(column, row, PATCH_MM) for row, column in product(rows, columns)]
    return tuple(
        cell.centre_mm for cell in cells if not any(cell.intersection_mm2(rect) > 0 for rect in occupied)
    )
