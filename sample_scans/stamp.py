"""A round office seal: ring, star and text, stamped by hand in red ink."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ballot_layout.fonts import FontWeight, bundled_fonts
from sample_scans.pens import Page

SEAL_DIAMETER_MM = 34.0
_OUTER_TEXT = "ỦY BAN NHÂN DÂN TỈNH * BAN DÂN TỘC * "
_RED_BGR = (0.30, 0.22, 0.84)


@dataclass(frozen=True, slots=True)
class Stamping:
    """How the seal was put down.

    Attributes:
        centre_mm: x and y on the page.
        angle_deg: its rotation.
        strength: 0 faint … 1 well inked.
        diameter_mm: outer diameter.
        grey: whether the ink is grey-black instead of red (a photocopied or black seal).
    """

    centre_mm: tuple[float, float]
    angle_deg: float = 0.0
    strength: float = 0.85
    diameter_mm: float = SEAL_DIAMETER_MM
    grey: bool = False


def draw_stamp(page: Page, px_per_mm: float, stamping: Stamping, rng: np.random.Generator) -> None:
    """Stamps `page` (uint8 BGR) in place; print under the ink stays visible."""
    side = int(stamping.diameter_mm * px_per_mm) + 4
    die = _seal_picture(side, px_per_mm)
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), stamping.angle_deg, 1.0)
    turned = np.asarray(cv2.warpAffine(die, matrix, (side, side)), dtype=np.float32) / 255.0
    ink = turned * _ink_texture(side, px_per_mm, stamping.strength, rng)
    left = round(stamping.centre_mm[0] * px_per_mm - side / 2)
    top = round(stamping.centre_mm[1] * px_per_mm - side / 2)
    x0, y0 = max(0, left), max(0, top)
    region = page[y0 : max(0, top + side), x0 : max(0, left + side)]
    if region.size == 0:
        return
    ink = ink[y0 - top : y0 - top + region.shape[0], x0 - left : x0 - left + region.shape[1]]
    colour = np.array((0.25, 0.25, 0.25) if stamping.grey else _RED_BGR, dtype=np.float32)
    region[:] = np.rint(region * (1 - ink[:, :, None] * (1 - colour))).astype(np.uint8)


def _seal_picture(side: int, px_per_mm: float) -> NDArray[np.uint8]:
    """The die: 255 where it carries ink."""
    picture = np.zeros((side, side), dtype=np.uint8)
    centre, radius = (side // 2, side // 2), side / 2 - 2
    cv2.circle(picture, centre, int(radius - 0.4 * px_per_mm), 255, max(1, int(0.8 * px_per_mm)), cv2.LINE_AA)
    cv2.circle(picture, centre, int(radius * 0.62), 255, max(1, int(0.35 * px_per_mm)), cv2.LINE_AA)
    angles = -np.pi / 2 + np.arange(10) * np.pi / 5
    radii = radius * np.where(np.arange(10) % 2 == 0, 0.34, 0.13)
    star = np.array(centre) + np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])
    cv2.fillPoly(picture, [np.rint(star).astype(np.int32)], 255, cv2.LINE_AA)
    _ring_of_text(picture, radius * 0.80, px_per_mm)
    return picture


def _ring_of_text(picture: NDArray[np.uint8], radius: float, px_per_mm: float) -> None:
    font = ImageFont.truetype(io.BytesIO(bundled_fonts().data(FontWeight.BOLD)), 3.2 * px_per_mm)
    cell = int(5 * px_per_mm)
    for index, letter in enumerate(_OUTER_TEXT):
        angle = 2 * np.pi * index / len(_OUTER_TEXT)
        tile = Image.new("L", (cell, cell), 0)
        ImageDraw.Draw(tile).text((cell / 2, cell / 2), letter, fill=255, font=font, anchor="mm")
        turned = np.asarray(tile.rotate(-np.degrees(angle), Image.Resampling.BILINEAR))
        x = int(picture.shape[1] / 2 + radius * np.sin(angle) - cell / 2)
        y = int(picture.shape[0] / 2 - radius * np.cos(angle) - cell / 2)
        region = picture[max(0, y) : y + cell, max(0, x) : x + cell]
        part = turned[max(0, -y) : max(0, -y) + region.shape[0], max(0, -x) : max(0, -x) + region.shape[1]]
        np.maximum(region, part, out=region)


def _ink_texture(
    side: int, px_per_mm: float, strength: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Ink that did not take everywhere: fine grain over broad pressure."""
    fine = rng.standard_normal((side, side), dtype=np.float32)
    fine = np.asarray(cv2.GaussianBlur(fine, (0, 0), 0.12 * px_per_mm), dtype=np.float32)
    fine /= max(1e-6, float(fine.std()))
    broad = cv2.resize(
        rng.uniform(0.6, 1.1, (4, 4)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC
    )
    texture = np.clip(np.asarray(broad) * (0.8 + 0.22 * fine), 0, 1) * strength
    return np.asarray(texture, dtype=np.float32)
