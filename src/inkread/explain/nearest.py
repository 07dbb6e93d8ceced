"""The nearest training digits: those that look most alike to the network's last layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from inkread.errors import InkreadError
from inkread.explain.network import Network, open_network
from inkread.types import Float32Array, UInt8Array

if TYPE_CHECKING:
    from inkread.explain.network import Model

SHEET = Path(__file__).parent / "reference" / "digits.png"
SIDE, COLUMNS = 28, 100
NEAREST = 8


@dataclass(frozen=True, slots=True, eq=False)
class Neighbour:
    """A training digit that the network finds like the picture.

    Attributes:
        label: what it is.
        similarity: cosine of the angle between the two vectors of features, at most 1.
        image: uint8 of shape (28, 28), white ink (255) on black (0).
    """

    label: str
    similarity: float
    image: UInt8Array = field(repr=False)


def neighbours(model: Network | Model, image_chw: UInt8Array, *, count: int = NEAREST) -> tuple[Neighbour, ...]:
    """Find the nearest of 1,000 training digits of MNIST, by what the output layer weighs.

    Args:
        model: see `open_network`.
        image_chw: uint8 of shape (1, 28, 28) or (28, 28).
        count: how many.

    Returns:
        The nearest, nearest first; nothing where the model does not read normalised digits, ends in no weighted sum,
        or sees nothing at all in the picture.

    Raises:
        ImageError: if the picture is not as the model takes it.
    """
    network = open_network(model)
    image = network.check(image_chw)
    card = network.classifier.card
    reads_digits = card.normalization == "mnist" and set(card.labels) == set("0123456789")
    if not reads_digits or image.shape != (1, SIDE, SIDE) or network.head is None:
        return ()
    features, _ = network.features(image[np.newaxis])
    if not features.any():
        return ()
    similarities = _reference(network) @ _unit(features)[0]
    images, labels = reference_digits()
    nearest = np.argsort(-similarities, kind="stable")[:count]
    return tuple(Neighbour(labels[i], float(similarities[i]), images[i, 0]) for i in nearest)


@cache
def reference_digits() -> tuple[UInt8Array, tuple[str, ...]]:
    """Read the sheet of training digits that comes with the package.

    Returns:
        uint8 of shape (1000, 1, 28, 28), and their labels.

    Raises:
        InkreadError: if it is missing or damaged.
    """
    from PIL import Image

    try:
        with Image.open(SHEET) as picture:
            sheet = np.asarray(picture.convert("L"))
        images = sheet.reshape(10, SIDE, COLUMNS, SIDE).transpose(0, 2, 1, 3).reshape(-1, 1, SIDE, SIDE)
    except (OSError, ValueError) as error:
        raise InkreadError(f"the training digits of inkread are missing ({SHEET}): install inkread again.") from error
    return np.ascontiguousarray(images), tuple(str(i // COLUMNS) for i in range(len(images)))


_known: WeakKeyDictionary[Network, Float32Array] = WeakKeyDictionary()
_computing = Lock()


def _reference(network: Network) -> Float32Array:
    """Return the features of all reference digits, of length 1; they are computed once a network."""
    with _computing:
        found = _known.get(network)
        if found is None:
            found = _known[network] = _unit(network.features(reference_digits()[0])[0])
        return found


def _unit(features_nd: Float32Array) -> Float32Array:
    """Bring each row to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(features_nd, axis=1, keepdims=True)
    return np.asarray(features_nd / np.where(lengths > 0, lengths, 1), np.float32)
