"""A printed check box in a picture: how large and thick its outline is, and where exactly it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.forms import disc
from scanner.image import to_grey

Picture = NDArray[np.uint8]

BOX_MM = 7.0
"""Side of a box on our ballots, to which every other box is scaled."""
AROUND_MM = 8.5
"""Paper on every side of the box: more than the reader follows ink for (`MarkOptions.reach_mm`)."""
PAGE_MM = BOX_MM + 2 * AROUND_MM
_FINE = 4
"""Boxes are located to a quarter of a pixel."""


class Variant(StrEnum):
    """What was done to a picture before it is read."""

    COLOUR = "as scanned"
    JPEG = "grey, JPEG quality 40"
    BILEVEL = "1-bit, threshold 128"


@dataclass(frozen=True)
class PrintedSquare:
    """The outline all boxes of a source share: its side (of the centre line) and thickness, in pixels."""

    side_px: float
    line_px: float

    @property
    def px_per_mm(self) -> float:
        return self.side_px / BOX_MM


@dataclass(frozen=True)
class Place:
    """Where a box's outline stands in a picture, and the share of it that is dark on its faintest side."""

    x_px: float
    y_px: float
    outline: float


def lightest(picture: Picture) -> Picture:
    """The lightest channel: coloured ink is pale in it, black print is not."""
    return np.ascontiguousarray(picture.max(axis=2)) if picture.ndim == 3 else picture


def measure_square(pictures: Sequence[Picture]) -> PrintedSquare:
    """Side and thickness of the outline, as medians over empty boxes that lie near their picture's middle."""
    sides, lines = [], []
    for picture in pictures:
        darkness = 255.0 - lightest(picture)
        middle_y, middle_x = darkness.shape[0] // 2, darkness.shape[1] // 2
        for profile, middle in (
            (np.median(darkness[middle_y - 4 : middle_y + 5], axis=0), middle_x),
            (np.median(darkness[:, middle_x - 4 : middle_x + 5], axis=1), middle_y),
        ):
            after = _line_edges(profile[middle:])
            before = _line_edges(profile[middle::-1])
            if after is not None and before is not None:
                sides.append((sum(after) + sum(before)) / 2)
                lines += [after[1] - after[0], before[1] - before[0]]
    if not sides:
        raise ValueError("no empty box with a visible outline")
    return PrintedSquare(float(np.median(sides)), float(np.median(lines)))


def _line_edges(outward: NDArray[np.float64]) -> tuple[float, float] | None:
    """Where the first line on the way outward begins and ends, at half its darkness, in pixels."""
    half = 255.0 / 2.5
    dark = outward >= half
    if not dark.any():
        return None
    start = int(np.argmax(dark))
    light = ~dark[start:]
    if start == 0 or not light.any():
        return None
    end = start + int(np.argmax(light))
    rise = (half - outward[start - 1]) / (outward[start] - outward[start - 1])
    fall = (outward[end - 1] - half) / (outward[end - 1] - outward[end])
    return start - 1 + float(rise), end - 1 + float(fall)


def draw_ring(square: PrintedSquare, scale: float, count: int) -> NDArray[np.float32]:
    """The outline in the middle of `count` pixels each way, `scale` to one of the picture; 1 is dark."""
    from_middle = np.abs(np.arange(count) - (count - 1) / 2) / scale
    distance = np.abs(np.maximum.outer(from_middle, from_middle) - square.side_px / 2)
    cover = np.clip((square.line_px / 2 - distance) * scale + 0.5, 0.0, 1.0)
    return np.asarray(cover, dtype=np.float32)


def locate_square(
    picture: Picture, square: PrintedSquare, near_px: tuple[float, float], search_px: int
) -> Place:
    """The outline's place, within `search_px` of a point, by the darkness along it against that beside it."""
    ring = draw_ring(square, _FINE, 2 * round((square.side_px / 2 + 1.5 * square.line_px) * _FINE) + 1)
    half = ring.shape[0] // (2 * _FINE) + search_px + 1
    left, top = round(near_px[0]) - half, round(near_px[1]) - half
    padded = cv2.copyMakeBorder(lightest(picture), half, half, half, half, cv2.BORDER_CONSTANT, value=255)
    part = padded[top + half : top + 3 * half + 1, left + half : left + 3 * half + 1]
    darkness = np.minimum(255.0 - part, 200.0).astype(np.float32)
    fine = cv2.resize(darkness, None, fx=_FINE, fy=_FINE, interpolation=cv2.INTER_LINEAR)
    scores = cv2.matchTemplate(fine, ring, cv2.TM_CCOEFF)
    row, column = np.unravel_index(int(np.argmax(scores)), scores.shape)
    under = fine[row : row + ring.shape[0], column : column + ring.shape[1]] >= 100
    middle = ring.shape[0] // 2
    return Place(
        x_px=left + (column + middle + 0.5) / _FINE - 0.5,
        y_px=top + (row + middle + 0.5) / _FINE - 0.5,
        outline=_faintest_side(under, ring > 0.5),
    )


def _faintest_side(dark: NDArray[np.bool_], ring: NDArray[np.bool_]) -> float:
    """Of the ring's four sides, the smallest share that is dark."""
    third = ring.shape[0] // 3
    sides = (np.s_[:third], np.s_[-third:], np.s_[:, :third], np.s_[:, -third:])
    return min(float(dark[side][ring[side]].mean()) for side in sides)


def alone(picture: Picture, place: Place, square: PrintedSquare) -> Picture:
    """The picture with every dark piece that lies wholly outside the box painted over.

    Letters, formulas and other boxes stand there, and so may parts of a mark that a gap divides from it.
    """
    dark = (to_grey(picture) < _PIECE_BELOW).astype(np.uint8)
    _, labels = cv2.connectedComponents(dark, connectivity=8)
    reach = square.side_px / 2 + square.line_px
    box = (
        slice(max(0, round(place.y_px - reach)), round(place.y_px + reach) + 1),
        slice(max(0, round(place.x_px - reach)), round(place.x_px + reach) + 1),
    )
    elsewhere = (dark > 0) & ~np.isin(labels, np.unique(labels[box]))
    # The blurred edges of what is painted over go with it; those of the mark do not.
    soft = cv2.dilate(elsewhere.astype(np.uint8), disc(2)) > 0
    kept = cv2.dilate(((dark > 0) & ~elsewhere).astype(np.uint8), disc(2)) > 0
    cleaned = picture.copy()
    cleaned[soft & ~kept] = _paper(picture)
    return cleaned


_PIECE_BELOW = 225


def _paper(picture: Picture) -> NDArray[np.uint8]:
    """The paper's colour, uint8 (channels,): what is brighter than most of the picture."""
    return np.percentile(picture.reshape(-1, picture.shape[2]), 80, axis=0).astype(np.uint8)


def windowed(picture: Picture, place: Place, square: PrintedSquare) -> tuple[Picture, Place]:
    """The paper around a box as far as the reader looks, paper-coloured beyond the picture's edges."""
    half = round(PAGE_MM / 2 * square.px_per_mm) + 1
    left, top = round(place.x_px) - half, round(place.y_px) - half
    canvas = np.empty((2 * half + 1, 2 * half + 1, 3), np.uint8)
    canvas[:] = _paper(picture)
    rows = slice(max(0, top), min(picture.shape[0], top + canvas.shape[0]))
    columns = slice(max(0, left), min(picture.shape[1], left + canvas.shape[1]))
    canvas[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = picture[
        rows, columns
    ]
    return canvas, Place(place.x_px - left, place.y_px - top, place.outline)


def degraded(picture: Picture, variant: Variant) -> Picture:
    """The picture as another setting of the scanner would have given it."""
    if variant is Variant.COLOUR:
        return picture
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    if variant is Variant.JPEG:
        _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 40])
        grey = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    else:
        grey = np.where(grey < 128, 0, 255).astype(np.uint8)
    return np.asarray(grey, dtype=np.uint8)
