"""A page laid over its template, its fields read, its totals checked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol, Unpack

import numpy as np

from inkread.forms.alternatives import alternatives
from inkread.forms.cutting import Cutter
from inkread.forms.geometry import Points
from inkread.forms.registration import Reference, Registration
from inkread.forms.rows import FieldReading, Row
from inkread.forms.template import Field, Template
from inkread.imaging import to_grey
from inkread.types import NO_INK, Box, Number, NumberOptions, UInt8Array

LEAST_AGREEMENT = 0.75  # share of the print that must stand where it should
LEAST_SEEN = 0.6  # share of it that must lie within the picture
MOST_LOST = 1 / 3  # share of the fields that may be withheld on a page that still fits
DIGITS = tuple("0123456789")


class NumberReader(Protocol):
    """What the forms know of a reader: a crop in, a number out; see `Reader.number`."""

    def __call__(self, image: UInt8Array, /, **options: Unpack[NumberOptions]) -> Number:
        """Read the one number in a crop of shape (h, w)."""
        ...


class FormReader:
    """Reads pages of one form. Holds no state that changes, so that threads may share it.

    Args:
        template: what the form is like.
        read: what reads a number.
        labels: the digits in the order of a number's probabilities.
        keep_crops: whether the crops of uncertain fields are kept with the readings.

    Raises:
        ImageError, ConfigError: if the template's picture cannot be used; see `Template.load_picture`.
    """

    def __init__(
        self, template: Template, read: NumberReader, *, labels: Sequence[str] = DIGITS, keep_crops: bool = False
    ) -> None:
        picture = template.load_picture()
        hidden = [*(field.box for field in template.fields), *template.ignore]
        self._template, self._read, self._labels, self._keep = template, read, tuple(labels), keep_crops
        self._reference, self._cutter = Reference(picture, hidden, upright=template.upright), Cutter(picture)

    def read(self, pixels: UInt8Array, file: str, number: int | None = None) -> Row:
        """Read one page.

        Args:
            pixels: uint8 of shape (H, W) or (H, W, 3) RGB, any size, turn and tilt.
            file: where it comes from, for its row.
            number: of the page in that file, from 1; None where the file is one picture.

        Returns:
            The row. A page of another form is no error: its status says so and nothing of it is read.
        """
        row = partial(Row, file, number)
        page = to_grey(pixels)
        lies = self._reference.register(page)
        if lies is None:
            return row("does-not-fit", ("nothing of the template's print was found",))
        if lies.found.agreement < LEAST_AGREEMENT:
            return row("does-not-fit", (f"only {lies.found.agreement:.0%} of the template's print agrees",))
        if lies.found.seen < LEAST_SEEN:
            return row("does-not-fit", (f"only {lies.found.seen:.0%} of the form lies within the picture",))
        differing = lies.found.differing()
        lost = [self._withheld(field.box, lies, page, differing) for field in self._template.fields]
        if sum(reason is not None for reason in lost) > MOST_LOST * len(lost):
            return row("does-not-fit", ("the print round too many fields is another",))
        readings = tuple(
            self._field(field, page, lies) if reason is None else FieldReading(field.name, "", None, reason)
            for field, reason in zip(self._template.fields, lost, strict=True)
        )
        reasons, suspects = self._judge(readings, self._about_print(differing))
        return row("uncertain" if reasons else "ok", reasons, readings, suspects)

    def _withheld(self, box: Box, lies: Registration, page: UInt8Array, differing: Points) -> str | None:
        """Say why a field is not read; None where it is."""
        if not lies.shows(box, page.shape):
            return "outside the picture"
        if len(differing) and not lies.found.agrees_at(box):
            return "the print round it is not the template's"
        return None

    def _about_print(self, differing: Points) -> str | None:
        """Say where the print differs, by the nearest field."""
        if self._reference.ambiguous:
            return "the form looks the same upside down: write `upright: true` below page: if no page is"
        if not len(differing):
            return None
        boxes = [field.box for field in self._template.fields]
        middles = np.array([[(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2] for box in boxes])
        far = np.linalg.norm(differing[:, np.newaxis] - middles[np.newaxis], axis=2)
        nearest = self._template.fields[int(far.min(axis=0).argmin())].name
        return f"the print differs from the template's, nearest to {nearest}"

    def _field(self, field: Field, page: UInt8Array, lies: Registration) -> FieldReading:
        """Cut and read one field."""
        crop = self._cutter.cut(page, lies.at(field.box), field.box, field.cells)
        options = dict(field.options)
        if field.cells > 1:
            options.setdefault("length", (1, field.cells))
        number = self._read(crop, **options)  # type: ignore[arg-type]
        kept = crop if self._keep else None
        if number.reason == NO_INK:
            return FieldReading(field.name, "", None, None if field.optional else "blank", (), kept)
        if number.accepted:
            return FieldReading(field.name, number.text, number.confidence, None, (), kept)
        others = alternatives(number, self._labels, field.constraint())
        if number.text:
            return FieldReading(field.name, number.text, number.confidence, number.reason, others, kept)
        free = self._read(crop, separators=field.options.get("separators", False)).text
        return FieldReading(field.name, "", None, number.reason, (free,) if free else (), kept)

    def _judge(
        self, readings: tuple[FieldReading, ...], about_print: str | None
    ) -> tuple[tuple[str, ...], frozenset[str]]:
        """Check the totals; return why a person should look at the page, and at which fields."""
        reasons = [] if about_print is None else [about_print]
        reasons += [f"{reading.name}: {reading.reason}" for reading in readings if reading.reason is not None]
        suspects = {reading.name for reading in readings if reading.reason is not None}
        texts = {reading.name: reading.text for reading in readings}
        for total in self._template.totals:
            complaint = total.complaint(texts)
            if complaint is not None:
                reasons.append(f"{total} {complaint}")
                suspects.update(total.fields)
        return tuple(reasons), frozenset(suspects)
