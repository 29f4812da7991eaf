"""A whole `kiemphieu scan`, everything committed, against plain decoding of the same files."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.speed_stages import decode_plainly
from kiemphieu.folder import VoteFolder

PROCESSES = (1, 2)
_POLL_S = 0.01
_LOOK_S = 0.2
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_DONE = frozenset({0, 5})
_CHUNK = 8
_LARGEST_BLOCK = 31 << 20


@dataclass(frozen=True, slots=True)
class Decoding:
    """Plain decoding of all files, in milliseconds per page.

    Attributes:
        bare_wall_ms: of processes that take new memory from the system for every image, as a loop does that
            does nothing else; a reader has long stopped doing so, and is held against the faster way.
    """

    wall_ms: float
    cpu_ms: float
    bare_wall_ms: float


@dataclass(frozen=True, slots=True)
class Run:
    """One scan.

    Attributes:
        first_s: from the start of the command to the first page on the disk.
        wall_ms, cpu_ms: per page from there to the end of the command, of all its processes.
        own_mb: largest resident memory of the command's own process.
        worker_mb: and of any of its workers; with one process it reads itself.
    """

    first_s: float
    wall_ms: float
    cpu_ms: float
    own_mb: float
    worker_mb: float


@dataclass(frozen=True, slots=True)
class Scans:
    """The same pages decoded and scanned, some times over, with so many processes."""

    dpi: int
    pages: int
    processes: int
    decoding: tuple[Decoding, ...]
    runs: tuple[Run, ...]

    def ratios(self, clock: str) -> list[float]:
        """Scan over plain decoding of the same repeat, by `wall_ms` or `cpu_ms`; sorted."""
        pairs = zip(self.runs, self.decoding, strict=True)
        return sorted(getattr(run, clock) / getattr(plain, clock) for run, plain in pairs)

    def median(self, name: str) -> float:
        return statistics.median(getattr(run, name) for run in self.runs)


def decode_all(paths: Sequence[Path], processes: int) -> Decoding:
    """Both ways, one after the other."""
    wall, cpu = _timed_decoding(paths, processes, keep_memory=True)
    bare, _ = _timed_decoding(paths, processes, keep_memory=False)
    return Decoding(wall, cpu, bare)


def _timed_decoding(paths: Sequence[Path], processes: int, *, keep_memory: bool) -> tuple[float, float]:
    """Milliseconds per page, wall and CPU; processes are started, and have decoded, before the clock runs."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, _start_decoder, (keep_memory,)) as pool:
        pool.map(_decode, paths[: 2 * processes], chunksize=1)
        start = time.perf_counter()
        cpu = sum(pool.map(_decode, paths, chunksize=_CHUNK))
        wall = time.perf_counter() - start
    return 1000 * wall / len(paths), 1000 * cpu / len(paths)


def _start_decoder(keep_memory: bool) -> None:
    cv2.setNumThreads(1)
    if keep_memory:
        # glibc gives back a block as large as this, and from then on keeps smaller ones for the next image.
        np.zeros(_LARGEST_BLOCK, np.uint8)


def _decode(path: Path) -> float:
    start = time.process_time()
    decode_plainly(path)
    return time.process_time() - start


def user_environment(root: Path) -> dict[str, str]:
    """As on a machine where the program has run before: its modules are compiled."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**own, "PYTHONPYCACHEPREFIX": str(root / "bytecode")}


def scan_all(printed: VoteFolder, scans: Path, processes: int, pages: int, root: Path) -> Run:
    """One command on a fresh copy of the vote."""
    folder = VoteFolder(root / f"scan-{time.monotonic_ns()}")
    shutil.copytree(printed.root, folder.root)
    command = [sys.executable, "-m", "kiemphieu", "scan", str(folder.root), str(scans)]
    start = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--workers", str(processes)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True, env=user_environment(root), cwd=Path(__file__).parents[1],
    )  # fmt: skip
    first, first_cpu = 0.0, 0.0
    peaks: dict[int, float] = {}
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        if not first and _has_page(folder.pages):
            first, first_cpu = time.perf_counter() - start, _session_cpu(process.pid)
        if first:
            peaks |= {pid: max(peaks.get(pid, 0.0), mb) for pid, mb in session_mb(process.pid).items()}
        time.sleep(_LOOK_S if first else _POLL_S)
    wall, cpu = time.perf_counter() - start - first, usage.ru_utime + usage.ru_stime - first_cpu
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in _DONE, process.returncode
    shutil.rmtree(folder.root)
    own = peaks.pop(process.pid, 0.0)
    rest = max(1, pages - 1)
    return Run(first, 1000 * wall / rest, 1000 * cpu / rest, own, max(peaks.values(), default=own))


def _has_page(pages: Path) -> bool:
    return pages.is_dir() and any(not entry.name.startswith(".") for entry in os.scandir(pages))


def _session_cpu(session: int) -> float:
    """CPU seconds so far of a session's processes and of their children that have ended, from /proc."""
    ticks = (sum(map(int, fields[11:15])) for _, fields in _stats() if int(fields[3]) == session)
    return sum(ticks) * _TICK_S


def session_mb(session: int) -> dict[int, float]:
    """Peak resident memory of every process of a session, by process id."""
    found = {}
    for pid, fields in _stats():
        if int(fields[3]) == session:
            with suppress(OSError):  # it has just ended
                status = Path(f"/proc/{pid}/status").read_text()
                peak = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
                found[pid] = int(peak.split()[1]) / 1024
    return found


def _stats() -> list[tuple[int, list[str]]]:
    """Process id, and the fields of /proc/…/stat from the state on."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                found.append((int(entry.name), fields))
    return found


def measure_scans(
    printed: VoteFolder, scans: Path, paths: Sequence[Path], dpi: int, root: Path, repeats: int
) -> list[Scans]:
    """Decoding and scanning in turn, so that what else the machine does disturbs both."""
    # The first command compiles what later ones load.
    one = root / "one"
    one.mkdir(exist_ok=True)
    shutil.copy(paths[0], one)
    scan_all(printed, one, 2, 1, root)
    plain: dict[int, list[Decoding]] = {processes: [] for processes in PROCESSES}
    runs: dict[int, list[Run]] = {processes: [] for processes in PROCESSES}
    for _ in range(repeats):
        for processes in PROCESSES:
            plain[processes].append(decode_all(paths, processes))
            runs[processes].append(scan_all(printed, scans, processes, len(paths), root))
    shutil.rmtree(one)
    return [Scans(dpi, len(paths), n, tuple(plain[n]), tuple(runs[n])) for n in PROCESSES]


def gain(found: Sequence[Scans], dpi: int, clock: str = "wall_ms") -> float:
    """How many times as fast two processes are as one."""
    own = {scans.processes: scans for scans in found if scans.dpi == dpi}
    return own[1].median(clock) / own[2].median(clock)


def show_scans(found: Sequence[Scans]) -> None:
    print("\nWhole scans, start-up taken off, everything committed: medians of the repeats")
    print(
        f"{'':30s}{'decode ms':>10s}{'bare':>6s}{'scan ms':>9s}{'× (least, most)':>22s}"
        f"{'CPU ms':>8s}{'× CPU':>7s}{'first page s':>14s}{'own MB':>8s}{'worker MB':>11s}"
    )
    for scans in found:
        ratios = scans.ratios("wall_ms")
        spread = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}, {ratios[-1]:.2f})"
        plain = statistics.median(one.wall_ms for one in scans.decoding)
        bare = statistics.median(one.bare_wall_ms for one in scans.decoding)
        name = f"{scans.pages} pages, {scans.dpi} dpi, {scans.processes} process" + "es" * (
            scans.processes > 1
        )
        print(
            f"{name:30s}{plain:10.1f}{bare:6.1f}{scans.median('wall_ms'):9.1f}{spread:>22s}{scans.median('cpu_ms'):8.1f}"
            f"{statistics.median(scans.ratios('cpu_ms')):7.2f}{scans.median('first_s'):14.2f}"
            f"{scans.median('own_mb'):8.0f}{scans.median('worker_mb'):11.0f}"
        )
    for dpi in sorted({scans.dpi for scans in found}):
        print(f"{dpi} dpi: 2 processes are {gain(found, dpi):.2f} × one")
