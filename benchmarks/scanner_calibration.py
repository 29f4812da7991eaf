"""Scanner profiles measured on simulated scanners, against what is known of these.

    python -m benchmarks.scanner_calibration [--scanners 50] [--streaked 40] [--clean 100] [--seed 1]

Each scanner scans the target once. Its profile's resolution, skew and distortion are compared with the true
map of the dots, its streaks with those drawn, its verdict with what its faults should give. Then scanners
that are sound but for five thin faint streaks scan it, and last sound ones, of which every streak found is
false.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.intervals import interval, lower_bound, upper_bound
from benchmarks.simulated_scanners import (
    Scanner,
    TrueGeometry,
    draw_target,
    faulty_scanner,
    scan,
    sound_scanner,
    streaked_scanner,
    true_geometry,
)
from calibration.measure import measure_scan
from calibration.profile import make_profile
from calibration.target import make_target
from calibration.verdict import NOMINAL_DPI, Limit, VerdictLimits
from records.errors import InputError
from records.scanner_profile import Fitness, ScannerFault, ScannerProfile, StreakAxis
from records.vote import PaperSize
from sample_scans.settings import ColourMode

BAR_DPI = 0.001
BAR_SKEW_DEG = 0.05
BAR_DISTORTION_MM = 0.1
MATCH_MM = 0.6
LIMITS = VerdictLimits()

Expected = dict[ScannerFault, tuple[Fitness, bool]]
"""Fault to its grade, and whether the true value lies so near to a limit that either side is right."""


@dataclass(frozen=True)
class Trial:
    """One scanner's outcome; errors are None where nothing could be measured."""

    scanner: Scanner
    truth: TrueGeometry
    profile: ScannerProfile
    dpi_error: float
    skew_error_deg: float
    distortion_error_mm: float
    largest_error_mm: float
    dots: float
    streaks: int
    streaks_found: int
    streaks_false: int
    wrong_faults: tuple[str, ...]
    near: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scanners", type=int, default=50)
    parser.add_argument("--clean", type=int, default=100)
    parser.add_argument("--streaked", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    started = time.perf_counter()
    target = make_target(PaperSize.A4)
    paper = draw_target(target)
    trials: list[Trial] = []
    unread: list[str] = []
    for number in range(options.scanners):
        scanner = faulty_scanner(options.seed * 10_000 + number)
        try:
            profile = make_profile("simulated", [measure_scan(scan(paper, scanner), "scan")])
        except InputError as error:
            # No profile is a verdict, too; it must be said of a scanner that is unfit and of no other.
            grades = [
                grade for grade, _ in expected_faults(scanner, true_geometry(paper, target, scanner)).values()
            ]
            unread.append(f"{error.message_id}, {'unfit' if Fitness.UNFIT in grades else 'NOT unfit'}")
            continue
        trials.append(judged(scanner, true_geometry(paper, target, scanner), profile))
        if options.verbose:
            show(number, trials[-1])
    report(trials, unread, options.scanners)
    if options.streaked:
        found, false, drawn = faint_streaks(options.streaked, options.seed, paper)
        low, state = 100 * lower_bound(found, drawn), "met" if found == drawn else "NOT MET"
        bound = f"(95 %: at least {low:.1f} %)"
        print(f"  streaks of 1 to 2 px and 20 to 35 %: {found} of {drawn} found {bound}  {state}")
        print(f"    ({false} found where none is, in {options.streaked} scans)")
    if options.clean:
        report_false(*false_streaks(options.clean, options.seed, paper))
    print(f"{time.perf_counter() - started:.0f} s")


def judged(scanner: Scanner, truth: TrueGeometry, profile: ScannerProfile) -> Trial:
    geometry = profile.geometry
    places = {place: index for index, place in enumerate(make_target(PaperSize.A4).dots)}
    errors = [
        np.hypot(*(truth.shifts_mm[places[shift.x_mm, shift.y_mm]] - (shift.dx_mm, shift.dy_mm)))
        for shift in geometry.shifts
    ]
    found, false, drawn = matched_streaks(scanner, profile)
    expected = expected_faults(scanner, truth)
    measured = {one.fault: one.grade for one in profile.faults}
    return Trial(
        scanner,
        truth,
        profile,
        dpi_error=max(abs(geometry.dpi_x / truth.dpi_x - 1), abs(geometry.dpi_y / truth.dpi_y - 1)),
        skew_error_deg=abs(geometry.skew_deg - truth.skew_deg),
        distortion_error_mm=float(max(errors)),
        largest_error_mm=abs(geometry.distortion_max_mm - truth.largest_shift_mm),
        dots=len(errors) / len(places),
        streaks=drawn,
        streaks_found=found,
        streaks_false=false,
        wrong_faults=tuple(wrong_faults(expected, measured)),
        near=sum(near for _, near in expected.values()),
    )


def wrong_faults(expected: Expected, measured: dict[ScannerFault, Fitness]) -> Iterator[str]:
    for fault in ScannerFault:
        grade, near = expected.get(fault, (Fitness.FIT, False))
        if measured.get(fault, Fitness.FIT) is not grade and not near:
            yield f"{fault.value}: {measured.get(fault, Fitness.FIT).value}, should be {grade.value}"


def matched_streaks(scanner: Scanner, profile: ScannerProfile) -> tuple[int, int, int]:
    """Streaks found, found where none is, and drawn."""
    settings = scanner.settings
    left = list(profile.streaks)
    nominal = settings.dpi / 25.4
    height, width = (side + 2 * settings.margin_mm for side in (297.0, 210.0))
    turned = settings.quarter_turns % 4 == 2
    wanted = [
        (StreakAxis.VERTICAL, width - streak.x_mm if turned else streak.x_mm) for streak in settings.streaks
    ] + [
        (StreakAxis.HORIZONTAL, height - line.at_px / nominal if turned else line.at_px / nominal)
        for line in scanner.lines
    ]
    found = 0
    for axis, place in wanted:
        dpi = profile.geometry.dpi_x if axis is StreakAxis.VERTICAL else profile.geometry.dpi_y
        near = [
            one
            for one in left
            if one.axis is axis and abs(one.position_mm * dpi / settings.dpi - place) < MATCH_MM
        ]
        if near:
            found += 1
            left.remove(near[0])
    return found, len(left), len(wanted)


def expected_faults(scanner: Scanner, truth: TrueGeometry) -> Expected:
    """What the verdict should say, from the scanner's true values alone."""
    settings, expected = scanner.settings, Expected()

    def over(fault: ScannerFault, value: float, limit: Limit, unsure: float) -> None:
        grade = (
            Fitness.UNFIT if value > limit.unfit else Fitness.LIMITS if value > limit.limits else Fitness.FIT
        )
        near = any(abs(value - bound) < unsure for bound in (limit.limits, limit.unfit))
        expected[fault] = grade, near

    def under(fault: ScannerFault, value: float, limit: Limit, unsure: float) -> None:
        over(fault, -value, Limit(-limit.limits, -limit.unfit), unsure)

    bilevel = settings.mode is ColourMode.BINARY
    mean = float(np.sqrt(truth.dpi_x * truth.dpi_y))
    white, black = settings.white * (1 - scanner.fade / 2), settings.black * (1 - scanner.fade / 2)
    under(ScannerFault.RESOLUTION_LOW, min(truth.dpi_x, truth.dpi_y), LIMITS.resolution_dpi, 0.3)
    over(ScannerFault.SCALE, min(abs(mean / one - 1) for one in NOMINAL_DPI), LIMITS.scale, 0.001)
    over(ScannerFault.ANISOTROPY, abs(truth.dpi_y / truth.dpi_x - 1), LIMITS.anisotropy, 0.001)
    over(ScannerFault.SKEW, abs(truth.skew_deg), LIMITS.skew_deg, 0.05)
    over(ScannerFault.DISTORTION, truth.largest_shift_mm, LIMITS.distortion_mm, 0.03)
    under(ScannerFault.CONTRAST, 255.0 if bilevel else white - black, LIMITS.contrast, 15.0)
    tones = LIMITS.faint_darkness > 1 - 0.7**settings.gamma and not bilevel
    expected[ScannerFault.LIGHT_TONES] = Fitness.LIMITS if tones else Fitness.FIT, False
    expected[ScannerFault.BILEVEL] = Fitness.LIMITS if bilevel else Fitness.FIT, False
    if not bilevel:
        # A Gaussian's contrast is halved at 0.1874 of its inverse width; the simulator's reduction and the
        # pixel itself blur, too.
        pixel = 25.4 / settings.dpi
        blur = np.sqrt(settings.blur_mm**2 + (0.45 * max(0.0, pixel - 0.05)) ** 2 + pixel**2 / 12)
        sharp = 0.1874 / float(blur)
        under(ScannerFault.BLUR, sharp, LIMITS.sharpness, 0.2 * sharp)
        # The noise is drawn before the light fades.
        noise = float(np.hypot(settings.noise, settings.paper_grain)) * (1 - scanner.fade / 2)
        over(ScannerFault.NOISE, noise, LIMITS.noise, 0.15 * noise)
        over(
            ScannerFault.UNEVEN_LIGHT,
            max(scanner.fade * 0.93, settings.illumination),
            LIMITS.light_loss,
            0.06,
        )
    lines = max(len(settings.streaks), len(scanner.lines))
    expected[ScannerFault.STREAKS] = Fitness.LIMITS if lines else Fitness.FIT, False
    filtered = scanner.blue < 0.8 and settings.mode is ColourMode.COLOUR
    warm = abs(settings.warmth) > 0.3 and filtered and white < 200
    expected[ScannerFault.COLOUR_CAST] = Fitness.LIMITS if filtered else Fitness.FIT, warm
    over(ScannerFault.DOT_GAIN, scanner.growth_mm, LIMITS.dot_gain_mm, 0.03)
    return expected


def faint_streaks(pages: int, seed: int, paper: np.ndarray) -> tuple[int, int, int]:
    """Of thin faint streaks on that many pages: found, false ones beside them, drawn."""
    counts = []
    for number in range(pages):
        scanner = streaked_scanner(seed * 10_000 + 8_000 + number)
        profile = make_profile("simulated", [measure_scan(scan(paper, scanner), "scan")])
        counts.append(matched_streaks(scanner, profile))
        if counts[-1][0] < counts[-1][2] or counts[-1][1]:
            print(f"  seed {scanner.seed}: {counts[-1]}: {profile.streaks} of {scanner}")
    found, false, drawn = (sum(one) for one in zip(*counts, strict=True))
    return found, false, drawn


def false_streaks(pages: int, seed: int, paper: np.ndarray) -> tuple[int, int]:
    """False streaks on that many pages of sound scanners, and the pages with one."""
    found = affected = 0
    for number in range(pages):
        scanner = sound_scanner(seed * 10_000 + 5_000 + number)
        streaks = measure_scan(scan(paper, scanner), "scan").streaks
        if streaks:
            print(f"  false: {streaks} in {scanner}")
        found += len(streaks)
        affected += bool(streaks)
    return found, pages


def show(number: int, trial: Trial) -> None:
    faults = ", ".join(f"{one.fault.value} {one.grade.value}" for one in trial.profile.faults) or "fit"
    print(
        f"{number:3d} {trial.scanner.settings.mode.value:7s}"
        f" {trial.truth.dpi_x:7.2f} × {trial.truth.dpi_y:7.2f}"
        f"  dpi {100 * trial.dpi_error:.3f} %  skew {trial.skew_error_deg:.4f}°"
        f"  shift {trial.distortion_error_mm:.3f} of {trial.truth.largest_shift_mm:.2f} mm"
        f"  streaks {trial.streaks_found}/{trial.streaks} +{trial.streaks_false}  {faults}"
        + (f"  WRONG {trial.wrong_faults}" if trial.wrong_faults else ""),
        flush=True,
    )


def report(trials: list[Trial], unread: list[str], scanners: int) -> None:
    print(f"{scanners} simulated scanners, {len(unread)} refused with an error {unread or ''}")
    refused_wrongly = any("NOT" in one for one in unread)
    bar("resolution, largest error", 100 * max(one.dpi_error for one in trials), 100 * BAR_DPI, "%")
    bar("skew, largest error", max(one.skew_error_deg for one in trials), BAR_SKEW_DEG, "°")
    worst = max(one.distortion_error_mm for one in trials)
    dots = [one.dots for one in trials]
    bar("distortion, largest error of any dot", worst, BAR_DISTORTION_MM, "mm")
    largest = max(one.largest_error_mm for one in trials)
    bar("largest distortion, error", largest, BAR_DISTORTION_MM, "mm")
    print(f"    (dots measured: {100 * np.mean(dots):.1f} % on average, {100 * min(dots):.1f} % at least)")
    drawn, found = sum(one.streaks for one in trials), sum(one.streaks_found for one in trials)
    if drawn:
        low = lower_bound(found, drawn)
        state = "met" if found == drawn else "NOT MET"
        print(f"  streaks found               {found} of {drawn} (95 %: at least {100 * low:.1f} %)  {state}")
    print(f"  streaks found where none is {sum(one.streaks_false for one in trials)} in {len(trials)} scans")
    wrong = [one for one in trials if one.wrong_faults]
    low, high = interval(len(trials) - len(wrong), len(trials))
    state = "NOT MET" if wrong or refused_wrongly else "met"
    print(
        f"  verdicts with every reason right  {len(trials) - len(wrong)} of {len(trials)}"
        f" (95 %: {100 * low:.1f} to {100 * high:.1f} %)  {state}"
    )
    for one in wrong:
        print(f"    seed {one.scanner.seed}: {'; '.join(one.wrong_faults)}")
    near = sum(one.near for one in trials)
    print(f"    ({near} values lay so near to a limit that either side was taken for right)")
    grades = Counter(one.profile.fitness.value for one in trials)
    print(f"    verdicts: {', '.join(f'{count} {grade}' for grade, count in sorted(grades.items()))}")


def bar(what: str, value: float, limit: float, unit: str) -> None:
    state = "met" if value <= limit else "NOT MET"
    print(f"  {what:38s} {value:.4f} {unit}, at most {limit:g} {unit}  {state}")


def report_false(found: int, pages: int) -> None:
    state = "met" if 100 * found <= pages else "NOT MET"
    bound = f"{100 * upper_bound(min(found, pages), pages):.1f}"
    print(f"  false streaks on clean pages: {found} in {pages} (95 %: at most {bound} per 100)  {state}")


if __name__ == "__main__":
    main()
