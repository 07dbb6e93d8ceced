"""The weights of a finished run: read from its folder, and given to a network that begins where that run ended."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from inkread.errors import ConfigError, ModelFileError
from inkread.training.folder import weights_path


def read_weights(source: Path) -> dict[str, torch.Tensor]:
    """Read the weights that a run kept.

    Args:
        source: a run's folder, the model file in it, or its ``weights.safetensors``.

    Returns:
        Tensors by name, on the CPU.

    Raises:
        ModelFileError: if there are none or they are damaged.
    """
    path = weights_path(source)
    if not path.is_file():
        raise ModelFileError(f"there are no weights {path}: give the folder of a finished run.")
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise ModelFileError(f"{path} is no safetensors file or is damaged: take a fresh copy.") from error


@torch.no_grad()
def start_from(network: nn.Module, source: Path) -> None:
    """Give a network the weights of a finished run; its last layer stays new if there are more or fewer classes.

    Args:
        network: of the same architecture; changed in place.
        source: see `read_weights`.

    Raises:
        ModelFileError: see `read_weights`.
        ConfigError: if the weights are of another network.
    """
    kept, own = read_weights(source), network.state_dict()
    last_layer = next(reversed(own)).rpartition(".")[0]
    other = [
        name
        for name in kept.keys() | own.keys()
        if (name not in kept or name not in own or kept[name].shape != own[name].shape)
        and name.rpartition(".")[0] != last_layer
    ]
    if other:
        raise ConfigError(
            f"the weights in {source} are of another network ({min(other)} differs): start from one with the same."
        )
    for name, value in own.items():
        if kept[name].shape == value.shape:
            value.copy_(kept[name])
