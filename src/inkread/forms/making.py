"""A new template made of a sample page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inkread.errors import ImageError
from inkread.forms.finding import Place, find_fields
from inkread.forms.straighten import straighten
from inkread.forms.writing import template_text
from inkread.imaging import to_grey
from inkread.types import Box, Number, Page, UInt8Array

LONGEST = 2000  # pixels of the longer side of a form's picture
SURE = 0.9  # confidence from which on a number on the sample page counts
ASKEW = 10.0  # degrees; a page that its numbers say is turned further was not read well
SMALLEST = 200  # and of the shorter side, at least


@dataclass(frozen=True, slots=True, eq=False)
class NewTemplate:
    """What was found on a sample page.

    Attributes:
        picture: uint8 of shape (h, w), the form upright.
        places: its fields in reading order.
        samples: what the sample has in some of them.
    """

    picture: UInt8Array
    places: tuple[Place, ...]
    samples: dict[Place, str]

    def text(self, template: str, picture: str) -> str:
        """Write the template.

        Args:
            template: name of its file, for a comment.
            picture: name of the picture's file, beside it.
        """
        height, width = self.picture.shape
        return template_text(template, picture, (width, height), self.places, self.samples)


def make_template(pixels: UInt8Array, read_page: Callable[[UInt8Array], Page]) -> NewTemplate:
    """Find the fields of a form.

    Args:
        pixels: uint8 of shape (H, W) or (H, W, 3) RGB: a sample page, empty or filled, a scan or a photo.
        read_page: what reads the numbers of a page; see `Reader.page`.

    Raises:
        ImageError: if the picture is too small, or shows neither boxes nor numbers.
    """
    picture = straighten(to_grey(pixels), LONGEST)
    if min(picture.shape) < SMALLEST:
        raise ImageError(f"the page has only {min(picture.shape)} pixels across: {SMALLEST} are needed for a form.")
    page = read_page(picture)
    numbers = [
        (number.box, number) for number in page.numbers if number.box is not None and _is_written(number, page.rotation)
    ]
    places = find_fields(picture, [box for box, _ in numbers])
    if not places:
        raise ImageError("neither boxes nor numbers were found on the page: a form needs places to write in.")
    samples = {place: _sample(place.box, numbers) for place in places}
    return NewTemplate(picture, tuple(places), {place: text for place, text in samples.items() if text})


def _is_written(number: Number, rotation: float) -> bool:
    """Tell whether a number is sure, may have been written by hand, and stands upright as the form does."""
    return number.confidence >= SURE and number.kind != "printed" and abs(rotation) < ASKEW


def _sample(field: Box, numbers: list[tuple[Box, Number]]) -> str:
    """Return the numbers whose middles lie in a field."""
    return " ".join(
        number.text
        for box, number in numbers
        if field.x0 <= (box.x0 + box.x1) / 2 < field.x1 and field.y0 <= (box.y0 + box.y1) / 2 < field.y1
    )
