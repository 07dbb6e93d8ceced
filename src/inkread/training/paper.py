"""Steps of the augmentation "everyday": what pens and paper do to ink.

Each takes float32 of shape (n, c, h, w), 0 to 1, white ink on black, on the CPU, and a generator; each returns a tensor
of the same shape, which `everyday` cuts off at 0 and 1.
"""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F  # noqa: N812  (the name that everybody knows it by)

from inkread.training.draws import SIDE, each, places, some, uniform

LITTLE_INK, PLENTY_OF_INK = 0.04, 0.14  # mean of a picture; 0.13 is the mean of MNIST's
TILT = 0.03  # standard deviation of a level line's angle, in radians


def dilate(images_nchw: torch.Tensor) -> torch.Tensor:
    """Take the highest of 3x3 pixels, side by side and then above each other: a tenth of the time of `max_pool2d`."""
    padded = F.pad(images_nchw, (1, 1, 1, 1), mode="replicate")
    wide = torch.maximum(torch.maximum(padded[..., :-2], padded[..., 1:-1]), padded[..., 2:])
    return torch.maximum(torch.maximum(wide[..., :-2, :], wide[..., 1:-1, :]), wide[..., 2:, :])


def thicken(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Take a broad pen: mix in a grey dilation over 3x3 pixels, now and then over 5x5, at random strength."""
    grown = dilate(images_nchw)
    if torch.rand((), generator=generator) < 0.3:
        grown = dilate(grown)
    return torch.lerp(images_nchw, grown, each(generator, 0, 1, images_nchw))


def thin(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Take a fine pen: mix in a grey erosion over 3x3 pixels at random strength, less where there is little ink."""
    shrunk = -dilate(-images_nchw)
    ink_n = images_nchw.mean((1, 2, 3), keepdim=True)
    plenty_n = ((ink_n - LITTLE_INK) / (PLENTY_OF_INK - LITTLE_INK)).clamp(0, 1)
    return torch.lerp(images_nchw, shrunk, each(generator, 0, 1, images_nchw) * plenty_n)


def neighbours(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Let ink of another character of the batch come in at one border."""
    n, _, height, width = images_nchw.shape
    other = images_nchw[torch.randperm(n, generator=generator)]
    side_n = torch.randint(0, 4, (n,), generator=generator)
    directions = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    away_n2 = directions[side_n] * uniform(generator, 17, 23, n, 1) * (2 / SIDE)
    matrices = torch.cat([torch.eye(2).expand(n, 2, 2), away_n2[:, :, None]], dim=2)
    grid_nhw2 = F.affine_grid(matrices, [n, 1, height, width], align_corners=False)
    moved = F.grid_sample(other, grid_nhw2, mode="bilinear", padding_mode="zeros", align_corners=False)
    return torch.maximum(images_nchw, moved)


def ruling(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Draw what remains of ruled or boxed paper: one or two lines of weak or strong ink right across.

    Normalisation makes room for all ink, lines too, and so makes the digit smaller: most pictures shrink here.
    """
    first, second = _lines(images_nchw, generator), _lines(images_nchw, generator)
    lines = torch.maximum(first, second * some(generator, 0.3, images_nchw))
    return _shrink(torch.maximum(images_nchw, lines * each(generator, 0.2, 1, images_nchw)), generator)


def negative(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Turn a border of the picture, or two that face each other, into its negative, as in a shaded column of a form."""
    height, width = images_nchw.shape[2:]
    columns, rows = places(width).view(1, 1, 1, width), places(height).view(1, 1, height, 1)
    near = torch.where(some(generator, 0.5, images_nchw), columns, rows)
    near = torch.where(some(generator, 0.5, images_nchw), near, SIDE - near)
    far_n = torch.where(some(generator, 0.5, images_nchw), each(generator, 3, 10, images_nchw), torch.zeros(()))
    band = (near < each(generator, 3, 10, images_nchw)) | (SIDE - near < far_n)
    return torch.where(band, 1 - images_nchw, images_nchw)


def outline(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Keep the outlines alone, of weak or strong ink."""
    edges = dilate(images_nchw) - images_nchw
    return edges * each(generator, 0.6, 1.2, images_nchw)


def gap(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Weaken or remove the ink along a line, as where ruling was taken away."""
    lines = _lines(images_nchw, generator)
    return images_nchw * (1 - lines * each(generator, 0.4, 1, images_nchw))


def specks(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Add dirt: a few soft dots of ink, or of missing ink."""
    share_n = each(generator, 0.001, 0.012, images_nchw)
    seeds = (torch.rand(images_nchw.shape, generator=generator) < share_n).float()
    dots = F.avg_pool2d(seeds * 6, 3, stride=1, padding=1).clamp(0, 1)
    dirty = torch.maximum(images_nchw, dots)
    return torch.where(some(generator, 0.7, images_nchw), dirty, images_nchw * (1 - dots))


def patch(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Lay a small rectangle of another grey, or of noise, over the picture."""
    n, _, height, width = images_nchw.shape
    centre_n2, half_n2 = uniform(generator, 0, SIDE, n, 2), uniform(generator, 1, 4, n, 2)
    rows = (places(height) - centre_n2[:, :1]).abs() < half_n2[:, :1]
    columns = (places(width) - centre_n2[:, 1:]).abs() < half_n2[:, 1:]
    mask = (rows[:, None, :, None] & columns[:, None, None, :]).float()
    grey = each(generator, 0, 1, images_nchw)
    rough = torch.rand(n, 1, height, width, generator=generator)
    return torch.lerp(images_nchw, torch.where(some(generator, 0.6, images_nchw), grey, rough), mask)


def grain(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Take a pencil: the paper's grain breaks the ink."""
    depth_n = each(generator, 0.2, 0.9, images_nchw)
    return images_nchw * (1 - depth_n * torch.rand(images_nchw.shape, generator=generator))


def _shrink(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Make two of three pictures smaller, down to 64 %, and shift them a little."""
    n, _, height, width = images_nchw.shape
    scale_n = torch.where(some(generator, 2 / 3, images_nchw), each(generator, 1, 1.55, images_nchw), torch.ones(()))
    shift_n21 = uniform(generator, -3, 3, n, 2, 1) * (2 / SIDE) * (scale_n.view(n, 1, 1) > 1)
    matrices = torch.cat([torch.eye(2) * scale_n.view(n, 1, 1), shift_n21], dim=2)
    grid_nhw2 = F.affine_grid(matrices, [n, 1, height, width], align_corners=False)
    return F.grid_sample(images_nchw, grid_nhw2, mode="bilinear", padding_mode="zeros", align_corners=False)


def _lines(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Draw a soft mask of one line for each picture, anywhere, most of them level or upright: (n, 1, h, w), 0 to 1."""
    n, _, height, width = images_nchw.shape
    tilt = torch.randn(n, 1, 1, 1, generator=generator) * TILT
    straight = torch.randint(0, 2, (n, 1, 1, 1), generator=generator) * (math.pi / 2) + tilt
    angle = torch.where(some(generator, 0.7, images_nchw), straight, each(generator, 0, math.pi, images_nchw))
    across = (places(width) - SIDE / 2).view(1, 1, 1, width) * angle.cos()
    down = (places(height) - SIDE / 2).view(1, 1, height, 1) * angle.sin()
    distance = (across + down - each(generator, -SIDE / 2 + 1, SIDE / 2 - 1, images_nchw)).abs()
    return (each(generator, 0.5, 1.5, images_nchw) - distance + 0.5).clamp(0, 1)
