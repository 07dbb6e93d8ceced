from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkread.data import Dataset
from inkread.data.synthesis import PAGES, Glyphs, PageSample, PageStyle, make_page
from inkread.data.synthesis.layouts import LAYOUTS
from inkread.types import Box
from tests.data.synthesis.material import inside, light, of_formulas, of_unipen

SMALL = (640, 480)
PLAIN = replace(
    PAGES, photo=0, skew=0, quarter=0, blur=0, coarse=0, noise=0, jpeg=0, bilevel=0, pencil=0, lined=0, squared=0
)


@pytest.fixture(scope="module")
def glyphs(mnist_train: Dataset) -> Glyphs:
    return of_formulas(mnist_train)


def page(glyphs: Glyphs, seed: int, style: PageStyle = PAGES, size: tuple[int, int] | None = SMALL) -> PageSample:
    return make_page(np.random.default_rng(seed), glyphs, size=size, style=style)


def assert_sound(sample: PageSample) -> None:
    assert sample.image.dtype == np.uint8
    assert sample.image.ndim == 2
    for (text, box), characters in zip(sample.numbers, sample.characters, strict=True):
        assert len(text) == len(characters)
        assert all(contains(box, character) for character in characters)
    assert all(inside(box, sample.image) for _, box in sample.numbers + sample.printed)
    assert all(inside(box, sample.image) for box in sample.words)
    assert all(inside(box, sample.image) for boxes in sample.characters for box in boxes)
    assert -180 <= sample.rotation < 180


def contains(outer: Box, inner: Box) -> bool:
    return outer.x0 <= inner.x0 and outer.y0 <= inner.y0 and inner.x1 <= outer.x1 and inner.y1 <= outer.y1


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.tuples(st.integers(200, 700), st.integers(200, 700)))
def test_everything_lies_on_the_page(glyphs: Glyphs, seed: int, size: tuple[int, int]) -> None:
    sample = page(glyphs, seed, size=size)
    assert_sound(sample)
    assert sample.image.shape in (size, size[::-1])


def test_people_who_write_with_pens_fill_pages_as_well(mnist_train: Dataset) -> None:
    glyphs = of_unipen(mnist_train)
    samples = [page(glyphs, seed, replace(PAGES, numbers=replace(PAGES.numbers, pictures=0))) for seed in range(6)]
    for sample in samples:
        assert_sound(sample)
    assert sum(len(sample.words) for sample in samples) > 10


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_holds_numbers_where_it_says(glyphs: Glyphs, layout: str) -> None:
    style = replace(PLAIN, layouts={layout: 1})
    samples = [page(glyphs, seed, style, (900, 700)) for seed in range(3)]
    assert sum(len(sample.numbers) for sample in samples) >= 15
    for sample in samples:
        ink = sample.image < 0.85 * light(sample.image)
        for _, (x0, y0, x1, y1) in sample.numbers + sample.printed:
            part = ink[y0:y1, x0:x1]
            assert part[:3].any()
            assert part[-3:].any()
            assert part[:, :3].any()
            assert part[:, -3:].any()


def test_where_no_lines_are_drawn_all_ink_belongs_to_a_number_or_a_word(glyphs: Glyphs) -> None:
    for seed in range(4):
        sample = page(glyphs, seed, replace(PLAIN, layouts={"scattered": 1}), (900, 700))
        left_over = sample.image < 0.6 * light(sample.image)
        for x0, y0, x1, y1 in [box for _, box in sample.numbers + sample.printed] + list(sample.words):
            left_over[y0 - 1 : y1 + 1, x0 - 1 : x1 + 1] = False
        assert not left_over.any()


def test_numbers_do_not_cover_each_other(glyphs: Glyphs) -> None:
    for layout in LAYOUTS:
        sample = page(glyphs, 1, replace(PLAIN, layouts={layout: 1}), (900, 700))
        count = np.zeros(sample.image.shape, int)
        for _, (x0, y0, x1, y1) in sample.numbers + sample.printed:
            count[y0 + 1 : y1 - 1, x0 + 1 : x1 - 1] += 1
        assert count.max() == 1


def test_the_rotation_is_that_of_the_page(glyphs: Glyphs) -> None:
    """The lines of a ruled page have the slope it says."""
    style = replace(PLAIN, skew=4, lined=1, layouts={"scattered": 1}, numbers=replace(PAGES.numbers, empty=0))
    for seed in range(4):
        sample = page(glyphs, seed, style)
        edges = cv2.Canny(sample.image, 20, 60)
        lines = cv2.HoughLinesP(edges, 1, np.pi / 720, 150, minLineLength=300, maxLineGap=30).reshape(-1, 4)
        slopes = np.degrees(np.arctan2(lines[:, 1] - lines[:, 3], lines[:, 2] - lines[:, 0]))
        assert np.median(slopes) == pytest.approx(sample.rotation, abs=0.3)


def test_quarter_turns_turn_picture_and_boxes_alike(glyphs: Glyphs) -> None:
    style = replace(PLAIN, quarter=1, layouts={"squares": 1})
    turns = set()
    for seed in range(8):
        sample = page(glyphs, seed, style)
        assert_sound(sample)
        quarters = round(sample.rotation / 90) % 4
        turns.add(quarters)
        upright = np.rot90(sample.image, -quarters)
        assert upright.shape == SMALL[::-1]
        ink = sample.image < 0.8 * light(sample.image)
        assert all(ink[y0:y1, x0:x1].any() for _, (x0, y0, x1, y1) in sample.numbers + sample.printed)
    assert turns == {1, 2, 3}


def test_the_generator_decides_everything(glyphs: Glyphs) -> None:
    first, second, other = (page(glyphs, seed) for seed in (3, 3, 4))
    assert np.array_equal(first.image, second.image)
    assert (first.numbers, first.words, first.rotation) == (second.numbers, second.words, second.rotation)
    assert first.numbers != other.numbers


def test_a_page_of_no_given_size_has_about_one_and_a_half_megapixels(glyphs: Glyphs) -> None:
    sample = page(glyphs, 0, size=None)
    assert sample.image.size == pytest.approx(1_500_000, rel=0.01)
    assert_sound(sample)
