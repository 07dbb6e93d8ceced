"""What `train_speed.py` compares: each trains once, from pictures in memory as uint8 to final weights.

`example` and `record` are written anew after their published settings. Both get their pictures scaled all at once and
batches sliced from memory, which is faster than the loaders that their authors had.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812  (the name that everybody knows it by)

from inkread.data import Dataset
from inkread.networks import preprocessing
from inkread.training.config import TrainConfig
from inkread.training.device import deterministic, settle
from inkread.training.events import CheckpointSaved
from inkread.training.loop import Controls, fit, predict
from inkread.training.pictures import Pictures
from inkread.training.run import RunData
from inkread.training.state import State, new_state

MEAN, STD = 0.1307, 0.3081
SLICE = 1000  # test pictures at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One training.

    Attributes:
        seconds: on the wall, from pictures in memory to final weights; evaluation on test pictures is not in it.
        processor_seconds: the same, of all threads together. Steadier where other work shares the cores.
        accuracy: on the test pictures, per cent, of the final weights.
        epochs: passes over the pictures.
    """

    seconds: float
    processor_seconds: float
    accuracy: float
    epochs: int


@dataclass(slots=True)
class Stopwatch:
    """Time on the wall and on the processors; may be stopped and started again."""

    device: torch.device
    seconds: float = 0.0
    processor_seconds: float = 0.0
    _started: tuple[float, float] = field(default=(0.0, 0.0))

    def __enter__(self) -> Stopwatch:
        """Start."""
        self._wait()
        self._started = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, once the device is done."""
        self._wait()
        self.seconds += time.perf_counter() - self._started[0]
        self.processor_seconds += time.process_time() - self._started[1]

    def outcome(self, accuracy: float, epochs: int) -> Outcome:
        """Put the times beside what they were spent on."""
        return Outcome(seconds=self.seconds, processor_seconds=self.processor_seconds, accuracy=accuracy, epochs=epochs)

    def _wait(self) -> None:
        """Let a GPU finish what it was given."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()


Contender = Callable[[Pictures, Pictures, int, torch.device], Outcome]


def on_device(dataset: Dataset, device: torch.device) -> Pictures:
    """Put a split's pictures, uint8, and its labels on a device."""
    return Pictures(torch.tensor(dataset.images, device=device), torch.tensor(dataset.labels, device=device))


def _scaled(images_nchw: torch.Tensor) -> torch.Tensor:
    """Scale uint8 pixels as both published recipes do."""
    return images_nchw.float().div_(255).sub_(MEAN).div_(STD)


@torch.no_grad()
def _accuracy(network: nn.Module, test: Pictures) -> float:
    """Measure a network that takes scaled pictures, per cent."""
    network.eval()
    slices = zip(test.images_nchw.split(SLICE), test.labels_n.split(SLICE), strict=True)
    correct = sum(int((network(_scaled(x)).argmax(1) == y).sum()) for x, y in slices)
    network.train()
    return 100 * correct / len(test)


def example(goal: float, most_epochs: int = 14) -> Contender:
    """Return PyTorch's own MNIST example, trained until an epoch's end finds it at the goal on the test pictures.

    Network, Adadelta (1.0, times 0.7 after each epoch) and batches of 64 as in pytorch/examples. Stopping by the test
    pictures flatters it; nothing else here is stopped so.
    """

    def train(pictures: Pictures, test: Pictures, seed: int, device: torch.device) -> Outcome:
        torch.manual_seed(seed)
        watch, accuracy, epoch = Stopwatch(device), 0.0, 0
        with watch:
            x_nchw = _scaled(pictures.images_nchw)
            network = nn.Sequential(
                *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
                *(nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)),
            ).to(device)
            optimizer = torch.optim.Adadelta(network.parameters(), lr=1.0)
            schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.7)
        while accuracy < goal and epoch < most_epochs:
            with watch:
                for batch_n in torch.randperm(len(pictures), device=device).split(64):
                    optimizer.zero_grad()
                    F.cross_entropy(network(x_nchw[batch_n]), pictures.labels_n[batch_n]).backward()
                    optimizer.step()
                schedule.step()
            accuracy, epoch = _accuracy(network, test), epoch + 1
        return watch.outcome(accuracy, epoch)

    return train


def record(pictures: Pictures, test: Pictures, seed: int, device: torch.device) -> Outcome:
    """Train the published record: tuomaso/train_mnist_fast, "99 % in 0.76 seconds" on a GTX 1660 Ti.

    One epoch over pictures that are shuffled once, batches of 256, Adam 0.01 with betas 0.7 and 0.9, one-cycle.
    """
    torch.manual_seed(seed)
    with Stopwatch(device) as watch:
        order_n = torch.randperm(len(pictures), device=device)
        x_nchw, labels_n = _scaled(pictures.images_nchw[order_n]), pictures.labels_n[order_n]
        network = nn.Sequential(
            *(nn.Conv2d(1, 24, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(24, 32, 3), nn.MaxPool2d(2), nn.ReLU()),
            *(nn.Flatten(), nn.Linear(800, 256), nn.ReLU(), nn.Linear(256, 10)),
        ).to(device)
        batches = list(zip(x_nchw.split(256), labels_n.split(256), strict=True))
        optimizer = torch.optim.Adam(network.parameters(), lr=0.01, betas=(0.7, 0.9))
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=0.01, total_steps=len(batches), cycle_momentum=False
        )
        for x_batch, y_batch in batches:
            optimizer.zero_grad()
            F.cross_entropy(network(x_batch), y_batch).backward()
            optimizer.step()
            schedule.step()
    return watch.outcome(_accuracy(network, test), 1)


def ours(config: TrainConfig, data: RunData) -> Contender:
    """Return a recipe, trained by the loop that `inkread train` runs: validation and reports are in the time.

    Args:
        config: the recipe; seed and device are replaced.
        data: what `inkread.training.run.load_data` makes of it, in place of all pictures.
    """

    def train(_pictures: Pictures, test: Pictures, seed: int, device: torch.device) -> Outcome:
        settled = settle(config.with_options({"seed": seed, "device": device.type}))
        rest, held_out = on_device(data.train, device), on_device(data.validation, device)
        return train_once(settled, rest, held_out, test)

    return train


def train_once(config: TrainConfig, rest: Pictures, held_out: Pictures, test: Pictures) -> Outcome:
    """Train a settled configuration, and measure it on the test pictures once the watch has stopped."""
    device = test.labels_n.device
    with deterministic(device, config):
        with Stopwatch(device) as watch:
            state = new_state(config, num_classes=10, image_shape=(1, 28, 28), device=device)
            for _ in fit(state, config, rest, held_out, NO_FILES):
                pass
        logits_nk = predict(state.network, state.best, test, preprocessing(config.network))
    correct = int((logits_nk.argmax(1) == test.labels_n).sum())
    return watch.outcome(100 * correct / len(test), config.epochs)


def _no_file(state: State) -> CheckpointSaved:
    """Say that a checkpoint was written, and write none: a disk is not what is compared."""
    return CheckpointSaved(path="", epoch=state.epoch, step=state.step)


NO_FILES = Controls(save=_no_file, save_every=float("inf"), stop=lambda: False)
