"""The target found in a scan: its code, then every dot, then where any point of the page lies.

Pixels are those of the scan turned upright; the centre of the first pixel is (0, 0).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.target import CODE_PREFIX, DOT_MM, Target, make_target
from records.errors import InputError
from records.vote import PaperSize
from scanner.image import make_scan_image, to_grey
from scanner.options import ImageOptions
from scanner.token import FoundCode, find_codes

FloatArray = NDArray[np.float64]
Grey = NDArray[np.uint8]

LEAST_SIDE_PX = 400
EDGE_MM = 10.0
"""What a scan may lose of the paper's edge: nothing that is measured stands there."""
LEAST_DOT_SHARE = 0.75
"""Share of the dots that must be found. A corner cut off or a fold costs a tenth; where a quarter is missing,
the scan is cropped or no scan of the whole target."""
_SEARCH_MM = (3.5, 2.0, 1.2)
"""How far from the predicted place a dot is searched, round by round: the code's corners are known to a pixel
of a reduced image, which over the page makes up to 2 mm; the next dot is 10 mm away."""
_NEIGHBOURS_MM = 9.0
_OUTLIER_MM = 0.15
_RIM_MM = 0.2
_CROSSED_SHARE = 0.12
"""Depth of a dot's rim, and the share of the contrast by which a column of it may be darker than paper. What
is fainter than a tenth is left out of a dot's weight; noise of 9 levels reaches a twentieth."""
_AROUND = 14
_STRAY_MM = 0.2
"""How many dots around one say where it should lie, and how far off it is no longer believed. An uneven feed
of 0.3 mm bends by up to 0.1 mm over two dots."""


@dataclass(frozen=True, slots=True)
class LocatedTarget:
    """A target laid over its scan.

    Attributes:
        grey: uint8 (height, width), the scan upright, read-only; colour folded by luma.
        colour: uint8 (height, width, 3) BGR, upright; None for grey scans.
        turns: quarter turns anticlockwise that stood the scan upright.
        affine: float64 (2, 3), best fit from page millimetres to pixels.
        dots_mm: float64 (n, 2), the dots found.
        shifts_mm: float64 (n, 2), how far each lies off its place after the fit, page millimetres.
    """

    target: Target
    grey: Grey
    colour: NDArray[np.uint8] | None
    turns: int
    affine: FloatArray
    dots_mm: FloatArray
    shifts_mm: FloatArray

    @property
    def px_per_mm(self) -> tuple[float, float]:
        """Along the page's width and height."""
        return float(np.hypot(*self.affine[:, 0])), float(np.hypot(*self.affine[:, 1]))

    def to_pixels(self, points_mm: FloatArray) -> FloatArray:
        """Page points (n, 2) as pixels (n, 2), the shift of the dots around them included."""
        points = np.asarray(points_mm, dtype=np.float64).reshape(-1, 2)
        moved = points + np.array([self._shift_at(point) for point in points])
        pixels: FloatArray = moved @ self.affine[:, :2].T + self.affine[:, 2]
        return pixels

    def window(self, x_mm: float, y_mm: float, half_mm: float) -> NDArray[np.uint8]:
        """The pixels within `half_mm` of a point, grey or BGR as scanned, cut at the scan's edges."""
        return (self.grey if self.colour is None else self.colour)[self._around(x_mm, y_mm, half_mm)]

    def grey_window(self, x_mm: float, y_mm: float, half_mm: float) -> Grey:
        """As `window`, in grey."""
        return self.grey[self._around(x_mm, y_mm, half_mm)]

    def _around(self, x_mm: float, y_mm: float, half_mm: float) -> tuple[slice, slice]:
        column, row = self.to_pixels(np.array([[x_mm, y_mm]]))[0]
        across, down = (half_mm * scale for scale in self.px_per_mm)
        rows = slice(max(0, round(row - down)), max(0, round(row + down) + 1))
        return rows, slice(max(0, round(column - across)), max(0, round(column + across) + 1))

    def _shift_at(self, point: FloatArray) -> FloatArray:
        distance = np.hypot(*(self.dots_mm - point).T)
        weight = np.exp(-0.5 * (distance / _NEIGHBOURS_MM) ** 2)
        mean: FloatArray = weight @ self.shifts_mm / max(float(weight.sum()), 1e-12)
        return mean


def locate_target(image: NDArray[np.uint8], scan: str) -> LocatedTarget:
    """Finds the target in a scan.

    Args:
        image: uint8 (height, width) or (height, width, 3) BGR, 0 black … 255 white.
        scan: the scan's name, for errors.

    Raises:
        InputError: too small, no target, or too little of it.
    """
    if min(image.shape[:2]) < LEAST_SIDE_PX:
        raise InputError("calibrate_too_small", scan=scan, width=image.shape[1], height=image.shape[0])
    code = _find_code(to_grey(image), scan)
    paper = code.text.removeprefix(CODE_PREFIX).strip()
    if not code.text.startswith(CODE_PREFIX) or paper not in tuple(PaperSize):
        raise InputError("calibrate_other_code", scan=scan)
    target = make_target(PaperSize(paper))
    turns, corners = _upright(code.corners, image.shape)
    upright = np.ascontiguousarray(np.rot90(image, turns))
    grey = luma(upright)
    affine, found, pixels = _find_dots(grey, corners, target, scan)
    _check_whole(affine, target, grey.shape, scan)
    shifts = _shifts(affine, found, pixels)
    calm = _agree_with_neighbours(found, shifts)
    found, shifts = found[calm], shifts[calm]
    for array in (grey, upright):
        array.setflags(write=False)
    return LocatedTarget(target, grey, upright if upright.ndim == 3 else None, turns, affine, found, shifts)


def luma(image: NDArray[np.uint8]) -> Grey:
    """Brightness of a colour scan; a grey one as it is."""
    if image.ndim == 2:
        return image
    return np.asarray(cv2.cvtColor(image[:, :, :3], cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _find_code(grey: Grey, scan: str) -> FoundCode:
    """The target's code with its corners in pixels of `grey`; any other code where there is none."""
    sizes = [(target.width_mm, target.height_mm) for target in map(make_target, PaperSize)]
    reduced = make_scan_image(grey, sizes, ImageOptions())
    codes = find_codes(reduced.coarse, reduced.detail)
    if not codes:
        raise InputError("calibrate_no_target", scan=scan)
    code = next((code for code in codes if code.text.startswith(CODE_PREFIX)), codes[0])
    return FoundCode(code.text, (code.corners + 0.5) * reduced.coarse_factor - 0.5)


def _upright(corners: FloatArray, shape: tuple[int, ...]) -> tuple[int, FloatArray]:
    """Quarter turns anticlockwise that stand the page upright, and the corners turned with it."""
    height, width = shape[:2]
    across = corners[1] - corners[0]
    turns = round(float(np.degrees(np.arctan2(across[1], across[0]))) / 90) % 4
    for _ in range(turns):
        corners = np.column_stack([corners[:, 1], width - 1 - corners[:, 0]])
        width, height = height, width
    return turns, corners


def _find_dots(
    grey: Grey, corners: FloatArray, target: Target, scan: str
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The affine map, the dots found (n, 2) in millimetres and their pixels (n, 2)."""
    code = target.code
    ends = (code.x_mm, code.right_mm), (code.y_mm, code.bottom_mm)
    square = np.array([(ends[0][i], ends[1][j]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))])
    affine = _fitted(square, corners, np.ones(4))
    # From the code outwards: what is near is predicted well, and corrects what is far.
    dots = np.array(sorted(target.dots, key=lambda dot: np.hypot(*np.subtract(dot, code.centre_mm))))
    found, pixels = np.empty((0, 2)), np.empty((0, 2))
    for search_mm, share in zip(_SEARCH_MM, (0.4, 1.0, 1.0), strict=True):
        tried = dots[: round(share * len(dots))]
        centres = np.array([_dot_centre(grey, affine, dot, search_mm) for dot in tried])
        seen = ~np.isnan(centres[:, 0])
        if np.count_nonzero(seen) < LEAST_DOT_SHARE * len(tried):
            raise InputError(
                "calibrate_few_dots", scan=scan, found=int(np.count_nonzero(seen)), expected=len(tried)
            )
        found, pixels = tried[seen], centres[seen]
        affine = robust_affine(found, pixels)
    return affine, found, pixels


def _check_whole(affine: FloatArray, target: Target, shape: tuple[int, ...], scan: str) -> None:
    """Refuses a scan in which a part of the target is missing: nothing is measured beyond its edges."""
    ends = [(EDGE_MM, size - EDGE_MM) for size in (target.width_mm, target.height_mm)]
    corners = np.array([(x, y) for x in ends[0] for y in ends[1]])
    pixels = corners @ affine[:, :2].T + affine[:, 2]
    if (pixels < 0).any() or (pixels > np.array(shape[1::-1]) - 1).any():
        raise InputError("calibrate_cropped", scan=scan)


def _dot_centre(grey: Grey, affine: FloatArray, dot: FloatArray, search_mm: float) -> tuple[float, float]:
    """The centre of the dot near its predicted place, by its darkness; NaN where there is none."""
    across, down = (float(np.hypot(*affine[:, axis])) for axis in (0, 1))
    column, row = affine[:, :2] @ dot + affine[:, 2]
    half_x, half_y = search_mm * across, search_mm * down
    left, top = max(0, round(column - half_x)), max(0, round(row - half_y))
    window = grey[top : max(0, round(row + half_y) + 1), left : max(0, round(column + half_x) + 1)]
    if window.size < across * down:
        return np.nan, np.nan
    dark, light = float(window.min()), float(np.percentile(window, 75))
    if light - dark < 40:
        return np.nan, np.nan
    inked = (window < (dark + light) / 2).astype(np.uint8)
    count, _, stats, centroids = cv2.connectedComponentsWithStats(inked, connectivity=8)
    nominal = np.pi / 4 * DOT_MM**2 * across * down
    sizes = stats[1:count]
    round_enough = np.maximum(sizes[:, 2] / across, sizes[:, 3] / down) < 1.8 * DOT_MM
    fitting = (
        np.flatnonzero((sizes[:, 4] > 0.35 * nominal) & (sizes[:, 4] < 2.5 * nominal) & round_enough) + 1
    )
    if not len(fitting):
        return np.nan, np.nan
    distance = np.hypot(*(centroids[fitting] - (column - left, row - top)).T)
    middle = centroids[fitting[int(np.argmin(distance))]] + (left, top)
    return _weighted_centre(grey, middle, (across, down), light)


def _weighted_centre(
    grey: Grey, middle: FloatArray, px_per_mm: tuple[float, float], light: float
) -> tuple[float, float]:
    """Centre of the darkness within a dot's clear paper; twice, so that its window is centred."""
    column, row = float(middle[0]), float(middle[1])
    for _ in range(2):
        half_x, half_y = ((DOT_MM / 2 + 0.5) * scale for scale in px_per_mm)
        left, top = max(0, round(column - half_x)), max(0, round(row - half_y))
        part = grey[top : round(row + half_y) + 1, left : round(column + half_x) + 1].astype(np.float64)
        # A tenth of the contrast is left out: noise far from the dot would pull its centre.
        weight = np.clip(light - 0.1 * (light - part.min()) - part, 0, None)
        total = float(weight.sum())
        if total <= 0:
            return np.nan, np.nan
        rows, columns = np.indices(part.shape)
        column = left + float((weight * columns).sum()) / total
        row = top + float((weight * rows).sum()) / total
    if _is_crossed(part, light, px_per_mm):
        return np.nan, np.nan
    return column, row


def _is_crossed(part: FloatArray, light: float, px_per_mm: tuple[float, float]) -> bool:
    """Whether a line runs through a dot's window: its rim, which is bare paper, is dark in one column or row.

    A streak pulls a dot's centre by up to half a millimetre, and that of a whole column of dots alike.
    """
    deep, wide = (max(1, round(_RIM_MM * scale)) for scale in px_per_mm[::-1])
    columns = np.concatenate((part[:deep], part[-deep:])).mean(axis=0)
    rows = np.concatenate((part[:, :wide], part[:, -wide:]), axis=1).mean(axis=1)
    darkest = min(float(columns.min()), float(rows.min()))
    return light - darkest > _CROSSED_SHARE * (light - float(part.min()))


def robust_affine(points_mm: FloatArray, pixels: FloatArray) -> FloatArray:
    """Least squares affine map (2, 3), points far off their neighbours' fit losing their weight."""
    weight: NDArray[np.float64] = np.ones(len(points_mm))
    affine = _fitted(points_mm, pixels, weight)
    for _ in range(4):
        shifts = _shifts(affine, points_mm, pixels)
        distance = np.hypot(*shifts.T)
        # Distortion is to be averaged, not left out: only what stands far out of the rest is.
        limit = max(_OUTLIER_MM, 4 * float(np.median(distance)))
        weight = np.where(distance > limit, 0.0, 1.0)
        affine = _fitted(points_mm, pixels, weight)
    return affine


def _fitted(points_mm: FloatArray, pixels: FloatArray, weight: NDArray[np.float64]) -> FloatArray:
    root = np.sqrt(weight)[:, None]
    design = np.column_stack((points_mm, np.ones(len(points_mm))))
    solution, *_ = np.linalg.lstsq(design * root, pixels * root, rcond=None)
    return np.ascontiguousarray(solution.T)


def _shifts(affine: FloatArray, points_mm: FloatArray, pixels: FloatArray) -> FloatArray:
    """How far points lie off their places, page millimetres."""
    back = np.linalg.inv(affine[:, :2])
    shifts: FloatArray = (pixels - affine[:, 2]) @ back.T - points_mm
    return shifts


def _agree_with_neighbours(dots_mm: FloatArray, shifts_mm: FloatArray) -> NDArray[np.bool_]:
    """Which dots lie where those around them would have them, bool (n,).

    Dirt beside a dot pulls its centre; what a scanner does to a page changes slowly, and is nearly a plane
    over two or three dots. The plane is fitted to the nearest dots twice, the second time without the third
    that fits it worst.
    """
    distance = np.hypot(*(dots_mm[:, None, :] - dots_mm[None, :, :]).transpose(2, 0, 1))
    nearest = np.argsort(distance, axis=1)[:, 1 : _AROUND + 1]
    agree = np.ones(len(dots_mm), dtype=np.bool_)
    for index, around in enumerate(nearest):
        design = np.column_stack((dots_mm[around] - dots_mm[index], np.ones(len(around))))
        plane, *_ = np.linalg.lstsq(design, shifts_mm[around], rcond=None)
        off = np.hypot(*(shifts_mm[around] - design @ plane).T)
        kept = np.argsort(off)[: 2 * _AROUND // 3]
        plane, *_ = np.linalg.lstsq(design[kept], shifts_mm[around][kept], rcond=None)
        agree[index] = np.hypot(*(shifts_mm[index] - plane[2])) <= _STRAY_MM
    return agree
