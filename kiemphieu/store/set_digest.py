"""A digest of a set of things that says nothing of the order in which they came.

A lattice hash (Bellare and Micciancio 1997; LtHash with 1,024 numbers of 16 bits, Lewi et al. 2019): each
thing is spread over 1,024 numbers by SHAKE-256, and the numbers of all things are added up modulo 2¹⁶.
Adding or taking away one thing costs the same however many there are; two different sets with the same sum
cannot be found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

_LANES = 1024
_BYTES = 2 * _LANES
EMPTY = bytes(_BYTES)
"""The state of no things."""


def added(state: bytes, things: Iterable[bytes]) -> bytes:
    """The state with `things` in it."""
    return _combined(state, things, 1)


def removed(state: bytes, things: Iterable[bytes]) -> bytes:
    """The state without `things`, which must be in it."""
    return _combined(state, things, -1)


def digest(state: bytes) -> str:
    """SHA-256 of the state, hex: what is written down."""
    return hashlib.sha256(state).hexdigest()


def _combined(state: bytes, things: Iterable[bytes], sign: int) -> bytes:
    if len(state) != _BYTES:
        raise ValueError(f"a set's state has {_BYTES} bytes, not {len(state)}")
    lanes = np.frombuffer(state, "<u2").astype(np.int64)
    for thing in things:
        spread = hashlib.shake_256(b"kiemphieu set 1\n" + thing).digest(_BYTES)
        lanes += sign * np.frombuffer(spread, "<u2").astype(np.int64)
    return (lanes % (1 << 16)).astype("<u2").tobytes()
