from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from inkread.modelfile import Card, DataSource, Metric, parse_card, shipped_model, write_model
from inkread.networks import build
from inkread.runtime import OnnxClassifier
from tests.conftest import CommandLine, one_sentence
from tests.modelfile.graphs import card, linear_graph, random_weights


@pytest.fixture
def full_card() -> Card:
    return card(
        name="a [bold] model",
        recipe="quick",
        seed=7,
        config={"recipe": "quick", "epochs": 3, "learning_rate": 0.01, "limit": None},
        network_options={"dropout": 0.25},
        temperature=1.25,
        threshold=0.6,
        data=(DataSource(name="mnist", sha256="ab" * 32, count=60000, licence="CC-BY", credit="LeCun and others"),),
        metrics=(
            Metric(name="accuracy", data="mnist", split="test", value=0.9931, low=0.9913, high=0.9945, count=10000),
        ),
        credits=("Thanks to the writers.",),
        versions={"inkread": "0.1.0", "torch": "2.13.0"},
        git_revision="abc1234",
        created="2025-01-02T03:04:05+00:00",
        notes=("Weak on crossed sevens.",),
    )


def test_the_card_is_shown_with_everything_in_it(inkread: CommandLine, tmp_path: Path, full_card: Card) -> None:
    write_model(linear_graph(random_weights()), full_card, tmp_path / "model.onnx")
    result = inkread("model", "show", "model.onnx")
    assert result.returncode == 0
    for expected in (
        "a [bold] model",
        "0  1  2  3  4  5  6  7  8  9",
        "28 x 28 pixels, grey",
        "linear (dropout 0.25)",
        "60 %",
        "temperature 1.25",
        "99.31 %",
        "99.13 to 99.45 %",
        "10,000",
        "quick",
        "learning rate 0.01",
        "60,000 pictures, licence CC-BY",
        "ab" * 32,
        "LeCun and others",
        "Thanks to the writers.",
        "torch 2.13.0",
        "abc1234",
        "Weak on crossed sevens.",
    ):
        assert expected in result.stdout
    assert "None" not in result.stdout


def test_the_card_as_json_is_the_card(inkread: CommandLine, tmp_path: Path, full_card: Card) -> None:
    write_model(linear_graph(random_weights()), full_card, tmp_path / "model.onnx")
    result = inkread("model", "show", "model.onnx", "--format", "json")
    assert parse_card(result.stdout) == full_card


def test_without_a_file_the_default_model_is_shown(inkread: CommandLine) -> None:
    result = inkread("model", "show", "--format", "json")
    assert parse_card(result.stdout) == OnnxClassifier.open(shipped_model()).card


@pytest.mark.parametrize("name", ["digits.onnx", "numbers.onnx", "tutorial.onnx"])
def test_every_shipped_model_is_shown(inkread: CommandLine, name: str) -> None:
    result = inkread("model", "show", shipped_model(name))
    assert (result.returncode, result.stderr) == (0, "")
    assert "Accepts" in result.stdout


@pytest.mark.slow
def test_what_is_no_model_is_refused(inkread: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("no model")
    assert "damaged" in one_sentence(inkread("model", "show", "text.onnx"))
    assert "no model file" in one_sentence(inkread("model", "show", "missing.onnx"))
    assert "folder" in one_sentence(inkread("model", "show", "."))


@pytest.mark.slow
def test_a_tutorials_weights_become_a_model_file(inkread: CommandLine, tmp_path: Path) -> None:
    layers = [nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)]
    torch.save(nn.Sequential(*layers).state_dict(), tmp_path / "mnist_model.pth")
    result = inkread("model", "convert", "mnist_model.pth", "out.onnx", "--mean", "0.1307", "--std", "0.3081")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "out.onnx: mlp-128-64, 10 classes, from mnist_model.pth.\n"
    assert OnnxClassifier.open(tmp_path / "out.onnx").card.network == "mlp-128-64"


@pytest.mark.slow
def test_a_runs_weights_become_a_state_dict(inkread: CommandLine, tmp_path: Path) -> None:
    module = build("cnn-8-16")
    (tmp_path / "run").mkdir()
    save_file(module.state_dict(), tmp_path / "run" / "weights.safetensors")
    result = inkread("model", "convert", "run", "weights.pth")
    assert (result.returncode, result.stderr) == (0, "")
    state = torch.load(tmp_path / "weights.pth", weights_only=True)
    assert all(torch.equal(state[name], value) for name, value in module.state_dict().items())


@pytest.mark.slow
def test_a_conversion_names_the_classes(inkread: CommandLine, tmp_path: Path) -> None:
    torch.save(build("cnn-8-16", num_classes=3).state_dict(), tmp_path / "own.pth")
    assert inkread("model", "convert", "own.pth", "own.onnx", "--labels", "A, b,ß").returncode == 0
    assert OnnxClassifier.open(tmp_path / "own.onnx").card.labels == ("A", "b", "ß")
    for labels, said in (
        ("A,b", "tells 3 classes apart, but 2 labels are given"),
        ("A,A,b", "two labels are the same"),
    ):
        assert said in one_sentence(inkread("model", "convert", "own.pth", "other.onnx", "--labels", labels))
    assert not (tmp_path / "other.onnx").exists()


@pytest.mark.slow
def test_conversions_that_cannot_be_are_refused_and_leave_what_was_there(inkread: CommandLine, tmp_path: Path) -> None:
    torch.save(nn.Linear(784, 10), tmp_path / "code.pth")
    (tmp_path / "old.onnx").write_bytes(b"the old one")
    for arguments, word in [
        (["code.pth", "old.onnx"], "holds code"),
        (["code.pth", "other.pth"], "cannot convert"),
        (["old.onnx", "code.onnx"], "cannot convert"),
        (["run", "weights.pth", "--mean", "0.5"], "--mean"),
    ]:
        assert word in one_sentence(inkread("model", "convert", *arguments))
    assert (tmp_path / "old.onnx").read_bytes() == b"the old one"
    assert not (tmp_path / "weights.pth").exists()


def test_help_has_examples(inkread: CommandLine) -> None:
    assert "inkread model convert mnist_model.pth mnist_model.onnx" in inkread("model", "--help").stdout
    assert "inkread model show runs/quick/model.onnx" in inkread("model", "show", "--help").stdout
    assert "inkread model convert runs/quick weights.pth" in inkread("model", "convert", "--help").stdout
