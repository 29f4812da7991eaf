"""Straight lines through many clouds of ink pixels at once.

The marks of a page are laid side by side, each a row of `Clouds`, so that every step is a few operations on
one array. What a row says depends on its own points alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Chosen = NDArray[np.bool_]
"""Which points of each cloud, (m, n)."""

_ANGLES_DEG = np.arange(0, 180, 6)
_ANGLES = np.deg2rad(_ANGLES_DEG)
_DIRECTIONS = np.column_stack((np.cos(_ANGLES), np.sin(_ANGLES)))
_NORMALS = np.column_stack((-np.sin(_ANGLES), np.cos(_ANGLES)))
_AROUND_DEG = 12.0
_LEAST_POINTS = 4


@dataclass(frozen=True, slots=True)
class Clouds:
    """m clouds of at most n points; lines through them are float64 (m, 4): a point, x and y, and a direction.

    Attributes:
        x, y: float64 (m, n), pixels.
        real: bool (m, n); what is not real fills up a row.
        tolerance: float64 (m, 1), half the width of a stroke's band, pixels.
    """

    x: FloatArray
    y: FloatArray
    real: Chosen
    tolerance: FloatArray

    def __len__(self) -> int:
        return len(self.x)

    def rows(self, index: NDArray[np.bool_]) -> Clouds:
        """Some of the clouds."""
        return Clouds(self.x[index], self.y[index], self.real[index], self.tolerance[index])


def make_clouds(points: Sequence[FloatArray], tolerances: Sequence[float]) -> Clouds:
    """Clouds of points (n, 2) each."""
    longest = max((len(cloud) for cloud in points), default=0)
    x, y = np.zeros((2, len(points), longest))
    for row, cloud in enumerate(points):
        x[row, : len(cloud)], y[row, : len(cloud)] = cloud.T
    real = np.arange(longest) < np.array([len(cloud) for cloud in points])[:, None]
    return Clouds(x, y, real, np.array(tolerances, np.float64)[:, None])


def distances(clouds: Clouds, lines: FloatArray) -> FloatArray:
    """Of every point from its cloud's line, (m, n)."""
    x, y, across, down = lines.T[:, :, None]
    distance: FloatArray = np.abs((clouds.y - y) * across - (clouds.x - x) * down)
    return distance


def best_bands(clouds: Clouds, chosen: Chosen, around_deg: FloatArray | None = None) -> FloatArray:
    """The straight band of half width `tolerance` that holds the most points, as its middle line (m, 4).

    Args:
        clouds: the points.
        chosen: which of them; of each cloud one at least.
        around_deg: (m,); only directions within twelve degrees of it, any direction where None.
    """
    rows = np.arange(len(clouds))
    some = chosen.argmax(axis=1)[:, None]
    # What is not chosen stands where a chosen point stands, and is counted apart.
    x = np.where(chosen, clouds.x, np.take_along_axis(clouds.x, some, axis=1))
    y = np.where(chosen, clouds.y, np.take_along_axis(clouds.y, some, axis=1))
    offsets = _NORMALS @ np.stack((x, y), axis=1)
    low = offsets.min(axis=2)
    offsets -= low[:, :, None]
    offsets /= clouds.tolerance[:, :, None] / 2
    held = _held_by_bands(offsets.astype(np.intp), chosen)
    if around_deg is not None:
        away = np.abs((_ANGLES_DEG - around_deg[:, None] + 90) % 180 - 90)
        held[away > _AROUND_DEG] = -1
    index, start = np.divmod(held.reshape(len(clouds), -1).argmax(axis=1), held.shape[2])
    offset = low[rows, index] + (start + 2) * clouds.tolerance[:, 0] / 2
    return np.column_stack((offset[:, None] * _NORMALS[index], _DIRECTIONS[index]))


def _held_by_bands(bins: NDArray[np.intp], chosen: Chosen) -> NDArray[np.intp]:
    """How many points each band of four bins holds, (m, angles, starts); `bins` is used up."""
    height = int(bins.max(initial=0)) + 5
    columns = bins.shape[0] * bins.shape[1]
    bins += (np.arange(columns) * height).reshape(*bins.shape[:2], 1)
    np.copyto(bins, columns * height, where=~chosen[:, None])
    counts = np.bincount(bins.ravel(), minlength=columns * height + 1)[:-1]
    total = counts.reshape(*bins.shape[:2], height).cumsum(axis=2)
    held: NDArray[np.intp] = total[:, :, 4:].copy()
    held[:, :, 1:] -= total[:, :, :-5]
    return held


def least_squares_lines(clouds: Clouds, chosen: Chosen, fallback: FloatArray) -> FloatArray:
    """The total least squares line through each cloud's chosen points; `fallback` where they are too few."""
    count = np.count_nonzero(chosen, axis=1)
    share = chosen / np.maximum(count, 1)[:, None]
    x, y = (clouds.x * share).sum(axis=1), (clouds.y * share).sum(axis=1)
    across, down = (clouds.x - x[:, None]) * chosen, (clouds.y - y[:, None]) * chosen
    xx, xy, yy = (
        np.einsum("ij,ij->i", one, other) for one, other in ((across, across), (across, down), (down, down))
    )
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    lines = np.column_stack((x, y, np.cos(angle), np.sin(angle)))
    return np.where((count >= _LEAST_POINTS)[:, None], lines, fallback)
