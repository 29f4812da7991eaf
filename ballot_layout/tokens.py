"""Keys, signatures and serials of ballots."""

from __future__ import annotations

from collections.abc import Callable, Collection

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from records.errors import KeyFileError
from records.layout import Layout
from records.token import (
    LAYOUT_PREFIX_BYTES,
    SERIAL_BITS,
    Token,
    TokenKind,
    serial_from_int,
    token_body,
    token_text,
)

SEED_BYTES = 32


def generate_keys(seed: bytes | None = None) -> tuple[bytes, bytes]:
    """A new Ed25519 key pair as (private PEM, public PEM).

    Args:
        seed: 32 bytes that fix the pair, for tests and samples only; None takes the system's randomness.

    Raises:
        ValueError: a seed of another length.
    """
    key = Ed25519PrivateKey.generate() if seed is None else Ed25519PrivateKey.from_private_bytes(seed)
    private_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public_pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private_pem, public_pem


def load_private_key(pem: bytes) -> Ed25519PrivateKey:
    """The signing key in a PEM file.

    Raises:
        KeyFileError: not PEM, encrypted, or not an Ed25519 key.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError("key_unreadable", reason=str(error).splitlines()[0]) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError("key_not_ed25519", found=type(key).__name__.strip("_"))
    return key


def sign_token(token: Token, key: Ed25519PrivateKey) -> str:
    """The QR text of `token` (see `records.token`).

    Raises:
        ValueError: a field of the token is out of range.
    """
    body = token_body(token)
    return token_text(body, key.sign(body))


def draw_serials(count: int, taken: Collection[str], random_bits: Callable[[int], int]) -> tuple[str, ...]:
    """`count` serials in the order drawn, none of them in `taken` and none twice.

    Args:
        count: how many.
        taken: the serials issued before.
        random_bits: returns an integer of that many random bits, such as `secrets.randbits`.

    Raises:
        ValueError: the source repeats itself: with 60 random bits a draw is new all but always.
    """
    used = frozenset(taken)
    drawn: dict[str, None] = {}
    for _ in range(2 * count + 100):
        if len(drawn) == count:
            break
        serial = serial_from_int(random_bits(SERIAL_BITS))
        if serial not in used:
            drawn[serial] = None
    if len(drawn) < count:
        raise ValueError(f"the random source gave {len(drawn)} new serials of {count}")
    return tuple(drawn)


def ballot_tokens(layout: Layout, serial: str, kind: TokenKind = TokenKind.BALLOT) -> tuple[Token, ...]:
    """The tokens of one ballot, one for each printed page in order."""
    prefix = bytes.fromhex(layout.sha256)[:LAYOUT_PREFIX_BYTES]
    pages = len(layout.pages)
    return tuple(
        Token(kind, layout.vote, layout.style, page.page, pages, prefix, serial) for page in layout.pages
    )
