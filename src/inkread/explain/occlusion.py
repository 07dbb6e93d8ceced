"""Which ink spoke for one class and which against it: by covering it, patch by patch, and reading again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from inkread.errors import ConfigError
from inkread.explain.network import Network, open_network
from inkread.types import Float32Array, UInt8Array

if TYPE_CHECKING:
    from inkread.explain.network import Model

PATCHES_A_SIDE = 5.6  # a patch of 5 pixels on 28: somewhat wider than a stroke
STEPS_A_PATCH = 5  # from each patch to the next: 1 pixel on 28
COPIES = 256  # covered pictures that are held at a time
Window = tuple[slice, slice]


@dataclass(frozen=True, slots=True, eq=False)
class Saliency:
    """Which ink spoke for a class rather than for another.

    Attributes:
        for_label: the class.
        against: the other.
        map: float32 of shape (height, width), from -1 to 1: above 0 the ink spoke for the class, below for the other;
            0 where there is no ink.
        scale: what 1 means: by how much, on average over the patches that cover such a pixel, covering lowers the
            margin.
        margin: the first one's logit less the other's: the log of how many times likelier it is.
    """

    for_label: str
    against: str
    map: Float32Array = field(repr=False)
    scale: float
    margin: float


def saliency(
    model: Network | Model, image_chw: UInt8Array, for_label: str | None = None, against: str | None = None
) -> Saliency:
    """Cover the ink patch by patch and see how the margin between two classes changes.

    Every patch that holds ink is covered in a copy of its own; a pixel's score is the mean over the patches that
    cover it, times its ink. No gradients are needed, so that any model file will do. After M. Zeiler, R. Fergus,
    "Visualizing and understanding convolutional networks", ECCV 2014 (occlusion), for the difference of two logits.

    Args:
        model: see `open_network`.
        image_chw: uint8 of the model's input shape.
        for_label: a class; None takes the likeliest, or the likeliest but `against`.
        against: another; None takes the likeliest but `for_label`.

    Returns:
        The score of each pixel.

    Raises:
        ImageError: if the picture is not as the model takes it.
        ConfigError: if there is no such class, or the two are the same.
    """
    network = open_network(model)
    image = network.check(image_chw)
    ground = _ground(network, image)
    ink_hw = np.abs(image.astype(np.float32) - ground).max(axis=0)
    logits = network.logits(image[np.newaxis])[0]
    k, other = _classes(network, logits, for_label, against)
    windows = _windows(ink_hw)
    margin = float(logits[k] - logits[other])
    drops = [
        margin - float(changed[k] - changed[other])
        for start in range(0, len(windows), COPIES)
        for changed in network.logits(_covered(image, ground, windows[start : start + COPIES]))
    ]
    scores, counts = np.zeros(ink_hw.shape), np.zeros(ink_hw.shape)
    for (rows, columns), drop in zip(windows, drops, strict=True):
        scores[rows, columns] += drop
        counts[rows, columns] += 1
    scores *= ink_hw / (np.maximum(counts, 1) * max(1.0, float(ink_hw.max())))
    scale = float(np.abs(scores).max())
    shares = (scores / (scale or 1.0)).astype(np.float32)
    return Saliency(network.classes[k], network.classes[other], shares, scale, margin)


def _ground(network: Network, image_chw: UInt8Array) -> UInt8Array:
    """Return the colour of the ground, of shape (channels, 1, 1)."""
    if network.classifier.card.normalization == "mnist":
        return np.zeros((len(image_chw), 1, 1), np.uint8)
    return np.asarray(np.median(image_chw, axis=(1, 2), keepdims=True), np.uint8)


def _windows(ink_hw: Float32Array) -> list[Window]:
    """List the patches that hold ink; those at the border are cut off by it."""
    height, width = ink_hw.shape
    side = max(1, round(min(height, width) / PATCHES_A_SIDE))
    step = max(1, side // STEPS_A_PATCH)
    windows = [
        (slice(max(0, y), y + side), slice(max(0, x), x + side))
        for y in range(1 - side, height, step)
        for x in range(1 - side, width, step)
    ]
    return [window for window in windows if ink_hw[window].any()]


def _covered(image_chw: UInt8Array, ground: UInt8Array, windows: list[Window]) -> UInt8Array:
    """Make a copy of the picture for each patch, the patch covered."""
    copies = np.repeat(image_chw[np.newaxis], len(windows), axis=0)
    for copy, (rows, columns) in zip(copies, windows, strict=True):
        copy[:, rows, columns] = ground
    return copies


def _classes(network: Network, logits_k: Float32Array, for_label: str | None, against: str | None) -> tuple[int, int]:
    """Find the pair of classes."""
    k, other = _find(network, for_label), _find(network, against)
    if k is not None and k == other:
        raise ConfigError(f"{for_label!r} cannot be compared with itself: give two classes.")
    ranked = [int(place) for place in np.argsort(-logits_k, kind="stable")]
    labels = [place for place in ranked if place < len(network.classifier.labels)]
    first = k if k is not None else next(place for place in labels if place != other)
    return first, other if other is not None else next(place for place in labels if place != first)


def _find(network: Network, label: str | None) -> int | None:
    """Find a class by its name."""
    if label is not None and label not in network.classes:
        raise ConfigError(f"this model knows no class {label!r}: it knows {', '.join(network.classes)}.")
    return None if label is None else network.classes.index(label)
