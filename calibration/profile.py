"""Several scans of the target become one scanner's profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from calibration.measure import ScanMeasures
from calibration.sharpness import mtf50
from calibration.verdict import judge
from records.errors import InputError
from records.scanner_profile import (
    DotShift,
    Fitness,
    GainMeasures,
    LightMeasures,
    PaperLight,
    Repeatability,
    ScanGeometryMeasures,
    ScannerProfile,
    SeenMark,
    SharpnessMeasures,
    Streak,
    StreakAxis,
    ToneMeasures,
    ToneStep,
)

SAME_DPI = 0.02
"""Share by which scans at one setting may differ in resolution; a feeder's slip is a tenth of that, the step
to the next setting ten times as much."""
SAME_STREAK_MM = 0.5
"""How near streaks of two scans must lie to be one: dirt on the glass stays where it is."""


def make_profile(scanner: str, scans: Sequence[ScanMeasures]) -> ScannerProfile:
    """The profile of a scanner with its verdict.

    Raises:
        InputError: the scans are of different papers, modes or resolutions.
    """
    check_same_setting(scans)
    first = scans[0]
    profile = ScannerProfile(
        scanner=scanner,
        paper=first.paper.value,
        scans=len(scans),
        mode=first.mode,
        width_px=first.width_px,
        height_px=first.height_px,
        geometry=_geometry(scans),
        tone=_tone(scans),
        sharpness=_sharpness(scans),
        light=_light(scans),
        streaks=common_streaks([scan.streaks for scan in scans]),
        gain=_gain(scans),
        repeatability=_repeatability(scans) if len(scans) > 1 else None,
        fitness=Fitness.FIT,
        faults=(),
    )
    fitness, faults = judge(profile)
    return replace(profile, fitness=fitness, faults=faults)


def check_same_setting(scans: Sequence[ScanMeasures]) -> None:
    """Refuses scans that are not of one scanner at one setting, naming two of them.

    Raises:
        InputError: no scan at all, or two that do not go together.
    """
    if not scans:
        raise InputError("calibrate_no_scans")
    for one, other in combinations(scans, 2):
        names = {"first": one.scan, "second": other.scan}
        if one.paper is not other.paper:
            raise InputError("calibrate_papers_differ", **names, one=one.paper.value, other=other.paper.value)
        pairs = ((one.geometry.dpi_x, other.geometry.dpi_x), (one.geometry.dpi_y, other.geometry.dpi_y))
        if any(abs(a / b - 1) > SAME_DPI for a, b in pairs):
            dpi = [f"{scan.geometry.dpi_x:.0f} × {scan.geometry.dpi_y:.0f}" for scan in (one, other)]
            raise InputError("calibrate_resolutions_differ", **names, one=dpi[0], other=dpi[1])
        if one.mode is not other.mode:
            raise InputError("calibrate_modes_differ", **names, one=one.mode.value, other=other.mode.value)


def common_streaks(found: Sequence[Sequence[Streak]]) -> tuple[Streak, ...]:
    """The streaks that stand in more than half of the scans at one place, at their mean."""
    streaks: list[Streak] = []
    for axis in StreakAxis:
        ordered = sorted(
            (one for scan in found for one in scan if one.axis is axis), key=lambda one: one.position_mm
        )
        group: list[Streak] = []
        for streak in (*ordered, None):
            if group and (streak is None or streak.position_mm - group[-1].position_mm > SAME_STREAK_MM):
                if 2 * len(group) > len(found):
                    streaks.append(_mean_streak(group))
                group = []
            if streak is not None:
                group.append(streak)
    return tuple(streaks)


def _mean_streak(group: Sequence[Streak]) -> Streak:
    return Streak(
        group[0].axis,
        _mean([one.position_mm for one in group], 3),
        _mean([one.width_px for one in group], 2),
        _mean([one.depth for one in group], 3),
    )


def _mean(values: Sequence[float], digits: int) -> float:
    return round(float(np.mean(values)), digits)


def _of(scans: Sequence[ScanMeasures], value: Callable[[ScanMeasures], float], digits: int) -> float:
    return _mean([value(scan) for scan in scans], digits)


def _shifts_by_dot(scans: Sequence[ScanMeasures]) -> dict[tuple[float, float], list[tuple[float, float]]]:
    """The shifts of each dot that every scan shows."""
    by_dot: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for scan in scans:
        for shift in scan.geometry.shifts:
            by_dot.setdefault((shift.x_mm, shift.y_mm), []).append((shift.dx_mm, shift.dy_mm))
    return {dot: shifts for dot, shifts in sorted(by_dot.items()) if len(shifts) == len(scans)}


def _geometry(scans: Sequence[ScanMeasures]) -> ScanGeometryMeasures:
    by_dot = _shifts_by_dot(scans)
    means = np.array([np.mean(shifts, axis=0) for shifts in by_dot.values()])
    turns = {scan.geometry.turns for scan in scans}
    return ScanGeometryMeasures(
        dpi_x=_of(scans, lambda one: one.geometry.dpi_x, 3),
        dpi_y=_of(scans, lambda one: one.geometry.dpi_y, 3),
        skew_deg=_of(scans, lambda one: one.geometry.skew_deg, 4),
        shear_deg=_of(scans, lambda one: one.geometry.shear_deg, 4),
        distortion_rms_mm=max(scan.geometry.distortion_rms_mm for scan in scans),
        distortion_max_mm=max(scan.geometry.distortion_max_mm for scan in scans),
        turns=turns.pop() if len(turns) == 1 else None,
        shifts=tuple(
            DotShift(x, y, round(float(dx), 4), round(float(dy), 4))
            for (x, y), (dx, dy) in zip(by_dot, means, strict=True)
        ),
    )


def _tone(scans: Sequence[ScanMeasures]) -> ToneMeasures:
    tones = [scan.tone for scan in scans]
    return ToneMeasures(
        steps=tuple(
            ToneStep(same[0].percent, _mean([s.first for s in same], 2), _mean([s.second for s in same], 2))
            for same in zip(*(tone.steps for tone in tones), strict=True)
        ),
        white=_mean([tone.white for tone in tones], 2),
        black=_mean([tone.black for tone in tones], 2),
        noise_white=_mean([tone.noise_white for tone in tones], 3),
        noise_black=_mean([tone.noise_black for tone in tones], 3),
        white_rgb=_triple([tone.white_rgb for tone in tones], 2),
        colours=tuple(
            (same[0][0], *_triple([(one[1], one[2], one[3]) for one in same], 1))
            for same in zip(*(tone.colours for tone in tones), strict=True)
        ),
    )


def _triple(values: Sequence[tuple[float, float, float]], digits: int) -> tuple[float, float, float]:
    red, green, blue = (round(float(part), digits) for part in np.mean(values, axis=0))
    return red, green, blue


def _sharpness(scans: Sequence[ScanMeasures]) -> SharpnessMeasures:
    known = [scan.sharpness for scan in scans if scan.sharpness.frequencies]
    if not known:
        return scans[0].sharpness
    along_x, along_y = (
        np.mean([getattr(one, name) for one in known], axis=0) for name in ("curve_x", "curve_y")
    )
    return SharpnessMeasures(
        mtf50_x=mtf50(along_x),
        mtf50_y=mtf50(along_y),
        frequencies=known[0].frequencies,
        curve_x=tuple(round(float(value), 4) for value in along_x),
        curve_y=tuple(round(float(value), 4) for value in along_y),
    )


def _light(scans: Sequence[ScanMeasures]) -> LightMeasures:
    places = tuple(
        PaperLight(same[0].x_mm, same[0].y_mm, _mean([one.value for one in same], 1))
        for same in zip(*(scan.light.places for scan in scans), strict=True)
    )
    return LightMeasures(_of(scans, lambda one: one.light.loss, 4), places)


def _gain(scans: Sequence[ScanMeasures]) -> GainMeasures:
    return GainMeasures(
        dot_mm=_of(scans, lambda one: one.gain.dot_mm, 4),
        line_x_mm=_of(scans, lambda one: one.gain.line_x_mm, 4),
        line_y_mm=_of(scans, lambda one: one.gain.line_y_mm, 4),
        marks=tuple(
            SeenMark(same[0].line_mm, same[0].percent, _mean([one.darkness for one in same], 3))
            for same in zip(*(scan.gain.marks for scan in scans), strict=True)
        ),
    )


def _repeatability(scans: Sequence[ScanMeasures]) -> Repeatability:
    shifts = np.array(list(_shifts_by_dot(scans).values()))
    tones = np.array([[step.value for step in scan.tone.steps] for scan in scans])
    dpi = np.array([(scan.geometry.dpi_x, scan.geometry.dpi_y) for scan in scans])
    return Repeatability(
        place_mm=round(float(np.sqrt(np.mean(np.var(shifts, axis=1, ddof=1).sum(axis=1)))), 4),
        tone=round(float(np.sqrt(np.mean(np.var(tones, axis=0, ddof=1)))), 3),
        dpi=round(float(np.std(dpi, axis=0, ddof=1).max()), 4),
        skew_deg=round(float(np.std([scan.geometry.skew_deg for scan in scans], ddof=1)), 4),
    )
