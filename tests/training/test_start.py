"""A run that begins with the weights of another."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import load_file, save_file

from inkread import load
from inkread.data import Dataset
from inkread.errors import ConfigError
from inkread.modelfile import shipped_model
from inkread.networks import build, refill, unfold
from inkread.runtime import OnnxClassifier
from inkread.runtime.quantization import quantize
from inkread.training.config import TrainConfig
from inkread.training.modelweights import model_card, model_weights
from inkread.training.recipes import get_recipe
from inkread.training.run import train
from tests.conftest import CommandLine, one_sentence

STILL = 1e-12  # a learning rate that moves nothing


def bars(path: Path, classes: int) -> Path:
    """Bars in as many places as there are classes, learned at once."""
    labels = np.arange(60) % classes
    images = np.zeros((60, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4:24, 4 + 7 * label : 8 + 7 * label] = 255
    np.savez(path, images=images, labels=labels)
    return path


def configure(data: Path, **options: object) -> TrainConfig:
    plain = TrainConfig(recipe="mlp-64x3", network="mlp-64x3", data=str(data), validation=10, epochs=1, batch_size=10)
    return plain.with_options(options)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run."""
    folder = tmp_path_factory.mktemp("first")
    return train(configure(bars(folder / "two.npz", 2), epochs=3), run_dir=folder / "run").parent


def test_it_begins_where_the_other_ended(first: Path, tmp_path: Path) -> None:
    config = configure(first.parent / "two.npz", learning_rate=STILL, start_from=str(first), seed=9)
    train(config, run_dir=tmp_path / "run")
    before, after = (load_file(folder / "weights.safetensors") for folder in (first, tmp_path / "run"))
    assert all(torch.allclose(before[name], value) for name, value in after.items())


def test_other_classes_get_a_new_last_layer_and_keep_the_rest(first: Path, tmp_path: Path) -> None:
    config = configure(bars(tmp_path / "three.npz", 3), learning_rate=STILL, start_from=str(first))
    train(config, run_dir=tmp_path / "run")
    before, after = (load_file(folder / "weights.safetensors") for folder in (first, tmp_path / "run"))
    changed = {name for name, value in after.items() if before[name].shape != value.shape}
    assert len(changed) == 2
    assert all(len(after[name]) == 3 for name in changed)
    assert all(torch.allclose(before[name], after[name]) for name in after.keys() - changed)


def test_an_interrupted_run_goes_on_without_what_it_began_with(first: Path, tmp_path: Path) -> None:
    shutil.copytree(first, tmp_path / "start")
    config = configure(first.parent / "two.npz", start_from=str(tmp_path / "start"))
    train(config, run_dir=tmp_path / "run")
    whole = (tmp_path / "run" / "weights.safetensors").read_bytes()
    (tmp_path / "run" / "model.onnx").unlink()  # as if it had been killed before the last file
    shutil.rmtree(tmp_path / "start")
    train(config, run_dir=tmp_path / "run", resume=True)
    assert (tmp_path / "run" / "weights.safetensors").read_bytes() == whole


def test_the_card_tells_the_runs_that_led_to_the_first_weights(first: Path, tmp_path: Path) -> None:
    data = first.parent / "two.npz"
    second = train(configure(data, start_from=str(first), seed=4), run_dir=tmp_path / "second").parent
    third = train(configure(data, start_from=str(second / "model.onnx")), run_dir=tmp_path / "third")
    notes = load(third).card.notes
    assert [note.partition(" (")[0] for note in notes] == [
        "Began with the weights of 3 epochs of mlp-64x3",
        "Began with the weights of 1 epoch of mlp-64x3",
    ]
    for folder, note in zip((first, second), notes, strict=True):
        assert note.endswith(f"SHA-256 {hashlib.sha256((folder / 'weights.safetensors').read_bytes()).hexdigest()}.")
    assert "seed 4" in notes[1]


def test_weights_without_their_run_are_named_by_their_hash(first: Path, tmp_path: Path) -> None:
    shutil.copy(first / "weights.safetensors", tmp_path / "copied.safetensors")
    config = configure(first.parent / "two.npz", start_from=str(tmp_path / "copied.safetensors"))
    (note,) = load(train(config, run_dir=tmp_path / "run")).card.notes
    assert note.startswith("Began with weights of unknown origin, SHA-256 ")


def test_a_run_stopped_before_its_first_checkpoint_wants_the_same_first_weights(first: Path, tmp_path: Path) -> None:
    shutil.copytree(first, tmp_path / "start")
    config = configure(first.parent / "two.npz", start_from=str(tmp_path / "start"))
    run = train(config, run_dir=tmp_path / "run").parent
    for name in ("model.onnx", "checkpoint.safetensors"):
        (run / name).unlink()
    weights = load_file(first / "weights.safetensors")
    save_file({name: value + 1 for name, value in weights.items()}, tmp_path / "start" / "weights.safetensors")
    with pytest.raises(ConfigError, match="have changed since it was begun"):
        train(config, run_dir=run, resume=True)


def test_weights_of_another_network_are_refused(first: Path, tmp_path: Path) -> None:
    config = configure(first.parent / "two.npz", start_from=str(first), network="cnn-8-16")
    with pytest.raises(ConfigError, match="of another network"):
        train(config, run_dir=tmp_path / "run")
    assert not (tmp_path / "run" / "config.json").exists()


def learned(run: Path) -> float:
    """Return the share of the training pictures that a run read right in its last epoch."""
    events = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    last: dict[str, int] = [event for event in events if event["event"] == "epoch-done"][-1]
    return last["train_correct"] / last["train_count"]


@pytest.mark.parametrize("quantized", [False, True], ids=["float32", "8 bits"])
def test_a_model_file_without_its_run_is_weights_enough(quantized: bool, mnist_train: Dataset, tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", images=mnist_train.images[:600, 0], labels=mnist_train.labels[:600])
    own = {"data": str(tmp_path / "own.npz"), "validation": 100, "limit": 500}
    quick = get_recipe("quick").with_options(own | {"epochs": 15, "batch_size": 50, "shards": 1})
    model = tmp_path / "alone.onnx"
    shutil.copy(train(quick, run_dir=tmp_path / "first"), model)
    if quantized:
        quantize(model, tmp_path / "small.onnx", mnist_train.images[:100])
        model = tmp_path / "small.onnx"
    still = quick.with_options({"start_from": str(model), "learning_rate": STILL, "epochs": 1})
    second = train(still, run_dir=tmp_path / "second")
    pictures = mnist_train.images[600:1000]
    before, after = (
        OnnxClassifier.open(path).probabilities(pictures) for path in (tmp_path / "first/model.onnx", second)
    )
    assert (before.argmax(axis=1) == after.argmax(axis=1)).mean() > (0.98 if quantized else 0.99)
    assert learned(tmp_path / "second") > learned(tmp_path / "first") - 0.03  # it knows the same in training mode
    (note,) = load(second).card.notes
    assert note.startswith("Began with the weights of a model file of quick (epochs 15, learning rate ")


@pytest.mark.slow
def test_the_shipped_reader_learns_on_from_what_it_knows(mnist_train: Dataset, tmp_path: Path) -> None:
    images = mnist_train.images[:400, 0]
    np.savez(tmp_path / "own.npz", images=images, labels=mnist_train.labels[:400])
    config = get_recipe("reader").with_options(
        {"data": str(tmp_path / "own.npz"), "validation": 100, "loss": "cross-entropy", "augmentation": "none",
         "epochs": 2, "batch_size": 50, "learning_rate": 0.002, "ema": 0.0, "compile": False, "start_from": "shipped"}
    )  # fmt: skip
    model = train(config, run_dir=tmp_path / "run")
    pictures = mnist_train.images[1000:2000]
    right = OnnxClassifier.open(model).probabilities(pictures).argmax(axis=1) == mnist_train.labels[1000:2000]
    assert right.mean() > 0.97  # its last layer is new, as it knew a class more
    assert "UNIPEN" in load(model).card.notes[-1]


@pytest.mark.parametrize("name", ["digits.onnx", "numbers.onnx"])
def test_a_shipped_model_unfolded_says_what_it_said(name: str) -> None:
    path = shipped_model(name)
    card = model_card(path)
    outputs = len(card.labels) + 1
    network = build(card.network, num_classes=outputs, image_size=card.input_shape[1:])
    weights = model_weights(path)
    network.load_state_dict(unfold(network, weights))
    x_nchw = torch.rand(40, *card.input_shape, generator=torch.Generator().manual_seed(2))
    before = network.eval()(x_nchw)
    refill(network, [x_nchw[:20], x_nchw[20:]])
    torch.testing.assert_close(network.eval()(x_nchw), before, rtol=1e-3, atol=1e-3)
    norms = [layer for layer in network.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    assert all((layer.running_mean != 0).any() for layer in norms)


def save_cut_short(path: Path) -> None:
    """Take bytes from a tensor of a model file."""
    model = onnx.load(shipped_model("tutorial.onnx"))
    for tensor in model.graph.initializer:
        tensor.raw_data = tensor.raw_data[:-2]
    entry = next(entry for entry in model.metadata_props if entry.key == "inkread.card")
    entry.value = entry.value.replace("mlp-128-64", "mlp-64x3")
    onnx.save(model, path)


def test_what_cannot_be_started_from_is_one_sentence(inkread: CommandLine, tmp_path: Path) -> None:
    bars(tmp_path / "two.npz", 2)
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "weights.safetensors").write_bytes(b"no tensors")
    (tmp_path / "damaged.onnx").write_bytes(b"no graph")
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([], "empty", [], [])), tmp_path / "foreign.onnx")
    save_cut_short(tmp_path / "cut-short.onnx")
    shutil.copy(tmp_path / "damaged" / "weights.safetensors", tmp_path)  # beside other models it stands for none
    for name, said in (
        ("nowhere", "there are no weights"),
        ("nowhere.onnx", "there is no model"),
        ("damaged", "is damaged"),
        ("damaged.onnx", "is damaged"),
        ("foreign.onnx", "it has no card"),
        ("cut-short.onnx", "is damaged"),
        ("shipped", "holds the network 'reader'"),
    ):
        result = inkread("train", "mlp-64x3", "--data", "two.npz", "--start-from", name, "--out", "run")
        assert said in one_sentence(result)
        assert not (tmp_path / "run").exists()
