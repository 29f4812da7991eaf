"""Recorded pen strokes of every kind in printed boxes, read back: a confusion table.

    python -m benchmarks.marks [--half report] [--stratum clean] [--seed 1] [--save DIR]

Needs the recorded strokes beside the project. Every box of a ballot gets one recording, so that a page
reads 36 of them; writers of one half only.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path

import cv2
import numpy as np

from benchmarks.votes import print_vote, shared_strokes
from records.reading import BoxState, PageReading
from sample_scans.device import scan_page
from sample_scans.mark_shapes import MarkKind
from sample_scans.pens import Hand, random_pen
from sample_scans.strata import Stratum, stratum_settings
from sample_scans.stroke_library import RecordedMark, WriterHalf
from sample_scans.strokes import writer_from_seed
from sample_scans.voter import Intent, MarkIntent, vote_on_page
from scanner.sheet import read_sheet


def label_of(mark: RecordedMark) -> str:
    if mark.label != "cross":
        return mark.label
    return f"cross {mark.style}{'' if mark.ballot_like else ' (not ballot-like)'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=[h.value for h in WriterHalf], default="tune")
    parser.add_argument("--stratum", choices=[s.value for s in Stratum], default="clean")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path)
    arguments = parser.parse_args()
    library = shared_strokes()
    if library is None:
        raise SystemExit("the recorded strokes are not beside the project; see benchmarks/votes.py")
    cv2.setNumThreads(1)
    table = read_all(list(library.select(half=WriterHalf(arguments.half)).marks), arguments)
    states = [state.value for state in BoxState]
    print(f"{'label':44s}{'n':>5s}  " + "".join(f"{state:>10s}" for state in states))
    for label, counts in sorted(table.items()):
        total = sum(counts.values())
        print(f"{label:44s}{total:5d}  " + "".join(f"{counts[state] / total:10.3f}" for state in states))


def read_all(marks: list[RecordedMark], arguments: argparse.Namespace) -> dict[str, Counter[str]]:
    np.random.default_rng(arguments.seed).shuffle(marks)  # type: ignore[arg-type]
    vote = print_vote(12, 1, seed=arguments.seed)
    sheet = next(iter(vote.sheets()))
    boxes = sheet.place.boxes
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for start in range(0, len(marks), len(boxes)):
        part = marks[start : start + len(boxes)]
        rng = np.random.default_rng([arguments.seed, start])
        intent = Intent(
            tuple(
                MarkIntent(box.official, box.level, MarkKind.CROSS_REAL, mark.strokes)
                for box, mark in zip(boxes, part, strict=False)
            )
        )
        hand = Hand(writer_from_seed(int(rng.integers(1 << 31))), random_pen(rng), "mixed")
        voted, _ = vote_on_page(sheet, intent, hand, rng)
        image = scan_page(voted, sheet.px_per_mm, stratum_settings(Stratum(arguments.stratum), rng), start)
        result = read_sheet(image, vote.context)
        assert isinstance(result, PageReading), result
        for box, mark in zip(result.boxes, part, strict=False):
            label = label_of(mark)
            table[label][box.state.value] += 1
            wrong = (box.state is BoxState.CROSS) != (mark.label == "cross")
            if arguments.save and wrong and mark.label != "word":
                arguments.save.mkdir(parents=True, exist_ok=True)
                name = f"{label.replace(' ', '_')}-{box.state}-{start}-{box.official}-{box.level}.png"
                cv2.imwrite(str(arguments.save / name), _crop(voted, box.official, box.level, sheet))
                print(name, box.scores)
    return table


def _crop(voted: np.ndarray, official: str, level: str, sheet: object) -> np.ndarray:
    place = next(b for b in sheet.place.boxes if (b.official, b.level) == (official, level))
    rect = place.rect.inflated(4)
    scale = sheet.px_per_mm
    rows = slice(round(rect.y_mm * scale), round(rect.bottom_mm * scale))
    return voted[rows, round(rect.x_mm * scale) : round(rect.right_mm * scale)]


if __name__ == "__main__":
    main()
