"""Printing results as they come: a table for people, JSON lines and CSV for programs."""

from __future__ import annotations

import csv
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inkread.errors import ImageError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from inkread.types import Digit, Number

BAR_CELLS = 10


class Format(StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"
    csv = "csv"


class Printer(Protocol):
    """Prints one result after the other."""

    def result(self, path: Path, result: Digit | Number | ImageError) -> None:
        """Print one file's result."""
        ...

    def end(self) -> None:
        """Print what comes after the last result."""
        ...


def make_printer(output: Format, files: list[Path], widest: tuple[str, ...], heading: str) -> Printer:
    """Choose the printer.

    Args:
        output: the format.
        files: every file that will come.
        widest: texts as long as those that will be read.
        heading: of the column of what was read, for programs.
    """
    if output is Format.json:
        return JsonPrinter()
    return CsvPrinter(heading) if output is Format.csv else TablePrinter(files, widest)


class JsonPrinter:
    """One JSON object a line; every path survives, whatever its bytes."""

    def result(self, path: Path, result: Digit | Number | ImageError) -> None:
        """Print one file's result."""
        fields = {"error": str(result)} if isinstance(result, ImageError) else result.to_dict()
        sys.stdout.write(json.dumps({"path": str(path), **fields}) + "\n")

    def end(self) -> None:
        """Flush what is left."""
        sys.stdout.flush()


class CsvPrinter:
    """Comma-separated values with a header."""

    def __init__(self, heading: str = "label") -> None:
        self._writer = csv.writer(sys.stdout, lineterminator="\n")
        self._writer.writerow(["path", heading, "confidence", "accepted", "reason", "x0", "y0", "x1", "y1", "error"])

    def result(self, path: Path, result: Digit | Number | ImageError) -> None:
        """Print one file's result."""
        from inkread.evaluation.wording import printable

        name = printable(str(path))
        if isinstance(result, ImageError):
            self._writer.writerow([name, *[""] * 8, str(result)])
            return
        accepted = "true" if result.accepted else "false"
        box = result.box or ("", "", "", "")
        read = printable(result.read)
        self._writer.writerow([name, read, f"{result.confidence:.6f}", accepted, result.reason or "", *box, ""])

    def end(self) -> None:
        """Flush what is left."""
        sys.stdout.flush()


class TablePrinter:
    """Aligned, coloured lines for people, printed as the results come, and a summary."""

    def __init__(self, files: list[Path], labels: tuple[str, ...]) -> None:
        from rich.cells import cell_len
        from rich.console import Console

        from inkread.evaluation.wording import printable

        self._console: Console = Console(highlight=False)
        widest = max(cell_len(printable(str(path))) for path in files)
        room = max(20, self._console.width - 46) if self._console.is_terminal else widest
        self._path_width = max(4, min(widest, room))
        self._label_width = max(4, *(cell_len(printable(label)) for label in labels))
        self._counts = {"accepted": 0, "not accepted": 0, "could not be read": 0}
        heading = f"{'File':{self._path_width}}  {'Read':>{self._label_width}}  {'Confidence':{BAR_CELLS + 9}}  Result"
        self._console.print(heading, style="bold", soft_wrap=True)

    def result(self, path: Path, result: Digit | Number | ImageError) -> None:
        """Print one file's result."""
        from rich.text import Text

        from inkread.evaluation.wording import printable

        line = Text(_fit(printable(str(path)), self._path_width) + "  ")
        if isinstance(result, ImageError):
            self._counts["could not be read"] += 1
            line.append(" " * (self._label_width + BAR_CELLS + 13))
            line.append(printable(str(result)), "red")
        else:
            self._counts["accepted" if result.accepted else "not accepted"] += 1
            self._append_digit(line, result)
        self._console.print(line, soft_wrap=True)

    def _append_digit(self, line: Text, digit: Digit | Number) -> None:
        """Add label, confidence, bar and verdict."""
        from rich.cells import cell_len

        from inkread.evaluation.wording import percent, shown_label

        colour = "green" if digit.accepted else "yellow"
        label = shown_label(digit)
        sure = digit.confidence if label else 0.0
        line.append(" " * (self._label_width - (cell_len(label) or 1)) + (label or "-"), f"bold {colour}")
        filled = round(sure * BAR_CELLS)
        line.append(f"  {percent(sure, 1) if label else '-':>7}  ")
        line.append("█" * filled, colour)
        line.append("░" * (BAR_CELLS - filled) + "  ", "dim")
        line.append(digit.reason or "accepted", colour)

    def end(self) -> None:
        """Print the summary."""
        total = sum(self._counts.values())
        parts = [f"{count} {what}" for what, count in self._counts.items() if count]
        self._console.print(f"\n{total} picture{'s' * (total != 1)}: {', '.join(parts)}.", style="bold", soft_wrap=True)


def _fit(text: str, width: int) -> str:
    """Pad to a width in terminal cells; of a text that is too long, the end stays."""
    from rich.cells import cell_len, set_cell_size

    while cell_len(text) > width:
        text = "…" + text[2:]
    return set_cell_size(text, width)
