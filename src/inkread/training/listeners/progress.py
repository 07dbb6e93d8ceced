"""Progress for people: live bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Literal, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from inkread.training.events import EpochDone, Event, RunDone, RunStarted, StepDone

ProgressStyle = Literal["auto", "bars", "lines", "none"]


class ProgressListener(Protocol):
    """A listener that is opened before a run and closed after it, whatever happens."""

    def __enter__(self) -> ProgressListener:
        """Begin."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        ...

    def __call__(self, event: Event) -> None:
        """Show an event."""
        ...


def make_progress(style: ProgressStyle, console: Console) -> ProgressListener:
    """Return the progress that suits a console; "auto" draws bars on a terminal and writes lines elsewhere."""
    if style == "none":
        return NoProgress()
    if style == "bars" or (style == "auto" and console.is_terminal):
        return LiveProgress(console)
    return LineProgress(console)


class NoProgress:
    """Shows nothing."""

    def __enter__(self) -> NoProgress:
        """Begin."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End."""

    def __call__(self, event: Event) -> None:
        """Show nothing."""


class LineProgress(NoProgress):
    """A line for each report, in the manner of the tutorials, and one for each epoch."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, event: Event) -> None:
        """Write the event's line."""
        if isinstance(event, RunStarted):
            self._write(_heading(event))
        elif isinstance(event, StepDone):
            done, whole = event.samples, event.samples_per_epoch
            width = len(str(whole))
            share = f"[{done:{width}}/{whole} ({100 * done / whole:3.0f} %)]"
            self._write(f"Epoch {event.epoch}  {share}  loss {event.loss:.6f}")
        elif isinstance(event, EpochDone):
            self._write(f"\nEpoch {event.epoch}  {_training(event)}")
            if event.validation_count:
                self._write(f"Epoch {event.epoch}  {_validation(event)}")
            self._write("")

    def _write(self, line: str) -> None:
        """Write a line as it is."""
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)


class Remaining(ProgressColumn):
    """Images a second and the time left, as the loop reckons them."""

    def render(self, task: Task) -> Text:
        """Return the text; empty before the first report."""
        if "rate" not in task.fields:
            return Text("")
        minutes, seconds = divmod(round(task.fields["rest"]), 60)
        return Text(f"{task.fields['rate']:,.0f} images/s  {minutes}:{seconds:02} left", style="cyan")


class LiveProgress(NoProgress):
    """A bar for the whole run, a bar for the epoch with loss and accuracy, and a line for each epoch that is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        name, bar = TextColumn("{task.description:>9}"), BarColumn(bar_width=28)
        share = TextColumn("{task.percentage:3.0f} %")
        self._run = Progress(name, bar, share, Remaining(), console=console)
        self._epoch = Progress(name, bar, share, TextColumn("[green]{task.fields[figures]}"), console=console)
        self._closing = Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console)
        self._live = Live(Group(self._run, self._epoch, self._closing), console=console, transient=True)
        self._run_task = self._run.add_task("run", total=1)
        self._epoch_task = self._epoch.add_task("epoch", total=1, figures="")
        self._epochs = 0

    def __enter__(self) -> LiveProgress:
        """Begin to draw."""
        self._live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Take the bars away; the lines stay."""
        self._live.stop()

    def __call__(self, event: Event) -> None:
        """Draw the event."""
        if isinstance(event, RunStarted):
            self._console.print(_heading(event), highlight=False)
            self._epochs = event.epochs
            done = (event.first_epoch - 1) * event.steps_per_epoch + event.first_step
            self._run.update(self._run_task, total=event.epochs * event.train_count)
            self._run.update(self._run_task, completed=done / event.steps_per_epoch * event.train_count)
        elif isinstance(event, StepDone):
            before = (event.epoch - 1) * event.samples_per_epoch
            self._run.update(
                self._run_task,
                completed=before + event.samples,
                rate=event.images_per_second,
                rest=event.seconds_left,
            )
            figures = f"loss {event.loss:.4f}  accuracy {100 * event.accuracy:.2f} %"
            self._epoch.update(
                self._epoch_task,
                description=f"epoch {event.epoch}/{self._epochs}",
                total=event.samples_per_epoch,
                completed=event.samples,
                figures=figures,
            )
        elif isinstance(event, EpochDone):
            self._console.print(self._line(event))
        elif isinstance(event, RunDone):
            self._run.update(self._run_task, visible=False)
            self._epoch.update(self._epoch_task, visible=False)
            self._closing.add_task("drawing the curves, writing the model file")

    def _line(self, event: EpochDone) -> Text:
        """Return an epoch's line; the best so far are marked."""
        line = Text.assemble((f"  epoch {event.epoch:>2}  ", "bold"), f"loss {event.train_loss:.4f}")
        if event.validation_count and event.validation_loss is not None:
            share = 100 * event.validation_correct / event.validation_count
            line.append(f"  validation loss {event.validation_loss:.4f}")
            line.append(f"  accuracy {share:.2f} %", "bold green" if event.best else "")
        line.append(f"  {event.seconds:.1f} s", "dim")
        if event.best and event.validation_count:
            line.append("  best so far", "green")
        return line


def _heading(event: RunStarted) -> str:
    """Say what is trained."""
    if event.first_epoch > event.epochs:
        onward = ", all of them done"
    else:
        onward = "" if (event.first_epoch, event.first_step) == (1, 0) else f", going on in epoch {event.first_epoch}"
    return (
        f"Training {event.recipe}: {event.parameters:,} parameters, {event.train_count:,} pictures "
        f"(+ {event.validation_count:,} for validation), {event.epochs} epochs on {event.device}{onward}"
    )


def _training(event: EpochDone) -> str:
    """State an epoch's training figures."""
    return f"training    average loss {event.train_loss:.4f}  {_share(event.train_correct, event.train_count)}"


def _validation(event: EpochDone) -> str:
    """State an epoch's validation figures."""
    best = "  best so far" if event.best else ""
    share = _share(event.validation_correct, event.validation_count)
    return f"validation  average loss {event.validation_loss:.4f}  {share}{best}"


def _share(correct: int, count: int) -> str:
    """State an accuracy as a fraction and in per cent."""
    return f"accuracy {correct}/{count} ({100 * correct / count:.2f} %)"
