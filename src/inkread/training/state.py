"""Everything that changes while a network trains, and nothing else: what a checkpoint must hold."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import nn

from inkread.networks import build
from inkread.training.answers import right
from inkread.training.config import TrainConfig
from inkread.training.optimizers import make_optimizer
from inkread.training.pictures import Pictures
from inkread.training.randomness import WEIGHTS, seed_for
from inkread.training.start import first_weights, start_from

Weights = dict[str, torch.Tensor]


@dataclass(slots=True, kw_only=True)
class Tally:
    """Sums over the pictures of some steps; they stay on the device, so that no step waits for it.

    Attributes:
        loss: float32 scalar, the sum of the losses.
        correct: int64 scalar, how many were read right.
        count: how many pictures there were.
    """

    loss: torch.Tensor
    correct: torch.Tensor
    count: int = 0

    def add(self, loss: torch.Tensor, logits_nk: torch.Tensor, labels_n: torch.Tensor) -> None:
        """Add a batch whose mean loss is `loss`."""
        self.loss += loss.detach() * len(labels_n)
        self.correct += right(logits_nk.detach(), labels_n).sum()
        self.count += len(labels_n)

    def clear(self) -> None:
        """Begin anew."""
        self.loss.zero_()
        self.correct.zero_()
        self.count = 0


@dataclass(slots=True, kw_only=True)
class State:
    """Where a run stands, between two steps.

    Attributes:
        network: in training.
        optimizer: with its moments.
        average: exponential moving average of the network's state dict; None where none is asked for.
        doubt: how hard each training picture is, see `focus`; None before the first step, and without focus.
        best: state dict of the best epoch on validation so far; empty before the first epoch's end.
        best_epoch: that epoch, 0 before the first epoch's end.
        best_correct: validation pictures that it read right.
        best_loss: its mean validation loss.
        epoch: the epoch that is under way, from 1.
        step: steps of that epoch that are done.
        since_report: sums since the last report.
        in_epoch: sums over the epoch under way, up to the last report.
        seconds: time spent on the run before this process took it up.
    """

    network: nn.Module
    optimizer: torch.optim.Optimizer
    average: Weights | None
    since_report: Tally
    in_epoch: Tally
    doubt: torch.Tensor | None = None
    best: Weights = field(default_factory=dict)
    best_epoch: int = 0
    best_correct: int = -1
    best_loss: float = 0.0
    epoch: int = 1
    step: int = 0
    seconds: float = 0.0

    @property
    def weights(self) -> Weights:
        """What is validated and kept: the average where there is one, else the network's own."""
        return self.network.state_dict() if self.average is None else self.average


def new_state(
    config: TrainConfig,
    *,
    num_classes: int,
    image_shape: tuple[int, int, int],
    device: torch.device,
    train: Pictures | None = None,
) -> State:
    """Build the network with its first weights, and everything else at its beginning.

    Args:
        config: the run's.
        num_classes: logits a picture.
        image_shape: channels, height, width.
        device: where it trains.
        train: what it learns from; needed where it begins with weights, see `start_from`.

    Returns:
        The state before the first step.

    Raises:
        ConfigError: if the network is unknown or does not fit the pictures, or the weights to start from are another's.
        ModelFileError: if the weights to start from cannot be read.
    """
    channels, height, width = image_shape
    torch.manual_seed(seed_for(config.seed, WEIGHTS))
    network = build(
        config.network,
        num_classes=num_classes,
        in_channels=channels,
        image_size=(height, width),
        dropout=config.dropout,
    )
    source = first_weights(config)
    if source is not None:
        if train is None:
            raise ValueError("a run that begins with weights needs its pictures.")
        start_from(network, source, config, train)
    # Channels last is the order that convolutions on a CPU want: a step takes half the time.
    network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return State(
        network=network,
        optimizer=make_optimizer(config, network.parameters()),
        average=copy_of(network.state_dict()) if config.ema else None,
        since_report=_new_tally(device),
        in_epoch=_new_tally(device),
    )


@torch.no_grad()
def update_average(average: Weights, network: nn.Module, decay: float, step: int) -> None:
    """Move the average towards the network by 1 - decay.

    In the first steps the decay is at most (1 + step) / (10 + step), so that the random first
    weights are soon forgotten.

    Args:
        average: what `State.average` holds; changed in place.
        network: after its step.
        decay: 0 to below 1.
        step: steps taken before this one, over all epochs.
    """
    decay = min(decay, (1 + step) / (10 + step))
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            average[name].lerp_(value, 1 - decay)
        else:
            average[name].copy_(value)


def copy_of(weights: Weights) -> Weights:
    """Return a copy that further steps leave alone."""
    return {name: value.detach().clone() for name, value in weights.items()}


def _new_tally(device: torch.device) -> Tally:
    """Make an empty tally."""
    return Tally(loss=torch.zeros((), device=device), correct=torch.zeros((), dtype=torch.int64, device=device))
