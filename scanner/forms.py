"""The printed form as the scanner needs it: made once for a layout, used for every sheet.

Arrays are uint8 and read-only. The form's grid is the printed page in pixels of a stated size: pixel
(0, 0) covers the page's top left corner.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from records.errors import LayoutError
from records.geometry import Rect
from records.layout import Layout, LayoutPage
from scanner.options import ReaderOptions

REFERENCE_PX_PER_MM = 8.0
"""Resolution of the reference rendering and of every detailed crop (203.2 dpi)."""

OVERVIEW_PX_PER_MM = 4.0
"""Resolution at which the whole page is looked at (101.6 dpi)."""

PRINTED_BELOW = 215
"""A reference pixel darker than this carries print; 16 % cover is the faintest edge a laser prints."""


class SealSource(StrEnum):
    """How the header stamp comes onto the ballot."""

    STAMPED = "stamped"
    """By hand, after printing: it is ink that the form does not have."""
    PRINTED = "printed"
    """With the form: it is part of the reference."""


@dataclass(frozen=True, slots=True)
class ControlPatch:
    """A piece of the form that can be found again in both directions.

    Attributes:
        x_mm, y_mm: its centre on the page.
        template: uint8, square, at `OVERVIEW_PX_PER_MM`.
    """

    x_mm: float
    y_mm: float
    template: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class PreparedPage:
    """One printed side; equal only to itself, so that stages can keep what they derive from it.

    Attributes:
        detail: grey rendering at `REFERENCE_PX_PER_MM`.
        overview: the same at `OVERVIEW_PX_PER_MM`.
        printed_overview: 255 where the overview is printed or within the print margin of it.
        patches: control patches, spread over the page.
    """

    layout: LayoutPage
    detail: NDArray[np.uint8]
    overview: NDArray[np.uint8]
    printed_overview: NDArray[np.uint8]
    patches: tuple[ControlPatch, ...]

    def detail_crop(self, rect: Rect) -> NDArray[np.uint8]:
        """The reference under `rect` at `REFERENCE_PX_PER_MM`; white beyond the page's edges."""
        return crop_mm(self.detail, rect, REFERENCE_PX_PER_MM, fill=255)


@dataclass(frozen=True, slots=True)
class PreparedForm:
    """All pages of a layout, ready to read against."""

    layout: Layout
    pages: tuple[PreparedPage, ...]
    seal_source: SealSource = SealSource.STAMPED

    @property
    def page_size_mm(self) -> tuple[float, float]:
        return self.layout.width_mm, self.layout.height_mm

    @property
    def layout_prefix(self) -> bytes:
        """The first 8 bytes of the layout's hash, as ballot tokens carry them."""
        return bytes.fromhex(self.layout.sha256)[:8]


def crop_size(rect: Rect, px_per_mm: float) -> tuple[int, int]:
    """(height, width) in pixels of a crop of `rect`."""
    return max(1, round(rect.height_mm * px_per_mm)), max(1, round(rect.width_mm * px_per_mm))


def crop_mm(image: NDArray[np.uint8], rect: Rect, px_per_mm: float, fill: int) -> NDArray[np.uint8]:
    """The pixels of a form-grid image under `rect`, `fill` beyond its edges."""
    height, width = crop_size(rect, px_per_mm)
    left, top = round(rect.x_mm * px_per_mm), round(rect.y_mm * px_per_mm)
    crop = np.full((height, width), fill, np.uint8)
    rows = slice(max(0, top), max(0, min(image.shape[0], top + height)))
    columns = slice(max(0, left), max(0, min(image.shape[1], left + width)))
    part = image[rows, columns]
    if part.size:
        crop[
            rows.start - top : rows.start - top + part.shape[0],
            columns.start - left : columns.start - left + part.shape[1],
        ] = part
    return crop


def prepare_form(
    layout: Layout,
    page_images: Sequence[NDArray[np.uint8]],
    seal_source: SealSource = SealSource.STAMPED,
    options: ReaderOptions | None = None,
) -> PreparedForm:
    """Everything about a layout that does not change from sheet to sheet.

    Args:
        layout: the layout the ballots were printed with.
        page_images: a rendering of each blank page, without code and serial: uint8 (height, width),
            255 paper, `REFERENCE_PX_PER_MM`; a pixel more or less at the right and bottom is allowed.
        seal_source: how the stamp comes onto the ballot.
        options: the reader's options; defaults where None.

    Raises:
        LayoutError: the number or the size of the renderings does not fit the layout.
    """
    options = options or ReaderOptions()
    if len(page_images) != len(layout.pages):
        raise LayoutError("reference_pages", expected=str(len(layout.pages)), found=str(len(page_images)))
    size = (round(layout.height_mm * REFERENCE_PX_PER_MM), round(layout.width_mm * REFERENCE_PX_PER_MM))
    for image in page_images:
        if image.ndim != 2 or max(abs(image.shape[0] - size[0]), abs(image.shape[1] - size[1])) > 2:
            raise LayoutError("reference_size", expected=str(size), found=str(image.shape))
    pages = tuple(
        _prepare_page(page, _fitted(image, size), options)
        for page, image in zip(layout.pages, page_images, strict=True)
    )
    return PreparedForm(layout, pages, seal_source)


def _fitted(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    fitted = np.full(size, 255, np.uint8)
    height, width = min(size[0], image.shape[0]), min(size[1], image.shape[1])
    fitted[:height, :width] = image[:height, :width]
    return fitted


def _prepare_page(page: LayoutPage, detail: NDArray[np.uint8], options: ReaderOptions) -> PreparedPage:
    shape = (round(detail.shape[1] / 2), round(detail.shape[0] / 2))
    overview = cv2.resize(detail, shape, interpolation=cv2.INTER_AREA).astype(np.uint8)
    radius_px = max(1, round(options.ink.print_margin_mm * OVERVIEW_PX_PER_MM))
    printed = (overview < PRINTED_BELOW).astype(np.uint8) * 255
    printed = cv2.dilate(printed, disc(radius_px)).astype(np.uint8)
    for array in (detail, overview, printed):
        array.setflags(write=False)
    return PreparedPage(page, detail, overview, printed, _choose_patches(page, overview, options))


@functools.cache
def disc(radius_px: int) -> NDArray[np.uint8]:
    """A round structuring element, read-only."""
    side = 2 * radius_px + 1
    element = np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), dtype=np.uint8)
    element.setflags(write=False)
    return element


_CELL_MM = 33.0
_SPACING_MM = 12.0
_MIN_CORNER = 2e-4
"""Smallest eigenvalue of the gradient tensor that still pins a patch in both directions; a straight
line alone gives zero."""
_MAX_SELF_SIMILARITY = 0.8


def _choose_patches(
    page: LayoutPage, overview: NDArray[np.uint8], options: ReaderOptions
) -> tuple[ControlPatch, ...]:
    """The best-pinned patch of each cell of a grid over the page, where one is pinned well enough."""
    side = round(options.registration.patch_mm * OVERVIEW_PX_PER_MM)
    reach = round(options.registration.patch_search_mm * OVERVIEW_PX_PER_MM)
    corner: NDArray[Any] = np.asarray(cv2.cornerMinEigenVal(overview, side))
    _forbid(corner, page, side // 2 + reach)
    cell = round(_CELL_MM * OVERVIEW_PX_PER_MM)
    spacing = round(_SPACING_MM * OVERVIEW_PX_PER_MM)
    patches: list[ControlPatch] = []
    for top in range(0, overview.shape[0], cell):
        for left in range(0, overview.shape[1], cell):
            part = corner[top : top + cell, left : left + cell]
            row, column = np.unravel_index(int(np.argmax(part)), part.shape)
            if part[row, column] < _MIN_CORNER:
                continue
            x, y = left + int(column), top + int(row)
            patch = _patch_at(overview, x, y, side, reach)
            if patch is not None:
                patches.append(patch)
                corner[max(0, y - spacing) : y + spacing, max(0, x - spacing) : x + spacing] = 0
    return tuple(patches)


def _forbid(corner: NDArray[Any], page: LayoutPage, margin_px: int) -> None:
    """Zeroes `corner` where a patch would leave the page or lie on what differs from ballot to ballot."""
    corner[:margin_px] = corner[-margin_px:] = 0
    corner[:, :margin_px] = corner[:, -margin_px:] = 0
    changing = [page.qr, page.serial]
    if page.seal is not None:
        changing.append(page.seal)
    half_mm = margin_px / OVERVIEW_PX_PER_MM / 2
    for rect in changing:
        zone = rect.inflated(half_mm)
        rows = slice(
            max(0, round(zone.y_mm * OVERVIEW_PX_PER_MM)), max(0, round(zone.bottom_mm * OVERVIEW_PX_PER_MM))
        )
        columns = slice(
            max(0, round(zone.x_mm * OVERVIEW_PX_PER_MM)), max(0, round(zone.right_mm * OVERVIEW_PX_PER_MM))
        )
        corner[rows, columns] = 0


def _patch_at(overview: NDArray[np.uint8], x: int, y: int, side: int, reach: int) -> ControlPatch | None:
    """The patch around pixel (x, y), or None where it looks like its own surroundings."""
    left, top = x - side // 2, y - side // 2
    template = overview[top : top + side, left : left + side].copy()
    around = overview[top - reach : top + side + reach, left - reach : left + side + reach]
    score = cv2.matchTemplate(around, template, cv2.TM_CCOEFF_NORMED)
    away = score.copy()
    away[reach - 3 : reach + 4, reach - 3 : reach + 4] = -1
    if away.max() > _MAX_SELF_SIMILARITY:
        return None
    template.setflags(write=False)
    centre = side / 2
    return ControlPatch((left + centre) / OVERVIEW_PX_PER_MM, (top + centre) / OVERVIEW_PX_PER_MM, template)
