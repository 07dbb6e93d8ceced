"""The learning curves of a run as one picture, fit for print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from inkread.errors import MissingExtraError
from inkread.evaluation.palette import FAINT, GREY, INK, RIGHT, WRONG
from inkread.files import atomic_path
from inkread.training.listeners.log import Line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT, DPI = 9.6, 4.0, 200
SMOOTHED = 8  # the training curves are smoothed over an eighth of an epoch each way


def draw_curves(log: Sequence[Line], path: Path) -> None:
    """Draw loss and error rate over the epochs, each for training and validation, and mark the epoch that was kept.

    Error rates (100 % less the accuracy) stand on a logarithmic scale: the way from 2 % to 1 % is as long as that from
    1 % to 0.5 %.

    Args:
        log: the lines of a run's log, as `read_log` gives them.
        path: the PNG to write.

    Raises:
        OutputError: if it cannot be written.
        MissingExtraError: if matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("drawing needs matplotlib: pip install 'inkread[train]'.") from error
    started, done = _of(log, "run-started")[-1], _of(log, "run-done")[-1]
    epochs = [line["epoch"] for line in _of(log, "epoch-done")]

    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    losses, errors = figure.subplots(1, 2)
    _plot_training(losses, errors, _of(log, "step-done"), started["steps_per_epoch"])
    if started["validation_count"]:
        _plot_validation(losses, errors, _of(log, "epoch-done"))
    _dress(losses, "Loss", epochs)
    _dress(errors, "Error rate (%)", epochs)
    for axes in (losses, errors):
        axes.axvline(done["best_epoch"], color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    errors.annotate(
        "kept", (done["best_epoch"], 1), (-4, -4), xycoords=("data", "axes fraction"), textcoords="offset points",
        color=GREY, fontsize=9, ha="right", va="top",
    )  # fmt: skip
    errors.legend(frameon=False, labelcolor=INK, fontsize=9, loc="best")
    figure.suptitle(_title(started, done), color=INK, fontsize=12, x=0.01, ha="left")
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=DPI, format="png")


def _of(log: Sequence[Line], event: str) -> list[Line]:
    """Return the lines of one kind of event."""
    return [line for line in log if line["event"] == event]


def _plot_training(losses: Axes, errors: Axes, steps: Sequence[Line], steps_per_epoch: int) -> None:
    """Plot what the reports of the steps say."""
    at_step = [line["epoch"] - 1 + line["step"] / steps_per_epoch for line in steps]
    window = steps_per_epoch // max(steps[0]["step"], 1) // SMOOTHED
    _plot_steps(losses, at_step, [line["loss"] for line in steps], window)
    _plot_steps(errors, at_step, [_percent_wrong(line["accuracy"]) for line in steps], window)


def _plot_validation(losses: Axes, errors: Axes, epochs: Sequence[Line]) -> None:
    """Plot a point for each epoch."""
    style: dict[str, Any] = {"color": WRONG, "linewidth": 1.8, "marker": "o", "markersize": 4.5, "label": "validation"}
    at_epoch = [line["epoch"] for line in epochs]
    losses.plot(at_epoch, [line["validation_loss"] for line in epochs], **style)
    wrong = [_percent_wrong(line["validation_correct"] / line["validation_count"]) for line in epochs]
    errors.plot(at_epoch, wrong, **style)


def _plot_steps(axes: Axes, at_step: Sequence[float], values: Sequence[float], window: int) -> None:
    """Plot the reports of the steps: as they are, pale, and smoothed by a mean over `window` reports each way."""
    smooth = [fmean(values[max(0, i - window) : i + window + 1]) for i in range(len(values))]
    axes.plot(at_step, values, color=RIGHT, linewidth=0.7, alpha=0.35)
    axes.plot(at_step, smooth, color=RIGHT, linewidth=1.8, label="training")


def _percent_wrong(accuracy: float) -> float:
    """Turn an accuracy into an error rate; a perfect one stands at 0.01 %, the logarithm has no 0."""
    return max(100 * (1 - accuracy), 0.01)


def _title(started: Line, done: Line) -> str:
    """Say what was trained and what came out."""
    text = f"{started['recipe']}: {started['parameters']:,} parameters, {started['train_count']:,} pictures"
    if done["test_count"]:
        return f"{text}, test accuracy {100 * done['test_correct'] / done['test_count']:.2f} %"
    if done["validation_accuracy"] is not None:
        return f"{text}, validation accuracy {100 * done['validation_accuracy']:.2f} %"
    return text


def _dress(axes: Axes, label: str, epochs: Sequence[int]) -> None:
    """Give the axes names, plain numbers and a quiet grid."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    axes.set_yscale("log")
    axes.set_xlim(0, max(epochs) * 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("Epoch", color=INK)
    axes.set_title(label, color=INK, fontsize=10, loc="left")
    axes.grid(visible=True, color=FAINT, linewidth=0.7)
    axes.tick_params(colors=GREY, labelcolor=INK, labelsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GREY)
