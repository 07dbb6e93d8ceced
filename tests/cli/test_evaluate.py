"""`inkread evaluate` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from inkread.cli.evaluate import evaluate
from inkread.cli.printing import TableOrJson
from inkread.data import Dataset, load
from inkread.evaluation.report import FILES, OUTSIDERS_FILE
from inkread.modelfile import DataSource, shipped_model, write_model
from inkread.networks import build, preprocessing
from inkread.runtime import OnnxClassifier
from tests.conftest import CommandLine
from tests.modelfile.graphs import card, edge_weights, linear_graph, random_weights


@pytest.fixture
def digits(tmp_path: Path, mnist_test: Dataset) -> Path:
    """The first 300 test pictures as somebody's own file, one labelled wrong: a mistake that every model makes."""
    path, labels = tmp_path / "digits.npz", mnist_test.labels[:300].copy()
    labels[0] = 3
    np.savez(path, x_test=mnist_test.images[:300, 0], y_test=labels)
    return path


@pytest.fixture
def patterns(tmp_path: Path) -> Path:
    """Pictures of no digit, unsplit, in colour."""
    path = tmp_path / "patterns.npz"
    y, x = np.mgrid[0:40, 0:40]
    stripes = [255 * ((x * np.cos(a) + y * np.sin(a)) % 8 < 3) for a in np.linspace(0, 3, 30)]
    images = np.stack(stripes).astype(np.uint8)[..., None].repeat(3, axis=3)
    np.savez(path, images=images, labels=np.array(["stripes"] * 30))
    return path


def test_the_shipped_model_on_mnist(inkread: CommandLine, mnist_test: Dataset) -> None:
    result = inkread("evaluate", "--format", "json")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    found = json.loads(result.stdout)
    read = OnnxClassifier.open(shipped_model()).probabilities(mnist_test.images).argmax(axis=1)
    assert found["correct"] == int((read == mnist_test.labels).sum())
    assert found["count"] == 10_000
    assert found["accuracy_low"] < found["accuracy"] < found["accuracy_high"]
    assert np.trace(found["confusion"]) == found["correct"]


@pytest.mark.slow
def test_a_person_gets_tables_and_pictures(inkread: CommandLine, digits: Path, patterns: Path, tmp_path: Path) -> None:
    result = inkread("evaluate", "--data", digits, "--against", patterns, "--against", digits, "--out", "new/folder")
    assert result.returncode == 0, result.stderr
    for words in ("accuracy", "95 % interval", "calibration error", "accepted", "AUROC", "precision", "read as"):
        assert words in result.stdout
    folder = tmp_path / "new" / "folder"
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, OUTSIDERS_FILE])
    for name in (*FILES[1:], OUTSIDERS_FILE):
        with Image.open(folder / name) as image:
            assert image.format == "PNG"
            image.load()
    report = json.loads((folder / "report.json").read_text())
    assert report["count"] == 300
    assert report["accuracy"] > 0.95
    strange, familiar = report["outsiders"]
    assert (strange["count"], familiar["count"]) == (30, 300)
    assert strange["auroc"] > 0.8
    assert familiar["auroc"] == 0.5
    assert familiar["accepted_at_99"] >= 297


def test_the_pictures_of_the_training_are_known_again(
    tmp_path: Path, mnist_test: Dataset, digits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = load(digits, "test")
    trained = card(data=(DataSource(name="mine", sha256=mine.sha256, count=300, licence="", credit=""),))
    write_model(linear_graph(random_weights()), trained, tmp_path / "model.onnx")
    for model, known in ((tmp_path / "model.onnx", True), (None, False)):
        evaluate(model, data=str(digits), output=TableOrJson.json)
        assert json.loads(capsys.readouterr().out)["trained_on"] is known


def test_the_least_confidence_decides_what_is_accepted(inkread: CommandLine, digits: Path) -> None:
    shares = []
    for least in ("0", "0.999"):
        result = inkread("evaluate", "--data", digits, "--min-confidence", least, "--format", "json")
        shares.append(json.loads(result.stdout)["acceptance"]["share"])
    assert shares[0] == 1
    assert 0 < shares[1] < 1


def test_some_of_the_classes_in_pictures_of_another_size(
    inkread: CommandLine, tmp_path: Path, mnist_test: Dataset
) -> None:
    for digit in (3, 7):
        folder = tmp_path / "mine" / str(digit)
        folder.mkdir(parents=True)
        for place in np.flatnonzero(mnist_test.labels == digit)[:20]:
            dark_on_light = Image.fromarray(255 - mnist_test.images[place, 0]).resize((100, 100))
            dark_on_light.save(folder / f"{place}.png")
    result = inkread("evaluate", "--data", "mine", "--format", "json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["count"] == 40
    assert found["accuracy"] > 0.9
    assert [score["count"] for score in found["per_class"]] == [0, 0, 0, 20, 0, 0, 0, 20, 0, 0]
    assert len(found["classes"]) == 10


def test_a_model_of_two_colours_in_its_own_words(inkread: CommandLine, tmp_path: Path) -> None:
    red_or_blue = np.zeros((3 * 4 * 4, 2))
    red_or_blue[:16, 1], red_or_blue[32:, 0] = 1, 1
    labels = ("blue", "red")
    colours = card(labels=labels, input_shape=(3, 4, 4), normalization="resize")
    write_model(linear_graph(red_or_blue, (3, 4, 4)), colours, tmp_path / "colours.onnx")
    images = np.zeros((6, 9, 9, 3), np.uint8)
    images[:3, 2:7, :, 0], images[3:, 2:7, :, 2] = 255, 255
    np.savez(tmp_path / "flags.npz", images=images, labels=np.array(["red"] * 3 + ["blue"] * 2 + ["red"]))
    result = inkread("evaluate", "colours.onnx", "--data", "flags.npz", "--format", "json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["confusion"] == [[2, 0], [1, 3]]


def test_what_is_no_digit_is_to_be_refused(inkread: CommandLine, tmp_path: Path) -> None:
    write_model(linear_graph(edge_weights()), card(reject_class=True, normalization="resize"), tmp_path / "m.onnx")
    images = np.zeros((5, 28, 28), np.uint8)
    images[:3, 8:20, 8:20] = images[3:, :, :3] = 255
    np.savez(tmp_path / "mixed.npz", images=images, labels=np.array(["3", "3", "4", "no digit", "no digit"]))
    result = inkread("evaluate", "m.onnx", "--data", "mixed.npz", "--format", "json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert (found["correct"], found["count"]) == (2, 3)
    (others,) = found["outsiders"]
    assert others == {
        "data": "mixed.npz's no digit",
        "count": 2,
        "auroc": 1.0,
        "accepted": 0,
        "accepted_at_99": 0,
    }


@pytest.mark.slow
def test_a_tutorials_weights(inkread: CommandLine, digits: Path, tmp_path: Path, mnist_test: Dataset) -> None:
    torch.manual_seed(0)
    network = build("mlp-64x3").eval()
    torch.save(network.state_dict(), tmp_path / "mnist_model.pth")
    result = inkread("evaluate", "mnist_model.pth", "--data", digits, "--format", "json")
    assert result.returncode == 0, result.stderr
    assert "`inkread model convert mnist_model.pth mnist_model.onnx`" in result.stderr
    scale = preprocessing("mlp-64x3")
    pixels = torch.tensor(mnist_test.images[:300]) / 255
    with torch.no_grad():
        read = network((pixels - scale.mean) / scale.std).argmax(dim=1).numpy()
    assert json.loads(result.stdout)["correct"] == int((read == load(digits, "test").labels).sum())


def test_the_help_has_examples(inkread: CommandLine) -> None:
    result = inkread("evaluate", "--help")
    assert result.returncode == 0
    for words in ("Examples", "--against", "--min-confidence", "inkread evaluate runs/quick/model.onnx --out"):
        assert words in result.stdout
