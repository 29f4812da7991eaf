"""Telling dirt from writing: what leftover ink looks like when it was no pen that left it.

Every rule names one kind of dirt and the measure that no pen's ink has:

- specks hold together over no length;
- print shining through, stains, creases and shading are fainter at their darkest than any pencil;
- a hair is thinner than any pen's line;
- the rest of a fold goes on in its direction over the whole page;
- a punch hole is a disc or a ring near an edge, and in ISO 838's places a piece of the ring is enough;
- the scanner's background beyond a torn or skewed edge is wider than a line, and reaches the edge;
- a staple is a straight bar near a corner, paler than a pen's line of its width.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import cv2
import numpy as np

from records.geometry import Rect
from records.reading import WritingScores
from scanner.forms import OVERVIEW_PX_PER_MM, REFERENCE_PX_PER_MM, crop_mm
from scanner.image import ScanImage
from scanner.ink import PageInk, darkness_of
from scanner.ink_groups import InkGroup
from scanner.options import WritingOptions
from scanner.registration import PageTransform

_PX = OVERVIEW_PX_PER_MM
_DETAIL_PX = REFERENCE_PX_PER_MM


def is_speck(scores: WritingScores, options: WritingOptions) -> bool:
    """Whether a group is too little ink for anything, before it is looked at closely."""
    return scores.ink_mm2 < options.speck_ink_mm2


def without_dirt(
    groups: Sequence[InkGroup],
    ink: PageInk,
    bilevel: bool,
    page_size_mm: tuple[float, float],
    options: WritingOptions,
) -> tuple[InkGroup, ...]:
    """The groups, with all their scores, that are not dirt for certain."""
    holes = [
        group.circle
        for group in groups
        if group.circle is not None and _is_hole(group, page_size_mm, options)
    ]
    return tuple(
        group
        for group in groups
        if not (_is_dirt(group, ink, bilevel, page_size_mm, options) or _is_on_rim(group, holes, options))
    )


def _is_on_rim(group: InkGroup, holes: Sequence[tuple[float, float, float]], options: WritingOptions) -> bool:
    """Whether a small group lies on the rim of a hole found by another piece of it."""
    x, y = group.bounds.centre_mm
    return group.scores.size_mm <= options.rim_piece_mm and any(
        abs(float(np.hypot(x - hole_x, y - hole_y)) - radius) <= options.rim_gap_mm
        for hole_x, hole_y, radius in holes
    )


def _is_dirt(
    group: InkGroup, ink: PageInk, bilevel: bool, page_size_mm: tuple[float, float], options: WritingOptions
) -> bool:
    """Whether a group is dirt by itself; in doubt it is not."""
    scores = group.scores
    if scores.piece_mm < options.piece_mm:
        return True
    if not bilevel and (scores.peak < options.faint_peak or _is_hair(scores, options)):
        return True
    return (
        _is_edge(group, ink, page_size_mm, options)
        or _is_hole(group, page_size_mm, options)
        or _is_staple(group, page_size_mm, options)
        or _runs_edge_to_edge(group.bounds, page_size_mm, options)
        or _goes_on_as_fold(group, ink, bilevel, options)
    )


def close_up(
    group: InkGroup, image: ScanImage, transform: PageTransform, ink: PageInk
) -> tuple[float, float, float]:
    """Peak darkness (0 … 1), line width (mm) and longest connected piece (mm) at full resolution.

    The width is the darkness summed over the line, per length and peak: blur, which spreads a line,
    leaves the sum as it is, so a thin line stays thin.
    """
    area = group.bounds.inflated(_AROUND_MM)
    crop = transform.crop(image.detail, area, _DETAIL_PX)
    darkness = darkness_of(crop, ink.paper_level(*group.bounds.centre_mm)).astype(np.float32) / 255
    size = (darkness.shape[1], darkness.shape[0])
    own = np.pad(group.mask.astype(np.uint8), round(_AROUND_MM * _PX))
    near = cv2.dilate(cv2.resize(own, size, interpolation=cv2.INTER_NEAREST), np.ones((5, 5), np.uint8)) > 0
    paper = float(np.median(darkness[~near])) if not near.all() else 0.0
    peak = float(np.quantile(darkness[near], 0.97))
    inked = ((darkness > paper + (peak - paper) / 2) & near).astype(np.uint8)
    outlines, _ = cv2.findContours(inked, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    length = sum(cv2.arcLength(outline, closed=True) for outline in outlines) / 2
    total = float(np.clip(darkness - paper, 0, None)[near].sum())
    width = total / max(length, 1.0) / max(peak - paper, 0.01)
    stats = cv2.connectedComponentsWithStats(inked, connectivity=8)[2][1:]
    piece = float(stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max()) if len(stats) else 0.0
    return peak, width / _DETAIL_PX, piece / _DETAIL_PX


_AROUND_MM = 0.5


def _is_hair(scores: WritingScores, options: WritingOptions) -> bool:
    return scores.stroke_mm <= options.hair_width_mm and scores.peak <= options.hair_peak


def _is_edge(
    group: InkGroup, ink: PageInk, page_size_mm: tuple[float, float], options: WritingOptions
) -> bool:
    """Whether a group goes on into the strip not judged and is a strip, a speck, or wider than a pen's line.

    The edge of the paper lies along that strip; what is wide is the background, or a torn corner's.
    """
    scores = group.scores
    if scores.edge_mm > options.edge_mm + _GRID_MM or not _goes_on_outside(
        group.bounds, ink, page_size_mm, options
    ):
        return False
    along = (
        scores.side_mm <= options.edge_side_mm
        and scores.size_mm >= options.edge_slenderness * scores.side_mm
        and scores.straightness >= options.edge_straightness
    )
    return along or scores.size_mm <= options.edge_speck_mm or scores.stroke_mm >= options.edge_solid_mm


def _goes_on_outside(
    bounds: Rect, ink: PageInk, page_size_mm: tuple[float, float], options: WritingOptions
) -> bool:
    """Whether there is ink beside the group in the strip not judged, over a good part of its side there."""
    width, height = page_size_mm
    near = options.edge_mm + _GRID_MM
    strips = (
        (bounds.x_mm <= near, Rect(options.edge_mm - 2.0, bounds.y_mm, 1.5, bounds.height_mm), 1),
        (
            width - bounds.right_mm <= near,
            Rect(width - options.edge_mm + 0.5, bounds.y_mm, 1.5, bounds.height_mm),
            1,
        ),
        (bounds.y_mm <= near, Rect(bounds.x_mm, options.edge_mm - 2.0, bounds.width_mm, 1.5), 0),
        (
            height - bounds.bottom_mm <= near,
            Rect(bounds.x_mm, height - options.edge_mm + 0.5, bounds.width_mm, 1.5),
            0,
        ),
    )
    for touches, strip, axis in strips:
        if touches:
            inked = crop_mm(ink.darkness, strip, _PX, fill=255) >= ink.threshold
            if float(inked.all(axis=axis).mean()) >= _OUTSIDE_SHARE:
                return True
    return False


_OUTSIDE_SHARE = 0.25
_GRID_MM = 0.5


def _is_hole(group: InkGroup, page_size_mm: tuple[float, float], options: WritingOptions) -> bool:
    scores = group.scores
    if scores.edge_mm > options.hole_edge_mm or scores.size_mm > options.hole_max_mm:
        return False
    is_round = scores.fill >= options.hole_fill or (
        scores.stroke_mm >= options.hole_solid_mm and scores.side_mm >= 0.8 * scores.size_mm
    )
    if scores.side_mm >= options.hole_min_mm and (is_round or scores.ring_mm <= options.hole_ring_mm):
        return True
    return _is_ring_piece(group, page_size_mm, options)


def _is_ring_piece(group: InkGroup, page_size_mm: tuple[float, float], options: WritingOptions) -> bool:
    """A piece of a hole's rim where a file's punch makes its holes.

    ISO 838: 80 mm apart, 12 mm from the edge, even about its middle.
    """
    if group.scores.ring_mm > options.ring_piece_mm or group.circle is None:
        return False
    x, y, radius = group.circle
    if not options.ring_min_radius_mm <= radius <= options.ring_max_radius_mm:
        return False
    width, height = page_size_mm
    places = [(column, height / 2 + step) for column, step in product((12.0, width - 12.0), _ISO_838_MM)]
    places += [(width / 2 + step, row) for row, step in product((12.0, height - 12.0), _ISO_838_MM)]
    return any(np.hypot(x - px, y - py) <= options.ring_reach_mm for px, py in places)


_ISO_838_MM = (-120.0, -40.0, 40.0, 120.0)


def _is_staple(group: InkGroup, page_size_mm: tuple[float, float], options: WritingOptions) -> bool:
    scores, bounds = group.scores, group.bounds
    to_side = min(bounds.centre_mm[0], page_size_mm[0] - bounds.centre_mm[0])
    to_end = min(bounds.centre_mm[1], page_size_mm[1] - bounds.centre_mm[1])
    length = float(np.hypot(bounds.width_mm, bounds.height_mm))
    return (
        max(to_side, to_end) <= options.staple_corner_mm
        and options.staple_min_mm <= length <= options.staple_max_mm
        and scores.straightness >= options.staple_straightness
        and scores.ink_mm2 >= options.staple_ink_per_mm * length
        and scores.darkness <= options.staple_darkness
    )


def _runs_edge_to_edge(bounds: Rect, page_size_mm: tuple[float, float], options: WritingOptions) -> bool:
    """A fold or a streak: thin, along an axis, over the whole page; nobody writes like that."""
    width, height = bounds.width_mm, bounds.height_mm
    return (width >= options.edge_to_edge * page_size_mm[0] and height <= options.line_height_mm) or (
        height >= options.edge_to_edge * page_size_mm[1] and width <= options.line_height_mm
    )


def _goes_on_as_fold(group: InkGroup, ink: PageInk, bilevel: bool, options: WritingOptions) -> bool:
    """Whether a piece of line along an axis is a stretch of one that crosses the whole page.

    It must be faint, which tells nothing in a 1-bit scan, and go on into the margins at both ends.
    """
    scores, bounds = group.scores, group.bounds
    if scores.side_mm > options.fold_side_mm or (not bilevel and scores.peak > options.fold_peak):
        return False
    darkness = ink.darkness if bounds.width_mm >= bounds.height_mm else ink.darkness.T
    at_mm = bounds.centre_mm[1] if bounds.width_mm >= bounds.height_mm else bounds.centre_mm[0]
    at, reach = round(at_mm * _PX), round(_FOLD_REACH_MM * _PX)
    band = darkness[max(0, at - reach) : at + reach + 1]
    blocks = cv2.resize(band, (_FOLD_BLOCKS, band.shape[0]), interpolation=cv2.INTER_AREA).astype(np.int16)
    middle = blocks[reach - 2 : reach + 3].max(axis=0)
    beside = np.minimum(blocks[:2].mean(axis=0), blocks[-2:].mean(axis=0))
    darker = middle - beside >= options.fold_depth
    ends = bool(darker[:_FOLD_END_BLOCKS].any() and darker[-_FOLD_END_BLOCKS:].any())
    return ends and float(np.mean(darker)) >= options.fold_share


_FOLD_REACH_MM = 1.75
_FOLD_BLOCKS = 60
_FOLD_END_BLOCKS = 3
