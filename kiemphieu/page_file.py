"""One page image: the bytes that are kept, and its pixels; limits that hold for every kind of file."""

from __future__ import annotations

import io
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from records.errors import PageFileError

MAX_SIDE_PX = 20_000
"""A3 at 1200 dpi has 19,843 pixels along its longer side."""
MAX_PIXELS = 150_000_000
"""A4 at 1200 dpi has 139 million; more is no page of paper and would fill the memory."""

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_JPEG_SCAN = b"\xff\xda"
_JPEG_END = b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class PageBytes:
    """One page as it is kept: a complete image file of its own.

    Attributes:
        suffix: of the file it is kept in, such as `.jpg`.
    """

    data: bytes
    suffix: str


def check_size(width_px: int, height_px: int) -> None:
    """Refuses pages that no scanner makes, before any pixel is decoded.

    Raises:
        PageFileError: too many pixels in all or along a side.
    """
    if width_px * height_px > MAX_PIXELS or max(width_px, height_px) > MAX_SIDE_PX:
        raise _too_large()


def _too_large() -> PageFileError:
    return PageFileError("page_too_large", limit=MAX_SIDE_PX, megapixels=MAX_PIXELS // 1_000_000)


@contextmanager
def open_image(data: bytes) -> Iterator[ImageFile.ImageFile]:
    """`data` opened by Pillow, header only.

    Raises:
        PageFileError: not an image, broken, or beyond the limits.
    """
    try:
        with warnings.catch_warnings():
            # The limit of this module stands in for Pillow's warning; other warnings are about metadata.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                check_size(*image.size)
                yield image
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except UnidentifiedImageError as error:
        raise PageFileError("file_broken", reason="no image header") from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError) as error:
        # What Pillow raises on damaged files is as varied as the damage.
        raise _broken(error) from error


def _broken(error: Exception) -> PageFileError:
    if "truncated" in str(error):
        return PageFileError("file_truncated")
    return PageFileError("file_broken", reason=str(error) or type(error).__name__)


def decode_page(page: PageBytes) -> NDArray[np.uint8]:
    """The page's pixels: (H, W) grey or (H, W, 3) BGR, 0 black … 255 white.

    Nothing that the file says about its orientation is applied.

    Raises:
        PageFileError: the image is broken, cut off or beyond the limits.
    """
    if page.suffix == ".jpg":
        return _decode_jpeg(page.data)
    with open_image(page.data) as image:
        return _pillow_pixels(image)


def _decode_jpeg(data: bytes) -> NDArray[np.uint8]:
    check_jpeg(data)
    flags = cv2.IMREAD_ANYCOLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise PageFileError("file_broken", reason=error.err) from error
    if pixels is None:
        raise PageFileError("file_broken", reason="JPEG")
    return cast("NDArray[np.uint8]", pixels)


def check_jpeg(data: bytes) -> None:
    """Refuses a JPEG that ends early: decoders fill the rest with grey and say nothing.

    Inside a scan the byte FF is always followed by 00 (ITU-T T.81, F.1.2.3), so the end marker after
    the last start of scan is the image's own.

    Raises:
        PageFileError: cut off, or not a JPEG.
    """
    with open_image(data):
        pass
    if data.rfind(_JPEG_END) < data.rfind(_JPEG_SCAN):
        raise PageFileError("file_truncated")


def check_png(data: bytes) -> None:
    """Refuses a PNG that ends before its end chunk; decoders may leave the missing rows black.

    Source: PNG specification (W3C), section 5.3: length, type, data and CRC of every chunk.

    Raises:
        PageFileError: cut off or damaged.
    """
    place = len(_PNG_HEAD)
    while True:
        head = data[place : place + 8]
        if len(head) < 8:
            raise PageFileError("file_truncated")
        end = place + 8 + int.from_bytes(head[:4], "big")
        check = data[end : end + 4]
        if len(check) < 4:
            raise PageFileError("file_truncated")
        if zlib.crc32(data[place + 4 : end]) != int.from_bytes(check, "big"):
            raise PageFileError("file_broken", reason="PNG CRC")
        if head[4:] == b"IEND":
            return
        place = end + 4


def _pillow_pixels(image: Image.Image) -> NDArray[np.uint8]:
    image.load()
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"))
    if image.mode in ("I;16", "I;16B", "I;16L", "I"):
        return (np.asarray(image).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8)
    if image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info:
        # What is transparent shows the white of the paper, not the black of an empty buffer.
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])


def png_page(pixels: NDArray[np.uint8]) -> PageBytes:
    """`pixels` kept without loss, as grey where all channels agree.

    Raises:
        PageFileError: the image cannot be encoded.
    """
    if pixels.ndim == 3 and bool(np.all(pixels == pixels[..., :1])):
        pixels = pixels[..., 0]
    done, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        raise PageFileError("file_broken", reason="PNG")
    return PageBytes(data.tobytes(), ".png")
