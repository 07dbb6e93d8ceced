"""Corrections that a person made in a review sheet, merged into the table that they belong to."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inkread.errors import DataError
from inkread.forms.rows import BETWEEN, header
from inkread.forms.template import Field, Template
from inkread.reading.constraints import allows

FORMAT, VERSION = "inkread form corrections", 1
LONGEST = 100  # characters of a corrected number
CERTAIN = "1.000000"


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says that a field holds.

    Attributes:
        file: of the page.
        page: its number as it stands in the table, empty where it has none.
        field: name of the field.
        read: what had been read there.
        value: what is there; the empty string where it is blank.
    """

    file: str
    page: str
    field: str
    read: str
    value: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A table with its corrections.

    Attributes:
        text: the CSV file.
        applied: how many corrections went in.
        problems: a sentence for each that did not.
    """

    text: str
    applied: int
    problems: tuple[str, ...]


def parse_corrections(text: str, file: str) -> list[Correction]:
    """Parse what a review sheet saved.

    Raises:
        DataError: if it is no such file.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{file} is no JSON: save the corrections from the review sheet again.") from error
    entries = content.get("corrections") if isinstance(content, dict) else None
    if not isinstance(entries, list) or content.get("format") != FORMAT:
        raise DataError(f"{file} holds no corrections: name the file that the review sheet saved.")
    if content.get("version") != VERSION:
        raise DataError(f"{file} is of a version that this inkread does not understand.")
    return [_correction(entry, place + 1, file) for place, entry in enumerate(entries)]


def merge(table: str, file: str, corrections: Sequence[Correction], template: Template | None = None) -> Merged:
    """Merge corrections into a table that `inkread form read` wrote.

    A correction goes in where its row is there once and still holds what had been read. The field then counts as
    certain; a row of which nothing is left to be looked at becomes "ok".

    Args:
        table: the CSV file's text.
        file: its name, for messages.
        corrections: what a person said.
        template: where it is given, its totals and constraints are checked again in the rows that change.

    Raises:
        DataError: if the table is no such CSV file, or not of this template.
    """
    names, rows = _parse_table(table, file)
    if template is not None and [field.name for field in template.fields] != names:
        raise DataError(f"{file} is of another form than the template: their fields differ.")
    problems: list[str] = []
    changed: dict[int, dict[str, str]] = {}
    for correction in corrections:
        problem = _place(correction, names, rows, changed)
        if problem is not None:
            page = f", page {correction.page}" if correction.page else ""
            problems.append(f"{correction.file}{page}, {correction.field}: {problem}")
    for index, values in changed.items():
        _apply(rows[index], names, values, template)
    output = io.StringIO()
    csv.writer(output, lineterminator="\n").writerows([header(names), *rows])
    return Merged(output.getvalue(), sum(map(len, changed.values())), tuple(problems))


def _correction(entry: Any, place: int, file: str) -> Correction:
    """Check one entry."""
    keys = ("file", "page", "field", "read", "value")
    values = [entry.get(key) if isinstance(entry, dict) else None for key in keys]
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) < len(keys) or len(texts[-1]) > LONGEST or not texts[-1].isprintable():
        raise DataError(f"{file}: correction {place} is damaged, it needs the texts file, page, field, read and value.")
    return Correction(*texts)


def _parse_table(table: str, file: str) -> tuple[list[str], list[list[str]]]:
    """Return the names of the fields, and the rows."""
    try:
        first, *rows = csv.reader(io.StringIO(table.removeprefix("\N{BYTE ORDER MARK}"), newline=""), strict=True)
    except (csv.Error, ValueError) as error:
        raise DataError(f"{file} is no CSV file that `inkread form read` wrote.") from error
    names = first[2:-2:2]
    if not names or first != header(names):
        raise DataError(f"{file} has other columns than `inkread form read` writes: {', '.join(first)[:80]}.")
    rows = [row for row in rows if row]
    for place, row in enumerate(rows):
        if len(row) != len(first):
            raise DataError(f"{file}: row {place + 1} has {len(row)} columns and not {len(first)}.")
    return names, rows


def _place(
    correction: Correction, names: list[str], rows: list[list[str]], changed: dict[int, dict[str, str]]
) -> str | None:
    """Note where a correction goes; say why it does not."""
    if correction.field not in names:
        return "there is no such field in the table"
    indices = [index for index, row in enumerate(rows) if row[:2] == [correction.file, correction.page]]
    if len(indices) != 1:
        return "the row stands several times in the table" if indices else "there is no such row in the table"
    row, before = rows[indices[0]], changed.get(indices[0], {})
    if row[-2] not in ("ok", "uncertain"):
        return f"the row's status is {row[-2]}, it has no fields"
    held = row[2 + 2 * names.index(correction.field)]
    if before.get(correction.field, correction.value) != correction.value:
        return f"it is corrected to {before[correction.field]!r} and to {correction.value!r}"
    if held not in (correction.read, correction.value):
        return f"the table holds {held!r} and not {correction.read!r}, as when it was corrected"
    changed.setdefault(indices[0], {})[correction.field] = correction.value
    return None


def _apply(row: list[str], names: list[str], values: dict[str, str], template: Template | None) -> None:
    """Write corrections into a row and judge it anew."""
    for name, value in values.items():
        column = 2 + 2 * names.index(name)
        row[column : column + 2] = [value, CERTAIN if value else ""]
    reasons = [
        reason for reason in row[-1].split(BETWEEN) if reason and not reason.startswith(tuple(f"{n}:" for n in values))
    ]
    if template is not None:
        texts = dict(zip(names, row[2:-2:2], strict=True))
        totals = {f"{total} {complaint}" for total in template.totals if (complaint := total.complaint(texts))}
        reasons = [reason for reason in reasons if not reason.startswith("sum:")] + sorted(totals)
        reasons += [_broken(field, values[field.name]) for field in template.fields if _breaks(field, values)]
    row[-2:] = ["uncertain" if reasons else "ok", BETWEEN.join(reasons)]


def _breaks(field: Field, values: dict[str, str]) -> bool:
    """Tell whether a corrected value is not what the template allows."""
    value = values.get(field.name)
    if value is None:
        return False
    return not (value == "" and field.optional) and not allows(field.constraint(), value)


def _broken(field: Field, value: str) -> str:
    return f"{field.name}: {value!r} is not what the template allows" if value else f"{field.name}: blank"
