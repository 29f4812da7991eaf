"""A whole `kiemphieu scan`, everything committed, against plain decoding of the same files.

    python -m benchmarks.whole_scan [--pages 500] [--sheets 25] [--dpi 300] [--repeats 3] [--prefill 0]
        [--history FILE]

Grey JPEG pages of ballots of 12 lines; `--sheets` different ones are drawn, and each is repeated under other
names with another comment in the file, so that every page is a file of its own. In every repeat one process
and then two decode the files by `cv2.imdecode`, and one process and then two scan them into a fresh record.
The time from the start to the first page on the disk is told apart, and taken off. `--prefill N` first puts N
other pages into the record: what the last of many cost.
"""

from __future__ import annotations

import argparse
import datetime
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium

from benchmarks.large_records import page_of
from kiemphieu.demo_vote import demo_vote_toml
from kiemphieu.folder import VoteFolder, load_layout, load_vote
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.vote_store import open_vote_store
from sample_scans.campaign import STRAIGHTFORWARD, voted_sheet
from sample_scans.device import scan_page
from sample_scans.strata import Stratum, stratum_settings
from sample_scans.voter import Sheet

PAPER_DPI = 300
_POLL_S = 0.02
_PREFILL_BATCH = 500


@dataclass(frozen=True, slots=True)
class Run:
    """One scan.

    Attributes:
        first_s: from the start of the command to the first page on the disk.
        rest_s: from there to the end of the command.
        worker_mb: largest resident memory of any of its processes.
    """

    first_s: float
    rest_s: float
    worker_mb: float

    def per_page_ms(self, pages: int) -> float:
        return 1000 * self.rest_s / (pages - 1)


def draw_pages(folder: VoteFolder, pdf: Path, sheets: int, dpi: int) -> list[bytes]:
    """Grey JPEG files of voted ballots."""
    layout = load_layout(folder, "")
    assert layout is not None
    files = []
    for index in range(sheets):
        with pdfium.PdfDocument(pdf) as document:
            paper = np.ascontiguousarray(document[index].render(scale=PAPER_DPI / 72).to_numpy()[:, :, :3])
        sheet = Sheet(paper, PAPER_DPI / 25.4, layout.pages[0], f"sheet-{index}")
        voted, _, rng = voted_sheet(sheet, STRAIGHTFORWARD, 1)
        settings = replace(stratum_settings(Stratum.FEEDER, rng), dpi=dpi, jpeg_quality=None)
        image = scan_page(voted, sheet.px_per_mm, settings, index)
        grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        files.append(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())
    return files


def spread_pages(drawn: Sequence[bytes], pages: int, into: Path) -> list[Path]:
    """So many files with bytes of their own: a comment after the first marker tells equal images apart."""
    into.mkdir()
    paths = []
    for number in range(pages):
        data, comment = drawn[number % len(drawn)], f"page {number}".encode()
        segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        path = into / f"scan-{number:06}.jpg"
        path.write_bytes(data[:2] + segment + data[2:])
        paths.append(path)
    return paths


def decode_all(paths: Sequence[Path], processes: int) -> float:
    """Milliseconds a page for plain decoding; processes are started before."""
    with multiprocessing.get_context("spawn").Pool(processes, cv2.setNumThreads, (1,)) as pool:
        pool.map(_decode, paths[:processes], chunksize=1)
        start = time.perf_counter()
        pool.map(_decode, paths, chunksize=8)
        return 1000 * (time.perf_counter() - start) / len(paths)


def _decode(path: Path) -> None:
    data = np.frombuffer(path.read_bytes(), np.uint8)
    assert cv2.imdecode(data, cv2.IMREAD_UNCHANGED) is not None


def scan_all(printed: VoteFolder, scans: Path, workers: int, root: Path, prefill: int) -> Run:
    """One command on a fresh copy of the vote."""
    folder = VoteFolder(root / f"scan-{time.monotonic_ns()}")
    shutil.copytree(printed.root, folder.root)
    if prefill:
        fill(folder, prefill)
    command = [sys.executable, "-m", "kiemphieu", "scan", str(folder.root), str(scans)]
    start = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--workers", str(workers)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    first, most = 0.0, 0.0
    while process.poll() is None:
        if not first and folder.pages.is_dir() and any(os.scandir(folder.pages)):
            first = time.perf_counter() - start
        most = max(most, _largest_mb(process.pid))
        time.sleep(_POLL_S if not first else 0.2)
    total = time.perf_counter() - start
    assert process.returncode in {0, 5}, process.returncode
    shutil.rmtree(folder.root)
    return Run(first, total - first, most)


def fill(folder: VoteFolder, pages: int) -> None:
    """Puts pages of other ballots into the record, without images."""
    store = open_vote_store(folder, load_vote(folder))
    try:
        for begin in range(0, pages, _PREFILL_BATCH):
            numbers = range(begin + 1, min(pages, begin + _PREFILL_BATCH) + 1)
            store.record_pages([page_of(number, 10) for number in numbers])
    finally:
        store.close()


def _largest_mb(session: int) -> float:
    """Peak resident memory of the largest process of a session, from /proc."""
    most = 0.0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            if int(fields[3]) != session:
                continue
            status = (entry / "status").read_text()
        except OSError:
            continue  # it has just ended
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
        most = max(most, int(peak.split()[1]) / 1024)
    return most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--sheets", type=int, default=25)
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--prefill", type=int, default=0)
    parser.add_argument("--history", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    decoded: dict[int, list[float]] = {1: [], 2: []}
    runs: dict[int, list[Run]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        folder = VoteFolder(root / "vote")
        folder.root.mkdir()
        folder.vote_file.write_text(demo_vote_toml(options.sheets), encoding="utf-8")
        pdf = root / "ballots.pdf"
        print_ballots(folder, PrintOrder(options.sheets, seed=1, out=pdf))
        drawn = draw_pages(folder, pdf, options.sheets, options.dpi)
        paths = spread_pages(drawn, options.pages, root / "scans")
        for _ in range(options.repeats):
            for processes in (1, 2):
                decoded[processes].append(decode_all(paths, processes))
                runs[processes].append(scan_all(folder, root / "scans", processes, root, options.prefill))
    show(options, decoded, runs)


def show(options: argparse.Namespace, decoded: dict[int, list[float]], runs: dict[int, list[Run]]) -> None:
    after = f", into a record of {options.prefill:,}" if options.prefill else ""
    print(
        f"{options.pages} pages, {options.dpi} dpi grey JPEG, 12 lines{after}; medians of {options.repeats}"
    )
    print("processes   decode ms   scan ms   ratio (least, most)   to first page s   largest process MB")
    entry: dict[str, object] = {"when": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")}
    entry |= {name: getattr(options, name) for name in ("pages", "dpi", "repeats", "prefill")}
    medians = {}
    for processes, own in runs.items():
        ms = [run.per_page_ms(options.pages) for run in own]
        ratios = [scan / plain for scan, plain in zip(ms, decoded[processes], strict=True)]
        medians[processes] = statistics.median(ms)
        first, most = statistics.median(run.first_s for run in own), max(run.worker_mb for run in own)
        print(
            f"{processes:9d}{statistics.median(decoded[processes]):12.1f}{medians[processes]:10.1f}"
            f"{statistics.median(ratios):8.2f} ({min(ratios):.2f}, {max(ratios):.2f})"
            f"{first:18.2f}{most:21.0f}"
        )
        entry[f"processes_{processes}"] = {
            "decode_ms": decoded[processes],
            "ratios": ratios,
            "runs": [asdict(run) for run in own],
        }
    print(f"2 processes are {medians[1] / medians[2]:.2f} × one")
    if options.history:
        with options.history.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    main()
