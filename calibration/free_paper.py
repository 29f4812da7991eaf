"""Where on a printed form there is paper free enough to write on."""

from __future__ import annotations

from collections.abc import Iterator

from ballot_layout.drawing import Filled, Line, Outline, Picture, SideText, Text, Typesetter
from ballot_layout.form import Form
from records.geometry import Rect

_EDGE_MM = 20.0
"""Writing nearer to the sheet's edge (14 mm, in the reader's options) is never certain; sheets lie askew."""
_STEP_MM = 1.0
_AROUND_PRINT_MM, _AROUND_BOX_MM, _AROUND_CODE_MM, _AROUND_SEAL_MM = 0.8, 5.0, 3.0, 9.0
_SIZES_MM = ((54.0, 8.6), (46.0, 7.4), (38.0, 6.2), (32.0, 5.2), (27.0, 4.6))


def find_free_paper(form: Form) -> tuple[int, Rect] | None:
    """The page number and the place of the largest of a few sizes of writing that fits somewhere.

    Returns:
        None where the form is printed so closely that none fits.
    """
    taken = [tuple(_taken(form, index)) for index in range(len(form.pages))]
    for width, height in _SIZES_MM:
        for index in reversed(range(len(form.pages))):
            place = _room(form, taken[index], width, height)
            if place is not None:
                return form.layout.pages[index].page, place
    return None


def _room(form: Form, taken: tuple[Rect, ...], width_mm: float, height_mm: float) -> Rect | None:
    """The lowest free place on a page."""
    y = form.layout.height_mm - _EDGE_MM - height_mm
    while y >= _EDGE_MM:
        x = _EDGE_MM
        while x + width_mm <= form.layout.width_mm - _EDGE_MM:
            place = Rect(x, y, width_mm, height_mm)
            over = [rect for rect in taken if rect.intersection_mm2(place)]
            if not over:
                return place
            x = max(x + _STEP_MM, *(rect.right_mm for rect in over))
        y -= _STEP_MM
    return None


def _taken(form: Form, index: int) -> Iterator[Rect]:
    """Everything printed on a page, and what is read there, with room around."""
    setter, page = Typesetter(form.fonts), form.layout.pages[index]
    for primitive in form.pages[index].primitives:
        match primitive:
            case Text():
                yield setter.ink_rect(primitive).inflated(_AROUND_PRINT_MM)
            case Line(x1, y1, x2, y2, width):
                rect = Rect(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))
                yield rect.inflated(width / 2 + _AROUND_PRINT_MM)
            case Outline(rect, width):
                yield rect.inflated(width / 2 + _AROUND_PRINT_MM)
            case Filled(rect) | Picture(rect):
                yield rect.inflated(_AROUND_PRINT_MM)
            case SideText():
                pass  # it stands beyond the edge that is kept free anyway
    yield from (box.rect.inflated(_AROUND_BOX_MM) for box in page.boxes)
    yield from (name.rect.inflated(_AROUND_PRINT_MM) for name in page.names)
    yield page.qr.inflated(_AROUND_CODE_MM)
    yield page.serial.inflated(_AROUND_CODE_MM)
    if page.seal is not None:
        yield page.seal.inflated(_AROUND_SEAL_MM)
