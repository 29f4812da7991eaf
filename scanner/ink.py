"""Stage 4: what is on the paper that was not printed.

The whole page is looked at on the overview grid. The paper's own brightness is estimated everywhere, so
that darkness means the same under a lamp's bright and dark ends: 0 is the paper around, 255 is black.
Where the form is printed, or too close to it to tell, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from scanner.forms import OVERVIEW_PX_PER_MM, PreparedPage, crop_mm
from scanner.image import ScanImage, levels_at
from scanner.options import InkOptions, ReaderOptions
from scanner.prior import KnownStreak
from scanner.registration import PageTransform, warp_overview
from scanner.streaks import PageLine, find_folds, find_streaks, line_mask

_PAPER_CELL_PX = 8


@dataclass(frozen=True, slots=True)
class PageInk:
    """The overview of one page; all arrays read-only, uint8, on the overview grid.

    Attributes:
        darkness: 0 paper … 255 black.
        unprinted: 255 where there is ink away from print, 0 elsewhere.
        paper: brightness of the paper, one cell per 2 mm.
        threshold: darkness from which on a pixel is ink, 0 … 255.
        noise: standard deviation of the paper's darkness, 0 … 255.
        lines: streaks and folds; `unprinted` is 0 under them.
    """

    darkness: NDArray[np.uint8]
    unprinted: NDArray[np.uint8]
    paper: NDArray[np.uint8]
    threshold: int
    noise: float
    lines: tuple[PageLine, ...] = ()

    def is_too_noisy(self, options: InkOptions) -> bool:
        """Whether the paper's noise hides marks that a person would see."""
        return self.threshold > round(255 * options.max_darkness)

    def paper_level(self, x_mm: float, y_mm: float) -> int:
        """Brightness of the paper at a page point, 1 … 255."""
        row = min(max(int(y_mm * OVERVIEW_PX_PER_MM) // _PAPER_CELL_PX, 0), self.paper.shape[0] - 1)
        column = min(max(int(x_mm * OVERVIEW_PX_PER_MM) // _PAPER_CELL_PX, 0), self.paper.shape[1] - 1)
        return max(1, int(self.paper[row, column]))

    def unprinted_in(self, rect: Rect) -> NDArray[np.uint8]:
        """The `unprinted` map under `rect`."""
        return crop_mm(self.unprinted, rect, OVERVIEW_PX_PER_MM, fill=0)


def find_ink(
    image: ScanImage,
    transform: PageTransform,
    page: PreparedPage,
    page_size_mm: tuple[float, float],
    options: ReaderOptions,
    known: Sequence[KnownStreak] = (),
) -> PageInk:
    """Measures the paper, its noise and the unprinted ink of the whole page.

    Args:
        image: the scanned page.
        transform: the page's transform.
        page: its form.
        page_size_mm: width and height of the printed page.
        options: the reader's options.
        known: streaks of the scanner.
    """
    ratio = image.coarse_factor / image.detail_factor
    overview = warp_overview(image.coarse, transform, ratio, page_size_mm)
    lines = find_streaks(image.coarse, transform, ratio, image.bilevel, options.streaks, known) + find_folds(
        overview, options.streaks
    )
    paper = _paper_brightness(overview)
    full = cv2.resize(paper, (overview.shape[1], overview.shape[0]), interpolation=cv2.INTER_LINEAR)
    darkness = cv2.bitwise_not(cv2.divide(overview, full, scale=255)).astype(np.uint8)
    noise = _paper_noise(darkness, page.printed_overview)
    threshold = round(255 * max(options.ink.min_darkness, options.ink.noise_factor * noise / 255))
    inked = cv2.threshold(darkness, threshold, 255, cv2.THRESH_BINARY)[1]
    unprinted = cv2.bitwise_and(inked, cv2.bitwise_not(page.printed_overview)).astype(np.uint8)
    covered = line_mask(lines, Rect(0.0, 0.0, *page_size_mm), OVERVIEW_PX_PER_MM)
    if covered is not None:
        unprinted[covered] = 0
    for array in (darkness, unprinted, paper):
        array.setflags(write=False)
    return PageInk(darkness, unprinted, paper, threshold, noise, lines)


def darkness_of(crop: NDArray[np.uint8], paper_level: int) -> NDArray[np.uint8]:
    """A grey crop as darkness: 0 paper … 255 black."""
    return cv2.convertScaleAbs(  # type: ignore[return-value]
        np.minimum(crop, paper_level), alpha=-255.0 / paper_level, beta=255.0
    )


def _paper_brightness(overview: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The brightest 2 mm cell within 5 mm, smoothed: text and pen strokes leave paper that near."""
    columns, rows = overview.shape[1] // _PAPER_CELL_PX, overview.shape[0] // _PAPER_CELL_PX
    whole = overview[: rows * _PAPER_CELL_PX, : columns * _PAPER_CELL_PX]
    cells = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
    brightest = cv2.dilate(cells, np.ones((5, 5), np.uint8))
    return np.maximum(cv2.blur(brightest, (5, 5)), 1).astype(np.uint8)


def _paper_noise(darkness: NDArray[np.uint8], printed: NDArray[np.uint8]) -> float:
    """Spread of the darkness of bare paper, from the middle of the page, by its median deviation."""
    sample = darkness[::11, ::9][printed[::11, ::9] == 0]
    if sample.size < 100:
        return 0.0
    # Half of the sample at least is bare paper; its upper half-spread is not cut off at 0 by the clipping.
    high, middle = levels_at(sample, (int(0.84 * (sample.size - 1)), sample.size // 2))
    return float(high - middle)
