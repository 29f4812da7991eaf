"""Whether a page costs more time or memory when a hundred thousand were scanned before it.

Three scans of the same pages, through the same use case as the command, each in a process of its own:

* into a record of no pages;
* into one of 99,000 pages, put there through the store, with readings and files of usual number;
* into a record of no pages, from a folder of 100,000 names: the pages under a hundred names each. What has
  been recorded is known by its bytes and not read again: what going on after an interruption costs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.large_records import page_of
from benchmarks.speed_scan import session_mb, user_environment
from kiemphieu.folder import VoteFolder, load_vote, open_folder
from kiemphieu.scanning import scan_paths
from kiemphieu.store import IssuedBallot
from kiemphieu.vote_store import open_vote_store
from records.token import TokenKind, serial_from_int

_FILL_BATCH = 500
_MARKS = 10
WORKERS = 2
FIRST, LAST, NAMES = "first pages", "last pages", "known pages"


@dataclass(frozen=True, slots=True)
class Mark:
    """A look at a scan that goes on.

    Attributes:
        pages: done so far.
        wall_s: since the start.
        own_mb, worker_mb: peak of the command's own process, and of its largest worker.
    """

    pages: int
    wall_s: float
    own_mb: float
    worker_mb: float


@dataclass(frozen=True, slots=True)
class Course:
    """One scan: what was there before, and how it went."""

    name: str
    before: int
    marks: tuple[Mark, ...]

    @property
    def per_page_ms(self) -> float:
        """From the first mark, when everything has started, to the last."""
        first, last = self.marks[0], self.marks[-1]
        return 1000 * (last.wall_s - first.wall_s) / (last.pages - first.pages)


@dataclass(frozen=True, slots=True)
class Growth:
    """All scans, and what `before` pages took to put there."""

    pages: int
    before: int
    fill_s: float
    database_mb: float
    courses: tuple[Course, ...]

    def median(self, name: str) -> float:
        return statistics.median(one.per_page_ms for one in self.courses if one.name == name)

    def worker_mb(self, name: str) -> float:
        return max(one.marks[-1].worker_mb for one in self.courses if one.name == name)

    def own_mb(self, name: str) -> float:
        return max(one.marks[-1].own_mb for one in self.courses if one.name == name)


def fill(folder: VoteFolder, pages: int) -> None:
    """Puts pages of other ballots, issued too, into the record, with small files in the place of images."""
    store = open_vote_store(folder, load_vote(folder))
    try:
        issued = [IssuedBallot(serial_from_int(n), "", TokenKind.BALLOT) for n in range(1, pages + 1)]
        store.record_batch(store.forms()[0], issued)
        for begin in range(0, pages, _FILL_BATCH):
            batch = [page_of(n, 10) for n in range(begin + 1, min(pages, begin + _FILL_BATCH) + 1)]
            for page in batch:
                folder.page(page.sha256, page.suffix).write_bytes(b"")
            store.record_pages(batch)
        store.close_pages()
    finally:
        store.close()


def measure_growth(printed: VoteFolder, scans: Path, total: int, repeats: int, root: Path) -> Growth:
    """Scans the pages of `scans` first and last of `total`, `repeats` times in turn, then all names once."""
    names = sorted(path.name for path in scans.iterdir())
    filled = VoteFolder(root / "filled")
    shutil.copytree(printed.root, filled.root)
    filled.pages.mkdir()
    start = time.perf_counter()
    fill(filled, total - len(names))
    fill_s = time.perf_counter() - start
    kept = shutil.copy(filled.database, root / "filled.db")
    courses = []
    for _ in range(repeats):
        empty = VoteFolder(root / "empty")
        shutil.copytree(printed.root, empty.root)
        courses.append(_course(FIRST, 0, empty, scans, root))
        shutil.rmtree(empty.root)
        courses.append(_course(LAST, total - len(names), filled, scans, root))
        _take_back(filled, Path(kept), scans)
    size = Path(kept).stat().st_size / 1e6
    shutil.rmtree(filled.root)
    many = _many_names(scans, names, total, root / "names")
    again = VoteFolder(root / "again")
    shutil.copytree(printed.root, again.root)
    courses.append(_course(NAMES, 0, again, many, root, ignore=len(names)))
    return Growth(len(names), total - len(names), fill_s, size, tuple(courses))


def _take_back(filled: VoteFolder, kept: Path, scans: Path) -> None:
    """The record as it was before the last pages."""
    shutil.copy(kept, filled.database)
    for path in scans.iterdir():
        filled.page(hashlib.sha256(path.read_bytes()).hexdigest(), path.suffix).unlink()


def _many_names(scans: Path, names: list[str], total: int, into: Path) -> Path:
    into.mkdir()
    for number in range(total):
        (into / f"scan-{number:06}.jpg").hardlink_to(scans / names[number % len(names)])
    return into


def _course(name: str, before: int, folder: VoteFolder, scans: Path, root: Path, ignore: int = 0) -> Course:
    """One scan in a process of its own; the first `ignore` pages are no part of it."""
    command = [sys.executable, "-m", "benchmarks.speed_growth", str(folder.root), str(scans), str(ignore)]
    done = subprocess.run(
        command, env=user_environment(root), cwd=Path(__file__).parents[1], check=True,
        stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    return Course(name, before, tuple(Mark(*mark) for mark in json.loads(done.stdout)))


def scan_and_look(vote: Path, scans: Path, ignore: int) -> Iterator[Mark]:
    """Scans, and looks at its own processes now and then."""
    start = time.perf_counter()
    marks = []

    def look(done: int, pages: int) -> None:
        step = max(1, (pages - ignore) // _MARKS)
        if done > ignore and ((done - ignore) % step == 0 or done == pages):
            peaks = session_mb(os.getsid(0))
            own = peaks.pop(os.getpid())
            marks.append(Mark(done, time.perf_counter() - start, own, max(peaks.values(), default=own)))

    scan_paths(open_folder(vote), [scans], WORKERS, look)
    yield from marks


def show_growth(growth: Growth) -> None:
    total = growth.before + growth.pages
    print(f"\nThe first {growth.pages:,} pages and the last of {total:,}: {WORKERS} processes")
    print(
        f"record of {growth.before:,} pages: {growth.database_mb:.0f} MB, "
        f"{1000 * growth.fill_s / max(1, growth.before):.2f} ms a page to put there, files included"
    )
    print(f"{'':28s}{'ms a page':>10s}{'own MB':>8s}{'worker MB':>11s}")
    for name in (FIRST, LAST, NAMES):
        print(
            f"{name:28s}{growth.median(name):10.2f}{growth.own_mb(name):8.0f}{growth.worker_mb(name):11.0f}"
        )
    print(f"a page costs {growth.median(LAST) / growth.median(FIRST) - 1:+.1%}")
    course = next(one for one in growth.courses if one.name == FIRST)
    print(
        "worker's peak MB along the first pages: "
        + ", ".join(f"{mark.worker_mb:.0f}" for mark in course.marks)
    )


if __name__ == "__main__":
    found = scan_and_look(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
    rows = [[mark.pages, mark.wall_s, mark.own_mb, mark.worker_mb] for mark in found]
    print(json.dumps(rows))
