"""A row of writing, looked at as if it were a little smaller or larger."""

from __future__ import annotations

from dataclasses import replace

from inkread.reading.rows import Row

SURE = 0.9  # from this confidence on one look is enough
OTHER_HEIGHTS = (0.85, 1.18)


def other_looks(row: Row) -> list[Row]:
    """Return the row as it would be if the digits were a little smaller or larger than estimated."""
    return [replace(row, height=row.height * factor) for factor in OTHER_HEIGHTS]
