"""The header stamp: whether there is one, and which ink is its own.

The stamp never counts as writing, and only what it covers is taken out of the search for writing: words
beside it in the seal zone are still found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.reading import SealFinding, SealState
from scanner.forms import OVERVIEW_PX_PER_MM, PreparedPage, SealSource, crop_mm, disc
from scanner.ink import PageInk
from scanner.options import SealOptions

_PX = OVERVIEW_PX_PER_MM


@dataclass(frozen=True, slots=True)
class SealReading:
    """The finding, None on a page without a seal zone, and the ink it accounts for.

    Attributes:
        area: what `covered` spans on the page; None where there is no stamp to account for.
        covered: bool (height, width) at `OVERVIEW_PX_PER_MM`.
    """

    finding: SealFinding | None
    area: Rect | None = None
    covered: NDArray[np.bool_] | None = None


def find_seal(page: PreparedPage, source: SealSource, ink: PageInk, options: SealOptions) -> SealReading:
    """Looks for the stamp.

    A hand stamp is unprinted ink in the zone, which is enlarged because hands miss. A printed seal is
    present where the paper is as dark as the reference says.
    """
    if page.layout.seal is None:
        return SealReading(None)
    if source is SealSource.PRINTED:
        return SealReading(_printed_seal(page.layout.seal, page, ink, options))
    zone = page.layout.seal.inflated(options.margin_mm)
    inked = ink.unprinted_in(zone)
    covered = _stamp_area(inked, page.layout.seal, options)
    own = (inked > 0) & covered
    coverage = float(np.count_nonzero(own)) / _PX**2 / page.layout.seal.area_mm2
    finding = SealFinding(_state(coverage, options), round(coverage, 4), _bounds(own, zone))
    return SealReading(finding, zone, covered)


def _stamp_area(inked: NDArray[np.uint8], seal: Rect, options: SealOptions) -> NDArray[np.bool_]:
    """What the stamp covers: the circle around its large pieces, no larger than a stamp can be.

    A pale stamp falls apart in a 1-bit scan; then it is the circle around all of its crumbs. Where there
    are few crumbs and no large piece it is the nominal zone.
    """
    closed = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, disc(round(options.join_mm * _PX / 2)))
    outlines = _outlines(closed)
    sizes = np.array([max(cv2.boundingRect(outline)[2:]) for outline in outlines])
    large = np.flatnonzero(sizes >= options.piece_mm * _PX)
    nominal = np.zeros(inked.shape, np.uint8)
    edge = round((options.margin_mm - options.stray_mm) * _PX)
    nominal[edge:-edge, edge:-edge] = 1
    crumbs = np.count_nonzero(sizes < options.crumb_mm * _PX)
    if crumbs >= options.min_crumbs:
        return _around_crumbs(inked, seal, options)
    if not len(large):
        return nominal > 0
    centre, radius = cv2.minEnclosingCircle(np.concatenate([outlines[number] for number in large]))
    if radius > (max(seal.width_mm, seal.height_mm) / 2 + options.stray_mm) * _PX:
        return nominal > 0  # something is written into the stamp: judge what stands outside
    # Print cuts the stamp into pieces; the circle around the large ones restores the whole.
    disc_mask = np.zeros(inked.shape, np.uint8)
    place = round(float(centre[0])), round(float(centre[1]))
    cv2.circle(disc_mask, place, round(radius + options.rim_mm * _PX), 1, thickness=-1)
    return disc_mask > 0


def _outlines(closed: NDArray[Any]) -> list[NDArray[Any]]:
    """The outer outline of every connected piece, points (n, 1, 2); those in holes of others, too."""
    found, tree = cv2.findContours(closed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    # In a tree of two levels what has a parent is the edge of a hole.
    outer = [] if tree is None else (tree[0, :, 3] < 0).tolist()
    return [outline for outline, is_outer in zip(found, outer, strict=True) if is_outer]


def _around_crumbs(inked: NDArray[np.uint8], seal: Rect, options: SealOptions) -> NDArray[np.bool_]:
    """The circle around the ink that lies where the stamp may lie at most."""
    reach = np.zeros(inked.shape, np.uint8)
    centre = inked.shape[1] // 2, inked.shape[0] // 2
    largest = round((max(seal.width_mm, seal.height_mm) / 2 + options.stray_mm) * _PX)
    cv2.circle(reach, centre, largest, 1, thickness=-1)
    inside = cv2.bitwise_and((inked > 0).astype(np.uint8), reach)
    middle, radius = cv2.minEnclosingCircle(np.asarray(cv2.findNonZero(inside)))
    place = round(float(middle[0])), round(float(middle[1]))
    covered = np.zeros(inked.shape, np.uint8)
    cv2.circle(covered, place, round(radius + options.rim_mm * _PX), 1, thickness=-1)
    return covered > 0


def _state(coverage: float, options: SealOptions) -> SealState:
    if coverage >= options.present_coverage:
        return SealState.PRESENT
    return SealState.ABSENT if coverage <= options.absent_coverage else SealState.UNCLEAR


def _bounds(own: NDArray[np.bool_], zone: Rect) -> Rect | None:
    rows, columns = np.nonzero(own)
    if not len(rows):
        return None
    return Rect(
        zone.x_mm + float(columns.min()) / _PX,
        zone.y_mm + float(rows.min()) / _PX,
        float(np.ptp(columns) + 1) / _PX,
        float(np.ptp(rows) + 1) / _PX,
    ).rounded()


def _printed_seal(zone: Rect, page: PreparedPage, ink: PageInk, options: SealOptions) -> SealFinding:
    reference = crop_mm(page.overview, zone, _PX, fill=255)
    darkness = crop_mm(ink.darkness, zone, _PX, fill=0)
    expected = reference < _DARK_PRINT
    if not expected.any():
        return SealFinding(SealState.UNCLEAR, 0.0)
    share = float(np.mean(darkness[expected] >= ink.threshold))
    state = SealState.PRESENT if share >= options.printed_share else SealState.UNCLEAR
    return SealFinding(state, round(float(np.mean(darkness >= ink.threshold)), 4), zone.rounded())


_DARK_PRINT = 160
"""A reference pixel darker than this is printed for certain; a red seal is not black."""
