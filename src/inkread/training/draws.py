"""Random numbers and fields that the steps of the augmentation "everyday" share."""

from __future__ import annotations

import torch
from torch.nn import functional as F  # noqa: N812  (the name that everybody knows it by)

SIDE = 28  # lengths are given in so many parts of a picture's side


def uniform(generator: torch.Generator, low: float, high: float, *shape: int) -> torch.Tensor:
    """Draw float32 numbers from low to high."""
    return torch.rand(*shape, generator=generator) * (high - low) + low


def each(generator: torch.Generator, low: float, high: float, images_nchw: torch.Tensor) -> torch.Tensor:
    """Draw a number from low to high for each picture: float32 of shape (n, 1, 1, 1)."""
    return uniform(generator, low, high, len(images_nchw), 1, 1, 1)


def some(generator: torch.Generator, share: float, images_nchw: torch.Tensor) -> torch.Tensor:
    """Choose a share of the pictures: bool of shape (n, 1, 1, 1)."""
    return torch.rand(len(images_nchw), 1, 1, 1, generator=generator) < share


def smooth_field(
    generator: torch.Generator, shape: tuple[int, int, int, int], knots: int, knots_across: int = 0
) -> torch.Tensor:
    """Draw smooth noise of shape (n, c, h, w): normal numbers at `knots` points a side, bicubic between them.

    Pictures that are no squares may have another number of points across.
    """
    n, channels, height, width = shape
    coarse = torch.randn(n, channels, knots, knots_across or knots, generator=generator)
    return F.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)


def places(size: int) -> torch.Tensor:
    """Return where the middles of a side's pixels are: float32 of shape (size,), within 0 and SIDE."""
    return (torch.arange(size) + 0.5) * (SIDE / size)
