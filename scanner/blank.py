"""Whether a side of paper has nothing on it: the back of a ballot printed on one side.

A blank back is a form with nothing on it on which nobody wrote. So it is read like one: laid out by the
image's own measures, as nothing is printed to lay it by, and searched for writing with the limits of
`scanner.writing`. Streaks, folds, holes, specks, stains and print that shines through are told from
writing there; whatever else there is, however faint, leaves the side to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.layout import LayoutPage
from scanner.forms import OVERVIEW_PX_PER_MM, PreparedPage
from scanner.image import ScanImage, smoothed
from scanner.ink import find_ink
from scanner.options import ReaderOptions
from scanner.registration import PageTransform
from scanner.seal import SealReading
from scanner.writing import find_writing

_NOWHERE = Rect(0.0, 0.0, 0.0, 0.0)
_NOTHING_PRINTED = LayoutPage(1, (), (), None, _NOWHERE, _NOWHERE, ())


def is_blank(scan: ScanImage, paper_sizes_mm: Sequence[tuple[float, float]], options: ReaderOptions) -> bool:
    """Whether nobody wrote on the page and nothing is printed on it.

    A strip along the image's rim is not judged: the scanner's background and the paper's edges lie there.
    A page that is dark as a whole, or too noisy, is not blank: nothing could be seen on it.

    Args:
        scan: the page's image.
        paper_sizes_mm: width and height of every paper at hand, as for `make_scan_image`.
        options: the reader's options.
    """
    if _is_dark(scan.coarse):
        return False
    # White paper alone holds as few greys as a 1-bit scan.
    scan = replace(scan, bilevel=scan.bilevel and _is_black_and_white(scan.detail))
    size_mm = _upright(max(paper_sizes_mm, key=max), scan)
    transform = _as_it_lies(scan, size_mm)
    page = _empty_page(size_mm)
    ink = find_ink(scan, transform, page, size_mm, options)
    if ink.is_too_noisy(options.ink):
        scan = smoothed(scan, options.ink.smoothing_mm * max(scan.detail.shape) / max(size_mm))
        ink = find_ink(scan, transform, page, size_mm, options)
    if ink.is_too_noisy(options.ink):
        return False
    limits = replace(options.writing, edge_mm=_RIM_MM, speck_size_mm=_SPECK_MM)
    nothing = SealReading(None)
    return not find_writing(scan, transform, page.layout, size_mm, ink, (), (), nothing, limits)


def _is_dark(coarse: NDArray[np.uint8]) -> bool:
    rows, columns = (slice(side // 5, side - side // 5) for side in coarse.shape)
    if float(np.mean(coarse[rows, columns] < _DARK_PAPER)) > _MAX_DARK_SHARE:
        return True
    cells = (max(1, coarse.shape[1] // _CELL_PX), max(1, coarse.shape[0] // _CELL_PX))
    reduced = cv2.resize(coarse, cells, interpolation=cv2.INTER_AREA)
    return float(np.median(cv2.dilate(reduced, np.ones((5, 5), np.uint8)))) < _DARK_PAPER


def _is_black_and_white(detail: NDArray[np.uint8]) -> bool:
    sample = detail[::9, ::7]
    return float(np.mean((sample > 2) & (sample < 253))) <= _FEW_GREYS


def _upright(size_mm: tuple[float, float], scan: ScanImage) -> tuple[float, float]:
    """The paper's size the way the image lies; no larger than the image, whose longer side it fills."""
    height, width = scan.detail.shape
    shorter_mm = max(size_mm) * min(height, width) / max(height, width)
    sides = min(*size_mm, shorter_mm), max(size_mm)
    return sides if height >= width else (sides[1], sides[0])


def _as_it_lies(scan: ScanImage, size_mm: tuple[float, float]) -> PageTransform:
    """The page in the middle of the image, not turned."""
    height, width = scan.detail.shape
    px_per_mm = max(height, width) / max(size_mm)
    left, top = (width - size_mm[0] * px_per_mm) / 2 - 0.5, (height - size_mm[1] * px_per_mm) / 2 - 0.5
    return PageTransform(
        affine=np.array(((px_per_mm, 0.0, left), (0.0, px_per_mm, top))),
        knots_mm=np.zeros(1),
        shift_mm=np.zeros((1, 2)),
        shear=np.zeros((1, 2)),
        middle_mm=size_mm[0] / 2,
        detail_factor=scan.detail_factor,
    )


def _empty_page(size_mm: tuple[float, float]) -> PreparedPage:
    shape = round(size_mm[1] * OVERVIEW_PX_PER_MM), round(size_mm[0] * OVERVIEW_PX_PER_MM)
    white, unprinted = np.full(shape, 255, np.uint8), np.zeros(shape, np.uint8)
    return PreparedPage(_NOTHING_PRINTED, white, white, unprinted, ())


_CELL_PX = 12
_DARK_PAPER = 110
_MAX_DARK_SHARE = 0.1
_FEW_GREYS = 0.02
_RIM_MM = 8.0
_SPECK_MM = 1.5
"""Smaller than on a form: a crumb of faint writing may be all there is, and a needless look costs little."""
