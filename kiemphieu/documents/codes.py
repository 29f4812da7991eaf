"""The QR code of a document, whatever the document is written as."""

from __future__ import annotations

import io
from typing import Any, cast

import zxingcpp
from PIL import Image

ERROR_CORRECTION = "L"
"""The code is read off clean print at once, and holds up to 60 persons."""
QUIET_MODULES = 4
LONGEST_CODE_TEXT = 1800
"""Characters: about 60 persons. A code of more has modules that a 40 mm print no longer shows well."""


def code_rows(text: str) -> tuple[bytes, ...]:
    """The modules of a QR code with its quiet zone, row by row from the top: 0 dark, 255 light.

    Args:
        text: ASCII.
    """
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=ERROR_CORRECTION)
    # The library's stubs do not say that its image is a buffer.
    view = memoryview(cast("Any", barcode.to_image(scale=1, add_quiet_zones=False)))
    rows, columns = cast("tuple[int, int]", view.shape)
    pixels = view.tobytes()
    side = b"\xff" * QUIET_MODULES
    blank = b"\xff" * (columns + 2 * QUIET_MODULES)
    middle = [side + pixels[row * columns : (row + 1) * columns] + side for row in range(rows)]
    return (*[blank] * QUIET_MODULES, *middle, *[blank] * QUIET_MODULES)


def code_png(text: str, scale: int = 4) -> bytes:
    """The code as a PNG picture, `scale` pixels per module."""
    rows = code_rows(text)
    picture = Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows))
    picture = picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
