"""The command line. One file a verb; each imports the other rooms inside its functions, so that `--help` is quick."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import Annotated

import typer

from inkread.errors import InkreadError
from inkread.version import __version__

VERBS = ("read", "form", "explain", "train", "evaluate", "data", "recipes", "model", "serve", "benchmark")


def _show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        typer.echo(f"inkread {__version__}")
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Read handwritten digits, train a network for it, and measure how well it does."""


def make_app(verb: str | None = None) -> typer.Typer:
    """Put the command line together.

    Args:
        verb: the only one that is needed, which saves a tenth of the time to start; any other text, or None, takes all.
    """
    app = typer.Typer(
        name="inkread",
        help="Read handwritten digits, train a network for it, and measure how well it does.",
        epilog="Start with: [bold]inkread read photo.png[/bold]  or  [bold]inkread train quick[/bold]",
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    for name in (verb,) if verb in VERBS else VERBS:
        import_module(f"inkread.cli.{name}").register(app)
    return app


def main() -> None:
    """Run the command line; reading, which has to be quick, neither collects garbage at first nor tidies up at last.

    At its end Python takes every module apart, which takes as long as reading a picture does; all files are closed by
    then. `inkread read` collects garbage from where it begins to read.
    """
    is_reading = sys.argv[1:2] == ["read"]
    if is_reading:
        gc.disable()
    try:
        _run()
    except SystemExit as end:
        if is_reading and not sys.flags.inspect:
            sys.stderr.flush()
            os._exit(end.code if isinstance(end.code, int) else 0)
        raise


def _run() -> None:
    """Run the verb; an error that is the user's to mend is one sentence and exit status 2."""
    try:
        try:
            make_app(sys.argv[1] if len(sys.argv) > 1 else None)()
        finally:
            sys.stdout.flush()
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
