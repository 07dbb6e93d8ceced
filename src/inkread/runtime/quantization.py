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
from inkread.runtime.onnx_classifier import OnnxClassifier
from inkread.types import UInt8Array

BATCH = 50
QUANTIZED = ["Conv", "Add", "Relu"]
NOTE = "Convolutions compute in 8 bits (static quantization)."


def quantize(source: Path, target: Path, images_nchw: UInt8Array) -> OnnxClassifier:
    """Write a copy of a model whose convolutions compute with bytes.

    Weights become int8, each output channel with a scale of its own, in 7 bits of the 8, so that processors without
    VNNI do not overflow; activations become uint8, their ranges taken from `images_nchw`. Source: B. Jacob et al.,
    "Quantization and training of neural networks for efficient integer-arithmetic-only inference", CVPR 2018.

    Args:
        source: a model file.
        target: where the copy goes; its card is the source's, with a note.
        images_nchw: uint8 of shape (n, *input_shape), of the kinds that will be read; a few hundred do.

    Returns:
        The new model, opened.

    Raises:
        ModelFileError: if the source cannot be used, or is in 8 bits already.
        OutputError: if the target cannot be written.
        MissingExtraError: if the `onnx` library is not installed.
    """
    card = OnnxClassifier.open(source).card
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
        write_model(path.read_bytes(), replace(card, notes=(*card.notes, NOTE)), target)
    return OnnxClassifier.open(target)


def _behind_convolutions(source: Path) -> list[str]:
    """Name the nodes behind the last convolution's block: they are small, and the confidence hangs on them."""
    import onnx

    nodes = list(onnx.load(source).graph.node)
    last = max((index for index, node in enumerate(nodes) if node.op_type in QUANTIZED[:1]), default=-1)
    if last < 0:
        raise ModelFileError(f"{source.name} has no convolutions, and 8 bits would gain nothing: keep it as it is.")
    behind = next((i for i, node in enumerate(nodes) if i > last and node.op_type not in QUANTIZED), len(nodes))
    return [node.name for node in nodes[behind:]]


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
