"""Convolutional networks of the tutorials. Each module takes float32 (n, c, h, w) and returns logits (n, k)."""

from __future__ import annotations

from torch import nn

from inkread.networks.shapes import Shape, after


def cnn_10_20(shape: Shape, dropout: float) -> nn.Sequential:
    """Build two 5x5 convolutions of 10 and 20 channels, each with max-pool and ReLU, then 320-50-10 for MNIST.

    Args:
        shape: the outer measures.
        dropout: share of the second convolution's channels, and of the hidden layer's units, dropped in training.

    Returns:
        The module.

    Raises:
        ConfigError: if a side is below 16 pixels.
    """
    height, width = after(shape.height, 5, 0, 5, 0), after(shape.width, 5, 0, 5, 0)
    return nn.Sequential(
        nn.Conv2d(shape.in_channels, 10, kernel_size=5),  # 28x28 -> 24x24
        nn.MaxPool2d(2),  # -> 12x12
        nn.ReLU(),
        nn.Conv2d(10, 20, kernel_size=5),  # -> 8x8
        nn.Dropout2d(dropout),
        nn.MaxPool2d(2),  # -> 4x4
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(20 * height * width, 50),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(50, shape.num_classes),
    )


def cnn_8_16(shape: Shape, dropout: float) -> nn.Sequential:
    """Build two padded 3x3 convolutions of 8 and 16 channels, each with ReLU and max-pool, then one linear layer.

    Args:
        shape: the outer measures.
        dropout: share of the linear layer's inputs dropped in training.

    Returns:
        The module.

    Raises:
        ConfigError: if a side is below 4 pixels.
    """
    height, width = after(shape.height, 0, 0), after(shape.width, 0, 0)
    return nn.Sequential(
        nn.Conv2d(shape.in_channels, 8, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),  # 28x28 -> 14x14
        nn.Conv2d(8, 16, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),  # -> 7x7
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(16 * height * width, shape.num_classes),
    )
