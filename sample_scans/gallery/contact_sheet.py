"""One picture of the whole gallery."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, ImageDraw

from sample_scans.gallery.build import Entry
from sample_scans.pens import Page

_THUMB = (150, 212)
_CELL = (162, 240)
_COLUMNS = 10


def contact_sheet(entries: tuple[Entry, ...]) -> bytes:
    """A PNG with a thumbnail and the name of every entry, in order."""
    rows = -(-len(entries) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * _CELL[0] + 12, rows * _CELL[1] + 12), (226, 228, 232))
    draw = ImageDraw.Draw(sheet)
    for index, entry in enumerate(entries):
        x, y = 12 + index % _COLUMNS * _CELL[0], 12 + index // _COLUMNS * _CELL[1]
        if entry.thumbnail is None:
            draw.rectangle((x, y, x + _THUMB[0], y + _THUMB[1]), outline=(120, 120, 120))
        else:
            sheet.paste(_thumbnail(entry.thumbnail), (x, y))
        draw.text((x, y + _THUMB[1] + 3), entry.name, fill=(20, 20, 20))
    out = io.BytesIO()
    sheet.quantize(palette=_palette(), dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _palette() -> Image.Image:
    """Greys for type and paper, and a coarse cube for the inks: keeps the file small."""
    greys = [level for grey in range(0, 256, 5) for level in (grey,) * 3]
    steps = (20, 95, 170, 245)
    cube = [level for r in steps for g in steps for b in steps for level in (r, g, b)]
    palette = Image.new("P", (1, 1))
    palette.putpalette(greys + cube)
    return palette


def _thumbnail(image: Page) -> Image.Image:
    scale = min(_THUMB[0] / image.shape[1], _THUMB[1] / image.shape[0])
    size = max(1, int(image.shape[1] * scale)), max(1, int(image.shape[0] * scale))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if small.ndim == 2:
        small = np.asarray(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    return Image.fromarray(np.ascontiguousarray(small[:, :, ::-1]))
