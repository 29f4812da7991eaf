"""`watch` over a folder that others fill slowly: which pages were told once, early, twice or never.

    python -m benchmarks.watching [--sheets 60] [--rounds 5] [--settle 0.3] [--pause 0.9] [--seed 1]

Sheets are printed, marked and scanned to files once. In every round two writer processes write them into a
folder in pieces with random pauses, some longer than the settle time: growing under their own name, under
another name and renamed, or into space reserved in advance; the times of the files never change. `kiemphieu
watch` runs all the while, in every round but the first killed some times and started again. Early is a kept
image that is none of the finished files.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.interruptions import State, printed_vote, start_scan, state_of
from kiemphieu.folder import VoteFolder
from records.canonical import sha256_hex

WRITER = Path(__file__).parents[1] / "tests" / "kiemphieu" / "slow_writer.py"


def start_watch(folder: VoteFolder, inbox: Path, settle: float, once: bool) -> subprocess.Popen[str]:
    words = [str(folder.root), str(inbox), "--settle", str(settle), "--workers", "2", "--lang", "en"]
    command = [sys.executable, "-m", "kiemphieu", "watch", *words, *(["--once"] if once else [])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def start_writers(
    scans: Path, inbox: Path, root: Path, seed: int, pause: float
) -> list[subprocess.Popen[bytes]]:
    files = sorted(scans.iterdir())
    writers = []
    for number in range(2):
        part = root / f"part-{seed}-{number}"
        part.mkdir()
        for path in files[number::2]:
            shutil.copy(path, part)
        words = [str(part), str(inbox), str(seed * 10 + number), str(pause)]
        writers.append(subprocess.Popen([sys.executable, str(WRITER), *words]))
    return writers


def run_round(
    root: Path, printed: VoteFolder, scans: Path, arguments: argparse.Namespace, number: int
) -> Counter[str]:
    rng = random.Random(arguments.seed * 100 + number)
    folder, inbox = VoteFolder(root / f"vote-{number}"), root / f"inbox-{number}"
    shutil.copytree(printed.root, folder.root)
    inbox.mkdir()
    writers = start_writers(scans, inbox, root, arguments.seed * 100 + number, arguments.pause)
    kills, told = 0, Counter[str]()
    while number and any(writer.poll() is None for writer in writers):
        process = start_watch(folder, inbox, arguments.settle, once=False)
        time.sleep(rng.uniform(2.0, 6.0))
        os.killpg(process.pid, signal.SIGKILL)
        kills += 1
        told.update(recorded_names(process))
    last = start_watch(folder, inbox, arguments.settle, once=number > 0)
    for writer in writers:
        assert writer.wait() == 0
    if not number:
        while len(list(folder.pages.iterdir())) < len(list(scans.iterdir())):
            time.sleep(0.2)
        time.sleep(4 * arguments.settle)
        last.send_signal(signal.SIGINT)
    told.update(recorded_names(last))
    return judged(state_of(folder), told, scans, Counter(kills=kills))


def recorded_names(process: subprocess.Popen[str]) -> list[str]:
    lines = process.communicate()[0].splitlines()
    return [line.partition(", page")[0] for line in lines if line.endswith(": recorded")]


def judged(state: State, told: Counter[str], scans: Path, counts: Counter[str]) -> Counter[str]:
    whole = {sha256_hex(path.read_bytes()) for path in scans.iterdir()}
    kept = {Path(name).stem for name, _ in state.images}
    rows = len(state.rows["page"])
    counts.update(pages=len(whole), once=len(kept & whole), early=len(kept - whole), lost=len(whole - kept))
    counts.update(rows_too_many=rows - len(whole), told_twice=sum(n - 1 for n in told.values() if n > 1))
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sheets", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--settle", type=float, default=0.3)
    parser.add_argument("--pause", type=float, default=0.9)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        printed, scans = printed_vote(root, arguments.sheets)
        peaceful = VoteFolder(root / "peaceful")
        shutil.copytree(printed.root, peaceful.root)
        assert start_scan(peaceful, scans, 2).wait() in {0, 5}
        wanted = state_of(peaceful)
        for number in range(arguments.rounds):
            found = run_round(root, printed, scans, arguments, number)
            same = state_of(VoteFolder(root / f"vote-{number}")).rows["page"] == wanted.rows["page"]
            total.update(found)
            total["rounds_unlike_a_scan"] += not same
            print(f"round {number + 1}: {dict(found)}, as one scan: {same}", flush=True)
    print(f"all: {dict(total)}")


if __name__ == "__main__":
    main()
