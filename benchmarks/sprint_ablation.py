"""What does each part of the recipe `sprint` gain? One change at a time, in turn with the recipe itself, seed by seed.

python benchmarks/sprint_ablation.py --seeds 5
python benchmarks/sprint_ablation.py --seeds 8 --only "float32; no label smoothing" --save

Accuracy is on the last 10,000 training pictures, which are set aside; the test pictures have no say in what is chosen.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

# As `inkread train` sets it: threads that wait by spinning steal from each other on busy cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812  (the name that everybody knows it by)

from inkread.data import load
from inkread.networks import NETWORKS, Network, preprocessing
from inkread.networks.folding import NormedConv, NormedLinear
from inkread.networks.quick import ConvBlock
from inkread.networks.shapes import Shape
from inkread.networks.sprint import BORDER, PixelBlocks, PlacesFirst
from inkread.training.config import TrainConfig
from inkread.training.device import settle
from inkread.training.pictures import Pictures
from inkread.training.recipes import get_recipe
from machine import describe, result_path
from train_contenders import Outcome, on_device, train_once

HELD_OUT, WARM_UP, SIDE, PATCHES = 10_000, 2000, 28, 2000
BASE = "sprint"


class Row(NamedTuple):
    """A line of the table; `deviation` is that of the mean, `time_ratio` of processors' time."""

    change: str
    seeds: int
    accuracy: float
    deviation: float
    seconds: float
    time_ratio: float


class Crop(nn.Module):
    """Cut off a border."""

    def __init__(self, border: int) -> None:
        super().__init__()
        self.border = border

    def forward(self, x_nchw: torch.Tensor) -> torch.Tensor:
        """Map (n, c, h, w) to (n, c, h - 2 border, w - 2 border)."""
        inside = slice(self.border, SIDE - self.border)
        return x_nchw[:, :, inside, inside].contiguous(memory_format=torch.channels_last)


class Blocks(Crop):
    """`PixelBlocks` with any border."""

    def forward(self, x_nchw: torch.Tensor) -> torch.Tensor:
        """Map (n, c, h, w) to (n, 4 c, (h - 2 border) / 2, (w - 2 border) / 2)."""
        return F.pixel_unshuffle(super().forward(x_nchw), 2).contiguous(memory_format=torch.channels_last)


class ActiveFirst(ConvBlock):
    """A `ConvBlock` whose normalisation and activation come before its pooling."""

    def forward(self, x_nchw: torch.Tensor) -> torch.Tensor:
        """Map (n, in_channels, h, w) to (n, out_channels, h', w')."""
        y_nchw: torch.Tensor = self.pool(self.relu(self.norm(self.conv(x_nchw))))
        return y_nchw


class Whitened(nn.Conv2d):
    """A 3x3 convolution of pixel blocks that is not learned: the principal directions of patches, whitened, both signs.

    After K. Jordan, "94 % on CIFAR-10 in 3.29 seconds" (2024).
    """

    def __init__(self, channels: int) -> None:
        super().__init__(4, channels, 3)
        images_nchw = torch.tensor(load("mnist", "train").images[:PATCHES]).float().div_(255)
        scaling = preprocessing(BASE)
        blocks_nchw = PixelBlocks()(images_nchw.sub_(scaling.mean).div_(scaling.std))
        patches_pf = F.unfold(blocks_nchw, 3).transpose(1, 2).flatten(0, 1)
        values, vectors = torch.linalg.eigh(patches_pf.T @ patches_pf / len(patches_pf))
        half = channels // 2
        filters = (vectors[:, -half:] / (values[-half:] + 0.01).sqrt()).T.reshape(half, 4, 3, 3)
        self.weight = nn.Parameter(torch.cat([filters, -filters]), requires_grad=False)
        self.bias = None


def network(
    *,
    start: nn.Module | None = None,
    inputs: int = 4,
    first: nn.Module | None = None,
    channels: tuple[int, int] = (16, 32),
    block: type[ConvBlock] = ConvBlock,
    hidden: int = 128,
    norm_hidden: bool = True,
) -> Callable[[Shape, float], nn.Module]:
    """Return what builds a variant of the network; without arguments it is that of the recipe, for MNIST."""

    def make(_shape: Shape, dropout: float) -> nn.Module:
        opening = first if first is not None else nn.Conv2d(inputs, channels[0], 3)
        layers = [start or PixelBlocks(), opening, nn.ReLU(), block(*channels, kernel_size=3, padding=0), PlacesFirst()]
        with torch.no_grad():
            features = nn.Sequential(*layers).eval()(torch.zeros(1, 1, SIDE, SIDE)).shape[1]
        if hidden:
            linear = NormedLinear(features, hidden) if norm_hidden else nn.Linear(features, hidden)
            layers += [linear, nn.ReLU()]
        last = nn.Linear(hidden or features, 10)
        return nn.Sequential(*layers, nn.Dropout(dropout), last).train()

    return make


def plain_6x6() -> Callable[[Shape, float], nn.Module]:
    """Return what builds the network without pixel blocks: the same first layer, computed from one channel."""
    return lambda shape, dropout: network(start=Crop(BORDER), first=nn.Conv2d(1, 16, 6, stride=2))(shape, dropout)


def normed_first() -> Callable[[Shape, float], nn.Module]:
    """Return what builds the network with a normalisation behind its first layer too."""
    return lambda shape, dropout: network(first=NormedConv(4, 16, 3))(shape, dropout)


def whitened(channels: int) -> Callable[[Shape, float], nn.Module]:
    """Return what builds the network with a whitening first layer."""
    return lambda shape, dropout: network(first=Whitened(channels), channels=(channels, 32))(shape, dropout)


NETWORK_CHANGES: dict[str, Callable[[Shape, float], nn.Module]] = {
    "6x6 convolution of one channel for pixel blocks": plain_6x6(),
    "no border cut off": network(start=Blocks(0)),
    "4 px of border cut off": network(start=Blocks(4)),
    "32 channels first": network(channels=(32, 32)),
    "16 channels second": network(channels=(16, 16)),
    "64 channels second": network(channels=(16, 64)),
    "no hidden layer": network(hidden=0),
    "64 hidden units": network(hidden=64),
    "hidden layer not normalised": network(norm_hidden=False),
    "first layer normalised": normed_first(),
    "activation before pooling": network(block=ActiveFirst),
    "first layer whitens patches, 16 channels": whitened(16),
    "first layer whitens patches, 32 channels": whitened(32),
}

CONFIG_CHANGES: dict[str, dict[str, Any]] = {
    BASE: {},
    "float32": {"precision": "float32"},
    "no label smoothing": {"label_smoothing": 0.0},
    "label smoothing 0.2": {"label_smoothing": 0.2},
    "Adam's usual betas, 0.9 and 0.999": {"beta1": 0.9, "beta2": 0.999},
    "learning rate 0.01": {"learning_rate": 0.01},
    "learning rate 0.03": {"learning_rate": 0.03},
    "SGD with Nesterov's momentum, 0.1": {"optimizer": "sgd", "nesterov": True, "learning_rate": 0.1},
    "warm-up of a tenth": {"warmup": 0.1},
    "cosine downwards": {"schedule": "warmup-cosine"},
    "batches of 128": {"batch_size": 128},
    "batches of 512, learning rate 0.03": {"batch_size": 512, "learning_rate": 0.03},
    "average of the weights, 0.95": {"ema": 0.95},
    "shifts of up to 2 px": {"augmentation": "shift"},
    "30,000 pictures": {"limit": 30_000},
    "50,000 pictures": {"limit": None},
}


def changes() -> dict[str, TrainConfig]:
    """Return the recipe with each change, by name."""
    base = get_recipe(BASE)
    found = {name: base.with_options(options) for name, options in CONFIG_CHANGES.items()}
    for name, make in NETWORK_CHANGES.items():
        NETWORKS[name] = Network(make=make, preprocessing=preprocessing(BASE), summary=name)
        found[name] = base.with_options({"recipe": name}).with_options({"network": name})
    return {name: config.with_options({"validation": HELD_OUT, "device": "cpu"}) for name, config in found.items()}


def measure(configs: dict[str, TrainConfig], seeds: int) -> dict[str, list[Outcome]]:
    """Train each change in turn, seed by seed."""
    whole = on_device(load("mnist", "train"), torch.device("cpu"))
    held_out = Pictures(whole.images_nchw[-HELD_OUT:], whole.labels_n[-HELD_OUT:])
    none = Pictures(whole.images_nchw[:0], whole.labels_n[:0])
    outcomes: dict[str, list[Outcome]] = {name: [] for name in configs}
    few = Pictures(whole.images_nchw[:WARM_UP], whole.labels_n[:WARM_UP])
    train_once(settle(configs[BASE]), few, none, held_out)  # what torch does once in a process
    for seed in range(seeds):
        for name, config in configs.items():
            count = min(config.limit or len(whole), len(whole) - HELD_OUT)
            rest = Pictures(whole.images_nchw[:count], whole.labels_n[:count])
            settled = settle(config.with_options({"seed": seed}))
            outcomes[name].append(train_once(settled, rest, none, held_out))
        print(f"seed {seed} done", file=sys.stderr, flush=True)
    return outcomes


def main() -> None:
    """Measure, print, and keep the table as CSV where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", help="these changes, with semicolons between them")
    parser.add_argument("--threads", type=int, help="of torch")
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results/ as CSV")
    options = parser.parse_args()
    torch.set_num_threads(options.threads or torch.get_num_threads())
    print(describe(), "\n", flush=True)
    configs = changes()
    if options.only:
        configs = {name: configs[name] for name in (BASE, *map(str.strip, options.only.split(";")))}
    outcomes = measure(configs, options.seeds)
    rows = [_row(name, found, outcomes[BASE]) for name, found in outcomes.items()]
    print(f"{'change':50} {'accuracy':>16} {'median s':>9} {'time':>6}")
    for row in rows:
        accuracy = f"{row.accuracy:.3f} +- {row.deviation:.3f}"
        print(f"{row.change:50} {accuracy:>16} {row.seconds:9.2f} {row.time_ratio:6.2f}")
    if options.save:
        with result_path("sprint-ablation").open("w", newline="") as file:
            csv.writer(file).writerows([Row._fields, *rows])


def _row(name: str, outcomes: list[Outcome], base: list[Outcome]) -> Row:
    """Put a change's trainings into one line."""
    accuracies = [one.accuracy for one in outcomes]
    deviation = statistics.stdev(accuracies) / len(accuracies) ** 0.5 if len(accuracies) > 1 else 0.0
    ratios = [one.processor_seconds / other.processor_seconds for one, other in zip(outcomes, base, strict=True)]
    seconds = statistics.median(one.seconds for one in outcomes)
    return Row(name, len(outcomes), statistics.mean(accuracies), deviation, seconds, statistics.median(ratios))


if __name__ == "__main__":
    main()
