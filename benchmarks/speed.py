"""What a page costs, stage by stage, and what a whole scan costs, as ratios to decoding the same files.

    python -m benchmarks.speed [--quick] [--parts stages scans] [--grow] [--pages 500] [--repeats 3]
        [--history FILE] [--plot FILE.png]

stages: every stage from the file to the committed row, wall and CPU, for 200 and 300 dpi, grey, colour and
1-bit files, ballots of 12, 30 and 60 lines. scans: the whole command on so many pages, with one process and
with two, beside as many processes that only decode; the time to the first page is told apart, and taken off.
`--grow`: the first thousand pages of a record and the last of 100,000. Processes, and what they are compared
with, run in turn; OpenCV keeps to one thread. Every page is a ballot of its own.

Minutes on two cores: 9 as it is, 1.5 with `--quick`, 15 more with `--grow`. `--history` adds a line of JSON
with every figure to a file; `--plot` draws them, and earlier lines of that file.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2

from benchmarks.speed_growth import Growth, measure_growth, show_growth
from benchmarks.speed_pages import Kind, Picture, draw_pages, print_folder, spread_pages
from benchmarks.speed_plot import speed_png
from benchmarks.speed_scan import Scans, measure_scans, show_scans
from benchmarks.speed_stages import Stages, all_kinds, measure_stages, show_stages

LINES = 12
BALLOTS = {12: 10, 30: 4, 60: 2}
"""By lines: so many that there are about ten pages of each."""
QUICK_BALLOTS = {12: 3, 30: 1, 60: 1}
QUICK_PAGES = 60
GROW_TOTAL = 100_000
GROW_PAGES = 1_000
DPIS = (300, 200)


class OtherWork:
    """How much of the machine others took while this ran."""

    def __init__(self) -> None:
        self._start = time.monotonic(), _busy_s(), _own_s()

    def cores(self) -> float:
        """In cores, on the average since the start."""
        wall, busy, own = time.monotonic(), _busy_s(), _own_s()
        return max(0.0, (busy - self._start[1] - own + self._start[2]) / (wall - self._start[0]))


def _busy_s() -> float:
    fields = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def _own_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def measured_stages(root: Path, options: argparse.Namespace) -> list[Stages]:
    kinds = all_kinds()
    if options.quick:
        kinds = [kind for kind in kinds if kind.picture is not Picture.PNG]
    found = []
    for lines, ballots in (QUICK_BALLOTS if options.quick else BALLOTS).items():
        found += list(measure_stages(root, lines, ballots, kinds, 1 if options.quick else options.repeats))
    return found


def measured_scans(root: Path, options: argparse.Namespace) -> list[Scans]:
    pages = QUICK_PAGES if options.quick else options.pages
    printed = print_folder(root / "whole", LINES, pages)
    kinds = [Kind(dpi, Picture.GREY) for dpi in DPIS]
    drawn = draw_pages(printed, pages, kinds)
    found = []
    for kind in kinds:
        scans = root / f"whole-{kind.dpi}"
        paths = spread_pages(drawn[kind], pages, scans)
        repeats = 1 if options.quick else options.repeats
        found += measure_scans(printed.folder, scans, paths, kind.dpi, root, repeats)
    return found


def measured_growth(root: Path, options: argparse.Namespace) -> Growth:
    pages, total = (QUICK_PAGES, 10 * QUICK_PAGES) if options.quick else (options.grow_pages, GROW_TOTAL)
    printed = print_folder(root / "growth", LINES, pages)
    kind = Kind(300, Picture.GREY)
    scans = root / "growth-scans"
    spread_pages(draw_pages(printed, pages, [kind])[kind], pages, scans)
    return measure_growth(printed.folder, scans, total, 1 if options.quick else options.repeats, root)


def entry_of(
    stages: Sequence[Stages], scans: Sequence[Scans], growth: Growth | None, other_cores: float
) -> dict[str, Any]:
    """All figures as a line of the history."""
    return {
        "when": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": {
            "cores": len(os.sched_getaffinity(0)),
            "architecture": platform.machine(),
            "python": platform.python_version(),
            "opencv": cv2.__version__,
            "other_work_cores": round(other_cores, 2),
        },
        "stages": [asdict(one) for one in stages],
        "scans": [asdict(one) for one in scans],
        "growth": None if growth is None else asdict(growth),
    }


def read_history(path: Path | None) -> list[dict[str, Any]]:
    if path is None or not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few pages, once: whether it works")
    parser.add_argument("--parts", nargs="*", choices=("stages", "scans"), default=("stages", "scans"))
    parser.add_argument("--grow", action="store_true", help="also the last pages of 100,000")
    parser.add_argument("--grow-pages", type=int, default=GROW_PAGES)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--history", type=Path)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    work, start = OtherWork(), time.monotonic()
    stages, scans, growth = [], [], None
    with tempfile.TemporaryDirectory() as place:
        if "stages" in options.parts:
            stages = measured_stages(Path(place), options)
            show_stages(stages)
        if "scans" in options.parts:
            scans = measured_scans(Path(place), options)
            show_scans(scans)
        if options.grow:
            growth = measured_growth(Path(place), options)
            show_growth(growth)
    cores = work.cores()
    print(f"\n{(time.monotonic() - start) / 60:.1f} minutes; other work took {cores:.2f} of a core meanwhile")
    entry = entry_of(stages, scans, growth, cores)
    if options.history:
        with options.history.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
    if options.plot:
        options.plot.write_bytes(speed_png(stages, scans, read_history(options.history)))


if __name__ == "__main__":
    main()
