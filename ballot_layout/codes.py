"""QR codes of ballot tokens: alphanumeric mode, error correction M, one version per batch."""

from __future__ import annotations

from typing import Any, cast

import zxingcpp

from records.errors import LayoutError

ERROR_CORRECTION = "M"
_ALPHANUMERIC_CAPACITY_M = (20, 38, 61, 90, 122, 154, 178, 221, 262, 311, 366, 419)
"""Characters a version 1, 2, … code holds in alphanumeric mode at level M (ISO/IEC 18004, table 7)."""


def code_version(text_length: int) -> int:
    """The smallest QR version for a token text of `text_length` characters.

    Raises:
        LayoutError: longer than any token.
    """
    for version, capacity in enumerate(_ALPHANUMERIC_CAPACITY_M, start=1):
        if text_length <= capacity:
            return version
    raise LayoutError("code_too_long", length=text_length, longest=_ALPHANUMERIC_CAPACITY_M[-1])


def code_modules(text_length: int) -> int:
    """Modules along a side, without the quiet zone."""
    return 17 + 4 * code_version(text_length)


def code_runs(text: str) -> tuple[tuple[int, int, int], ...]:
    """The dark runs of the code of `text`: (column, row, length) in modules from the top left."""
    side = code_modules(len(text))
    barcode = zxingcpp.create_barcode(
        text, zxingcpp.BarcodeFormat.QRCode, ec_level=ERROR_CORRECTION, version=code_version(len(text))
    )
    # The library's stubs do not say that its image is a buffer.
    view = memoryview(cast("Any", barcode.to_image(scale=1, add_quiet_zones=False)))
    if view.shape != (side, side):
        raise LayoutError("code_size", found=str(view.shape), expected=side)
    pixels = view.tobytes()
    runs: list[tuple[int, int, int]] = []
    for row in range(side):
        line = pixels[row * side : (row + 1) * side]
        start = line.find(0)
        while start >= 0:
            end = line.find(255, start)
            end = side if end < 0 else end
            runs.append((start, row, end - start))
            start = line.find(0, end)
    return tuple(runs)
