"""Steps of the augmentation "everyday": what cameras, light and programs do to a picture of ink.

Each takes float32 of shape (n, c, h, w), 0 to 1, white ink on black, on the CPU, and a generator; each returns a tensor
of the same shape, which `everyday` cuts off at 0 and 1.
"""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F  # noqa: N812  (the name that everybody knows it by)

from inkread.training.draws import SIDE, each, smooth_field, some, uniform

SMALLEST, LARGEST = 8, 18  # pixels a side of a picture of low resolution, of SIDE
BLOCK = 8  # pixels a side of a block of JPEG


def low_resolution(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Go down to few pixels and back, the same number for all; now and then without smoothing."""
    size = images_nchw.shape[2:]
    share = int(torch.randint(SMALLEST, LARGEST + 1, (), generator=generator)) / SIDE
    small = F.interpolate(images_nchw, [max(1, round(side * share)) for side in size], mode="area")
    if torch.rand((), generator=generator) < 0.3:
        return F.interpolate(small, size, mode="nearest")
    return F.interpolate(small, size, mode="bilinear", align_corners=False)


def blur(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Lose the focus: a Gaussian blur of one width, 0.5 to 2 pixels, for all."""
    sigma = float(uniform(generator, 0.5, 2, 1))
    weights = torch.exp(-torch.arange(-4.0, 5).square() / (2 * sigma**2))
    weights /= weights.sum()
    channels = images_nchw.shape[1]
    column, row = weights.view(1, 1, 9, 1), weights.view(1, 1, 1, 9)
    blurred = F.conv2d(images_nchw, column.expand(channels, 1, 9, 1), padding=(4, 0), groups=channels)
    return F.conv2d(blurred, row.expand(channels, 1, 1, 9), padding=(0, 4), groups=channels)


def motion(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Move the camera: a blur along a line of 2 to 9 pixels, the same for all."""
    angle, length = float(uniform(generator, 0, math.pi, 1)), float(uniform(generator, 2, 9, 1))
    at = torch.arange(-4.0, 5)
    along = at[:, None] * math.sin(angle) + at * math.cos(angle)
    beside = at[:, None] * math.cos(angle) - at * math.sin(angle)
    weights = (1 - beside.abs()).clamp_min(0) * (length / 2 + 0.5 - along.abs()).clamp(0, 1)
    channels = images_nchw.shape[1]
    kernel = (weights / weights.sum()).expand(channels, 1, 9, 9)
    return F.conv2d(images_nchw, kernel, padding=4, groups=channels)


def contrast(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Change gamma, weaken the ink (down to 30 %) and, for most, make the paper not quite blank (up to 30 %)."""
    gamma_n = each(generator, -0.8, 0.8, images_nchw).exp()
    paper_n = each(generator, 0, 0.3, images_nchw) * some(generator, 0.6, images_nchw)
    ink_n = each(generator, 0.3, 1, images_nchw) * (1 - paper_n)
    return paper_n + images_nchw.clamp_min(1e-4).pow(gamma_n) * ink_n


def lighting(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Light unevenly: a smooth shade over the paper, weaker over the ink."""
    n, _, height, width = images_nchw.shape
    shade = torch.sigmoid(smooth_field(generator, (n, 1, height, width), 3) * 1.5)
    return images_nchw + (1 - images_nchw) * shade * each(generator, 0, 0.6, images_nchw)


def noise(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Add Gaussian noise up to a deviation of 0.3, for half of the pictures in proportion to the ink."""
    sigma_n = each(generator, 0.02, 0.3, images_nchw)
    where = torch.where(some(generator, 0.5, images_nchw), torch.ones(()), images_nchw)
    return images_nchw + torch.randn(images_nchw.shape, generator=generator) * sigma_n * where


def binarize(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Make all black or white, or nearly so: a threshold between 25 and 65 % of the ink."""
    level_n, steepness_n = each(generator, 0.25, 0.65, images_nchw), each(generator, 8, 60, images_nchw)
    return torch.sigmoid((images_nchw - level_n) * steepness_n)


def jpeg(images_nchw: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Round the cosine transform of 8x8 blocks, high frequencies more than low ones; the blocks begin anywhere."""
    n, channels, height, width = images_nchw.shape
    top, left = torch.randint(0, BLOCK, (2,), generator=generator).tolist()
    padded = F.pad(images_nchw, (left, -(left + width) % BLOCK, top, -(top + height) % BLOCK))
    rows, columns = padded.shape[2] // BLOCK, padded.shape[3] // BLOCK
    blocks = padded.view(n, channels, rows, BLOCK, columns, BLOCK).transpose(3, 4)
    frequency = torch.arange(BLOCK)
    quantum = (1 + frequency[:, None] + frequency) * uniform(generator, 0.02, 0.12, n, 1, 1, 1, 1, 1)
    rounded = torch.round(DCT @ blocks @ DCT.T / quantum) * quantum
    pictures = (DCT.T @ rounded @ DCT).transpose(3, 4).reshape(padded.shape)
    return pictures[:, :, top : top + height, left : left + width]


def _cosine_transform() -> torch.Tensor:
    """Return the orthonormal matrix of the cosine transform (DCT-II) of 8 values, which JPEG uses (ITU-T T.81)."""
    frequency, place = torch.arange(BLOCK)[:, None], torch.arange(BLOCK)
    basis = torch.cos((2 * place + 1) * frequency * (math.pi / (2 * BLOCK))) * math.sqrt(2 / BLOCK)
    basis[0] /= math.sqrt(2)
    return basis


DCT = _cosine_transform()
