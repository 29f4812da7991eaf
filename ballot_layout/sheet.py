"""The measures of a sheet on each paper size: where the fixed things stand, how large type is."""

from __future__ import annotations

from dataclasses import dataclass

from ballot_layout.codes import code_modules
from records.geometry import Rect
from records.vote import PaperSize

FIDUCIAL_MM = 5.0
FIDUCIAL_INSET_MM = 8.0
QUIET_MODULES = 4
MINIMUM_MODULE_MM = 0.5
BOX_LINE_MM = 0.3
RULE_MM = 0.2
BOX_CLEAR_MM = 4.0
"""Free paper on every side of a box's outline: room for a voter's strokes to run over."""
ROW_MM_BESIDE_BOX = 2 * BOX_CLEAR_MM + BOX_LINE_MM + RULE_MM
"""What a row needs above its box's height: the free paper and half of each neighbouring stroke."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper size. Lengths in millimetres, type sizes in points.

    Attributes:
        top_mm, bottom_mm: where content begins, where the table ends at the latest.
        body_mm: width of the column of the body's name at the top left.
        seal_mm: side of the seal zone; the same on both sizes, a stamp does not shrink with the paper.
        code_mm: side of the QR code; more where a long id needs it.
        code_gap_mm: free paper between the heading and the code.
        levels_mm: width for all box columns together; `widest_level_mm` bounds one.
        box_gap_mm: least gap between the boxes of neighbouring levels.
    """

    width_mm: float
    height_mm: float
    margin_mm: float
    top_mm: float
    bottom_mm: float
    footer_mm: float
    body_mm: float
    seal_mm: float
    code_mm: float
    code_gap_mm: float
    serial_height_mm: float
    number_mm: float
    levels_mm: float
    widest_level_mm: float
    box_mm: float
    box_gap_mm: float
    padding_mm: float
    heading_pt: float
    body_pt: float
    title_pt: float
    subject_pt: float
    instruction_pt: float
    header_pt: float
    level_pt: float
    name_pt: float
    position_pt: float
    serial_pt: float
    footer_pt: float

    @property
    def right_mm(self) -> float:
        return self.width_mm - self.margin_mm

    @property
    def row_mm(self) -> float:
        """Least height of a table row."""
        return self.box_mm + ROW_MM_BESIDE_BOX

    def fiducials(self) -> tuple[Rect, ...]:
        far_x = self.width_mm - FIDUCIAL_INSET_MM - FIDUCIAL_MM
        far_y = self.height_mm - FIDUCIAL_INSET_MM - FIDUCIAL_MM
        return tuple(
            Rect(x, y, FIDUCIAL_MM, FIDUCIAL_MM)
            for y in (FIDUCIAL_INSET_MM, far_y)
            for x in (FIDUCIAL_INSET_MM, far_x)
        )

    def code_rect(self, text_length: int) -> Rect:
        """Where the modules of a code of `text_length` characters stand, on every page."""
        side = max(self.code_mm, MINIMUM_MODULE_MM * code_modules(text_length))
        return Rect(self.right_mm - side, self.top_mm, side, side).rounded()

    def serial_rect(self, text_length: int) -> Rect:
        """The line of the human-readable serial, under the code's quiet zone."""
        code = self.code_rect(text_length)
        quiet = QUIET_MODULES * code.width_mm / code_modules(text_length)
        return Rect(code.x_mm, code.bottom_mm + quiet, code.width_mm, self.serial_height_mm).rounded()

    def seal_rect(self) -> Rect:
        """The stamp's place, over the middle of the body's name."""
        x_mm = self.margin_mm + (self.body_mm - self.seal_mm) / 2
        return Rect(x_mm, self.top_mm, self.seal_mm, self.seal_mm).rounded()

    def level_mm(self, levels: int) -> float:
        """Width of one box column."""
        return max(self.box_mm + self.box_gap_mm, min(self.widest_level_mm, self.levels_mm / levels))


SHEETS = {
    PaperSize.A4: Sheet(
        width_mm=210.0, height_mm=297.0, margin_mm=16.0, top_mm=16.0, bottom_mm=280.5, footer_mm=287.5,
        body_mm=62.0, seal_mm=36.0, code_mm=28.0, code_gap_mm=5.0, serial_height_mm=3.5,
        number_mm=11.0, levels_mm=69.0, widest_level_mm=30.0, box_mm=7.0, box_gap_mm=10.0, padding_mm=2.0,
        heading_pt=11.0, body_pt=11.0, title_pt=19.0, subject_pt=12.0, instruction_pt=11.0, header_pt=11.0,
        level_pt=10.5, name_pt=11.5, position_pt=10.5, serial_pt=8.5, footer_pt=9.5,
    ),
    PaperSize.A5: Sheet(
        width_mm=148.0, height_mm=210.0, margin_mm=13.0, top_mm=16.0, bottom_mm=194.0, footer_mm=200.5,
        body_mm=40.0, seal_mm=36.0, code_mm=22.0, code_gap_mm=4.0, serial_height_mm=2.8,
        number_mm=8.0, levels_mm=49.5, widest_level_mm=21.0, box_mm=6.0, box_gap_mm=10.0, padding_mm=1.4,
        heading_pt=8.0, body_pt=8.0, title_pt=14.0, subject_pt=9.0, instruction_pt=8.5, header_pt=8.5,
        level_pt=8.0, name_pt=9.5, position_pt=8.5, serial_pt=6.8, footer_pt=7.5,
    ),
}  # fmt: skip
