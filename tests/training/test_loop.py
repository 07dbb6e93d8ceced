"""The loop without its surroundings: it learns, with every option, and a resumed run is the same to the last bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F  # noqa: N812

from inkread.data import Dataset
from inkread.errors import ConfigError, ModelFileError, OutputError
from inkread.networks import preprocessing
from inkread.training.batches import batch_sizes, check_batches
from inkread.training.checkpoint import load_checkpoint, save_checkpoint
from inkread.training.config import TrainConfig
from inkread.training.events import CheckpointSaved, EpochDone, Event, RunStarted, StepDone
from inkread.training.loop import Controls, TrainingInterrupted, fit, predict
from inkread.training.pictures import Pictures
from inkread.training.recipes import get_recipe
from inkread.training.state import State, new_state

CPU = torch.device("cpu")
LEARNERS = [
    {"loss": "nll"},
    {"loss": "mse"},
    {"loss": "open-set", "label_smoothing": 0.05},
    {"precision": "bfloat16"},
    {"label_smoothing": 0.1},
    {"optimizer": "sgd", "learning_rate": 0.1},
    {"optimizer": "adamw", "weight_decay": 0.01},
    {"schedule": "step", "step_epochs": 1},
    {"schedule": "exponential"},
    {"schedule": "cosine"},
    {"schedule": "one-cycle"},
    {"schedule": "warmup-cosine"},
    {"optimizer": "sgd", "nesterov": True, "learning_rate": 0.1, "weight_decay": 0.001},
    {"dropout": 0.2},
    {"ema": 0.9},
    {"batch_size": 7, "learning_rate": 0.001},
]


@pytest.fixture(scope="module")
def pictures(mnist_train: Dataset) -> tuple[Pictures, Pictures]:
    """1,000 pictures to train with, 500 to validate by."""
    images, labels = torch.tensor(mnist_train.images[:1500]), torch.tensor(mnist_train.labels[:1500])
    return Pictures(images[:1000], labels[:1000]), Pictures(images[1000:], labels[1000:])


@pytest.fixture(scope="module")
def few(pictures: tuple[Pictures, Pictures]) -> tuple[Pictures, Pictures]:
    """300 pictures to train with, 100 to validate by: enough where learning well is not the question."""
    train, validation = pictures
    return (
        Pictures(train.images_nchw[:300], train.labels_n[:300]),
        Pictures(validation.images_nchw[:100], validation.labels_n[:100]),
    )


def small(recipe: str = "mlp-64x3", **options: object) -> TrainConfig:
    base = {"epochs": 3, "batch_size": 50, "learning_rate": 0.005, "report_every": 6}
    return get_recipe(recipe).with_options(base | options)


def fresh(config: TrainConfig, side: int = 28) -> State:
    return new_state(config, num_classes=10, image_shape=(1, side, side), device=CPU)


def run(
    config: TrainConfig,
    data: tuple[Pictures, Pictures],
    path: Path,
    *,
    state: State | None = None,
    stop_after: int = -1,
) -> tuple[State, list[Event]]:
    """Train; with `stop_after`, stop after so many steps, as Ctrl-C does."""
    state = state or fresh(config)
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked == stop_after

    def save(state: State) -> CheckpointSaved:
        save_checkpoint(state, path)
        return CheckpointSaved(path=str(path), epoch=state.epoch, step=state.step)

    events: list[Event] = []
    try:
        events.extend(fit(state, config, *data, Controls(save=save, save_every=1e9, stop=stop)))
    except TrainingInterrupted:
        assert stop_after > 0
    return state, events


def accuracy(state: State, data: Pictures) -> float:
    return state.best_correct / len(data)


@pytest.mark.parametrize("options", LEARNERS, ids=str)
def test_every_option_of_learning_learns(
    options: dict[str, object], pictures: tuple[Pictures, Pictures], tmp_path: Path
) -> None:
    state, _ = run(small(**({"epochs": 6} | options)), pictures, tmp_path / "c")
    assert accuracy(state, pictures[1]) > 0.75


@pytest.mark.parametrize("augmentation", ["shift", "affine", "strokes", "elastic", "everyday", "rows"])
def test_every_augmentation_learns(augmentation: str, pictures: tuple[Pictures, Pictures], tmp_path: Path) -> None:
    state, _ = run(small("cnn-8-16", augmentation=augmentation, epochs=4, learning_rate=0.01), pictures, tmp_path / "c")
    assert accuracy(state, pictures[1]) > 0.7


@pytest.mark.parametrize(
    "recipe", ["quick", "mlp-128-64", "cnn-10-20", "cnn-8-16", pytest.param("reader", marks=pytest.mark.slow)]
)
def test_every_network_learns(recipe: str, pictures: tuple[Pictures, Pictures], tmp_path: Path) -> None:
    options = {"optimizer": "adam", "dropout": 0.1, "epochs": 3, "batch_size": 25}
    state, _ = run(small(recipe, **options), pictures, tmp_path / "c")
    assert accuracy(state, pictures[1]) > 0.75


def test_the_events_tell_the_story(pictures: tuple[Pictures, Pictures], tmp_path: Path) -> None:
    config = small(epochs=2)
    state, events = run(config, pictures, tmp_path / "c")
    assert isinstance(events[0], RunStarted)
    assert (events[0].steps_per_epoch, events[0].train_count, events[0].validation_count) == (20, 1000, 500)
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [(event.epoch, event.step, event.samples) for event in steps[:4]] == [
        (1, 6, 300),
        (1, 12, 600),
        (1, 18, 900),
        (1, 20, 1000),
    ]
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert [event.train_count for event in epochs] == [1000, 1000]
    weighted = sum(event.loss * n for event, n in zip(steps[:4], (300, 300, 300, 100), strict=True)) / 1000
    assert epochs[0].train_loss == pytest.approx(weighted, rel=1e-5)
    assert epochs[state.best_epoch - 1].best
    assert state.best_correct == max(event.validation_correct for event in epochs)


def test_without_validation_the_last_epoch_is_kept(pictures: tuple[Pictures, Pictures], tmp_path: Path) -> None:
    nothing = Pictures(torch.zeros(0, 1, 28, 28, dtype=torch.uint8), torch.zeros(0, dtype=torch.int64))
    state, events = run(small(), (pictures[0], nothing), tmp_path / "c")
    assert state.best_epoch == 3
    assert all(torch.equal(state.best[name], value) for name, value in state.network.state_dict().items())
    assert all(event.validation_loss is None for event in events if isinstance(event, EpochDone))


def test_the_best_epoch_is_kept_not_the_last(pictures: tuple[Pictures, Pictures], tmp_path: Path) -> None:
    # A rate that grows from good to absurd cannot be had; a far too large one makes accuracy jump up and down.
    config = small(optimizer="sgd", learning_rate=0.7, epochs=8)
    state, events = run(config, pictures, tmp_path / "c")
    found = [event.validation_correct for event in events if isinstance(event, EpochDone)]
    assert state.best_correct == max(found)
    assert found[state.best_epoch - 1] == max(found)


def test_a_loss_that_is_no_number_ends_the_run_in_a_sentence(
    pictures: tuple[Pictures, Pictures], tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="smaller learning rate than 1e"):
        run(small(optimizer="sgd", learning_rate=1e6, epochs=5), pictures, tmp_path / "c")


def test_weights_that_are_no_numbers_are_never_kept(few: tuple[Pictures, Pictures], tmp_path: Path) -> None:
    data = first(50, few[0]), few[1]  # one step an epoch: its loss is still that of the first weights
    state = fresh(config := small(optimizer="sgd", learning_rate=1e38, epochs=1))
    with pytest.raises(ConfigError, match="smaller learning rate than 1e"):
        run(config, data, tmp_path / "c", state=state)
    assert not state.best


@pytest.mark.parametrize(
    "options",
    [
        {"dropout": 0.3, "augmentation": "elastic", "ema": 0.95, "schedule": "one-cycle"},
        {"recipe": "mlp-64x3", "optimizer": "sgd", "dropout": 0.3, "weight_decay": 0.001},
        {"recipe": "cnn-10-20", "optimizer": "adamw", "augmentation": "affine"},
        {"recipe": "quick", "precision": "bfloat16", "optimizer": "sgd", "nesterov": True, "weight_decay": 0.001},
        {"recipe": "quick", "augmentation": "everyday", "loss": "open-set", "schedule": "warmup-cosine"},
    ],
    ids=str,
)
@pytest.mark.parametrize("stop_after", [3, 12, 17])
def test_a_resumed_run_is_the_same_to_the_last_bit(
    options: dict[str, object], stop_after: int, few: tuple[Pictures, Pictures], tmp_path: Path
) -> None:
    config = small(**({"recipe": "quick", "epochs": 2, "batch_size": 25} | options))
    assert_resumed_is_the_same(config, few, stop_after, tmp_path)


@pytest.mark.parametrize("stop_after", [1, 13, 19])
def test_a_resumed_run_focuses_on_the_same_pictures(
    stop_after: int, few: tuple[Pictures, Pictures], tmp_path: Path
) -> None:
    data = first(100, few[0]), first(20, few[1])
    config = small("sprint", focus=0.3, ema=0.9, epochs=6, batch_size=25, augmentation="strokes", precision="float32")
    assert_resumed_is_the_same(config, data, stop_after, tmp_path)


def first(count: int, data: Pictures, side: int = 28) -> Pictures:
    return Pictures(data.images_nchw[:count, :, 28 - side :, 28 - side :].contiguous(), data.labels_n[:count])


def test_a_run_stopped_after_the_last_step_of_an_epoch_goes_on(few: tuple[Pictures, Pictures], tmp_path: Path) -> None:
    data = first(64, few[0]), few[1]
    after = assert_resumed_is_the_same(small(batch_size=128), data, 1, tmp_path)
    reports = [event for event in after if isinstance(event, StepDone)]
    assert [(event.epoch, event.samples) for event in reports] == [(2, 64), (3, 64)]
    assert all(event.images_per_second > 0 and event.seconds_left >= 0 for event in reports)


@pytest.mark.parametrize("stop_after", [1, 2, 3])
def test_a_picture_left_over_joins_the_batch_before_it(
    stop_after: int, few: tuple[Pictures, Pictures], tmp_path: Path
) -> None:
    data = first(129, few[0], side=12), first(20, few[1], side=12)
    config = small("quick", batch_size=64, epochs=2, report_every=1)
    events = assert_resumed_is_the_same(config, data, stop_after, tmp_path, side=12)
    reports = [event for event in events if isinstance(event, StepDone) and event.epoch == 2]
    assert [(event.step, event.samples) for event in reports][-1] == (2, 129)
    assert reports[-1].seconds_left == 0


@given(st.integers(1, 500), st.integers(1, 130))
def test_batches_hold_every_picture_and_none_is_left_alone(count: int, batch_size: int) -> None:
    sizes = batch_sizes(count, batch_size)
    assert sum(sizes) == count
    assert max(sizes) <= batch_size + 1
    assert min(sizes) > 1 or count == 1 or batch_size == 1


def test_batches_of_one_are_refused_where_the_network_cannot_learn_from_them() -> None:
    for options, count in (({"batch_size": 1}, 50), ({}, 1)):
        config = small("quick", **options)
        with pytest.raises(ConfigError, match="of 2 at least"):
            check_batches(fresh(config).network, config, count)
    config = small("cnn-8-16", batch_size=1)
    check_batches(fresh(config).network, config, 1)


def test_label_smoothing_is_learned_with_but_not_reported(few: tuple[Pictures, Pictures], tmp_path: Path) -> None:
    options = {"report_every": 1, "epochs": 1}
    _, plain = run(small(**options), few, tmp_path / "c")
    state, smoothed = run(small(**options, label_smoothing=0.3), few, tmp_path / "c")
    losses = [[event.loss for event in events if isinstance(event, StepDone)] for events in (plain, smoothed)]
    assert losses[0][0] == losses[1][0]
    assert losses[0][1] != losses[1][1]
    done = next(event for event in smoothed if isinstance(event, EpochDone))
    logits_nk = predict(state.network, state.best, few[1], preprocessing("mlp-64x3"))
    assert done.validation_loss == pytest.approx(F.cross_entropy(logits_nk, few[1].labels_n).item())


def assert_resumed_is_the_same(
    config: TrainConfig, data: tuple[Pictures, Pictures], stop_after: int, tmp_path: Path, side: int = 28
) -> list[Event]:
    """Compare a run with one that is stopped and resumed; return the events of the latter's second part."""
    whole, events = run(config, data, tmp_path / "whole", state=fresh(config, side))
    _, before = run(config, data, tmp_path / "part", state=fresh(config, side), stop_after=stop_after)
    torch.manual_seed(stop_after)  # Another process has other global random numbers.
    state = fresh(config, side)
    load_checkpoint(state, tmp_path / "part")
    resumed, after = run(config, data, tmp_path / "part", state=state)
    for name, value in whole.best.items():
        assert torch.equal(value, resumed.best[name]), name
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name
    assert _figures(before + after) == _figures(events)
    return after


def _figures(events: list[Event]) -> list[tuple[object, ...]]:
    """What the events say of learning, without the time it took."""
    steps = [(e.epoch, e.step, e.loss, e.accuracy, e.learning_rate) for e in events if isinstance(e, StepDone)]
    epochs = [
        (e.epoch, e.train_loss, e.train_correct, e.validation_loss, e.validation_correct, e.best)
        for e in events
        if isinstance(e, EpochDone)
    ]
    return [*steps, *epochs]


def test_one_seed_is_one_result_and_another_seed_another(few: tuple[Pictures, Pictures], tmp_path: Path) -> None:
    options = {"recipe": "quick", "epochs": 1, "dropout": 0.2, "augmentation": "affine"}
    first, again, other = (run(small(**options, seed=seed), few, tmp_path / "c")[0].best for seed in (0, 0, 1))
    assert all(torch.equal(value, again[name]) for name, value in first.items())
    assert not torch.equal(first["0.conv.weight"], other["0.conv.weight"])


def test_a_damaged_checkpoint_is_refused(pictures: tuple[Pictures, Pictures], tmp_path: Path) -> None:
    config, path = small(epochs=1), tmp_path / "checkpoint.safetensors"
    run(config, pictures, path)
    content = path.read_bytes()
    for damaged in (
        b"",
        content[:100],
        content[: len(content) // 2],
        b"\xff" * 200,
        content[:8] + b"{}" + content[10:],
    ):
        path.write_bytes(damaged)
        with pytest.raises(ModelFileError, match="damaged"):
            load_checkpoint(fresh(config), path)
    path.write_bytes(content)
    with pytest.raises(ModelFileError):
        load_checkpoint(fresh(small("cnn-8-16")), path)


def test_a_checkpoint_that_cannot_be_written_leaves_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file"):
        save_checkpoint(fresh(small()), tmp_path / "file" / "checkpoint.safetensors")
