"""Trains the mark network and writes its whole-number weights.

    python -m benchmarks.train_marks SAMPLES.npz … --check CHECK.npz [--epochs 30] [--seed 1] [--out FILE]
        [--start WEIGHTS.npz]

Needs PyTorch (`pip install torch`, or the extra `train`); nothing else of the program does. The samples are
those of `benchmarks.mark_samples` of the tuning half of the writers; `--check` is a part of the same half
that is not trained on. Marks are turned and mirrored freely: an X stays an X and a tick no X.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from scanner.mark_network import WEIGHTS_FILE, MarkClass, make_network

_WIDTHS = (16, 24, 40, 64)
_HIDDEN = 48
_FIRST_RATE, _FURTHER_RATE = 6e-3, 1.5e-3
_ACTIVATION_QUANTILE = 0.9999
"""Activations beyond this share are cut off when the network is brought to whole numbers."""


class FloatNetwork(nn.Module):
    """The network before it is brought to whole numbers; `scanner.mark_network` has the same layers."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        first, second, third, fourth = _WIDTHS
        self.convolutions = nn.ModuleList(
            [
                nn.Conv2d(channels, first, 5, stride=2, padding=2, bias=False),
                nn.Conv2d(first, second, 3, padding=1, bias=False),
                nn.Conv2d(second, third, 3, padding=1, bias=False),
                nn.Conv2d(third, fourth, 3, padding=1, bias=False),
            ]
        )
        self.norms = nn.ModuleList([nn.BatchNorm2d(width) for width in _WIDTHS])
        self.pools = (1, 2, 2, 3)
        self.hidden = nn.Linear(fourth * 4, _HIDDEN)
        self.last = nn.Linear(_HIDDEN, len(MarkClass))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        for convolution, norm, pool in zip(self.convolutions, self.norms, self.pools, strict=True):
            values = torch.relu(norm(convolution(values)))
            if pool > 1:
                values = functional.max_pool2d(values, pool)
        values = functional.dropout(values.flatten(1), 0.2, self.training)
        return self.last(torch.relu(self.hidden(values)))


def started_from(arrays: Mapping[str, NDArray[np.generic]]) -> FloatNetwork:
    """A network that computes what the whole-number weights do, its norms an identity, to train on."""
    network = FloatNetwork()
    layers = [*network.convolutions, network.hidden, network.last]
    for number, layer in enumerate(layers):
        scale = torch.from_numpy(arrays[f"scale{number}"].astype(np.float32))
        weights = torch.from_numpy(arrays[f"weights{number}"].astype(np.float32))
        bias = torch.from_numpy(arrays[f"bias{number}"].astype(np.float32)) * scale
        unit = 255.0 if layer is network.last else 1.0
        shape = (-1,) + (1,) * (weights.dim() - 1)
        with torch.no_grad():
            layer.weight.copy_(weights * scale.reshape(shape) * unit)
            target = network.norms[number].bias if number < len(network.norms) else layer.bias
            target.copy_(bias * unit / 255)
    return network


def batches(
    patches: torch.Tensor, classes: torch.Tensor, size: int, generator: torch.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Shuffled batches, each turned, mirrored and shifted by up to two pixels as a whole."""
    order = torch.randperm(len(patches), generator=generator)
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        values = patches[chosen].float() / 255
        turns = int(torch.randint(4, (1,), generator=generator))
        values = torch.rot90(values, turns, (2, 3))
        if torch.rand(1, generator=generator) < 0.5:
            values = values.flip(3)
        shift = torch.randint(-2, 3, (2,), generator=generator).tolist()
        yield torch.roll(values, shift, (2, 3)), classes[chosen]


def train(
    patches: NDArray[np.uint8],
    classes: NDArray[np.int64],
    epochs: int,
    seed: int,
    start: FloatNetwork | None = None,
) -> FloatNetwork:
    """A trained network; from `start`, where given, with a lower rate and its norms left as they are."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    network = start or FloatNetwork(patches.shape[1])
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-3)
    steps = epochs * -(-len(patches) // 128)
    rate = _FIRST_RATE if start is None else _FURTHER_RATE
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    inputs, targets = torch.from_numpy(patches), torch.from_numpy(classes)
    for epoch in range(epochs):
        network.train()
        if start is not None:
            network.norms.eval()
        total = 0.0
        for values, wanted in batches(inputs, targets, 128, generator):
            loss = functional.cross_entropy(network(values), wanted)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(wanted)
        print(f"epoch {epoch + 1:3d}  loss {total / len(inputs):.4f}", flush=True)
    return network.eval()


def whole_numbers(network: FloatNetwork, patches: NDArray[np.uint8]) -> dict[str, NDArray[np.generic]]:
    """The network's arrays for `scanner.mark_network.make_network`.

    Weights are scaled channel by channel to −127 … 127, activations layer by layer to 0 … 255 by their
    spread over `patches`.
    """
    values = torch.from_numpy(patches).float() / 255
    arrays: dict[str, NDArray[np.generic]] = {}
    unit = 1 / 255
    layers = list(_folded(network))
    for number, (weights, bias, stride, pool) in enumerate(layers):
        last = number == len(layers) - 1
        with torch.no_grad():
            if weights.dim() == 4:
                values = functional.conv2d(values, weights, bias, stride, weights.shape[2] // 2)
            else:
                values = values.flatten(1) @ weights.T + bias
        values = values if last else torch.relu(values)
        top = 1.0 if last else float(np.quantile(values.numpy(), _ACTIVATION_QUANTILE)) / 255
        step = weights.abs().flatten(1).max(dim=1).values.clamp_min(1e-9) / 127
        shape = (-1,) + (1,) * (weights.dim() - 1)
        arrays[f"weights{number}"] = torch.round(weights / step.reshape(shape)).numpy().astype(np.int8)
        arrays[f"bias{number}"] = torch.round(bias / (step * unit)).numpy().astype(np.int32)
        arrays[f"scale{number}"] = (step * unit / top).numpy().astype(np.float32)
        arrays[f"form{number}"] = np.array((stride, pool), np.int32)
        if pool > 1:
            values = functional.max_pool2d(values, pool)
        unit = top
    return arrays


def _folded(network: FloatNetwork) -> Iterator[tuple[torch.Tensor, torch.Tensor, int, int]]:
    """Weights, bias, stride and pool of every layer, the norms folded in."""
    for convolution, norm, pool in zip(network.convolutions, network.norms, network.pools, strict=True):
        factor = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
        weights = convolution.weight.detach() * factor[:, None, None, None]
        yield weights, norm.bias.detach() - norm.running_mean * factor, convolution.stride[0], pool
    for linear in (network.hidden, network.last):
        yield linear.weight.detach(), linear.bias.detach(), 1, 1


def report(shares: NDArray[np.float64], classes: NDArray[np.int64], text: str) -> None:
    """A line on how well crosses are told from the rest: the tails that matter."""
    cross = classes == MarkClass.CROSS
    other = (classes == MarkClass.OTHER) | (classes == MarkClass.CORRECTED)
    right = (shares.argmax(axis=1) == MarkClass.CROSS) == cross
    print(f"{text}: n {len(classes)}, cross or not right {right[cross | other].mean():.4f}")
    for limit in (0.5, 0.9, 0.98, 0.995):
        kept = float(np.mean(shares[cross, MarkClass.CROSS] >= limit))
        taken = float(np.mean(shares[other, MarkClass.CROSS] >= limit))
        print(f"   share >= {limit}: {kept:.4f} of crosses, {taken:.5f} of other marks")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("samples", type=Path, nargs="+")
    parser.add_argument("--check", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--start", type=Path, help="whole-number weights to train further")
    parser.add_argument("--out", type=Path, default=Path("scanner") / WEIGHTS_FILE)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    loaded = [np.load(path) for path in arguments.samples]
    patches = np.concatenate([part["patches"] for part in loaded])
    classes = np.concatenate([part["classes"] for part in loaded])
    start = started_from(np.load(arguments.start)) if arguments.start else None
    network = train(patches, classes, arguments.epochs, arguments.seed, start)
    arrays = whole_numbers(network, patches[:4000])
    check = np.load(arguments.check)
    with torch.no_grad():
        floats = torch.softmax(network(torch.from_numpy(check["patches"]).float() / 255), 1).numpy()
    report(floats.astype(np.float64), check["classes"], "before rounding to whole numbers")
    report(make_network(arrays).shares(check["patches"]), check["classes"], "as the reader uses it")
    np.savez_compressed(arguments.out, **arrays)
    print(f"wrote {arguments.out}: {arguments.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
