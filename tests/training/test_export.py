from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from inkread.errors import MissingExtraError
from inkread.modelfile import Card
from inkread.networks import build, preprocessing
from inkread.runtime import OnnxClassifier
from inkread.training.calibration import Gate, gated
from inkread.training.export import PixelsToLogits, export_model
from tests.modelfile.graphs import card


@pytest.mark.parametrize(("name", "shape"), [("reader", (1, 28, 28)), ("best", (3, 21, 16))])
def test_a_residual_network_says_the_same_from_its_model_file(
    name: str, shape: tuple[int, int, int], tmp_path: Path
) -> None:
    torch.manual_seed(0)
    network = build(name, num_classes=11, in_channels=shape[0], image_size=shape[1:])
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.running_mean.normal_(std=0.2)
            layer.running_var.uniform_(0.5, 2)
    images = np.random.default_rng(0).integers(0, 256, (5, *shape), dtype=np.uint8)
    with torch.no_grad():
        expected = PixelsToLogits(network.eval(), preprocessing(name))(torch.tensor(images)).numpy()
    card = Card(
        name=name,
        task="digit",
        labels=tuple("0123456789"),
        reject_class=True,
        input_shape=shape,
        normalization="mnist",
        network=name,
    )
    export_model(network, card, tmp_path / "model.onnx", preprocessing(name))
    found = OnnxClassifier.open(tmp_path / "model.onnx").logits(images)
    assert np.abs(found - expected).max() <= 1e-4
    assert b"BatchNormalization" not in (tmp_path / "model.onnx").read_bytes()
    assert any(isinstance(layer, torch.nn.BatchNorm2d) for layer in network.modules())


def test_the_gate_is_part_of_the_model_file(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = build("mlp-128-64", num_classes=11)
    with torch.no_grad():
        next(reversed(list(network.parameters()))).add_(torch.linspace(-3, 3, 11))  # spread the logits out
    card = Card(
        name="gated",
        task="digit",
        labels=tuple("0123456789"),
        reject_class=True,
        input_shape=(1, 28, 28),
        normalization="mnist",
        network="mlp-128-64",
    )
    gate, scaling = Gate(temperature=0.6, scale=1.4, offset=0.5), preprocessing("mlp-128-64")
    images = np.random.default_rng(0).integers(0, 256, (40, 1, 28, 28), dtype=np.uint8)
    export_model(network, card, tmp_path / "plain.onnx", scaling)
    export_model(network, card, tmp_path / "gated.onnx", scaling, gate=gate)
    plain = OnnxClassifier.open(tmp_path / "plain.onnx").logits(images)
    found = OnnxClassifier.open(tmp_path / "gated.onnx").probabilities(images)
    np.testing.assert_allclose(found, gated(plain, gate)[:, :10], atol=1e-5)


def test_without_onnx_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'inkread\[train\]'"):
        export_model(build("mlp-64x3"), card(), tmp_path / "model.onnx", preprocessing("mlp-64x3"))
    assert not (tmp_path / "model.onnx").exists()
