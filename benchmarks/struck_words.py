"""How well strikes through real handwriting are found: real words, each with its unstruck twin.

    python -m benchmarks.struck_words [--x-height 2.2] [--pictures DIR]

The twin takes the place of the printed form and the struck word that of the scan, both scaled so that
small letters have the given height (mm). Handwriting is lighter and looser than print, and its ink is the
strike's own, so nothing but the stroke tells the two apart. The twin itself, moved a little and with
noise, is the counter-sample: what is found on it is false. The words lie beside the project; without
them there is nothing to measure.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.intervals import interval
from records.geometry import Rect
from records.layout import LayoutPage, NamePlace
from records.reading import StrikeFinding
from scanner.forms import OVERVIEW_PX_PER_MM, PRINTED_BELOW, REFERENCE_PX_PER_MM, PreparedPage
from scanner.image import ScanImage
from scanner.ink import find_ink
from scanner.options import ReaderOptions
from scanner.registration import PageTransform
from scanner.strikes import find_strikes

_PX = REFERENCE_PX_PER_MM
_MARGIN_MM = 12.0
_NOWHERE = Rect(0.0, 0.0, 0.0, 0.0)
OUTCOMES = ("certain", "doubtful", "missed")


@dataclass(frozen=True, slots=True)
class WordPair:
    """A struck word and its twin: uint8 (height, width), 255 paper, of one size."""

    name: str
    kind: str
    struck: NDArray[np.uint8]
    clean: NDArray[np.uint8]


def struck_words_folder() -> Path:
    root = Path(os.environ.get("KIEMPHIEU_SHARED", Path(__file__).parents[1].parent / "shared"))
    return root / "data" / "images" / "struck_words"


def read_pairs(folder: Path) -> Iterator[WordPair]:
    """Every pair in `folder`, by name; none where there is no such folder."""
    for path in sorted(folder.glob("*__clean.png")):
        stem = path.stem.removesuffix("__clean")
        struck = cv2.imread(str(path.with_name(f"{stem}.png")), cv2.IMREAD_GRAYSCALE)
        clean = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if struck is not None and clean is not None and struck.shape == clean.shape:
            kind = stem.split("_", 2)[2].lower()
            yield WordPair(stem, kind, np.asarray(struck, np.uint8), np.asarray(clean, np.uint8))


def x_height_px(word: NDArray[np.uint8]) -> float:
    """Height of the rows in which most of a word's ink lies: its small letters."""
    per_row = (word < PRINTED_BELOW).sum(axis=1).astype(np.float64)
    smooth = np.convolve(per_row, np.ones(5) / 5, mode="same")
    return float(max(1, int(np.count_nonzero(smooth >= 0.4 * float(smooth.max())))))


def on_page(word: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """The word scaled onto a white page, the paper's tone made white."""
    paper = float(np.quantile(word, 0.5))
    white = np.clip(word.astype(np.float64) * 255 / max(paper, 1.0), 0, 255).astype(np.uint8)
    small = cv2.resize(white, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    margin = round(_MARGIN_MM * _PX)
    page = cv2.copyMakeBorder(small, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(page[: page.shape[0] // 2 * 2, : page.shape[1] // 2 * 2], dtype=np.uint8)


def as_scanned(page: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The page moved by up to a tenth of a millimetre and with a scanner's noise."""
    move = np.array(((1, 0, rng.uniform(-0.8, 0.8)), (0, 1, rng.uniform(-0.8, 0.8))))
    moved = cv2.warpAffine(page, move, page.shape[::-1], flags=cv2.INTER_LINEAR, borderValue=255)
    noisy = moved * (247 / 255) + rng.normal(0.0, 2.0, page.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def strikes_on(
    form: NDArray[np.uint8], scan: NDArray[np.uint8], options: ReaderOptions
) -> tuple[StrikeFinding, ...]:
    """What is found on `scan` where `form` was printed; both at the reference resolution."""
    size_mm = form.shape[1] / _PX, form.shape[0] / _PX
    place = Rect(0.0, 0.0, *size_mm).inflated(-_MARGIN_MM + 1.0)
    layout = LayoutPage(1, (), (NamePlace("word", place),), None, _NOWHERE, _NOWHERE, ())
    half = (form.shape[1] // 2, form.shape[0] // 2)
    overview = np.asarray(cv2.resize(form, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    margin = 2 * round(options.ink.print_margin_mm * OVERVIEW_PX_PER_MM) + 1
    printed = cv2.dilate((overview < PRINTED_BELOW).astype(np.uint8) * 255, np.ones((margin, margin)))
    page = PreparedPage(layout, form, overview, np.asarray(printed, dtype=np.uint8), ())
    coarse = np.asarray(cv2.resize(scan, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    image = ScanImage(scan, coarse, 1, 2, bilevel=False)
    transform = PageTransform(
        affine=np.array(((_PX, 0.0, -0.5), (0.0, _PX, -0.5))),
        knots_mm=np.zeros(1),
        shift_mm=np.zeros((1, 2)),
        shear=np.zeros((1, 2)),
        middle_mm=size_mm[0] / 2,
        detail_factor=1,
    )
    ink = find_ink(image, transform, page, size_mm, options)
    return find_strikes(image, transform, page, ink, options.strikes)


def outcome_of(findings: tuple[StrikeFinding, ...]) -> str:
    return findings[0].certainty.value if findings else "missed"


def measure(
    pairs: Iterator[WordPair], x_height_mm: float, pictures: Path | None
) -> tuple[dict[str, Counter[str]], Counter[str]]:
    """Outcomes by kind of strike, and those on the unstruck twins."""
    options = ReaderOptions()
    by_kind: dict[str, Counter[str]] = {}
    clean: Counter[str] = Counter()
    for number, pair in enumerate(pairs):
        rng = np.random.default_rng([7, number])
        scale = x_height_mm * _PX / x_height_px(pair.clean)
        form = on_page(pair.clean, scale)
        scan = as_scanned(on_page(pair.struck, scale), rng)
        outcome = outcome_of(strikes_on(form, scan, options))
        by_kind.setdefault(pair.kind, Counter())[outcome] += 1
        unstruck = outcome_of(strikes_on(form, as_scanned(form, rng), options))
        clean[unstruck] += 1
        if pictures is not None and (outcome == "missed" or unstruck != "missed"):
            pictures.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(pictures / f"{pair.name}-{outcome}.png"), np.vstack((form, scan)))
    return by_kind, clean


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--x-height", type=float, default=2.2, help="of the small letters, mm")
    parser.add_argument("--pictures", type=Path, help="where to put what went wrong")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    folder = struck_words_folder()
    if not folder.is_dir():
        print(f"no struck words at {folder}: nothing measured")
        return
    by_kind, clean = measure(read_pairs(folder), arguments.x_height, arguments.pictures)
    print(f"{'struck':16s}" + "".join(f"{name:>10s}" for name in OUTCOMES))
    for kind, counts in sorted(by_kind.items()):
        print(f"{kind:16s}" + "".join(f"{counts[name]:10d}" for name in OUTCOMES))
    total = sum(by_kind.values(), Counter())
    low, high = interval(total["missed"], total.total())
    print(f"missed {total['missed']} of {total.total()}: {low:.1%} to {high:.1%} (95 %)")
    false = clean.total() - clean["missed"]
    low, high = interval(false, clean.total())
    print(f"unstruck twins with a finding {false} of {clean.total()}: {low:.1%} to {high:.1%} (95 %)")


if __name__ == "__main__":
    main()
