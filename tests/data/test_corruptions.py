from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inkread.data import Dataset
from inkread.data.corruptions import CORRUPTIONS, corrupt
from inkread.errors import ConfigError, DataError
from inkread.types import UInt8Array


@pytest.fixture(scope="module")
def digits(mnist_test: Dataset) -> UInt8Array:
    return mnist_test.images[:40, 0]


def mean_places(images: UInt8Array) -> np.ndarray:
    """Centres of the ink, x and y, of shape (n, 2)."""
    weight = images.astype(np.float64)
    places = np.arange(28)
    x, y = (weight.sum(axis=axis) @ places for axis in (1, 2))
    return np.asarray(np.stack([x, y], axis=1) / weight.sum(axis=(1, 2))[:, np.newaxis])


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_every_picture_is_changed_but_not_the_ones_given_and_the_seed_decides(name: str, digits: UInt8Array) -> None:
    before = digits.copy()
    spoilt = corrupt(digits, name, seed=3)
    assert (spoilt.dtype, spoilt.shape) == (np.uint8, digits.shape)
    assert (spoilt != digits).any(axis=(1, 2)).all()
    assert np.array_equal(digits, before)
    assert np.array_equal(corrupt(digits, name, seed=3), spoilt)


@pytest.mark.parametrize(
    "name",
    [n for n in CORRUPTIONS if n not in ("gaussian_blur", "scale", "brightness", "contrast", "stripe", "canny_edges")],
)
def test_another_seed_spoils_in_another_way(name: str, digits: UInt8Array) -> None:
    assert not np.array_equal(corrupt(digits, name, seed=1), corrupt(digits, name, seed=2))


@pytest.mark.parametrize("name", CORRUPTIONS)
@settings(max_examples=10)
@given(images=arrays.arrays(np.uint8, st.tuples(st.integers(0, 3), st.just(28), st.just(28))), seed=st.integers(0, 99))
def test_any_pictures_are_taken(name: str, images: UInt8Array, seed: int) -> None:
    spoilt = corrupt(images, name, seed)
    assert (spoilt.dtype, spoilt.shape) == (np.uint8, images.shape)


def test_what_moves_the_ink_moves_it_as_far_as_it_says(digits: UInt8Array) -> None:
    spots = np.zeros((40, 28, 28), np.uint8)
    spots[:, 12:16, 11:15] = 255
    shift = np.abs(mean_places(corrupt(spots, "translate")) - mean_places(spots))
    assert ((shift > 1.9) & (shift < 4.1)).all()
    ink = [images.astype(np.int64).sum(axis=(1, 2)) for images in (corrupt(digits, "scale"), digits)]
    np.testing.assert_allclose(ink[0] / ink[1], 0.55**2, rtol=0.1)


def test_which_families_training_uses_is_said() -> None:
    trained = {name for name, corruption in CORRUPTIONS.items() if corruption.trained}
    assert trained == {
        "gaussian_noise",
        "gaussian_blur",
        "shear",
        "scale",
        "rotate",
        "translate",
        "brightness",
        "contrast",
        "line",
        "motion_blur",
        "stripe",
        "canny_edges",
    }
    assert len(CORRUPTIONS) == 19


def test_what_cannot_be_spoilt_is_refused(digits: UInt8Array) -> None:
    with pytest.raises(ConfigError, match="did you mean 'zigzag'"):
        corrupt(digits, "zig_zag")
    for wrong in (digits[:, :20], digits.astype(np.float32), digits[0]):
        with pytest.raises(DataError, match=r"uint8 of shape \(n, 28, 28\)"):
            corrupt(wrong, "fog")
