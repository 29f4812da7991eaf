"""A stored page for its picture: read once more, compared with its record, and laid upright in colour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.layout import Layout, LayoutPage
from records.reading import PageReading, SheetRejection, SheetResult
from scanner.registration import PageTransform
from scanner.sheet import ReadingContext, identify_code, lay_page, page_scan
from scanner.token import find_codes

Pixels = NDArray[np.uint8]

_ROWS_AT_ONCE = 64
_NUMBERS_AGREE = 0.005
"""Sums of floats differ in their last digits between machines; no decision is taken so finely."""


@dataclass(frozen=True, slots=True, eq=False)
class LaidScan:
    """A scan with the map that lays it upright over its form.

    Attributes:
        pixels: as scanned, uint8 (height, width) grey or (height, width, 3) BGR.
        transform: from page millimetres to pixels.
        layout: the printed form, and `page` the side of it.
    """

    pixels: Pixels
    transform: PageTransform
    layout: Layout
    page: LayoutPage

    def crop(self, rect: Rect, px_per_mm: float) -> Pixels:
        """The page under `rect`, upright, RGB uint8 (height, width, 3)."""
        factor = 2 if self._px_per_mm() > 1.5 * px_per_mm else 1
        fine = self._sampled(rect, px_per_mm * factor)
        if factor > 1:
            size = (fine.shape[1] // factor, fine.shape[0] // factor)
            fine = cv2.resize(fine, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        return as_rgb(fine)

    def _px_per_mm(self) -> float:
        across = np.linalg.norm(self.transform.affine[:, 0]) * self.transform.detail_factor
        return float(across)

    def _sampled(self, rect: Rect, px_per_mm: float) -> Pixels:
        width = max(2, round(rect.width_mm * px_per_mm))
        height = max(2, round(rect.height_mm * px_per_mm))
        x_mm = rect.x_mm + (np.arange(width) + 0.5) / px_per_mm
        factor = self.transform.detail_factor
        strips = []
        for top in range(0, height, _ROWS_AT_ONCE):
            rows = np.arange(top, min(height, top + _ROWS_AT_ONCE))
            y_mm = rect.y_mm + (rows + 0.5) / px_per_mm
            points = np.stack(np.meshgrid(x_mm, y_mm), axis=2).reshape(-1, 2)
            # A pixel of the reduced image covers `factor` pixels of the scan each way.
            places = self.transform.to_pixels(points) * factor + (factor - 1) / 2
            grid = places.reshape(len(rows), width, 2).astype(np.float32)
            strips.append(
                cv2.remap(self.pixels, grid, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
            )
        return np.concatenate(strips).astype(np.uint8)


def as_rgb(pixels: Pixels) -> Pixels:
    """Grey or BGR pixels as RGB."""
    code = cv2.COLOR_GRAY2RGB if pixels.ndim == 2 else cv2.COLOR_BGR2RGB
    return cv2.cvtColor(pixels, code).astype(np.uint8)


def lay_scan(pixels: Pixels, context: ReadingContext) -> LaidScan | None:
    """The scan laid over its form, or None where no form fits it."""
    scan = page_scan(pixels, context)
    identified = identify_code(find_codes(scan.coarse, scan.detail), context)
    if isinstance(identified, SheetRejection):
        return None
    laid = lay_page(scan, identified, context)
    if isinstance(laid, SheetRejection):
        return None
    layout = identified.form.layout
    return LaidScan(pixels, laid.registration.transform, layout, layout.page(identified.token.page))


def numbers_agree(recorded: SheetResult, now: SheetResult) -> bool:
    """Whether all numbers of two readings with the same decisions are the same but for rounding."""
    if not isinstance(recorded, PageReading) or not isinstance(now, PageReading):
        return True
    before, after = tuple(_numbers(recorded)), tuple(_numbers(now))
    return len(before) == len(after) and bool(np.allclose(before, after, atol=_NUMBERS_AGREE, rtol=0.01))


def _numbers(value: Any) -> Iterator[float]:
    """Every number in a tree of dataclasses and tuples, in order."""
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, tuple):
        for part in value:
            yield from _numbers(part)
    elif hasattr(value, "__dataclass_fields__"):
        for field in fields(value):
            yield from _numbers(getattr(value, field.name))
