"""Whether a scanner is fit for ballots, and every reason why not.

Each limit says what it rests on. Most are the reader's own: a scanner is unfit where the reader would refuse
its pages, and fit with limits where it would read them with less certainty.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from records.scanner_profile import (
    FaultFound,
    Fitness,
    ScanMode,
    ScannerFault,
    ScannerProfile,
    StreakAxis,
    ToneMeasures,
)
from scanner.options import ReaderOptions

_READER = ReaderOptions()
NOMINAL_DPI = (100.0, 150.0, 200.0, 240.0, 300.0, 400.0, 600.0)


@dataclass(frozen=True, slots=True)
class Limit:
    """What is beyond `limits` makes a scanner fit with limits, what is beyond `unfit` unfit."""

    limits: float
    unfit: float


@dataclass(frozen=True, slots=True)
class VerdictLimits:
    """All limits in one place.

    Attributes:
        resolution_dpi: lowest. The campaign that the reader was measured on goes down to 200 dpi and calls
            less coarse; a code's module of 0.5 mm has 3 px at 150 dpi, the least a decoder takes.
            Scanners miss their nominal resolution by up to 2 %.
        scale: deviation from the next usual resolution. Scanners keep it within 1 %; "fit to page" shrinks an
            A4 page by 3 to 5 %.
        anisotropy: half of what the reader's registration accepts (`max_stretch`), and all of it. Simulated
            scanners of up to 2 % are read without loss.
        skew_deg: a guide of 2° is what a feeder in order keeps; the reader refuses beyond its `max_skew_deg`.
        distortion_mm: simulated feeds up to 0.3 mm leave the boxes within 0.15 mm of their place, up to 1 mm
            within 0.3 mm (see `scanner/registration.py`); the ink mask around print is 0.4 mm wide.
        contrast: white less black, lowest. Registration needs 50 of 255 around a fiducial; twice that
            keeps a stroke of half the ink above it.
        faint_darkness: share of the contrast that a stroke of 30 % ink (for `limits`) or of 70 % (for
            `unfit`) must show, lowest: the reader's `min_darkness` of a mark.
        sharpness: lowest MTF50 in line pairs per millimetre. Outlines of 0.3 mm make 1.7 pairs per millimetre
            with their gaps; below 0.9 a pen's stroke of 0.5 mm keeps less than half its contrast.
        noise: standard deviation. The reader's ink threshold is `noise_factor` times it: beyond `limits` the
            faintest ink it knows is lost, beyond `unfit` it smooths the page or gives it up.
        light_loss: a guess, on the safe side of what the simulator's pages have (up to 0.2); the reader
            takes the paper's brightness from the surroundings.
        streaks: number that is still fit, and that the reader can mask on one page (`most_lines`).
        colour_cast: levels between the channels on white. A guess: at 40 a stamp's red and a pen's blue move
            by a sixth of the range; the reading itself takes the darkest channel and does not mind.
        dot_gain_mm: growth or loss of print. Two thirds of the reader's `outline_margin_mm`; a box outline of
            0.3 mm is lost, or as wide as two, at `unfit`.
        place_mm, tone: standard deviation from scan to scan: a quarter of the ink mask's margin; and a guess
            at what a lamp drifts once it is warm.
    """

    resolution_dpi: Limit = Limit(190.0, 145.0)
    scale: Limit = Limit(0.02, 1.0)
    anisotropy: Limit = Limit(_READER.registration.max_stretch / 2, _READER.registration.max_stretch)
    skew_deg: Limit = Limit(2.0, _READER.registration.max_skew_deg)
    distortion_mm: Limit = Limit(0.3, 1.0)
    contrast: Limit = Limit(110.0, 60.0)
    faint_darkness: float = _READER.marks.min_darkness
    sharpness: Limit = Limit(1.6, 0.9)
    noise: Limit = Limit(
        255 * _READER.ink.min_darkness / _READER.ink.noise_factor,
        255 * _READER.ink.max_darkness / _READER.ink.noise_factor,
    )
    light_loss: Limit = Limit(0.25, 0.5)
    streaks: Limit = Limit(0.0, float(_READER.streaks.most_lines))
    colour_cast: float = 40.0
    dot_gain_mm: Limit = Limit(0.15, 0.3)
    place_mm: Limit = Limit(0.1, 0.3)
    tone: Limit = Limit(4.0, 15.0)


def judge(
    profile: ScannerProfile, limits: VerdictLimits | None = None
) -> tuple[Fitness, tuple[FaultFound, ...]]:
    """The verdict on a profile's measures, the gravest faults first."""
    found = sorted(
        _faults(profile, limits or VerdictLimits()), key=lambda one: one.grade is not Fitness.UNFIT
    )
    if not found:
        return Fitness.FIT, ()
    return found[0].grade, tuple(found)


def _faults(profile: ScannerProfile, limits: VerdictLimits) -> Iterator[FaultFound]:
    geometry, tone = profile.geometry, profile.tone
    yield from _under(ScannerFault.RESOLUTION_LOW, min(geometry.dpi_x, geometry.dpi_y), limits.resolution_dpi)
    yield from _over(ScannerFault.SCALE, scale_deviation(geometry.dpi_x, geometry.dpi_y), limits.scale)
    yield from _over(ScannerFault.ANISOTROPY, abs(geometry.anisotropy), limits.anisotropy)
    yield from _over(ScannerFault.SKEW, abs(geometry.skew_deg), limits.skew_deg)
    yield from _over(ScannerFault.DISTORTION, geometry.distortion_max_mm, limits.distortion_mm)
    yield from _under(ScannerFault.CONTRAST, tone.white - tone.black, limits.contrast)
    yield from _light_tones(profile, limits.faint_darkness)
    if profile.mode is ScanMode.BILEVEL:
        yield FaultFound(ScannerFault.BILEVEL, Fitness.LIMITS, 1.0, 1.0)
    sharpness = [one for one in (profile.sharpness.mtf50_x, profile.sharpness.mtf50_y) if one is not None]
    if sharpness:
        yield from _under(ScannerFault.BLUR, min(sharpness), limits.sharpness)
    yield from _over(ScannerFault.NOISE, tone.noise_white, limits.noise)
    yield from _over(ScannerFault.UNEVEN_LIGHT, profile.light.loss, limits.light_loss)
    most = max(sum(one.axis is axis for one in profile.streaks) for axis in StreakAxis)
    yield from _over(ScannerFault.STREAKS, float(most), limits.streaks)
    if tone.colour_cast > limits.colour_cast:
        cast = round(tone.colour_cast, 1)
        yield FaultFound(ScannerFault.COLOUR_CAST, Fitness.LIMITS, cast, limits.colour_cast)
    gain = max(map(abs, (profile.gain.dot_mm, profile.gain.line_x_mm, profile.gain.line_y_mm)))
    yield from _over(ScannerFault.DOT_GAIN, gain, limits.dot_gain_mm)
    if profile.repeatability is not None:
        yield from _over(ScannerFault.NOT_REPEATABLE, profile.repeatability.place_mm, limits.place_mm)
        yield from _over(ScannerFault.TONE_DRIFT, profile.repeatability.tone, limits.tone)


def scale_deviation(dpi_x: float, dpi_y: float) -> float:
    """How far the mean resolution is off the next usual one, as a share."""
    mean = math.sqrt(dpi_x * dpi_y)
    return min(abs(mean / nominal - 1.0) for nominal in NOMINAL_DPI)


def _light_tones(profile: ScannerProfile, least: float) -> Iterator[FaultFound]:
    seen = {step.percent: _darkness(step.value, profile.tone) for step in profile.tone.steps}
    if seen[70] < least:
        yield FaultFound(ScannerFault.LIGHT_TONES, Fitness.UNFIT, round(seen[70], 3), least)
    elif seen[30] < least and profile.mode is not ScanMode.BILEVEL:
        yield FaultFound(ScannerFault.LIGHT_TONES, Fitness.LIMITS, round(seen[30], 3), least)


def _darkness(value: float, tone: ToneMeasures) -> float:
    return (tone.white - value) / max(tone.white - tone.black, 1.0)


def _over(fault: ScannerFault, value: float, limit: Limit) -> Iterator[FaultFound]:
    for grade, bound in ((Fitness.UNFIT, limit.unfit), (Fitness.LIMITS, limit.limits)):
        if value > bound:
            yield FaultFound(fault, grade, round(value, 4), round(bound, 4))
            return


def _under(fault: ScannerFault, value: float, limit: Limit) -> Iterator[FaultFound]:
    for grade, bound in ((Fitness.UNFIT, limit.unfit), (Fitness.LIMITS, limit.limits)):
        if value < bound:
            yield FaultFound(fault, grade, round(value, 4), round(bound, 4))
            return
