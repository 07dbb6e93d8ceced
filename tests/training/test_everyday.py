from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inkread.data import Dataset
from inkread.training import camera, paper
from inkread.training.augmentation import augment
from inkread.training.everyday import SLIGHT, STEPS, USUAL, WIDE, everyday, warp
from inkread.training.pictures import to_unit_range

NAMES = [step.__name__ for step, _ in STEPS]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def digits(mnist_train: Dataset) -> torch.Tensor:
    return to_unit_range(torch.tensor(mnist_train.images[:512]))


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(1, 40),
    channels=st.integers(1, 3),
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    seed=st.integers(0, 1000),
)
def test_any_batch_of_any_size_stays_within_black_and_white(
    n: int, channels: int, height: int, width: int, seed: int
) -> None:
    images = torch.rand(n, channels, height, width, generator=generator(seed))
    before = images.clone()
    changed = augment(images, "everyday", generator(seed))
    assert changed.shape == images.shape
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert torch.equal(images, before)


def test_the_generator_alone_decides(digits: torch.Tensor) -> None:
    torch.manual_seed(1)
    first = everyday(digits, generator(3))
    torch.manual_seed(2)
    assert torch.equal(first, everyday(digits, generator(3)))
    assert not torch.equal(first, everyday(digits, generator(4)))


def test_every_picture_is_changed_and_most_are_still_alike(digits: torch.Tensor) -> None:
    changed = everyday(digits, generator())
    differences = (changed - digits).abs().mean(dim=(1, 2, 3))
    assert differences.min() > 0
    flat = torch.stack([digits.flatten(1), changed.flatten(1)])
    flat = flat - flat.mean(dim=2, keepdim=True)
    alike = (flat[0] * flat[1]).sum(dim=1) / (flat[0].norm(dim=1) * flat[1].norm(dim=1))
    assert alike.median() > 0.5


@pytest.mark.parametrize(("step", "_share"), STEPS, ids=NAMES)
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 20, 33)])
def test_each_step_changes_pictures_of_any_shape(
    step: object, _share: float, shape: tuple[int, int, int], digits: torch.Tensor
) -> None:
    images = digits[:64, :, : shape[1]].expand(-1, shape[0], -1, -1)
    images = torch.nn.functional.pad(images, (0, shape[2] - 28)).contiguous()
    assert callable(step)
    changed = step(images, generator())
    assert changed.shape == images.shape
    assert torch.isfinite(changed).all()
    assert not torch.equal(changed, images)


def test_pens_grow_broad_and_thin(digits: torch.Tensor) -> None:
    assert (paper.thicken(digits, generator()) >= digits).all()
    thinned = paper.thin(digits, generator())
    assert (thinned <= digits).all()
    assert thinned.sum() < 0.8 * digits.sum()


def test_little_ink_is_not_thinned_away() -> None:
    faint = torch.zeros(8, 1, 28, 28)
    faint[:, :, 10:15, 14] = 1
    assert torch.equal(paper.thin(faint, generator()), faint)


def test_ruling_crosses_blank_paper_and_a_gap_crosses_full_ink() -> None:
    blank = torch.zeros(100, 1, 28, 28)
    inked = (paper.ruling(blank, generator()) > 0.1).sum(dim=(1, 2, 3))
    assert (inked > 14).float().mean() > 0.8
    assert inked.max() < 28 * 28 / 3
    assert torch.equal(paper.gap(blank, generator()), blank)
    least = paper.gap(1 - blank, generator()).amin(dim=(1, 2, 3))
    assert least.max() < 1
    assert 0.2 < least.median() < 0.45


def test_a_neighbour_comes_in_at_the_border_and_leaves_the_middle(digits: torch.Tensor) -> None:
    added = paper.neighbours(digits, generator()) - digits
    assert (added.amax(dim=(1, 2, 3)) > 0.5).float().mean() > 0.3
    assert added[:, :, 11:17, 11:17].abs().max() < 1e-6


def test_jpeg_keeps_a_smooth_picture_and_its_place() -> None:
    ramp = torch.linspace(0.2, 0.8, 28).expand(16, 1, 28, 28)
    inner = (camera.jpeg(ramp, generator()) - ramp)[:, :, 8:20, 8:20].abs()
    assert 0 < inner.mean() < 0.05


def test_blur_keeps_the_ink_and_takes_the_edges(digits: torch.Tensor) -> None:
    blurred = camera.blur(digits, generator())
    torch.testing.assert_close(blurred.mean(), digits.mean(), rtol=0.02, atol=0)
    assert blurred.diff(dim=3).abs().mean() < 0.8 * digits.diff(dim=3).abs().mean()


def test_contrast_makes_weaker_ink_on_paper_that_is_not_blank(digits: torch.Tensor) -> None:
    changed = camera.contrast(digits, generator())
    reach = changed.amax(dim=(1, 2, 3)) - changed.amin(dim=(1, 2, 3))
    assert 0.2 < reach.min() < 0.35
    assert reach.max() > 0.9
    assert 0.4 < (changed.amin(dim=(1, 2, 3)) > 0.01).float().mean() < 0.7


def test_a_wide_reach_moves_more_than_a_usual_one_and_that_more_than_a_slight_one(digits: torch.Tensor) -> None:
    moved = [(warp(digits, reach, generator()) - digits).abs().mean().item() for reach in (SLIGHT, USUAL, WIDE)]
    assert moved == sorted(moved)
    assert moved[0] < 0.6 * moved[2]
