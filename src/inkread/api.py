"""`load() -> Reader`: the one place where the rooms are put together. Pictures in, `Digit`s out."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from inkread.errors import ConfigError, ImageError, ModelFileError
from inkread.types import NO_DIGIT, Box, Digit, Float32Array, UInt8Array

if TYPE_CHECKING:
    import PIL.Image

    from inkread.modelfile import Card
    from inkread.runtime import OnnxClassifier

    ImageSource = str | Path | bytes | PIL.Image.Image | np.ndarray[Any, Any]

STATE_DICT_SUFFIXES = (".pth", ".pt")
BATCH = 256
# Below this confidence a picture of the network's own size is also read as it is, in both polarities, and the surest
# reading counts: a line or a stripe across it leads normalisation astray, and not the network.
SECOND_LOOK = 0.9
# Pictures drawn from an iterable before the first of them is normalised; bounds the memory that large ones take.
AHEAD = 16


def load(model: str | Path | None = None, *, min_confidence: float | None = None) -> Reader:
    """Make a reader.

    Args:
        model: a model file (``.onnx``), or a plain PyTorch state dict (``.pth``, ``.pt``; needs the `train` extra);
            None takes the model that comes with inkread.
        min_confidence: least confidence that is accepted, 0 to 1; None takes the model's own threshold.

    Returns:
        The reader; it may be shared between threads.

    Raises:
        ModelFileError: if the model is missing, damaged, foreign, or takes inputs that pictures cannot become.
        ConfigError: if `min_confidence` is not between 0 and 1.
        MissingExtraError: if a ``.pth`` is given and torch is not installed.
    """
    check_confidence(min_confidence)
    return Reader(open_model(model), min_confidence=min_confidence)


def check_confidence(least: float | None) -> None:
    """Refuse what cannot be a least confidence.

    Raises:
        ConfigError: if it is neither None nor a number from 0 to 1.
    """
    if not isinstance(least, float | int | np.floating | None):
        raise ConfigError(f"the least confidence is a number from 0 to 1, not {least!r}.")
    if least is not None and not 0 <= least <= 1:
        raise ConfigError(f"the least confidence is {least:g}, it must be between 0 and 1.")


def open_model(model: str | Path | None = None) -> OnnxClassifier:
    """Open a model for `load` or for evaluation; arguments and errors as of `load`."""
    from inkread.modelfile import shipped_model
    from inkread.runtime import OnnxClassifier

    if not isinstance(model, str | os.PathLike | None):
        raise ModelFileError(f"a model is the path of its file, not {type(model).__name__}.")
    path = shipped_model() if model is None else Path(model)
    if path.suffix.lower() not in STATE_DICT_SUFFIXES:
        return OnnxClassifier.open(path)
    from tempfile import TemporaryDirectory

    from inkread.training.statedict import convert_pth

    with TemporaryDirectory(prefix="inkread-") as folder:
        target = Path(folder) / f"{path.stem}.onnx"
        convert_pth(path, target)
        return OnnxClassifier.open(target)


class Reader:
    """Reads pictures with one model. Holds no state that changes, so that threads may share it.

    Attributes:
        min_confidence: least confidence that is accepted, 0 to 1.
    """

    def __init__(self, classifier: OnnxClassifier, *, min_confidence: float | None = None) -> None:
        card = classifier.card
        _check_readable(card)
        self.min_confidence = card.threshold if min_confidence is None else min_confidence
        self._classifier = classifier

    @property
    def card(self) -> Card:
        """What the model file says of itself."""
        return self._classifier.card

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, in the order of a digit's probabilities."""
        return self._classifier.labels

    def digit(self, image: ImageSource) -> Digit:
        """Read the one digit in a picture.

        Args:
            image: path, bytes of an image file, PIL image, or uint8 array of shape (H, W) or (H, W, 3) RGB.

        Returns:
            What was read. A blank picture is no error: it is not accepted, reason "no ink".

        Raises:
            ImageError: if the picture cannot be used.
        """
        return self._classify([self._prepare(image)])[0]

    def digits(self, images: Iterable[ImageSource]) -> list[Digit]:
        """Read many pictures with one digit each, in batches; a generator is never held in memory as a whole.

        Args:
            images: pictures, each as `digit` takes it.

        Returns:
            What was read, in the order of `images`.

        Raises:
            ImageError: if a picture cannot be used; it names the picture by its path or its place.
        """
        results = []
        for place, result in enumerate(self.stream(images)):
            if isinstance(result, ImageError):
                raise ImageError(f"picture {place + 1}: {result}") from result
            results.append(result)
        return results

    def stream(self, images: Iterable[ImageSource]) -> Iterator[Digit | ImageError]:
        """Read many pictures as they come; one that cannot be used yields its error and the others are still read.

        Args:
            images: pictures, each as `digit` takes it.

        Yields:
            For each picture, in order, the digit or the error.

        Raises:
            ImageError: if `images` is a single picture, or nothing that holds pictures.
        """
        if _is_single(images):
            raise ImageError("several pictures are expected here, as a list: for a single one use digit().")
        with ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
            inputs = _in_order(pool, self._try_prepare, images)
            while batch := list(islice(inputs, BATCH)):
                digits = iter(self._classify([item for item in batch if not isinstance(item, ImageError)]))
                for item in batch:
                    yield item if isinstance(item, ImageError) else next(digits)

    def _try_prepare(self, image: ImageSource) -> _Input | ImageError:
        """Prepare a picture, or return why it cannot be used."""
        try:
            return self._prepare(image)
        except ImageError as error:
            return error

    def _prepare(self, image: ImageSource) -> _Input:
        """Turn any picture into the model's input."""
        from inkread.imaging import load_image, normalize, to_grey

        pixels = load_image(image)
        if self.card.normalization == "mnist":
            normal = normalize(pixels)
            same_size = pixels.shape[:2] == self.card.input_shape[1:]
            plain = to_grey(pixels)[np.newaxis] if same_size else None
            return _Input(normal.image[np.newaxis], normal.box, normal.has_ink, plain)
        return _resize(pixels, self.card.input_shape)

    def _classify(self, inputs: list[_Input]) -> list[Digit]:
        """Run the network over prepared pictures; n may be 0."""
        if not inputs:
            return []
        rows = self._classifier.probabilities(np.stack([item.image_chw for item in inputs]))
        self._look_again(inputs, rows)
        return [self._digit(item, row) for item, row in zip(inputs, rows, strict=True)]

    def _look_again(self, inputs: list[_Input], rows: Float32Array) -> None:
        """Replace unsure answers by surer ones on the pictures as they are; changes `rows` in place."""
        unsure = [i for i, item in enumerate(inputs) if item.plain_chw is not None and rows[i].max() < SECOND_LOOK]
        if not unsure:
            return
        plain = np.stack([picture for i in unsure if (picture := inputs[i].plain_chw) is not None])
        looks = self._classifier.probabilities(np.concatenate([plain, 255 - plain])).reshape(2, len(unsure), -1)
        for place, dark_and_light in zip(unsure, looks.transpose(1, 0, 2), strict=True):
            rows[place] = max((rows[place].copy(), *dark_and_light), key=lambda row: row.max())

    def _digit(self, item: _Input, probabilities: Float32Array) -> Digit:
        """Decide whether a reading is accepted, and say why not."""
        if not item.has_ink:
            nothing = np.zeros_like(probabilities)
            return Digit(label="", confidence=0.0, accepted=False, probabilities=nothing, box=None, reason="no ink")
        best = int(probabilities.argmax())
        confidence = float(probabilities[best])
        accepted = confidence >= self.min_confidence
        return Digit(
            label=self.labels[best],
            confidence=confidence,
            accepted=accepted,
            probabilities=probabilities,
            box=item.box,
            reason=None if accepted else _reason(probabilities, self.min_confidence),
        )


class _Input(NamedTuple):
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


def _in_order(
    pool: ThreadPoolExecutor, function: Callable[[ImageSource], _Input | ImageError], images: Iterable[ImageSource]
) -> Iterator[_Input | ImageError]:
    """Map in threads, order kept, drawing only a few pictures ahead: they may be large."""
    waiting: deque[Future[_Input | ImageError]] = deque()
    for image in images:
        waiting.append(pool.submit(function, image))
        if len(waiting) > AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _is_single(images: object) -> bool:
    """Tell what is one picture, or none at all, from many."""
    if isinstance(images, np.ndarray):
        return images.ndim in (0, 2) or images.shape[2:] == (3,)
    return isinstance(images, str | bytes | os.PathLike) or not isinstance(images, Iterable)


def _resize(pixels: UInt8Array, shape_chw: tuple[int, int, int]) -> _Input:
    """Scale a whole picture to the model's input, grey or RGB as its channels say."""
    import cv2

    channels, height, width = shape_chw
    if channels == 1 and pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    elif channels == 3 and pixels.ndim == 2:
        pixels = np.repeat(pixels[..., np.newaxis], 3, axis=2)
    shrinks = pixels.shape[0] * pixels.shape[1] > height * width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    scaled = cv2.resize(pixels, (width, height), interpolation=method).astype(np.uint8, copy=False)
    image = scaled[np.newaxis] if channels == 1 else np.moveaxis(scaled, 2, 0)
    has_ink = bool(pixels.min() != pixels.max())
    return _Input(image, Box(0, 0, pixels.shape[1], pixels.shape[0]) if has_ink else None, has_ink)


def _reason(probabilities: Float32Array, threshold: float) -> str:
    """Say why a reading with ink is not accepted; a confidence gets as many decimals as tell it from the threshold."""
    if probabilities.sum() < 0.5:
        return NO_DIGIT
    confidence = float(probabilities.max())
    decimals = next((count for count in range(2, 8) if f"{confidence:.{count}f}" != f"{threshold:.{count}f}"), 8)
    return f"unsure ({confidence:.{decimals}f} < {threshold:.{decimals}f})"


def _check_readable(card: Card) -> None:
    """Refuse a model whose inputs pictures cannot become."""
    if card.normalization == "mnist" and card.input_shape != (1, 28, 28):
        raise ModelFileError(
            f"the model {card.name!r} wants normalised digits of shape {card.input_shape}, they are (1, 28, 28): "
            "train it with the normalization 'resize'."
        )
    if card.input_shape[0] not in (1, 3):
        raise ModelFileError(
            f"the model {card.name!r} takes {card.input_shape[0]} channels; pictures have 1 (grey) or 3 (RGB)."
        )
