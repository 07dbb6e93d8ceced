"""From a graph's nodes to the layers that a learner knows: convolution, pooling, sum, dense, output."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import Final, Literal

from inkread.explain.field import PIXEL, Field, joined, through, whole
from inkread.modelfile.graph import Graph, Node

Kind = Literal["input", "conv", "pool", "sum", "dense", "output"]
IMAGE, LOGITS = "image", "logits"
KINDS: Final[dict[str, Kind]] = {
    "Conv": "conv",
    "MaxPool": "pool",
    "AveragePool": "pool",
    "GlobalAveragePool": "pool",
    "ReduceMean": "pool",
    "Gemm": "dense",
    "MatMul": "dense",
}
WINDOWS = {"Conv", "MaxPool", "AveragePool"}
TITLES = {"Conv": "Convolution", "MaxPool": "Pooling", "AveragePool": "Pooling", "Gemm": "Dense", "MatMul": "Dense"}
# What acts on each value alone: a layer is shown after those that follow it.
POINTWISE = {
    *("Add", "BatchNormalization", "Cast", "Clip", "DequantizeLinear", "Div", "Dropout", "Elu", "Gelu", "HardSigmoid"),
    *("HardSwish", "Identity", "LeakyRelu", "Mul", "QuantizeLinear", "Relu", "Selu", "Sigmoid", "Sub", "Tanh"),
}


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a network, as its graph tells it.

    Attributes:
        name: for people, as "Convolution 2".
        kind: what it is; "sum" is where a residual block joins.
        tensor: its output after activation; of the output layer, the logits.
        source: the tensor that it takes.
        takes: the layer whose neurons, perhaps scaled or put in a row, that tensor holds, as an index; of a sum, the
            first one; None where that cannot be told.
        weights: the tensor of its weights, if it has any.
        turned: whether the weights are stored as (inputs, outputs) instead of (outputs, inputs).
        field: the receptive fields of its neurons.
    """

    name: str
    kind: Kind
    tensor: str
    source: str
    takes: int | None
    weights: str | None
    turned: bool
    field: Field


def find_layers(graph: Graph, shape: tuple[int, int]) -> tuple[Layer, ...]:
    """Find the layers of a network.

    Args:
        graph: its nodes.
        shape: height and width of its input.

    Returns:
        Those that are understood, each after all that it takes, the input first; a node that is not leaves
        a gap, and what comes after it counts as seeing the whole picture. The last one is of the kind "output" where
        it is a weighted sum that gives the logits, before any gate that makes probabilities of them.
    """
    walk = _Walk(graph, shape)
    layers = [Layer("Input", "input", IMAGE, IMAGE, None, None, False, PIXEL)]
    layers += [walk.layer(node) for node in walk.nodes() if walk.is_layer(node)]
    layers = _without_gate(layers)
    if layers[-1].kind == "dense":
        layers[-1] = replace(layers[-1], name="Output", kind="output")
    places = {layer.tensor: place for place, layer in enumerate(layers)}
    return tuple(
        replace(layer, takes=walk.origin(layer.source, places) if place else None)
        for place, layer in enumerate(_numbered(layers))
    )


def _without_gate(layers: list[Layer]) -> list[Layer]:
    """Leave out what comes after the last dense layer and weighs nothing: arithmetic that makes confidences true."""
    weighing = [place for place, layer in enumerate(layers) if layer.weights is not None]
    last = weighing[-1] if weighing else 0
    return layers[: last + 1] if layers[last].kind == "dense" else layers


class _Walk:
    """A graph, its constants told from what depends on the picture."""

    def __init__(self, graph: Graph, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._constants = set(graph.shapes)
        self._fields = {IMAGE: PIXEL}
        self._takers: defaultdict[str, list[Node]] = defaultdict(list)
        self._makers: dict[str, Node] = {}
        for node in graph.nodes:
            data = self.data(node)
            if not data:
                self._constants.update(node.outputs)
                continue
            self._makers.update(dict.fromkeys(node.outputs, node))
            field = self._field(node, [self._fields.get(name, whole(shape)) for name in data])
            self._fields.update(dict.fromkeys(node.outputs, field))
            for name in data:
                self._takers[name].append(node)

    def nodes(self) -> list[Node]:
        """List the nodes that the logits need, each path through the network on end, whatever the order in the file."""
        listed: dict[int, Node] = {}
        waiting = [(LOGITS, False)]
        while waiting:
            tensor, done = waiting.pop()
            node = self._makers.get(tensor)
            if node is None or id(node) in listed:
                continue
            if done:
                listed[id(node)] = node
                continue
            waiting += [(tensor, True), *((name, False) for name in reversed(self.data(node)))]
        return list(listed.values())

    def data(self, node: Node) -> list[str]:
        """Return the inputs that depend on the picture."""
        return [name for name in node.inputs if name and name not in self._constants]

    def is_layer(self, node: Node) -> bool:
        """Tell whether a node is what people call a layer."""
        if node.operator in ("Gemm", "MatMul", "Conv"):
            return len(self.data(node)) == 1
        return node.operator in KINDS or self._joins(node)

    def layer(self, node: Node) -> Layer:
        """Describe a layer; it is shown after its activation."""
        tensor = self._shown(node.outputs[0])
        weights = node.inputs[1] if node.operator in ("Conv", "Gemm", "MatMul") else None
        turned = node.operator == "MatMul" or (node.operator == "Gemm" and node.attributes.get("transB") != (1,))
        kind, title = KINDS.get(node.operator, "sum"), TITLES.get(node.operator, "Mean")
        if self._joins(node):
            title = "Sum"
        elif self._is_shortcut(node):
            title = "Shortcut"
        return Layer(title, kind, tensor, self.data(node)[0], None, weights, turned, self._fields[node.outputs[0]])

    def origin(self, tensor: str, places: dict[str, int]) -> int | None:
        """Find the layer whose neurons, perhaps put in a row, make up a tensor."""
        while tensor not in places:
            node = self._makers.get(tensor)
            if node is None or len(self.data(node)) != 1 or node.operator not in {*POINTWISE, "Reshape", "Flatten"}:
                return None
            tensor = self.data(node)[0]
        return places[tensor]

    def _shown(self, tensor: str) -> str:
        """Follow what acts on each value of a layer alone, up to where the next layers take it."""
        while True:
            takers = self._takers[tensor]
            alike = {(node.operator, node.inputs) for node in takers}  # a tensor may be dequantised for each taker
            if len(alike) != 1 or takers[0].operator not in POINTWISE or len(self.data(takers[0])) != 1:
                return tensor
            tensor = takers[0].outputs[0]

    def _field(self, node: Node, fields: list[Field]) -> Field:
        """Return the receptive field of what a node gives."""
        if node.operator in WINDOWS:
            return through(node, fields[0], self._shape)
        return joined(fields, self._shape) if node.operator in POINTWISE else whole(self._shape)

    def _joins(self, node: Node) -> bool:
        """Tell whether a node ends a residual block."""
        return node.operator == "Add" and len(self.data(node)) == 2

    def _is_shortcut(self, node: Node) -> bool:
        """Tell whether a node is the 1x1 convolution that goes round a residual block."""
        beside = [other for other in self._takers[self.data(node)[0]] if other is not node and other.operator == "Conv"]
        return node.operator == "Conv" and node.attributes.get("kernel_shape") == (1, 1) and bool(beside)


def _numbered(layers: list[Layer]) -> list[Layer]:
    """Give numbers to layers of one title, where there are several."""
    counts, seen = Counter(layer.name for layer in layers), Counter[str]()
    named = []
    for layer in layers:
        seen[layer.name] += 1
        named.append(replace(layer, name=f"{layer.name} {seen[layer.name]}") if counts[layer.name] > 1 else layer)
    return named
