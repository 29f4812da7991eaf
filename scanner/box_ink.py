"""The ink in and around one box, at full resolution: what is the box's own, and what print hides."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from scanner.forms import PRINTED_BELOW, REFERENCE_PX_PER_MM, PreparedPage, crop_size, disc
from scanner.image import ScanImage
from scanner.ink import PageInk, darkness_of
from scanner.options import MarkOptions
from scanner.registration import PageTransform
from scanner.streaks import line_mask

_PX = REFERENCE_PX_PER_MM


@dataclass(frozen=True, slots=True)
class BoxInk:
    """The ink around one box, on a grid of `REFERENCE_PX_PER_MM` whose corner is `area`'s corner.

    Attributes:
        area: what the grid covers.
        darkness: uint8 (height, width), 0 paper … 255 black.
        ink: bool, unprinted ink.
        own: bool, the ink that hangs together with ink inside the box.
        hidden: bool, where print or a streak hides whether there is ink.
        elsewhere: bool, in and close around the other boxes of the page.
        inside: the printed square in grid pixels: left, top, right, bottom.
        bilevel: whether the scan holds black and white only.
    """

    area: Rect
    darkness: NDArray[np.uint8]
    ink: NDArray[np.bool_]
    own: NDArray[np.bool_]
    hidden: NDArray[np.bool_]
    elsewhere: NDArray[np.bool_]
    inside: tuple[int, int, int, int]
    bilevel: bool = False


def find_box_ink(
    box: Rect,
    image: ScanImage,
    transform: PageTransform,
    page: PreparedPage,
    ink: PageInk,
    options: MarkOptions,
) -> BoxInk:
    """The ink in and around one box at full resolution."""
    return find_box_inks((box,), image, transform, page, ink, options)[0]


def find_box_inks(
    boxes: Sequence[Rect],
    image: ScanImage,
    transform: PageTransform,
    page: PreparedPage,
    ink: PageInk,
    options: MarkOptions,
) -> tuple[BoxInk, ...]:
    """`find_box_ink` of every box in turn."""
    areas = [_surroundings(box, options) for box in boxes]
    crops = transform.crops(image.detail, areas, _PX)
    return tuple(
        _box_ink(box, area, darkness_of(crop, ink.paper_level(*box.centre_mm)), image, page, ink, options)
        for box, area, crop in zip(boxes, areas, crops, strict=True)
    )


def _box_ink(
    box: Rect,
    area: Rect,
    darkness: NDArray[np.uint8],
    image: ScanImage,
    page: PreparedPage,
    ink: PageInk,
    options: MarkOptions,
) -> BoxInk:
    hidden = _printed_around(page, area, options)
    covered = line_mask(ink.lines, area, _PX)
    if covered is not None:
        hidden = hidden | covered
    inked = (darkness >= max(ink.threshold, 1)) & ~hidden
    inside = _grid_place(box, area)
    own = _own_ink(inked, inside, options)
    elsewhere = _other_boxes(page, area, box)
    return BoxInk(area, darkness, inked, own, hidden, elsewhere, inside, image.bilevel)


@functools.lru_cache(maxsize=2048)
def _surroundings(box: Rect, options: MarkOptions) -> Rect:
    return on_reference_grid(box.inflated(options.reach_mm))


def _grid_place(rect: Rect, area: Rect) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of `rect` in pixels of a grid over `area`."""
    return (
        round((rect.x_mm - area.x_mm) * _PX),
        round((rect.y_mm - area.y_mm) * _PX),
        round((rect.right_mm - area.x_mm) * _PX),
        round((rect.bottom_mm - area.y_mm) * _PX),
    )


@functools.lru_cache(maxsize=2048)
def _other_boxes(page: PreparedPage, area: Rect, box: Rect) -> NDArray[np.bool_]:
    mask = np.zeros(crop_size(area, _PX), dtype=bool)
    for other in page.layout.boxes:
        if other.rect == box or area.intersection_mm2(other.rect) <= 0:
            continue
        left, top, right, bottom = _grid_place(other.rect.inflated(_AROUND_BOX_MM), area)
        mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
    return mask


_AROUND_BOX_MM = 1.0


@functools.lru_cache(maxsize=2048)
def _printed_around(page: PreparedPage, area: Rect, options: MarkOptions) -> NDArray[np.bool_]:
    """Where the form is printed, or too near to print to tell, within `area`."""
    printed = (page.detail_crop(area) < PRINTED_BELOW).astype(np.uint8)
    around = cv2.dilate(printed, disc(max(1, round(options.outline_margin_mm * _PX)))) > 0
    around.setflags(write=False)
    return around


def _own_ink(
    inked: NDArray[np.bool_], inside: tuple[int, int, int, int], options: MarkOptions
) -> NDArray[np.bool_]:
    """Ink that hangs together, over gaps as wide as the masked outline, with ink inside the box."""
    own = np.zeros_like(inked)
    left, top, right, bottom = inside
    within = inked[top:bottom, left:right]
    if not within.any():
        return own
    bridged = cv2.dilate(inked.view(np.uint8), disc(round(options.bridge_mm * _PX / 2)))
    _, labels = cv2.connectedComponents(bridged, connectivity=8)
    for touching in np.flatnonzero(np.bincount(labels[top:bottom, left:right][within])):
        own |= labels == touching
    own &= inked
    return own


def points_of(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of what is true, as `np.nonzero` gives them; much faster where that is little."""
    rows, columns = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return rows, columns


def on_reference_grid(rect: Rect) -> Rect:
    """`rect` moved onto the reference grid, so that crops of scan and reference cover the same pixels."""
    return Rect(
        round(rect.x_mm * _PX) / _PX,
        round(rect.y_mm * _PX) / _PX,
        round(rect.width_mm * _PX) / _PX,
        round(rect.height_mm * _PX) / _PX,
    )
