"""Made pictures that show no digit."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkread.data.nondigits import character, half, make_nondigits, pair, scribble, shape, texture
from inkread.types import UInt8Array

SEEDS = st.integers(0, 2**32 - 1)
RING = np.zeros((28, 28), np.uint8)
cv2.ellipse(RING, (14, 14), (8, 9), 0, 0, 360, (255,), 2)
BAR = np.zeros((28, 28), np.uint8)
BAR[4:24, 13:16] = 255


def holes(picture: UInt8Array) -> int:
    """Return how many parts of the ground the ink encloses."""
    ground = (np.pad(picture, 1) < 100).astype(np.uint8)
    return cv2.connectedComponents(ground, connectivity=4)[0] - 2


def sides(picture: UInt8Array) -> tuple[int, int]:
    """Return width and height of the ink."""
    return cv2.boundingRect(picture)[2:]


def is_of_mnists_size(picture: UInt8Array) -> bool:
    return picture.max() > 127 and 19 <= max(sides(picture)) <= 21


def open_side(ring: UInt8Array) -> str:
    """Return the side on which the middle of the box holds least ink."""
    x, y, width, height = cv2.boundingRect(ring)
    box = ring[y : y + height, x : x + width].astype(int)
    column, row = box[:, width // 2 - 1 : width // 2 + 2], box[height // 2 - 1 : height // 2 + 2]
    ink = {"top": column[:3], "bottom": column[-3:], "left": row[:, :3], "right": row[:, -3:]}
    return min(ink, key=lambda side: ink[side].sum())


@settings(max_examples=20, deadline=None)
@given(SEEDS)
@pytest.mark.parametrize("make", [scribble, character, shape])
def test_there_is_ink_of_mnists_size(make: Callable[[np.random.Generator], UInt8Array], seed: int):
    picture = make(np.random.default_rng(seed))
    assert (picture.shape, picture.dtype) == ((28, 28), np.uint8)
    assert is_of_mnists_size(picture)
    assert np.array_equal(picture, make(np.random.default_rng(seed)))


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_textures_are_pictures_of_any_brightness(seed: int):
    picture = texture(np.random.default_rng(seed))
    assert (picture.shape, picture.dtype) == ((28, 28), np.uint8)
    assert np.array_equal(picture, texture(np.random.default_rng(seed)))


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_pair_shows_both_digits(seed: int):
    picture = pair(RING, RING, np.random.default_rng(seed))
    assert holes(picture) == 2
    assert is_of_mnists_size(picture)


def test_a_fifth_of_the_pairs_is_upright():
    rng = np.random.default_rng(0)
    upright = [height > width for width, height in (sides(pair(RING, RING, rng)) for _ in range(200))]
    assert 0.1 < np.mean(upright) < 0.3


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_half_a_ring_is_open(seed: int):
    picture = half(RING, np.random.default_rng(seed))
    assert holes(picture) == 0
    assert is_of_mnists_size(picture)


def test_halves_are_cut_from_all_four_sides():
    rng = np.random.default_rng(0)
    assert {open_side(half(RING, rng)) for _ in range(60)} == {"top", "bottom", "left", "right"}


def test_three_tenths_are_pairs_and_halves_each_and_none_is_half_a_one():
    digits, labels = np.stack([BAR] * 9 + [RING]), np.array([1] * 9 + [0])
    made = make_nondigits(digits, labels, 200, np.random.default_rng(0))
    assert (made.shape, made.dtype) == ((200, 28, 28), np.uint8)
    assert all(min(sides(picture)) > 6 for picture in made[60:120])
    bars = [picture for picture in made[:60] if holes(picture) == 0]
    assert len(bars) > 30
    assert len({picture.tobytes() for picture in made[120:]}) > 75


def test_the_same_seed_makes_the_same_pictures():
    digits, labels = np.stack([BAR, RING]), np.array([1, 0])
    first, second, other = (make_nondigits(digits, labels, 50, np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
