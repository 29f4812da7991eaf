"""How well simulated ballots are read, against their truth.

    python -m benchmarks.reading [--sheets 500] [--officials 12] [--stratum clean] [--mix natural]
        [--seed 1] [--half report] [--save DIR]

Crosses are those of real writers where the recorded strokes are at hand, of the given half of the
writers. A silent error is a wrong reading that no person would be asked about.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.votes import print_vote, shared_strokes
from records.reading import BoxState, Certainty, PageReading, SealState
from sample_scans.campaign import STRAIGHTFORWARD, Mix, by_writer, simulate_sheet
from sample_scans.strata import Stratum
from sample_scans.stroke_library import WriterHalf
from sample_scans.truth import Truth
from scanner.sheet import read_sheet

CERTAIN_STATES = (BoxState.EMPTY, BoxState.CROSS)


@dataclass(frozen=True)
class SheetScore:
    """One sheet: what went wrong silently, what needs a person, how long the reading took."""

    serial: str
    silent: tuple[str, ...]
    review: tuple[str, ...]
    rejected: str
    straightforward: bool
    lines: int
    milliseconds: float


def compare(truth: Truth, result: object, milliseconds: float) -> SheetScore:
    """Holds a reading against the truth."""
    lines = len({box.official for box in truth.boxes})
    if not isinstance(result, PageReading):
        reason = f"{result.reason.value} {dict(result.details)}"
        return SheetScore(truth.serial, (), (), reason, truth.straightforward, lines, milliseconds)
    silent, review = [], []
    for expected, box in zip(truth.boxes, result.boxes, strict=True):
        place = f"{box.official}/{box.level}"
        if box.state in CERTAIN_STATES:
            if box.state is not expected.state and box.state not in expected.also:
                silent.append(f"{place} {expected.mark} read {box.state} {box.scores}")
        else:
            review.append(f"{place} {expected.mark} read {box.state} {box.scores}")
    silent += _silent_findings(truth, result)
    review += [f"strike {s}" for s in result.strikes if s.certainty is Certainty.DOUBTFUL]
    review += [f"writing {w}" for w in result.writings if w.certainty is Certainty.DOUBTFUL]
    review += [reason.value for reason in result.review]
    if result.seal is not None and result.seal.state is not SealState.PRESENT:
        review.append(f"seal {result.seal}")
    return SheetScore(
        truth.serial, tuple(silent), tuple(review), "", truth.straightforward, lines, milliseconds
    )


def _silent_findings(truth: Truth, result: PageReading) -> list[str]:
    silent = []
    found = {strike.official for strike in result.strikes}
    certain = {strike.official for strike in result.strikes if strike.certainty is Certainty.CERTAIN}
    drawn = {strike.official for strike in truth.strikes}
    kinds = {strike.official: strike.kind for strike in truth.strikes}
    writing = bool(result.writings)
    if not writing:
        silent += [f"{o} strike {kinds[o]} missed" for o in truth.struck_officials if o not in found]
    silent += [f"{official} struck without a strike" for official in sorted(certain - drawn)]
    if truth.writings and not (result.writings or result.strikes):
        silent.append(f"writing {[w.text for w in truth.writings]} missed")
    sure = [w for w in result.writings if w.certainty is Certainty.CERTAIN]
    if sure and not (truth.writings or truth.strikes or not truth.straightforward):
        silent.append(f"writing found where there is none {sure}")
    return silent


_STATE: dict[str, object] = {}


def _start(arguments: argparse.Namespace) -> None:
    cv2.setNumThreads(1)
    library = shared_strokes()
    if library is not None:
        library = library.select(("cross",), ("two_straight", "two_curved"), True, WriterHalf(arguments.half))
    _STATE.update(
        vote=print_vote(arguments.officials, arguments.sheets, seed=arguments.seed),
        writers=by_writer(library),
        arguments=arguments,
    )
    _STATE["sheets"] = None


def _score(part: tuple[int, int]) -> list[SheetScore]:
    vote, writers, arguments = _STATE["vote"], _STATE["writers"], _STATE["arguments"]
    mix = STRAIGHTFORWARD if arguments.mix == "straightforward" else Mix()
    scores = []
    for index, sheet in enumerate(vote.sheets()):
        if index % part[1] != part[0]:
            continue
        scan = simulate_sheet(sheet, mix, Stratum(arguments.stratum), arguments.seed, writers)
        start = time.perf_counter()
        result = read_sheet(scan.image, vote.context)
        score = compare(scan.truth, result, (time.perf_counter() - start) * 1000)
        scores.append(score)
        if arguments.save and (score.silent or score.rejected or (score.review and score.straightforward)):
            kind = "silent" if score.silent else "rejected" if score.rejected else "review"
            arguments.save.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(arguments.save / f"{kind}-{score.serial}-{sheet.place.page}.png"), scan.image)
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sheets", type=int, default=500)
    parser.add_argument("--officials", type=int, default=12)
    parser.add_argument("--stratum", choices=[s.value for s in Stratum], default="clean")
    parser.add_argument("--mix", choices=("natural", "straightforward"), default="natural")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=[h.value for h in WriterHalf], default="tune")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--save", type=Path)
    arguments = parser.parse_args()
    with multiprocessing.Pool(arguments.workers, _start, (arguments,)) as pool:
        parts = [(index, arguments.workers) for index in range(arguments.workers)]
        scores = [score for part in pool.imap(_score, parts) for score in part]
    _report(scores)


def _report(scores: list[SheetScore]) -> None:
    plain = [score for score in scores if score.straightforward]
    print(f"sheets {len(scores)}, lines {sum(score.lines for score in scores)}")
    print(f"silent errors {sum(len(score.silent) for score in scores)}")
    print(f"rejected {sum(bool(score.rejected) for score in scores)}")
    print(f"good ballots {len(plain)}, to review needlessly {sum(bool(score.review) for score in plain)}")
    times = [score.milliseconds for score in scores]
    print(f"reading, ms per page: median {np.median(times):.1f}, 95 % {np.quantile(times, 0.95):.1f}")
    for score in scores:
        for text in score.silent:
            print("SILENT", score.serial, text)
        if score.rejected:
            print("REJECTED", score.serial, score.rejected)
    for score in plain:
        for text in score.review:
            print("review", score.serial, text)
    marks = Counter(
        text.split()[1] + " " + text.split()[3] for s in scores for text in s.review if "/" in text.split()[0]
    )
    print(dict(marks))


if __name__ == "__main__":
    main()
