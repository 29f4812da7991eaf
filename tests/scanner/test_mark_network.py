from __future__ import annotations

import hashlib
import importlib.resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from records.geometry import Rect
from records.reading import MarkScores
from scanner.box_ink import BoxInk
from scanner.forms import REFERENCE_PX_PER_MM
from scanner.mark_network import (
    WEIGHTS_FILE,
    MarkClass,
    _activated,
    _convolved,
    bundled_panel,
    make_network,
)
from scanner.mark_patch import MARK_FEATURES, PATCH_CHANNELS, PATCH_PX, mark_features, mark_patch
from scanner.mark_scores import score_box
from scanner.options import MARK_NETWORK_SHA256, MarkOptions

BOX_MM, AROUND_MM = 7.0, 6.0
PX = REFERENCE_PX_PER_MM
Line = tuple[tuple[float, float], tuple[float, float]]


def box_with(*lines: Line) -> BoxInk:
    """Straight strokes from start to end (x, y in box units, 0 … 1), about half a millimetre wide."""
    side = round((BOX_MM + 2 * AROUND_MM) * PX)
    rows, columns = np.mgrid[:side, :side]
    x, y = ((values + 0.5) / PX - AROUND_MM for values in (columns, rows))
    darkness = np.zeros((side, side))
    for start, end in lines:
        (x0, y0), (x1, y1) = ((BOX_MM * x, BOX_MM * y) for x, y in (start, end))
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx**2 + dy**2), 0, 1)
        distance = np.hypot(x - x0 - along * dx, y - y0 - along * dy)
        darkness = np.maximum(darkness, 150 * np.clip((0.38 - distance) / 0.18, 0, 1))
    edge = np.maximum(np.abs(x - BOX_MM / 2), np.abs(y - BOX_MM / 2))
    hidden = np.abs(edge - BOX_MM / 2) < 0.35
    ink = (darkness >= 40) & ~hidden
    first, last = round(AROUND_MM * PX), round((AROUND_MM + BOX_MM) * PX)
    return BoxInk(
        Rect(0, 0, BOX_MM + 2 * AROUND_MM, BOX_MM + 2 * AROUND_MM),
        darkness.astype(np.uint8),
        ink,
        ink,
        hidden,
        np.zeros_like(ink),
        (first, first, last, last),
    )


def seen(*boxes: BoxInk) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Patches and features of boxes, as the reader makes them."""
    options = MarkOptions()
    patches = np.stack([mark_patch(box) for box in boxes])
    return patches, np.stack([mark_features(score_box(box, options)[0]) for box in boxes])


UNSURE = MarkOptions().second_look
CROSS = box_with(((0.15, 0.15), (0.85, 0.85)), ((0.85, 0.15), (0.15, 0.85)))
SLASH = box_with(((0.85, 0.15), (0.15, 0.85)))
TICK = box_with(((0.15, 0.5), (0.4, 0.85)), ((0.4, 0.85), (0.9, 0.1)))
V = box_with(((0.2, 0.1), (0.5, 0.9)), ((0.5, 0.9), (0.8, 0.1)))


def test_it_knows_a_cross_from_a_slash_a_tick_and_a_v() -> None:
    shares = bundled_panel().shares(*seen(CROSS, SLASH, TICK, V), UNSURE)
    assert shares[0, MarkClass.CROSS] > 0.99
    assert shares[1:, MarkClass.CROSS].max() < 0.01


def test_shares_add_up_to_one() -> None:
    shares = bundled_panel().shares(*seen(CROSS, SLASH), (0.0, 1.0))
    assert shares.shape == (2, len(MarkClass))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)


@given(st.integers(0, 1 << 30), st.integers(1, 6))
def test_whole_numbers_are_exact_whatever_a_picture_holds(seed: int, count: int) -> None:
    """The same as with sums that cannot round, and each picture the same alone as among others."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(0, 256, (count, PATCH_CHANNELS, PATCH_PX, PATCH_PX), dtype=np.uint8)
    features = rng.integers(0, 256, (count, len(MARK_FEATURES)), dtype=np.uint8)
    network = bundled_panel().networks[0]
    logits = network.logits(patches, features)
    alone = np.concatenate([network.logits(patches[[index]], features[[index]]) for index in range(count)])
    np.testing.assert_array_equal(logits, alone)


def test_sums_are_those_of_whole_numbers() -> None:
    """The first layer again in 64-bit integers, which never round."""
    layer = bundled_panel().networks[0].layers[0]
    patch = mark_patch(CROSS)
    weights, values = layer.weights.astype(np.int64), patch.astype(np.int64)
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
    found = _activated(_convolved(patch[..., None].astype(np.float32), one_layer), layer.scale)[..., 0]
    np.testing.assert_array_equal(found, wanted)


def test_every_network_is_asked_in_every_turn_where_the_first_is_unsure() -> None:
    panel, (patches, features) = bundled_panel(), seen(TICK, V)
    views = [
        turned[..., ::step] for turned in (np.rot90(patches, k, (2, 3)) for k in range(4)) for step in (1, -1)
    ]
    told = [
        network.shares(np.ascontiguousarray(view), features) for network in panel.networks for view in views
    ]
    mean = np.exp(np.mean(np.log(told), axis=0))
    wanted = mean / mean.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(panel.shares(patches, features, (0.0, 1.0)), wanted, atol=1e-5)
    alone = panel.networks[0].shares(patches, features)
    np.testing.assert_array_equal(panel.shares(patches, features, (1.0, 1.0)), alone)


def test_a_mark_turned_about_is_the_same_mark_to_the_second_look() -> None:
    panel, (patches, features) = bundled_panel(), seen(TICK)
    upright = panel.shares(patches, features, (0.0, 1.0))
    turned = panel.shares(np.ascontiguousarray(np.rot90(patches, 1, (2, 3))), features, (0.0, 1.0))
    np.testing.assert_allclose(turned, upright, atol=1e-9)


def test_features_are_cut_off_at_their_range() -> None:
    low = mark_features(MarkScores(arm_share=-9.0))
    high = mark_features(MarkScores(arm_share=0.5, ink_mm2=500.0))
    names = [name for name, _, _ in MARK_FEATURES]
    assert low[names.index("arm_share")] == 0
    assert high[names.index("arm_share")] == high[names.index("ink_mm2")] == 255


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
