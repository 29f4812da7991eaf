"""Leftover ink joined into groups, and what can be measured of a group on the overview."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.reading import WritingScores
from scanner.forms import OVERVIEW_PX_PER_MM
from scanner.options import WritingOptions
from scanner.strokefit import fit_cross

_PX = OVERVIEW_PX_PER_MM


@dataclass(frozen=True, slots=True)
class InkGroup:
    """One group of leftover ink, measured.

    Attributes:
        bounds: on the page.
        mask: bool (height, width), the group's ink under `bounds` at `OVERVIEW_PX_PER_MM`.
        scores: all but the close-up's are set by `find_groups`.
        circle: centre x and y and radius (mm) of the circle laid through the ink; None where none can be.
    """

    bounds: Rect
    mask: NDArray[np.bool_]
    scores: WritingScores
    circle: tuple[float, float, float] | None


def find_groups(
    left: NDArray[np.uint8],
    darkness: NDArray[np.uint8],
    page_size_mm: tuple[float, float],
    options: WritingOptions,
) -> tuple[InkGroup, ...]:
    """Every group no smaller than a speck, from the top of the page down.

    Args:
        left: uint8, leftover ink of the whole page at `OVERVIEW_PX_PER_MM`, 0 where there is none.
        darkness: uint8, of the same shape, 0 paper … 255 black.
        page_size_mm: width and height.
        options: limits.
    """
    if not cv2.countNonZero(left):
        return ()
    # Groups are found on a grid half as fine, on which any ink in a pixel counts.
    whole = left[: left.shape[0] // 2 * 2, : left.shape[1] // 2 * 2]
    half = cv2.resize(whole, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    side = 2 * round(options.join_mm * _PX / 4) + 1
    joined = cv2.morphologyEx((half > 0).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    least = options.speck_size_mm * _PX
    # Most pages hold specks only, which their outlines tell faster than counting out the page.
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if all(2 * max(cv2.boundingRect(outline)[2:]) < least for outline in outlines):
        return ()
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    groups: list[InkGroup] = []
    for label in range(1, count):
        x, y, width, height = (2 * int(value) for value in stats[label][:4])
        if max(width, height) < least:
            continue
        box = slice(y, y + height), slice(x, x + width)
        part = labels[y // 2 : (y + height) // 2, x // 2 : (x + width) // 2] == label
        mine = np.kron(part, np.ones((2, 2), dtype=bool)) & (left[box] > 0)
        if mine.any():
            bounds = Rect(x / _PX, y / _PX, width / _PX, height / _PX)
            groups.append(_measure(mine, darkness[box], bounds, page_size_mm))
    return tuple(groups)


def _measure(
    mine: NDArray[np.bool_], darkness: NDArray[np.uint8], bounds: Rect, page_size_mm: tuple[float, float]
) -> InkGroup:
    rows, columns = np.nonzero(mine)
    points = np.column_stack((columns, rows)).astype(np.float64)
    fit = fit_cross(points, _STRAIGHT_MM * _PX)
    edge_mm = min(
        bounds.x_mm, bounds.y_mm, page_size_mm[0] - bounds.right_mm, page_size_mm[1] - bounds.bottom_mm
    )
    ring = _fit_circle(points)
    scores = WritingScores(
        size_mm=max(bounds.width_mm, bounds.height_mm),
        side_mm=min(bounds.width_mm, bounds.height_mm),
        ink_mm2=round(len(rows) / _PX**2, 4),
        darkness=round(float(darkness[mine].mean()) / 255, 4),
        fill=round(len(rows) / mine.size, 4),
        edge_mm=round(edge_mm, 4),
        straightness=round(fit.line_share if fit is not None else 1.0, 4),
        ring_mm=round(min(ring[3] / _PX, _NO_RING_MM), 4) if ring is not None else _NO_RING_MM,
    )
    circle = None
    if ring is not None:
        x, y, radius = ((value + 0.5) / _PX for value in ring[:3])
        circle = bounds.x_mm + x, bounds.y_mm + y, radius
    return InkGroup(bounds, mine, scores, circle)


_STRAIGHT_MM = 0.6
_NO_RING_MM = 99.0


def _fit_circle(points: NDArray[np.float64]) -> tuple[float, float, float, float] | None:
    """Centre, radius and root mean square distance of the least squares circle (Kåsa 1976).

    `points` is (n, 2); None where they are too few or lie on a line.
    """
    if len(points) < 12:
        return None
    design = np.column_stack((points, np.ones(len(points))))
    solution, _, rank, _ = np.linalg.lstsq(design, (points**2).sum(axis=1), rcond=None)
    centre = solution[:2] / 2
    square = float(solution[2] + centre @ centre)
    if rank < 3 or square <= 0:
        return None
    radius = float(np.sqrt(square))
    distance = np.hypot(*(points - centre).T) - radius
    return float(centre[0]), float(centre[1]), radius, float(np.sqrt(np.mean(distance**2)))
