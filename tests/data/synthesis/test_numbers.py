from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inkread
from inkread.data import Dataset
from inkread.data.synthesis import CLEAN, EVERYDAY, Glyphs, NumberSample, NumberStyle, make_number
from inkread.errors import DataError
from inkread.types import Box
from tests.data.synthesis.material import inside, light, of_formulas, of_pictures, of_unipen

NUMBER = re.compile(r"(-?\d+([.,]\d+)?)?")
LARGE = replace(CLEAN, height=(30, 60))


@pytest.fixture(scope="module")
def pictures(mnist_train: Dataset) -> Glyphs:
    return of_pictures(mnist_train)


@pytest.fixture(scope="module")
def formulas(mnist_train: Dataset) -> Glyphs:
    return of_formulas(mnist_train)


def number(glyphs: Glyphs, seed: int, style: NumberStyle = EVERYDAY) -> NumberSample:
    return make_number(np.random.default_rng(seed), glyphs, style)


def assert_sound(sample: NumberSample) -> None:
    assert sample.image.dtype == np.uint8
    assert sample.image.ndim == 2
    assert NUMBER.fullmatch(sample.text)
    assert len(sample.boxes) == len(sample.text)
    assert all(inside(box, sample.image) for box in sample.boxes)
    middles = [box.x0 + box.x1 for box in sample.boxes]
    assert middles == sorted(middles)


def assert_holds_its_ink(sample: NumberSample) -> None:
    """On paper with nothing else, each box is filled to its edges, and no ink lies outside of all."""
    paper = light(sample.image)
    left_over = sample.image < 0.6 * paper
    ink = sample.image < 0.9 * paper
    for x0, y0, x1, y1 in sample.boxes:
        part = ink[y0:y1, x0:x1]
        assert part[0].any()
        assert part[-1].any()
        assert part[:, 0].any()
        assert part[:, -1].any()
        left_over[y0:y1, x0:x1] = False
    assert not left_over.any()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_text_boxes_and_picture_belong_together(pictures: Glyphs, formulas: Glyphs, seed: int) -> None:
    assert_sound(number(pictures, seed))
    assert_sound(number(formulas, seed))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_boxes_contain_the_ink_they_claim(pictures: Glyphs, formulas: Glyphs, seed: int) -> None:
    assert_holds_its_ink(number(pictures, seed, LARGE))
    assert_holds_its_ink(number(formulas, seed, replace(LARGE, pictures=0)))
    assert_holds_its_ink(number(pictures, seed, replace(LARGE, printed=1)))


def test_people_who_write_with_pens_are_boxed_as_well(mnist_train: Dataset) -> None:
    glyphs = of_unipen(mnist_train)
    for seed in range(40):
        assert_sound(number(glyphs, seed, replace(EVERYDAY, pictures=0, unit=1)))
        assert_holds_its_ink(number(glyphs, seed, replace(LARGE, pictures=0)))


@pytest.mark.parametrize("kind", [of_pictures, of_formulas])
def test_the_generator_decides_everything(mnist_train: Dataset, kind: Callable[[Dataset], Glyphs]) -> None:
    first, second = (make_samples(kind(mnist_train), 5) for _ in range(2))
    other = make_samples(kind(mnist_train), 6)
    for a, b in zip(first, second, strict=True):
        assert (a.text, a.boxes, a.printed) == (b.text, b.boxes, b.printed)
        assert np.array_equal(a.image, b.image)
    assert [sample.text for sample in first] != [sample.text for sample in other]


def make_samples(glyphs: Glyphs, seed: int) -> list[NumberSample]:
    rng = np.random.default_rng(seed)
    return [make_number(rng, glyphs) for _ in range(30)]


def test_a_sample_of_everyday_numbers_is_as_various_as_its_table_says(pictures: Glyphs) -> None:
    samples = make_samples(pictures, 1) + make_samples(pictures, 2) + make_samples(pictures, 3)
    lengths = {sum(character.isdigit() for character in sample.text) for sample in samples}
    assert lengths >= set(range(7))
    assert {character for sample in samples for character in sample.text} == set("0123456789-.,")
    heights = [max(box.height for box in sample.boxes) for sample in samples if sample.text]
    assert min(heights) < 20
    assert max(heights) > 60
    assert any(len(np.unique(sample.image)) == 2 for sample in samples)
    assert any(overlap(sample.boxes) for sample in samples)


def overlap(boxes: tuple[Box, ...]) -> bool:
    return any(a.x1 > b.x0 for a, b in pairwise(boxes))


def test_each_box_shows_the_digit_that_it_is_said_to_show(pictures: Glyphs) -> None:
    style = replace(LARGE, touching=0, decimal=0, minus=0, wide=1, mixed=1)
    samples = [number(pictures, seed, style) for seed in range(40)]
    crops = [
        np.pad(sample.image[y0:y1, x0:x1], 8, constant_values=round(light(sample.image)))
        for sample in samples
        for x0, y0, x1, y1 in sample.boxes
    ]
    read = [digit.label for digit in inkread.load().digits(crops)]
    truth = list("".join(sample.text for sample in samples))
    assert np.mean([a == b for a, b in zip(read, truth, strict=True)]) > 0.93


def test_pictures_without_all_digits_are_refused(mnist_train: Dataset) -> None:
    with pytest.raises(DataError, match="every digit"):
        Glyphs(mnist_train.images[:3, 0], mnist_train.labels[:3])
