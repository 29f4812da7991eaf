"""A stored page as a picture for a screen."""

from __future__ import annotations

import io

from PIL import Image

from kiemphieu.folder import VoteFolder, read_page
from kiemphieu.page_file import PageBytes, decode_page, open_image

SUFFIXES = (".jpg", ".png", ".tif")
"""Of stored pages."""
_QUALITY = 80


def page_picture(folder: VoteFolder, sha256: str, suffix: str, longest_px: int) -> bytes:
    """The page as a JPEG of its own, made anew: nothing but pixels goes to a browser.

    Args:
        folder: the vote.
        sha256: of the stored image.
        suffix: of its file.
        longest_px: of the picture's longer side; a smaller page is not blown up.

    Raises:
        StoreError: the image is gone.
        PageFileError: it cannot be decoded.
    """
    data = read_page(folder, sha256, suffix)
    image = _quick(data, longest_px) if suffix == ".jpg" else _whole(PageBytes(data, suffix))
    image.thumbnail((longest_px, longest_px), Image.Resampling.BOX, reducing_gap=2.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _quick(data: bytes, longest_px: int) -> Image.Image:
    """A JPEG decoded at a half, a quarter or an eighth where that is enough."""
    with open_image(data) as image:
        image.draft(None, (longest_px, longest_px))
        return image.convert("L" if image.mode == "L" else "RGB")


def _whole(page: PageBytes) -> Image.Image:
    pixels = decode_page(page)
    return Image.fromarray(pixels if pixels.ndim == 2 else pixels[:, :, ::-1].copy())
