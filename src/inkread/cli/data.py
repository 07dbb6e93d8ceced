"""`inkread data`: which data sets there are, fetching them, and looking at them or at your own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from inkread.data import Dataset
    from inkread.data.fetch import Progress

EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread data list\n\n"
    "inkread data fetch fashion-mnist\n\n"
    "inkread data show my-digits/\n\n"
    "inkread data sheet mnist --out mnist.png"
)
LIST_EPILOG = "[bold]Example[/bold]\n\ninkread data list"
FETCH_EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread data fetch mnist\n\n"
    "inkread data fetch fashion-mnist kmnist\n\n"
    "INKREAD_HOME=/big/disk inkread data fetch emnist-digits"
)
ADD_EPILOG = "[bold]Example[/bold]\n\ninkread data add unipen Downloads/unipen"
SHOW_EPILOG = (
    "[bold]Examples[/bold]\n\ninkread data show mnist\n\ninkread data show my-digits/\n\ninkread data show train.csv"
)
SHEET_EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread data sheet mnist --out mnist.png\n\n"
    "inkread data sheet fashion-mnist --split test --columns 12\n\n"
    "inkread data sheet my-digits/ --rows 5 --out first-five.png"
)
HELP = "List and fetch data sets, and look at them or at your own."
BAR_CELLS = 24


class Split(StrEnum):
    """A split of a data set."""

    train = "train"
    test = "test"


CollectionName = Annotated[
    str, typer.Argument(metavar="NAME", help="A collection, see [bold]list[/bold].", show_default=False)
]
NameOrPath = Annotated[
    str, typer.Argument(metavar="NAME_OR_PATH", help="A named data set, or the path of your own.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Attach the verb and its commands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
    group.command("list", epilog=LIST_EPILOG)(list_sources)
    group.command("fetch", epilog=FETCH_EPILOG)(fetch)
    group.command("add", epilog=ADD_EPILOG)(add)
    group.command("show", epilog=SHOW_EPILOG)(show)
    group.command("sheet", epilog=SHEET_EPILOG)(sheet)
    app.add_typer(group, name="data", help=HELP, epilog=EPILOG)


def list_sources() -> None:
    """List the named data sets, and whether they are on this machine."""
    from rich.table import Table

    from inkread.data import SOURCES
    from inkread.data.cache import data_home, is_cached

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("name", no_wrap=True)
    for column in ("train", "test", "classes"):
        table.add_column(column, justify="right", no_wrap=True)
    for column in ("size", "licence", "cached"):
        table.add_column(column, no_wrap=True)
    for source in SOURCES.values():
        cached = "[green]yes[/green]" if is_cached(source) else "[dim]no[/dim]"
        counts = (f"{source.train_count:,}", f"{source.test_count:,}", str(len(source.classes)))
        table.add_row(source.name, *counts, "28 x 28", source.licence, cached)
    console = _console()
    console.print(table)
    console.print(
        "\nCollections are brought in by [bold]data add[/bold]; "
        "[bold]handwriting[/bold] is composed of mnist, unipen and omniglot:\n"
    )
    console.print(_collection_table())
    console.print(f"\nKept in {data_home()}", soft_wrap=True)


def _collection_table() -> Table:
    """Lay out the collections that are brought in from a folder, and the data sets made of them."""
    from rich.table import Table

    from inkread.data.collections import COLLECTIONS, is_added

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("collection", "data sets", "contents", "licence", "added"):
        table.add_column(column, overflow="fold")
    for collection in COLLECTIONS.values():
        added = "[green]yes[/green]" if is_added(collection) else "[dim]no[/dim]"
        table.add_row(collection.name, "\n".join(collection.sets), collection.contents, collection.licence, added)
    return table


def fetch(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Named data sets.", show_default=False)],
) -> None:
    """Fetch data sets into the cache, each file verified by its checksum. Those already there are left alone."""
    from inkread.data import SOURCES
    from inkread.data.collections import COLLECTIONS, how_to_add
    from inkread.data.fetch import fetch as fetch_source
    from inkread.errors import DataError
    from inkread.naming import nearest

    for name in names:
        if name in COLLECTIONS:
            raise DataError(f"{name} is not fetched: {how_to_add(COLLECTIONS[name])}")
        if name not in SOURCES:
            raise DataError(f"there is no data set called {name} to be fetched{nearest(name, SOURCES)}")
    for name in names:
        with fetch_progress() as progress:
            folder = fetch_source(SOURCES[name], progress)
        typer.echo(f"{name}: {folder}")


def add(
    name: CollectionName,
    folder: Annotated[Path, typer.Argument(help="Where its files are.", show_default=False)],
) -> None:
    """Bring a collection's files from a folder into the cache, each verified by its checksum."""
    from inkread.data.collections import add_collection

    typer.echo(f"{name}: {add_collection(name, folder)}")


def show(name_or_path: NameOrPath) -> None:
    """Show a data set's facts and how many pictures each class has.

    Your own may be a folder of pictures for each class (also within train/ and test/), IDX files as MNIST's
    (also .gz), a CSV file of a label and the pixels a row, or an npz file with x_train and y_train.
    """
    from inkread.data import loaders

    with fetch_progress() as progress:
        sets = [load() for load in loaders(name_or_path, progress=progress).values()]
    console = _console()
    _, channels, height, width = sets[0].images.shape
    facts = [
        ("name", sets[0].name),
        ("pictures", ", ".join(f"{len(data):,} {data.split}" for data in sets)),
        ("classes", str(len(sets[0].classes))),
        ("size", f"{width} x {height}, {'grey' if channels == 1 else 'colour'}"),
        ("normalization", sets[0].normalization),
        ("licence", sets[0].licence),
        ("credit", sets[0].credit),
        *((f"sha256 {data.split}", data.sha256) for data in sets),
    ]
    for key, value in facts:
        if value:
            console.print(f"{key:<14} {value}", markup=False, soft_wrap=True)
    if not sets[0].of_texts:
        console.print()
        console.print(_count_table(sets))


def _count_table(sets: list[Dataset]) -> Table:
    """Lay out the pictures of each class, and a bar for those of the first split."""
    import numpy as np
    from rich.table import Table
    from rich.text import Text

    counts = [np.bincount(data.labels, minlength=len(data.classes)) for data in sets]
    most = max(int(counts[0].max()), 1)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    table.add_column("class", overflow="fold")
    for data in sets:
        table.add_column(data.split, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for number, name in enumerate(sets[0].classes):
        bar = "█" * round(BAR_CELLS * int(counts[0][number]) / most)
        table.add_row(Text(name), *(f"{int(count[number]):,}" for count in counts), Text(bar, style="blue"))
    return table


def sheet(
    name_or_path: NameOrPath,
    out: Annotated[Path, typer.Option(help="The PNG to write.")] = Path("sheet.png"),
    split: Annotated[Split, typer.Option(help="Which split to draw from.")] = Split.train,
    rows: Annotated[int | None, typer.Option(min=1, help="Classes to show.", show_default="all")] = None,
    columns: Annotated[int, typer.Option(min=1, max=100, help="Pictures of each class.")] = 16,
) -> None:
    """Draw a sample sheet: a row of pictures for each class, with labels."""
    from inkread.data import load
    from inkread.data.sheet import draw_sheet
    from inkread.errors import ConfigError
    from inkread.files import check_folder

    if out.suffix.lower() not in ("", ".png"):
        raise ConfigError(f"a sheet is a PNG, and {out.name} would be none: write {out.with_suffix('.png').name}.")
    check_folder(out.parent)
    with fetch_progress() as progress:
        dataset = load(name_or_path, split.value, progress=progress)
    if dataset.of_texts:
        raise ConfigError(f"the labels of {dataset.name} are texts, and a sheet shows classes: name other data.")
    draw_sheet(dataset, out, rows=rows, columns=columns)
    typer.echo(str(out))


def _console() -> Console:
    """Give standard output; where its encoding lacks a letter of a class's name, a question mark stands for it."""
    from rich.console import Console

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return Console(highlight=False)


@contextmanager
def fetch_progress() -> Iterator[Progress]:
    """Give a callback that shows what is fetched or drawn on stderr: a bar for a person, else a line each."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    tasks: dict[str, TaskID] = {}
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:

        def progress(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
                if not console.is_terminal:
                    print(what, file=sys.stderr)  # noqa: T201
            bars.update(tasks[what], completed=done, total=total)

        yield progress
