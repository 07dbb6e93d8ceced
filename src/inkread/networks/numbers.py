"""The network of the recipe `numbers`: it slides along a row of writing and says of each place what stands there."""

from __future__ import annotations

import torch
from torch import nn

from inkread.networks.folding import NormedConv
from inkread.networks.residual import ConvNorm, ResidualBlock
from inkread.networks.shapes import Shape

CHANNELS = 160
PER_COLUMN = 2  # places in each of the last columns, which are four pixels wide: thin digits stand that close


class Along(nn.Module):
    """A convolution along the row whose result is added to its input; ReLU after the sum."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.conv = ConvNorm(channels, channels, (1, width))
        self.relu = nn.ReLU()

    def forward(self, x_nc1w: torch.Tensor) -> torch.Tensor:
        """Map (n, channels, 1, w) to the same shape."""
        y_nc1w: torch.Tensor = self.relu(x_nc1w + self.conv(x_nc1w))
        return y_nc1w


class RowReader(nn.Module):
    """Residual blocks, one column for all rows, and convolutions along the row; see `numbers`."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.classes = shape.num_classes
        self.features = nn.Sequential(
            ConvNorm(shape.in_channels, 32, 5, stride=2),  # 32 rows -> 16
            nn.ReLU(),
            ResidualBlock(32, 64, stride=2),  # -> 8, and a quarter of the columns
            ResidualBlock(64, 96, stride=(2, 1)),  # -> 4
            NormedConv(96, CHANNELS, (-(-shape.height // 8), 1)),  # -> 1
            nn.ReLU(),
            Along(CHANNELS, 5),
            Along(CHANNELS, 5),
            nn.Dropout(dropout),
        )
        self.head = nn.Conv2d(CHANNELS, PER_COLUMN * shape.num_classes, 1)

    def forward(self, x_nchw: torch.Tensor) -> torch.Tensor:
        """Map (n, in_channels, 32, w), w a multiple of 4, to logits of shape (n, w / 2, num_classes)."""
        y_nkw: torch.Tensor = self.head(self.features(x_nchw)).squeeze(2)
        places_nwpk = torch.unflatten(y_nkw, 1, (PER_COLUMN, self.classes)).permute(0, 3, 1, 2)
        return places_nwpk.flatten(1, 2)


def numbers(shape: Shape, dropout: float) -> nn.Module:
    """Build the network.

    Args:
        shape: the outer measures; the last class is the blank of connectionist temporal classification. Rows of any
            width that is a multiple of 4 come through.
        dropout: share of the last layer's inputs dropped in training.

    Returns:
        A module that takes float32 of shape (n, in_channels, height, w) and returns logits (n, w / 2, num_classes).
    """
    return RowReader(shape, dropout)
