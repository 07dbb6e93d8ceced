"""Pictures of one digit as a model takes them, a second look where it is unsure, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from inkread.errors import ImageError
from inkread.reading.refusal import no_digit_or_unsure
from inkread.types import NO_INK, Box, Classifier, Digit, Float32Array, UInt8Array

if TYPE_CHECKING:
    from inkread.imaging.loading import ImageSource
    from inkread.modelfile import Card
    from inkread.runtime import OnnxClassifier

# Below the first confidence a picture of the network's own size is also read as it is, in both polarities: a line or a
# stripe across it leads normalisation astray, and not the network. Such a reading counts from the second one on.
SECOND_LOOK, SURE_LOOK = 0.97, 0.98
# Up to this side in pixels, a picture takes many short calls to prepare, which gain nothing by threads.
SMALL = 320


class DigitInput(NamedTuple):
    """A picture as the model takes it.

    Attributes:
        image_chw: uint8 of shape (channels, height, width).
        box: where the ink is in the picture; None where there is none.
        has_ink: whether there is anything to read.
        plain_chw: the picture as it is, where it has the model's own size; None elsewhere.
    """

    image_chw: UInt8Array
    box: Box | None
    has_ink: bool
    plain_chw: UInt8Array | None = None


def prepare(pixels: UInt8Array, card: Card) -> DigitInput:
    """Turn a picture into a model's input.

    Args:
        pixels: uint8 of shape (H, W) or (H, W, 3) RGB.
        card: what the model says of itself.
    """
    from inkread.imaging import normalize, resize, to_grey

    if card.normalization == "mnist":
        normal = normalize(pixels)
        same_size = pixels.shape[:2] == card.input_shape[1:]
        plain = to_grey(pixels)[np.newaxis] if same_size else None
        return DigitInput(normal.image[np.newaxis], normal.box, normal.has_ink, plain)
    has_ink = bool(pixels.min() != pixels.max())
    box = Box(0, 0, pixels.shape[1], pixels.shape[0]) if has_ink else None
    return DigitInput(resize(pixels, card.input_shape), box, has_ink)


def load_all(images: Iterable[ImageSource], card: Card) -> list[DigitInput | ImageError | UInt8Array]:
    """Load some pictures; large ones become a model's input at once, so that none is kept while others are loaded.

    Args:
        images: as `imaging.load_image` takes them.
        card: what the model says of itself.

    Returns:
        For each picture, in order, the input, or what is wrong with it; small ones as they are, for `prepare_all`.
    """
    from inkread.imaging import load_image

    items: list[DigitInput | ImageError | UInt8Array] = []
    for image in images:
        try:
            pixels = load_image(image)
        except ImageError as error:
            items.append(error)
            continue
        items.append(pixels if max(pixels.shape) <= SMALL else prepare(pixels, card))
    return items


def prepare_all(items: Sequence[DigitInput | ImageError | UInt8Array], card: Card) -> list[DigitInput | ImageError]:
    """Turn into a model's input what of the result of `load_all` is none yet."""
    forms = _find_forms(items) if card.normalization == "mnist" else {}
    return [forms.get(place) or _prepared(item, card) for place, item in enumerate(items)]


def _find_forms(items: Sequence[DigitInput | ImageError | UInt8Array]) -> dict[int, DigitInput]:
    """Prepare, by their places, the pictures that have MNIST's form already; that is told of all of them at once."""
    from inkread.imaging.mnistform import SIDE, find_normal_forms

    plain = {
        place: item for place, item in enumerate(items) if isinstance(item, np.ndarray) and item.shape == (SIDE, SIDE)
    }
    if not plain:
        return {}
    forms = find_normal_forms(np.stack(list(plain.values())))
    return {
        place: DigitInput(forms.images[index, np.newaxis], forms.box(index), True, pixels[np.newaxis])
        for index, (place, pixels) in enumerate(plain.items())
        if forms.found[index]
    }


def _prepared(item: DigitInput | ImageError | UInt8Array, card: Card) -> DigitInput | ImageError:
    """Prepare what is not prepared yet."""
    return prepare(item, card) if isinstance(item, np.ndarray) else item


def read_inputs(classifier: OnnxClassifier, inputs: Sequence[DigitInput], least: float) -> list[Digit]:
    """Run a model over prepared pictures.

    Args:
        classifier: the model.
        inputs: n pictures; n may be 0.
        least: the least confidence that is accepted, 0 to 1.
    """
    if not inputs:
        return []
    rows = classifier.probabilities(np.stack([item.image_chw for item in inputs]))
    if classifier.card.reject_class:  # a network that cannot refuse is sure of anything
        look_again(classifier, inputs, rows)
        look_otherwise(classifier, inputs, rows)
    best = rows.argmax(axis=1)
    confidences = rows[np.arange(len(rows)), best].tolist()
    answers = zip(inputs, rows, best.tolist(), confidences, strict=True)
    labels = classifier.labels
    return [_make_digit(item, row, labels[place], sure, least) for item, row, place, sure in answers]


def look_again(classifier: Classifier, inputs: Sequence[DigitInput], rows: Float32Array) -> None:
    """Replace unsure answers by surer ones on the pictures as they are; changes `rows` in place."""
    unsure = [i for i in np.flatnonzero(rows.max(axis=1) < SECOND_LOOK).tolist() if inputs[i].plain_chw is not None]
    if not unsure:
        return
    plain = np.stack([picture for i in unsure if (picture := inputs[i].plain_chw) is not None])
    looks = classifier.probabilities(np.concatenate([plain, 255 - plain])).reshape(2, len(unsure), -1)
    for place, dark_and_light in zip(unsure, looks.transpose(1, 0, 2), strict=True):
        best = max(dark_and_light, key=lambda row: row.max())
        if best.max() >= SURE_LOOK:
            rows[place] = best


def look_otherwise(classifier: OnnxClassifier, inputs: Sequence[DigitInput], rows: Float32Array) -> None:
    """Replace answers that are still unsure by the mean over several looks; changes `rows` in place."""
    if classifier.card.normalization != "mnist":
        return
    unsure = [i for i in np.flatnonzero(rows.max(axis=1) < SECOND_LOOK).tolist() if inputs[i].has_ink]
    if not unsure:
        return
    from inkread.imaging.looks import other_looks

    looks = np.concatenate([other_looks(inputs[i].image_chw[0])[:, np.newaxis] for i in unsure])
    answers = classifier.probabilities(looks).reshape(len(unsure), -1, rows.shape[1])
    rows[unsure] = (rows[unsure] + answers.sum(axis=1)) / (1 + answers.shape[1])


def _make_digit(item: DigitInput, probabilities: Float32Array, label: str, confidence: float, least: float) -> Digit:
    """Decide whether a reading is accepted, and say why not.

    Args:
        item: what the model was shown.
        probabilities: float32 of shape (classes,).
        label: the most probable one.
        confidence: its probability.
        least: the least confidence that is accepted, 0 to 1.
    """
    if not item.has_ink:
        nothing = np.zeros_like(probabilities)
        return Digit(label="", confidence=0.0, accepted=False, probabilities=nothing, box=None, reason=NO_INK)
    accepted = confidence >= least
    reason = None if accepted else no_digit_or_unsure(probabilities, least)
    return Digit(label, confidence, accepted, probabilities, item.box, reason)
