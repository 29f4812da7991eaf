"""Stage 7: ink that is neither a mark nor a strike nor the seal nor dirt.

Works on the overview. Ink that the earlier stages account for is taken away, what is left is joined into
groups over small gaps, and each group is weighed: dirt (`scanner.dirt`) is left out; the rest is writing,
certain where it is large and dark, otherwise for a person to judge. Ink beside a box may be a misplaced
mark: always for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.layout import LayoutPage
from records.reading import (
    BoxState,
    Certainty,
    ReviewReason,
    SealState,
    StrikeFinding,
    WritingFinding,
)
from scanner.box_ink import BoxInk
from scanner.dirt import close_up, is_speck, without_dirt
from scanner.forms import OVERVIEW_PX_PER_MM, REFERENCE_PX_PER_MM, disc
from scanner.image import ScanImage
from scanner.ink import PageInk
from scanner.ink_groups import InkGroup, find_groups
from scanner.marks import MarkReading
from scanner.options import WritingOptions
from scanner.registration import PageTransform
from scanner.seal import SealReading

_PX = OVERVIEW_PX_PER_MM


def find_writing(
    image: ScanImage,
    transform: PageTransform,
    page: LayoutPage,
    page_size_mm: tuple[float, float],
    ink: PageInk,
    marks: Sequence[MarkReading],
    strikes: Sequence[StrikeFinding],
    seal: SealReading,
    options: WritingOptions,
) -> tuple[WritingFinding, ...]:
    """Every group of leftover ink that is not dirt, from the top of the page down.

    On a folded or streaked page and in a 1-bit scan dirt looks like ink, and where the stamp is not in its
    zone it may be anywhere: none is certain.
    """
    left = _unaccounted(page, ink, marks, strikes, seal, options)
    groups = [
        _seen_closely(group, image, transform, ink)
        for group in find_groups(left, ink.darkness, page_size_mm, options)
        if not (is_speck(group.scores, options) or _is_end_of_stroke(group, marks, options))
    ]
    written = without_dirt(groups, ink, image.bilevel, page_size_mm, options)
    doubt = (
        image.bilevel
        or bool(ink.lines)
        or len(written) > options.certain_max_groups
        or _stamp_may_be_elsewhere(written, seal)
    )
    return tuple(
        _classify_group(group, page, doubt or _may_be_the_stamps(group, seal), options) for group in written
    )


def _stamp_may_be_elsewhere(written: Sequence[InkGroup], seal: SealReading) -> bool:
    """Whether the stamp is not in its zone and there is as much ink elsewhere as a stamp has."""
    missing = seal.finding is not None and seal.finding.state is not SealState.PRESENT
    return missing and sum(group.scores.ink_mm2 for group in written) >= _STAMP_INK_MM2


_STAMP_INK_MM2 = 110.0


def _may_be_the_stamps(group: InkGroup, seal: SealReading) -> bool:
    """Whether the group touches the stamp's ink: a stamp that misses its zone is cut by the zone's edge."""
    if seal.finding is None or seal.finding.evidence is None:
        return False
    return seal.finding.evidence.inflated(_STAMP_REACH_MM).intersection_mm2(group.bounds) > 0


_STAMP_REACH_MM = 1.0


def _seen_closely(group: InkGroup, image: ScanImage, transform: PageTransform, ink: PageInk) -> InkGroup:
    peak, stroke_mm, piece_mm = close_up(group, image, transform, ink)
    scores = replace(
        group.scores, peak=round(peak, 4), stroke_mm=round(stroke_mm, 4), piece_mm=round(piece_mm, 4)
    )
    return replace(group, scores=scores)


def _unaccounted(
    page: LayoutPage,
    ink: PageInk,
    marks: Sequence[MarkReading],
    strikes: Sequence[StrikeFinding],
    seal: SealReading,
    options: WritingOptions,
) -> NDArray[np.uint8]:
    """The page's ink without what the other stages account for."""
    left = ink.unprinted.copy()
    for zone in _zones_of_others(page, strikes, options):
        _clear(left, zone)
    for mark in marks:
        _take_mark(left, mark)
    if seal.area is not None and seal.covered is not None:
        _take_covered(left, seal.area, seal.covered)
    _clear_margin(left, options.edge_mm)
    return left


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
    """Clears what a box's own ink covers.

    An empty box owns none: what stands in it is a speck, or belongs to a mark or to writing elsewhere.
    """
    if mark.ink is None or mark.reading.state is BoxState.EMPTY:
        return
    own = mark.ink.own.view(np.uint8)
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


def _is_end_of_stroke(group: InkGroup, marks: Sequence[MarkReading], options: WritingOptions) -> bool:
    """Whether a little ink beside a read mark is the end of a stroke that the box's outline cut off.

    A stroke that leaves the box straight through the outline goes on within a millimetre; one that runs
    along the outline comes out from under it farther on.
    """
    if group.scores.ink_mm2 > options.remnant_ink_mm2 or group.scores.size_mm > options.remnant_size_mm:
        return False
    for mark in marks:
        own = mark.ink
        if own is None or mark.reading.state is BoxState.EMPTY or not own.own.any():
            continue
        if own.area.intersection_mm2(group.bounds) <= 0:
            continue
        gap = _gap_mm(group, own)
        left, top, right, bottom = (value / REFERENCE_PX_PER_MM for value in own.inside)
        box = Rect(own.area.x_mm + left, own.area.y_mm + top, right - left, bottom - top)
        beside = box.inflated(options.remnant_gap_mm).intersection_mm2(group.bounds) > 0
        if gap <= options.remnant_gap_mm or (beside and gap <= options.remnant_outline_mm):
            return True
    return False


def _gap_mm(group: InkGroup, own: BoxInk) -> float:
    """Distance of a group's bounds from a box's own ink."""
    rows, columns = np.nonzero(own.own)
    x = own.area.x_mm + columns / REFERENCE_PX_PER_MM
    y = own.area.y_mm + rows / REFERENCE_PX_PER_MM
    bounds = group.bounds
    across = np.maximum(np.maximum(bounds.x_mm - x, x - bounds.right_mm), 0)
    down = np.maximum(np.maximum(bounds.y_mm - y, y - bounds.bottom_mm), 0)
    return float(np.hypot(across, down).min())


def _classify_group(
    group: InkGroup, page: LayoutPage, doubt: bool, options: WritingOptions
) -> WritingFinding:
    beside_box = any(
        box.rect.inflated(options.box_margin_mm).intersection_mm2(group.bounds) > 0 for box in page.boxes
    )
    scores = group.scores
    certain = (
        not beside_box
        and not doubt
        and scores.size_mm >= options.certain_size_mm
        and scores.side_mm >= options.certain_min_side_mm
        and scores.ink_mm2 >= max(options.certain_ink_mm2, options.certain_ink_per_mm * scores.size_mm)
        and scores.darkness >= options.certain_darkness
        and scores.fill <= options.certain_max_fill
        and scores.straightness <= options.certain_max_straightness
        and scores.edge_mm >= options.certain_edge_mm
    )
    return WritingFinding(
        certainty=Certainty.CERTAIN if certain else Certainty.DOUBTFUL,
        evidence=group.bounds.rounded(),
        ink_mm2=scores.ink_mm2,
        reason=ReviewReason.MARK_OUTSIDE_BOX if beside_box else ReviewReason.DOUBTFUL_WRITING,
        scores=scores,
    )
