"""The weights inside a model file, for a network that learns on from them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from inkread.errors import ModelFileError
from inkread.modelfile import CARD_KEY, Card, parse_card
from inkread.modelfile.writing import import_onnx

OURS = "network."  # what the exporter puts before the names of a network's weights


def model_weights(path: Path) -> dict[str, torch.Tensor]:
    """Read a model file's weights.

    Args:
        path: an ``.onnx`` that inkread wrote.

    Returns:
        float32 tensors by the names that they have in the network, normalisation folded into them; those in 8 or 16
        bits are what their bytes stand for.

    Raises:
        ModelFileError: if there is no such file or it is damaged.
        MissingExtraError: if onnx is not installed.
    """
    graph = _load(path).graph
    try:
        found = _stored(graph)
    except (ValueError, KeyError, TypeError, IndexError) as error:  # of tensors that are cut short, or unlike ours
        raise _damaged(path) from error
    return {
        name.removeprefix(OURS): torch.tensor(np.asarray(value, np.float32))
        for name, value in found.items()
        if name.startswith(OURS) and name.rpartition(".")[2] in ("weight", "bias")
    }


def _stored(graph: Any) -> dict[str, npt.NDArray[Any]]:
    """Return the numbers that a graph holds, those in 8 or 16 bits as what they stand for."""
    onnx = import_onnx()
    stored = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    found = {name: value for name, value in stored.items() if value.dtype == np.float32}
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in stored:
            found[node.output[0]] = stored[node.input[0]].astype(np.float32)
        if node.op_type == "DequantizeLinear" and node.input[0] in stored:
            quantized, scale, *zero = (stored[name] for name in node.input)
            steps = quantized.astype(np.float32)
            if zero:
                steps -= zero[0].astype(np.float32).reshape(_by_channel(quantized))
            found[node.input[0].removesuffix("_quantized")] = steps * scale.reshape(_by_channel(quantized))
    return found | _of_products(graph, found)


def _of_products(graph: Any, found: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Return the weights of linear layers that became products: turned over and without a name, the bias after them."""
    biases = {name: bias for node in graph.node if node.op_type == "Add" for bias, name in permutations(node.input, 2)}
    return {
        biases[node.output[0]].removesuffix("bias") + "weight": found[node.input[1]].T
        for node in graph.node
        if node.op_type == "MatMul" and node.input[1] in found and biases.get(node.output[0], "").endswith(".bias")
    }


def model_card(path: Path) -> Card:
    """Read a model file's card.

    Raises:
        ModelFileError: if there is no such file, it is damaged, or it has no card that this version can read.
        MissingExtraError: if onnx is not installed.
    """
    cards = [entry.value for entry in _load(path).metadata_props if entry.key == CARD_KEY]
    if not cards:
        raise ModelFileError(
            f"{path} is an ONNX model, but not one of inkread's (it has no card): take a file that inkread wrote."
        )
    return parse_card(cards[0])


def _load(path: Path) -> Any:
    """Read the file as an `onnx.ModelProto`."""
    onnx = import_onnx()
    try:
        return onnx.load(path)
    except OSError as error:
        raise ModelFileError(f"there is no model {path}: check the name.") from error
    except Exception as error:  # Of protobuf, which has no types.
        raise _damaged(path) from error


def _damaged(path: Path) -> ModelFileError:
    """Say what to do with a file that cannot be read."""
    return ModelFileError(f"{path} is no ONNX model or is damaged: take a fresh copy.")


def _by_channel(values: npt.NDArray[Any]) -> tuple[int, ...]:
    """Return the shape in which a number for each output channel multiplies weights."""
    return (-1,) + (1,) * (values.ndim - 1)
