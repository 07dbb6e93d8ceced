"""The same curves for TensorBoard, where it is installed."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

from inkread.errors import MissingExtraError
from inkread.training.events import EpochDone, Event, RunStarted, StepDone


class TensorBoardLog:
    """Writes event files that `tensorboard --logdir FOLDER` shows.

    Raises:
        MissingExtraError: if TensorBoard is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise MissingExtraError("TensorBoard is not installed: pip install 'inkread[tensorboard]'.") from error
        self._folder, self._writer_class = folder, SummaryWriter
        self._writer: Any = None
        self._steps_per_epoch = 0

    def __enter__(self) -> TensorBoardLog:
        """Return the log; the file is made by the first event."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()

    def __call__(self, event: Event) -> None:
        """Write an event's figures."""
        if isinstance(event, RunStarted):
            self._steps_per_epoch = event.steps_per_epoch
            done = (event.first_epoch - 1) * event.steps_per_epoch + event.first_step
            self._writer = self._writer_class(str(self._folder), purge_step=done + 1)
        elif isinstance(event, StepDone):
            step = (event.epoch - 1) * self._steps_per_epoch + event.step
            self._writer.add_scalar("loss/train", event.loss, step)
            self._writer.add_scalar("accuracy/train", event.accuracy, step)
            self._writer.add_scalar("learning rate", event.learning_rate, step)
        elif isinstance(event, EpochDone) and event.validation_loss is not None:
            step = event.epoch * self._steps_per_epoch
            self._writer.add_scalar("loss/validation", event.validation_loss, step)
            self._writer.add_scalar("accuracy/validation", event.validation_correct / event.validation_count, step)
