"""A scan that is killed again and again, and whether its record ends up as that of an undisturbed one.

    python -m benchmarks.interruptions [--sheets 100] [--kills 200] [--kills-per-vote 8] [--within 0.4]
        [--workers 2] [--seed 1]

Sheets are printed, marked and scanned to files once. A vote folder is then scanned by `kiemphieu scan` in a
process group that is ended by SIGKILL at a random moment of the first part (`--within`) of the time that a
whole scan takes, some times over; the last run is left to finish. Every row of its database, every page image
and the count must be those of a folder that was scanned once and in peace.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.tampering import TABLES
from kiemphieu.counting import count_folder, result_to_json
from kiemphieu.demo import SEED, run_demo
from kiemphieu.folder import VoteFolder, open_folder
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.verifying import verify_folder


@dataclass(frozen=True)
class State:
    """All that a record says: rows by table, page images, the count."""

    rows: dict[str, list[tuple[object, ...]]]
    images: tuple[tuple[str, bytes], ...]
    count: dict[str, object]


def printed_vote(root: Path, sheets: int) -> tuple[VoteFolder, Path]:
    """A folder whose ballots are printed and scanned to files, and nothing recorded of the scans."""
    run_demo(root / "demo", sheets + 1, 2, lambda *_: None, lambda *_: None)
    scans = root / "scans"
    shutil.move(root / "demo" / "scans", scans)
    vote = root / "vote"
    vote.mkdir()
    shutil.copy(root / "demo" / "vote.toml", vote)
    # Printed anew from the same seed: the same ballots, in a record that knows of no scan.
    folder = open_folder(vote)
    print_ballots(folder, PrintOrder(sheets + 1, seed=SEED))
    shutil.rmtree(root / "demo")
    return folder, scans


def state_of(folder: VoteFolder) -> State:
    """The record as it stands."""
    raw = sqlite3.connect(folder.database)
    try:
        rows = {name: sorted(raw.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in TABLES}
    finally:
        raw.close()
    files = sorted(path for path in folder.pages.iterdir() if not path.name.endswith(".partial"))
    images = tuple((path.name, path.read_bytes()) for path in files)
    return State(rows, images, result_to_json(count_folder(folder).result))


def start_scan(folder: VoteFolder, scans: Path, workers: int) -> subprocess.Popen[bytes]:
    """`kiemphieu scan` in a process group of its own."""
    command = [sys.executable, "-m", "kiemphieu", "scan", str(folder.root), str(scans)]
    return subprocess.Popen(
        [*command, "--workers", str(workers)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Ends the whole group after a while; False where it was done before."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return True


def scan_with_kills(
    folder: VoteFolder, scans: Path, workers: int, kills: int, longest: float, rng: np.random.Generator
) -> int:
    """Kills the scan up to `kills` times, then lets it finish; how often it was killed."""
    done = 0
    for _ in range(kills):
        if not kill_after(start_scan(folder, scans, workers), float(rng.uniform(0.2, longest))):
            break
        done += 1
    code = start_scan(folder, scans, workers).wait()
    assert code in {0, 5}, f"the last run ended with {code}"
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sheets", type=int, default=100)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--kills-per-vote", type=int, default=8)
    parser.add_argument("--within", type=float, default=0.4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        printed, scans = printed_vote(root, arguments.sheets)
        peaceful = VoteFolder(root / "peaceful")
        shutil.copytree(printed.root, peaceful.root)
        start = time.monotonic()
        assert start_scan(peaceful, scans, arguments.workers).wait() in {0, 5}
        longest = arguments.within * (time.monotonic() - start)
        wanted = state_of(peaceful)
        killed = votes = different = 0
        while killed < arguments.kills:
            vote = VoteFolder(root / "vote-killed")
            shutil.copytree(printed.root, vote.root)
            many = min(arguments.kills_per_vote, arguments.kills - killed)
            killed += scan_with_kills(vote, scans, arguments.workers, many, longest, rng)
            votes += 1
            # Reading all pages again says nothing more of an equal record: once, at the end.
            last = killed >= arguments.kills
            if state_of(vote) != wanted or (last and verify_folder(vote).faults):
                different += 1
                kept = Path(tempfile.gettempdir()) / f"interrupted-{votes}"
                shutil.copytree(vote.root, kept, dirs_exist_ok=True)
                print(f"DIFFERENT: kept as {kept}", flush=True)
            shutil.rmtree(vote.root)
            print(f"{killed} of {arguments.kills} kills, {votes} votes, {different} different", flush=True)
    print(f"{killed} kills over {votes} votes of {arguments.sheets} sheets: {different} records differ")


if __name__ == "__main__":
    main()
