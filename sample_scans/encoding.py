"""Scans as files' bytes, and PDF pages as arrays."""

from __future__ import annotations

import io
from collections.abc import Sequence
from enum import StrEnum

import cv2
import numpy as np
import pypdfium2
from PIL import Image

from sample_scans.pens import Page


class FileFormat(StrEnum):
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    PDF = "pdf"


def encode(images: Page | Sequence[Page], file_format: FileFormat, dpi: int, quality: int = 80) -> bytes:
    """One file of `images` (grey, BGR or two-valued arrays); only TIFF and PDF take more than one.

    Two-valued images (0 and 255) are written with 1 bit a pixel; a TIFF of nothing else takes Group 4.

    Raises:
        ValueError: no image, or several for a format that holds one.
    """
    pages = [images] if isinstance(images, np.ndarray) else list(images)
    if not pages or (len(pages) > 1 and file_format in (FileFormat.JPEG, FileFormat.PNG)):
        raise ValueError(f"{file_format} cannot hold {len(pages)} images")
    pictures = [_picture(page, file_format) for page in pages]
    if len({picture.mode for picture in pictures}) > 1:
        pictures = [picture.convert("L") if picture.mode == "1" else picture for picture in pictures]
    out = io.BytesIO()
    first, rest = pictures[0], pictures[1:]
    if file_format is FileFormat.JPEG:
        first.save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    elif file_format is FileFormat.PNG:
        first.save(out, "PNG", dpi=(dpi, dpi))
    elif file_format is FileFormat.TIFF:
        binary = all(picture.mode == "1" for picture in pictures)
        compression = "group4" if binary else "tiff_lzw"
        first.save(out, "TIFF", compression=compression, dpi=(dpi, dpi), save_all=True, append_images=rest)
    else:
        first.save(
            out, "PDF", resolution=dpi, quality=quality, save_all=True, append_images=rest, **_NO_DATES
        )
    return out.getvalue()


_NO_DATES = {"creationDate": None, "modDate": None}
"""Pillow stamps the time of writing into a PDF unless told not to; equal scans must be equal bytes."""


def _picture(image: Page, file_format: FileFormat) -> Image.Image:
    if image.ndim == 3:
        return Image.fromarray(np.ascontiguousarray(image[:, :, ::-1]))
    two_valued = file_format is not FileFormat.JPEG and bool(np.isin(image[::37], (0, 255)).all())
    picture = Image.fromarray(image)
    if two_valued and bool(np.isin(image, (0, 255)).all()):
        return picture.convert("1", dither=Image.Dither.NONE)
    return picture


def render_pdf_page(data: bytes, page_index: int, dpi: int = 300) -> Page:
    """One page of a PDF as a sheet of paper: uint8 BGR, shape (height, width, 3), 255 = white.

    Raises:
        pypdfium2.PdfiumError: not a PDF.
        IndexError: it has no such page.
    """
    document = pypdfium2.PdfDocument(data)
    try:
        bitmap = document[page_index].render(scale=dpi / 72, rev_byteorder=False)
        picture = np.array(bitmap.to_numpy(), dtype=np.uint8)
    finally:
        document.close()
    if picture.ndim == 2 or picture.shape[2] == 1:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    return np.ascontiguousarray(picture[:, :, :3])
