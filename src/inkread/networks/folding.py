"""Convolutions and linear layers with batch normalisation, and how the two become one layer for reading."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

Size = int | tuple[int, int]  # of rows and columns


class NormedConv(nn.Module):
    """A convolution without bias (`conv`) and the batch normalisation (`norm`; Ioffe and Szegedy 2015) of its outputs.

    Subclasses may say what happens before, between and after the two; whatever is between them must commute with the
    normalisation, or `fold` would change the function.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Size, *, stride: Size = 1, padding: Size = 0
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(out_channels)

    def forward(self, x_nchw: torch.Tensor) -> torch.Tensor:
        """Apply the one after the other."""
        y_nchw: torch.Tensor = self.norm(self.conv(x_nchw))
        return y_nchw

    def fold(self) -> None:
        """Put the normalisation into the convolution: the same function in evaluation mode, one layer less."""
        if isinstance(self.norm, nn.BatchNorm2d):
            self.conv = fuse_conv_bn_eval(self.conv.eval(), self.norm.eval())
            self.norm = nn.Identity()


class NormedLinear(nn.Module):
    """A linear layer without bias (`linear`) and the batch normalisation (`norm`) of its outputs.

    The normalisation has no learned factor, only a learned offset: the next linear layer brings factors enough.
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, out_features, bias=False)
        self.norm: nn.Module = nn.BatchNorm1d(out_features)
        self.norm.weight.requires_grad_(False)

    def forward(self, x_nf: torch.Tensor) -> torch.Tensor:
        """Apply the one after the other."""
        y_nf: torch.Tensor = self.norm(self.linear(x_nf))
        return y_nf

    def fold(self) -> None:
        """Put the normalisation into the linear layer, as `NormedConv.fold`."""
        if isinstance(self.norm, nn.BatchNorm1d):
            self.linear = fuse_linear_bn_eval(self.linear.eval(), self.norm.eval())
            self.norm = nn.Identity()


def fold(network: nn.Module) -> None:
    """Fold every `NormedConv` and `NormedLinear` of a network, in place; it can then no longer be trained."""
    for layer in network.modules():
        if isinstance(layer, NormedConv | NormedLinear):
            layer.fold()
