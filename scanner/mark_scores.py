"""What can be measured of a box's own ink: numbers that decide nothing, `scanner.marks` does.

What is measured mark by mark lies within the mark's own bounds; the strokes are laid through all marks of a
page in one go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from records.reading import MarkScores
from scanner.box_ink import BoxInk, points_of
from scanner.forms import REFERENCE_PX_PER_MM, disc
from scanner.options import MarkOptions
from scanner.strokefit import CrossFit, fit_crosses, near_stroke

_PX = REFERENCE_PX_PER_MM


@dataclass(frozen=True, slots=True)
class _MarkInk:
    """One box's own ink within its window, before strokes are laid through it.

    Attributes:
        points: float64 (n, 2), the pixels of the strokes' cores.
        ink_px, inside_px: pixels in the window and inside the box.
        darkness: mean, 0 … 255.
        size_px: the longer side of its bounds; 0 where there is none.
        stroke_px: typical width of its strokes.
        blob_share: share of the cores in patches wider than strokes are.
    """

    points: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    ink_px: int = 0
    inside_px: int = 0
    darkness: float = 0.0
    size_px: int = 0
    stroke_px: float = 1.0
    blob_share: float = 0.0


def score_box(found: BoxInk, options: MarkOptions) -> tuple[MarkScores, CrossFit | None]:
    """`score_boxes` of one box."""
    return score_boxes((found,), options)[0]


def score_boxes(boxes: Sequence[BoxInk], options: MarkOptions) -> list[tuple[MarkScores, CrossFit | None]]:
    """Measures each box's own ink within its window."""
    inks = [_measure_ink(found, options) for found in boxes]
    bends = [min(options.line_tolerance_mm * _PX, options.line_tolerance_share * ink.size_px) for ink in inks]
    tolerances = [ink.stroke_px / 2 + bend for ink, bend in zip(inks, bends, strict=True)]
    fits = fit_crosses([ink.points for ink in inks], tolerances)
    return [
        (_scores(found, ink, fit, options), fit) for found, ink, fit in zip(boxes, inks, fits, strict=True)
    ]


def _measure_ink(found: BoxInk, options: MarkOptions) -> _MarkInk:
    window = mark_window(found, options)
    x, y, width, height = cv2.boundingRect(np.ascontiguousarray(found.own[window]).view(np.uint8))
    if not width:
        return _MarkInk()
    start_x, start_y = window[1].start + x, window[0].start + y
    place = slice(start_y, start_y + height), slice(start_x, start_x + width)
    own, darkness = found.own[place], found.darkness[place]
    left, top, right, bottom = found.inside
    # The shape is that of the strokes' cores: their blurred edges say more about the scanner's optics.
    inked = darkness[own]
    core = own & (darkness >= options.core_share * np.sort(inked)[int(0.9 * (len(inked) - 1))])
    rows, columns = points_of(core)
    stroke_px, blob_share = _stroke_width(core)
    return _MarkInk(
        points=np.column_stack((columns + start_x, rows + start_y)).astype(np.float64),
        ink_px=len(inked),
        inside_px=int(np.count_nonzero(found.own[top:bottom, left:right])),
        darkness=float(inked.mean()),
        size_px=max(width, height),
        stroke_px=stroke_px,
        blob_share=blob_share,
    )


def _scores(found: BoxInk, ink: _MarkInk, fit: CrossFit | None, options: MarkOptions) -> MarkScores:
    if not ink.size_px:
        return MarkScores()
    return MarkScores(
        ink_mm2=rounded(ink.ink_px / _PX**2),
        inside_mm2=rounded(ink.inside_px / _PX**2),
        darkness=rounded(ink.darkness / 255),
        size_mm=rounded(ink.size_px / _PX),
        stroke_mm=rounded(ink.stroke_px / _PX),
        blob_share=rounded(ink.blob_share),
        stray_mm2=rounded(_stray_mm2(found, fit, ink.stroke_px, options)),
        excess=rounded(_excess(len(ink.points), ink.stroke_px, fit)),
        **(_fit_scores(fit) if fit is not None else {}),
    )


def _stray_mm2(found: BoxInk, fit: CrossFit | None, stroke_px: float, options: MarkOptions) -> float:
    """Own ink beyond the window that neither prolongs the strokes nor belongs to another box."""
    beyond = found.own & ~found.elsewhere
    beyond[mark_window(found, options)] = False
    if fit is not None and beyond.any():
        tolerance = stroke_px / 2 + 2 * options.line_tolerance_mm * _PX
        beyond &= ~in_line(beyond, fit, tolerance, options)
    return float(np.count_nonzero(beyond)) / _PX**2


def _excess(core_px: int, stroke_px: float, fit: CrossFit | None) -> float:
    """Inked area over that of the strokes laid through it; above 1 where strokes lie beside each other."""
    if fit is None:
        return 0.0
    length = fit.first.length + (fit.second.length if fit.second is not None else 0.0)
    return core_px / max(stroke_px * length, 1.0)


def _fit_scores(fit: CrossFit) -> dict[str, float]:
    lengths = sorted((fit.first.length, fit.second.length if fit.second else 0.0))
    tilts = [_tilt_deg(stroke.angle_deg) for stroke in (fit.first, fit.second) if stroke is not None]
    return {
        "cross_fit": rounded(fit.cross_share),
        "side_fit": rounded(fit.side_share),
        "rest_bias": rounded(fit.rest_bias),
        "rest_reach": rounded(fit.rest_reach),
        "coverage": rounded(fit.coverage),
        "line_fit": rounded(fit.line_share),
        "second_fit": rounded(fit.second_share),
        "length_ratio": rounded(lengths[0] / max(lengths[1], 1e-6)),
        "crossing_deg": rounded(fit.angle_deg),
        "tilt_deg": rounded(max(tilts)),
        "arm_share": rounded(max(fit.arm_share, -9.0)),
    }


def _stroke_width(own: NDArray[np.bool_]) -> tuple[float, float]:
    """Typical stroke width in pixels, and the share of the ink in patches wider than strokes are."""
    padded = cv2.copyMakeBorder(own.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    values = distance[own]
    # Over a stroke of width w the distance to its edge is spread evenly from 0.5 to w/2. The largest
    # are left out: they lie where strokes overlap.
    kept = np.sort(values)[: max(1, int(_KEPT_SHARE * len(values)))]
    width = 2 * (0.5 + (float(kept.mean()) - 0.5) * 2 / _KEPT_SHARE)
    blob_radius = _BLOB_RADIUS_MM * _PX
    core = (distance > blob_radius).astype(np.uint8)
    if not core.any():
        return max(width, 1.0), 0.0
    grown = cv2.dilate(core, disc(round(blob_radius)))
    return max(width, 1.0), float(np.count_nonzero(own & (grown > 0))) / max(len(values), 1)


_KEPT_SHARE = 0.7
_BLOB_RADIUS_MM = 0.75
"""Half of 1.5 mm: no pen that officials vote with draws a wider single stroke (felt pens draw 1 mm)."""


def in_line(
    ink: NDArray[np.bool_], fit: CrossFit, tolerance: float, options: MarkOptions
) -> NDArray[np.bool_]:
    """The part of `ink` on either stroke or up to `continuation_mm` beyond its ends."""
    mask = np.zeros_like(ink)
    rows, columns = points_of(ink)
    if not len(rows):
        return mask
    points = np.column_stack((columns, rows)).astype(np.float64)
    near = np.zeros(len(rows), dtype=bool)
    for stroke in (fit.first, fit.second):
        if stroke is not None:
            near |= near_stroke(points, stroke, tolerance, options.continuation_mm * _PX)
    mask[rows[near], columns[near]] = True
    return mask


def mark_window(found: BoxInk, options: MarkOptions) -> tuple[slice, slice]:
    """Rows and columns that a box's strokes are measured in."""
    left, top, right, bottom = found.inside
    margin = round(options.window_mm * _PX)
    return slice(max(0, top - margin), bottom + margin), slice(max(0, left - margin), right + margin)


def _tilt_deg(angle_deg: float) -> float:
    """Angle to the nearer of the page's axes, 0 … 45."""
    return min(angle_deg % 90, 90 - angle_deg % 90)


def rounded(value: float) -> float:
    """As readings keep scores."""
    return round(value, 4)
