"""Every phenomenon that a reader of ballots meets: what makes it, and which scans of the gallery show it.

A stratum of the simulator first (`simulate_phenomenon`), a named scan of the gallery second
(`Entry.gallery`).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from records.reading import RejectionReason
from sample_scans.campaign import Recordings
from sample_scans.ink_phenomena import CORRECTED, CROSSES, OTHER_MARKS, STRUCK, WRITING
from sample_scans.pens import Page
from sample_scans.phenomenon import Entry
from sample_scans.scene import natural_scene, play
from sample_scans.settings import ScanSettings
from sample_scans.sheet_phenomena import NO_MARKS, NO_WRITING, SEALS, SHEETS
from sample_scans.truth import Truth
from sample_scans.voter import Sheet

PHENOMENA: Mapping[str, Entry] = MappingProxyType(
    CROSSES | OTHER_MARKS | CORRECTED | NO_MARKS | STRUCK | WRITING | NO_WRITING | SHEETS | SEALS
)
"""Every phenomenon by its id, in the order of the report."""

_NO_RECORDINGS = Recordings()


@dataclass(frozen=True, slots=True)
class PhenomenonScan:
    """One simulated sheet.

    Attributes:
        truth: None for a sheet that is no readable page of a ballot.
        rejections: acceptable ones where there is no truth; a reading of such a sheet is acceptable
            only if a person is called.
    """

    phenomenon: str
    image: Page
    truth: Truth | None
    settings: ScanSettings
    rejections: tuple[RejectionReason, ...] = ()


def simulate_phenomenon(
    phenomenon: str,
    sheet: Sheet,
    seed: int,
    recordings: Recordings = _NO_RECORDINGS,
    other: Sheet | None = None,
    dpi: int | None = None,
) -> PhenomenonScan:
    """A natural ballot on `sheet` with exactly one phenomenon on it.

    Depends on its arguments alone.

    Args:
        phenomenon: a key of `PHENOMENA`.
        sheet: the ideal print.
        seed: the voter, the strength, the scan.
        recordings: marks of real people for the crosses that the phenomenon does not shape.
        other: another ballot, for two sheets fed together.
        dpi: the scan's resolution, in place of the phenomenon's own.

    Raises:
        KeyError: no such phenomenon.
    """
    key = [seed, zlib.crc32(phenomenon.encode()), zlib.crc32(sheet.serial.encode()), sheet.place.page]
    rng = np.random.default_rng(key)
    scene = PHENOMENA[phenomenon].stage(natural_scene(sheet, seed, rng, recordings, other), rng)
    if dpi is not None:
        scene = scene.scanned(dpi=dpi)
    image, truth = play(scene, rng)
    return PhenomenonScan(phenomenon, image, truth, scene.settings, scene.rejections)
