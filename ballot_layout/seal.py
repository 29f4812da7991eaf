"""The picture of a stamp, printed in the seal zone instead of a stamp by hand."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from records.canonical import sha256_hex
from records.errors import LayoutError

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
    """Reads a PNG.

    Raises:
        LayoutError: not a PNG (an SVG too is refused: export it as PNG at 600 dpi), too large, or damaged.
    """
    if not data.startswith(PNG_MAGIC):
        raise LayoutError("seal_image_not_png")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            _check_size(image)
            rgba = image.convert("RGBA")
    # Pillow's PNG reader lets several kinds of exception out of a damaged file.
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise LayoutError("seal_image_unreadable", reason=str(error)) from error
    rgba.thumbnail((PRINTED_PX, PRINTED_PX))
    return SealImage(
        width_px=rgba.width,
        height_px=rgba.height,
        rgb=rgba.convert("RGB").tobytes(),
        alpha=rgba.getchannel("A").tobytes(),
        sha256=sha256_hex(data),
    )


def _check_size(image: Image.Image) -> None:
    """Checks before the pixels are unpacked."""
    if image.width * image.height > MOST_PIXELS:
        raise LayoutError("seal_image_too_large", width=image.width, height=image.height)
