"""The header stamp: whether there is one in its zone. It never counts as writing or as a mark."""

from __future__ import annotations

import numpy as np

from records.geometry import Rect
from records.reading import SealFinding, SealState
from scanner.forms import OVERVIEW_PX_PER_MM, PreparedPage, SealSource, crop_mm
from scanner.ink import PageInk
from scanner.options import SealOptions


def find_seal(
    page: PreparedPage, source: SealSource, ink: PageInk, options: SealOptions
) -> SealFinding | None:
    """Looks for the stamp; None on a page without a seal zone.

    A hand stamp is unprinted ink in the zone, which is enlarged because hands miss. A printed seal is
    present where the paper is as dark as the reference says.
    """
    if page.layout.seal is None:
        return None
    if source is SealSource.PRINTED:
        return _printed_seal(page.layout.seal, page, ink, options)
    zone = page.layout.seal.inflated(options.margin_mm)
    inked = ink.unprinted_in(zone)
    inked_mm2 = float(np.count_nonzero(inked)) / OVERVIEW_PX_PER_MM**2
    coverage = inked_mm2 / page.layout.seal.area_mm2
    state = _state(coverage, options)
    evidence = None
    if state is not SealState.ABSENT:
        rows, columns = np.nonzero(inked)
        evidence = Rect(
            zone.x_mm + float(columns.min()) / OVERVIEW_PX_PER_MM,
            zone.y_mm + float(rows.min()) / OVERVIEW_PX_PER_MM,
            float(np.ptp(columns) + 1) / OVERVIEW_PX_PER_MM,
            float(np.ptp(rows) + 1) / OVERVIEW_PX_PER_MM,
        ).rounded()
    return SealFinding(state, round(coverage, 4), evidence)


def _state(coverage: float, options: SealOptions) -> SealState:
    if coverage >= options.present_coverage:
        return SealState.PRESENT
    return SealState.ABSENT if coverage <= options.absent_coverage else SealState.UNCLEAR


def _printed_seal(zone: Rect, page: PreparedPage, ink: PageInk, options: SealOptions) -> SealFinding:
    reference = crop_mm(page.overview, zone, OVERVIEW_PX_PER_MM, fill=255)
    darkness = crop_mm(ink.darkness, zone, OVERVIEW_PX_PER_MM, fill=0)
    expected = reference < 160
    if not expected.any():
        return SealFinding(SealState.UNCLEAR, 0.0)
    share = float(np.mean(darkness[expected] >= ink.threshold))
    state = SealState.PRESENT if share >= options.printed_share else SealState.UNCLEAR
    return SealFinding(state, round(float(np.mean(darkness >= ink.threshold)), 4), zone.rounded())
