"""Every architecture by name, in one plain table: what builds it, its preprocessing, its own dropout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from inkread.errors import ConfigError
from inkread.naming import nearest
from inkread.networks.best import best
from inkread.networks.cnn import cnn_8_16, cnn_10_20
from inkread.networks.mlp import mlp_64x3, mlp_128_64
from inkread.networks.numbers import numbers
from inkread.networks.quick import quick
from inkread.networks.reader import reader
from inkread.networks.shapes import Preprocessing, Shape
from inkread.networks.sprint import sprint, sprint_wide

PLAIN = Preprocessing()
MNIST = Preprocessing(mean=0.1307, std=0.3081)  # mean and deviation of its training pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """An architecture.

    Attributes:
        make: builds it from its outer measures and its dropout.
        preprocessing: the scaling that it is trained with.
        dropout: the probability it is trained with unless another is asked for.
        reads_texts: whether its logits are those of places in a row, so that its labels are texts.
    """

    make: Callable[[Shape, float], nn.Module]
    preprocessing: Preprocessing = PLAIN
    dropout: float = 0.0
    reads_texts: bool = False


NETWORKS: dict[str, Network] = {
    "mlp-128-64": Network(make=mlp_128_64, preprocessing=Preprocessing(mean=0.5, std=0.5)),
    "mlp-64x3": Network(make=mlp_64x3),
    "cnn-10-20": Network(make=cnn_10_20, dropout=0.5),
    "cnn-8-16": Network(make=cnn_8_16),
    "quick": Network(make=quick),
    "sprint": Network(make=sprint, preprocessing=MNIST),
    "sprint-wide": Network(make=sprint_wide, preprocessing=MNIST),
    "reader": Network(make=reader, preprocessing=MNIST, dropout=0.1),
    "best": Network(make=best, preprocessing=MNIST, dropout=0.1),
    "numbers": Network(make=numbers, preprocessing=MNIST, dropout=0.1, reads_texts=True),
}


def build(
    name: str,
    *,
    num_classes: int = 10,
    in_channels: int = 1,
    image_size: tuple[int, int] = (28, 28),
    dropout: float | None = None,
) -> nn.Module:
    """Build an architecture with fresh weights, drawn from torch's global random numbers.

    Args:
        name: a name in `NETWORKS`.
        num_classes: logits a picture, at least 2.
        in_channels: 1 for grey, 3 for RGB.
        image_size: height and width in pixels.
        dropout: probability in training, 0 to below 1, at the places that the architecture's docstring names (a network
            whose tutorial has no dropout gets it there); None takes the architecture's own.

    Returns:
        A module that takes float32 of shape (n, in_channels, *image_size), scaled by `preprocessing(name)`, and returns
        logits of shape (n, num_classes).

    Raises:
        ConfigError: if the name is unknown (nearest names offered), or a number makes no sense for it.
    """
    network = _find(name)
    if num_classes < 2 or in_channels < 1:
        raise ConfigError(f"a network needs 2 classes and 1 channel at least, not {num_classes} and {in_channels}.")
    probability = network.dropout if dropout is None else dropout
    if not 0 <= probability < 1:
        raise ConfigError(f"dropout is {probability}, it must be from 0 to below 1.")
    height, width = image_size
    shape = Shape(num_classes=num_classes, in_channels=in_channels, height=height, width=width)
    return network.make(shape, probability)


def preprocessing(name: str) -> Preprocessing:
    """Return the scaling that an architecture is trained with.

    Raises:
        ConfigError: if the name is unknown.
    """
    return _find(name).preprocessing


def reads_texts(name: str) -> bool:
    """Say whether an architecture reads texts.

    Raises:
        ConfigError: if the name is unknown.
    """
    return _find(name).reads_texts


def _find(name: str) -> Network:
    """Look a name up."""
    if name not in NETWORKS:
        raise ConfigError(f"there is no network {name!r}{nearest(name, NETWORKS)}")
    return NETWORKS[name]
