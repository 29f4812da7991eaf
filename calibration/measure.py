"""One scan of the target measured."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.locate import LocatedTarget, locate_target
from calibration.sharpness import measure_sharpness
from calibration.streaks import find_streaks
from calibration.tone import measure_gain, measure_light, measure_tone
from records.scanner_profile import (
    DotShift,
    GainMeasures,
    LightMeasures,
    ScanGeometryMeasures,
    ScanMode,
    SharpnessMeasures,
    Streak,
    ToneMeasures,
)
from records.vote import PaperSize
from scanner.image import MM_PER_INCH

_FEW_GREYS = 0.01
_NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class ScanMeasures:
    """Everything one scan tells.

    Attributes:
        scan: its name.
        width_px, height_px: as scanned.
    """

    scan: str
    paper: PaperSize
    mode: ScanMode
    width_px: int
    height_px: int
    geometry: ScanGeometryMeasures
    tone: ToneMeasures
    sharpness: SharpnessMeasures
    light: LightMeasures
    streaks: tuple[Streak, ...]
    gain: GainMeasures


def measure_scan(image: NDArray[np.uint8], scan: str) -> ScanMeasures:
    """Measures a scan of the target.

    Args:
        image: uint8 (height, width) or (height, width, 3) BGR, 0 black … 255 white, at the scanner's own
            resolution and in any quarter turn.
        scan: the scan's name, for errors.

    Raises:
        InputError: the target is not in it, or too little of it.
    """
    located = locate_target(image, scan)
    mode = _mode(located)
    light = measure_light(located)
    tone = measure_tone(located, light)
    bilevel = mode is ScanMode.BILEVEL
    return ScanMeasures(
        scan=scan,
        paper=located.target.paper,
        mode=mode,
        width_px=image.shape[1],
        height_px=image.shape[0],
        geometry=measure_geometry(located),
        tone=tone,
        sharpness=SharpnessMeasures(None, None, (), (), ()) if bilevel else measure_sharpness(located),
        light=light,
        streaks=find_streaks(located, tone.white, tone.black),
        gain=measure_gain(located, tone),
    )


def measure_geometry(located: LocatedTarget) -> ScanGeometryMeasures:
    """Resolution, skew and distortion from the dots."""
    affine = located.affine
    angle_x = math.degrees(math.atan2(affine[1, 0], affine[0, 0]))
    angle_y = math.degrees(math.atan2(-affine[0, 1], affine[1, 1]))
    across, down = located.px_per_mm
    length = np.hypot(*located.shifts_mm.T)
    return ScanGeometryMeasures(
        dpi_x=round(across * MM_PER_INCH, 3),
        dpi_y=round(down * MM_PER_INCH, 3),
        skew_deg=round((angle_x + angle_y) / 2, 4),
        shear_deg=round(angle_x - angle_y, 4),
        distortion_rms_mm=round(float(np.sqrt(np.mean(length**2))), 4),
        distortion_max_mm=round(largest_shift_mm(located.dots_mm, located.shifts_mm), 4),
        turns=located.turns,
        shifts=tuple(
            DotShift(round(float(x), 1), round(float(y), 1), round(float(dx), 4), round(float(dy), 4))
            for (x, y), (dx, dy) in zip(located.dots_mm, located.shifts_mm, strict=True)
        ),
    )


def largest_shift_mm(dots_mm: NDArray[np.float64], shifts_mm: NDArray[np.float64]) -> float:
    """The largest shift once each dot's is the median of its own and its nearest neighbours'."""
    distance = np.hypot(*(dots_mm[:, None, :] - dots_mm[None, :, :]).transpose(2, 0, 1))
    nearest = np.argsort(distance, axis=1)[:, :_NEIGHBOURS]
    calm = np.median(shifts_mm[nearest], axis=1)
    return float(np.hypot(*calm.T).max())


def _mode(located: LocatedTarget) -> ScanMode:
    sample = located.grey[::9, ::7]
    between = np.count_nonzero((sample > 40) & (sample < 215))
    if between <= _FEW_GREYS * sample.size and _is_two_valued(located):
        return ScanMode.BILEVEL
    return ScanMode.GREY if located.colour is None or _is_grey(located.colour) else ScanMode.COLOUR


def _is_two_valued(located: LocatedTarget) -> bool:
    """Whether the middle grey step, printed as 50 %, holds next to no grey."""
    middle = next(grey for grey in located.target.greys if grey.percent == 50)
    part = located.grey_window(*middle.rect.centre_mm, 1.8)
    return float(np.mean((part > 40) & (part < 215))) < 0.1


def _is_grey(colour: NDArray[np.uint8]) -> bool:
    """Whether all channels agree: a grey scan in a colour file."""
    sample = colour[::9, ::7]
    return bool(cv2.absdiff(sample.max(axis=2), sample.min(axis=2)).max() <= 2)
