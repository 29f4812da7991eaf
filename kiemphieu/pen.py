"""Who signs the journal of a vote folder, and whose signatures hold."""

from __future__ import annotations

import datetime
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ballot_layout.tokens import load_private_key
from kiemphieu.folder import VoteFolder, read_private_key
from records.errors import KeyFileError
from records.journal import Pen, Verifier


def today() -> str:
    """The day at the venue, which is all that the record keeps of time."""
    return datetime.date.today().isoformat()  # noqa: DTZ011


def folder_pen(folder: VoteFolder) -> Pen:
    """Signs with the vote's private key where it lies in the folder.

    The key may have been taken off this machine after printing: entries are then chained and not signed.
    A key that cannot be read is no reason to stop a count.
    """
    try:
        key = load_private_key(read_private_key(folder))
    except KeyFileError:
        return Pen(today())
    return Pen(today(), signer_of(key.public_key()), key.sign)


def signer_of(key: Ed25519PublicKey) -> str:
    """How an entry names the key that signed it: SHA-256 of its 32 bytes, hex."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def key_verifier(key: Ed25519PublicKey) -> Verifier:
    """Holds signatures of `key` only."""
    wanted = signer_of(key)

    def holds(signer: str, message: bytes, signature: bytes) -> bool:
        if signer != wanted:
            return False
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return holds
