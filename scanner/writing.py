"""Stage 7: ink that is neither a mark nor a strike nor the seal nor dirt.

Works on the overview. Ink that the earlier stages account for is taken away, what is left is joined into
groups over small gaps, and each group is weighed: specks, punch holes, the paper's edges and the
scanner's background are dirt; the rest is writing, certain where it is large and dark, otherwise for a
person to judge. Ink beside a box may be a misplaced mark: always for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.layout import LayoutPage
from records.reading import BoxState, Certainty, ReviewReason, StrikeFinding, WritingFinding
from scanner.forms import OVERVIEW_PX_PER_MM, REFERENCE_PX_PER_MM, disc
from scanner.ink import PageInk
from scanner.marks import MarkReading
from scanner.options import WritingOptions
from scanner.seal import SealReading
from scanner.strokefit import fit_cross

_PX = OVERVIEW_PX_PER_MM


@dataclass(frozen=True, slots=True)
class InkGroup:
    """One group of leftover ink.

    Attributes:
        bounds: on the page.
        ink_mm2: inked area.
        darkness: mean, 0 … 1.
        fill: inked share of the bounds, 0 … 1.
        edge_mm: distance of the bounds from the nearest page edge.
        straightness: share of the ink along one straight line, 0 … 1.
        ring_mm: root mean square distance of the ink from the circle laid through it; infinite where
            none can be.
    """

    bounds: Rect
    ink_mm2: float
    darkness: float
    fill: float
    edge_mm: float
    straightness: float
    ring_mm: float

    @property
    def size_mm(self) -> float:
        return max(self.bounds.width_mm, self.bounds.height_mm)


def find_writing(
    page: LayoutPage,
    page_size_mm: tuple[float, float],
    ink: PageInk,
    marks: Sequence[MarkReading],
    strikes: Sequence[StrikeFinding],
    seal: SealReading,
    doubt: bool,
    options: WritingOptions,
) -> tuple[WritingFinding, ...]:
    """Every group of leftover ink that is not dirt, from the top of the page down.

    With `doubt` none is certain: on a folded or streaked page and in a 1-bit scan, dirt looks like ink.
    """
    left = ink.unprinted.copy()
    for zone in _zones_of_others(page, strikes, options):
        _clear(left, zone)
    for mark in marks:
        _take_mark(left, mark)
    if seal.area is not None and seal.covered is not None:
        _take_covered(left, seal.area, seal.covered)
    _clear_margin(left, options.edge_mm)
    groups = _group_ink(left, ink, page_size_mm, options)
    written = [group for group in groups if not _is_dirt(group, page_size_mm, options)]
    crowded = doubt or len(written) > options.certain_max_groups
    return tuple(_classify_group(group, page, crowded, options) for group in written)


def _zones_of_others(
    page: LayoutPage, strikes: Sequence[StrikeFinding], options: WritingOptions
) -> Iterable[Rect]:
    yield page.qr.inflated(options.code_margin_mm)
    yield page.serial.inflated(options.code_margin_mm)
    for fiducial in page.fiducials:
        yield fiducial.inflated(options.code_margin_mm / 2)
    for strike in strikes:
        yield strike.evidence.inflated(options.join_mm)


def _clear(ink: NDArray[np.uint8], zone: Rect) -> None:
    rows = slice(max(0, round(zone.y_mm * _PX)), max(0, round(zone.bottom_mm * _PX)))
    columns = slice(max(0, round(zone.x_mm * _PX)), max(0, round(zone.right_mm * _PX)))
    ink[rows, columns] = 0


def _clear_margin(ink: NDArray[np.uint8], width_mm: float) -> None:
    """Nothing is judged in the outermost strip, where the paper's edges and their shadows lie."""
    width = round(width_mm * _PX)
    ink[:width] = ink[-width:] = 0
    ink[:, :width] = ink[:, -width:] = 0


def _take_mark(ink: NDArray[np.uint8], mark: MarkReading) -> None:
    """Clears what a box's own ink covers; an empty box accounts for nothing but specks and spills."""
    if mark.ink is None:
        return
    own = mark.ink.own.astype(np.uint8)
    if mark.reading.state is BoxState.EMPTY and not own.any():
        return
    factor = REFERENCE_PX_PER_MM / _PX
    grown = cv2.dilate(own, disc(round(0.5 * REFERENCE_PX_PER_MM)))
    size = (round(own.shape[1] / factor), round(own.shape[0] / factor))
    covered = cv2.resize(grown, size, interpolation=cv2.INTER_AREA) > 0
    _take_covered(ink, mark.ink.area, covered)


def _take_covered(ink: NDArray[np.uint8], area: Rect, covered: NDArray[np.bool_]) -> None:
    """Clears `ink` where `covered`, an overview grid over `area`, says so."""
    top, left = round(area.y_mm * _PX), round(area.x_mm * _PX)
    rows = slice(max(0, top), min(ink.shape[0], top + covered.shape[0]))
    columns = slice(max(0, left), min(ink.shape[1], left + covered.shape[1]))
    part = covered[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    ink[rows, columns][part] = 0


def _group_ink(
    left: NDArray[np.uint8], ink: PageInk, page_size_mm: tuple[float, float], options: WritingOptions
) -> tuple[InkGroup, ...]:
    if not left.any():
        return ()
    # Groups are found on a grid half as fine, on which any ink in a pixel counts.
    half = cv2.resize(
        left[: left.shape[0] // 2 * 2, : left.shape[1] // 2 * 2],
        None,
        fx=0.5,
        fy=0.5,
        interpolation=cv2.INTER_AREA,
    )
    side = 2 * round(options.join_mm * _PX / 4) + 1
    inked = (half > 0).astype(np.uint8)
    joined = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    groups: list[InkGroup] = []
    for label in range(1, count):
        x, y, width, height = (2 * int(value) for value in stats[label][:4])
        if max(width, height) < options.speck_size_mm * _PX:
            continue
        box = slice(y, y + height), slice(x, x + width)
        part = labels[y // 2 : (y + height) // 2, x // 2 : (x + width) // 2] == label
        mine = np.kron(part, np.ones((2, 2), dtype=bool)) & (left[box] > 0)
        pixels = int(np.count_nonzero(mine))
        if pixels:
            groups.append(
                _measure(
                    mine, ink.darkness[box], Rect(x / _PX, y / _PX, width / _PX, height / _PX), page_size_mm
                )
            )
    return tuple(groups)


def _measure(
    mine: NDArray[np.bool_], darkness: NDArray[np.uint8], bounds: Rect, page_size_mm: tuple[float, float]
) -> InkGroup:
    rows, columns = np.nonzero(mine)
    points = np.column_stack((columns, rows)).astype(np.float64)
    fit = fit_cross(points, _STRAIGHT_MM * _PX)
    return InkGroup(
        bounds=bounds,
        ink_mm2=len(rows) / _PX**2,
        darkness=float(darkness[mine].mean()) / 255,
        fill=len(rows) / mine.size,
        edge_mm=min(
            bounds.x_mm, bounds.y_mm, page_size_mm[0] - bounds.right_mm, page_size_mm[1] - bounds.bottom_mm
        ),
        straightness=fit.line_share if fit is not None else 1.0,
        ring_mm=_ring_residual(points) / _PX,
    )


_STRAIGHT_MM = 0.6


def _ring_residual(points: NDArray[np.float64]) -> float:
    """Root mean square distance of points (n, 2) from their least squares circle (Kåsa 1976)."""
    if len(points) < 12:
        return float("inf")
    design = np.column_stack((points, np.ones(len(points))))
    solution, _, rank, _ = np.linalg.lstsq(design, (points**2).sum(axis=1), rcond=None)
    centre = solution[:2] / 2
    square = float(solution[2] + centre @ centre)
    if rank < 3 or square <= 0:
        return float("inf")
    distance = np.hypot(*(points - centre).T) - np.sqrt(square)
    return float(np.sqrt(np.mean(distance**2)))


def _classify_group(
    group: InkGroup, page: LayoutPage, crowded: bool, options: WritingOptions
) -> WritingFinding:
    beside_box = any(
        box.rect.inflated(options.box_margin_mm).intersection_mm2(group.bounds) > 0 for box in page.boxes
    )
    certain = (
        not beside_box
        and not crowded
        and group.size_mm >= options.certain_size_mm
        and min(group.bounds.width_mm, group.bounds.height_mm) >= options.certain_min_side_mm
        and group.ink_mm2 >= max(options.certain_ink_mm2, options.certain_ink_per_mm * group.size_mm)
        and group.darkness >= options.certain_darkness
        and group.fill <= options.certain_max_fill
        and group.straightness <= options.certain_max_straightness
        and group.edge_mm >= options.certain_edge_mm
    )
    return WritingFinding(
        certainty=Certainty.CERTAIN if certain else Certainty.DOUBTFUL,
        evidence=group.bounds.rounded(),
        ink_mm2=round(group.ink_mm2, 2),
        reason=ReviewReason.MARK_OUTSIDE_BOX if beside_box else ReviewReason.DOUBTFUL_WRITING,
    )


def _is_dirt(group: InkGroup, page_size_mm: tuple[float, float], options: WritingOptions) -> bool:
    if group.ink_mm2 < options.speck_ink_mm2:
        return True
    width, height = group.bounds.width_mm, group.bounds.height_mm
    round_hole = (
        options.hole_min_mm <= min(width, height)
        and max(width, height) <= options.hole_max_mm
        and (group.fill >= options.hole_fill or group.ring_mm <= options.hole_ring_mm)
        and group.edge_mm <= options.hole_edge_mm
    )
    return round_hole or _runs_edge_to_edge(width, height, page_size_mm, options)


def _runs_edge_to_edge(
    width_mm: float, height_mm: float, page_size_mm: tuple[float, float], options: WritingOptions
) -> bool:
    """A fold or a streak: thin, along an axis, over the whole page; nobody writes like that."""
    return (width_mm >= options.edge_to_edge * page_size_mm[0] and height_mm <= options.line_height_mm) or (
        height_mm >= options.edge_to_edge * page_size_mm[1] and width_mm <= options.line_height_mm
    )
