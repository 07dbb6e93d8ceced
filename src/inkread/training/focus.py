"""Practice where it is needed: what the network doubts is shown more often than what it has long known."""

from __future__ import annotations

import torch

from inkread.training.answers import right
from inkread.training.config import ACQUAINTANCE, TrainConfig
from inkread.training.randomness import ORDER, generator_for

REFRESHED = 0.2  # share of the others that is shown beside the hard ones, lest they be forgotten
MEMORY = 0.5  # of the doubt before


def new_doubt(count: int, device: torch.device) -> torch.Tensor:
    """Begin with every picture fully doubted.

    Returns:
        float32 of shape (2, count), 0 (the network was sure of the right answer) to 1. The first row holds the doubts
        at the beginning of an epoch, which decide its order, also that of a resumed one; the second row those of now.
    """
    return torch.ones(2, count, device=device)


def epoch_order(doubt_2n: torch.Tensor | None, config: TrainConfig, epoch: int, count: int) -> torch.Tensor:
    """Decide which pictures an epoch shows, and in which order.

    With `focus`, from the fourth epoch on (the second where it begins with trained weights), each pass holds the share
    `focus` of all pictures that is doubted most, and a random fifth of the others; there are as many passes as fill the
    epoch. It is a simple kind of hard example mining (A. Shrivastava, A. Gupta, R. Girshick, "Training region-based
    object detectors with online hard example mining", 2016), with doubts of earlier epochs, so that it costs no further
    forward pass.

    Args:
        doubt_2n: see `new_doubt`; None without `focus`.
        config: the run's.
        epoch: from 1.
        count: pictures to train with.

    Returns:
        int64 of shape (count,), on the CPU: each picture once, or some several times and others not at all.
    """
    generator = generator_for(config.seed, ORDER, epoch)
    if doubt_2n is None or epoch <= (ACQUAINTANCE if config.start_from is None else 1):
        return torch.randperm(count, generator=generator)
    ranked = torch.argsort(doubt_2n[0].cpu(), descending=True, stable=True)
    hardest = ranked[: max(1, round(config.focus * count))]
    passes, length = [], 0
    while length < count:
        shown_n = torch.rand(count, generator=generator) < REFRESHED
        shown_n[hardest] = True
        shown = shown_n.nonzero().squeeze(1)
        passes.append(shown[torch.randperm(len(shown), generator=generator)])
        length += len(shown)
    return torch.cat(passes)[:count]


@torch.no_grad()
def update_doubt(doubt_2n: torch.Tensor, batch_m: torch.Tensor, logits: torch.Tensor, labels: torch.Tensor) -> None:
    """Note how much the right answers of a batch are doubted: half of what was before, half of what is now.

    Args:
        doubt_2n: see `new_doubt`; changed in place.
        batch_m: int64 of shape (m,), which pictures these are; one that comes twice counts once.
        logits: of shape (m, k); or (m, places, k) of texts, which are doubted wholly or not at all.
        labels: int64 of shape (m,); or (m, longest).
    """
    if labels.ndim == 1:
        now_m = 1 - logits.softmax(dim=1).gather(1, labels[:, None]).squeeze(1)
    else:
        now_m = (~right(logits, labels)).float()
    doubt_2n[1, batch_m] = MEMORY * doubt_2n[1, batch_m] + (1 - MEMORY) * now_m


def settle_doubt(doubt_2n: torch.Tensor) -> None:
    """Let the doubts of now decide the next epoch's order."""
    doubt_2n[0] = doubt_2n[1]
