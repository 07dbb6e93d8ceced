"""The receptive field: which pixels of the picture a neuron can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inkread.modelfile.graph import Node

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Field:
    """The receptive fields of a layer's neurons, each pair down and across, in pixels of the network's input.

    Neuron (row, column) sees the rows from start[0] + row * stride[0] on, size[0] of them, and columns likewise, as
    far as they lie in the picture. After A. Araujo, W. Norris, J. Sim, "Computing receptive fields of convolutional
    neural networks", Distill, 2019.

    Attributes:
        start: of neuron (0, 0); below 0 where a convolution is padded.
        stride: from one neuron to the next; 0 where all see the whole picture.
        size: of one field.
    """

    start: Pair
    stride: Pair
    size: Pair

    def pixels(self, row: int, column: int, shape: Pair) -> tuple[int, int, int, int]:
        """Return y0, x0, y1, x1 (exclusive) of what a neuron sees in a picture of this height and width."""
        tops = self.start[0] + row * self.stride[0], self.start[1] + column * self.stride[1]
        ends = tops[0] + self.size[0], tops[1] + self.size[1]
        return max(0, tops[0]), max(0, tops[1]), min(shape[0], ends[0]), min(shape[1], ends[1])

    def to_dict(self) -> dict[str, list[int]]:
        """Return the fields as plain values that `json.dumps` takes."""
        return {"start": list(self.start), "stride": list(self.stride), "size": list(self.size)}


PIXEL = Field((0, 0), (1, 1), (1, 1))


def whole(shape: Pair) -> Field:
    """Return the field of neurons that see the whole picture."""
    return Field((0, 0), (0, 0), shape)


def through(window: Node, before: Field, shape: Pair) -> Field:
    """Follow a field through a convolution or a pooling.

    Args:
        window: the node; its settings are those of ONNX.
        before: the field of the neurons that it takes.
        shape: height and width of the picture.
    """
    kernel = window.attributes.get("kernel_shape", ())
    if len(kernel) != 2 or before.stride == (0, 0):
        return whole(shape)
    steps, dilations = window.attributes.get("strides", (1, 1)), window.attributes.get("dilations", (1, 1))
    pads = window.attributes.get("pads", (0, 0, 0, 0))
    axes = range(2)
    return Field(
        _pair([before.start[i] - pads[i] * before.stride[i] for i in axes]),
        _pair([before.stride[i] * steps[i] for i in axes]),
        _pair([before.size[i] + (kernel[i] - 1) * dilations[i] * before.stride[i] for i in axes]),
    )


def joined(fields: Sequence[Field], shape: Pair) -> Field:
    """Return the field of neurons that each take one neuron from several layers at the same place."""
    if len(set(fields)) == 1:
        return fields[0]
    if len({field.stride for field in fields}) != 1:
        return whole(shape)
    axes = range(2)
    starts = _pair([min(field.start[i] for field in fields) for i in axes])
    ends = [max(field.start[i] + field.size[i] for field in fields) for i in axes]
    return Field(starts, fields[0].stride, _pair([ends[i] - starts[i] for i in axes]))


def _pair(values: list[int]) -> Pair:
    """Make a pair of two numbers."""
    return values[0], values[1]
