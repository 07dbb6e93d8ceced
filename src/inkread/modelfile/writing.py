"""Writing a model file: the card goes into the ONNX metadata, the file appears whole or not at all."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from inkread.errors import MissingExtraError, ModelFileError
from inkread.files import write_bytes
from inkread.modelfile.card import CARD_KEY, Card


def write_model(onnx_bytes: bytes, card: Card, path: Path) -> None:
    """Write a graph and its card as one model file; a card that the graph already carries is replaced.

    Args:
        onnx_bytes: a serialised ONNX model whose input is "image" (uint8, (n, *card.input_shape)) and whose output is
            "logits" (float32, (n, classes)).
        card: what the file says of itself.
        path: where it goes; an older file there is replaced, and survives if writing fails.

    Raises:
        ModelFileError: if `onnx_bytes` is no ONNX model.
        OutputError: if the file cannot be written.
        MissingExtraError: if the `onnx` library is not installed.
    """
    onnx = import_onnx()
    try:
        model = onnx.load_model_from_string(onnx_bytes)
    except Exception as error:  # Of protobuf, which has no types.
        raise ModelFileError(f"{path}: what should be written is no ONNX model.") from error
    others = [entry for entry in model.metadata_props if entry.key != CARD_KEY]
    del model.metadata_props[:]
    model.metadata_props.extend(others)
    model.metadata_props.add(key=CARD_KEY, value=card.to_json())
    write_bytes(path, model.SerializeToString())


def import_onnx() -> ModuleType:
    """Return the `onnx` library.

    Raises:
        MissingExtraError: if it is not installed.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("writing a model file needs the onnx library: pip install 'inkread[train]'.") from error
    return onnx
