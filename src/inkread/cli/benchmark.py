"""`inkread benchmark`: how fast this machine trains and reads, beside a reference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from inkread.speed.figures import Figure, Results
    from inkread.speed.measures import Measure

EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread benchmark\n\n"
    "inkread benchmark --without-training --rounds 9\n\n"
    "inkread benchmark --save results/\n\n"
    "[bold]CSV[/bold]\n\n"
    "One row a figure: name, value (the median), low, high, unit, note, hardware, date, version (of inkread)."
)
RECIPE = "sprint"


def register(app: typer.Typer) -> None:
    """Attach the verb."""
    app.command("benchmark", epilog=EPILOG)(benchmark)


def benchmark(
    save: Annotated[
        Path | None,
        typer.Option(help="Folder for a CSV, named by hardware and date.", metavar="FOLDER", show_default=False),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Times that each is measured; the median counts.")] = 5,
    training: Annotated[
        bool, typer.Option("--with-training/--without-training", help="Whether to train, which takes longest.")
    ] = True,
) -> None:
    """Measure this machine: training to 99 %, digits and pages a second, start-up, memory.

    It takes a minute or two. Other programs that run meanwhile make the figures worse.
    """
    import datetime

    from rich.console import Console

    from inkread.files import check_folder
    from inkread.speed.figures import REFERENCE, Results, read_csv
    from inkread.speed.hardware import hardware
    from inkread.speed.measures import scratch
    from inkread.version import __version__

    if save is not None:
        check_folder(save)
    reference, figures = read_csv(REFERENCE), []
    with scratch() as folder, Console(stderr=True).status("") as status:
        for measure in _measures(folder, rounds, training=training):
            status.update(f"{measure.title} …")
            figures += measure.run()
    today = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}"
    results = Results(hardware(), today, __version__, tuple(figures))
    _print(results, reference)
    if save is not None:
        _save(results, save)


def _measures(folder: Path, rounds: int, *, training: bool) -> Iterator[Measure]:
    """List what is measured, in the order of the table."""
    from inkread.api import load
    from inkread.speed import measures
    from inkread.speed.measures import Measure
    from inkread.speed.processes import measure_start, measure_training

    if training:
        yield Measure(f"training {RECIPE}", lambda: measure_training(RECIPE, folder))
    reader = load()
    yield Measure("reading digits", lambda: measures.measure_digits(reader, rounds))
    yield Measure("reading digits one at a time", lambda: measures.measure_single(reader))
    yield Measure("reading files", lambda: measures.measure_files(reader, folder, rounds))
    yield Measure("reading pages", lambda: measures.measure_pages(reader, rounds))
    picture = measures.write_digit(folder / "one.png", measures.digit_pictures()[0])
    yield Measure("starting", lambda: measure_start(picture, rounds))


def _print(results: Results, reference: Results) -> None:
    """Print the table, what the machines are, and the notes."""
    from rich.console import Console

    console = Console(highlight=False)
    console.print(_table(results.figures, reference.figures))
    console.print(f"\nhere       {results.hardware}, inkread {results.version}, {results.date}", markup=False)
    console.print(f"reference  {reference.hardware}, inkread {reference.version}, {reference.date}", markup=False)
    for figure in results.figures:
        if figure.note:
            console.print(f"{figure.name}: {figure.note}", style="dim", markup=False)


def _table(figures: tuple[Figure, ...], reference: tuple[Figure, ...]) -> Table:
    """Set the medians beside those of the reference, in 80 columns; the CSV has their ranges."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("", min_width=31, no_wrap=True)
    for title in ("here", "reference", "better by"):
        table.add_column(title, justify="right", no_wrap=True, min_width=len(title))
    table.add_column("unit", no_wrap=True, min_width=10)
    known = {figure.name: figure for figure in reference}
    for figure in figures:
        other = known.get(figure.name)
        factor = None if other is None else figure.times_better(other)
        cells = [_number(value) for value in (figure.value, other.value if other else None)]
        unit = figure.unit or (other.unit if other else "")
        table.add_row(figure.name, *cells, "–" if factor is None else f"{factor:.2f} ×", unit)
    return table


def _number(value: float | None) -> str:
    """Write a value with three or more digits."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _save(results: Results, folder: Path) -> None:
    """Keep the results as CSV."""
    from inkread.files import write_text
    from inkread.speed.figures import to_csv
    from inkread.speed.hardware import slug

    path = folder / f"speed-{slug(results.hardware)}-{results.date}.csv"
    write_text(path, to_csv(results))
    typer.echo(f"Written: {path}", err=True)
