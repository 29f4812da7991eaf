"""A small printed page made by hand, so that these tests need no PDF."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from records.geometry import Rect
from records.layout import BoxPlace, LayoutPage, NamePlace
from sample_scans.pens import WORKING_PX_PER_MM, Page
from sample_scans.voter import Sheet

PX = WORKING_PX_PER_MM
LEVELS = ("high", "medium", "low")
WIDTH_MM, HEIGHT_MM = 100.0, 120.0


def small_place() -> LayoutPage:
    boxes = tuple(
        BoxPlace(f"o{row}", level, Rect(50.0 + 16 * column, 40.0 + 18 * row, 7.0, 7.0))
        for row in range(3)
        for column, level in enumerate(LEVELS)
    )
    names = tuple(NamePlace(f"o{row}", Rect(10.0, 40.0 + 18 * row, 34.0, 6.0)) for row in range(3))
    corners = tuple(Rect(x, y, 5.0, 5.0) for y in (5.0, 110.0) for x in (5.0, 90.0))
    return LayoutPage(
        1, boxes, names, Rect(12.0, 12.0, 24.0, 24.0), Rect(70, 12, 18, 18), Rect(70, 31, 18, 3), corners
    )


@cache
def _small_paper() -> Page:
    place = small_place()
    paper = np.full((round(HEIGHT_MM * PX), round(WIDTH_MM * PX), 3), 255, np.uint8)
    for box in place.boxes:
        cv2.rectangle(paper, *_corners(box.rect), (0, 0, 0), 3)
    for corner in place.fiducials:
        cv2.rectangle(paper, *_corners(corner), (0, 0, 0), -1)
    for name in place.names:
        at = (int(name.rect.x_mm * PX) + 6, int((name.rect.bottom_mm - 1) * PX))
        cv2.putText(paper, "NGUYEN VAN AN", at, cv2.FONT_HERSHEY_SIMPLEX, 1.1, (0, 0, 0), 4, cv2.LINE_AA)
    paper.flags.writeable = False
    return paper


def small_sheet(serial: str = "0123456789AB") -> Sheet:
    return Sheet(_small_paper(), PX, small_place(), serial)


def _corners(rect: Rect) -> tuple[tuple[int, int], tuple[int, int]]:
    return (round(rect.x_mm * PX), round(rect.y_mm * PX)), (
        round(rect.right_mm * PX),
        round(rect.bottom_mm * PX),
    )


def ink_mm(before: Page, after: Page, least: int = 40) -> np.ndarray:
    """Positions (n, 2) in mm of pixels that `after` has darkened (in red light) by at least `least`."""
    darker = (
        cv2.subtract(np.ascontiguousarray(before[:, :, 2]), np.ascontiguousarray(after[:, :, 2])) >= least
    )
    y, x = np.nonzero(darker)
    return np.column_stack([x, y]) / PX


def share_inside(rect: Rect, points_mm: np.ndarray) -> float:
    """Share of the points (n, 2) that lie in `rect`."""
    low, high = (rect.x_mm, rect.y_mm), (rect.right_mm, rect.bottom_mm)
    return float(((points_mm >= low) & (points_mm <= high)).all(axis=1).mean())
