"""A campaign: simulated ballots read and ruled on, against their truth; resumable, with a report.

    python -m benchmarks.accuracy [--sheets 600] [--mix natural|straightforward|faults] [--seed 1]
        [--half tune|report] [--strata clean=1,feeder=2] [--officials 12] [--recorded-share 0.7]
        [--workers N] [--out DIR] [--report-only]

Marks are those of real writers where the recorded strokes are beside the project, and the simulator's own
for the other voters (all of them where there are no recordings). Every ballot depends on the settings and
its own number alone. Results are kept ballot by ballot: the same command resumes a run that was stopped,
a larger `--sheets` extends it. A folder of other settings or another version of the code is refused.

What counts as an error stands in `benchmarks/accuracy_judging.py`, and in the report.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.accuracy_ballots import NATURAL_STRATA, BallotMaker, Campaign, MixName, identity
from benchmarks.accuracy_records import ROOT, BallotRecord, CampaignFolder, FolderRefusedError
from benchmarks.accuracy_report import summary, write_report
from sample_scans.strata import Stratum
from sample_scans.stroke_library import WriterHalf

Result = tuple[BallotRecord, tuple[tuple[str, bytes], ...]]

PICTURED = {"review": 40, "rejected": 20, "box": 40}
"""Ballots shown per stratum; silent errors are always shown."""


def run_campaign(
    campaign: Campaign, folder: CampaignFolder, sheets: int, workers: int, done: Callable[[int], None]
) -> list[BallotRecord]:
    """Makes the ballots that the folder lacks.

    Args:
        campaign: its settings; the folder must be theirs.
        folder: results are added to it ballot by ballot, in order.
        sheets: how many ballots the campaign has.
        workers: processes; one works within this process.
        done: called with the number of ballots done so far.

    Returns:
        The ballots numbered below `sheets`, in order.
    """
    records = folder.load()
    known = {record.index for record in records}
    missing = [index for index in range(sheets) if index not in known]
    shown = Counter(_shelf(record) for record in records if record.pictures)
    done(sheets - len(missing))
    for count, (record, pictures) in enumerate(_results(campaign, missing, workers), start=1):
        kept = _with_pictures(record, pictures, folder, shown)
        folder.append(kept)
        records.append(kept)
        done(sheets - len(missing) + count)
    return sorted((record for record in records if record.index < sheets), key=lambda record: record.index)


def _shelf(record: BallotRecord) -> tuple[str, str]:
    kinds = {"silent": record.errors, "rejected": record.rejected, "review": record.needless}
    return next((kind for kind, holds in kinds.items() if holds), "box"), record.stratum


def _with_pictures(
    record: BallotRecord,
    pictures: tuple[tuple[str, bytes], ...],
    folder: CampaignFolder,
    shown: Counter[tuple[str, str]],
) -> BallotRecord:
    """Saves the pictures unless there are enough of the kind; `shown` is brought up to date."""
    shelf = _shelf(record)
    if not pictures or shown[shelf] >= PICTURED.get(shelf[0], sys.maxsize):
        return record.without_pictures()
    shown[shelf] += 1
    for name, data in pictures:
        (folder.pictures / name).write_bytes(data)
    return record


def _results(campaign: Campaign, missing: list[int], workers: int) -> Iterator[Result]:
    if not missing:
        return
    if workers == 1:
        maker = BallotMaker(campaign)
        yield from map(maker.ballot, missing)
        return
    with multiprocessing.get_context("spawn").Pool(workers, _start, (campaign, os.getpid())) as pool:
        # In order, so that which pictures are kept does not depend on how fast each process is.
        yield from pool.imap(_make, missing)


_WORKER: dict[str, BallotMaker] = {}
_PARENT: list[int] = []


def _start(campaign: Campaign, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    cv2.setNumThreads(1)
    _WORKER["maker"] = BallotMaker(campaign)
    _PARENT.append(parent)


def _make(index: int) -> Result:
    if os.getppid() not in _PARENT:
        os._exit(1)  # the campaign was killed; nobody waits for the rest
    return _WORKER["maker"].ballot(index)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, otherwise a line every 5 %."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain_progress(total)
        return
    columns = (TextColumn("ballots"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=total)
        yield lambda count: bar.update(task, completed=count)


def _plain_progress(total: int) -> Callable[[int], None]:
    last = -1

    def show(count: int) -> None:
        nonlocal last
        if count * 20 // total != last:
            last = count * 20 // total
            print(f"{count} of {total} ballots ({count / total:.0%})", file=sys.stderr, flush=True)

    return show


def _strata(text: str) -> tuple[tuple[Stratum, float], ...]:
    pairs = []
    for part in text.split(","):
        name, _, weight = part.partition("=")
        pairs.append((Stratum(name.strip()), float(weight or 1)))
    if sum(weight for _, weight in pairs) <= 0 or min(weight for _, weight in pairs) < 0:
        raise ValueError(text)
    return tuple(pairs)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default_strata = ",".join(f"{stratum.value}={weight:g}" for stratum, weight in NATURAL_STRATA)
    parser.add_argument("--sheets", type=int, default=600, help="ballots (default 600: some minutes)")
    parser.add_argument("--mix", type=MixName, choices=tuple(MixName), default=MixName.NATURAL)
    parser.add_argument("--strata", type=_strata, default=NATURAL_STRATA, help=f"default {default_strata}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", type=WriterHalf, choices=tuple(WriterHalf), default=WriterHalf.TUNE)
    parser.add_argument("--officials", type=int, default=12, help="lines of a ballot (default 12)")
    parser.add_argument("--recorded-share", type=float, default=0.7, metavar="SHARE")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, help="default benchmarks/results/accuracy-MIX-HALF-SEED")
    parser.add_argument("--report-only", action="store_true", help="from the results in --out, whoever's")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    campaign = Campaign(
        options.seed, options.mix, options.strata, options.officials, options.half, options.recorded_share
    )
    name = f"accuracy-{campaign.mix.value}-{campaign.half.value}-{campaign.seed}"
    path: Path = options.out or ROOT / "benchmarks" / "results" / name
    cv2.setNumThreads(1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if options.report_only:
            about = json.loads((path / "campaign.json").read_text(encoding="utf-8"))
            folder = CampaignFolder(path, about)
            records = sorted(folder.load(), key=lambda record: record.index)
        else:
            about = identity(campaign)
            folder = CampaignFolder(path, about)
            with _progress(options.sheets) as done:
                records = run_campaign(campaign, folder, options.sheets, options.workers, done)
    except (FolderRefusedError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\nstopped; the same command goes on from {path}", file=sys.stderr)
        return 130
    print(summary(records))
    print(f"report: {write_report(path, about, records)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
