"""The graph inside a model file: its nodes read, and further tensors named as outputs, without the `onnx` library.

A model file is a message in protobuf's wire format (https://protobuf.dev/programming-guides/encoding). The few fields
that tell a network's structure are read here; the numbers of the fields are those of ``onnx.proto``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from inkread.errors import ModelFileError

MODEL_GRAPH = 7
GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_OUTPUT = 1, 5, 12
NODE_INPUT, NODE_OUTPUT, NODE_OPERATOR, NODE_ATTRIBUTE = 1, 2, 4, 5
ATTRIBUTE_NAME, ATTRIBUTE_INT, ATTRIBUTE_INTS = 1, 3, 8
TENSOR_DIMS, TENSOR_NAME = 1, 8
VALUE_NAME = 1
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
LONGEST_VARINT = 10


@dataclass(frozen=True, slots=True)
class Node:
    """One operation.

    Attributes:
        operator: its kind, as "Conv".
        inputs: names of the tensors it takes; an empty name stands for one left out.
        outputs: names of the tensors it gives.
        attributes: its settings that are whole numbers, each as a tuple.
    """

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Graph:
    """A network's structure.

    Attributes:
        nodes: in the order in which they are computed.
        shapes: by name, the shape of each tensor that is stored in the file.
    """

    nodes: tuple[Node, ...]
    shapes: dict[str, tuple[int, ...]]


def read_graph(content: bytes) -> Graph:
    """Read the structure of a network.

    Args:
        content: a serialised ONNX model.

    Returns:
        Its nodes and the shapes of its stored tensors.

    Raises:
        ModelFileError: if it is no ONNX model.
    """
    nodes: list[Node] = []
    shapes: dict[str, tuple[int, ...]] = {}
    try:
        view = memoryview(content)
        for graph in _all(view, MODEL_GRAPH):
            nodes += [_node(node) for node in _all(graph, GRAPH_NODE)]
            shapes.update(_stored(tensor) for tensor in _all(graph, GRAPH_INITIALIZER))
    except (IndexError, UnicodeDecodeError, ValueError) as error:
        raise ModelFileError("the model file is damaged: take a fresh copy.") from error
    return Graph(tuple(nodes), shapes)


def with_outputs(content: bytes, names: Iterable[str]) -> bytes:
    """Name further tensors of a graph as its outputs.

    What is appended is a second graph that holds output names alone: of a message that comes twice, every reader of
    protobuf joins the two, list by list ("Last One Wins" in its description of the wire format). Nothing else of the
    file is touched.

    Args:
        content: a serialised ONNX model.
        names: tensors that its nodes give or that it stores.

    Returns:
        The serialised model with these outputs after its own.
    """
    outputs = b"".join(_field(GRAPH_OUTPUT, _field(VALUE_NAME, name.encode())) for name in names)
    return content + _field(MODEL_GRAPH, outputs)


def _node(message: memoryview) -> Node:
    """Read a NodeProto."""
    attributes = {}
    for attribute in _all(message, NODE_ATTRIBUTE):
        numbers = tuple(_numbers(attribute, ATTRIBUTE_INT)) or tuple(_numbers(attribute, ATTRIBUTE_INTS))
        if numbers:
            attributes[_text(attribute, ATTRIBUTE_NAME)] = numbers
    inputs = tuple(bytes(name).decode() for name in _all(message, NODE_INPUT))
    outputs = tuple(bytes(name).decode() for name in _all(message, NODE_OUTPUT))
    return Node(_text(message, NODE_OPERATOR), inputs, outputs, attributes)


def _stored(message: memoryview) -> tuple[str, tuple[int, ...]]:
    """Read name and shape of a TensorProto."""
    return _text(message, TENSOR_NAME), tuple(_numbers(message, TENSOR_DIMS))


def _all(message: memoryview, number: int) -> Iterator[memoryview]:
    """Yield every value of a field that holds bytes, text or messages."""
    return (value for found, value in _fields(message) if found == number and isinstance(value, memoryview))


def _text(message: memoryview, number: int) -> str:
    """Return a field's text; the last one counts."""
    text = ""
    for value in _all(message, number):
        text = bytes(value).decode()
    return text


def _numbers(message: memoryview, number: int) -> Iterator[int]:
    """Yield every whole number of a field, one by one or packed, as 64 bits with a sign."""
    for found, value in _fields(message):
        if found != number:
            continue
        place, end = 0, len(value) if isinstance(value, memoryview) else 0
        if isinstance(value, int):
            yield _signed(value)
        while isinstance(value, memoryview) and place < end:
            single, place = _varint(value, place)
            yield _signed(single)


def _signed(value: int) -> int:
    """Read 64 bits as a number with a sign."""
    return value - (1 << 64) if value >= 1 << 63 else value


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield number and value of each field in turn; numbers of fixed width are passed over.

    Raises:
        ValueError, IndexError: if these are not the bytes of a message.
    """
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, place = _varint(message, place)
            yield number, value
            continue
        if kind not in (FIXED64, BYTES, FIXED32):
            raise ValueError(f"wire type {kind}")
        length = 8 if kind == FIXED64 else 4
        if kind == BYTES:
            length, place = _varint(message, place)
        if place + length > len(message):
            raise ValueError("cut off")
        if kind == BYTES:
            yield number, message[place : place + length]
        place += length


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """Read a number of 7 bits a byte, low ones first; return it and the place after it."""
    value = 0
    for i in range(LONGEST_VARINT):
        byte = message[place + i]
        value |= (byte & 127) << 7 * i
        if byte < 128:
            return value, place + i + 1
    raise ValueError("a number without end")


def _field(number: int, content: bytes) -> bytes:
    """Write a field that holds bytes."""
    return _to_varint(number << 3 | BYTES) + _to_varint(len(content)) + content


def _to_varint(value: int) -> bytes:
    """Write a number of 7 bits a byte, low ones first."""
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    parts.append(value)
    return bytes(parts)
