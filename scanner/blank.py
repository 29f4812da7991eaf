"""Whether a side of paper has nothing on it: the back of a ballot printed on one side."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.options import ReaderOptions


def is_blank(coarse: NDArray[np.uint8], options: ReaderOptions) -> bool:
    """Whether no ink larger than a speck stands on the page.

    A strip along the image's rim is not judged: the scanner's background and the paper's edges lie there.
    A page that is dark
    as a whole is not blank: nothing could be seen on it.

    Args:
        coarse: uint8 (height, width), about `options.image.code_px_per_mm`.
        options: the reader's options; the limits for specks are those of added writing.
    """
    cell = 12
    size = (max(1, coarse.shape[1] // cell), max(1, coarse.shape[0] // cell))
    cells = cv2.resize(coarse, size, interpolation=cv2.INTER_AREA)
    paper = cv2.blur(cv2.dilate(cells, np.ones((5, 5), np.uint8)), (5, 5))
    if float(np.median(paper)) < _DARK_PAPER:
        return False
    level = cv2.resize(np.maximum(paper, 1), (coarse.shape[1], coarse.shape[0]))
    darkness = cv2.bitwise_not(cv2.divide(coarse, level, scale=255))
    inked = cv2.threshold(darkness, _INK, 255, cv2.THRESH_BINARY)[1]
    joined = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    smallest = options.writing.speck_size_mm * options.image.code_px_per_mm
    rim = round(_RIM_MM * options.image.code_px_per_mm)
    inner = np.zeros(inked.shape, dtype=bool)
    inner[rim:-rim, rim:-rim] = True
    for label in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[label])
        if max(width, height) < smallest or area < options.writing.speck_ink_mm2 * smallest:
            continue
        box = slice(top, top + height), slice(left, left + width)
        if np.count_nonzero((labels[box] == label) & inner[box]) >= smallest:
            return False
    return True


_DARK_PAPER = 110
_RIM_MM = 8.0
_INK = 30
"""12 % darkness: print that shines through from the other side stays below it, pencil does not."""
