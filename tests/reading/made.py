"""Pictures of numbers, made of MNIST's test digits that are easy to read alone."""

from __future__ import annotations

import numpy as np

from inkread.data import Dataset
from inkread.data.synthesis import compose_digits
from inkread.types import UInt8Array


def strip(mnist: Dataset, text: str, gap: int = 4, seed: int = 0) -> UInt8Array:
    """The number, dark on white; which of a label's first digits are taken, the seed decides."""
    rng = np.random.default_rng(seed)
    chosen = [rng.choice(np.flatnonzero(mnist.labels == int(digit))[:20]) for digit in text]
    return compose_digits(mnist.images[chosen, 0], gap, rng)


def strips(mnist: Dataset, count: int, gaps: tuple[int, ...], seed: int = 0) -> list[tuple[UInt8Array, str]]:
    """Numbers of five digits, any of MNIST's test digits, and their texts."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        chosen = rng.choice(len(mnist), 5)
        image = compose_digits(mnist.images[chosen, 0], int(rng.choice(gaps)), rng)
        made.append((image, "".join(map(str, mnist.labels[chosen]))))
    return made
