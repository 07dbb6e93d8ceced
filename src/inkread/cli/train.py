"""`inkread train`: a recipe, or a recipe with some settings changed, trained into a run's folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inkread.cli.progress import ProgressStyle
from inkread.errors import ConfigError, InkreadError, MissingExtraError
from inkread.extras import what_is_missing

if TYPE_CHECKING:
    from rich.console import Console

    from inkread.training.config import TrainConfig
    from inkread.training.events import Event, Listener, RunDone

EPILOG = (
    "[bold]Examples[/bold]\n\n"
    "inkread train\n\n"
    "inkread train cnn-10-20 --epochs 3 --seed 7\n\n"
    "inkread train mlp-64x3 --optimizer sgd --learning-rate 0.1 --schedule cosine\n\n"
    "inkread train quick --data my-digits/ --out runs/mine\n\n"
    "inkread train --resume runs/quick"
)
RUNS = Path("runs")
DEFAULT_RECIPE = "quick"
LEARNING, SCHEDULE, DATA, RUN = "How it learns", "Schedule", "Data", "The run"


def register(app: typer.Typer) -> None:
    """Attach the verb."""
    app.command("train", epilog=EPILOG)(train)


def _option(kind: str, text: str, panel: str) -> Any:
    """Describe an option that keeps the recipe's value unless it is given."""
    return typer.Option(metavar=kind, help=text, show_default=False, rich_help_panel=panel)


def _switch(name: str, text: str, panel: str) -> Any:
    """Describe a switch that keeps the recipe's value unless it is given."""
    return typer.Option(f"--{name}/--no-{name}", help=text, show_default=False, rich_help_panel=panel)


def train(
    recipe: Annotated[
        str | None, typer.Argument(help="A recipe; `inkread recipes` lists them.", show_default=DEFAULT_RECIPE)
    ] = None,
    data: Annotated[str | None, _option("NAME_OR_PATH", "A data set's name, or the path of your own.", DATA)] = None,
    validation: Annotated[
        int | None, _option("N", "Set aside to choose the best epoch by; at most a fifth.", DATA)
    ] = None,
    limit: Annotated[int | None, _option("N", "Train with so many pictures only.", DATA)] = None,
    augmentation: Annotated[
        str | None, _option("KIND", "none, shift, affine, strokes, elastic, everyday, or rows (of numbers).", DATA)
    ] = None,
    epochs: Annotated[int | None, _option("N", "Passes over the pictures.", LEARNING)] = None,
    batch_size: Annotated[int | None, _option("N", "Pictures a step.", LEARNING)] = None,
    loss: Annotated[
        str | None, _option("KIND", "cross-entropy, nll, mse, open-set, or ctc (of texts).", LEARNING)
    ] = None,
    label_smoothing: Annotated[
        float | None, _option("SHARE", "Of the target, spread over all classes.", LEARNING)
    ] = None,
    optimizer: Annotated[str | None, _option("KIND", "sgd, adam or adamw.", LEARNING)] = None,
    momentum: Annotated[float | None, _option("SHARE", "Of sgd.", LEARNING)] = None,
    nesterov: Annotated[bool | None, _switch("nesterov", "Sgd looks ahead along its momentum.", LEARNING)] = None,
    beta1: Annotated[float | None, _option("SHARE", "Of adam and adamw: memory of gradients.", LEARNING)] = None,
    beta2: Annotated[float | None, _option("SHARE", "Of adam and adamw: memory of their squares.", LEARNING)] = None,
    weight_decay: Annotated[float | None, _option("RATE", "Pulls weights towards 0.", LEARNING)] = None,
    dropout: Annotated[float | None, _option("SHARE", "Units dropped in training, 0 to below 1.", LEARNING)] = None,
    focus: Annotated[
        float | None,
        _option("SHARE", "Show this share, the hardest, more often from epoch 4 on.", LEARNING),
    ] = None,
    ema: Annotated[float | None, _option("DECAY", "Keep a moving average of the weights, e.g. 0.99.", LEARNING)] = None,
    learning_rate: Annotated[float | None, _option("RATE", "The highest of the schedule.", SCHEDULE)] = None,
    schedule: Annotated[
        str | None, _option("KIND", "constant, step, exponential, cosine, one-cycle or warmup-cosine.", SCHEDULE)
    ] = None,
    gamma: Annotated[float | None, _option("FACTOR", "Of each fall of step and exponential.", SCHEDULE)] = None,
    step_epochs: Annotated[int | None, _option("N", "Epochs between two falls of step.", SCHEDULE)] = None,
    warmup: Annotated[
        float | None, _option("SHARE", "Of the steps that go up, in one-cycle and warmup-cosine.", SCHEDULE)
    ] = None,
    start_from: Annotated[
        str | None, _option("WHERE", "A run's folder, a model file, or shipped: begin with its weights.", LEARNING)
    ] = None,
    seed: Annotated[int | None, _option("N", "Of every random number.", RUN)] = None,
    device: Annotated[str | None, _option("NAME", "auto, cpu, cuda or mps.", RUN)] = None,
    threads: Annotated[int | None, _option("N", "Of torch on the CPU; decides the last bits.", RUN)] = None,
    shards: Annotated[int | None, _option("N", "Parts of a batch, each for a thread of its own.", RUN)] = None,
    precision: Annotated[str | None, _option("KIND", "auto, float32 or bfloat16 while it trains.", RUN)] = None,
    compile: Annotated[bool | None, _switch("compile", "Let a C++ compiler make the steps faster.", RUN)] = None,
    report_every: Annotated[int | None, _option("N", "Steps between two reports.", RUN)] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The run's folder.", show_default="runs/RECIPE, or the next free number", rich_help_panel=RUN
        ),
    ] = None,
    resume: Annotated[Path | None, _option("FOLDER", "Go on with an interrupted run.", RUN)] = None,
    save_every: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="Between two checkpoints.", rich_help_panel=RUN)
    ] = 5.0,
    progress: Annotated[
        ProgressStyle, typer.Option(help="Bars on a terminal, lines elsewhere.", rich_help_panel=RUN)
    ] = ProgressStyle.auto,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write TensorBoard's files too.", rich_help_panel=RUN)
    ] = False,
) -> None:
    """Train a network, measure it once on the test pictures, and write it as a model file.

    Ctrl-C saves the run; --resume goes on with it and ends with the same weights as if nothing had happened.
    """
    options = {
        "data": data, "validation": validation, "limit": limit, "augmentation": augmentation, "epochs": epochs,
        "batch_size": batch_size, "loss": loss, "label_smoothing": label_smoothing, "optimizer": optimizer,
        "momentum": momentum, "nesterov": nesterov, "beta1": beta1, "beta2": beta2,
        "weight_decay": weight_decay, "dropout": dropout, "focus": focus, "ema": ema,
        "learning_rate": learning_rate, "schedule": schedule, "gamma": gamma, "step_epochs": step_epochs,
        "warmup": warmup, "start_from": start_from, "seed": seed, "device": device, "threads": threads,
        "shards": shards, "precision": precision, "compile": compile, "report_every": report_every,
    }  # fmt: skip
    given = {name: value for name, value in options.items() if value is not None}
    config = _configure(recipe, given, resume)
    if resume is not None and out is not None:
        raise ConfigError("--out and --resume exclude each other: a resumed run goes on in its own folder.")
    _check_libraries(tensorboard)
    _run(config, out=out, resume=resume, save_every=save_every, progress=progress, tensorboard=tensorboard)


def _configure(recipe: str | None, given: dict[str, Any], resume: Path | None) -> TrainConfig:
    """Complete the options that were given, by the recipe's values or by those of the run to resume."""
    if resume is None:
        from inkread.training.recipes import get_recipe

        return get_recipe(recipe or DEFAULT_RECIPE).with_options(given)
    from inkread.training.folder import stored_config

    if recipe is not None:
        given["recipe"] = recipe
    return stored_config(resume).with_options(given)


def _check_libraries(tensorboard: bool) -> None:
    """Say now, not after the training, which optional library is missing."""
    from importlib.util import find_spec

    if missing := what_is_missing("train", "training"):
        raise MissingExtraError(missing)
    if tensorboard and find_spec("tensorboard") is None:
        raise MissingExtraError("TensorBoard is not installed: pip install 'inkread[tensorboard]'.")


def _run(
    config: TrainConfig,
    *,
    out: Path | None,
    resume: Path | None,
    save_every: float,
    progress: ProgressStyle,
    tensorboard: bool,
) -> None:
    """Train with the listeners that were asked for, and say what came out."""
    # Torch's threads wait for each other thousands of times a second. Waiting by spinning, which is the default, makes
    # training several times slower where another program wants the same cores. Read when torch is first imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from rich.console import Console

    from inkread.cli.data import fetch_progress
    from inkread.training.folder import new_folder
    from inkread.training.listeners.progress import make_progress
    from inkread.training.run import load_data, train

    with fetch_progress() as fetching:
        data = load_data(config, progress=fetching)
    folder = resume or out or new_folder(RUNS, config.recipe)
    done: list[RunDone] = []
    with _clean_end(folder), ExitStack() as stack:
        listeners: list[Listener] = [stack.enter_context(make_progress(progress.value, Console(stderr=True)))]
        if tensorboard:
            from inkread.training.listeners.tensorboard import TensorBoardLog

            listeners.append(stack.enter_context(TensorBoardLog(folder / "tensorboard")))
        listeners.append(_collect(done))
        resumed = resume is not None
        model = train(config, run_dir=folder, listeners=listeners, resume=resumed, save_every=save_every, data=data)
    _summarize(done[-1], model, Console(highlight=False))


@contextmanager
def _clean_end(folder: Path) -> Iterator[None]:
    """Say how to go on with a run that was stopped, and leave no empty folder of one that could not begin."""
    from inkread.training.loop import TrainingInterrupted

    try:
        yield
    except TrainingInterrupted:
        print(f"\nStopped and saved; go on with: inkread train --resume {folder}", file=sys.stderr)  # noqa: T201
        raise
    except (KeyboardInterrupt, InkreadError):
        with suppress(OSError):
            folder.rmdir()
        raise


def _collect(done: list[RunDone]) -> Listener:
    """Return a listener that keeps the run's last event."""
    from inkread.training.events import RunDone

    def listen(event: Event) -> None:
        if isinstance(event, RunDone):
            done.append(event)

    return listen


def _summarize(done: RunDone, model: Path, console: Console) -> None:
    """State the accuracy with its interval, the files, and what can be done next."""
    from rich.table import Table

    from inkread.runtime import read_task

    table = Table.grid(padding=(0, 3))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    if done.test_count and done.test_correct is not None:
        from inkread.evaluation import wilson_interval

        low, high = wilson_interval(done.test_correct, done.test_count)
        share = f"[bold green]{100 * done.test_correct / done.test_count:.2f} %[/bold green]"
        interval = f"95 % interval {100 * low:.2f} to {100 * high:.2f} %"
        table.add_row("Test accuracy", f"{share}  ({interval}; {done.test_correct:,} of {done.test_count:,} right)")
    if done.validation_accuracy is not None:
        table.add_row(
            "Validation", f"{100 * done.validation_accuracy:.2f} % in epoch {done.best_epoch}, which was kept"
        )
    table.add_row("Time", f"{done.seconds:.1f} s")
    table.add_row("Model", str(model))
    table.add_row("Curves", str(model.parent / "curves.png"))
    table.add_row("Next", f"inkread read photo.png --model {model}")
    if read_task(model) == "digit":
        table.add_row("", f"inkread evaluate {model} --out {model.parent / 'evaluation'}")
    console.print(table, soft_wrap=True)
