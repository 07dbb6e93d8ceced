"""Many files read one after the other, several at once: what each gave is kept as it comes, and a stopped run goes on.

The names load on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkread.lazy import importer

if TYPE_CHECKING:
    from inkread.batch.journal import Journal
    from inkread.batch.outcome import Outcome, csv_header, csv_rows
    from inkread.batch.running import Run, read_files
    from inkread.batch.settings import Settings

_HOMES = {
    "Journal": "journal",
    "Outcome": "outcome",
    "Run": "running",
    "Settings": "settings",
    "csv_header": "outcome",
    "csv_rows": "outcome",
    "read_files": "running",
}
__all__ = ["Journal", "Outcome", "Run", "Settings", "csv_header", "csv_rows", "read_files"]
__getattr__ = importer(__name__, _HOMES)
