"""The complete, frozen configuration of a run. Recipes return one; unknown keys are refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

from inkread.errors import ConfigError
from inkread.naming import nearest

Loss = Literal["cross-entropy", "nll", "mse", "open-set", "ctc"]
Optimizer = Literal["sgd", "adam", "adamw"]
Schedule = Literal["constant", "step", "exponential", "cosine", "one-cycle", "warmup-cosine"]
Augmentation = Literal["none", "shift", "affine", "strokes", "elastic", "everyday", "rows"]
Precision = Literal["auto", "float32", "bfloat16"]
MOST_THREADS = 1024
SHIPPED = "shipped"  # see `TrainConfig.start_from`
ACQUAINTANCE = 3  # epochs before `focus` begins; one is enough for trained weights


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """Everything that decides a run's result, besides the data's bytes and the libraries.

    Attributes:
        recipe: name of the recipe it came from.
        network: name of the architecture in `networks`.
        data: name of a data source, or path of own data.
        validation: number of training pictures set aside to choose the best epoch by, but at most a fifth of them; a
            run writes down how many these were.
        limit: use only so many training pictures (None: all that remain).
        epochs: passes over the training pictures, at least 1.
        batch_size: pictures a step.
        loss: cross-entropy on logits, negative log-likelihood on log-softmax, squared error of the probabilities
            against one-hot, open-set for data whose last class means none of the others, or ctc for data whose labels
            are texts (see `losses`).
        label_smoothing: share of the target spread over all classes (open-set: all but the last), 0 to below 1;
            cross-entropy and open-set alone.
        optimizer: SGD with momentum, Adam or AdamW.
        learning_rate: the peak of the schedule.
        momentum: of SGD.
        beta1: of Adam and AdamW, the decay of the mean of the gradients.
        beta2: of Adam and AdamW, the decay of the mean of their squares; short runs want a shorter memory.
        nesterov: SGD takes its gradient where the momentum leads (Sutskever et al. 2013).
        weight_decay: L2 penalty (SGD, Adam) or decoupled decay (AdamW); of weights, not of offsets and normalisations.
        schedule: constant; step (times `gamma` every `step_epochs`); exponential (times `gamma` every epoch); cosine
            to 0; one-cycle (linear up over the share `warmup` of all steps, then linear down to 0); warmup-cosine
            (the same way up, then cosine to 0).
        step_epochs: see `schedule`.
        gamma: see `schedule`.
        warmup: see `schedule`.
        dropout: replaces the network's own dropout probability (0 for those without); None keeps it.
        augmentation: none; shift (up to 2 px); affine (turn, scale, shear, shift); strokes (affine, and other pens for
            three of ten); elastic (affine and elastic); everyday (elastic, and what pens, paper, cameras and programs
            do to ink; see `everyday`); rows (slant, width, bends and pens of rows of writing; see `rows`).
        focus: share of the training pictures, those that the network doubts most, that is shown more often (with 0.35
            twice as often) from the fourth epoch on (after `start_from` the second), the others seldom; 0: all alike.
        ema: decay a step of the exponential moving average of the weights that is kept (less in the first
            steps, see `state.update_average`); 0 keeps the weights themselves.
        start_from: folder of a finished run with the same network, or a model file of one, or "shipped" for the model
            that comes with inkread (of the networks `reader` and `numbers`; a folder of that name is "./shipped"):
            this run begins with its weights. The last layer is new where there are more or fewer classes. None begins
            with random weights.
        seed: of the weights, the order, the dropout and the augmentation.
        device: "auto", "cpu", "cuda" or "mps"; a run writes down the one that it took.
        threads: of torch on the CPU, in all; the order of its sums, and so their last bits, depends on how many a shard
            has. None takes as many as torch does by itself; a run writes down how many these were.
        shards: parts of a batch that are learned from side by side on a CPU, by threads of their own (see `learner`):
            for networks whose operations are too small to be divided among threads. It is 1 with dropout, where the
            network is compiled, and on other devices.
        precision: of the network's inner values while it trains and is validated; bfloat16 is faster where the
            processor knows it, and slower elsewhere. "auto" takes bfloat16 on a CPU with instructions for it, float32
            on all else; a run writes down which it took. The weights, and the model file, are float32 in any case.
        compile: let torch translate the training step for the processor first, which takes a minute and needs a C++
            compiler, and makes each step faster.
        report_every: steps between two reports.
    """

    recipe: str
    network: str
    data: str = "mnist"
    validation: int = 5000
    limit: int | None = None
    epochs: int = 10
    batch_size: int = 100
    loss: Loss = "cross-entropy"
    label_smoothing: float = 0.0
    optimizer: Optimizer = "adam"
    learning_rate: float = 0.001
    momentum: float = 0.9
    beta1: float = 0.9
    beta2: float = 0.999
    nesterov: bool = False
    weight_decay: float = 0.0
    schedule: Schedule = "constant"
    step_epochs: int = 3
    gamma: float = 0.7
    warmup: float = 0.2
    dropout: float | None = None
    augmentation: Augmentation = "none"
    focus: float = 0.0
    ema: float = 0.0
    start_from: str | None = None
    seed: int = 0
    device: str = "auto"
    threads: int | None = None
    shards: int = 1
    precision: Precision = "float32"
    compile: bool = False
    report_every: int = 20

    def __post_init__(self) -> None:
        """Refuse values that cannot be trained with.

        Raises:
            ConfigError: naming the field, its value and what is possible.
        """
        _check_choices(self)
        _check_ranges(self)

    def with_options(self, options: Mapping[str, Any]) -> TrainConfig:
        """Return a copy with some fields replaced.

        Raises:
            ConfigError: on an unknown field (nearest names offered) or an impossible value.
        """
        known = [f.name for f in fields(self)]
        for key in options:
            if key not in known:
                raise ConfigError(f"unknown option {key!r}{nearest(key, known)}")
        return replace(self, **options)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> TrainConfig:
        """Make a config of plain values, as `to_dict` gives them.

        Raises:
            ConfigError: on an unknown or missing field or an impossible value.
        """
        for needed in ("recipe", "network"):
            if needed not in raw:
                raise ConfigError(f"the configuration lacks {needed!r}.")
        base = cls(recipe=str(raw["recipe"]), network=str(raw["network"]))
        return base.with_options(raw)


def _check_choices(config: TrainConfig) -> None:
    """Refuse a word that is none of a field's choices."""
    hints = get_type_hints(TrainConfig)
    for name in ("loss", "optimizer", "schedule", "augmentation", "precision"):
        choices, value = get_args(hints[name]), getattr(config, name)
        if value not in choices:
            raise ConfigError(f"unknown {name} {value!r}{nearest(str(value), choices)}")
    devices = ("auto", "cpu", "cuda", "mps")
    if config.device not in devices:
        raise ConfigError(f"unknown device {config.device!r}{nearest(config.device, devices)}")


def _check_ranges(config: TrainConfig) -> None:
    """Refuse a number outside its range."""
    dropout = 0.0 if config.dropout is None else config.dropout
    limit = 1 if config.limit is None else config.limit
    threads = 1 if config.threads is None else config.threads
    checks: list[tuple[str, float, bool, str]] = [
        ("validation", config.validation, config.validation >= 0, "0 or more"),
        ("limit", limit, limit >= 1, "1 or more"),
        ("epochs", config.epochs, config.epochs >= 1, "1 or more"),
        ("batch_size", config.batch_size, config.batch_size >= 1, "1 or more"),
        ("threads", threads, 1 <= threads <= MOST_THREADS, f"from 1 to {MOST_THREADS}"),
        ("shards", config.shards, 1 <= config.shards <= MOST_THREADS, f"from 1 to {MOST_THREADS}"),
        ("report_every", config.report_every, config.report_every >= 1, "1 or more"),
        ("step_epochs", config.step_epochs, config.step_epochs >= 1, "1 or more"),
        ("learning_rate", config.learning_rate, 0 < config.learning_rate < math.inf, "above 0"),
        ("label_smoothing", config.label_smoothing, 0 <= config.label_smoothing < 1, "from 0 to below 1"),
        ("momentum", config.momentum, 0 <= config.momentum < 1, "from 0 to below 1"),
        ("beta1", config.beta1, 0 <= config.beta1 < 1, "from 0 to below 1"),
        ("beta2", config.beta2, 0 <= config.beta2 < 1, "from 0 to below 1"),
        ("weight_decay", config.weight_decay, 0 <= config.weight_decay < math.inf, "0 or more"),
        ("gamma", config.gamma, 0 < config.gamma <= 1, "above 0 and up to 1"),
        ("warmup", config.warmup, 0 <= config.warmup < 1, "from 0 to below 1"),
        ("dropout", dropout, 0 <= dropout < 1, "from 0 to below 1"),
        ("focus", config.focus, 0 <= config.focus < 1, "from 0 to below 1"),
        ("ema", config.ema, 0 <= config.ema < 1, "from 0 to below 1"),
        ("seed", config.seed, 0 <= config.seed < 2**31, "from 0 to 2147483647"),
    ]
    for name, value, good, need in checks:
        if not good:
            raise ConfigError(f"{name} is {value}, it must be {need}.")
    if config.label_smoothing and config.loss not in ("cross-entropy", "open-set"):
        raise ConfigError(
            "label_smoothing works with the losses 'cross-entropy' and 'open-set' alone: take one, or set it to 0."
        )
    acquaintance = ACQUAINTANCE if config.start_from is None else 1
    if config.focus and config.epochs <= acquaintance:
        raise ConfigError(f"focus begins in epoch {acquaintance + 1}: take more epochs, or set it to 0.")
    if config.nesterov and not config.momentum:
        raise ConfigError("nesterov needs momentum: set momentum above 0, or nesterov to false.")
