"""Single pages of a PDF file: the scanned image itself where a page is one image, else a rendering."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from kiemphieu.page_file import MAX_PIXELS, MAX_SIDE_PX, PageBytes, check_jpeg, check_size, png_page
from kiemphieu.pdf_image import bitmap_pixels, image_pixels, is_plain, strip_pixels
from records.errors import PageFileError

PICTURE_PX_PER_MM = 5.0
"""127 dpi: print of 9 points can be read, and A4 is 1050 pixels wide."""
_POINTS_PER_MM = 72 / 25.4

RENDER_DPI = 300
POINTS_PER_INCH = 72
MIN_IMAGE_SHARE = 0.9
"""An image that covers this much of the page's width and height is the scan of the page; scanner
software leaves margins of a few millimetres (A4: 90 % leaves 10 mm on each side)."""
_PIXEL_SLACK = 0.01
_PDF_TAIL_BYTES = 1024
REFERENCE_PX_PER_MM = 8.0
MM_PER_INCH = 25.4

_ONE_AT_A_TIME = threading.RLock()
"""PDFium is not made for threads: two of them in it end the process."""

_INVISIBLE_TEXT = 3  # text render mode of the searchable layer that scanners add (ISO 32000-1, 9.3.6)


@contextmanager
def open_pdf(source: Path | bytes) -> Iterator[pypdfium2.PdfDocument]:
    """The document, closed afterwards.

    Raises:
        PageFileError: broken, or it asks for a password.
    """
    with _ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(source)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise PageFileError("pdf_password") from error
            raise PageFileError("file_broken", reason=str(error)) from error
        try:
            yield document
        except pypdfium2.PdfiumError as error:
            raise PageFileError("file_broken", reason=str(error)) from error
        finally:
            document.close()


def check_pdf_end(path: Path) -> None:
    """Refuses a PDF whose end is missing: the library mends such a file by leaving pages out.

    Source: ISO 32000-1, 7.5.5, and its note on readers that look for the mark in the last 1024 bytes.

    Raises:
        PageFileError: cut off.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _PDF_TAIL_BYTES))
        tail = file.read()
    if tail.rfind(b"%%EOF") < 0:
        raise PageFileError("file_truncated")


def pdf_page_count(source: Path | bytes) -> int:
    """How many pages the file holds.

    Raises:
        PageFileError: broken, empty, or it asks for a password.
    """
    with open_pdf(source) as document:
        if not len(document):
            raise PageFileError("file_broken", reason="no pages")
        return len(document)


def pdf_page(source: Path | bytes, index: int) -> PageBytes:
    """Page `index` (0-based) as an image file.

    Raises:
        PageFileError: the page is broken or too large.
    """
    with open_pdf(source) as document:
        page = document[index]
        try:
            images, alone = _images_of(page)
            if alone and len(images) == 1 and _covers(page, images[0]):
                return _image_page(page, images[0])
            pixels = strip_pixels(page, images) if alone and _cover_together(page, images) else None
            return png_page(_rendered(page, _finest_scale(page, images)) if pixels is None else pixels)
        finally:
            page.close()


def render_reference(pdf: bytes) -> tuple[NDArray[np.uint8], ...]:
    """The blank form's pages in grey at 8 px/mm, 255 white: what the scanner lays a page over."""
    scale = REFERENCE_PX_PER_MM * MM_PER_INCH / POINTS_PER_INCH
    with open_pdf(pdf) as document:
        return tuple(bitmap_pixels(page.render(scale=scale, grayscale=True)) for page in document)


def page_picture(document: pypdfium2.PdfDocument, index: int) -> bytes:
    """A page of an open PDF as people look at it, as PNG at `PICTURE_PX_PER_MM`; `index` from 0."""
    sheet = document[index]
    try:
        image = sheet.render(scale=PICTURE_PX_PER_MM / _POINTS_PER_MM).to_pil()
    finally:
        sheet.close()
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _images_of(page: pypdfium2.PdfPage) -> tuple[list[pypdfium2.PdfImage], bool]:
    """The page's images, and whether there is nothing else to see on it."""
    images, alone = [], not _has_annotations(page)
    for item in page.get_objects(max_depth=8):
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            images.append(item)
        elif item.type == raw.FPDF_PAGEOBJ_TEXT:
            alone &= raw.FPDFTextObj_GetTextRenderMode(item) == _INVISIBLE_TEXT
        elif item.type != raw.FPDF_PAGEOBJ_FORM:
            alone = False
    return images, alone


def _has_annotations(page: pypdfium2.PdfPage) -> bool:
    return bool(raw.FPDFPage_GetAnnotCount(page) > 0)


def _covers(page: pypdfium2.PdfPage, image: pypdfium2.PdfImage) -> bool:
    return _cover_together(page, [image])


def _cover_together(page: pypdfium2.PdfPage, images: Sequence[pypdfium2.PdfImage]) -> bool:
    if not images:
        return False
    lefts, bottoms, rights, tops = zip(*(image.get_bounds() for image in images), strict=True)
    box_left, box_bottom, box_right, box_top = page.get_bbox()
    width = min(max(rights), box_right) - max(min(lefts), box_left)
    height = min(max(tops), box_top) - max(min(bottoms), box_bottom)
    return bool(
        width >= MIN_IMAGE_SHARE * (box_right - box_left)
        and height >= MIN_IMAGE_SHARE * (box_top - box_bottom)
    )


def _image_page(page: pypdfium2.PdfPage, image: pypdfium2.PdfImage) -> PageBytes:
    width_px, height_px = image.get_px_size()
    check_size(width_px, height_px)
    if is_plain(image) and image.get_filters() == ["DCTDecode"]:
        data = bytes(image.get_data())
        check_jpeg(data)
        return PageBytes(data, ".jpg")
    pixels = image_pixels(page, image)
    if pixels is None:
        pixels = _rendered(page, _native_scale(image, width_px, height_px))
    return png_page(pixels)


def _native_scale(image: pypdfium2.PdfImage, width_px: int, height_px: int) -> float:
    left, bottom, right, top = image.get_bounds()
    longer_points = max(right - left, top - bottom)
    return float(max(width_px, height_px) / longer_points) if longer_points else RENDER_DPI / POINTS_PER_INCH


def _finest_scale(page: pypdfium2.PdfPage, images: list[pypdfium2.PdfImage]) -> float:
    """Pixels per point of a rendering that loses nothing of the page's images.

    Scanners cut a page into strips, or into a background and a finer layer of ink. Only an image that
    is a part of the scan counts: a small logo must not blow up the page.
    """
    width, height = page.get_size()
    finest = RENDER_DPI / POINTS_PER_INCH
    for image in images:
        left, _, right, _ = image.get_bounds()
        if right - left >= MIN_IMAGE_SHARE * width:
            finest = max(finest, _native_scale(image, *image.get_px_size()))
    limit = min(MAX_SIDE_PX / max(width, height), (MAX_PIXELS / (width * height)) ** 0.5)
    return min(finest, 0.999 * limit) if finest > RENDER_DPI / POINTS_PER_INCH else finest


def _rendered(page: pypdfium2.PdfPage, scale: float) -> NDArray[np.uint8]:
    width, height = page.get_size()
    check_size(int(width * scale) + 1, int(height * scale) + 1)
    # The renderer rounds up: a hair less keeps 2480.0001 from becoming 2481, and every pixel in place.
    return bitmap_pixels(page.render(scale=scale - _PIXEL_SLACK / max(width, height)))
