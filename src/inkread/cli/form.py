"""`inkread form`: a template of a form, pages of it read into a table, and the corrections of a person merged."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkread.cli.printing import Format
from inkread.errors import ConfigError, DataError, OutputError

if TYPE_CHECKING:
    from inkread.forms import ReviewSheet

EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread form new empty-form.png --out delivery.yaml\n\n"
    "inkread form read delivery.yaml scans/ --out results --review\n\n"
    "inkread form merge results/results.csv corrections.json --out merged.csv"
)
NEW_EPILOG = (
    "[bold]Examples[/bold]\n\ninkread form new empty-form.png\n\ninkread form new one-of-many.pdf --out delivery.yaml"
)
READ_EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread form read delivery.yaml photos/*.jpg\n\n"
    "inkread form read delivery.yaml scans/ --format csv > results.csv\n\n"
    "inkread form read delivery.yaml scans.pdf --out results --review"
)
MERGE_EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread form merge results/results.csv corrections.json > merged.csv\n\n"
    "inkread form merge results/results.csv corrections.json --template delivery.yaml --out merged.csv"
)
HELP = "Read filled-in forms into a table: a column a field, a row a page."

ModelOption = Annotated[
    Path | None,
    typer.Option("--model", help="A model file, or a tutorial's .pth.", show_default="the one that comes with inkread"),
]


def register(app: typer.Typer) -> None:
    """Attach the verb and its commands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
    group.command("new", epilog=NEW_EPILOG)(new)
    group.command("read", epilog=READ_EPILOG)(read)
    group.command("merge", epilog=MERGE_EPILOG)(merge)
    app.add_typer(group, name="form", help=HELP, epilog=EPILOG)


def new(
    page: Annotated[Path, typer.Argument(help="A sample page, best of all an empty one.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The template to write.")] = Path("template.yaml"),
    model: ModelOption = None,
) -> None:
    """Write a template: the boxes on a sample page as fields, and numbers that stand outside of boxes.

    The template is a text to be edited: give the fields their names, say what is known of their numbers. The form's
    picture is written beside it.
    """
    import cv2
    import numpy as np

    from inkread.api import load
    from inkread.documents import count_pages, load_page
    from inkread.files import check_folder, write_bytes, write_text
    from inkread.forms import make_template

    check_folder(out.parent)
    if out.exists():
        raise OutputError(f"{out} is there already; choose another name with --out, or remove it.")
    made = make_template(load_page(page, 1 if count_pages(page) else None), load(model).page)
    picture = _free_path(out.with_name(f"{out.stem}-form.png"))
    write_bytes(picture, np.asarray(cv2.imencode(".png", made.picture)[1]).tobytes())
    write_text(out, made.text(out.name, picture.name))
    count = len(made.places)
    typer.echo(f"{out}: {count} field{'s' * (count != 1)} found; the form's picture is {picture}")


def read(
    template: Annotated[Path, typer.Argument(help="The form's template.", show_default=False)],
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Pictures, PDFs, folders or quoted patterns.", show_default=False),
    ],
    output: Annotated[Format, typer.Option("--format", help="For people, or for programs.")] = Format.table,
    out: Annotated[
        Path | None, typer.Option(help="Folder for results.csv and review.html.", show_default=False)
    ] = None,
    review: Annotated[
        bool, typer.Option("--review", help="Write an HTML sheet of all uncertain fields into the folder.")
    ] = False,
    model: ModelOption = None,
    min_confidence: Annotated[
        float | None, typer.Option(help="Accept from this confidence on, 0 to 1.", show_default="the model's own")
    ] = None,
) -> None:
    """Read pages of a form: each is laid over the template, however it lies, and its fields are read.

    A page's status is ok, uncertain (somebody should look at it), does-not-fit (it is of another form) or unreadable.
    The exit status is 2 where a page does not fit or is unreadable.
    """
    if review and out is None:
        raise ConfigError("--review writes its sheet into a folder: add --out DIR.")
    from inkread.api import load
    from inkread.cli.formrun import FormRun
    from inkread.files import check_folder
    from inkread.forms import FormReader, load_template

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # A pipe may be of an encoding that lacks a name's letters.
    form = load_template(template)
    if out is not None:
        check_folder(out)
    reader = load(model, min_confidence=min_confidence)
    pages = FormReader(form, reader.number, labels=reader.labels, keep_crops=review)
    run = FormRun([field.name for field in form.fields], output, out)
    sheet = _review_sheet(template) if review else None
    good = True
    for row in run.rows(pages, paths):
        good = good and row.status in ("ok", "uncertain")
        if sheet is not None:
            sheet.add(row)
    if sheet is not None and out is not None:
        _write_sheet(sheet, out / "review.html")
    if not good:
        raise typer.Exit(2)


def _review_sheet(template: Path) -> ReviewSheet:
    """Make an empty review sheet."""
    from inkread.evaluation.wording import printable
    from inkread.forms import ReviewSheet

    return ReviewSheet(printable(template.stem))


def _write_sheet(sheet: ReviewSheet, path: Path) -> None:
    """Write the review sheet, and say so."""
    from inkread.files import write_text

    write_text(path, sheet.html())
    typer.echo(f"{path}: {sheet.count} field{'s' * (sheet.count != 1)} to look at", err=True)


def merge(
    results: Annotated[Path, typer.Argument(help="The results.csv of form read.", show_default=False)],
    corrections: Annotated[Path, typer.Argument(help="What the review sheet saved.", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="The CSV file to write.", show_default="the screen")] = None,
    template: Annotated[
        Path | None, typer.Option(help="The form's template: totals are checked again.", show_default=False)
    ] = None,
) -> None:
    """Merge the corrections of a review sheet into the table.

    A correction that does not go with the table, as its row is not there or holds another number, is named and left
    out; the exit status is then 2.
    """
    from inkread.evaluation.wording import printable
    from inkread.files import write_text
    from inkread.forms import load_template, parse_corrections
    from inkread.forms import merge as merge_table

    form = None if template is None else load_template(template)
    table = _text_of(results)
    found = parse_corrections(_text_of(corrections), str(corrections))
    merged = merge_table(table, str(results), found, form)
    if out is None:
        typer.echo(merged.text, nl=False)
    else:
        write_text(out, merged.text)
        typer.echo(f"{out}: {merged.applied} of {len(found)} corrections merged")
    for problem in merged.problems:
        typer.echo(f"inkread: not merged: {printable(problem)}", err=True)
    if merged.problems:
        raise typer.Exit(2)


def _text_of(path: Path) -> str:
    """Read a text file.

    Raises:
        DataError: if it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist; check the path.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be opened: {error.strerror or error}.") from error
    except ValueError as error:
        raise DataError(f"{path} is no text in UTF-8.") from error


def _free_path(path: Path) -> Path:
    """Return the path, numbered where there is such a file already."""
    free, number = path, 1
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
