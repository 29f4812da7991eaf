"""Rectangles on the printed page.

The origin is the page's top left corner, x runs right, y runs down, lengths are millimetres.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rect:
    """An axis-parallel rectangle in page millimetres; width and height are never negative."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float

    @property
    def right_mm(self) -> float:
        return self.x_mm + self.width_mm

    @property
    def bottom_mm(self) -> float:
        return self.y_mm + self.height_mm

    @property
    def centre_mm(self) -> tuple[float, float]:
        return self.x_mm + self.width_mm / 2, self.y_mm + self.height_mm / 2

    @property
    def area_mm2(self) -> float:
        return self.width_mm * self.height_mm

    def inflated(self, margin_mm: float) -> Rect:
        """This rectangle grown by `margin_mm` on each side (shrunk if negative, never below zero size)."""
        width = max(0.0, self.width_mm + 2 * margin_mm)
        height = max(0.0, self.height_mm + 2 * margin_mm)
        centre_x, centre_y = self.centre_mm
        return Rect(centre_x - width / 2, centre_y - height / 2, width, height)

    def intersection_mm2(self, other: Rect) -> float:
        """Area shared with `other`, in square millimetres."""
        width = min(self.right_mm, other.right_mm) - max(self.x_mm, other.x_mm)
        height = min(self.bottom_mm, other.bottom_mm) - max(self.y_mm, other.y_mm)
        return max(0.0, width) * max(0.0, height)

    def contains(self, x_mm: float, y_mm: float) -> bool:
        return self.x_mm <= x_mm <= self.right_mm and self.y_mm <= y_mm <= self.bottom_mm

    def rounded(self, digits: int = 3) -> Rect:
        return Rect(
            round(self.x_mm, digits),
            round(self.y_mm, digits),
            round(self.width_mm, digits),
            round(self.height_mm, digits),
        )


def bounding_rect(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle around `rects`.

    Raises:
        ValueError: `rects` is empty.
    """
    all_rects = tuple(rects)
    if not all_rects:
        raise ValueError("bounding_rect of no rectangles")
    x = min(r.x_mm for r in all_rects)
    y = min(r.y_mm for r in all_rects)
    return Rect(x, y, max(r.right_mm for r in all_rects) - x, max(r.bottom_mm for r in all_rects) - y)


def rect_to_json(rect: Rect) -> dict[str, float]:
    """The contract's form of a rectangle: `x`, `y`, `w`, `h` in millimetres."""
    return {"x": rect.x_mm, "y": rect.y_mm, "w": rect.width_mm, "h": rect.height_mm}


def rect_from_json(data: Mapping[str, Any]) -> Rect:
    """Inverse of `rect_to_json`.

    Raises:
        KeyError, TypeError, ValueError: a side is missing, is not a number or is negative.
    """
    rect = Rect(float(data["x"]), float(data["y"]), float(data["w"]), float(data["h"]))
    if rect.width_mm < 0 or rect.height_mm < 0:
        raise ValueError(f"negative rectangle size: {dict(data)!r}")
    return rect
