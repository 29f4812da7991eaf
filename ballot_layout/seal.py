"""The picture of a stamp, printed in the seal zone instead of a stamp by hand."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import resvg_py
from PIL import Image

from records.canonical import sha256_hex
from records.errors import LayoutError

_SVG_START = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*            # byte order mark
         (?:<\?xml[^>]*>\s*)?            # declaration
         (?:<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*
         <svg[\s>/]""",
    re.DOTALL | re.VERBOSE,
)
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
MOST_PIXELS = 25_000_000
PRINTED_PX = 850
"""Longest side kept: 36 mm at 600 dpi. More only makes every batch heavier."""


@dataclass(frozen=True, slots=True)
class SealImage:
    """Pixels of a seal.

    Attributes:
        rgb: 8 bits a channel, row by row.
        alpha: 8 bits a pixel, 255 opaque.
        sha256: of the file as given.
    """

    width_px: int
    height_px: int
    rgb: bytes
    alpha: bytes
    sha256: str


def read_seal_image(data: bytes) -> SealImage:
    """Reads a PNG, or draws an SVG at the resolution it is printed in.

    Raises:
        LayoutError: neither a PNG nor an SVG, too large, damaged, or with nothing to see on it.
    """
    if _SVG_START.match(data):
        picture = _drawn_svg(data)
    elif data.startswith(PNG_MAGIC):
        picture = data
    else:
        raise LayoutError("seal_image_kind")
    try:
        with Image.open(io.BytesIO(picture), formats=("PNG",)) as image:
            _check_size(image)
            rgba = image.convert("RGBA")
    # Pillow's PNG reader lets several kinds of exception out of a damaged file.
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise LayoutError("seal_image_unreadable", reason=str(error)) from error
    if rgba.getchannel("A").getextrema()[1] == 0:
        raise LayoutError("seal_image_empty")
    rgba.thumbnail((PRINTED_PX, PRINTED_PX))
    return SealImage(
        width_px=rgba.width,
        height_px=rgba.height,
        rgb=rgba.convert("RGB").tobytes(),
        alpha=rgba.getchannel("A").tobytes(),
        sha256=sha256_hex(data),
    )


def _drawn_svg(data: bytes) -> bytes:
    """An SVG as PNG bytes, `PRINTED_PX` wide, on a transparent ground; nothing outside it is loaded."""
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=data.decode("utf-8-sig"), width=PRINTED_PX))
    except ValueError as error:
        raise LayoutError("seal_image_unreadable", reason=str(error)) from error


def _check_size(image: Image.Image) -> None:
    """Checks before the pixels are unpacked."""
    if image.width * image.height > MOST_PIXELS:
        raise LayoutError("seal_image_too_large", width=image.width, height=image.height)
