"""Small ONNX graphs, right and wrong, made on the spot."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from inkread.modelfile import Card

IMAGE = TensorProto.UINT8
LOGITS = TensorProto.FLOAT


def card(**changes: Any) -> Card:
    """A valid card of a model of ten digits."""
    values: dict[str, Any] = {
        "name": "test",
        "task": "digit",
        "labels": tuple("0123456789"),
        "input_shape": (1, 28, 28),
        "normalization": "mnist",
        "network": "linear",
    }
    return Card(**{**values, **changes})


def linear_graph(
    weights: np.ndarray,
    shape: tuple[int, int, int] = (1, 28, 28),
    *,
    batch: str | int = "n",
    names: tuple[str, str] = ("image", "logits"),
    kinds: tuple[int, int] = (IMAGE, LOGITS),
) -> bytes:
    """logits = pixels / 255 @ weights, for weights of shape (channels * height * width, classes)."""
    image, logits = names
    nodes = [
        helper.make_node("Cast", [image], ["cast"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["cast"], ["flat"]),
        helper.make_node("Div", ["flat", "white"], ["scaled"]),
        helper.make_node("MatMul", ["scaled", "weights"], ["product"]),
        helper.make_node("Cast", ["product"], [logits], to=kinds[1]),
    ]
    constants = [
        numpy_helper.from_array(np.float32(255), "white"),
        numpy_helper.from_array(weights.astype(np.float32), "weights"),
    ]
    inputs = [helper.make_tensor_value_info(image, kinds[0], [batch, *shape])]
    outputs = [helper.make_tensor_value_info(logits, kinds[1], [batch, weights.shape[1]])]
    graph = helper.make_graph(nodes, "linear", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def edge_weights() -> np.ndarray:
    """Weights of ten labels and a reject class: ink on the picture's left edge says "none of these", else it is a 3."""
    weights = np.zeros((28, 28, 11))
    weights[8:20, 8:20, 3] = 1
    weights[:, :3, 10] = 4
    return weights.reshape(784, 11)


def random_weights(seed: int = 0, inputs: int = 784, classes: int = 10) -> np.ndarray:
    """Weights that give logits of a few units."""
    return np.random.default_rng(seed).normal(0, 0.3, (inputs, classes))
