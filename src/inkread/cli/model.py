"""`inkread model`: what a model file says of itself, and conversion from and to plain PyTorch weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inkread.cli.printing import TableOrJson
from inkread.cli.quantize import EPILOG as QUANTIZE_EPILOG
from inkread.cli.quantize import quantize
from inkread.errors import ConfigError
from inkread.files import is_state_dict

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from inkread.modelfile import Card

EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread model show runs/quick/model.onnx\n\n"
    "inkread model convert mnist_model.pth mnist_model.onnx"
)
HELP = "Show what a model file says of itself, or convert plain PyTorch weights."
SHOW_EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread model show\n\n"
    "inkread model show runs/quick/model.onnx\n\n"
    "inkread model show model.onnx --format json"
)
CONVERT_EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread model convert mnist_model.pth mnist_model.onnx\n\n"
    "inkread model convert mnist_model.pth mnist_model.onnx --mean 0.1307 --std 0.3081\n\n"
    "inkread model convert runs/quick weights.pth"
)


def register(app: typer.Typer) -> None:
    """Attach the verb and its commands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
    group.command("show", epilog=SHOW_EPILOG)(show)
    group.command("convert", epilog=CONVERT_EPILOG)(convert)
    group.command("quantize", epilog=QUANTIZE_EPILOG)(quantize)
    app.add_typer(group, name="model", help=HELP, epilog=EPILOG)


def show(
    file: Annotated[
        Path | None,
        typer.Argument(help="A model file, or a .pth state dict.", show_default="the model that comes with inkread"),
    ] = None,
    output: Annotated[TableOrJson, typer.Option("--format", help="For people, or for programs.")] = TableOrJson.table,
) -> None:
    """Show a model's card: what it reads, how it was trained, and how well it does."""
    from inkread.opening import open_model, open_number_model
    from inkread.runtime import read_task

    reads_numbers = file is not None and read_task(file) == "number"
    card = open_number_model(file).card if reads_numbers else open_model(file).card
    hint_at_conversion(file)
    if output is TableOrJson.json:
        typer.echo(card.to_json())
        return
    from rich.console import Console

    _print_card(card, Console(highlight=False))


def hint_at_conversion(model: Path | None) -> None:
    """After a state dict was converted for one call, say how to save the seconds that this takes."""
    if model is not None and is_state_dict(model):
        target = model.with_suffix(".onnx")
        hint = f"converted {model} for this once: `inkread model convert {model} {target}` makes it instant."
        typer.echo(hint, err=True)


def convert(
    source: Annotated[
        Path, typer.Argument(help="A .pth state dict, or a run's folder or .safetensors.", show_default=False)
    ],
    target: Annotated[Path, typer.Argument(help="The file to write: .onnx, or .pth.", show_default=False)],
    mean: Annotated[
        float | None,
        typer.Option(help="Subtracted from pixels / 255 before the network.", show_default="the network's own"),
    ] = None,
    std: Annotated[
        float | None, typer.Option(help="What the difference is divided by.", show_default="the network's own")
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="Names of the classes, in their order.", show_default="0, 1, 2 and so on"),
    ] = None,
) -> None:
    """Turn a plain PyTorch state dict into a model file, or a run's weights into a state dict.

    A state dict is recognised by the shapes of its tensors; the names of its layers do not matter.
    """
    from inkread.files import check_folder

    check_folder(target.parent)
    comes_in, goes_out = is_state_dict(source), is_state_dict(target)
    if comes_in and target.suffix.lower() == ".onnx":
        from inkread.training.statedict import convert_pth

        names = None if labels is None else [name.strip() for name in labels.split(",")]
        card = convert_pth(source, target, mean=mean, std=std, labels=names)
        typer.echo(f"{target}: {card.network}, {len(card.labels)} classes, from {source}.")
    elif goes_out and not comes_in:
        if any(option is not None for option in (mean, std, labels)):
            raise ConfigError("--mean, --std and --labels are for the way to .onnx: a state dict holds weights alone.")
        from inkread.training.statedict import write_pth

        write_pth(source, target)
        typer.echo(f"{target}: the weights of {source} as a plain state dict.")
    else:
        raise ConfigError(
            f"cannot convert {source.name} to {target.name}: .pth becomes .onnx, and a run's folder or .safetensors "
            "becomes .pth."
        )


def _print_card(card: Card, console: Console) -> None:
    """Print every field that is filled, in groups."""
    from rich.rule import Rule
    from rich.text import Text

    console.print()
    console.print(Rule(Text(card.name, "bold"), align="left", style="cyan"))
    console.print(_pairs(_about(card)))
    if card.metrics:
        _section(console, "Measured", _metrics_table(card))
    if card.recipe or card.seed is not None or card.config:
        _section(console, "Training", _pairs(_training(card)))
    if card.data:
        _section(console, "Data", _pairs(_data(card)))
    for title, lines in (("Credits", card.credits), ("Notes", card.notes)):
        if lines:
            _section(console, title, _pairs([("", line) for line in lines]))
    console.print()


def _section(console: Console, title: str, content: Table) -> None:
    """Print a heading and what belongs to it."""
    console.print(f"\n[bold cyan]{title}[/bold cyan]")
    console.print(content)


def _about(card: Card) -> list[tuple[str, str]]:
    """Say what the model reads and how."""
    channels, height, width = card.input_shape
    colour = {1: "grey", 3: "RGB"}.get(channels, f"{channels} channels")
    how = {"mnist": "normalised as in MNIST", "resize": "the whole picture, scaled", "strip": "rows of any width"}
    return [
        ("Reads", f"one {card.task} a picture, {len(card.labels)} classes{', or none of them' * card.reject_class}"),
        ("Labels", "  ".join(card.labels)),
        ("Input", f"{height} x {width} pixels, {colour}, {how[card.normalization]}"),
        ("Network", _with_options(card.network, card.network_options)),
        ("Accepts", f"from {100 * card.threshold:g} % confidence on (temperature {card.temperature:g})"),
        ("Licence", card.licence),
        ("Created", card.created),
        ("Revision", card.git_revision),
        ("Versions", ", ".join(f"{name} {version}" for name, version in card.versions.items())),
    ]


def _training(card: Card) -> list[tuple[str, str]]:
    """Say how it was trained."""
    known = {"recipe", "seed", "network"}
    settings = [(name, str(value)) for name, value in card.config.items() if name not in known and value is not None]
    return [
        ("recipe", card.recipe),
        ("seed", "" if card.seed is None else str(card.seed)),
        ("settings", ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in settings)),
    ]


def _with_options(network: str, options: Mapping[str, Any]) -> str:
    """Append an architecture's options in brackets."""
    pairs = ", ".join(f"{name} {value}" for name, value in options.items())
    return f"{network} ({pairs})" if pairs else network


def _pairs(rows: list[tuple[str, str]]) -> Table:
    """Lay out names and values; empty values are left out."""
    from rich.table import Table
    from rich.text import Text

    from inkread.evaluation.wording import printable

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True, min_width=8)
    table.add_column(overflow="fold")
    for name, value in rows:
        if value:
            table.add_row(Text(printable(name)), Text(printable(value)))
    return table


def _metrics_table(card: Card) -> Table:
    """Lay out the metrics with their intervals."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for title in ("Metric", "Data", "Split"):
        table.add_column(title)
    for title in ("Value", "95 % interval", "Pictures"):
        table.add_column(title, justify="right", no_wrap=True)
    for metric in card.metrics:
        value = Text(f"{100 * metric.value:.2f} %", "bold green")
        interval = f"{100 * metric.low:.2f} to {100 * metric.high:.2f} %"
        table.add_row(Text(metric.name), Text(metric.data), Text(metric.split), value, interval, f"{metric.count:,}")
    return table


def _data(card: Card) -> list[tuple[str, str]]:
    """Say what it was trained on, a few lines a data set."""
    rows = []
    for source in card.data:
        held = f"{source.count:,} pictures, " if source.count else ""  # a file that others are made from has no count
        rows += [(source.name, f"{held}licence {source.licence}")]
        rows += [("", f"SHA-256 {source.sha256}"), ("", source.credit)]
    return rows
