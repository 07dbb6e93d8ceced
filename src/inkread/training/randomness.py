"""Random numbers that depend only on the run's seed and on where in the run they are drawn.

A resumed run needs no saved generator state: step 700 draws the same numbers whether or not steps 1 to 699 were taken
by this process.
"""

from __future__ import annotations

import numpy as np
import torch

WEIGHTS, ORDER, DROPOUT, AUGMENTATION = range(4)


def seed_for(seed: int, purpose: int, place: int = 0) -> int:
    """Derive an independent seed (numpy's SeedSequence hashes its entropy).

    Args:
        seed: the run's.
        purpose: WEIGHTS, ORDER, DROPOUT or AUGMENTATION.
        place: the epoch or step.

    Returns:
        A number from 0 to 2**63 - 1.
    """
    return int(np.random.SeedSequence([seed, purpose, place]).generate_state(1, np.uint64)[0]) >> 1


def generator_for(seed: int, purpose: int, place: int = 0) -> torch.Generator:
    """Return a generator on the CPU, freshly seeded; arguments as of `seed_for`."""
    return torch.Generator().manual_seed(seed_for(seed, purpose, place))


def seed_dropout(device: torch.device, seed: int, step: int) -> None:
    """Seed the global generator that dropout draws from on a device (`torch.manual_seed` would seed all, slowly)."""
    number = seed_for(seed, DROPOUT, step)
    if device.type == "cuda":
        torch.cuda.manual_seed(number)
    elif device.type == "mps":
        torch.mps.manual_seed(number)
    else:
        torch.default_generator.manual_seed(number)
