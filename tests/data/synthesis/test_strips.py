from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkread.data import Dataset
from inkread.data.synthesis import compose_digits
from inkread.errors import DataError
from inkread.types import UInt8Array


def blocks(widths: list[int]) -> UInt8Array:
    """Digits that are full blocks of ink of some widths, at some place of their pictures."""
    digits = np.zeros((len(widths), 28, 28), np.uint8)
    for number, width in enumerate(widths):
        digits[number, 4:24, 3 + number % 5 : 3 + number % 5 + width] = 255
    return digits


@settings(max_examples=80, deadline=None)
@given(widths=st.lists(st.integers(5, 20), min_size=1, max_size=8), gap=st.integers(1, 9), seed=st.integers(0, 2**32))
def test_the_gap_is_that_many_empty_columns(widths: list[int], gap: int, seed: int) -> None:
    image = compose_digits(blocks(widths), gap, np.random.default_rng(seed))
    assert image.dtype == np.uint8
    columns = (image < 255).any(axis=0)
    expected = [False] * 8
    for number, width in enumerate(widths):
        expected += [False] * gap * (number > 0) + [True] * width
    assert columns.tolist() == expected + [False] * 8


@pytest.mark.parametrize("gap", [0, -1, -4])
def test_without_a_gap_digits_share_columns(gap: int) -> None:
    image = compose_digits(blocks([10, 12, 9]), gap, np.random.default_rng(0))
    columns = np.flatnonzero((image < 255).any(axis=0))
    assert (columns[0], len(columns), columns[-1]) == (8, 31 + 2 * gap, 8 + 30 + 2 * gap)


def test_the_ink_of_mnist_is_kept_whole(mnist_test: Dataset) -> None:
    digits = mnist_test.images[:5, 0]
    image = 255 - compose_digits(digits, 3, np.random.default_rng(1))
    assert image.astype(int).sum() == digits.astype(int).sum()
    again = 255 - compose_digits(digits, 3, np.random.default_rng(1))
    assert np.array_equal(image, again)
    overlapping = 255 - compose_digits(digits, -2, np.random.default_rng(1))
    assert 0.8 * image.sum(dtype=int) < overlapping.sum(dtype=int) <= image.sum(dtype=int)


@pytest.mark.parametrize(
    ("digits", "gap"),
    [(np.zeros((0, 28, 28), np.uint8), 1), (np.zeros((2, 28, 28), np.uint8), 1), (blocks([3, 9]), -3)],
)
def test_what_cannot_be_composed_is_refused(digits: UInt8Array, gap: int) -> None:
    with pytest.raises(DataError):
        compose_digits(digits, gap, np.random.default_rng(0))
