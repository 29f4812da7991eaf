"""Labelled pictures of marks in boxes, for training and measuring the mark network.

    python -m benchmarks.mark_samples OUT.npz [--pages 400] [--half tune] [--seed 1] [--workers 2]

Every page is filled with marks of all kinds at random, recorded ones of one half of the writers and the
simulator's own, printed, written and scanned under every stratum, and read up to the ink in its boxes. A
sample is what `scanner.mark_patch` makes of a box, with what was really drawn there.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from enum import IntEnum
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.votes import PrintedVote, print_vote, shared_strokes
from records.vote import PaperSize
from sample_scans.campaign import stamping_in
from sample_scans.device import scan_page
from sample_scans.mark_shapes import OTHER_MARKS, PLAIN_CROSSES, MarkKind, draw_mark, fitted_mark, zigzag
from sample_scans.pens import Hand, InkColour, Pen, PenKind, draw_strokes, make_pen, random_pen
from sample_scans.printer import printed
from sample_scans.stamp import draw_stamp
from sample_scans.strata import Stratum, stratum_printer, stratum_settings
from sample_scans.stroke_library import RecordedMark, StrokeLibrary, WriterHalf
from sample_scans.strokes import (
    FloatArray,
    Strokes,
    Writer,
    bounds,
    bowed,
    frozen,
    moved,
    smooth,
    turned,
    wobbled,
    writer_from_seed,
)
from sample_scans.voter import Sheet
from scanner.box_ink import BoxInk, find_box_ink
from scanner.image import make_scan_image, to_grey
from scanner.mark_network import MarkClass
from scanner.mark_patch import mark_patch
from scanner.marks import score_box
from scanner.sheet import LaidPage, identify_code, lay_page
from scanner.strokefit import CrossFit
from scanner.token import find_codes


class SampleKind(IntEnum):
    """Whether a recorded mark was drawn by a real hand, a simulated one, or composed of real strokes."""

    SIMULATED = 0
    RECORDED = 1
    COMPOSED = 2


@dataclass(frozen=True)
class Drawn:
    """One mark to draw: its class, a name for tables, and its strokes in box units."""

    mark_class: MarkClass
    name: str
    kind: SampleKind
    strokes: Strokes
    fold: int = 0


_RECORDED_CLASS = {
    "cross": MarkClass.CROSS,
    "tick": MarkClass.OTHER,
    "v": MarkClass.OTHER,
    "circle": MarkClass.OTHER,
    "circle_slashed": MarkClass.OTHER,
    "slash": MarkClass.OTHER,
    "line": MarkClass.OTHER,
    "plus": MarkClass.OTHER,
    "dot": MarkClass.OTHER,
    "asterisk": MarkClass.OTHER,
    "zigzag": MarkClass.OTHER,
    "word": MarkClass.OTHER,
}
_NOTHING = (MarkKind.PEN_REST, MarkKind.HESITATION, MarkKind.NEIGHBOUR_STROKE)
_CORRECTED = (MarkKind.BLOTTED_CROSS, MarkKind.STRUCK_CROSS)


FOLDS = 5
"""Parts of a half by writer; no sample mixes strokes of two of them."""


def writer_fold(writer: str) -> int:
    """Which of the FOLDS a writer belongs to, by a hash of the name."""
    return hashlib.sha256(writer.encode()).digest()[1] % FOLDS


class MarkMaker:
    """Draws marks of every class at rates that serve learning, not voting."""

    def __init__(self, library: StrokeLibrary | None) -> None:
        self.by_label: dict[str, dict[str, list[RecordedMark]]] = {}
        for mark in library.marks if library is not None else ():
            # Two curves that touch and no real crossing: nobody's X on a ballot, and no other mark either.
            if mark.label == "cross" and not mark.ballot_like:
                continue
            self.by_label.setdefault(mark.label, {}).setdefault(mark.writer, []).append(mark)

    def draw(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        makers: tuple[tuple[float, Callable[[Writer, np.random.Generator], Drawn]], ...] = (
            (0.34, self._recorded_cross),
            (0.14, self._simulated_cross),
            (0.16, self._recorded_other),
            (0.12, self._simulated_other),
            (0.10, self._composed),
            (0.08, self._corrected),
            (0.06, self._nothing),
        )
        weights = np.array([weight for weight, _ in makers])
        return makers[int(rng.choice(len(makers), p=weights / weights.sum()))][1](writer, rng)

    def _recorded(self, label: str, writer: Writer, rng: np.random.Generator) -> tuple[str, Strokes] | None:
        writers = self.by_label.get(label)
        if not writers:
            return None
        # Every hand as often as the others, however often it was recorded.
        marks = list(writers.values())[int(rng.integers(len(writers)))]
        mark = marks[int(rng.integers(len(marks)))]
        style = f" {mark.style}" if mark.style else ""
        strokes = mark.strokes
        if label == "cross":
            strokes = _varied_cross(self._partly_of_another(mark, rng), rng)
        elif rng.random() < _VARIED_SHARE:
            strokes = _leaning(strokes, rng)
        return f"{label}{style}", fitted_mark(strokes, writer, rng)

    def _partly_of_another(self, mark: RecordedMark, rng: np.random.Generator) -> Strokes:
        """`mark`, one of its two strokes sometimes in the place of another hand's like it."""
        if mark.style != "two_straight" or len(mark.strokes) != 2 or rng.random() > _MIXED_SHARE:
            return mark.strokes
        like = [
            m
            for marks in self.by_label[mark.label].values()
            for m in marks
            if m.style == mark.style and len(m.strokes) == 2
        ]
        taken = like[int(rng.integers(len(like)))].strokes
        which = int(rng.integers(2))
        own = mark.strokes[which]
        other = min(taken, key=lambda stroke: _angle_between(stroke, own))
        middle = (own[0] + own[-1]) / 2 - (other[0] + other[-1]) / 2
        changed = moved((other,), 1.0, middle)[0]
        return (changed, mark.strokes[1]) if which == 0 else (mark.strokes[0], changed)

    def _strokes(self, label: str, kind: MarkKind, writer: Writer, rng: np.random.Generator) -> Strokes:
        found = self._recorded(label, writer, rng)
        return found[1] if found is not None else draw_mark(kind, writer, rng)

    def _recorded_cross(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        found = self._recorded("cross", writer, rng)
        if found is None:
            return self._simulated_cross(writer, rng)
        return Drawn(MarkClass.CROSS, found[0], SampleKind.RECORDED, _spread(found[1], rng))

    def _simulated_cross(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        kinds = [kind for kind in PLAIN_CROSSES if kind is not MarkKind.CROSS_REAL]
        kind = kinds[int(rng.integers(len(kinds)))]
        return Drawn(MarkClass.CROSS, kind.value, SampleKind.SIMULATED, draw_mark(kind, writer, rng))

    def _recorded_other(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        labels = [label for label in self.by_label if label != "cross"]
        if not labels:
            return self._simulated_other(writer, rng)
        label = labels[int(rng.integers(len(labels)))]
        found = self._recorded(label, writer, rng)
        assert found is not None
        strokes = found[1]
        if label == "dot":
            strokes = moved(strokes, float(rng.uniform(0.15, 0.4)), rng.uniform(-0.25, 0.25, 2))
        return Drawn(_RECORDED_CLASS[label], found[0], SampleKind.RECORDED, _spread(strokes, rng))

    def _simulated_other(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        kind = OTHER_MARKS[int(rng.integers(len(OTHER_MARKS)))]
        return Drawn(MarkClass.OTHER, kind.value, SampleKind.SIMULATED, draw_mark(kind, writer, rng))

    def _composed(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        """A cross with something over it: real strokes where they are at hand."""
        cross = (
            self._recorded("cross", writer, rng) or ("", draw_mark(MarkKind.CROSS_STRAIGHT, writer, rng))
        )[1]
        fate = int(rng.integers(5))
        if fate == 0:
            ring = self._strokes("circle", MarkKind.CIRCLE, writer, rng)
            around = moved(ring, float(rng.uniform(1.0, 1.4)), (0.0, 0.0))
            return Drawn(MarkClass.OTHER, "cross in circle", SampleKind.COMPOSED, (*cross, *around))
        if fate == 1:
            side = max(0.8, writer.size) * float(rng.uniform(0.9, 1.15))
            cover = turned(
                (zigzag(side, side, int(rng.integers(5, 13)), rng),), float(rng.uniform(-0.8, 0.8))
            )
            return Drawn(MarkClass.CORRECTED, "cross scribbled over", SampleKind.COMPOSED, (*cross, *cover))
        if fate == 2:
            lines = _strike_lines(writer, int(rng.integers(1, 5)), rng)
            return Drawn(MarkClass.CORRECTED, "cross struck", SampleKind.COMPOSED, (*cross, *lines))
        if fate == 3:
            return Drawn(MarkClass.OTHER, "loop", SampleKind.COMPOSED, _loop(rng))
        word = self._strokes("word", MarkKind.INITIALS, writer, rng)
        return Drawn(MarkClass.CORRECTED, "cross and word", SampleKind.COMPOSED, (*cross, *word))

    def _corrected(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        kind = _CORRECTED[int(rng.integers(len(_CORRECTED)))]
        return Drawn(MarkClass.CORRECTED, kind.value, SampleKind.SIMULATED, draw_mark(kind, writer, rng))

    def _nothing(self, writer: Writer, rng: np.random.Generator) -> Drawn:
        kind = _NOTHING[int(rng.integers(len(_NOTHING)))]
        return Drawn(MarkClass.NOTHING, kind.value, SampleKind.SIMULATED, draw_mark(kind, writer, rng))


def _loop(rng: np.random.Generator) -> Strokes:
    """One line that turns back in a wide arc and crosses itself: a ribbon, an alpha, a looped l."""
    foot, shoulder = rng.uniform(0.25, 0.5), rng.uniform(0.25, 0.5)
    arc = rng.uniform(0.3, 0.7)
    points = [(-foot, 0.5), (0.0, 0.05), (shoulder, -0.3), (0.0, -0.3 - arc), (-shoulder, -0.3), (0.0, 0.05)]
    path = smooth(np.array([*points, (foot, 0.5)]) + rng.normal(0.0, 0.03, (7, 2)))
    angle = float(rng.normal(0.0, 0.25)) + float(rng.choice((0.0, 0.5, 1.0, 1.5))) * np.pi
    return moved(turned((path,), angle), float(rng.uniform(0.6, 1.3)), rng.uniform(-0.1, 0.1, 2))


_VARIED_SHARE = 0.7
_MIXED_SHARE = 0.15


def _varied_cross(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A recorded cross as its writer might have drawn it the next time: each stroke a little its own way."""
    if rng.random() > _VARIED_SHARE:
        return strokes
    left, top, right, bottom = bounds(strokes)
    side = max(right - left, bottom - top)
    varied: list[Strokes] = []
    for stroke in strokes:
        middle = stroke.mean(axis=0)
        centred = moved((stroke,), 1.0, -middle)
        swung = turned(centred, float(rng.normal(0.0, 0.08)))
        shift = middle + rng.normal(0.0, 0.03 * side, 2)
        varied.append(moved(swung, float(rng.lognormal(0.0, 0.1)), shift))
    unsteady = wobbled(
        tuple(stroke for part in varied for stroke in part), 0.012 * side, rng, period=0.4 * side
    )
    return _leaning(unsteady, rng)


def _leaning(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """`strokes` narrower or wider, and leaning, as another hand writes the same shape."""
    width, lean = float(rng.lognormal(0.0, 0.12)), float(rng.normal(0.0, 0.1))
    matrix = np.array([[width, 0.0], [lean, 1.0]])
    return turned(tuple(frozen(stroke @ matrix) for stroke in strokes), float(rng.normal(0.0, 0.06)))


def _angle_between(one: FloatArray, other: FloatArray) -> float:
    """Angle between two strokes' chords, radians, 0 … π/2."""
    first, second = one[-1] - one[0], other[-1] - other[0]
    product = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.arccos(min(1.0, abs(float(first @ second)) / max(product, 1e-9))))


def _spread(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Sizes and places beyond the usual, so that the size of a mark says nothing about its kind."""
    if rng.random() < 0.7:
        return strokes
    return moved(strokes, float(rng.uniform(0.55, 1.6)), rng.uniform(-0.17, 0.17, 2))


def _strike_lines(writer: Writer, count: int, rng: np.random.Generator) -> Strokes:
    half = max(0.55, writer.size * 0.65)
    angle = float(rng.normal(0.0, 0.25)) + (np.pi / 2 if rng.random() < 0.15 else 0.0)
    lines = [
        bowed((-half, y), (half, y + rng.normal(0, 0.05)), 0.03) for y in rng.uniform(-0.25, 0.25, count)
    ]
    return turned(tuple(lines), angle)


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
    options = vote.context.options
    scan = make_scan_image(to_grey(image), [form.page_size_mm for form in vote.context.forms], options.image)
    identified = identify_code(find_codes(scan.coarse, scan.detail), vote.context)
    laid = lay_page(scan, identified, options) if not hasattr(identified, "reason") else None
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
