"""Where a point of the sheet falls in the scan: one smooth map from image pixels to page millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sample_scans.pens import MM_PER_INCH
from sample_scans.settings import ScanSettings
from sample_scans.strokes import FloatArray

_GRID_PX = 16
_KNOTS = 7


@dataclass(frozen=True, slots=True)
class ScanGeometry:
    """The geometry of one scan.

    Attributes:
        width_mm, height_mm: the sheet.
        size_px: width and height of the upright image, before quarter turns.
        feed_mm, drift_mm: displacement along y and x at `_KNOTS` evenly spaced image rows.
    """

    settings: ScanSettings
    width_mm: float
    height_mm: float
    size_px: tuple[int, int]
    feed_mm: tuple[float, ...]
    drift_mm: tuple[float, ...]

    def page_points(self, upright_px: ArrayLike) -> FloatArray:
        """Sheet millimetres, shape (n, 2), under the upright image's pixel positions (n, 2).

        Pixel (0, 0) covers 0 … 1 in both axes; its middle is (0.5, 0.5).
        """
        pixels = np.asarray(upright_px, dtype=np.float64).reshape(-1, 2)
        s = self.settings
        glass = (pixels - np.array(self.size_px) / 2) * (MM_PER_INCH / s.dpi)
        glass = glass - (s.offset_x_mm, s.offset_y_mm)
        angle = np.deg2rad(s.skew_deg)
        cosine, sine = np.cos(angle), np.sin(angle)
        x = (cosine * glass[:, 0] + sine * glass[:, 1]) / s.stretch_x + self.width_mm / 2
        y = (-sine * glass[:, 0] + cosine * glass[:, 1]) / s.stretch_y + self.height_mm / 2
        row = np.clip(pixels[:, 1] / self.size_px[1], 0.0, 1.0)
        return np.column_stack([x + _spline(self.drift_mm, row), y + _spline(self.feed_mm, row)])

    def image_points(self, page_mm: ArrayLike) -> FloatArray:
        """Pixel positions (n, 2) in the final image (after quarter turns) of printed points (n, 2), mm."""
        target = np.asarray(page_mm, dtype=np.float64).reshape(-1, 2)
        centre = np.array([self.width_mm, self.height_mm]) / 2
        target = centre + (target - centre) * self.settings.print_scale
        px_per_mm = self.settings.dpi / MM_PER_INCH
        pixels = (target - centre) * px_per_mm + np.array(self.size_px) / 2
        for _ in range(30):
            pixels = pixels - (self.page_points(pixels) - target) * px_per_mm
        return self._turned(pixels)

    def _turned(self, pixels: FloatArray) -> FloatArray:
        width, height = self.size_px
        for _ in range(self.settings.quarter_turns % 4):
            pixels = np.column_stack([pixels[:, 1], width - pixels[:, 0]])
            width, height = height, width
        return pixels

    def sample_map(self, px_per_mm: float) -> NDArray[np.float32]:
        """cv2.remap's map into a sheet raster: float32, shape (height, width, 2), x then y."""
        width, height = self.size_px
        columns, rows = width // _GRID_PX + 3, height // _GRID_PX + 3
        middle = np.arange(max(columns, rows)) * _GRID_PX - _GRID_PX / 2
        grid_x, grid_y = np.meshgrid(middle[:columns], middle[:rows])
        points = self.page_points(np.column_stack([grid_x.ravel(), grid_y.ravel()])) * px_per_mm - 0.5
        coarse = points.reshape(rows, columns, 2).astype(np.float32)
        full = cv2.resize(coarse, (columns * _GRID_PX, rows * _GRID_PX), interpolation=cv2.INTER_LINEAR)
        part = full[_GRID_PX : _GRID_PX + height, _GRID_PX : _GRID_PX + width]
        return np.asarray(part, dtype=np.float32)


def _spline(knots: tuple[float, ...], position: FloatArray) -> FloatArray:
    """A Catmull-Rom curve through evenly spaced knots at positions 0 … 1."""
    values = np.array([knots[0], *knots, knots[-1]])
    scaled = np.clip(position, 0.0, 1.0) * (len(knots) - 1)
    index = np.minimum(scaled.astype(np.int64), len(knots) - 2)
    t = scaled - index
    a, b, c, d = (values[index + shift] for shift in range(4))
    curve: FloatArray = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return curve


def scan_geometry(width_mm: float, height_mm: float, settings: ScanSettings, seed: int) -> ScanGeometry:
    """The geometry that `scan_page` uses for the same settings and seed."""
    rng = np.random.default_rng([seed, 0x6E0])
    px_per_mm = settings.dpi / MM_PER_INCH
    size = (
        max(1, round((width_mm + 2 * settings.margin_mm) * px_per_mm)),
        max(1, round((height_mm + 2 * settings.margin_mm) * px_per_mm)),
    )
    feed = rng.uniform(-1.0, 1.0, _KNOTS) * settings.uneven_feed_mm
    drift = rng.uniform(-1.0, 1.0, _KNOTS) * settings.drift_mm
    return ScanGeometry(
        settings, width_mm, height_mm, size, tuple(map(float, feed)), tuple(map(float, drift))
    )
