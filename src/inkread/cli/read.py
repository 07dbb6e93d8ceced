"""`inkread read`: pictures of one digit each, read and reported as they come."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from inkread.errors import ConfigError, ImageError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from inkread.types import Digit

EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread read photo.png\n\n"
    "inkread read scans/*.jpg --min-confidence 0.9\n\n"
    "inkread read scans/*.jpg --format csv > results.csv\n\n"
    "inkread read scans/*.jpg --annotate --out annotated\n\n"
    "inkread read photo.png --model runs/quick/model.onnx"
)
BAR_CELLS = 10


class Task(StrEnum):
    """What a picture holds."""

    digit = "digit"


class Format(StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"
    csv = "csv"


class Printer(Protocol):
    """Prints one result after the other."""

    def result(self, path: Path, result: Digit | ImageError) -> None:
        """Print one file's result."""
        ...

    def end(self) -> None:
        """Print what comes after the last result."""
        ...


def register(app: typer.Typer) -> None:
    """Attach the verb."""
    app.command("read", epilog=EPILOG)(read)


def read(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Pictures of one digit each.", show_default=False)
    ],
    task: Annotated[Task, typer.Option("--as", help="What each picture holds.")] = Task.digit,
    model: Annotated[
        Path | None,
        typer.Option(help="A model file, or a tutorial's .pth.", show_default="the one that comes with inkread"),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="For people, or for programs.")] = Format.table,
    min_confidence: Annotated[
        float | None, typer.Option(help="Accept from this confidence on, 0 to 1.", show_default="the model's own")
    ] = None,
    annotate: Annotated[bool, typer.Option("--annotate", help="Draw box, label and confidence into copies.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the annotated copies.", show_default=False)] = None,
) -> None:
    """Read the digit in each picture.

    A picture that cannot be used is reported on its line; the others are still read, and the exit status is 2.
    """
    if annotate != (out is not None):
        raise ConfigError("--annotate and --out belong together: --annotate --out DIR draws the results into DIR.")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # A pipe may be of an encoding that lacks a label's letters.
    from inkread.api import load
    from inkread.cli.model import hint_at_conversion
    from inkread.files import check_folder

    if out is not None:
        check_folder(out)
    reader = load(model, min_confidence=min_confidence)
    hint_at_conversion(model)
    if reader.card.task != task:
        raise ConfigError(
            f"this model reads a {reader.card.task} a picture, not a {task.value}: take another with --model."
        )
    results = reader.stream(files)
    if out is not None:
        results = _annotated(files, results, out)
    if not _print_all(_printer(output, files, reader.labels), files, results):
        raise typer.Exit(2)


def _print_all(printer: Printer, files: list[Path], results: Iterator[Digit | ImageError]) -> bool:
    """Print the results as they come; return whether every file could be read."""
    good = True
    for path, result in zip(files, results, strict=True):
        printer.result(path, result)
        good = good and not isinstance(result, ImageError)
    printer.end()
    return good


def _annotated(files: list[Path], results: Iterator[Digit | ImageError], folder: Path) -> Iterator[Digit | ImageError]:
    """Pass the results on, each drawn into a copy of its picture on the way; the contact sheet comes last."""
    from inkread.evaluation.annotate import AnnotationWriter

    writer = AnnotationWriter(folder, files)
    for path, result in zip(files, results, strict=True):
        if not isinstance(result, ImageError):
            writer.add(path, result)
        yield result
    writer.finish()


def _printer(output: Format, files: list[Path], labels: tuple[str, ...]) -> Printer:
    """Choose the printer."""
    if output is Format.json:
        return JsonPrinter()
    return CsvPrinter() if output is Format.csv else TablePrinter(files, labels)


class JsonPrinter:
    """One JSON object a line; every path survives, whatever its bytes."""

    def result(self, path: Path, result: Digit | ImageError) -> None:
        """Print one file's result."""
        fields = {"error": str(result)} if isinstance(result, ImageError) else result.to_dict()
        sys.stdout.write(json.dumps({"path": str(path), **fields}) + "\n")

    def end(self) -> None:
        """Flush what is left."""
        sys.stdout.flush()


class CsvPrinter:
    """Comma-separated values with a header."""

    def __init__(self) -> None:
        self._writer = csv.writer(sys.stdout, lineterminator="\n")
        self._writer.writerow(["path", "label", "confidence", "accepted", "reason", "x0", "y0", "x1", "y1", "error"])

    def result(self, path: Path, result: Digit | ImageError) -> None:
        """Print one file's result."""
        from inkread.evaluation.wording import printable

        name = printable(str(path))
        if isinstance(result, ImageError):
            self._writer.writerow([name, *[""] * 8, str(result)])
            return
        box = result.box or ("", "", "", "")
        accepted = "true" if result.accepted else "false"
        self._writer.writerow(
            [name, printable(result.label), f"{result.confidence:.6f}", accepted, result.reason or "", *box, ""]
        )

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

    def result(self, path: Path, result: Digit | ImageError) -> None:
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

    def _append_digit(self, line: Text, digit: Digit) -> None:
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
