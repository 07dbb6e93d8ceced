"""The parts of residual networks. Convolutions are padded, so that pictures of any size come through."""

from __future__ import annotations

import torch
from torch import nn

from inkread.networks.folding import NormedConv, Size


class ConvNorm(NormedConv):
    """A convolution, padded to keep the size (or to divide it by `stride`, rounded up), and batch normalisation."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Size, stride: Size = 1) -> None:
        rows, columns = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        super().__init__(in_channels, out_channels, kernel_size, stride=stride, padding=(rows // 2, columns // 2))


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions whose result is added to their input; ReLU after the first and after the sum.

    Where size or channels change, the input comes to the sum through a 1x1 convolution. After K. He, X. Zhang, S. Ren,
    J. Sun, "Deep residual learning for image recognition" (2016).
    """

    def __init__(self, in_channels: int, out_channels: int, stride: Size = 1) -> None:
        super().__init__()
        self.first = ConvNorm(in_channels, out_channels, 3, stride)
        self.second = ConvNorm(out_channels, out_channels, 3)
        same = in_channels == out_channels and stride == 1
        self.shortcut = nn.Identity() if same else ConvNorm(in_channels, out_channels, 1, stride)
        self.relu = nn.ReLU()

    def forward(self, x_nchw: torch.Tensor) -> torch.Tensor:
        """Map (n, in_channels, h, w) to (n, out_channels, h / stride, w / stride)."""
        change_nchw = self.second(self.relu(self.first(x_nchw)))
        y_nchw: torch.Tensor = self.relu(change_nchw + self.shortcut(x_nchw))
        return y_nchw


def mean_head(channels: int, num_classes: int, dropout: float) -> nn.Sequential:
    """Build what ends a network: the mean over the picture, dropout, one linear layer."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(channels, num_classes))
