"""`load() -> Reader`: the one place where the rooms are put together. Pictures in, `Digit`s out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from inkread.errors import ImageError, ModelFileError
from inkread.inputs import DigitInput, load_all, prepare, prepare_all, read_inputs
from inkread.opening import check_confidence, open_model, open_models, open_number_model
from inkread.reading.streaming import all_read, check_several, read_each, read_in_stages
from inkread.types import Digit, Number, NumberOptions, Page

if TYPE_CHECKING:
    import PIL.Image

    from inkread.modelfile import Card
    from inkread.runtime import OnnxClassifier, OnnxRows

    ImageSource = str | Path | bytes | PIL.Image.Image | np.ndarray[Any, Any]

__all__ = ["Reader", "check_confidence", "load", "open_model"]

PAGES_AHEAD = 2  # large pictures in memory that wait for a thread


def load(
    model: str | Path | None = None,
    *,
    number_model: str | Path | None = None,
    min_confidence: float | None = None,
) -> Reader:
    """Make a reader.

    Args:
        model: a model file (``.onnx``), or a plain PyTorch state dict (``.pth``, ``.pt``; needs the `train` extra);
            None takes the model that comes with inkread. A model file that reads numbers as a whole may be given
            here, too, and stands for `number_model`.
        number_model: a model file (``.onnx``) that reads numbers as a whole; None takes the one that comes with
            inkread.
        min_confidence: least confidence that is accepted, 0 to 1; None takes each model's own threshold.

    Returns:
        The reader; it may be shared between threads.

    Raises:
        ModelFileError: if the model is missing, damaged, foreign, or takes inputs that pictures cannot become.
        ConfigError: if `min_confidence` is not between 0 and 1.
        MissingExtraError: if a ``.pth`` is given and torch is not installed.
    """
    check_confidence(min_confidence)
    return Reader(*open_models(model, number_model), min_confidence=min_confidence)


class Reader:
    """Reads pictures with two models, one for digits and one for numbers; threads may share it.

    Attributes:
        min_confidence: least confidence at which a digit is accepted, 0 to 1.
    """

    def __init__(
        self, classifier: OnnxClassifier, numbers: OnnxRows | None = None, *, min_confidence: float | None = None
    ) -> None:
        from inkread.modelfile import check_readable

        card = classifier.card
        check_readable(card)
        self.min_confidence = card.threshold if min_confidence is None else min_confidence
        self._classifier = classifier
        self._numbers, self._asked = numbers, min_confidence

    @property
    def card(self) -> Card:
        """What the model file says of itself."""
        return self._classifier.card

    @property
    def asked_confidence(self) -> float | None:
        """The least confidence that was asked for; None where each model's own counts."""
        return self._asked

    @property
    def number_network(self) -> OnnxRows | None:
        """What reads numbers as a whole; None as long as it is the one that comes with inkread and was not needed."""
        return self._numbers

    @property
    def classifier(self) -> OnnxClassifier:
        """The network, for those who look inside (`inkread.explain`)."""
        return self._classifier

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
        from inkread.imaging import load_image

        return read_inputs(self._classifier, [prepare(load_image(image), self.card)], self.min_confidence)[0]

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

    def batch(self, images: Iterable[ImageSource]) -> list[Digit | ImageError]:
        """Read a few pictures by one run of the network, in the calling thread; errors as of `stream`.

        For programs that have threads of their own; `digits` and `stream` spread many pictures over all cores.

        Args:
            images: pictures, each as `digit` takes it.

        Returns:
            For each picture, in order, the digit or the error.

        Raises:
            ImageError: if `images` is a single picture, or nothing that holds pictures.
        """
        check_several(images, "digit")
        return self._read_prepared(prepare_all(load_all(images, self.card), self.card))

    def stream(self, images: Iterable[ImageSource]) -> Iterator[Digit | ImageError]:
        """Read many pictures as they come; one that cannot be used yields its error and the others are still read.

        Args:
            images: pictures, each as `digit` takes it.

        Returns:
            For each picture, in order, the digit or the error.

        Raises:
            ImageError: if `images` is a single picture, or nothing that holds pictures.
        """
        check_several(images, "digit")
        card = self.card
        return read_in_stages(
            lambda chunk: load_all(chunk, card), lambda items: prepare_all(items, card), self._read_prepared, images
        )

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

    def page(self, image: ImageSource, *, separators: bool = False) -> Page:
        """Read all numbers on a page: a photo, a scan, a form, a table.

        The page is put upright first; words, ruling and boxes are left out.

        Args:
            image: as `digit` takes it.
            separators: whether decimal points and commas and leading minuses are read; else they are ignored.

        Returns:
            The page, its numbers in reading order with boxes in pixels of the picture as it came. A page without
            numbers is no error: it has none.

        Raises:
            ImageError: if the picture cannot be used.
            ModelFileError: if the model does not read single digits.
        """
        return self._page_reader(separators)(image)

    def pages(self, images: Iterable[ImageSource], *, separators: bool = False) -> list[Page]:
        """Read many pages.

        Args:
            images: pictures, each as `digit` takes it.
            separators: as of `page`.

        Returns:
            The pages, in the order of `images`.

        Raises:
            ImageError: if a picture cannot be used; it names the picture by its place.
            ModelFileError: as of `page`.
        """
        return all_read(self.stream_pages(images, separators=separators))

    def stream_pages(self, images: Iterable[ImageSource], *, separators: bool = False) -> Iterator[Page | ImageError]:
        """Read many pages as they come; errors as of `stream` and `page`, raised at once."""
        check_several(images, "page")
        return read_each(self._page_reader(separators), images, ahead=PAGES_AHEAD)

    def _read_prepared(self, prepared: list[DigitInput | ImageError]) -> list[Digit | ImageError]:
        """Run the network over those pictures that could be prepared."""
        usable = [item for item in prepared if not isinstance(item, ImageError)]
        digits = iter(read_inputs(self._classifier, usable, self.min_confidence))
        return [item if isinstance(item, ImageError) else next(digits) for item in prepared]

    def _page_reader(self, separators: bool) -> Callable[[ImageSource], Page]:
        """Return what reads one page."""
        from inkread.imaging import load_image
        from inkread.reading.pages import read_page

        self._check_digits()
        rows, least = self._rows()
        return lambda image: read_page(
            load_image(image, grey=True), self._classifier, rows, separators=separators, min_confidence=least
        )

    def _rows(self) -> tuple[OnnxRows, float]:
        """Return what reads numbers, opened on first use, and the least confidence at which one is accepted."""
        if self._numbers is None:
            self._numbers = open_number_model()
        return self._numbers, self._numbers.card.threshold if self._asked is None else self._asked

    def _number_reader(self, *, separators: bool = False, **constraints: Any) -> Callable[[ImageSource], Number]:
        """Return what reads one number."""
        from inkread.imaging import load_image
        from inkread.reading import make_constraint, read_whole_number

        constraint, (rows, least) = make_constraint(**constraints), self._rows()
        digits = self._classifier if self._reads_digits() else None
        return lambda image: read_whole_number(
            load_image(image), rows, digits, constraint=constraint, separators=separators, min_confidence=least
        )

    def _reads_digits(self) -> bool:
        """Say whether the model reads single digits in MNIST's form."""
        return self.card.normalization == "mnist" and set(self.labels) == set("0123456789")

    def _check_digits(self) -> None:
        """Refuse a model that numbers cannot be read with."""
        if not self._reads_digits():
            raise ModelFileError(
                f"the model {self.card.name!r} does not read single digits, of which numbers are made: take another."
            )
