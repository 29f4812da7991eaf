"""Stage 5: each box read by its own ink, never against its neighbours.

For one box, in this order:

0. A box whose printed outline cannot be seen is covered or torn away, and one that lies under streaks for
   the most part cannot be read: `unclear`.
1. Ink around the box that was not printed is found at full resolution. What touches the box's inside,
   bridged over the printed outline, is the box's own ink, with all that hangs together with it.
2. A speck (smaller than any mark) is nothing: `empty`.
3. Two straight strokes are laid through the ink, and small networks (`scanner.mark_network`) look at its
   shape and at what was measured. Where they are sure of an X, its middle lies inside the box and the
   strokes do not contradict it, it is a `cross`.
4. Ink that only reaches in from outside, from a stroke that belongs elsewhere, is not this box's mark.
5. What is too small, too faint or might be an X after all is `unclear`.
6. The rest is a mark that is no X: `corrected` where it looks like something drawn over a mark, else
   `other`.

`scanner.mark_scores` returns numbers; only `classify_box` decides.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.layout import BoxPlace
from records.reading import BoxReading, BoxState, MarkScores
from scanner.box_ink import BoxInk, find_box_inks, points_of
from scanner.forms import OVERVIEW_PX_PER_MM, REFERENCE_PX_PER_MM, PreparedPage, crop_mm
from scanner.image import ScanImage
from scanner.ink import PageInk
from scanner.mark_network import MarkClass, bundled_panel
from scanner.mark_patch import mark_features, mark_patch
from scanner.mark_scores import in_line, mark_window, rounded, score_boxes
from scanner.options import MarkOptions
from scanner.registration import PageTransform
from scanner.streaks import line_mask
from scanner.strokefit import CrossFit

_PX = REFERENCE_PX_PER_MM


@dataclass(frozen=True, slots=True)
class MarkReading:
    """A box's reading and the ink it accounts for (None on an empty box)."""

    reading: BoxReading
    ink: BoxInk | None


def read_boxes(
    image: ScanImage, transform: PageTransform, page: PreparedPage, ink: PageInk, options: MarkOptions
) -> tuple[MarkReading, ...]:
    """Reads every box of a page, in layout order."""
    seen = np.where(_covered(page, ink) > options.max_covered, 0.0, _outlines_seen(page, ink))
    boxes = page.layout.boxes
    marked = [
        number
        for number, (box, share) in enumerate(zip(boxes, seen, strict=True))
        if share >= options.min_outline and ink.unprinted_in(box.rect).any()
    ]
    rects = [boxes[number].rect for number in marked]
    inked = dict(zip(marked, find_box_inks(rects, image, transform, page, ink, options), strict=True))
    measured = dict(zip(inked, score_boxes(tuple(inked.values()), options), strict=True))
    measured |= _with_shares(inked, measured, options)
    marks = []
    for number, (box, share) in enumerate(zip(boxes, seen, strict=True)):
        found = inked.get(number)
        if found is not None:
            marks.append(_read_box(box, found, *measured[number], options))
        elif share >= options.min_outline:
            marks.append(MarkReading(BoxReading(box.official, box.level, BoxState.EMPTY, MarkScores()), None))
        else:
            marks.append(_covered_box(box))
    return tuple(marks)


def _with_shares(
    inked: Mapping[int, BoxInk],
    measured: Mapping[int, tuple[MarkScores, CrossFit | None]],
    options: MarkOptions,
) -> dict[int, tuple[MarkScores, CrossFit | None]]:
    """`measured` with what the networks make of every box with ink of its own, all in one go."""
    numbers = [number for number, found in inked.items() if found.own.any()]
    if not numbers:
        return {}
    patches = np.stack([mark_patch(inked[number]) for number in numbers])
    features = np.stack([mark_features(measured[number][0]) for number in numbers])
    shares = bundled_panel().shares(patches, features, options.second_look)
    told = {}
    for number, row in zip(numbers, shares, strict=True):
        scores, fit = measured[number]
        scores = replace(
            scores,
            cross_share=rounded(float(row[MarkClass.CROSS])),
            other_share=rounded(float(row[MarkClass.OTHER])),
            corrected_share=rounded(float(row[MarkClass.CORRECTED])),
        )
        told[number] = scores, fit
    return told


def _covered_box(box: BoxPlace) -> MarkReading:
    """A box whose printed outline is not on the paper: something lies over it, or the paper is gone."""
    reading = BoxReading(box.official, box.level, BoxState.UNCLEAR, MarkScores(), box.rect)
    return MarkReading(reading, None)


def _covered(page: PreparedPage, ink: PageInk) -> NDArray[np.float64]:
    """Share of each box's inside that lies under streaks and folds, in layout order."""
    shares = np.zeros(len(page.layout.boxes))
    if ink.lines:
        for number, box in enumerate(page.layout.boxes):
            mask = line_mask(ink.lines, box.rect, OVERVIEW_PX_PER_MM)
            shares[number] = 0.0 if mask is None else mask.mean()
    return shares


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
    box: BoxPlace, found: BoxInk, scores: MarkScores, fit: CrossFit | None, options: MarkOptions
) -> MarkReading:
    state = classify_box(scores, fit, found, options)
    if state is BoxState.CROSS and fit is not None:
        found = replace(found, own=found.own | _continued(found, fit, scores, options))
    evidence = None if state is BoxState.EMPTY else _bounds(found)
    return MarkReading(BoxReading(box.official, box.level, state, scores, evidence), found)


def _continued(found: BoxInk, fit: CrossFit, scores: MarkScores, options: MarkOptions) -> NDArray[np.bool_]:
    """Ink beyond the ends of a cross's strokes and in line with them.

    A stroke that passes the outline at a shallow angle is cut wider than `bridge_mm`; its tip is still
    part of the cross and no mark beside the box.
    """
    tolerance = scores.stroke_mm * _PX / 2 + 2 * options.line_tolerance_mm * _PX
    return in_line(found.ink & ~found.own, fit, tolerance, options)


def classify_box(scores: MarkScores, fit: CrossFit | None, found: BoxInk, options: MarkOptions) -> BoxState:
    """Names the mark; the order of the rules is the module's."""
    if _is_speck(scores, found, options):
        return BoxState.EMPTY
    if _is_cross(scores, fit, found, options):
        return BoxState.CROSS if scores.darkness >= options.min_darkness else BoxState.UNCLEAR
    if scores.cross_share < options.spill_max_cross_share and _only_reaches_in(found, options):
        return BoxState.EMPTY
    if scores.size_mm < options.min_size_mm or scores.darkness < options.other_min_darkness:
        return BoxState.UNCLEAR
    if scores.cross_share > options.other_max_cross_share:
        return BoxState.UNCLEAR
    return _classify_other(scores, options)


def _is_speck(scores: MarkScores, found: BoxInk, options: MarkOptions) -> bool:
    """Whether the ink inside is less than any mark leaves."""
    size_mm = _inside_size_mm(found)
    # A 1-bit scan breaks a faint mark into crumbs: there, only a lone crumb is nothing.
    if found.bilevel:
        return scores.inside_mm2 <= options.speck_bilevel_mm2 and size_mm <= options.speck_bilevel_size_mm
    if scores.inside_mm2 > options.speck_mm2:
        return False
    scattered = scores.inside_mm2 <= options.scattered_mm2 or scores.darkness < options.shade_darkness
    return size_mm <= options.speck_size_mm or scattered


def _is_cross(scores: MarkScores, fit: CrossFit | None, found: BoxInk, options: MarkOptions) -> bool:
    """Whether the network is sure of an X, it stands in this box, and its strokes look like a pen's."""
    return (
        scores.cross_share >= options.cross_min_share
        and scores.size_mm >= options.min_size_mm
        and _stands_inside(found, fit, options)
        and scores.cross_fit + scores.side_fit >= options.cross_min_fit
        and scores.excess <= options.cross_max_excess
        and scores.blob_share <= options.cross_max_blob
        and scores.stray_mm2 <= options.cross_max_stray_mm2
        and scores.coverage >= options.cross_min_coverage
        and scores.stroke_mm <= options.cross_max_stroke_mm
    )


def _stands_inside(found: BoxInk, fit: CrossFit | None, options: MarkOptions) -> bool:
    """Whether the middle of a cross lies clearly within the printed outline.

    The middle is where two fitted strokes really cross, and the weight of the ink must then be inside,
    too; where they do not, the weight alone must lie deeper inside. The outline hides ink, and a cross
    on it has its weight moved.
    """
    window = mark_window(found, options)
    rows, columns = points_of(found.own[window])
    if not len(rows):
        return False
    weight = _inset_mm(found, columns.mean() + window[1].start, rows.mean() + window[0].start)
    if fit is None or fit.centre is None or fit.arm_share < options.cross_real_arm:
        return weight >= options.cross_weight_inset_mm
    return weight >= 0.0 and _inset_mm(found, *fit.centre) >= options.cross_middle_inset_mm


def _inset_mm(found: BoxInk, x_px: float, y_px: float) -> float:
    """How far inside the printed outline a point lies, mm; negative outside it."""
    left, top, right, bottom = found.inside
    return float(min(x_px - left, right - x_px, y_px - top, bottom - y_px)) / _PX


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
    """A mark that is no cross: put there as it is, or over another one."""
    stroke_length_mm = scores.ink_mm2 / max(scores.stroke_mm, 0.1)
    if stroke_length_mm >= options.corrected_length_mm or scores.corrected_share > scores.other_share:
        return BoxState.CORRECTED
    return BoxState.OTHER


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
