"""Small convolutional networks that tell kinds of marks apart, in whole numbers.

The first looks at every mark. Where it is not sure, all of them look at the mark in all eight turns and
mirrorings, and their answers are averaged: an X stays an X whichever way one turns the paper.

Weights are 8-bit and activations 0 … 255; every sum of their products stays below 2²⁴, so that single
precision holds it exactly. The same picture gives the same scores on every machine, whatever order its
libraries add in. `benchmarks/train_marks.py` trained it and says how; no number here decides anything,
`scanner.marks` does.
"""

from __future__ import annotations

import functools
import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

WEIGHTS_FILE = "mark_network.npz"
_EXACT_BELOW = 2**24


class MarkClass(IntEnum):
    """What the network knows, in the order of its outputs."""

    CROSS = 0
    OTHER = 1
    CORRECTED = 2
    NOTHING = 3


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: a convolution where `weights` has four axes, else a full connection.

    Attributes:
        weights: float32 holding whole numbers −127 … 127; (outputs, inputs, height, width) or
            (outputs, inputs).
        bias: float32 whole numbers, (outputs,), in units of the products' sums.
        scale: float32 (outputs,); from a sum to the next layer's 0 … 255, or to logits in the last layer.
        stride: of a convolution.
        pool: side of the squares of which the largest value is kept afterwards; 1 keeps all.
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    scale: NDArray[np.float32]
    stride: int = 1
    pool: int = 1


@dataclass(frozen=True, slots=True)
class MarkNetwork:
    layers: tuple[Layer, ...]

    def logits(self, patches: NDArray[np.uint8], features: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Scores of every mark.

        Args:
            patches: uint8 (n, channels, side, side), as `scanner.mark_patch.mark_patch` makes them.
            features: uint8 (n, len(MARK_FEATURES)), as `scanner.mark_patch.mark_features` makes them;
                they join what the convolutions found where the full connections begin.

        Returns:
            float64 (n, len(MarkClass)); a softmax over a row gives shares of 1.
        """
        # (channels, height, width, n) in between: a matrix product then gives the next layer as it lies, and
        # what is copied for it lies in long runs.
        values = np.ascontiguousarray(patches.transpose(1, 2, 3, 0), dtype=np.float32)
        for layer in self.layers[:-1]:
            if layer.weights.ndim == 4:
                # The largest sum has the largest activation: a quarter or a ninth of them is enough.
                sums = _pooled(_convolved(values, layer), layer.pool)
            else:
                values = _joined(values, features) if values.ndim == 4 else values
                sums = _connected(values, layer)
            values = _activated(sums, layer.scale)
        last = self.layers[-1]
        logits: NDArray[np.float64] = _connected(values, last).T.astype(np.float64) * last.scale
        return logits

    def shares(self, patches: NDArray[np.uint8], features: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Softmax of `logits`: (n, len(MarkClass)), each row adds up to 1."""
        logits = self.logits(patches, features)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return shares


@dataclass(frozen=True, slots=True)
class MarkPanel:
    """Several networks of the same marks; the first is asked first."""

    networks: tuple[MarkNetwork, ...]

    def shares(
        self, patches: NDArray[np.uint8], features: NDArray[np.uint8], unsure: tuple[float, float]
    ) -> NDArray[np.float64]:
        """What the panel makes of every mark.

        Args:
            patches: as for `MarkNetwork.logits`.
            features: as for `MarkNetwork.logits`.
            unsure: between these shares of a cross the first network's answer is not taken alone.

        Returns:
            float64 (n, len(MarkClass)), each row adds up to 1.
        """
        shares = self.networks[0].shares(patches, features)
        cross = shares[:, MarkClass.CROSS]
        asked = np.flatnonzero((cross > unsure[0]) & (cross < unsure[1]))
        if len(asked):
            shares[asked] = self._second_look(patches[asked], features[asked])
        return shares

    def _second_look(self, patches: NDArray[np.uint8], features: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The geometric mean of all networks' shares in all turns and mirrorings."""
        views = np.concatenate([np.rot90(patches, turns, (2, 3)) for turns in range(4)])
        views = np.concatenate([views, views[..., ::-1]])
        repeated = np.tile(features, (8, 1))
        logs = np.zeros((len(patches), len(MarkClass)))
        for network in self.networks:
            told = np.log(np.maximum(network.shares(views, repeated), _LEAST_SHARE))
            logs += told.reshape(8, len(patches), -1).sum(axis=0)
        powers = np.exp(logs / (8 * len(self.networks)))
        shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return shares


_LEAST_SHARE = 1e-6


def make_panel(arrays: Mapping[str, NDArray[np.generic]]) -> MarkPanel:
    """The networks of a weights file: every array of `make_network` with one more axis, the network's.

    Raises:
        ValueError: see `make_network`.
    """
    count = len(arrays["weights0"])
    return MarkPanel(
        tuple(make_network({name: array[i] for name, array in arrays.items()}) for i in range(count))
    )


def make_network(arrays: Mapping[str, NDArray[np.generic]]) -> MarkNetwork:
    """One network of its arrays.

    Args:
        arrays: `weights0`, `bias0`, `scale0`, `form0` (stride, pool), `weights1`, …

    Raises:
        ValueError: a layer whose sums could exceed what single precision holds exactly.
    """
    layers = []
    for number in range(sum(name.startswith("weights") for name in arrays)):
        weights = arrays[f"weights{number}"].astype(np.float32)
        bias = arrays[f"bias{number}"].astype(np.float32)
        largest = 255 * np.abs(weights).reshape(len(weights), -1).sum(axis=1) + np.abs(bias)
        if largest.max() >= _EXACT_BELOW:
            raise ValueError(f"layer {number} of the mark network is not exact")
        stride, pool = (int(value) for value in arrays[f"form{number}"].astype(np.int64))
        layers.append(Layer(weights, bias, arrays[f"scale{number}"].astype(np.float32), stride, pool))
    return MarkNetwork(tuple(layers))


@functools.cache
def bundled_panel() -> MarkPanel:
    """The networks that come with the program."""
    resource = importlib.resources.files("scanner") / WEIGHTS_FILE
    with importlib.resources.as_file(resource) as path, np.load(path, allow_pickle=False) as arrays:
        return make_panel({name: arrays[name] for name in arrays.files})


def _convolved(values: NDArray[np.float32], layer: Layer) -> NDArray[np.float32]:
    """Sums of a convolution: (inputs, rows, columns, n) to (outputs, rows', columns', n)."""
    outputs, inputs, height, width = layer.weights.shape
    high, wide, count = values.shape[1:]
    step = layer.stride
    rows, columns = -(-high // step), -(-wide // step)
    padded = np.zeros((inputs, high + height - 1, wide + width - 1, count), np.float32)
    top, left = height // 2, width // 2
    padded[:, top : top + high, left : left + wide] = values
    # Every so many pixels apart first, then together: the copies below run along whole rows.
    apart = [[np.ascontiguousarray(padded[:, y::step, x::step]) for x in range(step)] for y in range(step)]
    unrolled = np.empty((inputs, height, width, rows, columns, count), np.float32)
    for y in range(height):
        for x in range(width):
            down, across = y // step, x // step
            part = apart[y % step][x % step]
            unrolled[:, y, x] = part[:, down : down + rows, across : across + columns]
    sums = layer.weights.reshape(outputs, -1) @ unrolled.reshape(inputs * height * width, -1)
    sums += layer.bias[:, None]
    return sums.reshape(outputs, rows, columns, count)


def _joined(values: NDArray[np.float32], features: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the convolutions found, (channels, rows, columns, n), and the features below it: (inputs, n)."""
    return np.concatenate([values.reshape(-1, values.shape[3]), features.T.astype(np.float32)])


def _connected(values: NDArray[np.float32], layer: Layer) -> NDArray[np.float32]:
    """Sums of a full connection: (inputs, n) to (outputs, n)."""
    return layer.weights @ values + layer.bias[:, None]


def _activated(sums: NDArray[np.float32], scale: NDArray[np.float32]) -> NDArray[np.float32]:
    activated = sums * scale.reshape((-1,) + (1,) * (sums.ndim - 1))
    np.rint(activated, out=activated)
    return np.clip(activated, 0.0, 255.0, out=activated)


def _pooled(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """The largest value of each square: (channels, rows, columns, n), rows and columns divided by `side`."""
    if side == 1:
        return values
    down = functools.reduce(np.maximum, (values[:, y::side] for y in range(side)))
    return functools.reduce(np.maximum, (down[:, :, x::side] for x in range(side)))
