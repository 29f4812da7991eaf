"""The pixels of the images in a PDF page, as they are stored: one image, or strips that make one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from kiemphieu.page_file import check_size

_PLAIN_COLOURS = frozenset(
    {
        raw.FPDF_COLORSPACE_DEVICEGRAY,
        raw.FPDF_COLORSPACE_DEVICERGB,
        raw.FPDF_COLORSPACE_CALGRAY,
        raw.FPDF_COLORSPACE_CALRGB,
        raw.FPDF_COLORSPACE_ICCBASED,
    }
)
_SAMPLE_SIDE_PX = 400
_MOST_DIFFERENCE = 12.0
"""Grey levels that a stencil may differ on average from the page as drawn: black ink on white paper
differs by rounding only, grey ink or a coloured ground by more."""
_JOINT_PX = 0.6


def is_plain(image: pypdfium2.PdfImage) -> bool:
    """Whether the stored samples are grey or red, green, blue, and not mirrored on the page."""
    matrix = image.get_matrix()
    upright = matrix.a * matrix.d - matrix.b * matrix.c > 0
    return upright and image.get_metadata().colorspace in _PLAIN_COLOURS


def image_pixels(page: pypdfium2.PdfPage, image: pypdfium2.PdfImage) -> NDArray[np.uint8] | None:
    """(H, W) grey or (H, W, 3) BGR at the image's own resolution; None where only drawing tells them.

    A stencil (an image of ink without paper, as fax compression makes it) says nowhere near its samples
    which of the two values is ink; the page drawn small does.
    """
    check_size(*image.get_px_size())
    about = image.get_metadata()
    palette = about.colorspace == raw.FPDF_COLORSPACE_INDEXED and about.bits_per_pixel in (1, 8)
    if about.bits_per_pixel in (1, 8, 24) and (is_plain(image) or palette):
        return bitmap_pixels(image.get_bitmap())
    if about.bits_per_pixel == 1:
        return _stencil_pixels(page, image)
    return None


def strip_pixels(page: pypdfium2.PdfPage, images: Sequence[pypdfium2.PdfImage]) -> NDArray[np.uint8] | None:
    """The pixels of images that lie below one another without a gap; None where they do not."""
    strips = sorted(images, key=lambda image: -image.get_bounds()[3])
    if not strips or not all(is_plain(image) for image in strips) or not _adjoin(strips):
        return None
    width_px = strips[0].get_px_size()[0]
    check_size(width_px, sum(image.get_px_size()[1] for image in strips))
    parts = [image_pixels(page, image) for image in strips]
    if any(part is None or part.shape[1] != width_px for part in parts):
        return None
    whole = [_colour(part) for part in parts if part is not None]
    return np.ascontiguousarray(np.concatenate(whole))


def _adjoin(strips: Sequence[pypdfium2.PdfImage]) -> bool:
    left, _, right, _ = strips[0].get_bounds()
    width_px = strips[0].get_px_size()[0]
    if right <= left:
        return False
    slack = _JOINT_PX * (right - left) / width_px
    for above, below in pairwise(strips):
        edge, top = above.get_bounds()[1], below.get_bounds()[3]
        sides = below.get_bounds()[0], below.get_bounds()[2]
        same = abs(sides[0] - left) < slack and abs(sides[1] - right) < slack
        if not same or abs(edge - top) > slack or below.get_px_size()[0] != width_px:
            return False
    return all(_is_square(image, (right - left) / width_px) for image in strips)


def _is_square(image: pypdfium2.PdfImage, points_per_pixel: float) -> bool:
    _, bottom, _, top = image.get_bounds()
    return bool(abs((top - bottom) / points_per_pixel - image.get_px_size()[1]) < 2)


def _colour(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return pixels if pixels.ndim == 3 else np.ascontiguousarray(np.dstack([pixels] * 3))


def _stencil_pixels(page: pypdfium2.PdfPage, image: pypdfium2.PdfImage) -> NDArray[np.uint8] | None:
    matrix = image.get_matrix()
    if abs(matrix.b) + abs(matrix.c) > 1e-6 or matrix.a <= 0 or matrix.d <= 0 or page.get_rotation():
        return None
    pixels = bitmap_pixels(image.get_bitmap())
    if pixels.ndim != 2:
        return None
    drawn = _drawn_small(page, image)
    small = cv2.resize(pixels, drawn.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
    straight, inverted = (float(np.abs(one - drawn).mean()) for one in (small, 255 - small))
    if min(straight, inverted) > _MOST_DIFFERENCE:
        return None
    return pixels if straight <= inverted else np.ascontiguousarray(255 - pixels)


def _drawn_small(page: pypdfium2.PdfPage, image: pypdfium2.PdfImage) -> NDArray[np.float32]:
    """The part of the page under the image, grey, some hundred pixels high."""
    scale = _SAMPLE_SIDE_PX / max(page.get_size())
    drawn = bitmap_pixels(page.render(scale=scale, grayscale=True)).astype(np.float32)
    left, bottom, right, top = image.get_bounds()
    box_left, _, _, box_top = page.get_bbox()
    rows = slice(max(0, round((box_top - top) * scale)), round((box_top - bottom) * scale))
    columns = slice(max(0, round((left - box_left) * scale)), round((right - box_left) * scale))
    return np.ascontiguousarray(drawn[rows, columns])


def bitmap_pixels(bitmap: pypdfium2.PdfBitmap) -> NDArray[np.uint8]:
    """(H, W) grey or (H, W, 3) BGR."""
    pixels = bitmap.to_numpy()
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim == 3:
        pixels = pixels[..., :3]
    return np.ascontiguousarray(pixels)
