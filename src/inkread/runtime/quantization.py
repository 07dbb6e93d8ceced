"""Eight-bit models: smaller, and about twice as fast on processors that multiply bytes."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from inkread.errors import MissingExtraError, ModelFileError
from inkread.modelfile import write_model
from inkread.quiet import without_logging
from inkread.runtime.onnx_classifier import OnnxClassifier, read_task
from inkread.runtime.onnx_rows import OnnxRows
from inkread.types import UInt8Array

BATCH = 50
QUANTIZED = ["Conv", "Add", "Relu"]
BETWEEN = [*QUANTIZED, "Constant", "MaxPool"]  # what stands between convolutions over a picture
HALVED = 1024  # numbers in an array from which on it is kept in 16 bits
NOTE = "Convolutions compute in 8 bits (static quantization)."


def open_any(path: Path) -> OnnxClassifier | OnnxRows:
    """Open a model file, whatever it reads; errors as of `OnnxClassifier.open`."""
    return OnnxRows.open(path) if read_task(path) == "number" else OnnxClassifier.open(path)


def quantize(source: Path, target: Path, images_nchw: UInt8Array) -> None:
    """Write a copy of a model whose convolutions over a picture compute with bytes; other weights take 16 bits.

    Weights become int8, each output channel with a scale of its own, in 7 bits of the 8, so that processors without
    VNNI do not overflow; activations become uint8, their ranges taken from `images_nchw`. Source: B. Jacob et al.,
    "Quantization and training of neural networks for efficient integer-arithmetic-only inference", CVPR 2018. The other
    weights are read as float32 again when the file is opened, so that nothing computes in 16 bits.

    Args:
        source: a model file.
        target: where the copy goes; its card is the source's, with a note.
        images_nchw: uint8 of shape (n, *input_shape), rows of any width, of the kinds that will be read; a few hundred
            do.

    Raises:
        ModelFileError: if the source cannot be used, or is in 8 bits already.
        OutputError: if the target cannot be written.
        MissingExtraError: if the `onnx` library is not installed.
    """
    card = open_any(source).card
    if NOTE in card.notes:
        raise ModelFileError(f"{source} computes in 8 bits already: take the model that it was made of.")
    try:
        from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    except ImportError as error:
        raise MissingExtraError("quantizing needs the onnx library: pip install 'inkread[train]'.") from error
    with tempfile.TemporaryDirectory(prefix="inkread-") as folder, without_logging():
        path = Path(folder) / "quantized.onnx"
        quantize_static(
            source,
            path,
            _reader(images_nchw),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=QUANTIZED,
            nodes_to_exclude=_behind_convolutions(source),
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
        )
        write_model(_halved(path), replace(card, notes=(*card.notes, NOTE)), target)


def _behind_convolutions(source: Path) -> list[str]:
    """Name the nodes behind the block of convolutions: they are small, and the confidence hangs on them.

    Convolutions along a row of places, and attention, come behind the first look at the whole row.
    """
    import onnx

    nodes = list(onnx.load(source).graph.node)
    first = next((index for index, node in enumerate(nodes) if node.op_type in QUANTIZED[:1]), None)
    if first is None:
        raise ModelFileError(f"{source.name} has no convolutions, and 8 bits would gain nothing: keep it as it is.")
    behind = next((i for i, node in enumerate(nodes) if i > first and node.op_type not in BETWEEN), len(nodes))
    return [node.name for node in nodes[behind:]]


def _halved(path: Path) -> bytes:
    """Return a model whose larger arrays of float32 are stored as float16, each with a cast behind it."""
    import onnx

    model = onnx.load(path)
    graph, casts = model.graph, []
    for stored in graph.initializer:
        if stored.data_type == onnx.TensorProto.FLOAT and np.prod(stored.dims) >= HALVED:
            name, values = stored.name, onnx.numpy_helper.to_array(stored)
            stored.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
            casts.append(onnx.helper.make_node("Cast", [stored.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    content: bytes = model.SerializeToString()
    return content


def _reader(images_nchw: UInt8Array) -> Any:
    """Hand pictures to ONNX Runtime in small batches, as its base class wants it."""
    from onnxruntime.quantization import CalibrationDataReader

    class Batches(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._parts = iter(np.split(images_nchw, range(BATCH, len(images_nchw), BATCH)))

        def get_next(self) -> dict[str, UInt8Array] | None:
            part = next(self._parts, None)
            return None if part is None else {"image": part}

    return Batches()
