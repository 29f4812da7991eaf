"""A scan by two workers of a Dask cluster on this machine against one by two processes, everything committed.

    python -m benchmarks.cluster [--pages 300] [--sheets 25] [--dpi 300] [--repeats 3]

The pages of `speed`. In every repeat the same folder is scanned into fresh records: by `--workers 2`, by
`--cluster`, by `--cluster --cluster-paths`. The time from the start to the first page on the disk is told
apart, and taken off. Then one more scan by the cluster, one of whose workers is killed when a quarter of the
pages is there. Every record, each page with its reading and its image, must be that of the first scan.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from distributed import Client, LocalCluster

from benchmarks.speed_pages import Kind, Picture, draw_pages, print_folder, spread_pages
from benchmarks.speed_scan import user_environment
from kiemphieu.folder import VoteFolder
from kiemphieu.store import PageRecord, open_store

LOCAL = "2 processes"
_POLL_S = 0.05
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Run:
    """One scan.

    Attributes:
        first_s: from the start of the command to the first page on the disk.
        rest_s: from there to the end of the command.
        own_cpu_s: CPU of the command's own process from there on: with a cluster, of the one writer.
    """

    first_s: float
    rest_s: float
    own_cpu_s: float


Record = tuple[tuple[PageRecord, ...], tuple[tuple[str, bytes], ...]]


def record_of(folder: VoteFolder) -> Record:
    """Every page with its reading, and every image."""
    store = open_store(folder.database)
    try:
        pages = tuple(sorted(store.pages(), key=lambda page: page.sha256))
    finally:
        store.close()
    return pages, tuple(sorted((path.name, path.read_bytes()) for path in folder.pages.iterdir()))


def scan(
    printed: VoteFolder,
    scans: Path,
    readers: Sequence[str],
    environment: Mapping[str, str],
    look: Callable[[int], None] | None = None,
) -> tuple[Run, Record]:
    """One command on a fresh copy of the vote; `look` is told how many pages are there."""
    folder = VoteFolder(printed.root.parent / f"scan-{time.monotonic_ns()}")
    shutil.copytree(printed.root, folder.root)
    command = [sys.executable, "-m", "kiemphieu", "scan", str(folder.root), str(scans), *readers]
    start = time.perf_counter()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=environment)
    first, cpu, last_cpu = 0.0, 0.0, 0.0
    while process.poll() is None:
        there = sum(1 for _ in folder.pages.iterdir()) if folder.pages.is_dir() else 0
        if there and not first:
            first = time.perf_counter() - start
            cpu = _cpu_s(process.pid)
        if first:
            last_cpu = _cpu_s(process.pid)
        if look is not None:
            look(there)
        time.sleep(_POLL_S)
    total = time.perf_counter() - start
    assert process.returncode in {0, 5}, process.returncode
    record = record_of(folder)
    shutil.rmtree(folder.root)
    return Run(first, total - first, last_cpu - cpu), record


def _cpu_s(pid: int) -> float:
    """CPU of one process without its children, from /proc; 0 when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def print_and_draw(root: Path, options: argparse.Namespace) -> VoteFolder:
    """A printed vote, and `scans` beside it."""
    printed = print_folder(root / "vote", 12, options.sheets)
    kind = Kind(options.dpi, Picture.GREY)
    spread_pages(draw_pages(printed, options.sheets, [kind])[kind], options.pages, root / "scans")
    return printed.folder


def kill_one(cluster: LocalCluster, at: int) -> Callable[[int], None]:
    """Kills a worker once, when `at` pages are there."""
    with Client(cluster.scheduler_address, set_as_default=False) as client:
        left = list(client.run(os.getpid).values())[:1]

    def look(there: int) -> None:
        if left and there >= at:
            os.kill(left.pop(), signal.SIGKILL)

    return look


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--sheets", type=int, default=25)
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    # Before Dask puts settings for its workers, of memory and threads, into this process's environment.
    before = user_environment(Path(tempfile.gettempdir()) / "kiemphieu-bytecode")
    with (
        tempfile.TemporaryDirectory() as place,
        LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
    ):
        folder = print_and_draw(Path(place), options)
        scans, there = Path(place) / "scans", ("--cluster", cluster.scheduler_address)
        ways = {LOCAL: ("--workers", "2"), "cluster": there, "cluster, paths": (*there, "--cluster-paths")}
        runs: dict[str, list[Run]] = {name: [] for name in ways}
        records = []
        for _ in range(options.repeats):
            for name, readers in ways.items():
                run, record = scan(folder, scans, readers, before)
                runs[name].append(run)
                records.append(record)
        killed, record = scan(folder, scans, there, before, kill_one(cluster, options.pages // 4))
    same = all(other == records[0] for other in records)
    show(options, runs)
    print(f"records of all {len(records)} scans: {'identical' if same else 'DIFFERENT'}")
    verdict = "identical" if record == records[0] else "DIFFERENT"
    print(f"one worker killed in mid-run: {killed.first_s + killed.rest_s:.1f} s, record {verdict}")
    sys.exit(0 if same and record == records[0] else 1)


def show(options: argparse.Namespace, runs: dict[str, list[Run]]) -> None:
    print(f"{options.pages} pages, {options.dpi} dpi grey JPEG, 12 lines; medians of {options.repeats}")
    print("readers          ms a page   × 2 processes (least, most)   to first page s   own CPU ms a page")
    for name, own in runs.items():
        rest = [run.rest_s for run in own]
        ratios = [local.rest_s / run.rest_s for local, run in zip(runs[LOCAL], own, strict=True)]
        cpu = statistics.median(run.own_cpu_s for run in own)
        print(
            f"{name:15s}{1000 * statistics.median(rest) / (options.pages - 1):11.1f}"
            f"{statistics.median(ratios):16.2f} ({min(ratios):.2f}, {max(ratios):.2f})"
            f"{statistics.median(run.first_s for run in own):18.2f}{1000 * cpu / (options.pages - 1):20.1f}"
        )


if __name__ == "__main__":
    main()
