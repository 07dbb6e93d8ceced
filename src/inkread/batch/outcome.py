"""What came of one page of a file, as plain values: they are printed, and kept in the journal to be taken up again."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from inkread.evaluation.wording import printable
from inkread.types import Box, Digit, Number, Page

NO_NUMBERS = "no numbers"
PLACES = ("confidence", "accepted", "reason", "x0", "y0", "x1", "y1", "error", "as", "page", "line", "index", "kind")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one page.

    Attributes:
        path: the file.
        page: from 1 in a document of several; None for a picture.
        task: as what it was read: "digit", "number" or "page"; None where it could not be read.
        fields: those of the result (see `to_dict` of `Digit`, `Number` and `Page`), or "error" alone.
        digest: SHA-256 of the file's content; None where nobody asked or it could not be opened.
        copies: names of the files that were written of it.
        is_old: whether it was taken from a journal.
    """

    path: Path
    page: int | None
    task: str | None
    fields: dict[str, Any] = field(repr=False)
    digest: str | None = None
    copies: tuple[str, ...] = ()
    is_old: bool = False

    @property
    def error(self) -> str | None:
        """Why it could not be read; None where it could."""
        return self.fields.get("error")

    def to_dict(self) -> dict[str, Any]:
        """Return what the JSON format shows."""
        return {"path": str(self.path), "as": self.task, "page": self.page, **self.fields}


class Row(NamedTuple):
    """One reading, as the table and the CSV show it."""

    text: str
    confidence: float
    accepted: bool
    reason: str | None
    box: tuple[int, int, int, int] | None
    line: int | None = None
    kind: str | None = None


def rows_of(outcome: Outcome) -> list[Row]:
    """List the readings; a page without numbers has one row that says so, an error none."""
    if outcome.error is not None:
        return []
    if outcome.task != "page":
        return [_row(outcome.fields)]
    rows = [_row(number) for number in outcome.fields["numbers"]]
    return rows or [Row("", 0.0, False, NO_NUMBERS, None)]


def _row(fields: dict[str, Any]) -> Row:
    """Make the row of a digit or a number."""
    box = fields["box"]
    return Row(
        text=fields["label"] if "label" in fields else fields["text"],
        confidence=fields["confidence"],
        accepted=fields["accepted"],
        reason=fields["reason"],
        box=None if box is None else (box[0], box[1], box[2], box[3]),
        line=fields.get("line"),
        kind=fields.get("kind"),
    )


def csv_header(heading: str) -> str:
    """Return the first line; `heading` is that of what was read."""
    return _csv_line(["path", heading, *PLACES])


def csv_rows(outcome: Outcome) -> str:
    """Return the lines of one page: one for each reading, or one that holds the error."""
    name, page = printable(str(outcome.path)), "" if outcome.page is None else outcome.page
    if outcome.error is not None:
        return _csv_line([name, *[""] * 8, printable(outcome.error), "", page, "", "", ""])
    lines = []
    for index, row in enumerate(rows_of(outcome)):
        accepted, line = "true" if row.accepted else "false", "" if row.line is None else row.line
        box = row.box or ("", "", "", "")
        found = [printable(row.text), f"{row.confidence:.6f}", accepted, row.reason or "", *box, ""]
        lines.append(_csv_line([name, *found, outcome.task, page, line, index, row.kind or ""]))
    return "".join(lines)


def _csv_line(values: list[Any]) -> str:
    """Write one line."""
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(values)
    return buffer.getvalue()


def fields_of(result: Digit | Number | Page, *, detail: bool) -> dict[str, Any]:
    """Return the fields of a result; without detail, no probabilities, and no single digits of a page."""
    fields = result.to_dict()
    if not detail:
        fields.pop("probabilities", None)
        for number in fields.get("numbers", ()):
            number.pop("digits")
        for digit in fields.get("digits", ()):
            digit.pop("probabilities")
    return fields


def restore(outcome: Outcome) -> Digit | Number:
    """Make the result of a digit or a number from its fields; probabilities are lost."""
    fields = outcome.fields
    if outcome.task == "digit":
        return _digit(fields)
    digits = tuple(_digit(digit) for digit in fields["digits"])
    return Number(
        fields["text"], fields["confidence"], fields["accepted"], digits, _box(fields), fields["reason"], fields["kind"]
    )


def _digit(fields: dict[str, Any]) -> Digit:
    """Make a digit from its fields."""
    nothing = np.zeros(0, np.float32)
    return Digit(fields["label"], fields["confidence"], fields["accepted"], nothing, _box(fields), fields["reason"])


def _box(fields: dict[str, Any]) -> Box | None:
    """Make a box from its four numbers."""
    return None if fields["box"] is None else Box(*fields["box"])


def words_of(result: Digit | Number | Page) -> Iterator[Digit | Number]:
    """Yield what stands on a page, or the one thing that a picture holds."""
    if isinstance(result, Page):
        yield from result.numbers
    else:
        yield result
