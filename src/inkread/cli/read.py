"""`inkread read`: pictures of one digit or one number each, read and reported as they come."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inkread.cli.printing import Format, Printer, make_printer
from inkread.errors import ConfigError, ImageError

if TYPE_CHECKING:
    from inkread.types import Digit, Number, NumberOptions

    Results = Iterator[Digit | Number | ImageError]

EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread read photo.png\n\n"
    "inkread read scans/*.jpg --min-confidence 0.9\n\n"
    "inkread read scans/*.jpg --format csv > results.csv\n\n"
    "inkread read scans/*.jpg --annotate --out annotated\n\n"
    "inkread read photo.png --model runs/quick/model.onnx\n\n"
    "inkread read cells/*.png --as number --length 4-6 --range 0 150000\n\n"
    "inkread read cells/*.png --as number --separators --format csv > numbers.csv"
)
WIDEST_NUMBER = "0" * 12


class Task(StrEnum):
    """What a picture holds."""

    digit = "digit"
    number = "number"


def _of_numbers(*names: str, help: str) -> Any:
    """Make an option that only `--as number` takes."""
    return typer.Option(*names, help=help, show_default=False, rich_help_panel="Numbers")


def register(app: typer.Typer) -> None:
    """Attach the verb."""
    app.command("read", epilog=EPILOG)(read)


def read(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Pictures of one digit or number each.", show_default=False)
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
    annotate: Annotated[bool, typer.Option("--annotate", help="Draw boxes, text and confidence into copies.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the annotated copies.", show_default=False)] = None,
    length: Annotated[str | None, _of_numbers(help="So many characters: 5, or 4-6.")] = None,
    pattern: Annotated[str | None, _of_numbers(help=r"A regular expression that matches: '\d{4}'.")] = None,
    range_: Annotated[tuple[float, float] | None, _of_numbers("--range", help="Least and greatest value.")] = None,
    checksum: Annotated[str | None, _of_numbers(help="A right check digit: luhn, mod11 or mod97.")] = None,
    choices: Annotated[list[str] | None, _of_numbers(help="A text that may stand there; one option for each.")] = None,
    separators: Annotated[bool, _of_numbers("--separators", help="Read point, comma and minus too.")] = False,
) -> None:
    """Read the digit, or the number, in each picture.

    A picture that cannot be used is reported on its line; the others are still read, and the exit status is 2.
    """
    if annotate != (out is not None):
        raise ConfigError("--annotate and --out belong together: --annotate --out DIR draws the results into DIR.")
    asked: NumberOptions = {
        "length": None if length is None else parse_length(length),
        "pattern": pattern,
        "range": range_,
        "checksum": checksum,
        "choices": choices or None,
        "separators": separators,
    }
    given = [name for name, value in asked.items() if value]
    if given and task is not Task.number:
        raise ConfigError(f"--{given[0]} says something of a number: it belongs to --as number.")
    _read(files, task, model, min_confidence, output, out, asked)


def parse_length(text: str) -> int | tuple[int, int]:
    """Read how many characters a number has, as "5" or "4-6".

    Raises:
        ConfigError: if it is neither.
    """
    low, dash, high = text.partition("-")
    if not all(part.isascii() and part.isdigit() for part in ((low, high) if dash else (low,))):
        raise ConfigError(f"the length {text!r} is not understood: write --length 5 or --length 4-6.")
    return (int(low), int(high)) if dash else int(low)


def _read(
    files: list[Path],
    task: Task,
    model: Path | None,
    min_confidence: float | None,
    output: Format,
    out: Path | None,
    asked: NumberOptions,
) -> None:
    """Read all files; exit with status 2 if one could not be read."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # A pipe may be of an encoding that lacks a label's letters.
    from inkread.api import load
    from inkread.cli.model import hint_at_conversion
    from inkread.files import check_folder

    if out is not None:
        check_folder(out)
    reader = load(model, min_confidence=min_confidence)
    hint_at_conversion(model)
    if reader.card.task != Task.digit:
        raise ConfigError(f"this model reads a {reader.card.task} a picture, not digits: take another with --model.")
    results: Results
    if task is Task.number:
        results = reader.stream_numbers(files, **asked)
        printer = make_printer(output, files, (WIDEST_NUMBER,), "text")
    else:
        results = reader.stream(files)
        printer = make_printer(output, files, reader.labels, "label")
    if out is not None:
        results = _annotated(files, results, out)
    if not _print_all(printer, files, results):
        raise typer.Exit(2)


def _print_all(printer: Printer, files: list[Path], results: Results) -> bool:
    """Print the results as they come; return whether every file could be read."""
    good = True
    for path, result in zip(files, results, strict=True):
        printer.result(path, result)
        good = good and not isinstance(result, ImageError)
    printer.end()
    return good


def _annotated(files: list[Path], results: Results, folder: Path) -> Results:
    """Pass the results on, each drawn into a copy of its picture on the way; the contact sheet comes last."""
    from inkread.evaluation.annotate import AnnotationWriter

    writer = AnnotationWriter(folder, files)
    for path, result in zip(files, results, strict=True):
        if not isinstance(result, ImageError):
            writer.add(path, result)
        yield result
    writer.finish()
