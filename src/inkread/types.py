"""Results as frozen dataclasses, and the protocol that a classifier meets. Standard library and NumPy only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, Protocol, TypedDict

import numpy as np
import numpy.typing as npt

UInt8Array = npt.NDArray[np.uint8]
Float32Array = npt.NDArray[np.float32]
Int64Array = npt.NDArray[np.int64]
Kind = Literal["handwritten", "printed"]

NO_INK: Final = "no ink"  # why a blank picture is not accepted
NO_DIGIT: Final = "no digit"  # the last class of data that hold other things too; a model refuses with it


class Box(NamedTuple):
    """A rectangle in pixels of the picture as a person sees it (EXIF turn applied); x1 and y1 are exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True, eq=False)
class Digit:
    """One digit (or one class of the model at hand) as it was read.

    Attributes:
        label: the most probable class, though it be refused; the empty string where the picture holds no ink.
        confidence: calibrated probability of `label`, 0 to 1.
        accepted: whether `confidence` reaches the threshold in force and the picture holds ink.
        probabilities: float32 of shape (classes,), in the order of the model's labels, summing to the probability
            that the picture shows one of them (1 for a model that knows no other things); all 0 where there is no ink.
        box: where the ink is, in pixels of the picture; None where there is none.
        reason: why it was not accepted: "no ink"; "no digit", where it more probably shows none of the labels than
            one of them; or "unsure (...)" with the confidence and the threshold. None where it was accepted.
    """

    label: str
    confidence: float
    accepted: bool
    probabilities: Float32Array = field(repr=False)
    box: Box | None
    reason: str | None = None

    @property
    def read(self) -> str:
        """What was read, as a `Number` has it too."""
        return self.label

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values that `json.dumps` takes; probabilities rounded to 6 decimals."""
        return {
            "label": self.label,
            "confidence": round(self.confidence, 6),
            "accepted": self.accepted,
            "reason": self.reason,
            "probabilities": [round(float(p), 6) for p in self.probabilities],
            "box": list(self.box) if self.box is not None else None,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """One number as it was read.

    Attributes:
        text: the characters, left to right; the empty string where there is no number.
        confidence: calibrated probability that all of `text` is right, 0 to 1.
        accepted: whether `confidence` reaches the threshold in force.
        digits: the characters one by one, in the order of `text`.
        box: where the number is, in pixels of the picture; None where there is none.
        reason: why it was not accepted, in a few words; None where it was.
        kind: "handwritten" or "printed", as most of its digits are; None where nothing can tell.
        line: on a page, the index of the line that it stands in, from 0; None elsewhere.
    """

    text: str
    confidence: float
    accepted: bool
    digits: tuple[Digit, ...] = field(repr=False)
    box: Box | None
    reason: str | None = None
    kind: Kind | None = None
    line: int | None = None

    @property
    def read(self) -> str:
        """What was read, as a `Digit` has it too."""
        return self.text

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values that `json.dumps` takes."""
        return {
            "text": self.text,
            "confidence": round(self.confidence, 6),
            "accepted": self.accepted,
            "reason": self.reason,
            "digits": [digit.to_dict() for digit in self.digits],
            "box": list(self.box) if self.box is not None else None,
            "kind": self.kind,
            "line": self.line,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page as it was read.

    Attributes:
        numbers: in reading order: line by line from the top, each from left to right, after the page was put upright.
        width: of the picture in pixels, as a person sees it (EXIF turn applied).
        height: the same.
        rotation: degrees by which the picture has to be turned, clockwise, for the page to stand upright: a quarter
            turn or more of them, and a skew of some degrees; above -180, up to 180. All boxes stay in pixels of the
            picture as it came.
    """

    numbers: tuple[Number, ...]
    width: int
    height: int
    rotation: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values that `json.dumps` takes."""
        return {
            "numbers": [number.to_dict() for number in self.numbers],
            "width": self.width,
            "height": self.height,
            "rotation": round(self.rotation, 2),
        }


class NumberOptions(TypedDict, total=False):
    """What may be said of a number before it is read; see `Reader.number`."""

    length: int | tuple[int, int] | None
    pattern: str | None
    range: tuple[float, float] | None
    checksum: str | Callable[[str], bool] | None
    choices: Iterable[str] | None
    separators: bool


class Classifier(Protocol):
    """What `imaging` and later rooms know of a network: pictures in, calibrated probabilities out."""

    @property
    def labels(self) -> Sequence[str]:
        """Names of the classes, in the order of the probabilities."""
        ...

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one input."""
        ...

    def probabilities(self, images_nchw: UInt8Array) -> Float32Array:
        """Classify a batch.

        Args:
            images_nchw: uint8 of shape (n, channels, height, width), white ink (255) on black (0).

        Returns:
            float32 of shape (n, classes), each row summing to at most 1: to the probability that the picture shows
            one of the labels.
        """
        ...


class RowNetwork(Protocol):
    """What `reading` knows of a network that reads rows of writing."""

    @property
    def labels(self) -> Sequence[str]:
        """Names of the classes: characters, and "printed 0" to "printed 9"."""
        ...

    def log_probabilities(self, rows: Sequence[UInt8Array]) -> list[Float32Array]:
        """Say of each place in each row what stands there.

        Args:
            rows: uint8 of shape (32, w) each, as `imaging.strip` makes them.

        Returns:
            For each row float32 of shape (places, labels + 1), natural logarithms; a place is two columns wide, the
            blank between characters is last.
        """
        ...
