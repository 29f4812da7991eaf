"""The squares in a page's corners, found near the places that the code predicts."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from records.layout import LayoutPage
from scanner.image import level_quantiles
from scanner.options import RegistrationOptions

FloatArray = NDArray[np.float64]


def find_fiducials(
    coarse: NDArray[np.uint8], affine: FloatArray, page: LayoutPage, options: RegistrationOptions
) -> FloatArray:
    """Centres (4, 2) of the fiducials in coarse pixels, NaN where one was not found.

    Args:
        coarse: uint8 (height, width).
        affine: float64 (2, 3), a first map from page millimetres to pixels of `coarse`.
        page: says where they are printed.
        options: how far they are searched.
    """
    centres = np.full((len(page.fiducials), 2), np.nan)
    px_per_mm = math.sqrt(abs(float(np.linalg.det(affine[:, :2]))))
    for index, rect in enumerate(page.fiducials):
        expected = affine[:, :2] @ np.array(rect.centre_mm) + affine[:, 2]
        reach = (options.fiducial_search_mm + rect.width_mm / 2) * px_per_mm
        left, top = int(expected[0] - reach), int(expected[1] - reach)
        window = coarse[
            max(0, top) : max(0, int(expected[1] + reach)), max(0, left) : max(0, int(expected[0] + reach))
        ]
        centre = _square_centre(
            window, expected - np.array((max(0, left), max(0, top))), rect.width_mm * px_per_mm
        )
        if centre is not None:
            centres[index] = centre + np.array((max(0, left), max(0, top)))
    return centres


def _square_centre(window: NDArray[np.uint8], expected: FloatArray, side_px: float) -> FloatArray | None:
    """Centre of the dark square nearest to `expected`, by the darkness-weighted mean of its pixels."""
    if min(window.shape) < side_px:
        return None
    dark, light = level_quantiles(window, (0.04, 0.96))
    if light - dark < 50:
        return None
    inked = (window < (dark + light) / 2).astype(np.uint8)
    count, _, stats, centroids = cv2.connectedComponentsWithStats(inked, connectivity=4)
    best: tuple[float, FloatArray] | None = None
    for label in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[label])
        fills = area / (width * height)
        if not (0.7 < width / side_px < 1.35 and 0.7 < height / side_px < 1.35 and fills > 0.72):
            continue
        if not 0.65 < area / side_px**2 < 1.35:
            continue
        distance = float(np.hypot(*(centroids[label] - expected)))
        if best is None or distance < best[0]:
            box = slice(max(0, top - 2), top + height + 2), slice(max(0, left - 2), left + width + 2)
            weight = np.clip(light - window[box].astype(np.float64), 0, None)
            rows, columns = np.indices(weight.shape)
            total = weight.sum()
            centre = np.array(((columns * weight).sum() / total, (rows * weight).sum() / total))
            best = distance, centre + np.array((box[1].start, box[0].start))
    return best[1] if best is not None else None
