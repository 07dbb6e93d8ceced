"""How an epoch's pictures are divided into batches."""

from __future__ import annotations

from torch import nn

from inkread.errors import ConfigError
from inkread.training.config import TrainConfig


def batch_sizes(count: int, batch_size: int) -> list[int]:
    """Divide so many pictures into the batches of an epoch; a single one that is left over joins the batch before it.

    Batch normalisation cannot be done over one picture, and a step towards one picture alone is mostly noise.
    """
    full, rest = divmod(count, batch_size)
    sizes = [batch_size] * full
    if rest == 1 and full:
        sizes[-1] += 1
    elif rest:
        sizes.append(rest)
    return sizes


def check_batches(network: nn.Module, config: TrainConfig, count: int) -> None:
    """Refuse what cannot be trained with: batches of one picture where the network normalises over the batch.

    Args:
        network: that of the configuration.
        config: the run's.
        count: pictures to train with, at least 1.

    Raises:
        ConfigError: if that is so.
    """
    normalises = any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules())
    if normalises and min(batch_sizes(count, config.batch_size)) == 1:
        raise ConfigError(
            f"the network {config.network!r} normalises over a batch, which one picture alone cannot be: "
            "take a batch size, and pictures, of 2 at least."
        )
