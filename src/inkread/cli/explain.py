"""`inkread explain`: what a network sees in one picture, as pictures and a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from inkread.explain import Explanation

EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread explain seven.png --out seven\n\n"
    "inkread explain seven.png --out seven --for 7 --against 1\n\n"
    "inkread explain seven.png --out seven --model runs/quick/model.onnx"
)


def register(app: typer.Typer) -> None:
    """Attach the verb."""
    app.command("explain", epilog=EPILOG)(explain)


def explain(
    image: Annotated[Path, typer.Argument(help="A picture of one digit.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the page and its pictures.", show_default=False)],
    model: Annotated[
        Path | None,
        typer.Option(help="A model file, or a tutorial's .pth.", show_default="the one that comes with inkread"),
    ] = None,
    for_label: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="CLASS", help="The ink that spoke for it is shown.", show_default="the likeliest"
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="CLASS", help="What it is compared with.", show_default="the next likeliest"),
    ] = None,
) -> None:
    """Show how a network comes to its answer: layer by layer, votes, decisive ink, nearest training digits."""
    from inkread.api import Reader, open_model
    from inkread.cli.model import hint_at_conversion
    from inkread.explain import explain as explain_picture
    from inkread.explain import write_explanation
    from inkread.files import check_folder

    check_folder(out)
    reader = Reader(open_model(model))
    hint_at_conversion(model)
    explanation = explain_picture(reader, image, for_label, against)
    _print(explanation, write_explanation(explanation, out))


def _print(explanation: Explanation, page: Path) -> None:
    """Say in short what was found, and where to look."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from inkread.evaluation.wording import percent, printable

    digit, ink = explanation.digit, explanation.saliency
    verdict = f"{digit.label or '-'}, {percent(digit.confidence, 1)}, {digit.reason or 'accepted'}"
    near = ", ".join(neighbour.label for neighbour in explanation.neighbours)
    rows = [
        ("Read", verdict),
        ("Compared", f"{ink.for_label} with {ink.against}: {ink.margin:+.2f} between their logits"),
        ("Nearest", near),
        ("Layers", str(len(explanation.layers) - 1)),
        ("Look at", str(page)),
    ]
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        if value:
            table.add_row(name, Text(printable(value)))
    Console(highlight=False).print(table)
