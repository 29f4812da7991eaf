"""What a page says of the scanner it came from, at next to no cost: everything is taken from what the
reading has measured already, but for the edges of the corner fiducials.

These are facts of a machine and no part of a reading: they are shown while a batch runs and kept nowhere,
because a lamp that warms up or a streak that grows would tell the order in which ballots were scanned.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.layout import LayoutPage
from scanner.forms import OVERVIEW_PX_PER_MM
from scanner.image import ScanImage
from scanner.ink import PageInk
from scanner.registration import Registration
from scanner.streaks import PageLine

EDGE_PX_PER_MM = 20.0
EDGE_REACH_MM = 1.6
"""How far the profile across a fiducial's edge goes to either side; a fiducial is 5 mm wide."""
PAPER_EDGE_MM = 3.0
_LOW, _HIGH = 0.1, 0.9
_LEAST_CONTRAST = 40.0


@dataclass(frozen=True, slots=True)
class GlassStreak:
    """A streak of a dirty glass strip.

    Attributes:
        glass_mm: across the feed, from the image's edge.
        width_mm: of the line itself.
        boxes: how many boxes of the page it runs through.
    """

    glass_mm: float
    width_mm: float
    boxes: int


@dataclass(frozen=True, slots=True)
class PageDiagnostics:
    """One page's measures of the scanner.

    Attributes:
        dpi_x, dpi_y: resolution along the page's width and height.
        skew_deg: clockwise positive.
        residual_mm: what remains of the form's fit: slip, waves, bent paper.
        white, black: brightness of the paper and of printed black, 0 … 255.
        noise: standard deviation of the paper's darkness, 0 … 255.
        edge_mm: width of a printed edge from a tenth to nine tenths of its contrast; NaN where no
            fiducial could be measured.
        dirt_mm2: ink away from print, names and boxes.
        bilevel: whether the scan is black and white only.
        streaks: from left to right.
    """

    dpi_x: float
    dpi_y: float
    skew_deg: float
    residual_mm: float
    white: float
    black: float
    noise: float
    edge_mm: float
    dirt_mm2: float
    bilevel: bool
    streaks: tuple[GlassStreak, ...]


def measure_page(
    scan: ScanImage, registration: Registration, ink: PageInk, layout: LayoutPage
) -> PageDiagnostics:
    """The diagnostics of a page that was laid over its form."""
    quality = registration.quality
    white = float(np.median(ink.paper))
    return PageDiagnostics(
        dpi_x=quality.dpi_x,
        dpi_y=quality.dpi_y,
        skew_deg=quality.skew_deg,
        residual_mm=quality.residual_mm,
        white=white,
        black=_black(ink, layout),
        noise=ink.noise,
        edge_mm=_edge_width_mm(scan, registration, layout),
        dirt_mm2=_dirt_mm2(ink, layout),
        bilevel=scan.bilevel,
        streaks=tuple(
            GlassStreak(line.glass_mm, line.width_mm, _boxes_under(line, layout))
            for line in sorted(ink.lines, key=lambda one: one.glass_mm or 0.0)
            if line.glass_mm is not None and _is_on_page(line, ink)
        ),
    )


def _is_on_page(line: PageLine, ink: PageInk) -> bool:
    """Whether a line lies away from the paper's edges, whose shadow runs from end to end, too."""
    height, width = (side / OVERVIEW_PX_PER_MM for side in ink.darkness.shape)
    x, y = np.median(line.points_mm, axis=0)
    along_y = np.ptp(line.points_mm[:, 1]) > np.ptp(line.points_mm[:, 0])
    across, room = (x, width) if along_y else (y, height)
    return bool(PAPER_EDGE_MM < across < room - PAPER_EDGE_MM)


def _black(ink: PageInk, layout: LayoutPage) -> float:
    """Median brightness in the middle of the fiducials."""
    values: list[float] = []
    for rect in layout.fiducials:
        row, column = (round(mm * OVERVIEW_PX_PER_MM) for mm in (rect.centre_mm[1], rect.centre_mm[0]))
        around = ink.darkness[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3]
        if around.size:
            paper = ink.paper_level(*rect.centre_mm)
            values.append(paper * (1 - median(around.ravel().tolist()) / 255))
    return median(values) if values else float("nan")


def _dirt_mm2(ink: PageInk, layout: LayoutPage) -> float:
    rest = ink.unprinted.copy()
    own = [
        layout.qr,
        layout.serial,
        *(box.rect for box in layout.boxes),
        *(name.rect for name in layout.names),
    ]
    if layout.seal is not None:
        own.append(layout.seal)
    for rect in own:
        wide = rect.inflated(2.0)
        top, left = round(wide.y_mm * OVERVIEW_PX_PER_MM), round(wide.x_mm * OVERVIEW_PX_PER_MM)
        bottom, right = round(wide.bottom_mm * OVERVIEW_PX_PER_MM), round(wide.right_mm * OVERVIEW_PX_PER_MM)
        rest[max(top, 0) : bottom, max(left, 0) : right] = 0
    return float(cv2.countNonZero(rest)) / OVERVIEW_PX_PER_MM**2


def _boxes_under(line: PageLine, layout: LayoutPage) -> int:
    """How many boxes a line crosses."""
    steps = np.linspace(0, len(line.points_mm) - 1, 400)
    count = np.arange(len(line.points_mm))
    x = np.interp(steps, count, line.points_mm[:, 0])
    y = np.interp(steps, count, line.points_mm[:, 1])
    half = line.width_mm / 2
    return sum(
        bool(np.any((x >= b.x_mm - half) & (x <= b.right_mm + half) & (y >= b.y_mm) & (y <= b.bottom_mm)))
        for b in (box.rect for box in layout.boxes)
    )


def _edge_width_mm(scan: ScanImage, registration: Registration, layout: LayoutPage) -> float:
    """Median over the inner vertical edges of the fiducials."""
    middle = float(np.mean([rect.centre_mm[0] for rect in layout.fiducials]))
    seen = [
        rect
        for rect, found in zip(layout.fiducials, registration.fiducials_px, strict=True)
        if not np.isnan(found).any()
    ]
    strips = [_edge_strip(rect, middle) for rect in seen]
    crops = registration.transform.crops(scan.detail, strips, EDGE_PX_PER_MM)
    measured = (
        _one_edge_mm(crop, rect.centre_mm[0] >= middle) for rect, crop in zip(seen, crops, strict=True)
    )
    widths = [width for width in measured if width is not None]
    return median(widths) if widths else float("nan")


def _edge_strip(rect: Rect, middle_mm: float) -> Rect:
    """Across the edge that faces the page's middle: the other one may lie at the paper's edge."""
    edge = rect.right_mm if rect.centre_mm[0] < middle_mm else rect.x_mm
    return Rect(
        edge - EDGE_REACH_MM, rect.y_mm + rect.height_mm * 0.3, 2 * EDGE_REACH_MM, rect.height_mm * 0.4
    )


def _one_edge_mm(crop: NDArray[np.uint8], light_first: bool) -> float | None:
    """Width of the edge down the middle of `crop`; None where it is too faint."""
    profile: NDArray[np.float64] = crop.astype(np.float64).mean(axis=0)
    if light_first:
        profile = profile[::-1]
    ends = round(EDGE_PX_PER_MM * EDGE_REACH_MM * 0.4)
    dark, light = median(profile[:ends].tolist()), median(profile[-ends:].tolist())
    if light - dark < _LEAST_CONTRAST:
        return None
    level = np.maximum.accumulate((profile - dark) / (light - dark))
    low, high = (float(np.interp(share, level, np.arange(len(level)))) for share in (_LOW, _HIGH))
    return (high - low) / EDGE_PX_PER_MM
