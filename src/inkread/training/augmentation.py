"""Augmentation: each batch is changed as a whole, a little differently for each picture. Nothing loops over pictures.

What is random is computed on the CPU and then moved, so that every device sees the same pictures.
"""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F  # noqa: N812  (the name that everybody knows it by)

from inkread.training import paper
from inkread.training.config import Augmentation
from inkread.training.everyday import everyday
from inkread.training.rows import rows

SHIFT = 2  # pixels
TURN = math.radians(10)
SCALE = 0.1
SHEAR = 0.15
COARSE = 5  # points a side of the grid of random displacements
OTHER_PENS = 0.3  # share of the pictures
WARP = 0.05  # standard deviation of a displacement, in half-widths of the picture: 0.7 pixels of 28


def augment(images_nchw: torch.Tensor, kind: Augmentation, generator: torch.Generator) -> torch.Tensor:
    """Change each picture of a batch at random. What comes in from beyond the border repeats its edge.

    Args:
        images_nchw: float32 of shape (n, c, h, w), 0 to 1, before mean and std.
        kind: "none"; "shift", whole pixels, up to 2; "affine", up to 10 degrees, 10 % of size, a shear and 2 pixels of
            shift; "strokes", affine, and other pens for three of ten pictures of white ink on black; "elastic", affine
            and a smooth random field of displacements; "everyday", for white ink on black: see `everyday`, black comes
            in from beyond the border; "rows", the same for rows of writing: see `rows`.
        generator: on the CPU.

    Returns:
        A tensor of the same shape.
    """
    if kind == "strokes":
        return other_pens(augment(images_nchw, "affine", generator), generator)
    if kind == "none":
        return images_nchw
    if kind == "shift":
        return shift(images_nchw, generator)
    if kind == "everyday":
        return everyday(images_nchw.cpu(), generator).to(images_nchw.device)
    if kind == "rows":
        return rows(images_nchw.cpu(), generator).to(images_nchw.device)
    n, _, height, width = images_nchw.shape
    grid_nhw2 = _grid(affine_matrices(n, height, width, generator), height, width)
    if kind == "elastic":
        grid_nhw2 += displacements(n, height, width, generator)
    for axis, length in enumerate((width, height)):
        grid_nhw2[..., axis].clamp_(1 / length - 1, 1 - 1 / length)
    return F.grid_sample(images_nchw, grid_nhw2.to(images_nchw.device), mode="bilinear", align_corners=False)


def other_pens(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Let the first pictures of a batch be written by a broader pen, and as many behind them by a finer one."""
    count = round(len(images_nchw) * OTHER_PENS / 2)
    broad, fine, rest = images_nchw[:count], images_nchw[count : 2 * count], images_nchw[2 * count :]
    return torch.cat([paper.thicken(broad, generator), paper.thin(fine, generator), rest])


def shift(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Move each picture by whole pixels, up to SHIFT each way, by picking one of the windows of a padded copy."""
    n, _, height, width = images_nchw.shape
    padded = F.pad(images_nchw, (SHIFT,) * 4, mode="replicate")
    down_n, right_n = torch.randint(0, 2 * SHIFT + 1, (2, n), generator=generator).to(images_nchw.device)
    windows = padded.unfold(2, height, 1).unfold(3, width, 1)  # a view: (n, c, offsets down, offsets right, h, w)
    return windows[torch.arange(n, device=images_nchw.device), :, down_n, right_n]


def affine_matrices(n: int, height: int, width: int, generator: torch.Generator) -> torch.Tensor:
    """Draw a matrix of shape (2, 3) for each picture, from output to input, in half-widths of the picture."""
    turn, scale, shear, right, down = torch.rand(5, n, generator=generator).mul_(2).sub_(1)
    cos, sin, size = torch.cos(turn * TURN), torch.sin(turn * TURN), 1 + SCALE * scale
    first_row = torch.stack([size * cos, size * (shear * SHEAR - sin), right * 2 * SHIFT / width], dim=1)
    second_row = torch.stack([size * sin, size * cos, down * 2 * SHIFT / height], dim=1)
    return torch.stack([first_row, second_row], dim=1)


def _grid(matrices_n23: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Do what `affine_grid` does, without its product of matrices, in a third of the time: (n, h, w, 2)."""
    across_w, down_h = ((torch.arange(length) + 0.5) * (2 / length) - 1 for length in (width, height))
    grid_nhw2 = torch.empty(len(matrices_n23), height, width, 2)
    for axis in range(2):
        by_across, by_down, shift = matrices_n23[:, axis, :, None, None].unbind(1)
        torch.addcmul(by_down * down_h[:, None] + shift, by_across, across_w, out=grid_nhw2[..., axis])
    return grid_nhw2


def displacements(n: int, height: int, width: int, generator: torch.Generator) -> torch.Tensor:
    """Draw a smooth field of shape (n, h, w, 2), in half-widths of the picture.

    After P. Simard, D. Steinkraus, J. Platt, "Best practices for convolutional neural networks applied to visual
    document analysis" (2003); a coarse grid, interpolated, stands in for their Gaussian blur.
    """
    coarse = torch.randn(n, 2, COARSE, COARSE, generator=generator).mul_(WARP)
    field_n2hw = F.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)
    return field_n2hw.permute(0, 2, 3, 1)
