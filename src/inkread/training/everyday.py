"""The augmentation "everyday": what hands, pens, paper, cameras and programs do to ink before a digit is read.

Each picture is written a little differently (`warp`); then each step of `STEPS` takes a random part of the batch, in
the order in which such things happen. Pictures are white ink on black. Lengths are in 28ths of a picture's side, so
they are pixels of MNIST's pictures, and mean the same in pictures of any size.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional as F  # noqa: N812  (the name that everybody knows it by)

from inkread.training import camera, paper
from inkread.training.draws import SIDE, smooth_field, uniform

Step = Callable[[torch.Tensor, torch.Generator], torch.Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far a hand may go: the largest of each change, each way.

    Attributes:
        share: of the batch.
        turn: degrees.
        shear: sideways shift per height.
        stretch: logarithm of width to height, half of it.
        shift: 28ths of a side.
        zoom: smallest and largest size.
        bend: standard deviation of a smooth field of displacements, in 28ths of a side.
    """

    share: float
    turn: float
    shear: float
    stretch: float
    shift: float
    zoom: tuple[float, float]
    bend: float


USUAL = Reach(share=0.7, turn=16, shear=0.22, stretch=0.14, shift=2, zoom=(0.85, 1.15), bend=1.3)
WIDE = Reach(share=0.18, turn=24, shear=0.4, stretch=0.25, shift=5, zoom=(0.5, 1.2), bend=2.0)
SLIGHT = Reach(share=0.12, turn=6, shear=0.1, stretch=0.05, shift=1, zoom=(0.95, 1.05), bend=0.0)
HANDS = (USUAL, WIDE, SLIGHT)
KNOTS = 6  # points a side of the grid of random displacements

ROUGH = 0.65  # share of a batch that the steps may take: the rest stays clean, so that clean digits are read surely
# Each step, and the share of a batch that it takes: writing, paper, camera, program.
STEPS: tuple[tuple[Step, float], ...] = (
    (paper.thicken, 0.22),
    (paper.thin, 0.18),
    (paper.neighbours, 0.06),
    (paper.outline, 0.02),
    (paper.ruling, 0.12),
    (paper.gap, 0.05),
    (paper.specks, 0.05),
    (paper.patch, 0.05),
    (paper.negative, 0.04),
    (camera.low_resolution, 0.08),
    (camera.blur, 0.08),
    (camera.motion, 0.05),
    (camera.contrast, 0.15),
    (camera.lighting, 0.08),
    (paper.grain, 0.05),
    (camera.noise, 0.09),
    (camera.binarize, 0.08),
    (camera.jpeg, 0.05),
)


def everyday(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Change each picture of a batch at random, as everyday life would.

    Args:
        images_nchw: float32 of shape (n, c, h, w), 0 to 1, white ink on black, on the CPU; any size and channels.
        generator: on the CPU; it alone decides.

    Returns:
        A new tensor of the same shape, 0 to 1.
    """
    n = len(images_nchw)
    changed_nchw = torch.empty_like(images_nchw)
    ends = [round(n * share) for share in (USUAL.share, USUAL.share + WIDE.share)]
    for part_m, reach in zip(torch.randperm(n, generator=generator).tensor_split(ends), HANDS, strict=True):
        if len(part_m):
            changed_nchw[part_m] = warp(images_nchw[part_m], reach, generator)
    rough_m = torch.randperm(n, generator=generator)[: round(n * ROUGH)]
    for step, share in STEPS:
        # Rounded up or down at random, so that small batches get their share over time.
        count = min(int(n * share + torch.rand((), generator=generator).item()), len(rough_m))
        if count:
            part_m = rough_m[torch.randperm(len(rough_m), generator=generator)[:count]]
            changed_nchw[part_m] = step(changed_nchw[part_m], generator).clamp_(0, 1)
    return changed_nchw


def warp(images_nchw: torch.Tensor, reach: Reach, generator: torch.Generator) -> torch.Tensor:
    """Turn, shear, stretch, zoom, shift and bend each picture, in one resampling; beyond the border it is black."""
    n, _, height, width = images_nchw.shape
    grid_nhw2 = F.affine_grid(_matrices(n, reach, generator), [n, 1, height, width], align_corners=False)
    if reach.bend:
        amount_n = torch.rand(n, 1, 1, 1, generator=generator).square() * (reach.bend * 2 / SIDE)
        field_n2hw = smooth_field(generator, (n, 2, height, width), KNOTS) * amount_n
        grid_nhw2 = grid_nhw2 + field_n2hw.permute(0, 2, 3, 1)
    return F.grid_sample(images_nchw, grid_nhw2, mode="bilinear", padding_mode="zeros", align_corners=False)


def _matrices(n: int, reach: Reach, generator: torch.Generator) -> torch.Tensor:
    """Draw a matrix of shape (2, 3) for each picture, from output to input, in half-widths of the picture."""
    angle = uniform(generator, -reach.turn, reach.turn, n) * (math.pi / 180)
    slope = uniform(generator, -reach.shear, reach.shear, n)
    scale = uniform(generator, math.log(reach.zoom[0]), math.log(reach.zoom[1]), n).exp()
    ratio = uniform(generator, -reach.stretch, reach.stretch, n).exp()
    shift_n21 = uniform(generator, -reach.shift, reach.shift, n, 2, 1) * (2 / SIDE)
    cos, sin, zero, one = angle.cos(), angle.sin(), torch.zeros(n), torch.ones(n)
    turned = torch.stack([cos, -sin, sin, cos], dim=1).view(n, 2, 2)
    sheared = torch.stack([one, slope, zero, one], dim=1).view(n, 2, 2)
    sized = torch.diag_embed(torch.stack([1 / (scale * ratio), ratio / scale], dim=1))
    return torch.cat([turned @ sheared @ sized, shift_n21], dim=2)
