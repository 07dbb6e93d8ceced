"""A split of the pictures on the device, and how their bytes become what a network takes.

Shape suffixes: n pictures, c channels, h height, w width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from inkread.networks import Preprocessing


@dataclass(frozen=True, slots=True)
class Pictures:
    """A split, whole, on the device.

    Attributes:
        images_nchw: uint8 of shape (n, c, h, w).
        labels_n: int64 of shape (n,); of texts (n, longest), see `Dataset`.
    """

    images_nchw: torch.Tensor
    labels_n: torch.Tensor

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.labels_n)


def to_unit_range(images_nchw: torch.Tensor) -> torch.Tensor:
    """Turn uint8 pixels into float32 from 0 to 1."""
    return images_nchw.to(torch.float32).div_(255)


def standardize(x_nchw: torch.Tensor, scaling: Preprocessing) -> torch.Tensor:
    """Apply a network's mean and standard deviation, and lay the batch out as convolutions want it."""
    x_nchw = x_nchw.sub(scaling.mean).div_(scaling.std)
    return x_nchw.contiguous(memory_format=torch.channels_last)
