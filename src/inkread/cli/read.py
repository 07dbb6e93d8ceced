"""`inkread read`: files of all kinds, read as digits, numbers or pages, and reported as they come."""

from __future__ import annotations

import gc
import sys
from contextlib import ExitStack, closing
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from inkread.cli.printing import CsvPrinter, Format, JsonPrinter, Printer, TablePrinter
from inkread.cli.progress import Progress, ProgressStyle, make_progress
from inkread.errors import ConfigError

if TYPE_CHECKING:
    from inkread.api import Reader
    from inkread.batch import Settings
    from inkread.documents import Found
    from inkread.types import NumberOptions

EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread read photo.png\n\n"
    "inkread read scans/ ledger.pdf 'more/**/*.jpg' --out read\n\n"
    "inkread read scans/ --out read --annotate --hocr --resume\n\n"
    "inkread read scans/*.jpg --min-confidence 0.9\n\n"
    "inkread read scans/*.jpg --format csv > results.csv\n\n"
    "inkread read scans/*.jpg --annotate --out annotated\n\n"
    "inkread read photo.png --model runs/quick/model.onnx\n\n"
    "inkread read cells/*.png --as number --length 4-6 --range 0 150000\n\n"
    "inkread read cells/*.png --as number --separators --format csv > numbers.csv\n\n"
    "inkread read ledger.pdf --separators --out read\n\n"
    "[bold]CSV[/bold]\n\n"
    "One row a digit or number, in reading order: path, text (with --as digit: label), confidence (0 to 1), accepted, "
    "reason (why not), x0 y0 x1 y1 (its box in pixels), error, as (digit, number or page), page (of a document, from "
    "1), line and index (on a page, from 0), kind (handwritten, printed, or empty where nobody can tell). A page "
    'without numbers has one row, reason "no numbers"; a file that cannot be read has one with path and error.\n\n'
    "[bold]JSON[/bold]\n\n"
    "One object a line for each page: path, as, page, and what was read, or error.\n\n"
    "[bold]Exit status[/bold]\n\n"
    "0 where all could be read, 2 where something could not."
)
WIDEST = {"auto": "0" * 8, "digit": "0", "number": "0" * 12, "page": "0" * 8}
COPIES, NUMBERS = "Files", "Numbers"


class Task(StrEnum):
    """As what a picture is read."""

    auto = "auto"
    digit = "digit"
    number = "number"
    page = "page"


def _of_numbers(*names: str, help: str) -> Any:
    """Make an option that says something of numbers."""
    return typer.Option(*names, help=help, show_default=False, rich_help_panel=NUMBERS)


def _of_files(*names: str, help: str) -> Any:
    """Make an option about what is written."""
    return typer.Option(*names, help=help, show_default=False, rich_help_panel=COPIES)


def register(app: typer.Typer) -> None:
    """Attach the verb."""
    app.command("read", epilog=EPILOG)(read)


def read(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            help="Pictures, PDFs, TIFFs of several pages, folders (all within), or quoted patterns.",
            show_default=False,
        ),
    ],
    task: Annotated[
        Task, typer.Option("--as", help="What each holds; auto chooses by size and content, and says which.")
    ] = Task.auto,
    model: Annotated[
        Path | None,
        typer.Option(help="A model file, or a tutorial's .pth.", show_default="the one that comes with inkread"),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="For people, or for programs.")] = Format.table,
    min_confidence: Annotated[
        float | None, typer.Option(help="Accept from this confidence on, 0 to 1.", show_default="the model's own")
    ] = None,
    progress: Annotated[
        ProgressStyle, typer.Option(help="A bar on a terminal, a line every ten seconds elsewhere.")
    ] = ProgressStyle.auto,
    workers: Annotated[
        int | None, typer.Option(help="Pages that are read at once.", show_default="as many as there are cores", min=1)
    ] = None,
    out: Annotated[Path | None, _of_files(help="Folder for results.csv, a journal, and copies.")] = None,
    annotate: Annotated[bool, _of_files("--annotate", help="Draw boxes, text and confidence into copies.")] = False,
    hocr: Annotated[bool, _of_files("--hocr", help="Write each page as hOCR, for other programs.")] = False,
    resume: Annotated[bool, _of_files("--resume", help="Skip what the folder of --out holds already.")] = False,
    length: Annotated[str | None, _of_numbers(help="So many characters: 5, or 4-6.")] = None,
    pattern: Annotated[str | None, _of_numbers(help=r"A regular expression that matches: '\d{4}'.")] = None,
    range_: Annotated[tuple[float, float] | None, _of_numbers("--range", help="Least and greatest value.")] = None,
    checksum: Annotated[str | None, _of_numbers(help="A right check digit: luhn, mod11 or mod97.")] = None,
    choices: Annotated[list[str] | None, _of_numbers(help="A text that may stand there; one option for each.")] = None,
    separators: Annotated[bool, _of_numbers("--separators", help="Read point, comma and minus too.")] = False,
) -> None:
    """Read the digit, the number, or all numbers on the page, in each picture.

    What cannot be used is reported on its line; all else is still read, and the exit status is 2. With --out, a run
    that was stopped goes on with --resume. Options under "Numbers" but --separators read every picture as one number.
    """
    asked: NumberOptions = {
        "length": None if length is None else parse_length(length),
        "pattern": pattern,
        "range": range_,
        "checksum": checksum,
        "choices": choices or None,
        "separators": separators,
    }
    given = [name for name, value in asked.items() if value is not None and name != "separators"]
    if separators and task is Task.digit:
        raise ConfigError("--separators says something of numbers: leave out --as digit.")
    if given and task not in (Task.auto, Task.number):
        raise ConfigError(f"--{given[0]} says something of a number: it belongs to --as number.")
    for name, is_given in (("annotate", annotate), ("hocr", hocr), ("resume", resume)):
        if is_given and out is None:
            raise ConfigError(f"--{name} needs a folder: add --out DIR.")
    from inkread.batch import Settings

    if given:
        from inkread.reading import make_constraint

        make_constraint(**{name: asked[name] for name in given})  # type: ignore[literal-required]
    chosen = Task.number if given else task
    settings = Settings(
        task=chosen.value, options=asked, detail=output is Format.json, out=out, annotate=annotate, hocr=hocr
    )
    _read(paths, settings, _Wishes(model, min_confidence, output, progress, workers, resume))


def parse_length(text: str) -> int | tuple[int, int]:
    """Read how many characters a number has, as "5" or "4-6".

    Raises:
        ConfigError: if it is neither.
    """
    low, dash, high = text.partition("-")
    if not all(part.isascii() and part.isdigit() for part in ((low, high) if dash else (low,))):
        raise ConfigError(f"the length {text!r} is not understood: write --length 5 or --length 4-6.")
    return (int(low), int(high)) if dash else int(low)


class _Wishes(NamedTuple):
    """The options that say nothing of what a page is read as."""

    model: Path | None
    min_confidence: float | None
    output: Format
    progress: ProgressStyle
    workers: int | None
    resume: bool


def _read(paths: list[Path], settings: Settings, wishes: _Wishes) -> None:
    """Read all files; exit with status 2 if one could not be read."""
    import warnings

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # A pipe may be of an encoding that lacks a label's letters.
    warnings.filterwarnings("ignore", module="PIL")  # What is wrong with a file stands in its row.
    from inkread.api import load
    from inkread.documents import find_files
    from inkread.files import check_folder

    if settings.out is not None:
        check_folder(settings.out)
        _check_outside(settings.out, paths)
    reader = load(wishes.model, min_confidence=wishes.min_confidence)
    _leave_threads_to_us()
    if wishes.model is not None:
        from inkread.cli.model import hint_at_conversion

        hint_at_conversion(wishes.model)
    if reader.card.task != "digit":
        raise ConfigError(f"this model reads a {reader.card.task} a picture, not digits: take another with --model.")
    if settings.task == Task.digit and reader.number_network is not None:
        raise ConfigError("this model reads numbers as a whole, not single digits: leave out --as digit.")
    found = find_files(paths, apart_from=settings.out)
    progress, printer = _make_displays(reader, found, settings, wishes)
    gc.freeze()  # what is loaded by now stays
    gc.enable()  # see `inkread.cli.main`
    with progress:
        is_good = _read_all(reader, found, settings, wishes, printer, progress)
    printer.end()
    if not is_good:
        raise typer.Exit(2)


def _leave_threads_to_us() -> None:
    """Let OpenCV compute in the thread that calls it: several pages are read at once, and it labels parts faster so."""
    import cv2

    cv2.setNumThreads(1)


def _check_outside(out: Path, paths: list[Path]) -> None:
    """Refuse to write copies into a folder that is searched for pictures."""
    for path in paths:
        if path.is_dir() and path.resolve() == out.resolve():
            raise ConfigError(f"--out {out} is the folder that is read: choose another, such as {out / 'read'}.")


def _heading(settings: Settings) -> str:
    """Return the CSV's heading of what was read."""
    return "label" if settings.task == Task.digit else "text"


def _make_displays(reader: Reader, found: list[Found], settings: Settings, wishes: _Wishes) -> tuple[Progress, Printer]:
    """Choose progress and printer so that the two do not write into each other."""
    from rich.console import Console

    # Without emoji, a list of which Rich would load; no name is to become one either.
    console, errors = (Console(stderr=is_error, highlight=False, emoji=False) for is_error in (False, True))
    style = wishes.progress
    is_mixed = sys.stdout.isatty() and sys.stderr.isatty() and style in (ProgressStyle.auto, ProgressStyle.bars)
    is_table = wishes.output is Format.table
    progress = make_progress(ProgressStyle.none if is_mixed and not is_table else style, errors, len(found))
    if wishes.output is Format.json:
        return progress, JsonPrinter()
    if wishes.output is Format.csv:
        return progress, CsvPrinter(_heading(settings))
    widest = (*reader.labels, WIDEST[settings.task])
    return progress, TablePrinter(errors if is_mixed else console, [entry.path for entry in found], widest)


def _read_all(
    reader: Reader, found: list[Found], settings: Settings, wishes: _Wishes, printer: Printer, progress: Progress
) -> bool:
    """Read everything, and print and write it as it comes; return whether all could be read."""
    from inkread.batch import Journal, Run, read_files

    is_good = True
    with ExitStack() as stack:
        journal, folder = None, None
        if settings.out is not None:
            from inkread.batch.folder import ResultFolder  # which draws, and is slow to load

            journal = stack.enter_context(Journal(settings.out, settings.to_dict(reader), resume=wishes.resume))
            folder = stack.enter_context(ResultFolder(settings, _heading(settings), found, journal))
        names = None if folder is None else folder.names
        run = Run(journal=journal, names=names, workers=wishes.workers, on_pages=progress.more)
        for outcome in stack.enter_context(closing(read_files(reader, found, settings, run))):
            if folder is not None:
                folder.add(outcome)
            printer.result(outcome)
            progress.done()
            is_good = is_good and outcome.error is None
        if folder is not None:
            folder.finish()
    return is_good
