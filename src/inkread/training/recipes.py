"""The recipes: functions that each return a complete, frozen configuration. Nothing here needs torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inkread.errors import ConfigError
from inkread.naming import nearest
from inkread.training.config import TrainConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What to expect of a recipe on MNIST.

    Attributes:
        network: the architecture in a word or two; MNIST's layer widths where it is fully connected.
        parameters: weights that are learned.
        accuracy: on the test pictures, per cent, mean over seeds; None where it has not been measured yet.
        seconds: training on two CPU cores, about.
    """

    network: str
    parameters: int
    accuracy: float | None
    seconds: int


def quick() -> TrainConfig:
    """Return the default: the best accuracy that a few seconds on two CPU cores give."""
    return TrainConfig(
        recipe="quick",
        network="quick",
        epochs=2,
        batch_size=128,
        label_smoothing=0.1,
        learning_rate=0.01,
        schedule="one-cycle",
        warmup=0.2,
        augmentation="shift",
        shards=2,
    )


def sprint() -> TrainConfig:
    """Return the shortest way to 99 %: one look at 38,000 pictures, which validation says are enough."""
    return TrainConfig(
        recipe="sprint",
        network="sprint",
        limit=38_000,
        epochs=1,
        batch_size=256,
        label_smoothing=0.1,
        learning_rate=0.02,
        beta1=0.8,
        beta2=0.95,
        schedule="one-cycle",
        warmup=0.2,
        precision="auto",
        shards=2,
    )


def sprint_995() -> TrainConfig:
    """Return `sprint` at a walk to 99.5 %: twice as wide, three looks at 40,000 pictures, moved a little."""
    return sprint().with_options(
        {"recipe": "sprint-995", "network": "sprint-wide", "limit": 40_000, "epochs": 3, "augmentation": "shift"}
    )


def mlp_128_64() -> TrainConfig:
    """Return 784-128-64-10, fully connected; negative log-likelihood of log-softmax, SGD with momentum."""
    return TrainConfig(
        recipe="mlp-128-64",
        network="mlp-128-64",
        epochs=15,
        batch_size=64,
        loss="nll",
        optimizer="sgd",
        learning_rate=0.01,
        momentum=0.9,
        schedule="cosine",
    )


def mlp_64x3() -> TrainConfig:
    """Return 784-64-64-64-10, fully connected; cross-entropy, Adam."""
    return TrainConfig(
        recipe="mlp-64x3",
        network="mlp-64x3",
        epochs=12,
        batch_size=100,
        learning_rate=0.003,
        schedule="cosine",
    )


def cnn_10_20() -> TrainConfig:
    """Return two 5x5 convolutions with dropout; Adam, cross-entropy, batches of 100, a report every 20 of them.

    A quarter is dropped, not the half that torch offers where a tutorial names none: a network this small is held back
    by that much (98.5 % on the test pictures, 98.9 % with a quarter).
    """
    return TrainConfig(
        recipe="cnn-10-20", network="cnn-10-20", epochs=10, batch_size=100, dropout=0.25, report_every=20
    )


def cnn_8_16() -> TrainConfig:
    """Return two 3x3 convolutions, cross-entropy, Adam, batches of 60, 10 epochs, the rate falling to 0."""
    return TrainConfig(
        recipe="cnn-8-16",
        network="cnn-8-16",
        batch_size=60,
        learning_rate=0.003,
        schedule="cosine",
    )


def reader() -> TrainConfig:
    """Return what reads pictures of everyday life: digits of many hands, and an answer for what is no digit."""
    return TrainConfig(
        recipe="reader",
        network="reader",
        data="handwriting",
        validation=10_000,
        epochs=16,
        batch_size=256,
        loss="open-set",
        label_smoothing=0.05,
        optimizer="sgd",
        learning_rate=0.4,
        nesterov=True,
        weight_decay=2e-4,
        schedule="warmup-cosine",
        warmup=0.06,
        augmentation="everyday",
        ema=0.998,
        precision="bfloat16",
        compile=True,
    )


def best() -> TrainConfig:
    """Return what aims at the highest accuracy on MNIST's test pictures, at the price of time."""
    return TrainConfig(
        recipe="best",
        network="best",
        epochs=20,
        batch_size=256,
        label_smoothing=0.1,
        optimizer="sgd",
        learning_rate=0.2,
        nesterov=True,
        weight_decay=2e-4,
        schedule="warmup-cosine",
        warmup=0.06,
        augmentation="strokes",
        ema=0.998,
        precision="bfloat16",
        compile=True,
    )


def numbers() -> TrainConfig:
    """Return what reads a number as a whole: rows of writing and their texts, digits that touch among them."""
    return TrainConfig(
        recipe="numbers",
        network="numbers",
        data="numbers",
        validation=4000,
        epochs=8,
        batch_size=64,
        loss="ctc",
        optimizer="adamw",
        learning_rate=0.003,
        weight_decay=0.01,
        schedule="warmup-cosine",
        warmup=0.05,
        augmentation="rows",
        ema=0.998,
        precision="bfloat16",
        compile=True,
    )


RECIPES: dict[str, Callable[[], TrainConfig]] = {
    "quick": quick,
    "sprint": sprint,
    "sprint-995": sprint_995,
    "mlp-128-64": mlp_128_64,
    "mlp-64x3": mlp_64x3,
    "cnn-10-20": cnn_10_20,
    "cnn-8-16": cnn_8_16,
    "reader": reader,
    "best": best,
    "numbers": numbers,
}

FACTS: dict[str, Facts] = {
    "quick": Facts(network="3 conv layers", parameters=41450, accuracy=99.4, seconds=10),
    "sprint": Facts(network="2 conv layers", parameters=72186, accuracy=99.1, seconds=1),
    "sprint-995": Facts(network="2 conv layers", parameters=284650, accuracy=99.5, seconds=5),
    "mlp-128-64": Facts(network="784-128-64-10", parameters=109386, accuracy=97.9, seconds=20),
    "mlp-64x3": Facts(network="784-3x64-10", parameters=59210, accuracy=97.8, seconds=10),
    "cnn-10-20": Facts(network="2 conv layers", parameters=21840, accuracy=98.9, seconds=60),
    "cnn-8-16": Facts(network="2 conv layers", parameters=9098, accuracy=98.9, seconds=60),
    "reader": Facts(network="7 conv layers", parameters=308715, accuracy=99.6, seconds=3300),
    "best": Facts(network="9 conv layers", parameters=658922, accuracy=99.7, seconds=1500),
    "numbers": Facts(network="8 conv layers", parameters=968800, accuracy=None, seconds=6000),
}


def get_recipe(name: str) -> TrainConfig:
    """Return a recipe's configuration.

    Raises:
        ConfigError: if there is no such recipe (nearest names offered).
    """
    if name not in RECIPES:
        raise ConfigError(f"there is no recipe {name!r}{nearest(name, RECIPES)}")
    return RECIPES[name]()
