"""Printed targets and their scans, for the tests of this room."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulated_scanners import Scanner, draw_target, scan
from calibration.locate import LocatedTarget, locate_target
from calibration.measure import ScanMeasures, measure_scan
from calibration.target import Target, make_target
from records.vote import PaperSize
from sample_scans.settings import ScanSettings

SOUND = ScanSettings(dpi=200, blur_mm=0.03, noise=1.5, paper_grain=1.0)


@cache
def printed(paper: PaperSize = PaperSize.A4) -> tuple[Target, NDArray[np.uint8]]:
    """The target and its print."""
    target = make_target(paper)
    return target, draw_target(target)


def scanned(
    settings: ScanSettings = SOUND, paper: PaperSize = PaperSize.A4, seed: int = 3, **faults: object
) -> NDArray[np.uint8]:
    """A scan of the target; `faults` as for `Scanner`."""
    _, sheet = printed(paper)
    return scan(sheet, Scanner(seed, settings, **faults))


@cache
def sound_measures(seed: int = 3) -> ScanMeasures:
    """Measures of a scan without a fault."""
    return measure_scan(scanned(seed=seed), f"scan-{seed}")


@cache
def sound_located() -> LocatedTarget:
    return locate_target(scanned(), "scan")
