"""A network opened to look inside: the outputs of its layers for one picture, its filters, its features."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from inkread.errors import ImageError, ModelFileError
from inkread.explain.field import Field
from inkread.explain.structure import LOGITS, Kind, Layer, find_layers
from inkread.modelfile.graph import read_graph
from inkread.runtime import InnerTensors, OnnxClassifier
from inkread.types import NO_DIGIT, Float32Array, UInt8Array

if TYPE_CHECKING:
    from inkread.api import Reader

    Model = Reader | OnnxClassifier | str | Path | None

MOST_FILTERS = 256  # pictures of weights between two layers; more of them nobody looks at
MOST_INPUTS = 4


@dataclass(frozen=True, slots=True, eq=False)
class LayerMap:
    """What one layer of a network gives for one picture.

    Attributes:
        name: for people, as "Convolution 2".
        kind: "input", "conv", "pool", "sum" (a residual block joins), "dense" or "output".
        maps: float32 of shape (channels, height, width), or (units,) where there is no place; after activation. Of the
            input the pixels, 0 to 255; of the output the logits.
        filters: weights where they are few enough to be looked at, float32 of shape (units, channels, height, width):
            a convolution's, or those of a dense layer that takes the picture itself; else None.
        field: what each neuron sees of the picture.
        takes: index of the layer that it takes; of a sum, the first; None where that cannot be told.
    """

    name: str
    kind: Kind
    maps: Float32Array = field(repr=False)
    filters: Float32Array | None = field(repr=False)
    field: Field
    takes: int | None


class Network:
    """A model looked into; safe to share between threads.

    Attributes:
        classifier: the model, as reading uses it.
        layers: its layers, the input first.
        classes: names of the logits; the last is "no digit" where the model has a reject class.
        features_from: the layer whose neurons the output layer weighs, as an index, and its shape; None and () where
            that cannot be told.
    """

    def __init__(self, classifier: OnnxClassifier) -> None:
        """Open a model once more, with the outputs of its layers.

        Raises:
            ModelFileError: if it does not read one digit a picture, or cannot be looked into.
        """
        card = classifier.card
        if card.task != "digit":
            raise ModelFileError(f"the model {card.name!r} reads a {card.task}; only networks of digits are explained.")
        self.classifier = classifier
        self.layers = find_layers(read_graph(classifier.content), card.input_shape[1:])
        self.classes = (*card.labels, NO_DIGIT) if card.reject_class else card.labels
        weights = [layer.weights for layer in self.layers if layer.weights is not None]
        names = [layer.tensor for layer in self.layers[1:]]
        self._inner = InnerTensors(classifier, [*names, *weights, self.layers[-1].source])
        blank = np.zeros((1, *card.input_shape), np.uint8)
        self._weights = dict(zip(weights, self._inner(blank, weights), strict=True)) if weights else {}
        self.features_from = self._find_features(blank[0])

    def layer_maps(self, image_chw: UInt8Array) -> tuple[LayerMap, ...]:
        """Compute what every layer gives for one picture.

        Args:
            image_chw: uint8 of the model's input shape; (height, width) will do where it has one channel.

        Returns:
            The layers, the input first.

        Raises:
            ImageError: if type or shape is another.
        """
        image = self.check(image_chw)
        names = [layer.tensor for layer in self.layers[1:]]
        outputs = [image, *(output[0] for output in self._inner(image[np.newaxis], names))] if names else [image]
        return tuple(
            LayerMap(layer.name, layer.kind, _plain(output), self._filters(layer), layer.field, layer.takes)
            for layer, output in zip(self.layers, outputs, strict=True)
        )

    def check(self, image_chw: UInt8Array) -> UInt8Array:
        """Return a picture with its channels.

        Raises:
            ImageError: if it is not as the model takes it.
        """
        shape = self.classifier.input_shape
        image = image_chw[np.newaxis] if image_chw.ndim == 2 else image_chw
        if image.dtype != np.uint8 or image.shape != shape:
            raise ImageError(
                f"this model takes a picture as uint8 of shape {shape}, not {image_chw.dtype} of shape "
                f"{image_chw.shape}: normalise it first."
            )
        return image

    @property
    def head(self) -> Float32Array | None:
        """The weights of the output layer, float32 of shape (classes, features); None where it is no weighted sum."""
        output = self.layers[-1]
        if output.kind != "output" or output.weights is None:
            return None
        weights: Float32Array = self._weights[output.weights]
        return weights.T if output.turned else weights

    def features(self, images_nchw: UInt8Array) -> tuple[Float32Array, Float32Array]:
        """Compute what the output layer weighs, and the logits.

        Args:
            images_nchw: uint8 of shape (n, *input_shape), n at least 1.

        Returns:
            float32 of shape (n, features) and of shape (n, classes).
        """
        last = self.layers[-1]
        features, logits = self._inner(images_nchw, [last.source, last.tensor if last.kind == "output" else LOGITS])
        return features.reshape(len(features), -1).astype(np.float32), logits

    def logits(self, images_nchw: UInt8Array) -> Float32Array:
        """Compute what the output layer gives, float32 of shape (n, classes); before any gate, unlike `classifier`."""
        if self.layers[-1].kind != "output":
            return self.classifier.logits(images_nchw)
        logits: Float32Array = self._inner(images_nchw, [self.layers[-1].tensor])[0]
        return logits

    def _find_features(self, image_chw: UInt8Array) -> tuple[int | None, tuple[int, ...]]:
        """Find the layer that the output layer takes whole."""
        head, place = self.head, self.layers[-1].takes
        if head is None or place is None:
            return None, ()
        shape = self.layer_maps(image_chw)[place].maps.shape
        return (place, shape) if int(np.prod(shape)) == head.shape[1] else (None, ())

    def _filters(self, layer: Layer) -> Float32Array | None:
        """Return weights that can be looked at."""
        if layer.weights is None:
            return None
        weights: Float32Array = self._weights[layer.weights]
        if layer.kind == "conv":
            units, inputs, *kernel = weights.shape
            few = inputs <= MOST_INPUTS or units * inputs <= MOST_FILTERS
            return weights if few and max(kernel) > 1 else None
        shape = self.classifier.input_shape
        on_picture = layer.takes == 0 and weights.size % int(np.prod(shape)) == 0
        return (weights.T if layer.turned else weights).reshape(-1, *shape) if on_picture else None


_opened: WeakKeyDictionary[OnnxClassifier, Network] = WeakKeyDictionary()
_opening = Lock()


def open_network(model: Network | Model = None) -> Network:
    """Open a model to look inside; one that is open already is taken again.

    Args:
        model: a reader, a classifier, or what `inkread.load` takes.

    Raises:
        ModelFileError: if it is missing or damaged, reads no digits, or cannot be looked into.
    """
    if isinstance(model, Network):
        return model
    if not isinstance(model, OnnxClassifier):
        model = _classifier(model)
    with _opening:
        found = _opened.get(model)
        if found is None:
            found = _opened[model] = Network(model)
        return found


def layers(model: Network | Model, image_chw: UInt8Array) -> tuple[LayerMap, ...]:
    """Compute what every layer of a model gives for one picture; see `Network.layer_maps` and `open_network`."""
    return open_network(model).layer_maps(image_chw)


def _classifier(model: Reader | str | Path | None) -> OnnxClassifier:
    """Return a reader's classifier, or open a file."""
    if model is None or isinstance(model, str | Path):
        from inkread.api import open_model

        return open_model(model)
    return model.classifier


def _plain(output: Float32Array | UInt8Array) -> Float32Array:
    """Return a layer's output as float32; where it has one value a channel, these alone."""
    values = output.astype(np.float32)
    return values.reshape(-1) if values.ndim == 3 and values.shape[1:] == (1, 1) else values
