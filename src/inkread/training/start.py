"""Weights to begin with: those of a finished run, of a model file, or of the models that come with inkread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from inkread.errors import ConfigError, ModelFileError
from inkread.modelfile import shipped_model
from inkread.networks import preprocessing, reads_texts, refill, unfold
from inkread.training.augmentation import augment
from inkread.training.config import SHIPPED, TrainConfig
from inkread.training.folder import weights_path
from inkread.training.modelweights import model_card, model_weights
from inkread.training.pictures import Pictures, standardize, to_unit_range
from inkread.training.randomness import WEIGHTS, generator_for

SEEN, BATCH = 4000, 250  # pictures that fill the normalisations of a model file's network


def first_weights(config: TrainConfig) -> Path | None:
    """Find the file that a run's first weights are in.

    Returns:
        A ``.safetensors``, for a run's model file too, whose weights lie beside it; or another model file; None for a
        run that begins with random weights.

    Raises:
        ModelFileError: if the model that comes with inkread is wanted and damaged.
    """
    if config.start_from is None:
        return None
    if config.start_from == SHIPPED:
        return shipped_model("numbers.onnx" if reads_texts(config.network) else "digits.onnx")
    given = Path(config.start_from)
    weights = weights_path(given)
    of_run = given.name == "model.onnx" and given.is_file() and given.with_name("config.json").is_file()
    return given if given.suffix == ".onnx" and not (of_run and weights.is_file()) else weights


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
def start_from(network: nn.Module, source: Path, config: TrainConfig, train: Pictures) -> None:
    """Give a network weights to begin with; its last layer stays new if there are more or fewer classes.

    Args:
        network: of the same architecture; changed in place.
        source: what `first_weights` found.
        config: the run's.
        train: what it learns from. A model file tells nothing of batch normalisation, which is filled with these.

    Raises:
        ModelFileError: see `read_weights` and `model_weights`.
        ConfigError: if the weights are of another network.
    """
    folded, own = source.suffix == ".onnx", network.state_dict()
    if folded:
        _check_network(source, config)
    kept = unfold(network, model_weights(source)) if folded else read_weights(source)
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
        if name in kept and kept[name].shape == value.shape:
            value.copy_(kept[name])
    if folded:
        refill(network, _as_in_training(config, train))


def _check_network(source: Path, config: TrainConfig) -> None:
    """Refuse a model file that is of another network by its card."""
    held = model_card(source).network
    if held != config.network:
        raise ConfigError(
            f"{source} holds the network {held!r}: train a recipe with that network, or begin {config.recipe!r} with "
            f"weights of {config.network!r}."
        )


def _as_in_training(config: TrainConfig, train: Pictures) -> Iterator[torch.Tensor]:
    """Yield some pictures as the network will see them."""
    generator, scaling = generator_for(config.seed, WEIGHTS, 1), preprocessing(config.network)
    for part_n in torch.split(torch.randperm(len(train), generator=generator)[:SEEN], BATCH):
        x_nchw = to_unit_range(train.images_nchw[part_n].cpu())
        yield standardize(augment(x_nchw, config.augmentation, generator), scaling)
