"""What an architecture is given to build from, and what becomes of a picture's size on the way through its layers."""

from __future__ import annotations

from dataclasses import dataclass

from inkread.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessing:
    """What is done to pixels before the network: (pixels / 255 - mean) / std.

    Attributes:
        mean: subtracted after scaling to 0..1.
        std: what the difference is divided by, above 0.
    """

    mean: float = 0.0
    std: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The outer measures of a network.

    Attributes:
        num_classes: logits a picture, at least 2.
        in_channels: 1 for grey, 3 for RGB.
        height: of a picture, in pixels.
        width: of a picture, in pixels.
    """

    num_classes: int
    in_channels: int
    height: int
    width: int


def after(size: int, *layers: int) -> int:
    """Follow one side of a picture through convolutions without padding and max-pools of 2.

    Args:
        size: height or width, in pixels.
        *layers: a convolution's kernel size, or 0 for a max-pool.

    Returns:
        What is left of it.

    Raises:
        ConfigError: if nothing is left.
    """
    left = size
    for kernel in layers:
        left = left - kernel + 1 if kernel else left // 2
    if left < 1:
        raise ConfigError(
            f"pictures of {size} pixels a side are too small for this network: take an mlp recipe or larger pictures."
        )
    return left
