from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from inkread.modelfile import Card
from inkread.networks import build, preprocessing
from inkread.runtime import OnnxClassifier
from inkread.training.export import PixelsToLogits, export_model


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
