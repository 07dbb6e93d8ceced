"""The training loop, to be read from top to bottom. It yields events; it prints nothing and plots nothing.

Shape suffixes: n pictures of a batch, c channels, h height, w width, k classes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.func import functional_call

from inkread.errors import ConfigError
from inkread.networks import Preprocessing, preprocessing
from inkread.training.answers import right
from inkread.training.batches import batch_sizes
from inkread.training.config import Precision, TrainConfig
from inkread.training.events import CheckpointSaved, EpochDone, Event, RunStarted, StepDone
from inkread.training.focus import epoch_order, new_doubt, settle_doubt, update_doubt
from inkread.training.forward import in_precision
from inkread.training.learner import Learner
from inkread.training.losses import measure_of
from inkread.training.optimizers import learning_rate_at
from inkread.training.pictures import Pictures, standardize, to_unit_range
from inkread.training.state import State, Weights, copy_of, update_average

EVALUATION_BATCH = 500


class TrainingInterrupted(KeyboardInterrupt):
    """The user stopped a run; its checkpoint is on disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """What the loop asks of the world outside.

    Attributes:
        save: writes a checkpoint and says so.
        save_every: seconds between two checkpoints within an epoch.
        stop: whether the user wants to stop.
    """

    save: Callable[[State], CheckpointSaved]
    save_every: float
    stop: Callable[[], bool]


def fit(
    state: State, config: TrainConfig, train: Pictures, validation: Pictures, controls: Controls
) -> Iterator[Event]:
    """Train from where `state` stands to the last epoch's end; `state.best` then holds the weights to keep.

    Every random number depends on the seed and the step alone, and checkpoints change nothing, so a run that is
    stopped and resumed ends with the same bits as one that is not.

    Args:
        state: changed in place.
        config: the run's.
        train: to learn from.
        validation: to choose the best epoch by; may be empty, then the last epoch is the best.
        controls: see there.

    Yields:
        What happens, as it happens.

    Raises:
        TrainingInterrupted: when `controls.stop` said so, after a checkpoint.
        ConfigError: if the loss is no longer a number, or the network cannot be compiled here.
    """
    network, optimizer = state.network, state.optimizer
    sizes = batch_sizes(len(train), config.batch_size)
    steps_per_epoch = len(sizes)
    if config.focus and state.doubt is None:
        state.doubt = new_doubt(len(train), train.labels_n.device)
    pace = Pace(state, len(train) * config.epochs, len(train) * (state.epoch - 1) + sum(sizes[: state.step]))
    with Learner(network, config, train) as learner:
        yield _started(state, config, train, validation, steps_per_epoch)
        while state.epoch <= config.epochs:
            order = epoch_order(state.doubt, config, state.epoch, len(train)).to(train.labels_n.device)
            for batch_n in torch.split(order, sizes)[state.step :]:
                step = (state.epoch - 1) * steps_per_epoch + state.step  # over all epochs
                rate = learning_rate_at(config, step, steps_per_epoch)
                for group in optimizer.param_groups:
                    group["lr"] = rate
                optimizer.zero_grad()
                loss, logits_nk, labels_n = learner.learn(batch_n, step)
                optimizer.step()
                if state.doubt is not None:
                    update_doubt(state.doubt, batch_n, logits_nk, labels_n)
                if state.average is not None:
                    update_average(state.average, network, config.ema, step)

                state.step += 1
                state.since_report.add(loss, logits_nk, labels_n)
                if state.step % config.report_every == 0 or state.step == steps_per_epoch:
                    yield _report(state, config, sizes, pace, rate)
                if controls.stop():
                    yield pace.save(controls)
                    raise TrainingInterrupted
                if pace.since_save() >= controls.save_every:
                    yield pace.save(controls)

            yield _end_epoch(state, config, validation, pace)
            yield pace.save(controls)


@torch.no_grad()
def predict(
    network: nn.Module,
    weights: Weights,
    pictures: Pictures,
    scaling: Preprocessing,
    precision: Precision = "float32",
) -> torch.Tensor:
    """Run a network in evaluation mode with some weights in place of its own.

    Returns:
        float32 logits of shape (n, k), or (n, places, k) of a network that reads texts, on the device; n at least 1.
    """
    network.eval()
    with in_precision(precision, pictures.labels_n.device):
        parts = [
            functional_call(network, weights, standardize(to_unit_range(part_nchw), scaling))
            for part_nchw in torch.split(pictures.images_nchw, EVALUATION_BATCH)
        ]
    return torch.cat(parts).float()


class Pace:
    """How fast a run goes, for how long, and when it was last saved."""

    def __init__(self, state: State, images_in_all: int, images_before: int) -> None:
        self._state, self._seconds_before = state, state.seconds
        self._images_in_all, self._images_before = images_in_all, images_before
        self._start = self._saved = self._epoch_start = time.monotonic()

    def seconds(self) -> float:
        """Time spent on the run, also by earlier processes."""
        return self._seconds_before + time.monotonic() - self._start

    def epoch_seconds(self) -> float:
        """Time since the last call, or since the start."""
        now = time.monotonic()
        passed, self._epoch_start = now - self._epoch_start, now
        return passed

    def rate_and_rest(self, images_done: int) -> tuple[float, float]:
        """Return images a second by this process, and the seconds that the rest will take.

        Args:
            images_done: over all epochs and processes, at least one of them by this process.
        """
        passed = max(time.monotonic() - self._start, 1e-9)
        rate = (images_done - self._images_before) / passed
        return rate, (self._images_in_all - images_done) / rate

    def since_save(self) -> float:
        """Seconds since the last checkpoint."""
        return time.monotonic() - self._saved

    def save(self, controls: Controls) -> CheckpointSaved:
        """Write a checkpoint."""
        self._state.seconds = self.seconds()
        saved = controls.save(self._state)
        self._saved = time.monotonic()
        return saved


def _started(
    state: State, config: TrainConfig, train: Pictures, validation: Pictures, steps_per_epoch: int
) -> RunStarted:
    """Say what is about to happen."""
    return RunStarted(
        recipe=config.recipe,
        epochs=config.epochs,
        steps_per_epoch=steps_per_epoch,
        train_count=len(train),
        validation_count=len(validation),
        parameters=sum(p.numel() for p in state.network.parameters() if p.requires_grad),
        device=train.labels_n.device.type,
        first_epoch=state.epoch,
        first_step=state.step,
    )


def _report(state: State, config: TrainConfig, sizes: Sequence[int], pace: Pace, learning_rate: float) -> StepDone:
    """Report on the steps since the last report, and add them to the epoch's sums."""
    window, whole = state.since_report, state.in_epoch
    loss, correct = window.loss.item() / window.count, int(window.correct.item())
    if not math.isfinite(loss):
        raise _diverged(state, config)
    train_count, samples = sum(sizes), sum(sizes[: state.step])
    rate, rest = pace.rate_and_rest((state.epoch - 1) * train_count + samples)
    event = StepDone(
        epoch=state.epoch,
        step=state.step,
        samples=samples,
        samples_per_epoch=train_count,
        loss=loss,
        accuracy=correct / window.count,
        learning_rate=learning_rate,
        images_per_second=rate,
        seconds_left=rest,
    )
    whole.loss += window.loss
    whole.correct += window.correct
    whole.count += window.count
    window.clear()
    return event


def _diverged(state: State, config: TrainConfig) -> ConfigError:
    """Say what to do when loss or weights are no numbers."""
    return ConfigError(
        f"the loss is no longer a number in epoch {state.epoch}, step {state.step}: train again with a smaller "
        f"learning rate than {config.learning_rate:g}."
    )


def _end_epoch(state: State, config: TrainConfig, validation: Pictures, pace: Pace) -> EpochDone:
    """Validate, keep the weights if they are the best so far, and turn to the next epoch."""
    loss, correct = None, 0
    if len(validation):
        scaling = preprocessing(config.network)
        logits_nk = predict(state.network, state.weights, validation, scaling, config.precision)
        loss = measure_of(config)(logits_nk, validation.labels_n).item()
        correct = int(right(logits_nk, validation.labels_n).sum().item())
    if not math.isfinite(loss or 0.0) or not all(value.isfinite().all() for value in state.weights.values()):
        raise _diverged(state, config)
    better = (correct, -(loss or 0.0)) >= (state.best_correct, -state.best_loss)
    if better:
        state.best, state.best_epoch = copy_of(state.weights), state.epoch
        state.best_correct, state.best_loss = correct, loss or 0.0
    event = EpochDone(
        epoch=state.epoch,
        train_loss=state.in_epoch.loss.item() / state.in_epoch.count,
        train_correct=int(state.in_epoch.correct.item()),
        train_count=state.in_epoch.count,
        validation_loss=loss,
        validation_correct=correct,
        validation_count=len(validation),
        best=better,
        seconds=pace.epoch_seconds(),
    )
    if state.doubt is not None:
        settle_doubt(state.doubt)
    state.in_epoch.clear()
    state.epoch, state.step = state.epoch + 1, 0
    return event
