"""Optimisers and learning-rate schedules."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch

from inkread.training.config import TrainConfig


def make_optimizer(config: TrainConfig, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
    """Return the optimiser that a configuration names, over the parameters that want gradients.

    Weight decay pulls at matrices and kernels alone: offsets, and the factors of a normalisation, decide no complexity.
    Fused: one call updates all tensors, which for networks this small halves the time a step spends in the optimiser.
    """
    wanted = [parameter for parameter in parameters if parameter.requires_grad]
    groups = [
        {"params": [p for p in wanted if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in wanted if p.ndim <= 1], "weight_decay": 0.0},
    ]
    rate, betas = config.learning_rate, (config.beta1, config.beta2)
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=config.momentum, nesterov=config.nesterov, fused=True)
    if config.optimizer == "adamw":
        return torch.optim.AdamW(groups, lr=rate, betas=betas, fused=True)
    return torch.optim.Adam(groups, lr=rate, betas=betas, fused=True)


def learning_rate_at(config: TrainConfig, step: int, steps_per_epoch: int) -> float:
    """Return the learning rate of a step; it depends on nothing but its arguments, so a resumed run needs no memory.

    Args:
        config: names the schedule and its peak.
        step: steps taken before this one, over all epochs.
        steps_per_epoch: steps in an epoch.

    Returns:
        The rate, above 0 and at most `config.learning_rate`.
    """
    peak, total, epoch = config.learning_rate, config.epochs * steps_per_epoch, step // steps_per_epoch
    if config.schedule == "step":
        return peak * config.gamma ** (epoch // config.step_epochs)
    if config.schedule == "exponential":
        return peak * config.gamma**epoch
    if config.schedule == "cosine":
        return peak * (1 + math.cos(math.pi * step / total)) / 2
    if config.schedule in ("one-cycle", "warmup-cosine"):
        rise = config.warmup * total
        if step < rise:
            return peak * (step + 1) / (rise + 1)
        left = (total - step) / (total - rise)
        return peak * (left if config.schedule == "one-cycle" else (1 - math.cos(math.pi * left)) / 2)
    return peak
