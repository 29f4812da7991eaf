"""The ink in and around one box, at full resolution: what is the box's own, and what print hides."""

from __future__ import annotations

import functools
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
    area = on_reference_grid(box.inflated(options.reach_mm))
    level = ink.paper_level(*box.centre_mm)
    darkness = darkness_of(transform.crop(image.detail, area, _PX), level)
    hidden = _printed_around(page, area, options) > 0
    covered = line_mask(ink.lines, area, _PX)
    if covered is not None:
        hidden = hidden | covered
    inked = ((darkness >= max(ink.threshold, 1)) & ~hidden).astype(np.uint8)
    inside = _grid_place(box, area)
    own = _own_ink(inked, inside, options)
    elsewhere = _other_boxes(page, area, box)
    return BoxInk(area, darkness, inked > 0, own, hidden, elsewhere, inside, image.bilevel)


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
def _printed_around(page: PreparedPage, area: Rect, options: MarkOptions) -> NDArray[np.uint8]:
    """1 where the form is printed, or too near to print to tell, within `area`; 0 elsewhere."""
    printed = (page.detail_crop(area) < PRINTED_BELOW).astype(np.uint8)
    return cv2.dilate(printed, disc(max(1, round(options.outline_margin_mm * _PX)))).astype(np.uint8)


def _own_ink(
    inked: NDArray[np.uint8], inside: tuple[int, int, int, int], options: MarkOptions
) -> NDArray[np.bool_]:
    """Ink that hangs together, over gaps as wide as the masked outline, with ink inside the box."""
    bridged = cv2.dilate(inked, disc(round(options.bridge_mm * _PX / 2)))
    count, labels = cv2.connectedComponents(bridged, connectivity=8)
    left, top, right, bottom = inside
    touching = np.zeros(count, dtype=bool)
    touching[labels[top:bottom, left:right][inked[top:bottom, left:right] > 0]] = True
    touching[0] = False
    own: NDArray[np.bool_] = touching[labels] & (inked > 0)
    return own


def on_reference_grid(rect: Rect) -> Rect:
    """`rect` moved onto the reference grid, so that crops of scan and reference cover the same pixels."""
    return Rect(
        round(rect.x_mm * _PX) / _PX,
        round(rect.y_mm * _PX) / _PX,
        round(rect.width_mm * _PX) / _PX,
        round(rect.height_mm * _PX) / _PX,
    )
