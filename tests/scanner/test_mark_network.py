from __future__ import annotations

import hashlib
import importlib.resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from scanner.mark_network import (
    WEIGHTS_FILE,
    MarkClass,
    _activated,
    _convolved,
    bundled_network,
    make_network,
)
from scanner.mark_patch import BOX_PX, PATCH_CHANNELS, PATCH_PX
from scanner.options import MARK_NETWORK_SHA256

MARGIN = (PATCH_PX - BOX_PX) // 2


def patch_of(*lines: tuple[tuple[float, float], tuple[float, float]]) -> NDArray[np.uint8]:
    """Straight strokes from start to end (x, y in box units, 0 … 1), about half a millimetre wide."""
    rows, columns = np.mgrid[:PATCH_PX, :PATCH_PX]
    x, y = (columns + 0.5 - MARGIN) / BOX_PX, (rows + 0.5 - MARGIN) / BOX_PX
    ink = np.zeros((PATCH_PX, PATCH_PX))
    for (x0, y0), (x1, y1) in lines:
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx**2 + dy**2), 0, 1)
        distance = np.hypot(x - x0 - along * dx, y - y0 - along * dy)
        ink = np.maximum(ink, np.clip((0.055 - distance) / 0.025, 0, 1))
    edge = np.maximum(np.abs(x - 0.5), np.abs(y - 0.5))
    hidden = np.abs(edge - 0.5) < 0.05
    ink[hidden] = 0
    return np.stack([255 * ink, np.zeros_like(ink), 255.0 * hidden]).astype(np.uint8)


CROSS = patch_of(((0.15, 0.15), (0.85, 0.85)), ((0.85, 0.15), (0.15, 0.85)))
SLASH = patch_of(((0.85, 0.15), (0.15, 0.85)))
TICK = patch_of(((0.15, 0.5), (0.4, 0.85)), ((0.4, 0.85), (0.9, 0.1)))
V = patch_of(((0.2, 0.1), (0.5, 0.9)), ((0.5, 0.9), (0.8, 0.1)))


def test_it_knows_a_cross_from_a_slash_a_tick_and_a_v() -> None:
    shares = bundled_network().shares(np.stack([CROSS, SLASH, TICK, V]))
    assert shares[0, MarkClass.CROSS] > 0.99
    assert shares[1:, MarkClass.CROSS].max() < 0.01


def test_shares_add_up_to_one() -> None:
    shares = bundled_network().shares(np.stack([CROSS, SLASH]))
    assert shares.shape == (2, len(MarkClass))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)


@given(st.integers(0, 1 << 30), st.integers(1, 6))
def test_whole_numbers_are_exact_whatever_a_picture_holds(seed: int, count: int) -> None:
    """The same as with sums that cannot round, and each picture the same alone as among others."""
    patches = np.random.default_rng(seed).integers(
        0, 256, (count, PATCH_CHANNELS, PATCH_PX, PATCH_PX), dtype=np.uint8
    )
    network = bundled_network()
    logits = network.logits(patches)
    alone = np.concatenate([network.logits(patches[index : index + 1]) for index in range(count)])
    np.testing.assert_array_equal(logits, alone)


def test_sums_are_those_of_whole_numbers() -> None:
    """The first layer again in 64-bit integers, which never round."""
    layer = bundled_network().layers[0]
    weights, values = layer.weights.astype(np.int64), CROSS.astype(np.int64)
    pad = weights.shape[2] // 2
    padded = np.pad(values, ((0, 0), (pad, pad), (pad, pad)))
    side = -(-PATCH_PX // layer.stride)
    wanted = np.empty((len(weights), side, side))
    for row in range(side):
        for column in range(side):
            y, x = row * layer.stride, column * layer.stride
            window = padded[:, y : y + weights.shape[2], x : x + weights.shape[3]]
            sums = (weights * window).sum(axis=(1, 2, 3)) + layer.bias.astype(np.int64)
            wanted[:, row, column] = np.clip(np.rint(sums.astype(np.float32) * layer.scale), 0, 255)
    one_layer = type(layer)(layer.weights, layer.bias, layer.scale, layer.stride, 1)
    found = _activated(_convolved(CROSS[:, None].astype(np.float32), one_layer), layer.scale)[:, 0]
    np.testing.assert_array_equal(found, wanted)


def test_a_network_that_could_round_is_refused() -> None:
    arrays: dict[str, NDArray[np.generic]] = {
        "weights0": np.full((1, 600), 127, np.int8),
        "bias0": np.zeros(1, np.int32),
        "scale0": np.ones(1, np.float32),
        "form0": np.array((1, 1), np.int32),
    }
    with pytest.raises(ValueError, match="not exact"):
        make_network(arrays)


def test_the_digest_names_the_weights_that_are_there() -> None:
    """Trained anew, they come with their new hash, so that old readings tell that they are old."""
    data = (importlib.resources.files("scanner") / WEIGHTS_FILE).read_bytes()
    assert hashlib.sha256(data).hexdigest() == MARK_NETWORK_SHA256
