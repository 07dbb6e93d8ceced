"""Pictures of one digit as a model takes them, a second look where it is unsure, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from inkread.reading.refusal import no_digit_or_unsure
from inkread.types import NO_INK, Box, Classifier, Digit, Float32Array, UInt8Array

if TYPE_CHECKING:
    from inkread.modelfile import Card

# Below the first confidence a picture of the network's own size is also read as it is, in both polarities: a line or a
# stripe across it leads normalisation astray, and not the network. Such a reading counts from the second one on.
SECOND_LOOK, SURE_LOOK = 0.97, 0.98


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


def look_again(classifier: Classifier, inputs: Sequence[DigitInput], rows: Float32Array) -> None:
    """Replace unsure answers by surer ones on the pictures as they are; changes `rows` in place."""
    unsure = [i for i, item in enumerate(inputs) if item.plain_chw is not None and rows[i].max() < SECOND_LOOK]
    if not unsure:
        return
    plain = np.stack([picture for i in unsure if (picture := inputs[i].plain_chw) is not None])
    looks = classifier.probabilities(np.concatenate([plain, 255 - plain])).reshape(2, len(unsure), -1)
    for place, dark_and_light in zip(unsure, looks.transpose(1, 0, 2), strict=True):
        best = max(dark_and_light, key=lambda row: row.max())
        if best.max() >= SURE_LOOK:
            rows[place] = best


def make_digit(item: DigitInput, probabilities: Float32Array, labels: Sequence[str], least: float) -> Digit:
    """Decide whether a reading is accepted, and say why not.

    Args:
        item: what the model was shown.
        probabilities: float32 of shape (classes,).
        labels: names of the classes.
        least: the least confidence that is accepted, 0 to 1.
    """
    if not item.has_ink:
        nothing = np.zeros_like(probabilities)
        return Digit(label="", confidence=0.0, accepted=False, probabilities=nothing, box=None, reason=NO_INK)
    best = int(probabilities.argmax())
    confidence = float(probabilities[best])
    accepted = confidence >= least
    return Digit(
        label=labels[best],
        confidence=confidence,
        accepted=accepted,
        probabilities=probabilities,
        box=item.box,
        reason=None if accepted else no_digit_or_unsure(probabilities, least),
    )
