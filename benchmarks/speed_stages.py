"""What each stage of a page costs, from its file to its committed row, beside plain decoding of that file."""

from __future__ import annotations

import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import kiemphieu.page_worker as worker_module
import scanner.sheet as sheet_module
from benchmarks.speed_pages import Kind, Picture, draw_pages, print_folder, write_files
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.intake import PageRef, find_pages
from kiemphieu.page_worker import PageReader, ReadPage
from kiemphieu.scanning import BATCH_PAGES, reader_setup, scan_store
from kiemphieu.store import PageRecord, Store
from records.reading import PageReading

PLAIN, WHOLE = "plain decoding", "whole page"
_CALLS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("open, check", worker_module, ("load_page",)),
    ("hash", worker_module, ("sha256_hex",)),
    ("look-up", Store, ("has_page",)),
    ("decode", worker_module, ("decode_page",)),
    ("grey, reduce", sheet_module, ("page_scan",)),
    ("token", sheet_module, ("find_codes", "identify_code")),
    ("registration", sheet_module, ("register_page",)),
    ("ink", sheet_module, ("find_ink", "smoothed")),
    ("marks", sheet_module, ("read_boxes",)),
    ("strikes, writing", sheet_module, ("find_strikes", "find_writing")),
    ("seal", sheet_module, ("find_seal",)),
    ("diagnostics", sheet_module, ("measure_page",)),
    ("keep image", worker_module, ("keep_page",)),
)
COMMIT = "commit"
STAGES = (*(name for name, _, _ in _CALLS), COMMIT)


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds per page, wall and CPU, and CPU as a ratio to plain decoding of the same file.

    Attributes:
        ratio_low, ratio_high: quartiles over pages and repeats.
    """

    wall_ms: float
    cpu_ms: float
    ratio: float
    ratio_low: float
    ratio_high: float


@dataclass(frozen=True, slots=True)
class Stages:
    """The costs of one kind of page by stage.

    Attributes:
        lines: boxes' rows of the ballot; `pages` it takes.
        read: share of pages that were read, not rejected.
        kilobytes: of a file, the median.
    """

    kind: str
    lines: int
    pages: int
    read: float
    kilobytes: float
    costs: dict[str, Cost]


Moment = tuple[float, float]
"""Wall and CPU seconds."""


def now() -> Moment:
    return time.perf_counter(), time.process_time()


class StageClock:
    """Times stages by wrapping them where they are called."""

    def __init__(self) -> None:
        self.spent: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(2))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Wraps the stages, and puts them back."""
        before = [(owner, call, getattr(owner, call)) for _, owner, calls in _CALLS for call in calls]
        for stage, owner, calls in _CALLS:
            for call in calls:
                setattr(owner, call, self._timed(stage, getattr(owner, call)))
        try:
            yield
        finally:
            for owner, call, original in before:
                setattr(owner, call, original)

    @contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        start = now()
        try:
            yield
        finally:
            self.spent[stage] += np.subtract(now(), start)

    def _timed(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            with self.timing(stage):
                return call(*arguments)

        return run

    def taken(self) -> dict[str, np.ndarray]:
        """What was spent since the last call."""
        spent, self.spent = dict(self.spent), defaultdict(lambda: np.zeros(2))
        return spent


def read_pass(
    printed: VoteFolder, scans: Path, clock: StageClock, place: Path
) -> tuple[list[dict[str, np.ndarray]], int]:
    """One scan into a fresh record, in this process: what every page cost, and how many were read."""
    folder = VoteFolder(place)
    shutil.copytree(printed.root, folder.root)
    vote = load_vote(folder)
    refs = [found for found in find_pages([scans]) if isinstance(found, PageRef)]
    costs: list[dict[str, np.ndarray]] = []
    waiting: list[PageRecord] = []
    read = 0
    with scan_store(folder, vote) as store, clock.running():
        reader = PageReader(reader_setup(folder, vote))
        for ref in refs:
            clock.taken()
            with clock.timing(PLAIN):
                decode_plainly(ref.path)
            with clock.timing(WHOLE):
                outcome = reader.read(ref)
            costs.append(clock.taken())
            assert isinstance(outcome, ReadPage), outcome
            read += isinstance(outcome.record.result, PageReading)
            waiting.append(outcome.record)
            if len(waiting) == BATCH_PAGES or ref is refs[-1]:
                with clock.timing(COMMIT):
                    store.record_pages(waiting)
                each = clock.taken()[COMMIT] / len(waiting)
                for cost in costs[-len(waiting) :]:
                    cost[COMMIT] = each
                    cost[WHOLE] = cost[WHOLE] + each
                waiting = []
        reader.close()
    shutil.rmtree(folder.root)
    return costs, read


def decode_plainly(path: Path) -> None:
    """The file at its own depth: what every cost is held against."""
    assert cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED) is not None


def measure_stages(
    root: Path, lines: int, ballots: int, kinds: Sequence[Kind], repeats: int
) -> Iterator[Stages]:
    """Every kind of file of the same voted ballots with so many lines."""
    printed = print_folder(root / f"vote-{lines}", lines, ballots)
    drawn = draw_pages(printed, printed.pages, kinds)
    for kind in kinds:
        scans = root / f"scans-{lines}-{kind.dpi}-{kind.picture.name}"
        paths = write_files(drawn[kind], kind.picture.suffix, scans)
        clock, samples, read = StageClock(), [], 0
        for repeat in range(repeats + 1):
            costs, read = read_pass(printed.folder, scans, clock, root / "pass")
            if repeat:  # the first one warms up
                samples += costs
        sizes = [path.stat().st_size / 1000 for path in paths]
        share = read / len(paths)
        pages = printed.pages // ballots
        yield Stages(str(kind), lines, pages, share, float(np.median(sizes)), _costs(samples))
        shutil.rmtree(scans)


def _costs(samples: Sequence[dict[str, np.ndarray]]) -> dict[str, Cost]:
    nothing = np.zeros(2)
    plain = np.array([sample[PLAIN] for sample in samples])
    costs = {}
    for stage in (PLAIN, *STAGES, WHOLE):
        spent = np.array([sample.get(stage, nothing) for sample in samples])
        ratios = spent[:, 1] / plain[:, 1]
        low, middle, high = (float(np.quantile(ratios, share)) for share in (0.25, 0.5, 0.75))
        wall, cpu = (float(np.median(spent[:, way])) * 1000 for way in (0, 1))
        costs[stage] = Cost(wall, cpu, middle, low, high)
    return costs


def all_kinds() -> list[Kind]:
    return [Kind(dpi, picture) for dpi in (200, 300) for picture in Picture]


def show_stages(found: Sequence[Stages]) -> None:
    """The chief kind in full; of all kinds the ratios of CPU to plain decoding."""
    chief = next((one for one in found if one.kind == str(Kind(300, Picture.GREY))), found[0])
    print(f"A page, one process: {chief.kind}, {chief.lines} lines, {chief.kilobytes:.0f} kB")
    print(f"{'stage':18s}{'wall ms':>9s}{'CPU ms':>9s}{'× plain decoding (quartiles)':>32s}")
    for stage, cost in chief.costs.items():
        spread = f"{cost.ratio:.2f} ({cost.ratio_low:.2f}, {cost.ratio_high:.2f})"
        print(f"{stage:18s}{cost.wall_ms:9.2f}{cost.cpu_ms:9.2f}{spread:>32s}")
    print("\nEvery kind: CPU as a ratio to plain decoding, medians; whole page with quartiles")
    print(
        f"{'':40s}{'decode ms':>10s}" + "".join(f"{_short(stage):>9s}" for stage in STAGES) + "    whole page"
    )
    for one in found:
        whole = one.costs[WHOLE]
        name = f"{one.kind}, {one.lines} lines" + (f" on {one.pages}" if one.pages > 1 else "")
        print(
            f"{name:40s}{one.costs[PLAIN].cpu_ms:10.1f}"
            + "".join(f"{one.costs[stage].ratio:9.2f}" for stage in STAGES)
            + f"{whole.ratio:8.2f} ({whole.ratio_low:.2f}, {whole.ratio_high:.2f})"
            + ("" if one.read == 1 else f"  read: {one.read:.0%}")
        )


def _short(stage: str) -> str:
    return stage.split(",", maxsplit=1)[0][:8]
