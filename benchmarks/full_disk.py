"""A scan onto a disk that fills up, at many different moments, and the same scan after room was made.

    python -m benchmarks.full_disk [--sheets 12] [--steps 10]

Needs the right to mount a tmpfs (root on Linux). Each step gives the vote folder a little more room than the
one before; the scan must end with exit code 4, what is recorded must verify, and once the disk is made larger
the same scan must leave the record of an undisturbed one.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.interruptions import printed_vote, start_scan, state_of
from kiemphieu.folder import VoteFolder
from kiemphieu.verifying import verify_folder


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def call(*words: str) -> None:
    """Runs a system command, or ends the program with what it says."""
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr.strip()} (this needs root on Linux)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sheets", type=int, default=12)
    parser.add_argument("--steps", type=int, default=10)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        printed, scans = printed_vote(root, arguments.sheets)
        shutil.rmtree(printed.ballots)
        peaceful = VoteFolder(root / "peaceful")
        shutil.copytree(printed.root, peaceful.root)
        assert start_scan(peaceful, scans, 1).wait() in {0, 5}
        wanted, empty, full = state_of(peaceful), size_of(printed.root), size_of(peaceful.root)
        small = root / "small"
        small.mkdir()
        bad = stopped = 0
        for step in range(arguments.steps):
            room = empty + (full - empty) * step // arguments.steps
            call("mount", "-t", "tmpfs", "-o", f"size={room // 1024 + 64}k", "tmpfs", str(small))
            try:
                vote = VoteFolder(small / "vote")
                shutil.copytree(printed.root, vote.root)
                code = start_scan(vote, scans, 1).wait()
                stopped += code == 4
                call("mount", "-o", f"remount,size={4 * full // 1024}k", str(small))
                faults = verify_folder(vote).faults
                again = start_scan(vote, scans, 1).wait()
                same = state_of(vote) == wanted and not verify_folder(vote).faults
                bad += bool(faults) or again not in {0, 5} or not same
                print(
                    f"room for {room // 1024} kB: exit code {code}, then {again}, same record: {same}",
                    flush=True,
                )
                if faults:
                    print("   ", faults)
            finally:
                call("umount", str(small))
    print(f"{arguments.steps} full disks, {stopped} scans stopped with exit code 4, {bad} wrong records")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
