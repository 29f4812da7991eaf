"""Stage 6: printed names struck out.

Within the rectangle of a name and position the crop is laid over the reference closely, so that the
paper between and inside the letters can be seen, and what print alone can account for is taken away. A
stroke through the text, straight, waved or scribbled, darkens that paper in one millimetre column after
another, at the height where letters stand. A copier or a coarse scan fattens letters, too, but that ink
clings to them; a stroke also leaves ink clear of every letter, or fills the paper between
the letters along a line. Ink that only runs below or above the
letters, ink that is faint, and all ink on a noisy page is no certain strike; a person looks at it.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.layout import NamePlace
from records.reading import Certainty, StrikeFinding, StrikeScores
from scanner.box_ink import on_reference_grid
from scanner.forms import PRINTED_BELOW, REFERENCE_PX_PER_MM, PreparedPage, disc
from scanner.image import ScanImage
from scanner.ink import PageInk, darkness_of
from scanner.options import StrikeOptions
from scanner.registration import PageTransform
from scanner.streaks import line_mask

_PX = REFERENCE_PX_PER_MM


@dataclass(frozen=True, slots=True)
class PreparedName:
    """One printed name; arrays uint8 or bool on a grid of `REFERENCE_PX_PER_MM` over `area`.

    Attributes:
        expected: the most that print alone can darken each pixel: the reference, sharp or blurred, spread
            by the text margin.
        expected_widely: the same, spread by the wide margin.
        letters: bool, where letters stand.
        paper: float32, 1 where a level line `_LINE_PX` thick meets paper that print leaves white, else 0.
        paper_share: float32, the share of such paper over the line length around each pixel.
        text: first and last pixel column of the name's own text, the leftmost block of print.
        template: float64, flat: the reference's darkness at half the resolution, without `reach` pixels at
            each side, its rows as far apart as those of the whole area.
        half: width and height of the whole area at half the resolution.
    """

    place: NamePlace
    area: Rect
    expected: NDArray[np.uint8]
    expected_widely: NDArray[np.uint8]
    letters: NDArray[np.bool_]
    paper: NDArray[np.float32]
    paper_share: NDArray[np.float32]
    template: NDArray[np.float64]
    half: tuple[int, int]
    reach: int
    text: tuple[int, int]


@dataclass(frozen=True, slots=True)
class NameInk:
    """The run of ink over one name, measured; `evidence` bounds it on the page."""

    scores: StrikeScores
    evidence: Rect


def find_strikes(
    image: ScanImage,
    transform: PageTransform,
    page: PreparedPage,
    ink: PageInk,
    options: StrikeOptions,
) -> tuple[StrikeFinding, ...]:
    """Every name on the page with ink through it, certain or doubtful.

    Where several names look struck, fat print or dirt is as likely, and none is certain.
    """
    names = _prepared_names(page, options)
    crops = transform.crops(image.detail, [name.area for name in names], _PX)
    found = [
        score_name(name, _aligned_darkness(name, crop, ink), ink, options)
        for name, crop in zip(names, crops, strict=True)
    ]
    struck = _struck(found, image.bilevel, options)
    crowded = sum(struck) > max(1, len(names) // _STRUCK_AT_ONCE)
    needed = _surplus_needed(image, ink, options) if not crowded else float("inf")
    return tuple(
        classify_strike(name.place, inked, needed, options)
        for name, inked, is_struck in zip(names, found, struck, strict=True)
        if inked is not None and is_struck
    )


_STRUCK_AT_ONCE = 6
"""A ballot with more than one name in six struck is rarer than a page with fat letters."""


def _surplus_needed(image: ScanImage, ink: PageInk, options: StrikeOptions) -> float:
    """Darkness that a certain strike must add; infinite on a page too noisy for certainty.

    In a 1-bit scan whatever is ink at all is black.
    """
    if ink.noise > options.certain_max_noise * 255:
        return float("inf")
    return options.certain_surplus_bilevel if image.bilevel else options.certain_surplus


def _struck(found: Sequence[NameInk | None], bilevel: bool, options: StrikeOptions) -> tuple[bool, ...]:
    """Which names have a pen's ink over them: a run clear of the letters, or a line hidden in them.

    Where print is coarse and fat, hidden lines are found in name after name, and a clear run in none.
    """
    runs = [inked is not None and _is_run(inked.scores, bilevel, options) for inked in found]
    lines = [inked is not None and _is_line(inked.scores, bilevel, options) for inked in found]
    if not any(runs) and sum(lines) >= options.fat_print_lines:
        return tuple(runs)
    return tuple(run or line for run, line in zip(runs, lines, strict=True))


def _is_run(scores: StrikeScores, bilevel: bool, options: StrikeOptions) -> bool:
    """Whether there is a run of a pen's ink, and not only ink that clings to fat or blurred letters.

    In a 1-bit scan a stain may be black, a hair as wide as a pen's line, and letters are fatter.
    """
    needed = options.doubtful_clear_ink_bilevel_mm2 if bilevel else options.doubtful_clear_ink_mm2
    return (
        scores.length_mm >= options.doubtful_length_mm
        and scores.clear_ink_mm2 >= needed
        and scores.clear_columns >= options.min_clear_columns
        and (bilevel or (scores.surplus >= options.doubtful_surplus and not _is_hair(scores, options)))
    )


def _is_line(scores: StrikeScores, bilevel: bool, options: StrikeOptions) -> bool:
    """Whether a pen's line fills the paper between the letters and hides in them otherwise."""
    if bilevel:
        return scores.line_share >= options.line_share_bilevel
    return scores.line_share >= options.line_share and not _is_hair(scores, options)


def _is_hair(scores: StrikeScores, options: StrikeOptions) -> bool:
    return 0 < scores.stroke_mm <= options.hair_width_mm


def classify_strike(
    name: NamePlace, inked: NameInk, surplus_needed: float, options: StrikeOptions
) -> StrikeFinding:
    """The finding for inked text: certain only for a long, dark stroke through the name itself."""
    scores = inked.scores
    certain = (
        scores.surplus >= surplus_needed
        and scores.through >= options.min_through
        and scores.length_mm >= options.certain_length_mm
        and scores.coverage >= options.certain_coverage
    )
    return StrikeFinding(
        official=name.official,
        certainty=Certainty.CERTAIN if certain else Certainty.DOUBTFUL,
        evidence=inked.evidence,
        coverage=scores.coverage,
        length_mm=scores.length_mm,
        scores=scores,
    )


def score_name(
    name: PreparedName, darkness: NDArray[np.uint8], ink: PageInk, options: StrikeOptions
) -> NameInk | None:
    """Measures the ink over one name; None where there is none.

    Args:
        name: the name's reference.
        darkness: uint8 (height, width) over `name.area`, laid over the reference.
        ink: the page's ink threshold.
        options: limits.
    """
    limit = max(round(options.min_darkness * 255), ink.threshold)
    added = cv2.subtract(darkness, name.expected).astype(np.uint8)
    covered = line_mask(ink.lines, name.area, _PX)
    if covered is not None:
        added[covered] = 0
    faintest = max(round(options.line_min_darkness * 255), ink.threshold)
    inked = added >= faintest
    if np.count_nonzero(inked) < options.column_ink_mm2 * _PX**2:
        return None  # not enough for one column, as over nearly every name
    faint_run = _longest_run(inked, options)
    if faint_run is None:
        return None
    dark_run = _longest_run(added >= limit, options)
    level, run = (faintest, faint_run) if dark_run is None else (limit, dark_run)
    line_share = _line_share(inked, name, options)
    surplus = np.where(added >= level, added, 0).astype(np.uint8)
    part = slice(None), slice(*run)
    clear = (cv2.subtract(darkness[part], name.expected_widely[part]) >= limit) & (surplus[part] > 0)
    return _measured(surplus, clear, darkness, name, run, line_share, options)


def _columns_with(clear: NDArray[np.bool_], options: StrikeOptions) -> int:
    """How many columns hold more clear ink than a stray pixel."""
    column_px = round(options.column_mm * _PX)
    count = clear.shape[1] // column_px
    per_column = clear[:, : count * column_px].sum(axis=0).reshape(count, column_px).sum(axis=1)
    return int(np.count_nonzero(per_column >= 2))


def _line_share(inked: NDArray[np.bool_], name: PreparedName, options: StrikeOptions) -> float:
    """The largest share of the paper along a level line through the name that is inked."""
    if np.count_nonzero(inked) < options.line_min_ink_mm2 * _PX**2:
        return 0.0
    met = cv2.dilate(inked.astype(np.uint8), np.ones((_LINE_PX, 1), np.uint8)) * name.paper
    share = cv2.blur(met, (round(options.line_length_mm * _PX), 1), borderType=cv2.BORDER_CONSTANT)
    enough = name.paper_share >= options.line_min_paper_mm / options.line_length_mm
    return float(np.max(share[enough] / name.paper_share[enough], initial=0.0))


def _line_width_mm(darkness: NDArray[np.uint8], clear: NDArray[np.bool_], options: StrikeOptions) -> float:
    """Width of the line whose `clear` pieces are given, by their darkness summed, per length and peak.

    Blur spreads a line and leaves the sum as it is, so a hair stays thinner than any pen's line.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(clear.astype(np.uint8), connectivity=8)
    sizes = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    long = [label for label in range(1, count) if sizes[label] >= options.line_piece_mm * _PX]
    length = float(sum(sizes[label] for label in long))
    if length < options.line_pieces_mm * _PX:
        return 0.0
    pieces = np.isin(labels, long)
    near = cv2.dilate(pieces.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    peak = float(np.quantile(darkness[pieces], 0.9))
    return float(darkness[near].sum()) / length / peak / _PX


def _aligned_darkness(name: PreparedName, crop: NDArray[np.uint8], ink: PageInk) -> NDArray[np.uint8]:
    """Darkness of a name's area as cropped, moved by the few tenths of a millimetre that lay it best."""
    darkness = darkness_of(crop, ink.paper_level(*name.place.rect.centre_mm))
    found = cv2.resize(darkness, name.half, interpolation=cv2.INTER_AREA).astype(np.float64).ravel()
    length, places = len(name.template), range(2 * name.reach + 1)
    starts = [row * name.half[0] + column for row in places for column in places]
    # So few places and so flat a template are faster multiplied out than by Fourier transforms, and exact.
    scores = [np.dot(found[start : start + length], name.template) for start in starts]
    row, column = divmod(int(np.argmax(scores)), len(places))
    return _moved(darkness, 2 * (row - name.reach), 2 * (column - name.reach))


def _moved(darkness: NDArray[np.uint8], up: int, left: int) -> NDArray[np.uint8]:
    """`darkness` moved by whole pixels; paper comes in at the edges."""
    if not up and not left:
        return darkness
    height, width = darkness.shape
    moved = np.zeros_like(darkness)
    moved[max(0, -up) : height - max(0, up), max(0, -left) : width - max(0, left)] = darkness[
        max(0, up) : height - max(0, -up), max(0, left) : width - max(0, -left)
    ]
    return moved


@functools.lru_cache(maxsize=256)
def _prepared_names(page: PreparedPage, options: StrikeOptions) -> tuple[PreparedName, ...]:
    return tuple(_prepare_name(name, page, options) for name in page.layout.names)


def _prepare_name(name: NamePlace, page: PreparedPage, options: StrikeOptions) -> PreparedName:
    area = on_reference_grid(name.rect.inflated(options.around_mm))
    reference = page.detail_crop(area)
    sharp = cv2.bitwise_not(reference)
    blurred = cv2.GaussianBlur(sharp, (0, 0), options.print_blur_mm * _PX)
    most = cv2.max(sharp, blurred)
    reach = round(options.align_mm * _PX / 2)
    half = (reference.shape[1] // 2, reference.shape[0] // 2)
    template = np.zeros((half[1] - 2 * reach, half[0]))
    template[:, : -2 * reach] = cv2.resize(sharp, half, interpolation=cv2.INTER_AREA)[
        reach:-reach, reach:-reach
    ]
    printed = (reference < PRINTED_BELOW).astype(np.uint8) * 255
    density = cv2.blur(printed, (round(2 * _LETTER_REACH_MM * _PX) | 1, 1))
    expected = _spread(most, options.text_margin_mm)
    hidden = cv2.erode((expected > _HIDES).astype(np.uint8), np.ones((_LINE_PX, 1), np.uint8))
    paper = (hidden == 0).astype(np.float32)
    length = (round(options.line_length_mm * _PX), 1)
    return PreparedName(
        place=name,
        area=area,
        expected=expected,
        expected_widely=_spread(most, options.wide_margin_mm),
        letters=density >= _LETTER_DENSITY * 255,
        paper=paper,
        paper_share=cv2.blur(paper, length, borderType=cv2.BORDER_CONSTANT).astype(np.float32),
        template=template.ravel()[: -2 * reach],
        half=half,
        reach=reach,
        text=_first_block(printed > 0, options),
    )


_LINE_PX = 5
"""Thickness of the level line that a strike is looked for along: 0.6 mm, for a line is seldom quite level."""

_HIDES = 60
"""Where print alone may be darker, a line cannot be told from it."""


def _spread(darkness: NDArray[Any], margin_mm: float) -> NDArray[np.uint8]:
    return cv2.dilate(darkness, disc(max(1, round(margin_mm * _PX)))).astype(np.uint8)


def _first_block(printed: NDArray[np.bool_], options: StrikeOptions) -> tuple[int, int]:
    """Pixel columns of the leftmost block of text; a table rule fills a column and is no text."""
    share = printed.mean(axis=0)
    columns = np.flatnonzero((share > 0) & (share < _RULE_SHARE))
    if not len(columns):
        return 0, printed.shape[1]
    wide = np.flatnonzero(np.diff(columns) > options.block_gap_mm * _PX)
    last = columns[wide[0]] if len(wide) else columns[-1]
    return int(columns[0]), int(last) + 1


_RULE_SHARE = 0.95


_LETTER_REACH_MM = 4.0
_LETTER_DENSITY = 0.12
"""Letters stand where this share of a row is printed within four millimetres to each side."""


def _longest_run(surplus: NDArray[np.bool_], options: StrikeOptions) -> tuple[int, int] | None:
    """First and last pixel column of the longest run of inked columns, short gaps bridged."""
    column_px = round(options.column_mm * _PX)
    count = surplus.shape[1] // column_px
    if count == 0:
        return None
    per_pixel = cv2.reduce(surplus.view(np.uint8), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]
    per_column = per_pixel[: count * column_px].reshape(count, column_px).sum(axis=1)
    inked = np.flatnonzero(per_column >= options.column_ink_mm2 * _PX**2)
    if not len(inked):
        return None
    breaks = np.flatnonzero(np.diff(inked) > options.gap_columns + 1)
    starts = inked[np.concatenate(([0], breaks + 1))]
    ends = inked[np.concatenate((breaks, [len(inked) - 1]))]
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]) * column_px, (int(ends[longest]) + 1) * column_px


def _measured(
    surplus: NDArray[np.uint8],
    clear: NDArray[np.bool_],
    darkness: NDArray[np.uint8],
    name: PreparedName,
    run: tuple[int, int],
    line_share: float,
    options: StrikeOptions,
) -> NameInk:
    part = surplus[:, run[0] : run[1]]
    rows, columns = np.nonzero(part)
    left, right = int(columns.min()) + run[0], int(columns.max()) + run[0] + 1
    length_mm = (right - left) / _PX
    evidence = Rect(
        name.area.x_mm + left / _PX,
        name.area.y_mm + float(rows.min()) / _PX,
        length_mm,
        float(np.ptp(rows) + 1) / _PX,
    )
    text = name.text[1] - name.text[0]
    scores = StrikeScores(
        length_mm=round(length_mm, 4),
        coverage=round(max(0, min(right, name.text[1]) - max(left, name.text[0])) / text, 4),
        through=round(float(np.mean(name.letters[:, run[0] : run[1]][rows, columns])), 4),
        clear_ink_mm2=round(float(np.count_nonzero(clear)) / _PX**2, 4),
        surplus=round(float(part[rows, columns].mean()) / 255, 4),
        stroke_mm=round(_line_width_mm(darkness[:, run[0] : run[1]], clear, options), 4),
        clear_columns=_columns_with(clear, options),
        line_share=round(line_share, 4),
    )
    return NameInk(scores, evidence.rounded())
