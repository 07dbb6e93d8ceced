"""The augmentation "rows": rows of writing, each in another slant, width and pen; nothing is pushed out of a row."""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F  # noqa: N812  (the name that everybody knows it by)

from inkread.training import paper
from inkread.training.draws import smooth_field, uniform

TURN = math.radians(2)
SHEAR = 0.3  # sideways shift per height
NARROW = 0.78  # of the width that was; never wider, or the ends of a long number would leave the row
ZOOM = (0.88, 1.1)  # of the height
DRIFT = 1.5  # pixels up or down
BEND = 1.2  # largest standard deviation of a smooth field of displacements, in pixels
KNOT = 8  # pixels from one random displacement to the next
PLAIN = 0.2  # share that stays as it is
BROAD, FINE = 0.2, 0.15  # shares that a broader and a finer pen write


def rows(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Write each row of a batch a little differently.

    Args:
        images_nchw: float32 of shape (n, c, h, w), 0 to 1, white ink on black, on the CPU.
        generator: on the CPU; it alone decides.

    Returns:
        A new tensor of the same shape, 0 to 1.
    """
    order = torch.randperm(len(images_nchw), generator=generator)
    changed_nchw = images_nchw.clone()
    first = round(len(order) * PLAIN)
    warped, broad, fine = order[first:], order[: round(len(order) * BROAD)], order[-round(len(order) * FINE) :]
    changed_nchw[warped] = _warp(images_nchw[warped], generator)
    changed_nchw[broad] = paper.thicken(changed_nchw[broad], generator)
    changed_nchw[fine] = paper.thin(changed_nchw[fine], generator)
    return changed_nchw.clamp_(0, 1)


def _warp(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Turn, shear, squeeze and bend each row, in one resampling; beyond the border it is black."""
    n, _, height, width = images_nchw.shape
    grid_nhw2 = F.affine_grid(_matrices(n, height, width, generator), [n, 1, height, width], align_corners=False)
    amount_n = torch.rand(n, 1, 1, 1, generator=generator).square() * BEND
    field_n2hw = smooth_field(generator, (n, 2, height, width), height // KNOT, width // KNOT) * amount_n
    pixels = torch.tensor([2 / width, 2 / height])
    grid_nhw2 = grid_nhw2 + field_n2hw.permute(0, 2, 3, 1) * pixels
    return F.grid_sample(images_nchw, grid_nhw2, mode="bilinear", padding_mode="zeros", align_corners=False)


def _matrices(n: int, height: int, width: int, generator: torch.Generator) -> torch.Tensor:
    """Draw a matrix of shape (2, 3) for each row, from output to input, in halves of its sides."""
    angle = uniform(generator, -TURN, TURN, n)
    slope = uniform(generator, -SHEAR, SHEAR, n)
    wide = uniform(generator, math.log(NARROW), 0, n).exp()
    tall = uniform(generator, math.log(ZOOM[0]), math.log(ZOOM[1]), n).exp()
    down = uniform(generator, -DRIFT, DRIFT, n) * (2 / height)
    aspect = height / width
    across = torch.stack([1 / wide, slope * aspect, torch.zeros(n)], dim=1)
    upright = torch.stack([angle / aspect, 1 / tall, down], dim=1)
    return torch.stack([across, upright], dim=1)
