"""Single pages of a PDF file: the scanned image itself where a page is one image, else a rendering."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from kiemphieu.page_file import PageBytes, check_jpeg, check_size, png_page
from records.errors import PageFileError

RENDER_DPI = 300
POINTS_PER_INCH = 72
MIN_IMAGE_SHARE = 0.9
"""An image that covers this much of the page's width and height is the scan of the page; scanner
software leaves margins of a few millimetres (A4: 90 % leaves 10 mm on each side)."""
REFERENCE_PX_PER_MM = 8.0
MM_PER_INCH = 25.4

_INVISIBLE_TEXT = 3  # text render mode of the searchable layer that scanners add (ISO 32000-1, 9.3.6)
_PLAIN_COLOURS = frozenset(
    {
        raw.FPDF_COLORSPACE_DEVICEGRAY,
        raw.FPDF_COLORSPACE_DEVICERGB,
        raw.FPDF_COLORSPACE_CALGRAY,
        raw.FPDF_COLORSPACE_CALRGB,
        raw.FPDF_COLORSPACE_ICCBASED,
    }
)


@contextmanager
def open_pdf(source: Path | bytes) -> Iterator[pypdfium2.PdfDocument]:
    """The document, closed afterwards.

    Raises:
        PageFileError: broken, or it asks for a password.
    """
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
            image = _page_image(page)
            if image is None:
                return png_page(_rendered(page, RENDER_DPI / POINTS_PER_INCH))
            return _image_page(page, image)
        finally:
            page.close()


def render_reference(pdf: bytes) -> tuple[NDArray[np.uint8], ...]:
    """The blank form's pages in grey at 8 px/mm, 255 white: what the scanner lays a page over."""
    scale = REFERENCE_PX_PER_MM * MM_PER_INCH / POINTS_PER_INCH
    with open_pdf(pdf) as document:
        return tuple(_bitmap_pixels(page.render(scale=scale, grayscale=True)) for page in document)


def _page_image(page: pypdfium2.PdfPage) -> pypdfium2.PdfImage | None:
    """The one image that is the page, or None where there is more to see on it."""
    images = []
    for item in page.get_objects(max_depth=8):
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            images.append(item)
        elif item.type == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(item) != _INVISIBLE_TEXT:
                return None
        elif item.type != raw.FPDF_PAGEOBJ_FORM:
            return None
    if len(images) != 1 or not _covers(page, images[0]) or _has_annotations(page):
        return None
    return cast("pypdfium2.PdfImage", images[0])


def _has_annotations(page: pypdfium2.PdfPage) -> bool:
    return bool(raw.FPDFPage_GetAnnotCount(page) > 0)


def _covers(page: pypdfium2.PdfPage, image: pypdfium2.PdfImage) -> bool:
    left, bottom, right, top = image.get_bounds()
    box_left, box_bottom, box_right, box_top = page.get_bbox()
    width = min(right, box_right) - max(left, box_left)
    height = min(top, box_top) - max(bottom, box_bottom)
    return bool(
        width >= MIN_IMAGE_SHARE * (box_right - box_left)
        and height >= MIN_IMAGE_SHARE * (box_top - box_bottom)
    )


def _image_page(page: pypdfium2.PdfPage, image: pypdfium2.PdfImage) -> PageBytes:
    width_px, height_px = image.get_px_size()
    check_size(width_px, height_px)
    metadata = image.get_metadata()
    matrix = image.get_matrix()
    mirrored = matrix.a * matrix.d - matrix.b * matrix.c < 0
    plain = metadata.colorspace in _PLAIN_COLOURS and not mirrored
    if plain and image.get_filters() == ["DCTDecode"]:
        data = bytes(image.get_data())
        check_jpeg(data)
        return PageBytes(data, ".jpg")
    if plain and metadata.bits_per_pixel in (8, 24):
        return png_page(_bitmap_pixels(image.get_bitmap()))
    # Stencil masks and inverted or indexed images: the renderer knows what is ink and what is paper.
    return png_page(_rendered(page, _native_scale(image, width_px, height_px)))


def _native_scale(image: pypdfium2.PdfImage, width_px: int, height_px: int) -> float:
    left, bottom, right, top = image.get_bounds()
    longer_points = max(right - left, top - bottom)
    return float(max(width_px, height_px) / longer_points) if longer_points else RENDER_DPI / POINTS_PER_INCH


def _rendered(page: pypdfium2.PdfPage, scale: float) -> NDArray[np.uint8]:
    width, height = page.get_size()
    check_size(int(width * scale) + 1, int(height * scale) + 1)
    return _bitmap_pixels(page.render(scale=scale))


def _bitmap_pixels(bitmap: pypdfium2.PdfBitmap) -> NDArray[np.uint8]:
    """(H, W) grey or (H, W, 3) BGR."""
    pixels = bitmap.to_numpy()
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim == 3:
        pixels = pixels[..., :3]
    return np.ascontiguousarray(pixels)
