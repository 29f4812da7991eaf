"""Stage 3: the QR code on the page, and whether the committee issued it.

zxing-cpp reads first. Where it finds nothing, pyzbar is asked for a second, independent opinion if
libzbar is installed, on the image and on a contrast-stretched copy. The signature decides: whatever a
code says, without a signature by the vote's key it names no ballot.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import zxingcpp
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from numpy.typing import NDArray

from records.errors import KeyFileError
from records.token import SignedToken

_QR_CODE = zxingcpp.barcode_formats_from_str("QRCode")
_ZBAR_ORIENTATIONS = ("UP", "LEFT", "DOWN", "RIGHT")


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code's text and its corners.

    Attributes:
        corners: float64, shape (4, 2), pixels (x, y) of the image searched: the symbol's own top left,
            top right, bottom right and bottom left, whichever way the page lies. Read-only.
    """

    text: str
    corners: NDArray[np.float64]


def load_public_key(pem: bytes) -> Ed25519PublicKey:
    """The key that ballots of the vote are checked against.

    Raises:
        KeyFileError: not a PEM public key of type Ed25519.
    """
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError("public_key_unreadable", reason=str(error)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError("public_key_type", found=type(key).__name__)
    return key


def signature_holds(signed: SignedToken, key: Ed25519PublicKey) -> bool:
    """Whether `key` signed the token (RFC 8032)."""
    try:
        key.verify(signed.signature, signed.body)
    except InvalidSignature:
        return False
    return True


def find_codes(coarse: NDArray[np.uint8], fine: NDArray[np.uint8]) -> tuple[FoundCode, ...]:
    """Every QR code on the page, in pixels of `coarse`.

    Args:
        coarse: uint8 (height, width), about 6 px/mm; searched first.
        fine: the same page at a higher resolution; searched only if nothing is found.
    """
    scale = coarse.shape[1] / fine.shape[1]
    for image, factor in _attempts(coarse, fine, scale):
        codes = _find_with_zxing(image, factor)
        if codes:
            return codes
    for image, factor in _attempts(coarse, fine, scale):
        codes = _find_with_pyzbar(image, factor)
        if codes:
            return codes
    return ()


def _attempts(
    coarse: NDArray[np.uint8], fine: NDArray[np.uint8], scale: float
) -> Iterator[tuple[NDArray[np.uint8], float]]:
    """Images to try with the factor from their pixels to those of `coarse`; each is made when needed."""
    yield coarse, 1.0
    if fine.shape != coarse.shape:
        yield fine, scale
    yield np.ascontiguousarray(cv2.GaussianBlur(fine, (0, 0), 1.2)), scale
    yield np.ascontiguousarray(cv2.createCLAHE(4.0, (8, 8)).apply(coarse)), 1.0


def _find_with_zxing(image: NDArray[np.uint8], factor: float) -> tuple[FoundCode, ...]:
    results = zxingcpp.read_barcodes(
        image, formats=_QR_CODE, try_rotate=False, try_downscale=False, try_invert=False
    )
    codes: list[FoundCode] = []
    for result in results:
        corner = result.position
        points = (corner.top_left, corner.top_right, corner.bottom_right, corner.bottom_left)
        codes.append(_found(result.text, [(point.x, point.y) for point in points], factor))
    return tuple(codes)


def _find_with_pyzbar(image: NDArray[np.uint8], factor: float) -> tuple[FoundCode, ...]:
    decode = _pyzbar_decode()
    if decode is None:
        return ()
    codes: list[FoundCode] = []
    for result in decode(image):
        if len(result.polygon) == 4 and result.orientation in _ZBAR_ORIENTATIONS:
            # zbar lists the corners counter-clockwise, from whichever its hull begins with; the orientation
            # counts from the one at the image's top left.
            polygon = result.polygon
            top_left = min(range(4), key=lambda corner: polygon[corner].x + polygon[corner].y)
            first = top_left + _ZBAR_ORIENTATIONS.index(result.orientation)
            points = [polygon[(first - step) % 4] for step in range(4)]
            text = result.data.decode("utf-8", errors="replace")
            codes.append(_found(text, [(point.x, point.y) for point in points], factor))
    return tuple(codes)


def _found(text: str, corners: list[tuple[float, float]], factor: float) -> FoundCode:
    array = (np.asarray(corners, dtype=np.float64) + 0.5) * factor - 0.5
    array.setflags(write=False)
    return FoundCode(text, array)


@functools.cache
def _pyzbar_decode() -> Callable[[NDArray[np.uint8]], list[Any]] | None:
    """The QR decoder of pyzbar, or None where libzbar is not installed."""
    try:
        pyzbar = importlib.import_module("pyzbar.pyzbar")
    except ImportError:
        return None
    return functools.partial(pyzbar.decode, symbols=[pyzbar.ZBarSymbol.QRCODE])
