"""How long a page takes, stage by stage, as ratios to decoding the same file.

    python -m benchmarks.speed [--sheets 30] [--officials 12] [--dpi 300] [--repeats 5]

One process, one core, OpenCV on one thread. Every page is decoded and read in turn, several times over;
the figures are medians over pages of each page's fastest pass, so that another process on the machine
disturbs them little.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

import scanner.sheet as sheet_module
from benchmarks.votes import PrintedVote, print_vote
from records.reading import PageReading
from sample_scans.campaign import STRAIGHTFORWARD, draw_intent
from sample_scans.device import scan_page
from sample_scans.pens import Hand, random_pen
from sample_scans.strata import Stratum, stratum_settings
from sample_scans.strokes import writer_from_seed
from sample_scans.voter import vote_on_page
from scanner.sheet import read_sheet

STAGES = (
    "find_codes",
    "register_page",
    "find_ink",
    "read_boxes",
    "find_strikes",
    "find_seal",
    "find_writing",
)


def encoded_pages(vote: PrintedVote, dpi: int) -> list[np.ndarray]:
    """Grey JPEG files of voted and scanned pages, in memory."""
    files = []
    for number, sheet in enumerate(vote.sheets()):
        rng = np.random.default_rng([1, number])
        intent = draw_intent(sheet, STRAIGHTFORWARD, 1, rng)
        voted, _ = vote_on_page(sheet, intent, Hand(writer_from_seed(number), random_pen(rng), ""), rng)
        settings = replace(stratum_settings(Stratum.FEEDER, rng), dpi=dpi)
        image = scan_page(voted, sheet.px_per_mm, settings, number)
        grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        files.append(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 85])[1])
    return files


class StageClock:
    """Times the stages of `scanner.sheet` by wrapping them where it calls them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        for name in STAGES:
            setattr(sheet_module, name, self._timed(name, getattr(sheet_module, name)))

    def _timed(self, name: str, stage: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            start = time.perf_counter()
            try:
                return stage(*arguments)
            finally:
                self.seconds[name] += time.perf_counter() - start

        return run


def time_pages(vote: PrintedVote, files: list[np.ndarray], repeats: int) -> dict[str, list[float]]:
    """Milliseconds per page of every stage, the fastest of `repeats` passes each."""
    clock = StageClock()
    best: dict[str, list[float]] = defaultdict(lambda: [float("inf")] * len(files))
    for _ in range(repeats):
        for index, data in enumerate(files):
            clock.seconds.clear()
            start = time.perf_counter()
            image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
            decoded = time.perf_counter()
            result = read_sheet(image, vote.context)
            clock.seconds["read, all stages"] = time.perf_counter() - decoded
            clock.seconds["decode"] = decoded - start
            assert isinstance(result, PageReading), result
            for name, seconds in clock.seconds.items():
                best[name][index] = min(best[name][index], seconds * 1000)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sheets", type=int, default=30)
    parser.add_argument("--officials", type=int, default=12)
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    vote = print_vote(arguments.officials, arguments.sheets)
    best = time_pages(vote, encoded_pages(vote, arguments.dpi), arguments.repeats)
    decode = statistics.median(best["decode"])
    print(
        f"{arguments.sheets} pages, {arguments.dpi} dpi grey JPEG, {arguments.officials} officials, one core"
    )
    print(f"{'stage':20s}{'ms':>8s}{'95 %':>8s}{'× decode':>10s}")
    for name in ("decode", *STAGES, "read, all stages"):
        milliseconds = statistics.median(best[name])
        tail = float(np.quantile(best[name], 0.95))
        print(f"{name:20s}{milliseconds:8.1f}{tail:8.1f}{milliseconds / decode:10.2f}")


if __name__ == "__main__":
    main()
