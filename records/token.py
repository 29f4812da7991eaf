"""What a ballot's QR code says, as bytes and as text.

A token is `body || signature`, written in base45 (RFC 9285) so that a QR code can use its compact
alphanumeric mode:

    byte 0      format (1)
    byte 1      kind (1 ballot, 2 test ballot)
    byte 2      page number, 1-based
    byte 3      number of pages
    8 bytes     the first 8 bytes of the layout's SHA-256
    8 bytes     serial, 60 bits, big endian
    1 + n bytes vote id, length first, ASCII
    1 + n bytes style id, length first, ASCII
    64 bytes    Ed25519 signature (RFC 8032) over all bytes before it

The serial is drawn at random; it says nothing about a ballot's place in its batch.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from enum import IntEnum

TOKEN_FORMAT = 1
SIGNATURE_BYTES = 64
LAYOUT_PREFIX_BYTES = 8
SERIAL_LENGTH = 12
SERIAL_BITS = 60
MAX_ID_BYTES = 32
ID_PATTERN = re.compile(r"[a-z0-9-]{1,32}")
"""The contract's ids: a-z 0-9 - (the length keeps a code's modules at 0.5 mm or more)."""

# Crockford's base 32: no I, L, O, U, so a serial read aloud or copied by hand stays the same serial.
SERIAL_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_HEAD = struct.Struct(">BBBB8sQ")


class TokenFormatError(ValueError):
    """A code's content is not a token of this format; the text says in what way."""


class TokenKind(IntEnum):
    BALLOT = 1
    TEST = 2


@dataclass(frozen=True, slots=True)
class Token:
    """Which page of which ballot a side of paper is.

    Attributes:
        layout_prefix: the first 8 bytes of the layout's SHA-256.
        serial: 12 characters of `SERIAL_ALPHABET`.
    """

    kind: TokenKind
    vote: str
    style: str
    page: int
    pages: int
    layout_prefix: bytes
    serial: str


@dataclass(frozen=True, slots=True)
class SignedToken:
    token: Token
    body: bytes
    signature: bytes


def serial_from_int(number: int) -> str:
    """The serial that spells `number`, 0 ≤ number < 2**60."""
    if not 0 <= number < 1 << SERIAL_BITS:
        raise ValueError(f"serial number out of range: {number}")
    return "".join(SERIAL_ALPHABET[number >> shift & 31] for shift in range(SERIAL_BITS - 5, -1, -5))


def serial_to_int(serial: str) -> int:
    """Inverse of `serial_from_int`.

    Raises:
        ValueError: not 12 characters of the alphabet.
    """
    if len(serial) != SERIAL_LENGTH:
        raise ValueError(f"serial of {len(serial)} characters: {serial!r}")
    number = 0
    for character in serial:
        number = number << 5 | SERIAL_ALPHABET.index(character)
    return number


def serial_as_typed(text: str) -> str:
    """A serial as a person types it, in groups or in small letters, as it is recorded."""
    return "".join(text.split()).replace("-", "").upper()


def grouped_serial(serial: str) -> str:
    """The serial as printed beside the code: groups of four."""
    return " ".join(serial[start : start + 4] for start in range(0, len(serial), 4))


def token_body(token: Token) -> bytes:
    """The signed bytes of `token`.

    Raises:
        ValueError: an id is too long or not ASCII, or a number is out of range.
    """
    head = _HEAD.pack(
        TOKEN_FORMAT, token.kind, token.page, token.pages, token.layout_prefix, serial_to_int(token.serial)
    )
    return head + _counted(token.vote) + _counted(token.style)


def token_text(body: bytes, signature: bytes) -> str:
    """What the QR code says."""
    if len(signature) != SIGNATURE_BYTES:
        raise ValueError(f"signature of {len(signature)} bytes")
    return base45_encode(body + signature)


def parse_token(text: str) -> SignedToken:
    """Reads a code's text; the signature is not checked here.

    Raises:
        TokenFormatError: the text is anything but a token of this format.
    """
    data = base45_decode(text)
    body, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
    try:
        form, kind, page, pages, prefix, number = _HEAD.unpack_from(body)
        vote, rest = _take_counted(body[_HEAD.size :])
        style, rest = _take_counted(rest)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise TokenFormatError(f"too short: {len(data)} bytes") from error
    if form != TOKEN_FORMAT or rest or kind not in tuple(TokenKind) or number >> SERIAL_BITS:
        raise TokenFormatError("not a ballot token")
    if (
        not 1 <= page <= pages
        or not ID_PATTERN.fullmatch(vote)
        or (style and not ID_PATTERN.fullmatch(style))
    ):
        raise TokenFormatError("a token field is out of range")
    token = Token(TokenKind(kind), vote, style, page, pages, prefix, serial_from_int(number))
    return SignedToken(token, body, signature)


def base45_encode(data: bytes) -> str:
    """RFC 9285."""
    characters: list[str] = []
    for start in range(0, len(data) - 1, 2):
        value = data[start] << 8 | data[start + 1]
        characters += (_BASE45[value % 45], _BASE45[value // 45 % 45], _BASE45[value // 2025])
    if len(data) % 2:
        characters += (_BASE45[data[-1] % 45], _BASE45[data[-1] // 45])
    return "".join(characters)


def base45_decode(text: str) -> bytes:
    """RFC 9285.

    Raises:
        TokenFormatError: a character, length or group outside base45.
    """
    try:
        digits = [_BASE45.index(character) for character in text]
    except ValueError as error:
        raise TokenFormatError("a character outside base45") from error
    data = bytearray()
    for start in range(0, len(digits), 3):
        group = digits[start : start + 3]
        value = sum(digit * 45**power for power, digit in enumerate(group))
        width = len(group) - 1
        if width == 0 or value >= 1 << 8 * width:
            raise TokenFormatError("a group outside base45")
        data += value.to_bytes(width, "big")
    return bytes(data)


def _counted(text: str) -> bytes:
    data = text.encode("ascii")
    if len(data) > MAX_ID_BYTES:
        raise ValueError(f"id longer than {MAX_ID_BYTES} bytes: {text!r}")
    return bytes((len(data),)) + data


def _take_counted(data: bytes) -> tuple[str, bytes]:
    size = data[0]
    if len(data) < 1 + size:
        raise IndexError("counted text runs past the end")
    return data[1 : 1 + size].decode("ascii"), data[1 + size :]
