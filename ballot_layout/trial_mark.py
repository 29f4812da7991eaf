"""What tells a test ballot from a real one at a glance: words along all four edges, in the form itself.

They stand in line with the corner squares, outside everything that is read: no box, no name and no paper
on which people write. Being part of the form they are part of the scanner's reference, and never found as
writing.
"""

from __future__ import annotations

from ballot_layout.drawing import Primitive, SideText, Text, placed
from ballot_layout.fonts import PT_TO_MM, FontWeight
from ballot_layout.setting import Setting
from ballot_layout.sheet import FIDUCIAL_INSET_MM, FIDUCIAL_MM

TRIAL_WORDS = "PHIẾU THỬ - TEST"
TRIAL_LINE = f"{TRIAL_WORDS}     KHÔNG DÙNG ĐỂ BỎ PHIẾU     {TRIAL_WORDS}"
_SIZE_PT = 12.0
_CORNER_GAP_MM = 8.0
"""Free paper beside a corner square, so that it is found as alone as on a real ballot."""
_FOOTER_GAP_MM = 16.0
"""Half the room left to the page number."""
_HIGH_EM = 0.95
"""From the baseline to the top of a capital with its accents."""
_CODE_GAP_MM = 4.0
_BOLD = FontWeight.BOLD


def trial_marks(setting: Setting) -> tuple[Primitive, ...]:
    """The words, for every page of a test ballot."""
    sheet = setting.sheet
    near = FIDUCIAL_INSET_MM + FIDUCIAL_MM + _CORNER_GAP_MM
    middle = sheet.width_mm / 2
    far_x, far_y = sheet.width_mm - near, sheet.height_mm - near
    half = FIDUCIAL_INSET_MM + FIDUCIAL_MM / 2
    foot = sheet.height_mm - half
    marks: list[Primitive] = [
        _across(TRIAL_LINE, near, far_x, half, setting),
        _across(TRIAL_WORDS, near, middle - _FOOTER_GAP_MM, foot, setting),
        _across(TRIAL_WORDS, middle + _FOOTER_GAP_MM, far_x, foot, setting),
    ]
    top = setting.serial.bottom_mm + _CODE_GAP_MM  # nothing may come near the code
    marks += [_upwards(TRIAL_LINE, top, far_y, x, setting) for x in (half, sheet.width_mm - half)]
    return tuple(marks)


def _across(text: str, left_mm: float, right_mm: float, middle_mm: float, setting: Setting) -> Text:
    """`text` centred between two x, its capitals about `middle_mm`."""
    size = setting.setter.fitted_size_pt(text, _BOLD, _SIZE_PT, right_mm - left_mm)
    x_mm = (left_mm + right_mm - setting.setter.width_mm(text, _BOLD, size)) / 2
    return placed(text, x_mm, middle_mm + _HIGH_EM / 2 * size * PT_TO_MM, size, _BOLD)


def _upwards(text: str, top_mm: float, bottom_mm: float, middle_mm: float, setting: Setting) -> SideText:
    """`text` read from the right-hand side, centred between two y."""
    size = setting.setter.fitted_size_pt(text, _BOLD, _SIZE_PT, bottom_mm - top_mm)
    y_mm = (top_mm + bottom_mm + setting.setter.width_mm(text, _BOLD, size)) / 2
    x_mm = middle_mm + _HIGH_EM / 2 * size * PT_TO_MM
    return SideText(placed(text, x_mm, y_mm, size, _BOLD))
