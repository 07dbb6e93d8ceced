"""The network of the recipe `numbers`: it slides along a row of writing and says of each place what stands there."""

from __future__ import annotations

import torch
from torch import nn

from inkread.networks.folding import NormedConv
from inkread.networks.residual import ConvNorm, ResidualBlock
from inkread.networks.shapes import Shape

CHANNELS = 160
HEADS = 4
PER_COLUMN = 2  # places in each of the last columns, which are four pixels wide: thin digits stand that close


class Context(nn.Module):
    """What the whole row is like, added to each of its places: a stroke at its end may be a 1, or the edge of a box.

    The highest of each channel goes through two linear layers; the highest, not the mean (J. Hu, L. Shen, G. Sun,
    "Squeeze-and-excitation networks", 2018), lest bare columns that fill up a row change what is read. The
    second layer begins with zeros: at first nothing is added.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Linear(channels, channels // 4)
        self.second = nn.Linear(channels // 4, channels)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x_nc1w: torch.Tensor) -> torch.Tensor:
        """Map (n, channels, 1, w) to the same shape."""
        told_nc: torch.Tensor = self.second(torch.relu(self.first(x_nc1w.amax(dim=(2, 3)))))
        return x_nc1w + told_nc[:, :, None, None]


class Along(nn.Module):
    """The row's context, and a convolution along the row whose result is added to its input; ReLU after the sum."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.context = Context(channels)
        self.conv = ConvNorm(channels, channels, (1, width))
        self.relu = nn.ReLU()

    def forward(self, x_nc1w: torch.Tensor) -> torch.Tensor:
        """Map (n, channels, 1, w) to the same shape."""
        x_nc1w = self.context(x_nc1w)
        y_nc1w: torch.Tensor = self.relu(x_nc1w + self.conv(x_nc1w))
        return y_nc1w


class Attention(nn.Module):
    """Each place of the row asks all others: how this hand writes is seen at its other digits.

    A layer of the encoder of A. Vaswani et al., "Attention is all you need", 2017, with the normalisations before its
    two halves (R. Xiong et al., "On layer normalization in the transformer architecture", 2020). What stands next to
    what, the convolutions know. Both halves end in zeros: at first nothing is added.
    """

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.ask_norm = nn.LayerNorm(channels)
        self.ask = nn.Linear(channels, 3 * channels)
        self.tell = nn.Linear(channels, channels)
        self.widen_norm = nn.LayerNorm(channels)
        self.widen = nn.Linear(channels, 2 * channels)
        self.narrow = nn.Linear(2 * channels, channels)
        for layer in (self.tell, self.narrow):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x_nc1w: torch.Tensor) -> torch.Tensor:
        """Map (n, channels, 1, w) to the same shape."""
        x_nwc = x_nc1w.squeeze(2).transpose(1, 2)
        asked_nw3hd = torch.unflatten(self.ask(self.ask_norm(x_nwc)), 2, (3, self.heads, -1))
        query_nhwd, key_nhwd, value_nhwd = (part_nwhd.transpose(1, 2) for part_nwhd in asked_nw3hd.unbind(2))
        scores_nhww = query_nhwd @ key_nhwd.transpose(2, 3) * query_nhwd.shape[3] ** -0.5
        heard_nhwd = scores_nhww.softmax(dim=3) @ value_nhwd
        x_nwc = x_nwc + self.tell(heard_nhwd.transpose(1, 2).flatten(2))
        y_nwc: torch.Tensor = x_nwc + self.narrow(torch.relu(self.widen(self.widen_norm(x_nwc))))
        return y_nwc.transpose(1, 2).unsqueeze(2)


class RowReader(nn.Module):
    """Residual blocks, one column for all rows, convolutions along the row, and attention; see `numbers`."""

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
            Attention(CHANNELS, HEADS),
            Attention(CHANNELS, HEADS),
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
