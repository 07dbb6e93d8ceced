"""Measured figures, as a CSV file keeps them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from inkread.errors import DataError

REFERENCE = Path(__file__).parent / "reference.csv"
HIGHER_IS_BETTER = ("/s",)


class Figure(NamedTuple):
    """What was measured.

    Attributes:
        name: of the measure.
        value: the median; None where it could not be measured.
        low: the lowest value; None for a single one.
        high: the highest.
        unit: of all three.
        note: what belongs to it, or why there is no value.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    note: str = ""

    def times_better(self, reference: Figure) -> float | None:
        """Return by what factor this one is better: 2 for twice as many a second, or for half the time."""
        if not self.value or not reference.value or self.unit != reference.unit:
            return None
        factor = self.value / reference.value
        return factor if self.unit.endswith(HIGHER_IS_BETTER) else 1 / factor


class Results(NamedTuple):
    """The figures of one machine.

    Attributes:
        hardware: what it is called.
        date: as 2026-01-31.
        version: of inkread.
        figures: in the order of the table.
    """

    hardware: str
    date: str
    version: str
    figures: tuple[Figure, ...]


def to_csv(results: Results) -> str:
    """Write results as CSV, a line a figure."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*Figure._fields, "hardware", "date", "version"])
    for figure in results.figures:
        values = ["" if value is None else value for value in figure]
        writer.writerow([*values, results.hardware, results.date, results.version])
    return buffer.getvalue()


def read_csv(path: Path) -> Results:
    """Read results that `to_csv` wrote.

    Raises:
        DataError: if the file cannot be read or holds something else.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        figures = tuple(_figure(row) for row in rows)
        return Results(rows[0]["hardware"], rows[0]["date"], rows[0]["version"], figures)
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise DataError(f"{path} holds no results of inkread benchmark: take a file that it wrote.") from error


def _figure(row: dict[str, str]) -> Figure:
    """Read one line."""
    value, low, high = (float(row[name]) if row[name] else None for name in ("value", "low", "high"))
    return Figure(row["name"], value, low, high, row["unit"], row["note"])


def summarise(name: str, values: Iterable[float], unit: str, note: str = "") -> Figure:
    """Make the figure of several measurements, at least one."""
    ordered = sorted(values)
    middle = ordered[len(ordered) // 2] if len(ordered) % 2 else sum(ordered[len(ordered) // 2 - 1 :][:2]) / 2
    return Figure(name, middle, ordered[0], ordered[-1], unit, note)
