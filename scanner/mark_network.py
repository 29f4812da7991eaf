"""A small convolutional network that tells kinds of marks apart, in whole numbers.

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

    def logits(self, patches: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Scores of every picture.

        Args:
            patches: uint8 (n, channels, side, side), as `scanner.mark_patch` makes them.

        Returns:
            float64 (n, len(MarkClass)); a softmax over a row gives shares of 1.
        """
        # (channels, n, height, width) in between: a matrix product then gives the next layer as it lies.
        values = np.ascontiguousarray(patches.transpose(1, 0, 2, 3), dtype=np.float32)
        for layer in self.layers[:-1]:
            sums = _convolved(values, layer) if layer.weights.ndim == 4 else _connected(values, layer)
            values = _activated(sums, layer.scale)
            if layer.pool > 1:
                values = _pooled(values, layer.pool)
        last = self.layers[-1]
        logits: NDArray[np.float64] = _connected(values, last).T.astype(np.float64) * last.scale
        return logits

    def shares(self, patches: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Softmax of `logits`: (n, len(MarkClass)), each row adds up to 1."""
        logits = self.logits(patches)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return shares


def make_network(arrays: Mapping[str, NDArray[np.generic]]) -> MarkNetwork:
    """The network of a weights file.

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
def bundled_network() -> MarkNetwork:
    """The network that comes with the program."""
    resource = importlib.resources.files("scanner") / WEIGHTS_FILE
    with importlib.resources.as_file(resource) as path, np.load(path, allow_pickle=False) as arrays:
        return make_network({name: arrays[name] for name in arrays.files})


def _convolved(values: NDArray[np.float32], layer: Layer) -> NDArray[np.float32]:
    """Sums of a convolution: (inputs, n, rows, columns) to (outputs, n, rows', columns')."""
    outputs, inputs, height, width = layer.weights.shape
    count, step = values.shape[1], layer.stride
    rows, columns = (-(-side // step) for side in values.shape[2:])
    padded = np.pad(values, ((0, 0), (0, 0), (height // 2,) * 2, (width // 2,) * 2))
    unrolled = np.empty((inputs, height, width, count, rows, columns), np.float32)
    for y in range(height):
        for x in range(width):
            unrolled[:, y, x] = padded[:, :, y : y + rows * step : step, x : x + columns * step : step]
    sums = layer.weights.reshape(outputs, -1) @ unrolled.reshape(inputs * height * width, -1)
    return (sums + layer.bias[:, None]).reshape(outputs, count, rows, columns)


def _connected(values: NDArray[np.float32], layer: Layer) -> NDArray[np.float32]:
    """Sums of a full connection: (inputs, n, …) to (outputs, n)."""
    if values.ndim > 2:
        values = values.transpose(0, 2, 3, 1).reshape(-1, values.shape[1])
    return layer.weights @ values + layer.bias[:, None]


def _activated(sums: NDArray[np.float32], scale: NDArray[np.float32]) -> NDArray[np.float32]:
    activated = sums * scale.reshape((-1,) + (1,) * (sums.ndim - 1))
    np.rint(activated, out=activated)
    return np.clip(activated, 0.0, 255.0, out=activated)


def _pooled(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    pooled = values[:, :, ::side, ::side]
    for y in range(side):
        for x in range(side):
            pooled = np.maximum(pooled, values[:, :, y::side, x::side])
    return pooled
