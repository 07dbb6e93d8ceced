"""What was read of a form, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from inkread.forms.template import CONFIDENCE
from inkread.types import UInt8Array

Status: TypeAlias = Literal["ok", "uncertain", "does-not-fit", "unreadable"]
BETWEEN = "; "  # two reasons of a row


@dataclass(frozen=True, slots=True, eq=False)
class FieldReading:
    """What was read in a field.

    Attributes:
        name: of the field.
        text: the number; the empty string where there is none.
        confidence: calibrated probability that all of `text` is right, 0 to 1; None where the field is blank.
        reason: why a person should look at it; None where that is not needed.
        alternatives: other texts that it may be, the likeliest first.
        crop: uint8 of shape (h, w), what was read; None where it was not kept.
    """

    name: str
    text: str
    confidence: float | None
    reason: str | None = None
    alternatives: tuple[str, ...] = ()
    crop: UInt8Array | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What was read on a page.

    Attributes:
        file: where the page is.
        page: from 1, in a document of several pages; None elsewhere.
        status: "ok"; "uncertain", where a person should look at it; "does-not-fit", where the page is of another form;
            "unreadable", where there is no picture.
        reasons: why it is not "ok"; those of a field begin with its name and a colon.
        readings: one a field, in the template's order; none where there was nothing to read.
        suspects: names of the fields to look at: uncertain themselves, or part of a total that does not hold.
    """

    file: str
    page: int | None
    status: Status
    reasons: tuple[str, ...] = ()
    readings: tuple[FieldReading, ...] = ()
    suspects: frozenset[str] = frozenset()

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain values that `json.dumps` takes."""
        return {
            "file": self.file,
            "page": self.page,
            "status": self.status,
            "reason": BETWEEN.join(self.reasons) or None,
            "fields": {
                reading.name: {
                    "text": reading.text,
                    "confidence": None if reading.confidence is None else round(reading.confidence, 6),
                    "reason": reading.reason,
                    "alternatives": list(reading.alternatives),
                }
                for reading in self.readings
            },
        }

    def cells(self, names: Sequence[str]) -> list[str]:
        """Return the row of a CSV file under `header`."""
        readings = {reading.name: reading for reading in self.readings}
        return [
            self.file,
            page_text(self.page),
            *(cell for name in names for cell in _pair(readings.get(name))),
            self.status,
            BETWEEN.join(self.reasons),
        ]

    @property
    def name(self) -> str:
        """The page in words: "scan.png", or "scan.pdf, page 3"."""
        return self.file if self.page is None else f"{self.file}, page {self.page}"


def page_text(page: int | None) -> str:
    """Write a page's number as it stands in a table; nothing where there is none."""
    return "" if page is None else str(page)


def header(names: Iterable[str]) -> list[str]:
    """Return the columns of a CSV file: file and page, two a field, status and reason."""
    return ["file", "page", *(column for name in names for column in (name, name + CONFIDENCE)), "status", "reason"]


def _pair(reading: FieldReading | None) -> tuple[str, str]:
    """Return text and confidence."""
    if reading is None:
        return "", ""
    return reading.text, "" if reading.confidence is None else f"{reading.confidence:.6f}"
