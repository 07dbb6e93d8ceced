"""`inkread recipes`: what can be trained by name, and each recipe's every setting."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from inkread.cli.printing import TableOrJson

EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread recipes\n\n"
    "inkread recipes show cnn-10-20\n\n"
    "inkread recipes show quick --format json"
)


class RecipeGroup(TyperGroup):
    """Takes `inkread recipes NAME` for `inkread recipes show NAME`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Put the command before a name that stands alone."""
        return super().resolve_command(ctx, args if args[0] in self.commands else ["show", *args])


def register(app: typer.Typer) -> None:
    """Attach the verb and its command."""
    group = typer.Typer(cls=RecipeGroup, rich_markup_mode="rich")
    group.callback(invoke_without_command=True, epilog=EPILOG)(list_recipes)
    group.command("show", epilog=EPILOG)(show)
    app.add_typer(group, name="recipes", help="List what can be trained by name, and show every setting of it.")


def list_recipes(context: typer.Context) -> None:
    """List the recipes; `inkread recipes show NAME`, or only `inkread recipes NAME`, shows every setting of one."""
    if context.invoked_subcommand is not None:
        return
    from rich.console import Console
    from rich.table import Table

    from inkread.training.recipes import FACTS, RECIPES

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("recipe", style="bold cyan", no_wrap=True)
    for title in ("weights", "epochs", "batch"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("optimiser", no_wrap=True)
    for title in ("accuracy", "time"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("network", overflow="fold")
    for name, recipe in RECIPES.items():
        config, facts = recipe(), FACTS[name]
        table.add_row(
            name,
            f"{facts.parameters:,}",
            str(config.epochs),
            str(config.batch_size),
            f"{config.optimizer} {config.learning_rate:g}",
            "–" if facts.accuracy is None else f"[green]{facts.accuracy:.1f} %[/green]",
            f"{facts.seconds} s" if facts.seconds < 1000 else f"{facts.seconds / 3600:.1f} h",
            facts.network,
        )
    console = Console(highlight=False)
    console.print(table)
    others = [f"{name} on {config.data}" for name, recipe in RECIPES.items() if (config := recipe()).data != "mnist"]
    console.print(
        f"\nThey train on MNIST, {' and '.join(others)}.\n"
        "Accuracy: on MNIST's 10,000 test pictures, mean over seeds. Time: training on two CPU cores, about.\n"
        "All settings of one: [bold]inkread recipes quick[/bold]. Each but the network can be changed: "
        "[bold]inkread train --help[/bold]",
        style="dim",
        soft_wrap=True,
    )


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A recipe.", show_default=False)],
    output: Annotated[TableOrJson, typer.Option("--format", help="For people, or for programs.")] = TableOrJson.table,
) -> None:
    """Show every setting of a recipe."""
    from inkread.training.recipes import FACTS, get_recipe

    config = get_recipe(name)
    if output is TableOrJson.json:
        typer.echo(json.dumps(config.to_dict(), indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table.grid(padding=(0, 3))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for setting, value in config.to_dict().items():
        if setting != "recipe":
            table.add_row(setting.replace("_", " "), _in_words(setting, value))
    console = Console(highlight=False)
    console.print(f"[bold cyan]{name}[/bold cyan]  {FACTS[name].network}\n")
    console.print(table)


def _in_words(setting: str, value: object) -> str:
    """State a value; None means something else in each setting."""
    if value is None:
        return {
            "limit": "all pictures",
            "dropout": "the network's own",
            "start_from": "random weights",
            "threads": "as many as torch takes",
        }[setting]
    return str(value)
