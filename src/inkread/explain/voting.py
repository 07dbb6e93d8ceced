"""The last layer as weighted votes: each feature times its weight, for and against a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from inkread.explain.network import Network, open_network
from inkread.types import Float32Array, UInt8Array

if TYPE_CHECKING:
    from inkread.explain.network import Model

TOP = 3
STRONGEST = 8


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one neuron gives to the logit of a class.

    Attributes:
        layer: index of the layer that it belongs to; None where that cannot be told.
        place: its place there: (channel, row, column), or (unit,).
        value: the neuron's output.
        weight: what the class multiplies it with.
        vote: their product.
    """

    layer: int | None
    place: tuple[int, ...]
    value: float
    weight: float
    vote: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values that `json.dumps` takes, rounded to 4 decimals."""
        numbers = {"value": self.value, "weight": self.weight, "vote": self.vote}
        return {
            "layer": self.layer,
            "place": list(self.place),
            **{name: round(number, 4) for name, number in numbers.items()},
        }


@dataclass(frozen=True, slots=True)
class Vote:
    """How the logit of a class comes about: logit = bias + rest + the votes of the contributions.

    Attributes:
        label: the class.
        logit: its output.
        bias: what it has without any vote.
        rest: the sum of all weaker votes.
        contributions: the strongest votes, whatever their sign, strongest first.
    """

    label: str
    logit: float
    bias: float
    rest: float
    contributions: tuple[Contribution, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values that `json.dumps` takes, rounded to 4 decimals."""
        return {
            "label": self.label,
            "logit": round(self.logit, 4),
            "bias": round(self.bias, 4),
            "rest": round(self.rest, 4),
            "contributions": [contribution.to_dict() for contribution in self.contributions],
        }


def votes(
    model: Network | Model, image_chw: UInt8Array, *, top: int = TOP, strongest: int = STRONGEST
) -> tuple[Vote, ...]:
    """Take the logits of the likeliest classes apart.

    Args:
        model: see `open_network`.
        image_chw: uint8 of the model's input shape.
        top: how many classes.
        strongest: how many neurons each.

    Returns:
        The classes, likeliest first; nothing where the model does not end in a weighted sum.

    Raises:
        ImageError: if the picture is not as the model takes it.
    """
    network = open_network(model)
    head = network.head
    if head is None:
        return ()
    features, logits = network.features(network.check(image_chw)[np.newaxis])
    best = np.argsort(-logits[0], kind="stable")[:top]
    return tuple(_vote(network, int(k), float(logits[0, k]), features[0], head[k], strongest) for k in best)


def _vote(
    network: Network, k: int, logit: float, features_d: Float32Array, weights_d: Float32Array, strongest: int
) -> Vote:
    """Take one logit apart."""
    products = features_d.astype(np.float64) * weights_d
    first = np.argsort(-np.abs(products), kind="stable")[:strongest]
    layer, shape = network.features_from
    contributions = tuple(
        Contribution(
            layer,
            tuple(int(axis) for axis in np.unravel_index(int(i), shape)) if shape else (int(i),),
            float(features_d[i]),
            float(weights_d[i]),
            float(products[i]),
        )
        for i in first
    )
    total, shown = float(products.sum()), float(products[first].sum())
    return Vote(network.classes[k], logit, logit - total, total - shown, contributions)
