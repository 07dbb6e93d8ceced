"""`inkread evaluate`: how well a model reads a data set, in figures, tables and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkread.cli.data import Split, fetch_progress
from inkread.cli.printing import TableOrJson

if TYPE_CHECKING:
    from inkread.data import Dataset
    from inkread.evaluation.rejection import Outsiders
    from inkread.runtime import OnnxClassifier
    from inkread.types import Float32Array

EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread evaluate\n\n"
    "inkread evaluate runs/quick/model.onnx --out runs/quick/evaluation\n\n"
    "inkread evaluate mnist_model.pth --data my-digits/ --format json\n\n"
    "inkread evaluate --against fashion-mnist --min-confidence 0.9"
)


def register(app: typer.Typer) -> None:
    """Attach the verb."""
    app.command("evaluate", epilog=EPILOG)(evaluate)


def evaluate(
    model: Annotated[
        Path | None,
        typer.Argument(help="A model file, or a .pth state dict.", show_default="the model that comes with inkread"),
    ] = None,
    data: Annotated[str, typer.Option(help="A data set's name, or the path of your own.")] = "mnist",
    split: Annotated[
        Split | None,
        typer.Option(help="Which part of it.", show_default="test, or all of data that are not split"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for report.json and the PNG figures.", show_default=False),
    ] = None,
    output: Annotated[TableOrJson, typer.Option("--format", help="For people, or for programs.")] = TableOrJson.table,
    against: Annotated[
        list[str] | None,
        typer.Option(
            help="A data set of no digits: does the model tell them apart? May be given several times.",
            show_default=False,
        ),
    ] = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(help="Least confidence that is accepted, 0 to 1.", show_default="the model's own"),
    ] = None,
) -> None:
    """Measure how well a model reads a data set.

    Shown are accuracy and loss, each class, and which are taken for each other;
    whether its confidence can be trusted, and what leaving unsure answers out gains.

    Classes are matched by name; the data may hold only some of the model's.
    Pictures of the class "no digit" are taken as by --against.
    """
    _check(out, min_confidence)
    from inkread.api import open_model
    from inkread.cli.model import hint_at_conversion
    from inkread.evaluation.answers import match_labels, split_outsiders
    from inkread.evaluation.report import measure, save

    classifier = open_model(model)
    hint_at_conversion(model)
    card = classifier.card
    dataset, others = split_outsiders(_load(data, split), card.labels)
    labels = match_labels(dataset, card.labels)
    outside = ([] if others is None else [others]) + [_load(name, split) for name in against or []]
    probabilities = _answer(classifier, dataset)
    threshold = card.threshold if min_confidence is None else min_confidence
    report = measure(
        probabilities,
        labels,
        card.labels,
        model=card.name,
        data=dataset.name,
        split=dataset.split,
        threshold=threshold,
        outsiders=tuple(_compare(classifier, probabilities, others, threshold) for others in outside),
        trained_on=any(source.sha256 == dataset.sha256 for source in card.data),
    )
    if output is TableOrJson.json:
        typer.echo(report.to_json())
    else:
        from rich.console import Console

        from inkread.evaluation.tables import render

        Console(highlight=False).print(render(report))
    if out is not None:
        paths = save(report, dataset.images, labels, probabilities, out)
        typer.echo(f"Written to {out}: {', '.join(path.name for path in paths)}.", err=True)


def _check(out: Path | None, min_confidence: float | None) -> None:
    """Refuse, before any work, what could not be used after it."""
    from inkread.api import check_confidence

    check_confidence(min_confidence)
    if out is not None:
        from inkread.files import check_folder

        check_folder(out)


def _load(name: str, split: Split | None) -> Dataset:
    """Load the part that was asked for; if none was, the test part where there is one."""
    from inkread.data import load, loaders

    with fetch_progress() as progress:
        if split is not None:
            return load(name, split.value, progress=progress)
        found = loaders(name, progress=progress)
        return found["test" if "test" in found else "train"]()


def _answer(classifier: OnnxClassifier, dataset: Dataset) -> Float32Array:
    """Read a data set; on a terminal, show how far it is."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    from inkread.evaluation.answers import answer

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"Reading {escape(dataset.name)}", total=len(dataset))
        return answer(classifier, dataset, lambda done: progress.update(task, completed=done))


def _compare(classifier: OnnxClassifier, digits: Float32Array, others: Dataset, threshold: float) -> Outsiders:
    """Read the pictures of no class and compare the confidence with that on digits."""
    from inkread.evaluation.rejection import compare_outsiders

    return compare_outsiders(digits, _answer(classifier, others), others.name, threshold)
