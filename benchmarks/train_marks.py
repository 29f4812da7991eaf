"""Trains the mark networks and writes their whole-number weights.

    python -m benchmarks.train_marks SAMPLES.npz … [--hold FOLD …] [--check CHECK.npz …] [--epochs 12]
        [--networks 2] [--seed 1] [--workers 2] [--out FILE]

Needs PyTorch (`pip install torch`, or the extra `train`); nothing else of the program does. The samples are
those of `benchmarks.mark_samples` of the tuning half of the writers. With `--hold` the writers of some folds
of that half are not trained on but reported on, which is how limits are chosen. Marks are turned and
mirrored freely: an X stays an X and a tick no X. The networks differ by their seed alone.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from records.reading import MarkScores
from scanner.mark_network import WEIGHTS_FILE, MarkClass, make_panel
from scanner.mark_patch import MARK_FEATURES, PATCH_CHANNELS, mark_features
from scanner.options import MarkOptions

_WIDTHS = (20, 32, 48, 72)
_HIDDEN = 64
_FEATURE_FACTOR = 2.0
"""Brings the features to about the size of what the convolutions find."""
_RATE = 6e-3
_BATCH = 128
_ACTIVATION_QUANTILE = 0.9999
"""Activations beyond this share are cut off when the network is brought to whole numbers."""


class FloatNetwork(nn.Module):
    """The network before it is brought to whole numbers; `scanner.mark_network` has the same layers."""

    def __init__(self, channels: int = PATCH_CHANNELS, features: int = len(MARK_FEATURES)) -> None:
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
        self.hidden = nn.Linear(fourth * 4 + features, _HIDDEN)
        self.last = nn.Linear(_HIDDEN, len(MarkClass))

    def forward(self, values: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
        for convolution, norm, pool in zip(self.convolutions, self.norms, self.pools, strict=True):
            values = torch.relu(norm(convolution(values)))
            if pool > 1:
                values = functional.max_pool2d(values, pool)
        values = torch.cat([values.flatten(1), features * _FEATURE_FACTOR], 1)
        values = functional.dropout(values, 0.2, self.training)
        return self.last(torch.relu(self.hidden(values)))


@dataclass(frozen=True)
class Marks:
    """Labelled marks; `patches` uint8 (n, channels, side, side), `features` uint8 (n, k), `classes` int64."""

    patches: NDArray[np.uint8]
    features: NDArray[np.uint8]
    classes: NDArray[np.int64]

    def part(self, chosen: NDArray[np.bool_] | slice) -> Marks:
        return Marks(self.patches[chosen], self.features[chosen], self.classes[chosen])


def load_marks(paths: Sequence[Path]) -> tuple[Marks, NDArray[np.int64]]:
    """All samples of several files, and the fold of each."""
    patches, features, classes, folds = [], [], [], []
    for path in paths:
        with np.load(path) as samples:
            patches.append(samples["patches"])
            features.append([mark_features(MarkScores(*row)) for row in samples["scores"]])
            classes.append(samples["classes"])
            folds.append(samples["folds"])
    marks = Marks(np.concatenate(patches), np.concatenate(features), np.concatenate(classes))
    return marks, np.concatenate(folds)


def batches(
    marks: Marks, size: int, generator: torch.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Shuffled batches, each turned, mirrored and shifted by up to two pixels as a whole."""
    patches, features = torch.from_numpy(marks.patches), torch.from_numpy(marks.features)
    classes = torch.from_numpy(marks.classes)
    order = torch.randperm(len(patches), generator=generator)
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        values = patches[chosen].float() / 255
        turns = int(torch.randint(4, (1,), generator=generator))
        values = torch.rot90(values, turns, (2, 3))
        if torch.rand(1, generator=generator) < 0.5:
            values = values.flip(3)
        shift = torch.randint(-2, 3, (2,), generator=generator).tolist()
        yield torch.roll(values, shift, (2, 3)), features[chosen].float() / 255, classes[chosen]


def train(marks: Marks, epochs: int, seed: int) -> FloatNetwork:
    """A trained network; the same marks, epochs and seed give the same one on the same machine."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    network = FloatNetwork()
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-2)
    steps = epochs * -(-len(marks.classes) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps)
    for epoch in range(epochs):
        network.train()
        total = 0.0
        for values, features, wanted in batches(marks, _BATCH, generator):
            loss = functional.cross_entropy(network(values, features), wanted)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(wanted)
        print(f"seed {seed} epoch {epoch + 1:3d}  loss {total / len(marks.classes):.4f}", flush=True)
    return network.eval()


def whole_numbers(network: FloatNetwork, marks: Marks) -> dict[str, NDArray[np.generic]]:
    """The network's arrays for `scanner.mark_network.make_network`.

    Weights are scaled channel by channel to −127 … 127, activations layer by layer to 0 … 255 by their
    spread over `marks`.
    """
    values = torch.from_numpy(marks.patches).float() / 255
    arrays: dict[str, NDArray[np.generic]] = {}
    unit = 1 / 255
    layers = list(_folded(network))
    features = torch.from_numpy(marks.features).float()
    for number, (folded, bias, stride, pool) in enumerate(layers):
        last = number == len(layers) - 1
        joins = folded.dim() == 2 and values.dim() == 4
        weights = _features_rescaled(folded, unit) if joins else folded
        values = torch.cat([values.flatten(1), features * unit], 1) if joins else values
        with torch.no_grad():
            if weights.dim() == 4:
                values = functional.conv2d(values, weights, bias, stride, weights.shape[2] // 2)
            else:
                values = values @ weights.T + bias
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


def _features_rescaled(weights: torch.Tensor, unit: float) -> torch.Tensor:
    """The first full connection's weights, so that its features come in the convolutions' `unit`, too."""
    rescaled = weights.clone()
    rescaled[:, -len(MARK_FEATURES) :] *= _FEATURE_FACTOR / (255 * unit)
    return rescaled


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


def _panel_shares(
    arrays: dict[str, NDArray[np.generic]], marks: Marks, unsure: tuple[float, float]
) -> NDArray[np.float64]:
    panel = make_panel(arrays)
    parts = [marks.part(slice(start, start + 512)) for start in range(0, len(marks.classes), 512)]
    return np.concatenate([panel.shares(part.patches, part.features, unsure) for part in parts])


_TRAINED: list[Marks] = []
"""What is trained on; forked processes share it."""


def _trained(task: tuple[int, int]) -> dict[str, NDArray[np.generic]]:
    epochs, seed = task
    torch.set_num_threads(1)
    return whole_numbers(train(_TRAINED[0], epochs, seed), _TRAINED[0].part(slice(4000)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("samples", type=Path, nargs="+")
    parser.add_argument("--hold", type=int, nargs="*", default=[], help="folds of writers not trained on")
    parser.add_argument("--check", type=Path, nargs="*", default=[], help="samples to report on besides")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--networks", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1, help="of the first network; the others' follow")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("scanner") / WEIGHTS_FILE)
    arguments = parser.parse_args()
    marks, folds = load_marks(arguments.samples)
    held = np.isin(folds, arguments.hold)
    _TRAINED.append(marks.part(~held))
    tasks = [(arguments.epochs, arguments.seed + number) for number in range(arguments.networks)]
    with multiprocessing.get_context("fork").Pool(arguments.workers) as pool:
        networks = pool.map(_trained, tasks, chunksize=1)
    panel = {name: np.stack([arrays[name] for arrays in networks]) for name in networks[0]}
    np.savez_compressed(arguments.out, **panel)
    print(f"wrote {arguments.out}: {arguments.out.stat().st_size} bytes")
    checks = [("held back", marks.part(held))] if arguments.hold else []
    checks += [(path.name, load_marks([path])[0]) for path in arguments.check]
    first = {name: array[:1] for name, array in panel.items()}
    for name, check in checks:
        report(_panel_shares(first, check, (1.0, 1.0)), check.classes, f"{name}, the first network alone")
        shares = _panel_shares(panel, check, MarkOptions().second_look)
        report(shares, check.classes, f"{name}, as the reader uses them")


if __name__ == "__main__":
    main()
