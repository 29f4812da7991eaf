"""Test decks through calibrated simulated scanners: what the verdict calls fit must read a deck right.

A scanner scans the target three times and gets its profile with a verdict; then it scans a whole deck, and
every scan is read twice: by the profile, as `[scan] profile` has it, and without one.
"""

from __future__ import annotations

import argparse
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np

from benchmarks.deck_bench import PX_PER_MM, DeckBench, Page, Readings, bench_of
from benchmarks.profiled_reading import lying, profile_of
from benchmarks.simulated_scanners import Scanner, faulty_scanner, grown, scan_sheet
from kiemphieu.deck_comparing import DeckComparison
from records.errors import InputError
from records.reading import SheetResult
from records.scanner_profile import Fitness, ScannerProfile
from scanner.prior import prior_of
from scanner.sheet import ReadingContext, read_sheet

SCANNERS = 50
_CHUNK = 6


class Way(StrEnum):
    """How a scan is read."""

    PROFILE = "with profile"
    PLAIN = "without"


WayReadings = dict[Way, dict[str, tuple[SheetResult, ...]]]
DeckId = tuple[int, bool, str]
"""What `bench_of` makes a deck from: officials, whether short, paper."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A scanner with what its scans of the target say; no profile where the target cannot be read."""

    number: int
    scanner: Scanner
    profile: ScannerProfile | None

    @property
    def verdict(self) -> Fitness:
        return Fitness.UNFIT if self.profile is None else self.profile.fitness

    @property
    def reasons(self) -> str:
        if self.profile is None:
            return "target not read"
        return ", ".join(fault.fault.value for fault in self.profile.faults)

    def context(self, way: Way, plain: ReadingContext) -> ReadingContext:
        if way is Way.PLAIN or self.profile is None:
            return plain
        return replace(plain, scanner=prior_of(self.profile))


def calibrated(number: int, seed: int) -> Calibrated:
    """The scanner with this number, measured on the target."""
    cv2.setNumThreads(1)
    scanner = faulty_scanner(seed * 10_000 + number)
    try:
        return Calibrated(number, scanner, profile_of(scanner))
    except InputError:
        return Calibrated(number, scanner, None)


def scan_ballot(bench: DeckBench, serial: str, scanner: Scanner) -> Iterator[Page]:
    """The pages of one ballot of a deck as this scanner delivers them; equal input gives equal scans."""
    papers = bench.papers(serial, bench.ink(serial, bench.deck[serial]), range(len(bench.form.pages)))
    for page, paper in papers.items():
        rng = np.random.default_rng([scanner.seed, zlib.crc32(f"{serial} {page}".encode())])
        settings = lying(scanner.settings, rng)
        sheet = grown(paper, PX_PER_MM, scanner.growth_mm)
        yield scan_sheet(sheet, PX_PER_MM, scanner, int(rng.integers(1 << 31)), settings)


def read_ballots(bench: DeckBench, serials: Iterable[str], one: Calibrated) -> WayReadings:
    """Some ballots, each scanned once and read either way."""
    contexts = {way: one.context(way, bench.context) for way in Way}
    found: WayReadings = {way: {} for way in Way}
    for serial in serials:
        scans = list(scan_ballot(bench, serial, one.scanner))
        for way, context in contexts.items():
            found[way][serial] = tuple(read_sheet(image, context) for image in scans)
    return found


def _read_some(job: tuple[DeckId, Calibrated, Sequence[str]]) -> WayReadings:
    deck, one, serials = job
    return read_ballots(bench_of(*deck), serials, one)


def read_deck(pool: Executor, deck: DeckId, one: Calibrated) -> dict[Way, Readings]:
    """A whole deck through one scanner, read either way."""
    serials = bench_of(*deck).group.serials
    jobs = [(deck, one, serials[at : at + _CHUNK]) for at in range(0, len(serials), _CHUNK)]
    found: WayReadings = {way: {} for way in Way}
    for part in pool.map(_read_some, jobs):
        for way in Way:
            found[way] |= part[way]
    return dict(found)


def run_fit(arguments: argparse.Namespace, pool: Executor) -> int:
    """Decks of every size through every scanner with the wanted verdict."""
    numbers = range(SCANNERS if arguments.scanners is None else arguments.scanners)
    scanners: list[Calibrated] = []
    for one in pool.map(calibrated, numbers, [arguments.seed] * len(numbers)):
        scanners.append(one)
        print(f"{one.number:3} {one.verdict.value:6} {one.reasons}", flush=True)
    counts = Counter(one.verdict for one in scanners)
    print("verdicts:", ", ".join(f"{fitness.value} {counts[fitness]}" for fitness in Fitness), flush=True)
    chosen = [one for one in scanners if one.verdict is arguments.verdict][: arguments.most]
    failed = 0
    for officials in arguments.officials:
        deck = officials, arguments.short, arguments.paper
        failed += sum(run_deck(pool, deck, chosen).values())
    return 1 if failed else 0


def run_deck(pool: Executor, deck: DeckId, scanners: Sequence[Calibrated]) -> Counter[Way]:
    """One deck through these scanners: how many fail, by the way of reading."""
    bench = bench_of(*deck)
    ballots, pages = len(bench.group.serials), len(bench.form.pages)
    print(f"{deck[0]} officials: {ballots} ballots, {ballots * pages} pages", flush=True)
    failed: Counter[Way] = Counter()
    for one in scanners:
        start = time.perf_counter()
        readings = read_deck(pool, deck, one)
        seconds = time.perf_counter() - start
        found = {way: bench.compare(readings[way]) for way in Way}
        failed.update(way for way in Way if not found[way].equal)
        _tell(one, found, seconds)
    told = ", ".join(f"{way.value} {failed[way]}" for way in Way)
    print(f"  scanners: {len(scanners)}; decks that failed: {told}", flush=True)
    return failed


def _tell(one: Calibrated, found: dict[Way, DeckComparison], seconds: float) -> None:
    settings = one.scanner.settings
    said = "; ".join(f"{way.value} {_summary(found[way])}" for way in Way)
    print(
        f"  {one.number:3} {settings.dpi} dpi {settings.mode.value:6} {said}  {one.reasons} ({seconds:.0f} s)"
    )
    for way in Way:
        for difference in found[way].differences:
            print(f"      {way.value}: {difference}")
        for ballot in found[way].cautious:
            if ballot.needless:
                print(f"      {way.value}: needless {ballot}")
    print(end="", flush=True)


def _summary(found: DeckComparison) -> str:
    said = "equal" if found.equal else f"{len(found.differences)} DIFFERENCES"
    needless = sum(ballot.needless for ballot in found.cautious)
    return f"{said}, cautious {len(found.cautious)}, needless {needless}"
