"""Whole runs: from data to a folder with everything in it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from inkread.data import Dataset
from inkread.errors import ConfigError, DataError
from inkread.networks import build, preprocessing
from inkread.runtime import OnnxClassifier
from inkread.training.config import TrainConfig
from inkread.training.device import settle
from inkread.training.events import CheckpointSaved, EpochDone, Event, RunDone
from inkread.training.listeners.log import read_log
from inkread.training.recipes import get_recipe
from inkread.training.run import train


class Run(NamedTuple):
    config: TrainConfig
    folder: Path
    events: list[Event]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The recipe `quick` on 2,000 pictures."""
    config = get_recipe("quick").with_options({"limit": 2000, "validation": 1000, "batch_size": 50, "seed": 3})
    folder = tmp_path_factory.mktemp("runs") / "quick"
    events: list[Event] = []
    assert train(config, run_dir=folder, listeners=[events.append]) == folder / "model.onnx"
    return Run(config, folder, events)


def test_two_thousand_pictures_teach_it_to_read(run: Run) -> None:
    done = run.events[-1]
    assert isinstance(done, RunDone)
    assert done.test_count == 10_000
    assert done.test_correct is not None
    assert done.test_correct > 9_600
    assert done.validation_accuracy is not None
    assert abs(done.validation_accuracy - done.test_correct / 10_000) < 0.02


def test_the_model_file_reads_as_the_card_says(run: Run, mnist_test: Dataset) -> None:
    classifier = OnnxClassifier.open(run.folder / "model.onnx")
    metric = next(metric for metric in classifier.card.metrics if metric.split == "test")
    correct = (classifier.logits(mnist_test.images).argmax(axis=1) == mnist_test.labels).sum()
    assert abs(int(correct) - metric.value * 10_000) <= 1
    assert metric.low < metric.value < metric.high
    assert metric.high - metric.low < 0.01


def test_onnx_and_torch_give_the_same_logits(run: Run, mnist_test: Dataset) -> None:
    network = build("quick")
    network.load_state_dict(load_file(run.folder / "weights.safetensors"))
    network.eval()
    scaling = preprocessing("quick")
    with torch.no_grad():
        x_nchw = (torch.tensor(mnist_test.images[:500]) / 255 - scaling.mean) / scaling.std
        expected = network(x_nchw).numpy()
    found = OnnxClassifier.open(run.folder / "model.onnx").logits(mnist_test.images[:500])
    assert np.abs(found - expected).max() <= 1e-4


def test_the_card_is_filled(run: Run, mnist_train: Dataset) -> None:
    card = OnnxClassifier.open(run.folder / "model.onnx").card
    assert TrainConfig.from_dict(card.config) == settle(run.config)
    assert (card.recipe, card.network, card.seed, card.normalization) == ("quick", "quick", 3, "mnist")
    assert card.labels == tuple("0123456789")
    source = card.data[0]
    digest = hashlib.sha256(mnist_train.images.tobytes() + mnist_train.labels.astype("<i8").tobytes()).hexdigest()
    assert (source.name, source.sha256, source.count) == ("mnist", digest, 2000)
    assert card.credits == (mnist_train.credit,)
    assert {"inkread", "torch", "onnx"} <= set(card.versions)
    assert card.created.endswith("+00:00")
    assert 0.3 < card.temperature < 3


def test_the_model_file_says_nothing_of_the_machine(run: Run) -> None:
    content = (run.folder / "model.onnx").read_bytes()
    assert b"site-packages" not in content
    assert str(Path(__file__).parents[2]).encode() not in content


def test_the_folder_holds_the_whole_story(run: Run) -> None:
    names = {"config.json", "log.jsonl", "checkpoint.safetensors", "weights.safetensors", "curves.png", "model.onnx"}
    assert {path.name for path in run.folder.iterdir()} == names
    begun = json.loads((run.folder / "config.json").read_text())
    assert TrainConfig.from_dict(begun["config"]) == settle(run.config)
    assert begun["config"]["threads"] == torch.get_num_threads()
    assert begun["config"]["device"] != "auto"
    assert [part["split"] for part in begun["data"]] == ["train", "test"]
    assert len(read_log(run.folder / "log.jsonl")) == len(run.events)
    assert any(isinstance(event, CheckpointSaved) for event in run.events)
    assert Image.open(run.folder / "curves.png").width >= 1600


def test_a_finished_run_is_not_resumed_and_not_overwritten(run: Run) -> None:
    with pytest.raises(ConfigError, match="is finished"):
        train(run.config, run_dir=run.folder, resume=True)
    with pytest.raises(ConfigError, match="holds a run already"):
        train(run.config, run_dir=run.folder)


def test_own_coloured_pictures_of_another_size(coloured: Path, tmp_path: Path) -> None:
    config = get_recipe("cnn-8-16").with_options({"data": str(coloured), "epochs": 6, "batch_size": 20})
    events: list[Event] = []
    model = train(config, run_dir=tmp_path / "run", listeners=[events.append])
    done = events[-1]
    assert isinstance(done, RunDone)
    assert done.test_count is None
    assert done.validation_accuracy is not None
    assert done.validation_accuracy > 0.9
    classifier = OnnxClassifier.open(model)
    assert classifier.labels == ("blue", "green", "red")
    assert classifier.input_shape == (3, 20, 24)
    red = np.zeros((1, 3, 20, 24), np.uint8)
    red[:, 0, 4:14, 4:14] = 200
    assert classifier.labels[int(classifier.logits(red).argmax())] == "red"
    assert classifier.card.config["validation"] == 60
    assert [(metric.split, metric.count) for metric in classifier.card.metrics] == [("validation", 60)]


def stopped(config: TrainConfig, folder: Path) -> None:
    """Begin a run and end it by force after its first epoch."""

    def listener(event: Event) -> None:
        if isinstance(event, CheckpointSaved):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(config, run_dir=folder, listeners=[listener])


def test_a_run_goes_on_with_as_many_threads_as_it_was_begun_with(coloured: Path, tmp_path: Path) -> None:
    config = get_recipe("mlp-64x3").with_options({"data": str(coloured), "epochs": 2})
    other = torch.get_num_threads() + 1
    stopped(config.with_options({"threads": other}), tmp_path)
    (tmp_path / ".checkpoint.safetensors.abc.safetensors").write_text("cut off")
    seen: list[int] = []
    train(config, run_dir=tmp_path, listeners=[lambda _: seen.append(torch.get_num_threads())], resume=True)
    assert set(seen) == {other}
    assert torch.get_num_threads() == other - 1
    assert OnnxClassifier.open(tmp_path / "model.onnx").card.config["threads"] == other
    assert not list(tmp_path.glob(".*"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is there")
def test_a_run_does_not_go_on_without_its_device(coloured: Path, tmp_path: Path) -> None:
    config = get_recipe("mlp-64x3").with_options({"data": str(coloured), "epochs": 2})
    stopped(config, tmp_path)
    begun = json.loads((tmp_path / "config.json").read_text())
    begun["config"]["device"] = "cuda"
    (tmp_path / "config.json").write_text(json.dumps(begun))
    with pytest.raises(ConfigError, match="begun on cuda, and torch cannot use cuda here"):
        train(config, run_dir=tmp_path, resume=True)


def test_a_new_run_takes_nothing_from_a_checkpoint_that_lies_about(coloured: Path, tmp_path: Path) -> None:
    config = get_recipe("mlp-64x3").with_options({"data": str(coloured), "epochs": 2})
    stopped(config, tmp_path)
    (tmp_path / "config.json").unlink()
    events: list[Event] = []
    train(config, run_dir=tmp_path, listeners=[events.append])
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [1, 2]


@pytest.fixture(scope="module")
def strokes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Own data: level and upright strokes in pictures of 12x12 pixels, and noise, which is no digit."""
    random = np.random.default_rng(2)
    labels = np.arange(7500) % 3
    images = random.integers(0, 120, (7500, 12, 12), dtype=np.uint8)
    for image, label, at in zip(images, labels, random.integers(1, 10, 7500), strict=True):
        if label < 2:
            (image if label else image.T)[at : at + 2] += 110
    path = tmp_path_factory.mktemp("own") / "strokes.npz"
    np.savez(path, images=images, labels=np.array(["1", "2", "no digit"])[labels])
    return path


def open_set(data: Path) -> TrainConfig:
    options = {"data": str(data), "loss": "open-set", "label_smoothing": 0.05, "precision": "bfloat16", "epochs": 3}
    return get_recipe("mlp-64x3").with_options(options)


def test_a_model_of_data_with_no_digit_refuses_by_its_threshold(strokes: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    classifier = OnnxClassifier.open(train(open_set(strokes), run_dir=tmp_path / "run", listeners=[events.append]))
    assert (classifier.labels, classifier.card.reject_class) == (("1", "2"), True)
    assert events[-1].validation_accuracy > 0.95
    random = np.random.default_rng(3)
    noise = random.integers(0, 120, (500, 1, 12, 12), dtype=np.uint8)
    upright = noise.copy()
    upright[:, :, :, 5:7] += 110
    threshold = classifier.card.threshold
    assert 0.3 < threshold <= 0.99
    known, unknown = classifier.probabilities(upright), classifier.probabilities(noise)
    assert known.shape == (500, 2)
    assert (known.argmax(axis=1) == 0).mean() > 0.98
    assert (known.max(axis=1) >= threshold).mean() > 0.95
    assert (unknown.max(axis=1) >= threshold).mean() < 0.2


def test_what_is_kept_for_validation_teaches_nothing(tmp_path: Path) -> None:
    config = get_recipe("quick").with_options({"data": "optdigits32"})
    with pytest.raises(DataError, match="optdigits32 is kept for validation: train with other data"):
        train(config, run_dir=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_network_for_texts_is_refused_where_the_labels_are_classes(strokes: Path, tmp_path: Path) -> None:
    config = get_recipe("numbers").with_options({"data": str(strokes), "loss": "cross-entropy", "compile": False})
    with pytest.raises(ConfigError, match="are classes, for which the network must be another than 'numbers'"):
        train(config, run_dir=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_single_class_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "sevens.npz", images=np.zeros((20, 28, 28), np.uint8), labels=np.full(20, 7))
    config = get_recipe("quick").with_options({"data": str(tmp_path / "sevens.npz")})
    with pytest.raises(ConfigError, match=r"are of one class, '7': there is nothing to tell apart; add pictures"):
        train(config, run_dir=tmp_path / "run")


def test_open_set_is_refused_without_its_class(coloured: Path, strokes: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"needs data whose last class is 'no digit', that of .* is 'red'"):
        train(open_set(coloured), run_dir=tmp_path / "run")
    two = np.load(strokes)
    kept = two["labels"] != "2"
    np.savez(tmp_path / "two.npz", images=two["images"][kept], labels=two["labels"][kept])
    with pytest.raises(ConfigError, match="has but one class besides 'no digit', '1': two are needed"):
        train(open_set(tmp_path / "two.npz"), run_dir=tmp_path / "run")
    assert not (tmp_path / "run").exists()
