"""What every part of a form is set with: the paper's measures, the type, the code's place."""

from __future__ import annotations

from dataclasses import dataclass

from ballot_layout.drawing import Typesetter
from ballot_layout.sheet import Sheet
from records.geometry import Rect


@dataclass(frozen=True, slots=True)
class Setting:
    """`code` and `serial` stand in the same place on every page."""

    sheet: Sheet
    setter: Typesetter
    code: Rect
    serial: Rect
