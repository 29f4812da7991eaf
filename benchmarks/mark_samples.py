"""Labelled pictures of marks in boxes, for training and measuring the mark network.

    python -m benchmarks.mark_samples OUT.npz [--pages 400] [--half tune] [--seed 1] [--workers 2]

Every page is filled with marks of all kinds at random, recorded ones of one half of the writers and the
simulator's own, printed, written and scanned under every stratum, and read up to the ink in its boxes. A
sample is what `scanner.mark_patch` makes of a box, with what was really drawn there.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.mark_maker import FOLDS, Drawn, MarkMaker, SampleKind, writer_fold
from benchmarks.votes import PrintedVote, print_vote, shared_strokes
from records.vote import PaperSize
from sample_scans.campaign import stamping_in
from sample_scans.device import scan_page
from sample_scans.pens import Hand, InkColour, Pen, PenKind, draw_strokes, make_pen, random_pen
from sample_scans.printer import printed
from sample_scans.stamp import draw_stamp
from sample_scans.strata import Stratum, stratum_printer, stratum_settings
from sample_scans.stroke_library import StrokeLibrary, WriterHalf
from sample_scans.strokes import (
    Writer,
    moved,
    writer_from_seed,
)
from sample_scans.voter import Sheet
from scanner.box_ink import BoxInk, find_box_ink
from scanner.mark_network import MarkClass
from scanner.mark_patch import mark_patch
from scanner.mark_scores import score_box
from scanner.sheet import LaidPage, identify_code, lay_page, page_scan
from scanner.strokefit import CrossFit
from scanner.token import find_codes


@dataclass(frozen=True)
class Samples:
    """Arrays of equal length; `patches` uint8 (n, channels, side, side).

    `folds` is the `writer_fold` of whose strokes a sample holds; simulated ones are spread evenly.
    `scores` are the fields of `records.reading.MarkScores` in their order, float64 (n, fields); `centres`
    where two strokes cross, in box units from the box's top left corner, NaN where none do.
    """

    patches: NDArray[np.uint8]
    scores: NDArray[np.float64]
    centres: NDArray[np.float64]
    classes: NDArray[np.int64]
    kinds: NDArray[np.int64]
    names: NDArray[np.str_]
    strata: NDArray[np.str_]
    folds: NDArray[np.int64]


@dataclass(frozen=True)
class Row:
    """One sample before it is joined to the others."""

    patch: NDArray[np.uint8]
    scores: tuple[float, ...]
    centre: tuple[float, float]
    mark_class: int
    kind: int
    name: str
    stratum: str
    fold: int


_VOTES: list[PrintedVote] = []
_SHAPES = ((12, PaperSize.A4), (7, PaperSize.A4), (20, PaperSize.A4), (5, PaperSize.A5), (1, PaperSize.A4))


def _page_samples(task: tuple[int, int, str]) -> list[Row]:
    """All labelled boxes of one simulated page; none where it is rejected."""
    number, seed, half = task
    cv2.setNumThreads(1)
    if not _VOTES:
        _VOTES.extend(print_vote(officials, 1, paper, seed=3) for officials, paper in _SHAPES)
        _MAKERS.update({h.value: _makers(h) for h in WriterHalf})
    rng = np.random.default_rng([seed, number, 0x5A])
    vote = _VOTES[int(rng.choice(len(_VOTES), p=(0.4, 0.2, 0.2, 0.15, 0.05)))]
    sheet = next(iter(vote.sheets()))
    stratum = tuple(Stratum)[int(rng.choice(len(Stratum), p=(0.15, 0.3, 0.25, 0.15, 0.15)))]
    writer = writer_from_seed(int(rng.integers(1 << 31)))
    share = float(rng.uniform(0.3, 1.0))
    makers = _MAKERS[half]
    drawn = {
        (box.official, box.level): _drawn(makers, writer, rng)
        for box in sheet.place.boxes
        if rng.random() < share
    }
    laid = _scanned(sheet, drawn, writer, stratum, vote, rng)
    return _labelled(laid, drawn, stratum, vote) if laid is not None else []


_MAKERS: dict[str, tuple[MarkMaker, ...]] = {}
"""One maker for every fold of a half."""


def _makers(half: WriterHalf) -> tuple[MarkMaker, ...]:
    library = shared_strokes()
    if library is None:
        return (MarkMaker(None),) * FOLDS
    marks = library.select(half=half).marks
    return tuple(
        MarkMaker(StrokeLibrary(tuple(mark for mark in marks if writer_fold(mark.writer) == fold)))
        for fold in range(FOLDS)
    )


def _drawn(makers: tuple[MarkMaker, ...], writer: Writer, rng: np.random.Generator) -> Drawn:
    fold = int(rng.integers(len(makers)))
    return replace(makers[fold].draw(writer, rng), fold=fold)


def _scanned(
    sheet: Sheet,
    drawn: dict[tuple[str, str], Drawn],
    writer: Writer,
    stratum: Stratum,
    vote: PrintedVote,
    rng: np.random.Generator,
) -> LaidPage | None:
    printer = stratum_printer(stratum, rng)
    if printer is not None:
        paper = printed(sheet.paper, sheet.px_per_mm, printer, int(rng.integers(1 << 31)))
        sheet = replace(sheet, paper=paper)
    voted = sheet.paper.copy()
    if sheet.place.seal is not None:
        draw_stamp(voted, sheet.px_per_mm, stamping_in(sheet.place.seal, rng), rng)
    hand = Hand(writer, _any_pen(rng), "mixed")
    for box in sheet.place.boxes:
        mark = drawn.get((box.official, box.level))
        if mark is not None:
            size = box.rect.width_mm, box.rect.height_mm
            draw_strokes(voted, sheet.px_per_mm, moved(mark.strokes, size, box.rect.centre_mm), hand, rng)
    settings = stratum_settings(stratum, rng)
    image = scan_page(voted, sheet.px_per_mm, settings, int(rng.integers(1 << 31)), back=voted)
    scan = page_scan(image, vote.context)
    identified = identify_code(find_codes(scan.coarse, scan.detail), vote.context)
    laid = lay_page(scan, identified, vote.context) if not hasattr(identified, "reason") else None
    return laid if isinstance(laid, LaidPage) else None


def _any_pen(rng: np.random.Generator) -> Pen:
    """Pens of every kind and faintness more often than people bring them."""
    if rng.random() < 0.5:
        return random_pen(rng)
    kinds, colours = tuple(PenKind), tuple(InkColour)
    kind, colour = kinds[int(rng.integers(len(kinds)))], colours[int(rng.integers(len(colours)))]
    return make_pen(kind, colour, faint=float(rng.uniform(0.0, 0.6)))


_LOST_MM2 = 0.5
"""Less is a crumb that a 1-bit scan left of a faint mark: it shows nobody what the mark was."""


def _labelled(
    laid: LaidPage, drawn: dict[tuple[str, str], Drawn], stratum: Stratum, vote: PrintedVote
) -> list[Row]:
    rows = []
    options = vote.context.options.marks
    for box in laid.page.layout.boxes:
        mark = drawn.get((box.official, box.level))
        if not laid.ink.unprinted_in(box.rect).any():
            continue
        found = find_box_ink(box.rect, laid.scan, laid.registration.transform, laid.page, laid.ink, options)
        if not found.own.any():
            continue
        known = mark or Drawn(MarkClass.NOTHING, "untouched", SampleKind.SIMULATED, ())
        scores, fit = score_box(found, options)
        drawn_large = known.mark_class is not MarkClass.NOTHING and "dot" not in known.name
        if drawn_large and scores.ink_mm2 < _LOST_MM2:
            continue
        rows.append(
            Row(
                mark_patch(found),
                tuple(asdict(scores).values()),
                _centre(fit, found),
                int(known.mark_class),
                int(known.kind),
                known.name,
                stratum.value,
                known.fold,
            )
        )
    return rows


def _centre(fit: CrossFit | None, found: BoxInk) -> tuple[float, float]:
    if fit is None or fit.centre is None:
        return float("nan"), float("nan")
    left, top, right, bottom = found.inside
    return (fit.centre[0] - left) / (right - left), (fit.centre[1] - top) / (bottom - top)


def make_samples(pages: int, seed: int, half: WriterHalf, workers: int) -> Samples:
    """Samples of `pages` pages; the same arguments give the same samples."""
    tasks = [(number, seed, half.value) for number in range(pages)]
    rows = []
    with multiprocessing.Pool(workers) as pool:
        for number, part in enumerate(pool.imap(_page_samples, tasks, chunksize=4)):
            rows += part
            if (number + 1) % max(1, pages // 20) == 0:
                print(f"{number + 1}/{pages} pages, {len(rows)} samples", flush=True)
    return Samples(
        patches=np.stack([row.patch for row in rows]),
        scores=np.array([row.scores for row in rows]),
        centres=np.array([row.centre for row in rows]),
        classes=np.array([row.mark_class for row in rows]),
        kinds=np.array([row.kind for row in rows]),
        names=np.array([row.name for row in rows]),
        strata=np.array([row.stratum for row in rows]),
        folds=np.array([row.fold for row in rows]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--half", choices=[h.value for h in WriterHalf], default="tune")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    if shared_strokes() is None:
        print("no recorded strokes at hand: every mark is the simulator's own", file=sys.stderr)
    samples = make_samples(arguments.pages, arguments.seed, WriterHalf(arguments.half), arguments.workers)
    np.savez_compressed(
        arguments.out, **{field.name: getattr(samples, field.name) for field in fields(samples)}
    )


if __name__ == "__main__":
    main()
