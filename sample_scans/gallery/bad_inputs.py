"""Pictures and files that are no ballot."""

from __future__ import annotations

import io

import cv2
import numpy as np
import qrcode
from PIL import Image

from records.geometry import Rect
from sample_scans.pens import Page
from sample_scans.strokes import FloatArray


def cat_photo(seed: int) -> Page:
    """A picture with a photograph's textures and, with good will, a cat: uint8 BGR, 900 x 1200."""
    rng = np.random.default_rng(seed)
    picture = _texture((900, 1200), 2.2, rng)[:, :, None] * np.array([60, 90, 70]) + np.array([60, 85, 75])
    canvas = np.clip(picture, 0, 255).astype(np.uint8)
    fur = (70, 120, 175)
    cv2.ellipse(canvas, (600, 700), (330, 300), 0, 0, 360, fur, -1, cv2.LINE_AA)
    cv2.circle(canvas, (600, 380), 210, fur, -1, cv2.LINE_AA)
    for side in (-1, 1):
        ear = np.array([[600 + side * 190, 320], [600 + side * 170, 110], [600 + side * 50, 200]], np.int32)
        cv2.fillPoly(canvas, [ear], fur, cv2.LINE_AA)
        cv2.ellipse(canvas, (600 + side * 80, 360), (34, 44), 0, 0, 360, (90, 200, 190), -1, cv2.LINE_AA)
        cv2.ellipse(canvas, (600 + side * 80, 360), (9, 38), 0, 0, 360, (10, 15, 15), -1, cv2.LINE_AA)
        for drop in (-1, 0, 1):
            cv2.line(canvas, (600 + side * 40, 455), (600 + side * 260, 450 + 30 * drop), (230, 235, 235), 2)
    cv2.ellipse(canvas, (600, 440), (22, 14), 0, 0, 360, (120, 110, 200), -1, cv2.LINE_AA)
    shade = 0.75 + 0.5 * _texture((900, 1200), 1.4, rng)
    return np.asarray(np.clip(canvas * shade[:, :, None], 0, 255), dtype=np.uint8)


def _texture(shape: tuple[int, int], slope: float, rng: np.random.Generator) -> FloatArray:
    """Noise with the 1/f spectrum of natural scenes (Field 1987), 0 … 1."""
    y, x = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :]
    spectrum = np.fft.rfft2(rng.standard_normal(shape)) / np.maximum(np.hypot(x, y), 1e-3) ** (slope / 2)
    field = np.fft.irfft2(spectrum, shape)
    low, high = np.percentile(field, (1, 99))
    return np.asarray(np.clip((field - low) / (high - low), 0.0, 1.0))


def with_foreign_code(page: Page, px_per_mm: float, place: Rect, content: bytes) -> Page:
    """`page` with its code replaced by one that says `content`; a copy."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, box_size=1)
    code.add_data(content, optimize=0)
    code.make(fit=True)
    modules = np.where(np.array(code.get_matrix()), 0, 255).astype(np.uint8)
    size = (int(place.width_mm * px_per_mm), int(place.height_mm * px_per_mm))
    drawn = cv2.resize(modules, size, interpolation=cv2.INTER_NEAREST)
    copy = page.copy()
    x, y = int(place.x_mm * px_per_mm), int(place.y_mm * px_per_mm)
    copy[y : y + size[1], x : x + size[0]] = drawn[:, :, None]
    return copy


def covered(page: Page, px_per_mm: float, place: Rect, grey: int) -> Page:
    """`page` with `place` hidden under a slip of paper; a copy."""
    copy = page.copy()
    y0, y1 = int(place.y_mm * px_per_mm), int(place.bottom_mm * px_per_mm)
    x0, x1 = int(place.x_mm * px_per_mm), int(place.right_mm * px_per_mm)
    copy[max(0, y0) : y1, max(0, x0) : x1] = grey
    return copy


def overlaid(lower: Page, upper: Page, px_per_mm: float, shift_mm: tuple[float, float]) -> Page:
    """Two sheets fed together: `upper` lies shifted over `lower`, with its edge's shadow; a copy."""
    copy = lower.copy()
    x, y = (int(value * px_per_mm) for value in shift_mm)
    height, width = copy.shape[0] - y, copy.shape[1] - x
    copy[max(0, y - 6) : y, x:] = 170
    copy[y:, max(0, x - 6) : x] = 170
    copy[y:, x:] = upper[:height, :width]
    return copy


def long_strip(length_px: int) -> bytes:
    """A white 1-bit PNG, `length_px` high: more pixels than any scanned page has."""
    out = io.BytesIO()
    Image.new("1", (2000, length_px), 1).save(out, "PNG")
    return out.getvalue()
