"""The figures' arithmetic once more, in Python: their random numbers, and their training with PyTorch in 64 bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F  # noqa: N812

from inkread.data import Dataset

Doubles = npt.NDArray[np.float64]
EACH = 30  # digits of each class on the sheet
WORD = 0xFFFFFFFF


def mulberry(seed: int) -> Callable[[], float]:
    """The page's random numbers (mulberry32)."""
    state = seed & WORD

    def draw() -> float:
        nonlocal state
        state = (state + 0x6D2B79F5) & WORD
        t = ((state ^ (state >> 15)) * (state | 1)) & WORD
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & WORD)) & WORD
        return (t ^ (t >> 14)) / 2**32

    return draw


def shuffled(n: int, draw: Callable[[], float]) -> list[int]:
    """The numbers 0 to n - 1 in the page's order."""
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(draw() * (i + 1))
        order[i], order[j] = order[j], order[i]
    return order


def sheet(dataset: Dataset) -> Doubles:
    """The digits of the page, 0 to 1, of shape (300, 28, 28); number n shows an n % 10."""
    of_class = [dataset.images[dataset.labels == digit, 0][:EACH] for digit in range(10)]
    return np.stack(of_class, axis=1).reshape(-1, 28, 28) / 255


def shrink(pictures: Doubles, factor: int = 2) -> Doubles:
    """The means of blocks of pixels."""
    side = pictures.shape[-1] // factor
    return pictures.reshape(*pictures.shape[:-2], side, factor, side, factor).mean(axis=(-3, -1))


def labels(count: int) -> torch.Tensor:
    """What the first digits of the sheet show."""
    return torch.arange(count) % 10


@dataclass
class Net:
    """A network of two layers, as the page makes it."""

    weights: list[torch.Tensor]

    @classmethod
    def create(cls, sizes: tuple[int, int, int], seed: int) -> Net:
        draw, weights = mulberry(seed), []
        for inputs, outputs in pairwise(sizes):
            reach = np.sqrt(6 / inputs)
            drawn = [(2 * draw() - 1) * reach for _ in range(inputs * outputs)]
            weights.append(torch.tensor(drawn, dtype=torch.float64).view(outputs, inputs).requires_grad_())
            weights.append(torch.zeros(outputs, dtype=torch.float64, requires_grad=True))
        return cls(weights)

    def logits(self, pictures: Doubles) -> torch.Tensor:
        first, first_bias, second, second_bias = self.weights
        flat = torch.from_numpy(pictures.reshape(len(pictures), -1))
        return F.linear(F.linear(flat, first, first_bias).relu(), second, second_bias)

    def measure(self, pictures: Doubles) -> tuple[float, float]:
        with torch.no_grad():
            logits, truth = self.logits(pictures), labels(len(pictures))
            return float(F.cross_entropy(logits, truth)), float((logits.argmax(dim=1) == truth).double().mean())

    def epochs(
        self, pictures: Doubles, truth: torch.Tensor, *, count: int, batch: int, rate: float, seed: int
    ) -> Iterator[None]:
        """Train, and come back after each epoch."""
        draw, optimizer = mulberry(seed), torch.optim.SGD(self.weights, lr=rate)
        for _ in range(count):
            order = shuffled(len(pictures), draw)
            for at in range(0, len(order), batch):
                taken = order[at : at + batch]
                optimizer.zero_grad()
                F.cross_entropy(self.logits(pictures[taken]), truth[taken]).backward()
                optimizer.step()
            yield


def trained(pictures: Doubles, *, hidden: int, epochs: int, rate: float, seed: int) -> Net:
    """`trainedNetwork` of the page, for its small digits."""
    net = Net.create((196, hidden, 10), seed)
    for _ in net.epochs(pictures, labels(len(pictures)), count=epochs, batch=10, rate=rate, seed=seed + 1000):
        pass
    return net
