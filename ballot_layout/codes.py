"""QR codes of ballot tokens: alphanumeric mode, error correction M, one version per batch."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import zxingcpp
from numpy.typing import NDArray

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
    dark = _dark_modules(text)
    side = len(dark)
    # A light column on either side ends every run within its row.
    framed = np.zeros((side, side + 2), np.bool_)
    framed[:, 1:-1] = dark
    flat = framed.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    starts, ends = edges[::2], edges[1::2]
    rows, columns = np.divmod(starts, side + 2)
    return tuple(zip(columns.tolist(), rows.tolist(), (ends - starts).tolist(), strict=True))


def _dark_modules(text: str) -> NDArray[np.bool_]:
    """The code of `text` as (side, side), row by row from the top left; True is dark.

    Finding the mask with the fewest confusing patterns takes most of the time of printing a ballot. A mask
    fixed beforehand would save it, and would leave to chance what a reader may take for a finder pattern.
    """
    side = code_modules(len(text))
    barcode = zxingcpp.create_barcode(
        text, zxingcpp.BarcodeFormat.QRCode, ec_level=ERROR_CORRECTION, version=code_version(len(text))
    )
    # The library's stubs do not say that its image is a buffer.
    view = memoryview(cast("Any", barcode.to_image(scale=1, add_quiet_zones=False)))
    if view.shape != (side, side):
        raise LayoutError("code_size", found=str(view.shape), expected=side)
    dark: NDArray[np.bool_] = np.equal(view, 0)
    return dark
