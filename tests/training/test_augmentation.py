from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F  # noqa: N812  (the name that everybody knows it by)

from inkread.training.augmentation import SHIFT, augment
from inkread.training.config import Augmentation
from inkread.training.paper import dilate


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def centre_of_mass(images_nchw: torch.Tensor) -> torch.Tensor:
    n, _, height, width = images_nchw.shape
    mass = images_nchw.mean(dim=1)
    rows = (mass.sum(dim=2) * torch.arange(height)).sum(dim=1)
    columns = (mass.sum(dim=1) * torch.arange(width)).sum(dim=1)
    return torch.stack([rows, columns], dim=1) / mass.sum(dim=(1, 2)).view(n, 1)


def blobs(n: int = 64, channels: int = 1, height: int = 28, width: int = 28) -> torch.Tensor:
    images = torch.zeros(n, channels, height, width)
    images[:, :, 8:-8, 8:-8] = torch.rand(n, channels, height - 16, width - 16, generator=generator(5))
    return images


def test_none_changes_nothing() -> None:
    images = blobs()
    assert torch.equal(augment(images, "none", generator()), images)


def test_shift_moves_each_picture_by_whole_pixels_in_every_direction() -> None:
    images = blobs(400, channels=3, height=24, width=30)
    moved = augment(images, "shift", generator())
    seen = set()
    for before, after in zip(images, moved, strict=True):
        offset = (centre_of_mass(after[None]) - centre_of_mass(before[None]))[0].round().int().tolist()
        assert torch.equal(torch.roll(before, offset, dims=(1, 2)), after)
        seen.add(tuple(offset))
    assert seen == {(row, column) for row in range(-SHIFT, SHIFT + 1) for column in range(-SHIFT, SHIFT + 1)}


def test_shift_repeats_the_edge_and_brings_in_no_black_border() -> None:
    white = torch.ones(50, 1, 28, 28)
    assert torch.equal(augment(white, "shift", generator()), white)


@pytest.mark.parametrize("kind", ["affine", "elastic"])
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 20, 24)])
def test_warps_change_pictures_a_little(kind: Augmentation, shape: tuple[int, int, int]) -> None:
    images = blobs(200, *shape)
    warped = augment(images, kind, generator())
    assert warped.shape == images.shape
    assert warped.min() >= 0
    assert warped.max() <= images.max()
    offsets = centre_of_mass(warped) - centre_of_mass(images)
    assert 0.3 < offsets.abs().mean() < 2.5
    assert offsets.mean().abs() < 0.5
    ink = warped.sum(dim=(1, 2, 3)) / images.sum(dim=(1, 2, 3))
    assert 0.85 < ink.mean() < 1.2
    assert ink.std() < 0.4


@pytest.mark.parametrize("kind", ["shift", "affine", "strokes", "elastic", "rows"])
def test_the_generator_alone_decides(kind: Augmentation) -> None:
    images = blobs()
    torch.manual_seed(1)
    first = augment(images, kind, generator(3))
    torch.manual_seed(2)
    assert torch.equal(first, augment(images, kind, generator(3)))
    assert not torch.equal(first, augment(images, kind, generator(4)))


def test_other_pens_write_some_pictures_broader_and_some_finer() -> None:
    images = blobs(200)
    plain, changed = (augment(images, kind, generator(5)).sum(dim=(1, 2, 3)) for kind in ("affine", "strokes"))
    broader, finer = int((changed > 1.02 * plain).sum()), int((changed < 0.98 * plain).sum())
    assert 20 <= broader <= 30
    assert 15 <= finer <= 30
    assert int((changed == plain).sum()) >= 140


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**31))
def test_a_broad_pen_takes_the_highest_of_nine_pixels(height: int, width: int, seed: int) -> None:
    images = torch.rand(2, 3, height, width, generator=generator(seed))
    assert torch.equal(dilate(images), F.max_pool2d(images, 3, stride=1, padding=1))


def test_no_ink_is_pushed_out_of_a_row() -> None:
    images = torch.zeros(200, 1, 32, 160)
    images[:, :, 12:20, 8:12] = 1
    images[:, :, 12:20, -12:-8] = 1
    changed = augment(images, "rows", generator())
    ink = torch.stack([changed[..., :80].sum(dim=(1, 2, 3)), changed[..., 80:].sum(dim=(1, 2, 3))])
    assert ink.min() > 0.4 * 32
    assert 0 <= changed.min() <= changed.max() <= 1
    wide = (changed.amax(dim=(1, 2)) > 0.3).float() * torch.arange(160)
    assert wide.amax(dim=1).min() < 140  # some are much narrower
    assert not torch.equal(changed, images)
