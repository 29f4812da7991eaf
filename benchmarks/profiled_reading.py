"""Ballots of simulated scanners read with the scanner's profile and without it.

    python -m benchmarks.profiled_reading [--scanners 50] [--ballots 24] [--seed 1] [--half tune|report]

Every scanner scans the target three times and then ballots, voted on as in the accuracy benchmark. Each scan
of a ballot is read twice, without the profile and with it, and either reading is judged against the truth.
The worst ten are those that do worst without a profile on the even ballots; what a profile gives them is
measured on the odd ones.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import cv2
import numpy as np

from benchmarks.accuracy_ballots import MIXES, RULES, Campaign, MixName, blank_record, judged, recordings_for
from benchmarks.accuracy_records import BallotRecord
from benchmarks.simulated_scanners import (
    RASTER_PX_PER_MM,
    Scanner,
    draw_target,
    faulty_scanner,
    grown,
    scan_sheet,
)
from benchmarks.votes import print_vote, shared_strokes
from calibration.measure import measure_scan
from calibration.profile import make_profile
from calibration.target import make_target
from records.errors import InputError
from records.scanner_profile import ScannerProfile
from records.vote import PaperSize
from sample_scans.campaign import Scan, voted_sheet
from sample_scans.settings import ScanSettings
from sample_scans.strata import Stratum
from sample_scans.stroke_library import WriterHalf
from scanner.prior import prior_of
from scanner.sheet import ReadingContext, read_sheet
from tally.rules import load_rule_set

TARGET_SCANS = 3
WORST = 10


@dataclass(frozen=True, slots=True)
class Rates:
    """What became of some ballots read one way.

    Attributes:
        errors: silent ones, as the accuracy benchmark counts them.
        rejected: sheets without a reading.
        reviews: good ballots that wait for a person without need.
        findings: ballots with a strike or a writing found that is none.
    """

    ballots: int = 0
    lines: int = 0
    errors: int = 0
    rejected: int = 0
    reviews: int = 0
    findings: int = 0

    def __add__(self, other: Rates) -> Rates:
        return Rates(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def badness(self) -> tuple[int, int]:
        """Ballots that a person has to see without need, then silent errors."""
        return self.rejected + self.reviews, self.errors


Pair = tuple[Rates, Rates]
"""Without the profile, and with it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scanner's ballots, the even and the odd ones apart; no profile where the target cannot be read."""

    number: int
    verdict: str
    faults: tuple[str, ...]
    even: Pair
    odd: Pair


def profile_of(scanner: Scanner) -> ScannerProfile:
    """Measured on some scans of the target.

    Raises:
        InputError: the target cannot be read.
    """
    paper = grown(draw_target(make_target(PaperSize.A4)), RASTER_PX_PER_MM, scanner.growth_mm)
    scans = [
        scan_sheet(paper, RASTER_PX_PER_MM, scanner, scanner.seed + 1_000_003 * number)
        for number in range(TARGET_SCANS)
    ]
    return make_profile("simulated", [measure_scan(image, str(n)) for n, image in enumerate(scans)])


def ballots_of(scanner: Scanner, campaign: Campaign, numbers: range) -> Iterator[tuple[Scan, ReadingContext]]:
    """Voted ballots as this scanner delivers them, with what they are to be read by."""
    vote = print_vote(campaign.officials, 1, seed=campaign.seed).reprinted(
        campaign.serials(numbers.start, len(numbers))
    )
    recordings = recordings_for(shared_strokes(), campaign)
    for index in range(len(numbers)):
        sheet = vote.sheet(index)
        sheet = replace(sheet, paper=grown(sheet.paper, sheet.px_per_mm, scanner.growth_mm))
        voted, truth, rng = voted_sheet(sheet, MIXES[campaign.mix], campaign.seed, recordings)
        settings = lying(scanner.settings, rng)
        image = scan_sheet(voted, sheet.px_per_mm, scanner, int(rng.integers(1 << 31)), settings)
        yield Scan(image, truth, settings, Stratum.CLEAN), vote.context


def lying(settings: ScanSettings, rng: np.random.Generator) -> ScanSettings:
    """The scanner's settings with the sheet lying a little otherwise than the target did."""
    return replace(
        settings,
        skew_deg=settings.skew_deg + float(rng.normal(0.0, 0.2)),
        offset_x_mm=settings.offset_x_mm + float(rng.normal(0.0, 0.4)),
        offset_y_mm=settings.offset_y_mm + float(rng.normal(0.0, 0.4)),
    )


def outcome(number: int, campaign: Campaign, ballots: int) -> Outcome:
    """Everything about the scanner with this number."""
    scanner = faulty_scanner(campaign.seed * 10_000 + number)
    try:
        profile = profile_of(scanner)
    except InputError as error:
        profile, verdict, faults = None, error.message_id, ()
    else:
        verdict, faults = profile.fitness.value, tuple(one.fault.value for one in profile.faults)
    halves: list[Pair] = [(Rates(), Rates()), (Rates(), Rates())]
    first = number * ballots
    for index, (ballot, context) in enumerate(ballots_of(scanner, campaign, range(first, first + ballots))):
        known = context if profile is None else replace(context, scanner=prior_of(profile))
        plain, informed = (rates_of(index, ballot, one) for one in (context, known))
        half = halves[index % 2]
        halves[index % 2] = half[0] + plain, half[1] + informed
    return Outcome(number, verdict, faults, halves[0], halves[1])


def rates_of(index: int, ballot: Scan, context: ReadingContext) -> Rates:
    """One ballot read and judged."""
    record = judged(
        blank_record(index, [ballot], 0.0),
        [ballot],
        [read_sheet(ballot.image, context)],
        load_rule_set(RULES),
    )
    return _rates(record)


def _rates(record: BallotRecord) -> Rates:
    return Rates(
        ballots=1,
        lines=record.lines,
        errors=len(record.errors),
        rejected=bool(record.rejected),
        reviews=bool(record.needless),
        findings=bool(record.false_findings),
    )


def _work(job: tuple[int, Campaign, int]) -> Outcome:
    cv2.setNumThreads(1)
    return outcome(*job)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scanners", type=int, default=50)
    parser.add_argument("--ballots", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", type=WriterHalf, choices=tuple(WriterHalf), default=WriterHalf.TUNE)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    started = time.perf_counter()
    campaign = Campaign(seed=options.seed, mix=MixName.NATURAL, half=options.half)
    jobs = [(number, campaign, options.ballots) for number in range(options.scanners)]
    outcomes: list[Outcome] = []
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        for one in pool.imap(_work, jobs):
            outcomes.append(one)
            show(one)
    report(outcomes)
    print(f"{time.perf_counter() - started:.0f} s")


def show(one: Outcome) -> None:
    plain, informed = (one.even[way] + one.odd[way] for way in (0, 1))
    words = ", ".join(one.faults) or "-"
    print(f"{one.number:3d} {one.verdict:7.7s} {_cells(plain)}  | {_cells(informed)}  {words}", flush=True)


def _cells(rates: Rates) -> str:
    return f"{rates.errors:4d}{rates.rejected:4d}{rates.reviews:4d}{rates.findings:4d}"


def report(outcomes: list[Outcome]) -> None:
    """All scanners, those with a profile, and the worst ten on the half they were not chosen on."""
    print("                errors, rejected, reviews, false findings: without | with")
    worst = sorted(outcomes, key=lambda one: one.even[0].badness, reverse=True)[:WORST]
    _line("all", [one.even for one in outcomes] + [one.odd for one in outcomes])
    _line(f"worst {WORST}", [one.odd for one in worst])
    _line("others", [one.odd for one in outcomes if one not in worst])


def _line(name: str, pairs: list[Pair]) -> None:
    plain, informed = (sum((pair[way] for pair in pairs), Rates()) for way in (0, 1))
    print(f"{name:12s}{_cells(plain)}  | {_cells(informed)}  of {plain.ballots} ballots, {plain.lines} lines")


if __name__ == "__main__":
    main()
