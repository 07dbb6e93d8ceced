"""Fully connected networks: every pixel is connected with every unit of the first layer."""

from __future__ import annotations

from torch import nn

from inkread.networks.shapes import Shape


def mlp(shape: Shape, dropout: float, widths: tuple[int, ...]) -> nn.Sequential:
    """Build a multilayer perceptron with ReLU between its layers.

    The output is logits. A tutorial that ends in a log-softmax and trains with the negative log-likelihood computes the
    same loss as logits with cross-entropy; here the log-softmax is part of the loss "nll" (see `training.losses`).

    Args:
        shape: the outer measures.
        dropout: share of the units of each hidden layer that is dropped in training.
        widths: units of each hidden layer.

    Returns:
        A module that takes float32 of shape (n, in_channels, height, width) and returns logits (n, num_classes).
    """
    layers: list[nn.Module] = [nn.Flatten()]
    units = shape.in_channels * shape.height * shape.width
    for width in widths:
        layers += [nn.Linear(units, width), nn.ReLU(), nn.Dropout(dropout)]
        units = width
    return nn.Sequential(*layers, nn.Linear(units, shape.num_classes))


def mlp_128_64(shape: Shape, dropout: float) -> nn.Sequential:
    """784-128-64-10 for MNIST: `mlp` with two hidden layers."""
    return mlp(shape, dropout, (128, 64))


def mlp_64x3(shape: Shape, dropout: float) -> nn.Sequential:
    """784-64-64-64-10 for MNIST: `mlp` with three hidden layers."""
    return mlp(shape, dropout, (64, 64, 64))
