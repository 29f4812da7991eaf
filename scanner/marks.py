"""Stage 5: each box read by its own ink, never against its neighbours.

For one box, in this order:

0. A box whose printed outline cannot be seen is covered or torn away: `unclear`.
1. Ink around the box that was not printed is found at full resolution. What touches the box's inside,
   bridged over the printed outline, is the box's own ink, with all that hangs together with it.
2. A speck (smaller than any mark) is nothing: `empty`.
3. Two straight strokes are laid through the ink in the box and its near surroundings. Two strokes of
   like length that cross inside the box and explain nearly all the ink are a `cross`.
4. Ink that only reaches in from outside, from a stroke that belongs elsewhere, is not this box's mark.
5. One stroke, two that do not cross, a ring, a blot: `other`. A blot with strokes standing out of it, or
   more ink than any mark needs: `corrected`.
6. What satisfies none of these is `unclear`, and so is everything too faint or too near a limit.

`score_box` returns numbers; only `classify_box` decides.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.layout import BoxPlace
from records.reading import BoxReading, BoxState, MarkScores
from scanner.forms import OVERVIEW_PX_PER_MM, PRINTED_BELOW, REFERENCE_PX_PER_MM, PreparedPage, crop_mm, disc
from scanner.image import ScanImage
from scanner.ink import PageInk, darkness_of
from scanner.options import CrossShape, MarkOptions
from scanner.registration import PageTransform
from scanner.streaks import line_mask
from scanner.strokefit import CrossFit, fit_cross, near_stroke

_PX = REFERENCE_PX_PER_MM


@dataclass(frozen=True, slots=True)
class BoxInk:
    """The ink around one box, on a grid of `REFERENCE_PX_PER_MM` whose corner is `area`'s corner.

    Attributes:
        area: what the grid covers.
        darkness: uint8 (height, width), 0 paper … 255 black.
        ink: bool, unprinted ink.
        own: bool, the ink that hangs together with ink inside the box.
        inside: the printed square in grid pixels: left, top, right, bottom.
        bilevel: whether the scan holds black and white only.
    """

    area: Rect
    darkness: NDArray[np.uint8]
    ink: NDArray[np.bool_]
    own: NDArray[np.bool_]
    inside: tuple[int, int, int, int]
    bilevel: bool = False


@dataclass(frozen=True, slots=True)
class MarkReading:
    """A box's reading and the ink it accounts for (None on an empty box)."""

    reading: BoxReading
    ink: BoxInk | None


def read_boxes(
    image: ScanImage, transform: PageTransform, page: PreparedPage, ink: PageInk, options: MarkOptions
) -> tuple[MarkReading, ...]:
    """Reads every box of a page, in layout order."""
    seen = _outlines_seen(page, ink)
    return tuple(
        _read_box(box, image, transform, page, ink, options)
        if share >= options.min_outline
        else _covered_box(box)
        for box, share in zip(page.layout.boxes, seen, strict=True)
    )


def _covered_box(box: BoxPlace) -> MarkReading:
    """A box whose printed outline is not on the paper: something lies over it, or the paper is gone."""
    reading = BoxReading(box.official, box.level, BoxState.UNCLEAR, MarkScores(), box.rect)
    return MarkReading(reading, None)


def _outlines_seen(page: PreparedPage, ink: PageInk) -> NDArray[np.float64]:
    """Share of each box's printed outline that is dark on the paper, in layout order."""
    starts, rows, columns = _outline_pixels(page)
    # The darkest of the neighbours: a line is about a pixel wide here and may lie between two.
    dark = cv2.dilate(ink.darkness, np.ones((3, 3), np.uint8))[rows, columns] >= ink.threshold
    counts = np.diff(np.append(starts, len(rows)))
    shares: NDArray[np.float64] = np.add.reduceat(dark.astype(np.float64), starts) / counts
    return shares


@functools.lru_cache(maxsize=64)
def _outline_pixels(page: PreparedPage) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Overview pixels (rows, columns) of all outlines, and where each box's begin."""
    starts, all_rows, all_columns = [], [], []
    total = 0
    for box in page.layout.boxes:
        area = box.rect.inflated(0.5)
        crop = crop_mm(page.overview, area, OVERVIEW_PX_PER_MM, fill=255)
        rows, columns = np.nonzero(crop < _OUTLINE_BELOW)
        starts.append(total)
        all_rows.append(rows + round(area.y_mm * OVERVIEW_PX_PER_MM))
        all_columns.append(columns + round(area.x_mm * OVERVIEW_PX_PER_MM))
        total += len(rows)
    return np.array(starts), np.concatenate(all_rows), np.concatenate(all_columns)


_OUTLINE_BELOW = 190
"""A reference pixel of the overview that the outline covers by a quarter or more."""


def _read_box(
    box: BoxPlace,
    image: ScanImage,
    transform: PageTransform,
    page: PreparedPage,
    ink: PageInk,
    options: MarkOptions,
) -> MarkReading:
    if not ink.unprinted_in(box.rect).any():
        return MarkReading(BoxReading(box.official, box.level, BoxState.EMPTY, MarkScores()), None)
    found = find_box_ink(box.rect, image, transform, page, ink, options)
    scores, fit = score_box(found, options)
    state = classify_box(scores, fit, found, options)
    if state is BoxState.CROSS and fit is not None:
        found = replace(found, own=found.own | _continued(found, fit, scores, options))
    evidence = None if state is BoxState.EMPTY else _bounds(found)
    return MarkReading(BoxReading(box.official, box.level, state, scores, evidence), found)


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
    printed = _printed_around(page, area, options)
    inked = ((darkness >= max(ink.threshold, 1)) & (printed == 0)).astype(np.uint8)
    covered = line_mask(ink.lines, area, _PX)
    if covered is not None:
        inked[covered] = 0
    inside = tuple(
        round(value * _PX)
        for value in (
            box.x_mm - area.x_mm,
            box.y_mm - area.y_mm,
            box.right_mm - area.x_mm,
            box.bottom_mm - area.y_mm,
        )
    )
    left, top, right, bottom = inside
    own = _own_ink(inked, (left, top, right, bottom), options)
    return BoxInk(area, darkness, inked > 0, own, (left, top, right, bottom), image.bilevel)


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


def _continued(found: BoxInk, fit: CrossFit, scores: MarkScores, options: MarkOptions) -> NDArray[np.bool_]:
    """Ink beyond the ends of a cross's strokes and in line with them.

    A stroke that passes the outline at a shallow angle is cut wider than `bridge_mm`; its tip is still
    part of the cross and no mark beside the box.
    """
    mask = np.zeros_like(found.own)
    beyond = found.ink & ~found.own
    if not beyond.any():
        return mask
    rows, columns = np.nonzero(beyond)
    tolerance = scores.stroke_mm * _PX / 2 + 2 * options.line_tolerance_mm * _PX
    reach = options.continuation_mm * _PX
    points = np.column_stack((columns, rows)).astype(np.float64)
    in_line = np.zeros(len(rows), dtype=bool)
    for stroke in (fit.first, fit.second):
        if stroke is not None:
            in_line |= near_stroke(points, stroke, tolerance, reach)
    mask[rows[in_line], columns[in_line]] = True
    return mask


def score_box(found: BoxInk, options: MarkOptions) -> tuple[MarkScores, CrossFit | None]:
    """Measures a box's own ink within its window."""
    window = _window(found, options)
    own = np.ascontiguousarray(found.own[window])
    darkness = found.darkness[window]
    left, top, right, bottom = found.inside
    inside = int(np.count_nonzero(found.own[top:bottom, left:right]))
    size = max(cv2.boundingRect(own.view(np.uint8))[2:])
    if not size:
        return MarkScores(), None
    # The shape is that of the strokes' cores: their blurred edges say more about the scanner's optics.
    ranked = np.sort(darkness[own])
    core = own & (darkness >= options.core_share * ranked[int(0.9 * (len(ranked) - 1))])
    rows, columns = np.nonzero(core)
    stroke_px, blob_share = _stroke_width(core)
    bend_px = min(options.line_tolerance_mm * _PX, options.line_tolerance_share * size)
    points = np.column_stack((columns, rows)).astype(np.float64) + np.array(
        (window[1].start, window[0].start)
    )
    fit = fit_cross(points, stroke_px / 2 + bend_px)
    scores = MarkScores(
        ink_mm2=_round(float(np.count_nonzero(own)) / _PX**2),
        inside_mm2=_round(inside / _PX**2),
        darkness=_round(float(darkness[own].mean()) / 255),
        size_mm=_round(size / _PX),
        stroke_mm=_round(stroke_px / _PX),
        blob_share=_round(blob_share),
        excess=_round(_excess(int(np.count_nonzero(core)), stroke_px, fit)),
        **(_fit_scores(fit) if fit is not None else {}),
    )
    return scores, fit


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
        "cross_fit": _round(fit.cross_share),
        "side_fit": _round(fit.side_share),
        "rest_bias": _round(fit.rest_bias),
        "rest_reach": _round(fit.rest_reach),
        "coverage": _round(fit.coverage),
        "line_fit": _round(fit.line_share),
        "second_fit": _round(fit.second_share),
        "length_ratio": _round(lengths[0] / max(lengths[1], 1e-6)),
        "crossing_deg": _round(fit.angle_deg),
        "tilt_deg": _round(max(tilts)),
        "arm_share": _round(max(fit.arm_share, -9.0)),
    }


def classify_box(scores: MarkScores, fit: CrossFit | None, found: BoxInk, options: MarkOptions) -> BoxState:
    """Names the mark; the order of the rules is the module's."""
    # A 1-bit scan breaks a faint mark into specks: there, none is nothing.
    largest_speck_mm2 = 0.0 if found.bilevel else options.speck_mm2
    if scores.inside_mm2 <= largest_speck_mm2 and _inside_size_mm(found) <= options.speck_size_mm:
        return BoxState.EMPTY
    if fit is not None and _is_cross(scores, fit, found, options):
        return BoxState.CROSS if scores.darkness >= options.min_darkness else BoxState.UNCLEAR
    if _only_reaches_in(found, options):
        return BoxState.EMPTY
    if scores.size_mm < options.min_size_mm or scores.darkness < options.other_min_darkness:
        return BoxState.UNCLEAR
    return _classify_other(scores, options)


def _is_cross(scores: MarkScores, fit: CrossFit, found: BoxInk, options: MarkOptions) -> bool:
    if fit.centre is None or scores.size_mm < options.min_size_mm:
        return False
    left, top, right, bottom = found.inside
    margin = options.cross_centre_margin_mm * _PX
    x, y = fit.centre
    return (
        left - margin <= x <= right + margin
        and top - margin <= y <= bottom + margin
        and _two_strokes_explain(scores, options)
        and any(_has_shape(scores, shape) for shape in options.cross_shapes)
        and scores.second_fit >= options.cross_min_stroke_share
        and scores.tilt_deg >= options.cross_min_tilt_deg
        and scores.blob_share <= options.cross_max_blob
        and scores.coverage >= options.cross_min_coverage
        and scores.stroke_mm <= options.cross_max_stroke_mm
    )


def _has_shape(scores: MarkScores, shape: CrossShape) -> bool:
    return (
        scores.arm_share >= shape.min_arm
        and scores.length_ratio >= shape.min_length_ratio
        and scores.crossing_deg >= shape.min_angle_deg
    )


def _two_strokes_explain(scores: MarkScores, options: MarkOptions) -> bool:
    """Whether the ink is two strokes, or two strokes joined at one side by an unlifted pen.

    What two straight strokes leave over must lie at their bent ends; near the crossing and on both sides
    of it, it is a third stroke.
    """
    if scores.excess > options.side_max_excess:
        return False
    if scores.cross_fit >= options.cross_min_fit and scores.excess <= options.cross_max_excess:
        bent = scores.rest_reach >= options.rest_min_reach
        return bent or scores.cross_fit >= options.cross_full_fit
    one_sided = scores.rest_bias >= options.side_min_bias and scores.rest_reach >= options.rest_min_reach
    joined = scores.cross_fit + scores.side_fit >= options.side_min_fit
    return one_sided and joined and scores.cross_fit >= options.side_min_cross_fit


def _only_reaches_in(found: BoxInk, options: MarkOptions) -> bool:
    """Whether the ink inside is the short end of something that lies mostly elsewhere.

    It must stay within `spill_depth_mm` of one edge, come over that edge, and be less than a third of
    the ink it hangs together with; and what it hangs together with must lie beyond that edge.
    """
    left, top, right, bottom = found.inside
    rows, columns = np.nonzero(found.own[top:bottom, left:right])
    total = int(np.count_nonzero(found.own))
    if not len(rows) or len(rows) * 3 > total:
        return False
    depth = options.spill_depth_mm * _PX
    height, width = bottom - top, right - left
    reached = {
        "left": columns.max() + 1 <= depth,
        "right": columns.min() >= width - depth,
        "top": rows.max() + 1 <= depth,
        "bottom": rows.min() >= height - depth,
    }
    beyond = {
        "left": found.own[:, :left],
        "right": found.own[:, right:],
        "top": found.own[:top],
        "bottom": found.own[bottom:],
    }
    return any(reached[side] and np.count_nonzero(beyond[side]) * 2 > total for side in reached)


def _classify_other(scores: MarkScores, options: MarkOptions) -> BoxState:
    """A mark that is no cross: what kind, or unclear where it is nearly a cross."""
    stroke_length_mm = scores.ink_mm2 / max(scores.stroke_mm, 0.1)
    if scores.blob_share >= options.blot_share:
        standing_out_mm2 = (1 - scores.blob_share) * scores.ink_mm2
        return BoxState.CORRECTED if standing_out_mm2 >= options.blot_strokes_mm2 else BoxState.OTHER
    if stroke_length_mm >= options.corrected_length_mm:
        return BoxState.CORRECTED
    crosses = (
        scores.arm_share >= options.near_cross_arm and scores.crossing_deg >= options.near_cross_angle_deg
    )
    if crosses and scores.second_fit >= options.near_cross_share:
        return BoxState.UNCLEAR
    return BoxState.OTHER


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


def _window(found: BoxInk, options: MarkOptions) -> tuple[slice, slice]:
    left, top, right, bottom = found.inside
    margin = round(options.window_mm * _PX)
    return slice(max(0, top - margin), bottom + margin), slice(max(0, left - margin), right + margin)


def _inside_size_mm(found: BoxInk) -> float:
    left, top, right, bottom = found.inside
    inside = np.ascontiguousarray(found.own[top:bottom, left:right])
    return max(cv2.boundingRect(inside.view(np.uint8))[2:]) / _PX


def _bounds(found: BoxInk) -> Rect | None:
    left, top, width, height = cv2.boundingRect(found.own.view(np.uint8))
    if not width:
        return None
    return Rect(
        found.area.x_mm + left / _PX, found.area.y_mm + top / _PX, width / _PX, height / _PX
    ).rounded()


def on_reference_grid(rect: Rect) -> Rect:
    """`rect` moved onto the reference grid, so that crops of scan and reference cover the same pixels."""
    return Rect(
        round(rect.x_mm * _PX) / _PX,
        round(rect.y_mm * _PX) / _PX,
        round(rect.width_mm * _PX) / _PX,
        round(rect.height_mm * _PX) / _PX,
    )


def _tilt_deg(angle_deg: float) -> float:
    """Angle to the nearer of the page's axes, 0 … 45."""
    return min(angle_deg % 90, 90 - angle_deg % 90)


def _round(value: float) -> float:
    return round(value, 4)
