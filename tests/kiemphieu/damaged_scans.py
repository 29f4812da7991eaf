"""Scans that went wrong, made of clean ones."""

from __future__ import annotations

from pathlib import Path

import cv2
from PIL import Image


def without_code(path: Path, target: Path) -> Path:
    """The sheet with its QR code covered by white paper."""
    pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    found, corners = cv2.QRCodeDetector().detect(pixels)
    assert found
    xs, ys = corners[0][:, 0], corners[0][:, 1]
    pad = 20
    pixels[int(ys.min()) - pad : int(ys.max()) + pad, int(xs.min()) - pad : int(xs.max()) + pad] = 250
    cv2.imwrite(str(target), pixels)
    return target


def taken_again(path: Path, target: Path, lighter: int = 2) -> Path:
    """Another picture of the same sheet."""
    with Image.open(path) as image:
        image.point(lambda level: min(255, level + lighter)).save(target)
    return target
