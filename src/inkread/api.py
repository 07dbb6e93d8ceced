"""`load() -> Reader`: the one place where the rooms are put together. Pictures in, `Digit`s out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np

from inkread.errors import ConfigError, ImageError, ModelFileError
from inkread.reading.refusal import no_digit_or_unsure
from inkread.reading.streaming import all_read, check_several, read_each
from inkread.types import NO_INK, Box, Digit, Float32Array, Number, NumberOptions, UInt8Array

if TYPE_CHECKING:
    import PIL.Image

    from inkread.modelfile import Card
    from inkread.runtime import OnnxClassifier

    ImageSource = str | Path | bytes | PIL.Image.Image | np.ndarray[Any, Any]

STATE_DICT_SUFFIXES = (".pth", ".pt")
BATCH = 256
# Below the first confidence a picture of the network's own size is also read as it is, in both polarities: a line or a
# stripe across it leads normalisation astray, and not the network. Such a reading counts from the second one on.
SECOND_LOOK, SURE_LOOK = 0.9, 0.97


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
        from inkread.modelfile import check_readable

        card = classifier.card
        check_readable(card)
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
        return all_read(self.stream(images))

    def stream(self, images: Iterable[ImageSource]) -> Iterator[Digit | ImageError]:
        """Read many pictures as they come; one that cannot be used yields its error and the others are still read.

        Args:
            images: pictures, each as `digit` takes it.

        Yields:
            For each picture, in order, the digit or the error.

        Raises:
            ImageError: if `images` is a single picture, or nothing that holds pictures.
        """
        check_several(images, "digit")
        inputs = read_each(self._prepare, images)
        while batch := list(islice(inputs, BATCH)):
            digits = iter(self._classify([item for item in batch if not isinstance(item, ImageError)]))
            for item in batch:
                yield item if isinstance(item, ImageError) else next(digits)

    def number(
        self,
        image: ImageSource,
        *,
        length: int | tuple[int, int] | None = None,
        pattern: str | None = None,
        range: tuple[float, float] | None = None,
        checksum: str | Callable[[str], bool] | None = None,
        choices: Iterable[str] | None = None,
        separators: bool = False,
    ) -> Number:
        r"""Read the one number in a picture that holds little else.

        Args:
            image: as `digit` takes it.
            length: how many characters it has, exactly (5) or from least to most ((4, 6)).
            pattern: a regular expression of the kind that `reading.pattern.Pattern` knows, as ``\d{4}``.
            range: its least and greatest value, both allowed.
            checksum: "luhn", "mod11", "mod97", or a function that takes the text and says whether it will do.
            choices: the texts that may stand there.
            separators: whether a decimal point or comma and a leading minus are read; else they are ignored.

        Returns:
            What was read. A blank picture is no error: its text is empty, reason "no ink"; so it is where nothing
            satisfies what is asked for.

        Raises:
            ImageError: if the picture cannot be used.
            ConfigError: if what is asked for makes no sense.
            ModelFileError: if the model does not read single digits.
        """
        return self._number_reader(
            length=length, pattern=pattern, range=range, checksum=checksum, choices=choices, separators=separators
        )(image)

    def numbers(self, images: Iterable[ImageSource], **options: Unpack[NumberOptions]) -> list[Number]:
        """Read many pictures with one number each.

        Args:
            images: pictures, each as `digit` takes it.
            options: those of `number`, the same for all.

        Returns:
            What was read, in the order of `images`.

        Raises:
            ImageError: if a picture cannot be used; it names the picture by its place.
            ConfigError, ModelFileError: as of `number`.
        """
        return all_read(self.stream_numbers(images, **options))

    def stream_numbers(
        self, images: Iterable[ImageSource], **options: Unpack[NumberOptions]
    ) -> Iterator[Number | ImageError]:
        """Read many pictures with one number each as they come; errors as of `stream` and `number`, raised at once."""
        check_several(images, "number")
        return read_each(self._number_reader(**options), images)

    def _number_reader(self, *, separators: bool = False, **constraints: Any) -> Callable[[ImageSource], Number]:
        """Return what reads one number."""
        from inkread.imaging import load_image
        from inkread.reading import make_constraint, read_number

        if self.card.normalization != "mnist" or set(self.labels) != set("0123456789"):
            raise ModelFileError(
                f"the model {self.card.name!r} does not read single digits, of which numbers are made: take another."
            )
        constraint, least = make_constraint(**constraints), self.min_confidence
        return lambda image: read_number(
            load_image(image),
            self._classifier,
            constraint=constraint,
            separators=separators,
            min_confidence=least,
        )

    def _prepare(self, image: ImageSource) -> _Input:
        """Turn any picture into the model's input."""
        from inkread.imaging import load_image, normalize, resize, to_grey

        pixels = load_image(image)
        if self.card.normalization == "mnist":
            normal = normalize(pixels)
            same_size = pixels.shape[:2] == self.card.input_shape[1:]
            plain = to_grey(pixels)[np.newaxis] if same_size else None
            return _Input(normal.image[np.newaxis], normal.box, normal.has_ink, plain)
        has_ink = bool(pixels.min() != pixels.max())
        box = Box(0, 0, pixels.shape[1], pixels.shape[0]) if has_ink else None
        return _Input(resize(pixels, self.card.input_shape), box, has_ink)

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
            best = max(dark_and_light, key=lambda row: row.max())
            if best.max() >= SURE_LOOK:
                rows[place] = best

    def _digit(self, item: _Input, probabilities: Float32Array) -> Digit:
        """Decide whether a reading is accepted, and say why not."""
        if not item.has_ink:
            nothing = np.zeros_like(probabilities)
            return Digit(label="", confidence=0.0, accepted=False, probabilities=nothing, box=None, reason=NO_INK)
        best = int(probabilities.argmax())
        confidence = float(probabilities[best])
        accepted = confidence >= self.min_confidence
        return Digit(
            label=self.labels[best],
            confidence=confidence,
            accepted=accepted,
            probabilities=probabilities,
            box=item.box,
            reason=None if accepted else no_digit_or_unsure(probabilities, self.min_confidence),
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
