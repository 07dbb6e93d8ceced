"""`inkread serve`: the HTTP service and its page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from inkread.errors import ConfigError, MissingExtraError
from inkread.extras import what_is_missing

EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread serve\n\n"
    "inkread serve --port 9000 --model runs/quick/model.onnx\n\n"
    "INKREAD_TOKEN=secret inkread serve --host 0.0.0.0 --allowed-host digits.example.org\n\n"
    "curl --data-binary @photo.png http://127.0.0.1:8000/v1/digit"
)
LIMITS = "Limits"
MOST = 1_000_000  # of what limits count in


def register(app: typer.Typer) -> None:
    """Attach the verb."""
    app.command("serve", epilog=EPILOG)(serve)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8000,
    model: Annotated[
        Path | None,
        typer.Option(help="A model file, or a tutorial's .pth.", show_default="the one that comes with inkread"),
    ] = None,
    min_confidence: Annotated[
        float | None, typer.Option(help="Accept from this confidence on, 0 to 1.", show_default="the model's own")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that answer.", min=1, max=64)] = 1,
    token: Annotated[
        str | None,
        typer.Option(envvar="INKREAD_TOKEN", help="What clients must bear; safer in the variable.", show_default=False),
    ] = None,
    allowed_host: Annotated[
        list[str] | None, typer.Option(help="A name under which the service may be called.", show_default=False)
    ] = None,
    train: Annotated[bool, typer.Option("--train/--no-train", help="Let networks be trained.")] = True,
    max_megabytes: Annotated[float, typer.Option(help="Of a request.", rich_help_panel=LIMITS)] = 20,
    max_megapixels: Annotated[float, typer.Option(help="Of a picture.", rich_help_panel=LIMITS)] = 50,
    max_waiting: Annotated[int, typer.Option(help="Requests under way in a worker.", rich_help_panel=LIMITS)] = 256,
    max_waiting_per_client: Annotated[
        int, typer.Option(help="The same of one address; 0 for none.", min=0, rich_help_panel=LIMITS)
    ] = 128,
    batch: Annotated[int, typer.Option(help="Digits read at once.", rich_help_panel=LIMITS)] = 32,
    body_seconds: Annotated[float, typer.Option(help="Time to send a request.", rich_help_panel=LIMITS)] = 30,
    run_minutes: Annotated[float, typer.Option(help="Time of a training.", rich_help_panel=LIMITS)] = 30,
) -> None:
    """Serve the page and the HTTP interface; Ctrl-C ends it.

    It keeps nothing of what is sent. Without a token everybody who can reach the address may use it.
    """
    if missing := what_is_missing("serve", "serving"):
        raise MissingExtraError(missing)
    for name, value in (
        ("--max-megabytes", max_megabytes),
        ("--max-megapixels", max_megapixels),
        ("--body-seconds", body_seconds),
        ("--run-minutes", run_minutes),
    ):
        if not 0 < value < MOST:
            raise ConfigError(f"{name} is {value:g}, it must be above 0 and below {MOST:,}.")
    from inkread.service.server import serve as run
    from inkread.service.settings import Settings

    settings = Settings(
        host=host,
        port=port,
        model=None if model is None else str(model),
        min_confidence=min_confidence,
        workers=workers,
        token=token,
        allowed_hosts=tuple(allowed_host or ()),
        train=train,
        max_bytes=round(max_megabytes * 1_000_000),
        max_pixels=round(max_megapixels * 1_000_000),
        bodies_bytes=round(max(200, 2 * max_megabytes) * 1_000_000),
        max_waiting=max_waiting,
        max_waiting_per_client=max_waiting_per_client,
        batch=batch,
        head_seconds=min(10.0, body_seconds),
        body_seconds=body_seconds,
        run_seconds=60 * run_minutes,
    )
    run(settings, ready=_say_where)


def _say_where(address: str) -> None:
    """Say that the service is there."""
    print(f"inkread serves at {address}  (Ctrl-C ends it)", file=sys.stderr, flush=True)  # noqa: T201
