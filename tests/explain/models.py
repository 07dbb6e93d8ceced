"""Networks with random weights as model files, and their modules."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from inkread.explain import Network
from inkread.networks import build, preprocessing
from inkread.runtime import OnnxClassifier
from inkread.training.export import export_model
from tests.modelfile.graphs import card

FEW = ("mlp-128-64", "cnn-10-20", "cnn-8-16", "reader")
ALL = [*FEW, *(pytest.param(name, marks=pytest.mark.slow) for name in ("mlp-64x3", "quick", "best"))]


def made(name: str, folder: Path) -> tuple[Network, nn.Module]:
    """Write an architecture with random weights as a model file and open it; return also the module itself."""
    torch.manual_seed(1)
    module = build(name).eval()
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_(0, 0.1)
            layer.running_var.uniform_(0.5, 2)
    path = folder / f"{name}.onnx"
    export_model(module, card(network=name, name=name), path, preprocessing(name))
    return Network(OnnxClassifier.open(path)), module


def scaled(name: str, image: torch.Tensor) -> torch.Tensor:
    """Scale a picture (h, w) as the network takes it."""
    scaling = preprocessing(name)
    return ((image.float() / 255 - scaling.mean) / scaling.std)[None, None]
