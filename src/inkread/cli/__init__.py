"""The command line. One file a verb; each imports the other rooms inside its functions, so that `--help` is quick."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from inkread.cli import data, evaluate, explain, form, model, read, recipes, serve, train
from inkread.errors import InkreadError
from inkread.version import __version__

app = typer.Typer(
    name="inkread",
    help="Read handwritten digits, train a network for it, and measure how well it does.",
    epilog="Start with: [bold]inkread read photo.png[/bold]  or  [bold]inkread train quick[/bold]",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        typer.echo(f"inkread {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Read handwritten digits, train a network for it, and measure how well it does."""


for verb in (read, form, explain, train, evaluate, data, recipes, model, serve):
    verb.register(app)


def main() -> None:
    """Run the command line; an error that is the user's to mend is one sentence and exit status 2."""
    try:
        app()
    except InkreadError as error:
        print(f"inkread: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:  # Of a reader that has gone (head, less) Typer takes care.
        if error.filename is not None:
            raise
        # What is still in the buffer would fail again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"inkread: cannot write the output: {error.strerror}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
