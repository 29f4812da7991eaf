"""Pictures of what the stages found, for people; nothing is read from them."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Rect
from records.layout import LayoutPage
from records.reading import BoxState, PageReading
from scanner.forms import OVERVIEW_PX_PER_MM
from scanner.image import ScanImage
from scanner.registration import Registration

_COLOURS = {
    BoxState.EMPTY: (190, 190, 190),
    BoxState.CROSS: (60, 160, 30),
    BoxState.OTHER: (200, 120, 0),
    BoxState.CORRECTED: (180, 0, 180),
    BoxState.UNCLEAR: (0, 110, 240),
}
_STRIKE, _WRITING, _SEAL = (0, 0, 220), (0, 60, 160), (160, 120, 120)
_SCALE = 2


def draw_registration(scan: ScanImage, registration: Registration) -> NDArray[Any]:
    """The page as scanned with the control points, their residuals (tenfold) and the fiducials."""
    picture = cv2.cvtColor(scan.coarse, cv2.COLOR_GRAY2BGR)
    ratio = scan.detail_factor / scan.coarse_factor
    transform = registration.transform
    places = transform.to_pixels(registration.points_mm)
    ends = transform.to_pixels(registration.points_mm + 10 * registration.residuals_mm)
    for place, end in zip(places * ratio, ends * ratio, strict=True):
        cv2.circle(picture, _point(place), 4, _COLOURS[BoxState.CROSS], 1)
        cv2.line(picture, _point(place), _point(end), _STRIKE, 1)
    for centre in registration.fiducials_px[~np.isnan(registration.fiducials_px[:, 0])]:
        cv2.drawMarker(picture, _point(centre * ratio), _STRIKE, cv2.MARKER_CROSS, 20, 2)
    return picture


def draw_reading(darkness: NDArray[np.uint8], reading: PageReading, layout: LayoutPage) -> NDArray[Any]:
    """The upright page with every box's state, every strike, writing and the seal drawn over it."""
    size = (darkness.shape[1] * _SCALE, darkness.shape[0] * _SCALE)
    picture = cv2.cvtColor(cv2.resize(cv2.bitwise_not(darkness), size), cv2.COLOR_GRAY2BGR)
    for box, place in zip(reading.boxes, layout.boxes, strict=True):
        thick = 1 if box.state is BoxState.EMPTY else 2
        _outline(picture, place.rect.inflated(0.5), _COLOURS[box.state], thick)
        if box.state is not BoxState.EMPTY:
            _label(picture, place.rect, box.state.value, _COLOURS[box.state])
    for strike in reading.strikes:
        _outline(picture, strike.evidence, _STRIKE, 2)
        _label(picture, strike.evidence, f"strike {strike.certainty.value}", _STRIKE)
    for writing in reading.writings:
        _outline(picture, writing.evidence.inflated(0.5), _WRITING, 2)
        _label(picture, writing.evidence, f"{writing.reason.value} {writing.certainty.value}", _WRITING)
    if reading.seal is not None and reading.seal.evidence is not None:
        _outline(picture, reading.seal.evidence, _SEAL, 2)
        _label(picture, reading.seal.evidence, f"seal {reading.seal.state.value}", _SEAL)
    return picture


def _outline(picture: NDArray[Any], rect: Rect, colour: tuple[int, int, int], thick: int) -> None:
    scale = OVERVIEW_PX_PER_MM * _SCALE
    start = round(rect.x_mm * scale), round(rect.y_mm * scale)
    end = round(rect.right_mm * scale), round(rect.bottom_mm * scale)
    cv2.rectangle(picture, start, end, colour, thick)


def _label(picture: NDArray[Any], rect: Rect, text: str, colour: tuple[int, int, int]) -> None:
    scale = OVERVIEW_PX_PER_MM * _SCALE
    place = round(rect.x_mm * scale), round((rect.y_mm - 0.8) * scale)
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)


def _point(place: NDArray[Any]) -> tuple[int, int]:
    return round(float(place[0])), round(float(place[1]))
