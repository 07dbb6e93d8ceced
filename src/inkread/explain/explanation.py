"""One picture explained by one model: steps of normalisation, layers, votes, saliency, neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from inkread.explain.drawing import Sprite, data_url, grey_tiles, picture_url, tiles
from inkread.explain.nearest import Neighbour, neighbours
from inkread.explain.network import LayerMap, open_network
from inkread.explain.occlusion import Saliency, saliency
from inkread.explain.voting import Vote, votes
from inkread.imaging import Step, load_image, normalize, resize, to_grey
from inkread.types import Digit, Float32Array, UInt8Array

if TYPE_CHECKING:
    from inkread.api import ImageSource, Reader

LONGEST_STEP = 320
STRONGEST = 8
BRIGHT = 0.995  # of a layer's neurons; the strongest colour stands for the rest
FILTERED_UNITS = 16  # of a dense layer, the strongest are shown with what they look for


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why a model reads a picture as it does.

    Attributes:
        model: its name.
        labels: its classes, in the order of the digit's probabilities.
        classes: names of its logits: the labels and, where it has a reject class, "no digit".
        digit: what was read.
        image: uint8 of shape (channels, height, width): the input of the network.
        steps: how the picture became the input.
        layers: what each layer gives, the input first.
        votes: how the highest logits come about.
        saliency: which ink spoke for one class and which against it.
        neighbours: the nearest training digits, nearest first; none where the model takes no normalised digits.
    """

    model: str
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    digit: Digit
    image: UInt8Array = field(repr=False)
    steps: tuple[Step, ...] = field(repr=False)
    layers: tuple[LayerMap, ...] = field(repr=False)
    votes: tuple[Vote, ...] = field(repr=False)
    saliency: Saliency
    neighbours: tuple[Neighbour, ...] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values that `json.dumps` takes, pictures as data URLs; some 100 kB."""
        return {
            "model": self.model,
            "classes": list(self.classes),
            "digit": self.digit.to_dict(),
            "input": {**_picture(input_picture(self.image))},
            "steps": [{"name": step.name, **_picture(reduced(step.picture))} for step in self.steps],
            "layers": [_layer(layer) for layer in self.layers],
            "votes": [vote.to_dict() for vote in self.votes],
            "saliency": {
                "for": self.saliency.for_label,
                "against": self.saliency.against,
                "image": data_url(saliency_sprite(self.saliency).png()),
                "scale": round(self.saliency.scale, 4),
                "margin": round(self.saliency.margin, 4),
            },
            "neighbours": {
                "sprite": grey_tiles(np.stack([near.image for near in self.neighbours])).to_dict()
                if self.neighbours
                else None,
                "labels": [near.label for near in self.neighbours],
                "similarities": [round(near.similarity, 4) for near in self.neighbours],
            },
        }


def explain(
    model: Reader | str | Path | None,
    image: ImageSource,
    for_label: str | None = None,
    against: str | None = None,
) -> Explanation:
    """Read one digit and show how the network came to its answer.

    Args:
        model: a reader, or what `inkread.load` takes.
        image: as `Reader.digit` takes it.
        for_label: the class whose ink is looked for; None takes the likeliest.
        against: the class that it is compared with; None takes the likeliest of the others.

    Returns:
        The explanation. A blank picture is no error: all its layers are shown as they are.

    Raises:
        ImageError: if the picture cannot be used.
        ModelFileError: if the model is missing or damaged, reads no digits, or cannot be looked into.
        ConfigError: if the model knows no such class, or the two are the same.
    """
    if model is None or isinstance(model, str | Path):
        from inkread.api import Reader, open_model

        model = Reader(open_model(model))
    network = open_network(model)
    pixels = load_image(image)
    digit = model.digit(pixels)
    taken, steps = _input(model, pixels, digit.probabilities)
    return Explanation(
        model=model.card.name,
        labels=model.labels,
        classes=network.classes,
        digit=digit,
        image=taken,
        steps=steps,
        layers=network.layer_maps(taken),
        votes=votes(network, taken),
        saliency=saliency(network, taken, for_label, against),
        neighbours=neighbours(network, taken),
    )


def _input(reader: Reader, pixels: UInt8Array, probabilities: Float32Array) -> tuple[UInt8Array, tuple[Step, ...]]:
    """Make the network's input as reading does, and keep the steps.

    Where reading took a second look, at the picture as it is (see `inputs`), that look is what is explained.
    """
    if reader.card.normalization != "mnist":
        scaled = resize(pixels, reader.card.input_shape)
        return scaled, (Step("picture", pixels), Step("scaled", input_picture(scaled)))
    normal = normalize(pixels, steps=True)
    first = normal.image[np.newaxis]
    if not normal.has_ink or pixels.shape[:2] != reader.card.input_shape[1:]:
        return first, normal.steps
    plain = to_grey(pixels)[np.newaxis]
    looks = np.stack([first, plain, 255 - plain])
    differences = np.abs(reader.classifier.probabilities(looks) - probabilities).max(axis=1)
    taken = looks[int(differences.argmin())]
    if differences.argmin() == 0:
        return first, normal.steps
    return taken, (Step("picture", pixels), Step("taken as it is", taken[0]))


def input_picture(image_chw: UInt8Array) -> UInt8Array:
    """Return an input as a picture: (height, width), or (height, width, 3) for RGB."""
    return image_chw[0] if len(image_chw) == 1 else np.ascontiguousarray(image_chw.transpose(1, 2, 0))


def reduced(picture: UInt8Array, longest: int = LONGEST_STEP) -> UInt8Array:
    """Reduce a picture's longer side to so many pixels, if it is longer."""
    factor = max(picture.shape[:2]) / longest
    if factor <= 1:
        return picture
    size = (max(1, round(picture.shape[1] / factor)), max(1, round(picture.shape[0] / factor)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def layer_sprite(layer: LayerMap) -> Sprite:
    """Colour a layer's maps, a tile a channel; where there is no place, a tile of one pixel a unit.

    A few very strong neurons of a map do not darken the others.
    """
    if layer.kind == "input":
        return grey_tiles(layer.maps.astype(np.uint8))
    if layer.maps.ndim == 1:
        return tiles(layer.maps.reshape(-1, 1, 1), columns=min(16, len(layer.maps)))
    return tiles(layer.maps, scale=float(np.quantile(np.abs(layer.maps), BRIGHT)))


def filter_sprite(layer: LayerMap) -> tuple[Sprite, tuple[int, ...]] | None:
    """Colour a layer's filters; return also the unit that each tile belongs to.

    Each channel that a filter looks at is a tile; the strongest colour is the filter's own greatest weight. Of a
    hidden dense layer only the filters of its strongest units are shown, strongest first.
    """
    if layer.filters is None:
        return None
    shown = list(range(len(layer.filters)))
    if layer.kind == "dense":
        shown = [int(i) for i in np.argsort(-layer.maps, kind="stable")[:FILTERED_UNITS]]
    chosen = layer.filters[shown]
    greatest = np.abs(chosen).max(axis=(1, 2, 3), keepdims=True)
    shares = np.asarray(chosen / np.where(greatest > 0, greatest, 1), np.float32)
    channels = chosen.shape[1]
    sprite = tiles(shares.reshape(-1, *chosen.shape[2:]), columns=channels if channels > 1 else None, scale=1)
    return sprite, tuple(unit for unit in shown for _ in range(channels))


def saliency_sprite(found: Saliency) -> Sprite:
    """Colour the ink: orange spoke for the class, blue for the other."""
    return tiles(found.map[np.newaxis], scale=1)


def strongest_neurons(layer: LayerMap, count: int = STRONGEST) -> list[tuple[tuple[int, ...], float]]:
    """Return place and value of the neurons with the highest outputs, highest first; those at or below 0 are left out.

    Of the input there are none.
    """
    if layer.kind == "input":
        return []
    order = np.argsort(-layer.maps, axis=None, kind="stable")[:count]
    places = [tuple(int(axis) for axis in np.unravel_index(int(i), layer.maps.shape)) for i in order]
    return [(place, float(layer.maps[place])) for place in places if layer.maps[place] > 0]


def _picture(picture: UInt8Array) -> dict[str, Any]:
    """Return a picture with its size."""
    return {"image": picture_url(picture), "width": picture.shape[1], "height": picture.shape[0]}


def _layer(layer: LayerMap) -> dict[str, Any]:
    """Return a layer as plain values."""
    sprite, filters = layer_sprite(layer), filter_sprite(layer)
    values = [round(float(value), 4) for value in layer.maps] if layer.maps.ndim == 1 else None
    return {
        "name": layer.name,
        "kind": layer.kind,
        "shape": list(layer.maps.shape),
        "takes": layer.takes,
        "signed": sprite.signed,
        "scale": round(sprite.scale, 4),
        "sprite": sprite.to_dict(),
        "values": values,
        "strongest": [{"place": list(place), "value": round(value, 4)} for place, value in strongest_neurons(layer)],
        "field": layer.field.to_dict(),
        "filters": None if filters is None else {**filters[0].to_dict(), "units": list(filters[1])},
    }
