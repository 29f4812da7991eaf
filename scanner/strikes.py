"""Stage 6: printed names struck out.

Within the rectangle of a name and position the crop is laid over the reference closely, so that the paper
between and inside the letters can be seen, and what print alone can account for is taken away. A stroke through the text, straight, waved or scribbled,
darkens that paper in one millimetre column after another, through the height where letters stand. Ink
that only runs below or above the letters is no strike; a person looks at it.
"""

from __future__ import annotations

from dataclasses import dataclass

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

_PX = REFERENCE_PX_PER_MM


@dataclass(frozen=True, slots=True)
class StrikeScores:
    """What was measured over one name.

    Attributes:
        length_mm: length of the longest run of inked columns.
        coverage: that length as a share of the printed text's width.
        through: share of the run's ink at the height of the letters.
        evidence: bounds of the run's ink.
    """

    length_mm: float
    coverage: float
    through: float
    evidence: Rect


def find_strikes(
    image: ScanImage,
    transform: PageTransform,
    page: PreparedPage,
    ink: PageInk,
    options: StrikeOptions,
) -> tuple[StrikeFinding, ...]:
    """Every name on the page with ink through it, certain or doubtful.

    A copier or a coarse scan fattens all letters of a page alike. So if several names look inked, the
    whole page is measured again with more allowance around the letters.
    """
    scores: list[StrikeScores | None] = []
    for margin_mm in options.text_margins_mm:
        scores = [
            score_name(name.rect, image, transform, page, ink, margin_mm, options)
            for name in page.layout.names
        ]
        inked = sum(score is not None and score.length_mm >= options.doubtful_length_mm for score in scores)
        if inked <= max(1, len(scores) // _STRUCK_AT_ONCE):
            break
    pairs = zip(page.layout.names, scores, strict=True)
    findings = (classify_strike(name, score, options) for name, score in pairs)
    return tuple(finding for finding in findings if finding is not None)


_STRUCK_AT_ONCE = 6
"""A ballot with more than one name in six struck is rarer than a page with fat letters; if it is one, its
strikes are still found with the wider allowance."""


def classify_strike(
    name: NamePlace, scores: StrikeScores | None, options: StrikeOptions
) -> StrikeFinding | None:
    """A strike, certain or doubtful, or None where there is too little ink for either."""
    if scores is None or scores.length_mm < options.doubtful_length_mm:
        return None
    certain = scores.through >= options.min_through and scores.length_mm >= options.certain_length_mm
    return StrikeFinding(
        official=name.official,
        certainty=Certainty.CERTAIN if certain else Certainty.DOUBTFUL,
        evidence=scores.evidence,
        coverage=round(scores.coverage, 3),
        length_mm=round(scores.length_mm, 2),
    )


def score_name(
    rect: Rect,
    image: ScanImage,
    transform: PageTransform,
    page: PreparedPage,
    ink: PageInk,
    margin_mm: float,
    options: StrikeOptions,
) -> StrikeScores | None:
    """Measures the ink over one name, `margin_mm` around its letters left out; None where there is none."""
    area = on_reference_grid(rect.inflated(options.around_mm))
    darkness = darkness_of(transform.crop(image.detail, area, _PX), ink.paper_level(*rect.centre_mm))
    reference = page.detail_crop(area)
    darkness = _aligned(darkness, reference, options)
    printed = (reference < PRINTED_BELOW).astype(np.uint8)
    limit = max(round(options.min_darkness * 255), ink.threshold)
    surplus = cv2.subtract(darkness, _expected_darkness(reference, margin_mm, options)) >= limit
    run = _longest_run(surplus, options)
    if run is None:
        return None
    return _scores(surplus, printed, area, rect, run)


def _expected_darkness(
    reference: NDArray[np.uint8], margin_mm: float, options: StrikeOptions
) -> NDArray[np.uint8]:
    """The most that print alone can darken each pixel: the reference, sharp or blurred, spread a little."""
    radius = max(1, round(margin_mm * _PX))
    sharp = cv2.bitwise_not(reference)
    blurred = cv2.GaussianBlur(sharp, (0, 0), options.print_blur_mm * _PX)
    return cv2.dilate(cv2.max(sharp, blurred), disc(radius))  # type: ignore[return-value]


def _aligned(
    darkness: NDArray[np.uint8], reference: NDArray[np.uint8], options: StrikeOptions
) -> NDArray[np.uint8]:
    """`darkness` moved by the few tenths of a millimetre that lay it best over the reference."""
    reach = round(options.align_mm * _PX)
    half = (reference.shape[1] // 2, reference.shape[0] // 2)
    expected = cv2.bitwise_not(cv2.resize(reference, half, interpolation=cv2.INTER_AREA))
    found = cv2.resize(darkness, half, interpolation=cv2.INTER_AREA)
    margin = reach // 2
    template = expected[margin:-margin, margin:-margin]
    score = cv2.matchTemplate(found, template, cv2.TM_CCORR)
    row, column = np.unravel_index(int(np.argmax(score)), score.shape)
    move_y, move_x = 2 * (int(row) - margin), 2 * (int(column) - margin)
    if move_x == 0 and move_y == 0:
        return darkness
    shift = np.array(((1, 0, move_x), (0, 1, move_y)), dtype=np.float64)
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    size = (darkness.shape[1], darkness.shape[0])
    return cv2.warpAffine(darkness, shift, size, flags=flags, borderMode=cv2.BORDER_CONSTANT)  # type: ignore[return-value]


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
    surplus: NDArray[np.bool_], printed: NDArray[np.uint8], area: Rect, text: Rect, run: tuple[int, int]
) -> StrikeScores:
    part = surplus[:, run[0] : run[1]]
    rows, columns = np.nonzero(part)
    left, right = int(columns.min()) + run[0], int(columns.max()) + run[0] + 1
    length_mm = (right - left) / _PX
    # Letters stand where, within four millimetres to each side, a fair part of the row is printed.
    density = cv2.blur(printed * 255, (round(8 * _PX) | 1, 1))
    letters = density[:, run[0] : run[1]] >= _LETTER_DENSITY * 255
    evidence = Rect(
        area.x_mm + left / _PX,
        area.y_mm + float(rows.min()) / _PX,
        length_mm,
        float(np.ptp(rows) + 1) / _PX,
    )
    return StrikeScores(
        length_mm=length_mm,
        coverage=min(1.0, length_mm / max(text.width_mm, 1e-6)),
        through=float(np.mean(letters[rows, columns])),
        evidence=evidence.rounded(),
    )


_LETTER_DENSITY = 0.12
