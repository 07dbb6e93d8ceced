"""What the training loop tells its listeners. The loop itself prints and plots nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The data are in place; `first_step` steps of epoch `first_epoch` are done already (0 of 1 unless resumed)."""

    recipe: str
    epochs: int
    steps_per_epoch: int
    train_count: int
    validation_count: int
    parameters: int
    device: str
    first_epoch: int
    first_step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """A report every `report_every` steps. `loss` and `accuracy` are means over the steps since the last report."""

    epoch: int
    step: int
    samples: int
    samples_per_epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    images_per_second: float
    seconds_left: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochDone:
    """An epoch's mean training loss and accuracy, and the validation's (loss None where nothing was set aside)."""

    epoch: int
    train_loss: float
    train_correct: int
    train_count: int
    validation_loss: float | None
    validation_correct: int
    validation_count: int
    best: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSaved:
    """The state from which the run can go on is on disk."""

    path: str
    epoch: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDone:
    """Training has ended; the test set was measured once. Figures are None where there are no such pictures."""

    best_epoch: int
    validation_accuracy: float | None
    test_loss: float | None
    test_correct: int | None
    test_count: int | None
    seconds: float


Event = RunStarted | StepDone | EpochDone | CheckpointSaved | RunDone
Listener = Callable[[Event], None]
