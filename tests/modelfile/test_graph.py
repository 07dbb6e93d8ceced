"""The small reader of graphs against the `onnx` library, and against files that are damaged."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import onnx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper

from inkread.errors import ModelFileError
from inkread.modelfile import shipped_model
from inkread.modelfile.graph import read_graph, with_outputs
from inkread.networks import NETWORKS, build, preprocessing
from inkread.training.export import export_model
from tests.modelfile.graphs import card, linear_graph, random_weights

SHIPPED = shipped_model().read_bytes()
WHOLE_NUMBERS = (onnx.AttributeProto.INT, onnx.AttributeProto.INTS)


def assert_same(content: bytes) -> None:
    model, graph = onnx.load_model_from_string(content), read_graph(content)
    assert [node.operator for node in graph.nodes] == [node.op_type for node in model.graph.node]
    assert [node.inputs for node in graph.nodes] == [tuple(node.input) for node in model.graph.node]
    assert [node.outputs for node in graph.nodes] == [tuple(node.output) for node in model.graph.node]
    for found, node in zip(graph.nodes, model.graph.node, strict=True):
        for attribute in node.attribute:
            if attribute.type in WHOLE_NUMBERS:
                value = helper.get_attribute_value(attribute)
                assert found.attributes[attribute.name] == (tuple(value) if isinstance(value, list) else (value,))
    assert graph.shapes == {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}


def test_the_shipped_model_is_read_as_onnx_reads_it() -> None:
    assert_same(SHIPPED)


def test_a_small_graph_is_read_as_onnx_reads_it() -> None:
    assert_same(linear_graph(random_weights()))


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(ModelFileError, match="damaged"):
        read_graph(SHIPPED[:-100])


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_what_the_exporter_writes_is_read_as_onnx_reads_it(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    path = tmp_path / "model.onnx"
    export_model(build(name), card(network=name), path, preprocessing(name))
    assert_same(path.read_bytes())


def test_negative_and_packed_numbers() -> None:
    node = helper.make_node("Concat", ["a", "b"], ["c"], axis=-1, other=[-(2**63), 2**63 - 1])
    graph = helper.make_graph([node], "g", [], [])
    found = read_graph(helper.make_model(graph).SerializeToString()).nodes[0]
    assert found.attributes == {"axis": (-1,), "other": (-(2**63), 2**63 - 1)}
    packed = bytes([0x0A, 1, ord("p"), 0x42, 3, 5, 0x96, 1])  # name "p"; field 8 packed: 5, 150
    body = bytes([0x2A, len(packed)]) + packed
    graph_body = bytes([0x0A, len(body)]) + body
    assert read_graph(bytes([0x3A, len(graph_body)]) + graph_body).nodes[0].attributes == {"p": (5, 150)}


def test_further_outputs_are_added_and_nothing_else_is_touched() -> None:
    names = ["relu_DequantizeLinear_Output", "view", "name with ümlaut " + "x" * 200]
    before = onnx.load_model_from_string(SHIPPED)
    after = onnx.load_model_from_string(with_outputs(SHIPPED, names))
    assert [output.name for output in after.graph.output] == ["logits", *names]
    del after.graph.output[1:]
    assert after == before


@given(st.binary(max_size=300))
def test_any_bytes_are_a_graph_or_refused(content: bytes) -> None:
    with suppress(ModelFileError):
        read_graph(content)


@given(st.data())
def test_a_model_cut_off_or_changed_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(linear_graph(random_weights()))
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ModelFileError):
        read_graph(bytes(content[: data.draw(st.integers(0, len(content)))]))
