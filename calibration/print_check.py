"""A printed blank ballot against its form: scale, offset on the paper, clipped edges.

The scanner's own resolution must be known, from its profile or from its data sheet: a ballot printed at 97 %
and a scanner that gives 97 % of its resolution look the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from records.errors import InputError
from records.geometry import Rect
from records.layout import LayoutPage
from records.reading import SheetRejection
from records.scanner_profile import Fitness
from scanner.image import MM_PER_INCH, ScanImage
from scanner.registration import PageTransform
from scanner.sheet import LaidPage, ReadingContext, identify_code, lay_page, page_scan
from scanner.token import find_codes

SCALE_LIMIT = 0.01
"""Share of the length. "Fit to page" shrinks by 3 to 5 %; a printer at 100 % is within half a percent. The
reading itself stands 5 %, but what is measured on paper in millimetres no longer holds."""
UNEQUAL_LIMIT = 0.01
OFFSET_LIMIT_MM = 3.0
"""Fiducials stand 8 mm from the paper's edge and printers leave 4 to 5 mm white: 3 mm may go wrong."""
_EDGE_STRIP_MM = 1.0
_PAPER_TOLERANCE_MM = 2.0
_PX_PER_MM = 10.0
_SURROUND_STEP = 40.0


class Side(StrEnum):
    LEFT = "left"
    TOP = "top"
    RIGHT = "right"
    BOTTOM = "bottom"


class PrintFault(StrEnum):
    SCALE = "scale"
    UNEQUAL_SCALE = "unequal_scale"
    OFFSET = "offset"
    CLIPPED = "clipped"


@dataclass(frozen=True, slots=True)
class ScannerResolution:
    """Along the page's width and height."""

    dpi_x: float
    dpi_y: float


@dataclass(frozen=True, slots=True)
class PrintMeasures:
    """One scanned page.

    Attributes:
        page: of the ballot, from 1.
        scale_x, scale_y: printed size over the true one.
        offset_mm: how far the print lies to the right and down of its place on the paper; None where the
            scan does not show where the paper ends.
        clipped: sides at which the outer part of a fiducial is missing.
    """

    scan: str
    page: int
    scale_x: float
    scale_y: float
    offset_mm: tuple[float, float] | None
    clipped: tuple[Side, ...]


def check_print(
    image: NDArray[np.uint8], scan: str, context: ReadingContext, resolution: ScannerResolution
) -> PrintMeasures:
    """Measures the print of a ballot in a scan.

    Raises:
        InputError: the page is no ballot of the vote, or cannot be laid over its form.
    """
    laid = _laid(image, scan, context)
    layout, quality = laid.page.layout, laid.registration.quality
    form = next(form for form in context.forms if laid.page in form.pages)
    return PrintMeasures(
        scan=scan,
        page=layout.page,
        scale_x=round(quality.dpi_x / resolution.dpi_x, 4),
        scale_y=round(quality.dpi_y / resolution.dpi_y, 4),
        offset_mm=_offset_mm(laid, form.page_size_mm, resolution),
        clipped=tuple(_clipped(laid.scan, laid.registration.transform, layout)),
    )


def judge_print(pages: Sequence[PrintMeasures]) -> tuple[Fitness, tuple[PrintFault, ...]]:
    """The verdict over all pages, by their mean scale and offset; one clipped page is enough to be unfit."""
    faults = tuple(_faults(pages))
    if PrintFault.CLIPPED in faults:
        return Fitness.UNFIT, faults
    return (Fitness.LIMITS if faults else Fitness.FIT), faults


def _faults(pages: Sequence[PrintMeasures]) -> Iterator[PrintFault]:
    scale_x, scale_y = (
        float(np.mean([getattr(one, name) for one in pages])) for name in ("scale_x", "scale_y")
    )
    if any(page.clipped for page in pages):
        yield PrintFault.CLIPPED
    if abs((scale_x + scale_y) / 2 - 1) > SCALE_LIMIT:
        yield PrintFault.SCALE
    if abs(scale_x / scale_y - 1) > UNEQUAL_LIMIT:
        yield PrintFault.UNEQUAL_SCALE
    offsets = [page.offset_mm for page in pages if page.offset_mm is not None]
    if offsets and float(np.abs(np.mean(offsets, axis=0)).max()) > OFFSET_LIMIT_MM:
        yield PrintFault.OFFSET


def _laid(image: NDArray[np.uint8], scan: str, context: ReadingContext) -> LaidPage:
    made = page_scan(image, context)
    codes = find_codes(made.coarse, made.detail)
    if not codes:
        raise InputError("calibrate_no_ballot", scan=scan)
    identified = identify_code(codes, context)
    if isinstance(identified, SheetRejection):
        raise InputError("calibrate_other_ballot", scan=scan)
    laid = lay_page(made, identified, context)
    if isinstance(laid, SheetRejection):
        raise InputError("calibrate_not_laid", scan=scan)
    return laid


def _offset_mm(
    laid: LaidPage, size_mm: tuple[float, float], resolution: ScannerResolution
) -> tuple[float, float] | None:
    """How far the print lies from the paper's middle, from where the paper ends in the scan."""
    transform = laid.registration.transform
    per_mm = [dpi / MM_PER_INCH / transform.detail_factor for dpi in (resolution.dpi_x, resolution.dpi_y)]
    if laid.registration.quality.quarter_turns % 2:
        size_mm, per_mm = (size_mm[1], size_mm[0]), per_mm[::-1]
    middle, sides = _paper_in(laid.scan.detail)
    away = [abs(side / scale - mm) for side, scale, mm in zip(sides, per_mm, size_mm, strict=True)]
    if max(away) > _PAPER_TOLERANCE_MM:
        return None
    page_width, page_height = (
        (size_mm[1], size_mm[0]) if laid.registration.quality.quarter_turns % 2 else size_mm
    )
    x_mm, y_mm = transform.to_page(np.array([middle]))[0]
    return round(page_width / 2 - float(x_mm), 2), round(page_height / 2 - float(y_mm), 2)


def _paper_in(grey: NDArray[np.uint8]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Middle and sides of the paper in pixels: what stands out of a darker surround, or the whole scan."""
    height, width = grey.shape
    rim = np.concatenate((grey[:3].ravel(), grey[-3:].ravel(), grey[:, :3].ravel(), grey[:, -3:].ravel()))
    surround, paper = float(np.median(rim)), float(np.percentile(grey[::7, ::7], 80))
    if paper - surround < _SURROUND_STEP:
        return ((width - 1) / 2, (height - 1) / 2), (float(width), float(height))
    bright = (grey > (surround + paper) / 2).astype(np.uint8)
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    middle, sides, angle = cv2.minAreaRect(max(contours, key=cv2.contourArea))
    if 45 < angle % 180 < 135:
        sides = (sides[1], sides[0])
    return (float(middle[0]), float(middle[1])), (float(sides[0]) + 1, float(sides[1]) + 1)


def _clipped(scan: ScanImage, transform: PageTransform, layout: LayoutPage) -> Iterator[Side]:
    """Sides at which the outermost millimetre of the fiducials is not there.

    A side is clipped where both of its fiducials lack it. A single one says so of its corner's two sides, but
    not of a side along which the other fiducial is whole, where a clipped neighbour side explains it.
    """
    missing = {sides: _missing_sides(scan, transform, rect, sides) for rect, sides in _corners(layout)}
    clipped = {
        side for side in Side if all(side in found for sides, found in missing.items() if side in sides)
    }
    for sides, found in missing.items():
        if found and not clipped.intersection(sides):
            clipped |= found
    yield from (side for side in Side if side in clipped)


def _corners(layout: LayoutPage) -> Iterator[tuple[Rect, tuple[Side, Side]]]:
    """Every fiducial with the two sides of the page that it stands at."""
    middle_x, middle_y = (
        float(np.mean([rect.centre_mm[axis] for rect in layout.fiducials])) for axis in (0, 1)
    )
    for rect in layout.fiducials:
        across = Side.LEFT if rect.centre_mm[0] < middle_x else Side.RIGHT
        yield rect, (across, Side.TOP if rect.centre_mm[1] < middle_y else Side.BOTTOM)


def _missing_sides(
    scan: ScanImage, transform: PageTransform, rect: Rect, sides: tuple[Side, Side]
) -> frozenset[Side]:
    """The sides at which a fiducial's outermost millimetre is not printed or not in the scan."""
    strip, (across, down) = _EDGE_STRIP_MM, sides
    x_mm = rect.x_mm if across is Side.LEFT else rect.right_mm - strip
    y_mm = rect.y_mm if down is Side.TOP else rect.bottom_mm - strip
    strips = {
        across: Rect(x_mm, rect.y_mm, strip, rect.height_mm),
        down: Rect(rect.x_mm, y_mm, rect.width_mm, strip),
    }
    return frozenset(side for side, place in strips.items() if not _is_dark(scan.detail, transform, place))


def _is_dark(detail: NDArray[np.uint8], transform: PageTransform, rect: Rect) -> bool:
    """Whether the middle half of a strip lies in the scan and is printed."""
    corners = np.array([(rect.x_mm, rect.y_mm), (rect.right_mm, rect.bottom_mm)])
    pixels = transform.to_pixels(corners)
    inside = (pixels > -1).all() and (pixels < np.array(detail.shape[::-1])).all()
    crop = transform.crop(detail, rect.inflated(-_EDGE_STRIP_MM / 4), _PX_PER_MM)
    return bool(inside) and float(np.median(crop)) < 128
