"""Stage 1: a page image as it came, made ready for measuring.

All images here are uint8, 0 black … 255 white, shape (height, width). Colour is folded into the darkest
of its channels, so that blue and red ink are as dark as black ink.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.options import ImageOptions

MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class ScanImage:
    """One page image at two resolutions, both read-only.

    Attributes:
        detail: for boxes and names; the image itself, or reduced by `detail_factor` if it is very fine.
        coarse: for codes, fiducials and the overview; the image reduced by `coarse_factor`.
        detail_factor, coarse_factor: whole numbers; pixel (x, y) of a reduced image covers the pixels
            from (x·factor, y·factor) on.
        bilevel: whether the image holds black and white only, so that darkness says nothing.
    """

    detail: NDArray[np.uint8]
    coarse: NDArray[np.uint8]
    detail_factor: int
    coarse_factor: int
    bilevel: bool


def to_grey(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The darkest channel of a colour image (height, width, 3 or 4); a grey image as it is.

    Raises:
        ValueError: any other shape or type.
    """
    if image.dtype != np.uint8 or image.size == 0:
        raise ValueError(f"page image of type {image.dtype} and shape {image.shape}")
    if image.ndim == 2:
        return image
    if image.ndim != 3 or image.shape[2] not in (1, 3, 4):
        raise ValueError(f"page image of shape {image.shape}")
    grey = np.ascontiguousarray(image[:, :, 0])
    for channel in range(1, min(image.shape[2], 3)):
        grey = cv2.min(grey, np.ascontiguousarray(image[:, :, channel]))  # type: ignore[assignment]
    return grey


def make_scan_image(
    grey: NDArray[np.uint8], paper_sizes_mm: Sequence[tuple[float, float]], options: ImageOptions
) -> ScanImage:
    """Reduces `grey` by whole numbers to the resolutions the stages work at.

    The resolution is guessed from the longest paper at hand; a wrong guess (a page on a large flatbed)
    costs sharpness or time, never truth, since every measurement is made through the registration.
    """
    longest_mm = max(max(size) for size in paper_sizes_mm)
    px_per_mm = max(grey.shape) / longest_mm
    coarse_factor = max(1, round(px_per_mm / options.code_px_per_mm - 0.2))
    detail_factor = max(1, round(px_per_mm / (2 * options.code_px_per_mm)))
    detail = _reduced(grey, detail_factor)
    coarse = _reduced(detail, coarse_factor // detail_factor)
    detail.setflags(write=False)
    coarse.setflags(write=False)
    whole_factor = detail_factor * (coarse_factor // detail_factor)
    return ScanImage(detail, coarse, detail_factor, whole_factor, _is_bilevel(grey))


def smoothed(image: ScanImage, sigma_px: float) -> ScanImage:
    """The image blurred at both resolutions by a Gaussian of `sigma_px` pixels of the image as scanned."""
    blurred = cv2.GaussianBlur(image.detail, (0, 0), sigma_px / image.detail_factor)
    detail: NDArray[np.uint8] = blurred.astype(np.uint8)
    coarse = _reduced(detail, image.coarse_factor // image.detail_factor)
    detail.setflags(write=False)
    coarse.setflags(write=False)
    return replace(image, detail=detail, coarse=coarse)


def levels_at(values: NDArray[np.uint8], ranks: Sequence[int]) -> tuple[int, ...]:
    """What stands at these ranks, from 0 on, were `values` sorted; counting is faster than sorting."""
    below = np.bincount(values.ravel(), minlength=256).cumsum()
    return tuple(below.searchsorted(ranks, side="right").tolist())


def level_quantiles(values: NDArray[np.uint8], shares: Sequence[float]) -> tuple[float, ...]:
    """As `np.quantile`, interpolated between the two nearest ranks."""
    places = [share * (values.size - 1) for share in shares]
    ranks = [rank for place in places for rank in (math.floor(place), math.ceil(place))]
    levels = levels_at(values, ranks)
    return tuple(
        low + (high - low) * (place - math.floor(place))
        for place, low, high in zip(places, levels[::2], levels[1::2], strict=True)
    )


def _reduced(image: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    if factor <= 1:
        return image.view()
    height, width = image.shape[0] // factor, image.shape[1] // factor
    cropped = image[: height * factor, : width * factor]
    return cv2.resize(cropped, (width, height), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def _is_bilevel(grey: NDArray[np.uint8]) -> bool:
    """Whether next to no pixel is neither black nor white; JPEG leaves a few greys around edges."""
    sample = np.ascontiguousarray(grey[::9, ::7])
    # Below zero uint8 begins again at 255, so that one comparison does.
    between = np.count_nonzero(sample - np.uint8(_NEAR_BLACK + 1) < _NEAR_WHITE - _NEAR_BLACK - 1)
    return int(between) <= _FEW_GREYS * sample.size


_NEAR_BLACK, _NEAR_WHITE = 24, 231
_FEW_GREYS = 0.002
