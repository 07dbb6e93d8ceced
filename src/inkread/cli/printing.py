"""Printing results as they come: a table for people, JSON lines and CSV for programs."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from inkread.batch import Outcome
    from inkread.batch.outcome import Row

BAR_CELLS = 10
TASK_CELLS = 8
PAGE_CELLS = 6


class Format(StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"
    csv = "csv"


class TableOrJson(StrEnum):
    """How what is no list of rows is printed."""

    table = "table"
    json = "json"


class Printer(Protocol):
    """Prints one outcome after the other."""

    def result(self, outcome: Outcome) -> None:
        """Print what came of one page."""
        ...

    def end(self) -> None:
        """Print what comes after the last result."""
        ...


class JsonPrinter:
    """One JSON object a line; every path survives, whatever its bytes."""

    def result(self, outcome: Outcome) -> None:
        """Print what came of one page."""
        sys.stdout.write(json.dumps(outcome.to_dict()) + "\n")

    def end(self) -> None:
        """Flush what is left."""
        sys.stdout.flush()


class CsvPrinter:
    """Comma-separated values with a header."""

    def __init__(self, heading: str) -> None:
        from inkread.batch import csv_header

        sys.stdout.write(csv_header(heading))

    def result(self, outcome: Outcome) -> None:
        """Print what came of one page."""
        from inkread.batch import csv_rows

        sys.stdout.write(csv_rows(outcome))

    def end(self) -> None:
        """Flush what is left."""
        sys.stdout.flush()


class TablePrinter:
    """Aligned, coloured lines for people, printed as the results come, and a summary.

    Args:
        console: where to.
        paths: every file that will come.
        widest: texts as long as those that will be read.
    """

    def __init__(self, console: Console, paths: list[Path], widest: tuple[str, ...]) -> None:
        from rich.cells import cell_len

        from inkread.evaluation.wording import printable

        self._console = console
        longest = max((cell_len(printable(str(path))) + _page_cells(path) for path in paths), default=0)
        room = max(20, console.width - 56) if console.is_terminal else longest
        self._path_width = max(4, min(longest, room))
        self._label_width = max(4, *(cell_len(printable(label)) for label in widest))
        self._pictures = self._numbers = 0
        self._counts = {"accepted": 0, "not accepted": 0, "could not be read": 0}
        read = f"{'As':{TASK_CELLS}}  {'Read':>{self._label_width}}"
        heading = f"{'File':{self._path_width}}  {read}  {'Confidence':{BAR_CELLS + 9}}  Result"
        console.print(heading, style="bold", soft_wrap=True)

    def result(self, outcome: Outcome) -> None:
        """Print what came of one page: a line for each reading, the file's name in the first."""
        from rich.text import Text

        from inkread.batch.outcome import rows_of
        from inkread.evaluation.wording import printable

        self._pictures += 1
        name = printable(str(outcome.path)) + (f" p.{outcome.page}" if outcome.page is not None else "")
        line = Text(_fit(name, self._path_width) + "  ")
        if outcome.error is not None:
            self._counts["could not be read"] += 1
            line.append(printable(outcome.error.removeprefix(f"{outcome.path} ")), "red")  # the line names it already
            self._console.print(line, soft_wrap=True)
            return
        self._numbers += len(outcome.fields.get("numbers", ()))
        task, before = outcome.task or "", 0
        for row in rows_of(outcome):
            if row.line is not None and row.line != before:
                task, before = f"line {row.line + 1}", row.line
            line.append(f"{task:{TASK_CELLS}}  ", "dim")
            self._append_row(line, row, counts=outcome.task != "page" or row.box is not None)
            self._console.print(line, soft_wrap=True)
            line, task = Text(" " * (self._path_width + 2)), ""

    def _append_row(self, line: Text, row: Row, *, counts: bool) -> None:
        """Add text, confidence, bar and verdict."""
        from rich.cells import cell_len

        from inkread.evaluation.wording import percent, printable
        from inkread.types import NO_DIGIT

        if counts:
            self._counts["accepted" if row.accepted else "not accepted"] += 1
        colour = "green" if row.accepted else "yellow"
        label = "" if row.reason == NO_DIGIT else printable(row.text)
        sure = row.confidence if label else 0.0
        line.append(" " * (self._label_width - (cell_len(label) or 1)) + (label or "-"), f"bold {colour}")
        filled = round(sure * BAR_CELLS)
        line.append(f"  {percent(sure, 1) if label else '-':>7}  ")
        line.append("█" * filled, colour)
        line.append("░" * (BAR_CELLS - filled) + "  ", "dim")
        line.append((row.reason or "accepted") + (", printed" if row.kind == "printed" else ""), colour)

    def end(self) -> None:
        """Print the summary."""
        parts = [f"{count} {what}" for what, count in self._counts.items() if count]
        held = f", {_count(self._numbers, 'number')} on pages" if self._numbers else ""
        summary = ", ".join(parts) or "no numbers"
        self._console.print(f"\n{_count(self._pictures, 'picture')}{held}: {summary}.", style="bold", soft_wrap=True)


def _page_cells(path: Path) -> int:
    """Return what the number of a page may take, as " p.123"."""
    return PAGE_CELLS if path.suffix.lower() in (".pdf", ".tif", ".tiff") else 0


def _count(number: int, noun: str) -> str:
    """Write "1 picture" or "2 pictures"."""
    return f"{number} {noun}{'s' * (number != 1)}"


def _fit(text: str, width: int) -> str:
    """Pad to a width in terminal cells; of a text that is too long, the end stays."""
    from rich.cells import cell_len, set_cell_size

    while cell_len(text) > width:
        text = "…" + text[2:]
    return set_cell_size(text, width)
