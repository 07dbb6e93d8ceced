"""Several networks on one picture, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inkread.types import Digit

if TYPE_CHECKING:
    from inkread.api import ImageSource, Reader


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one model reads.

    Attributes:
        model: its name.
        labels: its classes, in the order of the probabilities.
        digit: what it read.
    """

    model: str
    labels: tuple[str, ...]
    digit: Digit

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values that `json.dumps` takes."""
        return {"model": self.model, "labels": list(self.labels), **self.digit.to_dict()}


def compare(readers: Iterable[Reader], image: ImageSource) -> tuple[Opinion, ...]:
    """Read one picture with several models.

    Args:
        readers: each as `inkread.load` makes it.
        image: as `Reader.digit` takes it.

    Returns:
        What each read, in their order.

    Raises:
        ImageError: if the picture cannot be used.
    """
    from inkread.imaging import load_image

    pixels = load_image(image)
    return tuple(Opinion(reader.card.name, reader.labels, reader.digit(pixels)) for reader in readers)
