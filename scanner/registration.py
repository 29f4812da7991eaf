"""Stage 2: the page laid over its form.

1. The corners of the code give a first affine map from page millimetres to image pixels.
2. The corner fiducials, found where that map says they are, make it exact over the whole page.
3. Control patches all over the form are searched around their places. Paper slips and stretches in a
   feeder, so what is left is fitted by a smooth displacement that changes along the page's height:
   d(x, y) = u(y) + (x - xc)·v(y), with u and v piecewise linear and kept smooth.
4. What still remains is the residual. Beyond the stated limit the sheet is rejected, never guessed.

Lengths are page millimetres; pixels are those of the detail image, the centre of the first pixel at
(0, 0).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.layout import LayoutPage
from records.reading import RegistrationQuality
from scanner.displacement import fit_displacement
from scanner.fiducials import find_fiducials
from scanner.forms import OVERVIEW_PX_PER_MM, PreparedPage, crop_size
from scanner.image import MM_PER_INCH, ScanImage
from scanner.options import RegistrationOptions
from scanner.prior import Distortion, ScannerPrior

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PageTransform:
    """Where a point of the printed page stands in the detail image.

    Attributes:
        affine: float64 (2, 3); pixels = affine · (x_mm, y_mm, 1).
        knots_mm: float64 (n,); heights at which the displacement is given, ascending.
        shift_mm: float64 (n, 2); displacement u at the knots.
        shear: float64 (n, 2); displacement v per millimetre from the page's middle, at the knots.
        middle_mm: the x at which `shear` does nothing.
        detail_factor: from pixels of the image as scanned to those of the detail image.
        distortion: of the scanner, where it is known; comes on top.
    """

    affine: FloatArray
    knots_mm: FloatArray
    shift_mm: FloatArray
    shear: FloatArray
    middle_mm: float
    detail_factor: int
    distortion: Distortion | None = None

    def displaced(self, points_mm: FloatArray) -> FloatArray:
        """Page points (n, 2) moved by the displacement, still in millimetres."""
        x, y = points_mm[:, 0], points_mm[:, 1]
        moved = _distorted(points_mm, self.distortion)
        for axis in (0, 1):
            moved[:, axis] += np.interp(y, self.knots_mm, self.shift_mm[:, axis])
            moved[:, axis] += (x - self.middle_mm) * np.interp(y, self.knots_mm, self.shear[:, axis])
        return moved

    def to_pixels(self, points_mm: FloatArray) -> FloatArray:
        """Page points (n, 2) as detail image pixels (n, 2)."""
        return self.displaced(points_mm) @ self.affine[:, :2].T + self.affine[:, 2]

    def to_page(self, pixels: FloatArray) -> FloatArray:
        """Inverse of `to_pixels`, (n, 2) each, to a few hundredths of a millimetre."""
        displaced = (pixels - self.affine[:, 2]) @ np.linalg.inv(self.affine[:, :2]).T
        points = displaced.copy()
        for _ in range(3):
            points -= self.displaced(points) - displaced
        return points

    def local_affines(self, rects: Sequence[Rect], px_per_mm: float) -> list[FloatArray]:
        """For each rectangle the map (2, 3) from pixels of its crop to detail image pixels.

        Exact at three of the rectangle's corners.
        """
        corners = np.array(
            [
                corner
                for rect in rects
                for corner in (
                    (rect.x_mm, rect.y_mm),
                    (rect.right_mm, rect.y_mm),
                    (rect.x_mm, rect.bottom_mm),
                )
            ],
            dtype=np.float64,
        )
        pixels = self.to_pixels(corners).reshape(-1, 3, 2)
        sizes = np.array([(rect.width_mm, rect.height_mm) for rect in rects]) * px_per_mm
        across = (pixels[:, 1] - pixels[:, 0]) / sizes[:, :1]
        down = (pixels[:, 2] - pixels[:, 0]) / sizes[:, 1:]
        # A crop's pixel centre lies half a pixel inside its edge.
        start = pixels[:, 0] + (across + down) / 2
        return list(np.stack((across, down, start), axis=2))

    def crop(self, detail: NDArray[np.uint8], rect: Rect, px_per_mm: float) -> NDArray[np.uint8]:
        """The page under `rect` (a few centimetres at most), upright, uint8 (height, width)."""
        return next(self.crops(detail, (rect,), px_per_mm))

    def crops(
        self, detail: NDArray[np.uint8], rects: Sequence[Rect], px_per_mm: float
    ) -> Iterator[NDArray[np.uint8]]:
        """`crop` of every rectangle in turn, their places worked out all at once."""
        affines = self.local_affines(rects, px_per_mm) if rects else []
        for rect, affine in zip(rects, affines, strict=True):
            height, width = crop_size(rect, px_per_mm)
            yield _warp(detail, affine, width, height)


@dataclass(frozen=True, slots=True)
class Registration:
    """A page's transform and how well it fits.

    Attributes:
        patch_share: share of the control patches that were found.
        points_mm, residuals_mm: float64 (n, 2) each, of the control points used.
        fiducials_px: centres found, detail image pixels; NaN where not found. Shape (4, 2).
    """

    transform: PageTransform
    quality: RegistrationQuality
    patch_share: float
    points_mm: FloatArray
    residuals_mm: FloatArray
    fiducials_px: FloatArray


def register_page(
    image: ScanImage,
    corners_px: FloatArray,
    page: PreparedPage,
    page_size_mm: tuple[float, float],
    options: RegistrationOptions,
    scanner: ScannerPrior | None = None,
) -> Registration | None:
    """Lays the page over its form.

    Args:
        image: the scanned page.
        corners_px: the code's corners in pixels of the coarse image, as `FoundCode.corners`.
        page: the form the code names.
        page_size_mm: width and height of the printed page.
        options: limits and search ranges.
        scanner: what is known of the scanner.

    Returns:
        The registration with its measured residual, or None where the code's shape or the fiducials
        rule out that the page is this form. Whether the residual is acceptable is the caller's ruling.
    """
    ratio = image.coarse_factor / image.detail_factor
    coarse_corners = _affine_from_points(_rect_corners(page.layout.qr), corners_px)
    if not _is_plausible(coarse_corners, options):
        return None
    found = find_fiducials(image.coarse, coarse_corners, page.layout, options)
    turns, _ = _skew_deg(coarse_corners)
    distortion = None if scanner is None else scanner.distortion_of(-turns % 4, page_size_mm)
    affine = _refined_affine(coarse_corners, found, page.layout, corners_px, distortion)
    if not _is_plausible(affine, options):
        return None
    points, shifts, scores = _match_patches(image.coarse, affine, page, options, distortion)
    used = scores >= options.patch_min_score
    share = float(np.mean(used)) if used.size else 0.0
    if np.count_nonzero(used) < 6:
        return None
    width_mm, height_mm = page_size_mm
    knots, shift, shear, residuals = fit_displacement(points[used], shifts[used], width_mm, height_mm)
    transform = PageTransform(
        affine=_scaled_pixels(affine, ratio),
        knots_mm=knots,
        shift_mm=shift,
        shear=shear,
        middle_mm=width_mm / 2,
        detail_factor=image.detail_factor,
        distortion=distortion,
    )
    fiducials_px = (found + 0.5) * ratio - 0.5
    quality = _quality(transform, residuals, found)
    return Registration(transform, quality, share, points[used], residuals, fiducials_px)


def warp_overview(
    detail_or_coarse: NDArray[np.uint8],
    transform: PageTransform,
    pixel_ratio: float,
    page_size_mm: tuple[float, float],
) -> NDArray[np.uint8]:
    """The whole page upright at `OVERVIEW_PX_PER_MM`, uint8 (height, width).

    Args:
        detail_or_coarse: the image to sample.
        transform: the page's transform.
        pixel_ratio: from pixels of that image to those of the detail image.
        page_size_mm: width and height of the printed page.
    """
    width = round(page_size_mm[0] * OVERVIEW_PX_PER_MM)
    height = round(page_size_mm[1] * OVERVIEW_PX_PER_MM)
    overview = np.empty((height, width), np.uint8)
    strip = round(_STRIP_MM * OVERVIEW_PX_PER_MM)
    tops = range(0, height, strip)
    rects = [
        Rect(0.0, top / OVERVIEW_PX_PER_MM, page_size_mm[0], min(strip, height - top) / OVERVIEW_PX_PER_MM)
        for top in tops
    ]
    for top, affine in zip(tops, transform.local_affines(rects, OVERVIEW_PX_PER_MM), strict=True):
        rows = min(strip, height - top)
        scaled = _scaled_pixels(affine, 1 / pixel_ratio)
        overview[top : top + rows] = _warp(detail_or_coarse, scaled, width, rows)
    return overview


_STRIP_MM = 7.0
"""Within so little height the displacement is a straight line."""


def _warp(image: NDArray[np.uint8], affine: FloatArray, width: int, height: int) -> NDArray[np.uint8]:
    return cv2.warpAffine(  # type: ignore[return-value]
        image,
        affine,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _scaled_pixels(affine: FloatArray, ratio: float) -> FloatArray:
    """`affine` with its output pixels scaled by `ratio`, pixel centres kept on pixel centres."""
    scaled = affine * ratio
    scaled[:, 2] += (ratio - 1) / 2
    return scaled


def _rect_corners(rect: Rect) -> FloatArray:
    return np.array(
        [
            (rect.x_mm, rect.y_mm),
            (rect.right_mm, rect.y_mm),
            (rect.right_mm, rect.bottom_mm),
            (rect.x_mm, rect.bottom_mm),
        ],
        dtype=np.float64,
    )


def _affine_from_points(points_mm: FloatArray, points_px: FloatArray) -> FloatArray:
    """Least squares affine map (2, 3) from page millimetres to pixels."""
    design = np.column_stack((points_mm, np.ones(len(points_mm))))
    solution, *_ = np.linalg.lstsq(design, points_px, rcond=None)
    return np.ascontiguousarray(solution.T)


def _is_plausible(affine: FloatArray, options: RegistrationOptions) -> bool:
    """Whether a scanner can have made this map: no mirror image, no large stretch, skew or shear."""
    across, down = affine[:, 0], affine[:, 1]
    length_x, length_y = float(np.hypot(*across)), float(np.hypot(*down))
    if not (length_x > 1 and length_y > 1) or np.linalg.det(affine[:, :2]) <= 0:
        return False
    if abs(length_x / length_y - 1) > 2 * options.max_stretch:
        return False
    if abs(float(across @ down)) / (length_x * length_y) > options.max_stretch:
        return False
    return abs(_skew_deg(affine)[1]) <= options.max_skew_deg


def _skew_deg(affine: FloatArray) -> tuple[int, float]:
    """Quarter turns needed to stand the image upright, and the skew left after them, degrees clockwise."""
    angle = math.degrees(math.atan2(affine[1, 0], affine[0, 0]))
    turns = round(angle / 90)
    return -turns % 4, angle - 90 * turns


def _refined_affine(
    rough: FloatArray,
    fiducials_px: FloatArray,
    page: LayoutPage,
    corners_px: FloatArray,
    distortion: Distortion | None,
) -> FloatArray:
    """The affine map through the fiducials found, helped by the code's corners where they are few."""
    seen = ~np.isnan(fiducials_px[:, 0])
    if np.count_nonzero(seen) == 0:
        return rough
    centres_mm: FloatArray = np.array([rect.centre_mm for rect in page.fiducials], dtype=np.float64)[seen]
    points_mm: FloatArray = centres_mm
    points_px: FloatArray = fiducials_px[seen]
    if np.count_nonzero(seen) < 3:
        points_mm = np.concatenate((points_mm, _rect_corners(page.qr)))
        points_px = np.concatenate((points_px, corners_px))
    return _affine_from_points(_distorted(points_mm, distortion), points_px)


def _distorted(points_mm: FloatArray, distortion: Distortion | None) -> FloatArray:
    """Page points (n, 2) moved by what is known of the scanner; a copy."""
    return points_mm.copy() if distortion is None else points_mm + distortion.shift(points_mm)


def _match_patches(
    coarse: NDArray[np.uint8],
    affine: FloatArray,
    page: PreparedPage,
    options: RegistrationOptions,
    distortion: Distortion | None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Where each control patch stands: places (n, 2) and shifts (n, 2) in mm, correlation (n,)."""
    reach = round(options.patch_search_mm * OVERVIEW_PX_PER_MM)
    shifts, scores = np.zeros((len(page.patches), 2)), np.zeros(len(page.patches))
    places: FloatArray = np.array([(patch.x_mm, patch.y_mm) for patch in page.patches]).reshape(-1, 2)
    expected = _distorted(places, distortion)
    window_affine = np.empty((2, 3))
    window_affine[:, :2] = step = affine[:, :2] / OVERVIEW_PX_PER_MM
    for index, patch in enumerate(page.patches):
        side = patch.template.shape[0] + 2 * reach
        middle = affine[:, :2] @ expected[index] + affine[:, 2]
        window_affine[:, 2] = middle - step.sum(axis=1) * (side - 1) / 2
        window = _warp(coarse, window_affine, side, side)
        score: NDArray[Any] = cv2.matchTemplate(window, patch.template, cv2.TM_CCOEFF_NORMED)
        row, column = divmod(int(score.argmax()), score.shape[1])
        # Where the best place lies at the search's rim it is not a peak, and the patch scores nothing.
        if 0 < row < score.shape[0] - 1 and 0 < column < score.shape[1] - 1:
            scores[index] = score[row, column]
            around = score[row - 1 : row + 2, column - 1 : column + 2].tolist()
            row_peak = row + _parabola_peak(around[0][1], around[1][1], around[2][1])
            column_peak = column + _parabola_peak(*around[1])
            shifts[index] = column_peak - reach, row_peak - reach
    return places, shifts / OVERVIEW_PX_PER_MM, scores


def _parabola_peak(before: float, middle: float, after: float) -> float:
    """Offset of a peak from the middle of three samples, by the parabola through them."""
    curvature = before - 2 * middle + after
    return 0.0 if curvature >= 0 else 0.5 * (before - after) / curvature


def _quality(
    transform: PageTransform, residuals_mm: FloatArray, fiducials_px: FloatArray
) -> RegistrationQuality:
    distance = np.hypot(*residuals_mm.T)
    # By the median, so that the few patches pulled away by ink or dirt do not count; for a Rayleigh
    # variate 1.2011 times the median is the root mean square.
    spread = float(np.median(distance)) * 1.2011
    turns, skew = _skew_deg(transform.affine)
    scale = transform.detail_factor * MM_PER_INCH
    return RegistrationQuality(
        residual_mm=round(spread, 4),
        max_residual_mm=round(float(np.quantile(distance, 0.95)), 4),
        control_points=len(distance),
        dpi_x=round(float(np.hypot(*transform.affine[:, 0])) * scale, 2),
        dpi_y=round(float(np.hypot(*transform.affine[:, 1])) * scale, 2),
        skew_deg=round(skew, 3),
        quarter_turns=turns,
        fiducials_found=int(np.count_nonzero(~np.isnan(fiducials_px[:, 0]))),
    )
