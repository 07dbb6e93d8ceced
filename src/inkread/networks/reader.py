"""The network of the recipe `reader`: small enough to read a digit in a fraction of a millisecond on a CPU."""

from __future__ import annotations

from torch import nn

from inkread.networks.residual import ConvNorm, ResidualBlock, mean_head
from inkread.networks.shapes import Shape


def reader(shape: Shape, dropout: float) -> nn.Sequential:
    """Build a 5x5 convolution and three residual blocks of 32, 64 and 128 channels.

    Args:
        shape: the outer measures; any size will do.
        dropout: share of the linear layer's inputs dropped in training.

    Returns:
        A module that takes float32 of shape (n, in_channels, height, width) and returns logits (n, num_classes).
    """
    return nn.Sequential(
        ConvNorm(shape.in_channels, 32, 5, stride=2),  # 28x28 -> 14x14
        nn.ReLU(),
        ResidualBlock(32, 32),
        ResidualBlock(32, 64, stride=2),  # -> 7x7
        ResidualBlock(64, 128, stride=2),  # -> 4x4
        mean_head(128, shape.num_classes, dropout),
    )
