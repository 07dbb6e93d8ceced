"""The networks of the recipe `sprint` and its longer brothers: the most accuracy for the time on a CPU."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812  (the name that everybody knows it by)

from inkread.networks.folding import NormedLinear
from inkread.networks.quick import ConvBlock
from inkread.networks.shapes import Shape, after

BORDER = 2  # pixels on each side, where MNIST has hardly ever ink


class PixelBlocks(nn.Module):
    """Cut off the border, and make every 2x2 pixels one place with four times the channels; an odd row is left out.

    A 3x3 convolution of the result sees 6x6 pixels in steps of two. It is that same 6x6 convolution, but with four
    channels where the picture has one, which fills a processor's vectors better: it takes half the time.
    """

    def forward(self, x_nchw: torch.Tensor) -> torch.Tensor:
        """Map (n, c, h, w) to (n, 4 c, (h - 4) // 2, (w - 4) // 2)."""
        height, width = ((side - 2 * BORDER) // 2 for side in x_nchw.shape[2:])
        inner_nchw = x_nchw[:, :, BORDER : BORDER + 2 * height, BORDER : BORDER + 2 * width]
        y_nchw = F.pixel_unshuffle(inner_nchw.contiguous(memory_format=torch.channels_last), 2)
        return y_nchw.contiguous(memory_format=torch.channels_last)


class PlacesFirst(nn.Flatten):
    """Flatten with the channels last, as they lie in memory: nothing is copied, forwards or backwards."""

    def forward(self, x_nchw: torch.Tensor) -> torch.Tensor:
        """Map (n, c, h, w) to (n, h * w * c)."""
        return super().forward(x_nchw.permute(0, 2, 3, 1))


def sprint(shape: Shape, dropout: float) -> nn.Sequential:
    """Build the small one: 16 and 32 channels, 128 hidden units; arguments, result and errors as of `build_sprint`."""
    return build_sprint(shape, dropout, channels=(16, 32), hidden=128)


def sprint_wide(shape: Shape, dropout: float) -> nn.Sequential:
    """Build one twice as wide: 32 and 64 channels, 256 hidden units; see `build_sprint`."""
    return build_sprint(shape, dropout, channels=(32, 64), hidden=256)


def build_sprint(shape: Shape, dropout: float, *, channels: tuple[int, int], hidden: int) -> nn.Sequential:
    """Build a convolution without normalisation, a `ConvBlock`, and two linear layers.

    The first layer has the largest maps; to normalise them costs a fifth of the time and gained nothing.

    Args:
        shape: the outer measures.
        dropout: share of the last layer's inputs dropped in training.
        channels: of the two convolutions.
        hidden: units between the linear layers.

    Returns:
        A module that takes float32 of shape (n, in_channels, height, width) and returns logits (n, num_classes).

    Raises:
        ConfigError: if a side is below 16 pixels.
    """
    border, (first, second) = 2 * BORDER + 1, channels  # the border takes away as much as a kernel of that size
    height, width = after(shape.height, border, 0, 3, 3, 0), after(shape.width, border, 0, 3, 3, 0)
    return nn.Sequential(
        PixelBlocks(),  # 28x28 -> 12x12
        nn.Conv2d(4 * shape.in_channels, first, 3),  # -> 10x10
        nn.ReLU(),
        ConvBlock(first, second, kernel_size=3, padding=0),  # -> 4x4
        PlacesFirst(),
        NormedLinear(second * height * width, hidden),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(hidden, shape.num_classes),
    )
