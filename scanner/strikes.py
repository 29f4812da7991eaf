"""Stage 6: printed names struck out.

Within the rectangle of a name and position the crop is laid over the reference closely, so that the
paper between and inside the letters can be seen, and what print alone can account for is taken away. A
stroke through the text, straight, waved or scribbled, darkens that paper in one millimetre column after
another, at the height where letters stand. A copier or a coarse scan fattens letters, too, but that ink
clings to them; a stroke also leaves ink clear of every letter. Ink that only runs below or above the
letters, ink that is faint, and all ink on a noisy page is no certain strike; a person looks at it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.layout import NamePlace
from records.reading import Certainty, StrikeFinding
from scanner.forms import PRINTED_BELOW, REFERENCE_PX_PER_MM, PreparedPage, disc
from scanner.image import ScanImage
from scanner.ink import PageInk, darkness_of
from scanner.marks import on_reference_grid
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
        text: first and last pixel column of the name's own text, the leftmost block of print.
        template: the reference's darkness at half the resolution, without `reach` pixels at each side.
    """

    place: NamePlace
    area: Rect
    expected: NDArray[np.uint8]
    expected_widely: NDArray[np.uint8]
    letters: NDArray[np.bool_]
    template: NDArray[np.uint8]
    reach: int
    text: tuple[int, int]


@dataclass(frozen=True, slots=True)
class StrikeScores:
    """What was measured over one name.

    Attributes:
        length_mm: length of the longest run of inked columns.
        coverage: share of the width of the name's text, without the position, that the run passes over.
        through: share of the run's ink at the height of the letters.
        clear_ink_mm2: ink in the run that stands clear of the letters.
        surplus: mean darkness that the run's ink adds to what print accounts for, 0 … 1.
        evidence: bounds of the run's ink.
    """

    length_mm: float
    coverage: float
    through: float
    clear_ink_mm2: float
    surplus: float
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
    scores = [
        score_name(name, _aligned_darkness(name, image, transform, ink), ink, options) for name in names
    ]
    struck = [score is not None and _is_inked(score, options) for score in scores]
    crowded = sum(struck) > max(1, len(names) // _STRUCK_AT_ONCE)
    needed = _surplus_needed(image, ink, options) if not crowded else float("inf")
    return tuple(
        classify_strike(name.place, score, needed, options)
        for name, score, inked in zip(names, scores, struck, strict=True)
        if score is not None and inked
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


def _is_inked(scores: StrikeScores, options: StrikeOptions) -> bool:
    """Whether there is a run of ink, and not only ink that clings to fat or blurred letters."""
    return (
        scores.length_mm >= options.doubtful_length_mm
        and scores.clear_ink_mm2 >= options.doubtful_clear_ink_mm2
    )


def classify_strike(
    name: NamePlace, scores: StrikeScores, surplus_needed: float, options: StrikeOptions
) -> StrikeFinding:
    """The finding for inked text: certain only for a long, dark stroke through the name itself."""
    certain = (
        scores.surplus >= surplus_needed
        and scores.through >= options.min_through
        and scores.length_mm >= options.certain_length_mm
        and scores.coverage >= options.certain_coverage
    )
    return StrikeFinding(
        official=name.official,
        certainty=Certainty.CERTAIN if certain else Certainty.DOUBTFUL,
        evidence=scores.evidence,
        coverage=round(scores.coverage, 3),
        length_mm=round(scores.length_mm, 2),
    )


def score_name(
    name: PreparedName, darkness: NDArray[np.uint8], ink: PageInk, options: StrikeOptions
) -> StrikeScores | None:
    """Measures the ink over one name; None where there is none.

    Args:
        name: the name's reference.
        darkness: uint8 (height, width) over `name.area`, laid over the reference.
        ink: the page's ink threshold.
        options: limits.
    """
    limit = max(round(options.min_darkness * 255), ink.threshold)
    surplus = cv2.subtract(darkness, name.expected).astype(np.uint8)
    surplus[surplus < limit] = 0
    covered = line_mask(ink.lines, name.area, _PX)
    if covered is not None:
        surplus[covered] = 0
    run = _longest_run(surplus > 0, options)
    if run is None:
        return None
    part = slice(None), slice(*run)
    clear = (cv2.subtract(darkness[part], name.expected_widely[part]) >= limit) & (surplus[part] > 0)
    return _scores(surplus, name, run, float(np.count_nonzero(clear)) / _PX**2)


def _aligned_darkness(
    name: PreparedName, image: ScanImage, transform: PageTransform, ink: PageInk
) -> NDArray[np.uint8]:
    """Darkness over a name's area, moved by the few tenths of a millimetre that lay it best."""
    crop = transform.crop(image.detail, name.area, _PX)
    darkness = darkness_of(crop, ink.paper_level(*name.place.rect.centre_mm))
    half = (name.template.shape[1] + 2 * name.reach, name.template.shape[0] + 2 * name.reach)
    found = cv2.resize(darkness, half, interpolation=cv2.INTER_AREA)
    score = cv2.matchTemplate(found, name.template, cv2.TM_CCORR)
    row, column = np.unravel_index(int(np.argmax(score)), score.shape)
    move_y, move_x = 2 * (int(row) - name.reach), 2 * (int(column) - name.reach)
    if move_x == 0 and move_y == 0:
        return darkness
    shift = np.array(((1, 0, move_x), (0, 1, move_y)), dtype=np.float64)
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    size = (darkness.shape[1], darkness.shape[0])
    return cv2.warpAffine(darkness, shift, size, flags=flags, borderMode=cv2.BORDER_CONSTANT)  # type: ignore[return-value]


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
    template = cv2.resize(sharp, half, interpolation=cv2.INTER_AREA)[reach:-reach, reach:-reach]
    printed = (reference < PRINTED_BELOW).astype(np.uint8) * 255
    density = cv2.blur(printed, (round(2 * _LETTER_REACH_MM * _PX) | 1, 1))
    return PreparedName(
        place=name,
        area=area,
        expected=_spread(most, options.text_margin_mm),
        expected_widely=_spread(most, options.wide_margin_mm),
        letters=density >= _LETTER_DENSITY * 255,
        template=template.astype(np.uint8),
        reach=reach,
        text=_first_block(printed > 0, options),
    )


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
    per_column = surplus[:, : count * column_px].sum(axis=0).reshape(count, column_px).sum(axis=1)
    inked = np.flatnonzero(per_column >= options.column_ink_mm2 * _PX**2)
    if not len(inked):
        return None
    breaks = np.flatnonzero(np.diff(inked) > options.gap_columns + 1)
    starts = inked[np.concatenate(([0], breaks + 1))]
    ends = inked[np.concatenate((breaks, [len(inked) - 1]))]
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]) * column_px, (int(ends[longest]) + 1) * column_px


def _scores(
    surplus: NDArray[np.uint8], name: PreparedName, run: tuple[int, int], clear_ink_mm2: float
) -> StrikeScores:
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
    return StrikeScores(
        length_mm=length_mm,
        coverage=max(0, min(right, name.text[1]) - max(left, name.text[0])) / (name.text[1] - name.text[0]),
        through=float(np.mean(name.letters[:, run[0] : run[1]][rows, columns])),
        clear_ink_mm2=clear_ink_mm2,
        surplus=float(part[rows, columns].mean()) / 255,
        evidence=evidence.rounded(),
    )
