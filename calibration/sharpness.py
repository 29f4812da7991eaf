"""Sharpness: the modulation transfer across slanted edges, after ISO 12233 (the e-SFR method).

An edge turned by a few degrees crosses the pixel grid at every phase; its rows, each shifted by where the
edge crosses it, make one profile four times as fine as the pixels. The profile's derivative is the line
spread, its Fourier transform's magnitude the contrast left at each frequency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.locate import LocatedTarget
from calibration.target import SlantedSquare
from records.scanner_profile import SharpnessMeasures

FloatArray = NDArray[np.float64]

_FINE = 4
_ALONG_MM = 4.2
"""Half of the edge's length that is used, of a side of 12 mm: the corners are rounded by blur."""
_ACROSS_MM = 2.2
_LEAST_ROWS = 20
FREQUENCIES = tuple(round(0.25 * step, 2) for step in range(41))
"""Line pairs per millimetre; 10 is beyond what 400 dpi can show (7.9)."""


@dataclass(frozen=True, slots=True)
class _Edge:
    """An edge's middle, page millimetres, and whether it stands."""

    x_mm: float
    y_mm: float
    standing: bool


def measure_sharpness(located: LocatedTarget) -> SharpnessMeasures:
    """Median curves over all edges, along x from standing ones and along y from lying ones."""
    curves: dict[bool, list[FloatArray]] = {True: [], False: []}
    for square in located.target.squares:
        for edge in _edges(square):
            curve = _edge_curve(located, edge)
            if curve is not None:
                curves[edge.standing].append(curve)
    if not curves[True] or not curves[False]:
        return SharpnessMeasures(None, None, (), (), ())
    along_x, along_y = (np.median(curves[standing], axis=0) for standing in (True, False))
    return SharpnessMeasures(
        mtf50_x=mtf50(along_x),
        mtf50_y=mtf50(along_y),
        frequencies=FREQUENCIES,
        curve_x=tuple(round(float(value), 4) for value in along_x),
        curve_y=tuple(round(float(value), 4) for value in along_y),
    )


def mtf50(curve: FloatArray) -> float | None:
    """The frequency at which a curve over `FREQUENCIES` first falls to half; None where it never does."""
    below = np.flatnonzero(curve < 0.5)
    if not len(below) or below[0] == 0:
        return None
    end = int(below[0])
    share = (curve[end - 1] - 0.5) / (curve[end - 1] - curve[end])
    return round(float(FREQUENCIES[end - 1] + share * (FREQUENCIES[end] - FREQUENCIES[end - 1])), 3)


def _edges(square: SlantedSquare) -> list[_Edge]:
    corners = square.corners()
    middles = [
        ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        for a, b in zip(corners, (*corners[1:], corners[0]), strict=True)
    ]
    return [_Edge(*middle, standing=bool(index % 2)) for index, middle in enumerate(middles)]


def _edge_curve(located: LocatedTarget, edge: _Edge) -> FloatArray | None:
    """Contrast at `FREQUENCIES`; None where the edge is no clean edge."""
    column, row = located.to_pixels(np.array([[edge.x_mm, edge.y_mm]]))[0]
    across, down = located.px_per_mm
    half_x, half_y = (
        (_ACROSS_MM * across, _ALONG_MM * down) if edge.standing else (_ALONG_MM * across, _ACROSS_MM * down)
    )
    rows = slice(max(0, round(row - half_y)), max(0, round(row + half_y) + 1))
    columns = slice(max(0, round(column - half_x)), max(0, round(column + half_x) + 1))
    part = located.grey[rows, columns].astype(np.float64)
    part = part if edge.standing else part.T
    if part.shape[0] < _LEAST_ROWS or part.shape[1] < _LEAST_ROWS:
        return None
    if part[:, :3].mean() > part[:, -3:].mean():
        part = part[:, ::-1]
    spread = _line_spread(part)
    if spread is None:
        return None
    # Across a turned edge the profile is stretched by the turn; at 5° this is 0.4 %.
    frequencies = np.array(FREQUENCIES) / (across if edge.standing else down)
    return _transfer(spread, frequencies)


def _line_spread(part: FloatArray) -> FloatArray | None:
    """The windowed line spread at a quarter pixel, dark to light from left to right."""
    dark, light = float(part[:, :3].mean()), float(part[:, -3:].mean())
    if light - dark < 30:
        return None
    count = np.arange(part.shape[0], dtype=np.float64)
    crossing = np.array([_crossing(line, (dark + light) / 2) for line in part])
    seen = ~np.isnan(crossing)
    if np.count_nonzero(seen) < _LEAST_ROWS:
        return None
    slope, start = np.polyfit(count[seen], crossing[seen], 1)
    keep = np.abs(crossing - (slope * count + start)) < 1.0
    if np.count_nonzero(keep) < _LEAST_ROWS or abs(slope) * part.shape[0] < 1.0:
        return None  # too straight: not every phase of the pixel grid is met
    slope, start = np.polyfit(count[keep], crossing[keep], 1)
    place = np.arange(part.shape[1])[None, :] - (slope * count + start)[:, None]
    half = int(min(start, part.shape[1] - 1 - start, *(np.abs(place[:, [0, -1]]).min(axis=0)))) * _FINE
    bins = np.round(place * _FINE).astype(np.intp)
    inside = np.abs(bins) <= half
    index = bins[inside] + half
    total = np.bincount(index, weights=part[inside], minlength=2 * half + 1)
    number = np.bincount(index, minlength=2 * half + 1)
    if half < 2 * _FINE or np.count_nonzero(number == 0) > half / 2:
        return None
    filled = np.flatnonzero(number)
    profile = np.interp(np.arange(len(number)), filled, total[filled] / number[filled])
    spread: FloatArray = np.gradient(profile) * _window(len(profile))
    return spread


def _window(count: int) -> FloatArray:
    """One in the middle, falling to nought over the outer fifths.

    The standard's Hamming window narrows a wide line spread: at 2.5 px it calls half the contrast 0.55.
    """
    from_end = np.minimum(np.arange(count), np.arange(count)[::-1]) / (count / 5)
    window: FloatArray = 0.5 - 0.5 * np.cos(np.pi * np.clip(from_end, 0.0, 1.0))
    return window


def _crossing(line: FloatArray, level: float) -> float:
    """Where a line of pixels first rises through `level`; NaN where it does not."""
    above = np.flatnonzero((line[1:] >= level) & (line[:-1] < level))
    if len(above) != 1:
        return float("nan")
    at = int(above[0])
    return at + float((level - line[at]) / (line[at + 1] - line[at]))


def _transfer(spread: FloatArray, per_pixel: FloatArray) -> FloatArray:
    """Magnitude of the transform at frequencies in cycles per pixel, 1 at nought."""
    place = (np.arange(len(spread)) - len(spread) / 2) / _FINE
    wave = np.exp(-2j * np.pi * per_pixel[:, None] * place[None, :])
    magnitude = np.abs(wave @ spread)
    # The derivative was taken over two quarter pixels, the binning over one: both blur, by known factors.
    known = np.sinc(per_pixel * 2 / _FINE) * np.sinc(per_pixel / _FINE)
    curve: FloatArray = magnitude / max(float(magnitude[0]), 1e-9) / np.maximum(known, 0.2)
    return curve
