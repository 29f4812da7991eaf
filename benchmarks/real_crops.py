"""Real check boxes marked by real people, through the reader's own box stage: label against state.

    python -m benchmarks.real_crops [--save DIR]

Needs the pictures of real marks beside the project. Their boxes are printed 3 to 5 mm wide and ours 7 mm, so
each picture is read at the scale at which its box measures 7 mm: strokes come out twice as wide as on a
ballot, and 300 dpi as about 150. First every crop by itself (what else is printed around its box is
painted over), then one whole scan with its own blank form as reference, where no mark is cut off.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ballot_layout.sheet import BOX_LINE_MM
from benchmarks.intervals import upper_bound
from benchmarks.printed_square import (
    AROUND_MM,
    BOX_MM,
    PAGE_MM,
    Picture,
    Place,
    PrintedSquare,
    Variant,
    alone,
    degraded,
    draw_ring,
    locate_square,
    measure_square,
    windowed,
)
from records.geometry import Rect
from records.layout import BoxPlace, Layout, LayoutPage
from records.reading import BoxState
from scanner.forms import REFERENCE_PX_PER_MM, PreparedPage, disc, prepare_form
from scanner.image import make_scan_image, to_grey
from scanner.ink import find_ink
from scanner.marks import MarkReading, read_boxes
from scanner.options import ReaderOptions
from scanner.registration import PageTransform

DOTS = frozenset({"dot", "dot_faint"})
"""A dot is no mark for the reader if it is as small as a speck; these are counted apart."""
SKEWED_BELOW = 0.88
"""An outline with less of a side where a square has it was drawn by hand, bent or cut."""
_SCAN = "images/zesje/checkboxes_student_300dpi.jpg"
_BLANK = "images/zesje/checkboxes_reference_300dpi.jpg"


@dataclass(frozen=True)
class Crop:
    """One real box: `picture` is uint8 (height, width, 3), BGR."""

    name: str
    label: str
    source: str
    picture: Picture
    on_page_px: tuple[float, float] | None = None


@dataclass(frozen=True)
class Result:
    crop: Crop
    variant: Variant
    place: Place
    picture: Picture
    mark: MarkReading

    @property
    def state(self) -> BoxState:
        return self.mark.reading.state

    @property
    def missed(self) -> bool:
        return self.crop.label != "empty" and self.state is BoxState.EMPTY

    @property
    def expected(self) -> bool:
        """Whether the state is what a careful person would say, without a doubt."""
        label = self.crop.label
        if label == "empty" or label in DOTS:
            return self.state is BoxState.EMPTY
        if label == "cross":
            return self.state is BoxState.CROSS
        allowed = {BoxState.OTHER, BoxState.CORRECTED}
        if label == "cross_heavy":
            allowed.add(BoxState.CROSS)
        return self.state in allowed


def data_folder() -> Path | None:
    """The pictures beside the project, or None where they are not at hand."""
    root = Path(os.environ.get("KIEMPHIEU_SHARED", Path(__file__).parents[1].parent / "shared")) / "data"
    return root if (root / "manifest.jsonl").is_file() else None


def load_crops(folder: Path) -> list[Crop]:
    """Every labelled box crop of the manifest."""
    crops = []
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        entry: dict[str, Any] = json.loads(line)
        path = Path(entry["file"])
        if path.parent.name != "boxes":
            continue
        at = entry.get("box_xy")
        crops.append(
            Crop(
                name=path.stem,
                label=entry["label"],
                source=_source_of(entry, path),
                picture=load_picture(folder / path),
                on_page_px=None if at is None else (float(at[0]), float(at[1])),
            )
        )
    return crops


def load_picture(path: Path) -> Picture:
    """A picture in colour, uint8 (height, width, 3), BGR."""
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), dtype=np.uint8)


def _source_of(entry: dict[str, Any], path: Path) -> str:
    """Pages whose boxes are printed alike: one scan, or one series of pages."""
    collection = path.parent.parent.name
    series = path.stem.split("-")[0] if collection == "ptyx" else Path(entry["source"]).stem
    return f"{collection} {series} {entry['w']} px"


def form_of(square: PrintedSquare) -> PreparedPage:
    """A form with nothing on it but the box."""
    size = round(PAGE_MM * REFERENCE_PX_PER_MM)
    ring = draw_ring(square, REFERENCE_PX_PER_MM / square.px_per_mm, size)
    detail = np.round(255 * (1 - ring)).astype(np.uint8)
    return page_of(detail)


def page_of(detail: Picture) -> PreparedPage:
    """A form of one box in the middle, from its rendering at `REFERENCE_PX_PER_MM`."""
    nowhere = Rect(0.0, 0.0, 0.0, 0.0)
    box = BoxPlace("crop", "box", Rect(AROUND_MM, AROUND_MM, BOX_MM, BOX_MM))
    page = LayoutPage(1, (box,), (), None, nowhere, nowhere, ())
    return prepare_form(Layout("crops", PAGE_MM, PAGE_MM, (), (page,), ""), [detail]).pages[0]


def read_box(picture: Picture, place: Place, square: PrintedSquare, page: PreparedPage) -> MarkReading:
    """One box by the reader's own stages from ink to state."""
    options = ReaderOptions()
    size_mm = (PAGE_MM, PAGE_MM)
    scan = make_scan_image(to_grey(picture), [size_mm], options.image)
    scale = square.px_per_mm
    affine = np.array(
        ((scale, 0.0, place.x_px - scale * PAGE_MM / 2), (0.0, scale, place.y_px - scale * PAGE_MM / 2))
    )
    knots, still = np.array((0.0, PAGE_MM)), np.zeros((2, 2))
    transform = PageTransform(affine, knots, still, still, PAGE_MM / 2, scan.detail_factor)
    ink = find_ink(scan, transform, page, size_mm, options)
    # The reader follows ink over a ballot's thin outline; these lines are up to three times as thick.
    thicker_mm = max(0.0, square.line_px / scale - BOX_LINE_MM)
    marks = replace(options.marks, bridge_mm=options.marks.bridge_mm + thicker_mm)
    return read_boxes(scan, transform, page, ink, marks)[0]


def read_crops(crops: Iterable[Crop]) -> list[Result]:
    """Every crop by itself, under every variant."""
    by_source: dict[str, list[Crop]] = defaultdict(list)
    for crop in crops:
        by_source[crop.source].append(crop)
    results = []
    for source, members in sorted(by_source.items()):
        square = measure_square([crop.picture for crop in members if crop.label == "empty"])
        print(f"{source}: {len(members)} boxes of {square.side_px:.1f} px, line {square.line_px:.1f} px")
        page = form_of(square)
        for crop in members:
            height, width = crop.picture.shape[:2]
            place = locate_square(crop.picture, square, ((width - 1) / 2, (height - 1) / 2), 6)
            picture = alone(crop.picture, place, square)
            results += read_variants(crop, picture, place, square, page)
    return results


def read_variants(
    crop: Crop, picture: Picture, place: Place, square: PrintedSquare, page: PreparedPage
) -> list[Result]:
    window, inside = windowed(picture, place, square)
    results = []
    for variant in Variant:
        seen = degraded(window, variant)
        results.append(Result(crop, variant, inside, seen, read_box(seen, inside, square, page)))
    return results


def read_page(folder: Path, crops: Sequence[Crop]) -> list[Result]:
    """The boxes of the one scan whose blank form is at hand, read against that form."""
    scan, blank = load_picture(folder / _SCAN), load_picture(folder / _BLANK)
    on_page = [(crop, crop.on_page_px) for crop in crops if crop.on_page_px is not None]
    square = measure_square([crop.picture for crop, _ in on_page if crop.label == "empty"])
    # Scan and form lie within a few pixels of each other, and boxes 60 px apart.
    printed = [locate_square(blank, square, near, 20) for _, near in on_page]
    blank_square = measure_square([_cut(blank, place, 2 * square.side_px) for place in printed])
    print(f"form: line {blank_square.line_px:.1f} px; scan: line {square.line_px:.1f} px")
    fatter_mm = max(0.0, square.line_px / square.px_per_mm - blank_square.line_px / blank_square.px_per_mm)
    results = []
    for (crop, near), at in zip(on_page, printed, strict=True):
        place = locate_square(scan, square, near, 6)
        page = page_of(form_detail(blank, at, blank_square, fatter_mm))
        results += read_variants(crop, scan, place, square, page)
    return results


def _cut(picture: Picture, place: Place, side_px: float) -> Picture:
    half = round(side_px / 2)
    top, left = round(place.y_px) - half, round(place.x_px) - half
    return picture[top : top + 2 * half + 1, left : left + 2 * half + 1]


def form_detail(blank: Picture, place: Place, square: PrintedSquare, fatter_mm: float) -> Picture:
    """What a form prints around a box, at `REFERENCE_PX_PER_MM`, its lines as thick as printed."""
    window, inside = windowed(blank, place, square)
    size = round(PAGE_MM * REFERENCE_PX_PER_MM)
    step = square.px_per_mm / REFERENCE_PX_PER_MM
    affine = np.array(
        (
            (step, 0.0, inside.x_px - step * (size - 1) / 2),
            (0.0, step, inside.y_px - step * (size - 1) / 2),
        )
    )
    detail = cv2.warpAffine(
        cv2.cvtColor(window, cv2.COLOR_BGR2GRAY),
        affine,
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    fatter_px = round(fatter_mm / 2 * REFERENCE_PX_PER_MM)
    return np.asarray(cv2.erode(detail, disc(fatter_px)), dtype=np.uint8)


def print_table(results: Sequence[Result], variant: Variant) -> None:
    """Labels against states, and the bar: marked boxes read as empty."""
    chosen = [result for result in results if result.variant is variant]
    table: dict[str, Counter[BoxState]] = defaultdict(Counter)
    for result in chosen:
        table[result.crop.label][result.state] += 1
    print(f"\n{variant}")
    print(f"  {'label':18s}{'n':>5s}  " + "".join(f"{state:>10s}" for state in BoxState))
    for label, counts in sorted(table.items()):
        row = "".join(f"{counts[state] or '·':>10}" for state in BoxState)
        print(f"  {label:18s}{counts.total():5d}  {row}")
    marked = [result for result in chosen if result.crop.label not in DOTS | {"empty"}]
    empty = [result for result in chosen if result.crop.label == "empty"]
    dots = [result for result in chosen if result.crop.label in DOTS]
    _print_share("BAR: marked boxes read as empty", sum(result.missed for result in marked), len(marked))
    _print_share("dots read as empty", sum(result.missed for result in dots), len(dots))
    _print_share("empty boxes read as marked", sum(not result.expected for result in empty), len(empty))
    plain = [result for result in chosen if result.crop.label == "cross"]
    uncrossed = [result for result in chosen if not result.crop.label.startswith("cross")]
    _print_share("boxes without a plain X read as cross", _crosses(uncrossed), len(uncrossed))
    print(f"  plain X read as cross: {_crosses(plain)} of {len(plain)}")
    bent = [result for result in chosen if result.place.outline < SKEWED_BELOW]
    states = Counter(result.state.value for result in bent)
    print(f"  outlines bent, ragged or cut: {len(bent)}, read as {dict(states.most_common())}")
    for result in chosen:
        wrong_cross = result.state is BoxState.CROSS and not result.crop.label.startswith("cross")
        if result.missed or wrong_cross or (result in bent and not result.expected):
            print(f"  {result.crop.name}: {result.state}, outline {result.place.outline:.2f}")


def _crosses(results: Iterable[Result]) -> int:
    return sum(result.state is BoxState.CROSS for result in results)


def _print_share(words: str, count: int, total: int) -> None:
    bound = f", at most {100 * upper_bound(count, total):.1f} % (95 %)" if total else ""
    print(f"  {words}: {count} of {total}{bound}")


TILE_PX = 190


def tile(result: Result) -> Picture:
    """A box as it was read, what the reader holds for its own ink, and its scores."""
    scores = result.mark.reading.scores
    picture = result.picture if result.picture.ndim == 3 else cv2.cvtColor(result.picture, cv2.COLOR_GRAY2BGR)
    seen = cv2.resize(picture, (TILE_PX, TILE_PX), interpolation=cv2.INTER_NEAREST)
    found = np.full((TILE_PX, TILE_PX, 3), 235, np.uint8)
    if result.mark.ink is not None:
        box_ink = result.mark.ink
        drawn = cv2.cvtColor(255 - box_ink.darkness, cv2.COLOR_GRAY2BGR)
        drawn[box_ink.hidden] = drawn[box_ink.hidden] // 2 + (110, 80, 80)
        drawn[box_ink.ink] = (0, 160, 255)
        drawn[box_ink.own] = (0, 0, 220)
        found[:] = cv2.resize(drawn, (TILE_PX, TILE_PX), interpolation=cv2.INTER_NEAREST)
    no_ink = "" if result.mark.ink is not None else " no ink"
    lines = (
        f"{result.crop.name[:34]}: {result.crop.label} read as {result.state}",
        f"ink {scores.ink_mm2:.2f} inside {scores.inside_mm2:.2f} mm2, size {scores.size_mm:.1f}, "
        f"dark {scores.darkness:.2f}",
        f"X {scores.cross_share:.2f} other {scores.other_share:.2f} corr {scores.corrected_share:.2f} "
        f"fit {scores.cross_fit:.2f} excess {scores.excess:.1f}",
        f"stroke {scores.stroke_mm:.1f} blob {scores.blob_share:.2f} arm {scores.arm_share:.2f} "
        f"angle {scores.crossing_deg:.0f} line {result.place.outline:.2f}{no_ink}",
    )
    caption = np.full((56, 2 * TILE_PX, 3), 255, np.uint8)
    for number, line in enumerate(lines):
        cv2.putText(
            caption, line, (3, 12 + 13 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 0, 0), 1, cv2.LINE_AA
        )
    framed = np.vstack((caption, np.hstack((seen, found))))
    colour = (0, 0, 255) if result.missed else (200, 200, 200)
    return np.asarray(
        cv2.copyMakeBorder(framed, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=colour), dtype=np.uint8
    )


def contact_sheet(results: Sequence[Result], columns: int = 4) -> Picture:
    tiles = [tile(result) for result in results]
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % columns)
    return np.vstack([np.hstack(tiles[start : start + columns]) for start in range(0, len(tiles), columns)])


def save_sheets(results: Sequence[Result], folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for variant in Variant:
        shown = [result for result in results if result.variant is variant and not result.expected]
        shown.sort(key=lambda result: (not result.missed, result.crop.label, result.crop.name))
        if shown:
            path = folder / f"{name}-{variant.name.lower()}.png"
            cv2.imwrite(str(path), contact_sheet(shown))
            print(f"{path}: {len(shown)} boxes not read as a careful person would")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--save", type=Path, metavar="DIR", help="pictures of every wrong or doubtful box")
    arguments = parser.parse_args()
    folder = data_folder()
    if folder is None:
        raise SystemExit("the pictures of real marks are not beside the project: set KIEMPHIEU_SHARED")
    cv2.setNumThreads(1)
    crops = load_crops(folder)
    for title, name, results in (
        ("Crops, each by itself", "crops", read_crops(crops)),
        ("A whole scan against its blank form", "page", read_page(folder, crops)),
    ):
        print(f"\n== {title}")
        for variant in Variant:
            print_table(results, variant)
        if arguments.save is not None:
            save_sheets(results, arguments.save, name)


if __name__ == "__main__":
    main()
