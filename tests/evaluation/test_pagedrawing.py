from __future__ import annotations

import numpy as np
import pytest

from inkread.evaluation.pagedrawing import draw_page
from inkread.types import Box, Number, Page

SURE, LESS_SURE, REFUSED = (0x00, 0x72, 0xB2), (0x3D, 0x9B, 0xD6), (0xC4, 0x4F, 0x00)


def number(confidence: float, accepted: bool, box: Box, text: str = "72") -> Number:
    return Number(text, confidence, accepted, (), box, None if accepted else "unsure", line=0)


def test_each_number_is_framed_in_the_colour_of_its_confidence_and_the_rest_is_untouched() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (900, 1200, 3), dtype=np.uint8)
    boxes = {SURE: Box(100, 100, 200, 150), LESS_SURE: Box(400, 300, 500, 350), REFUSED: Box(700, 600, 800, 650)}
    numbers = tuple(
        number(confidence, accepted, box)
        for (confidence, accepted), box in zip(((0.99, True), (0.7, True), (0.3, False)), boxes.values(), strict=True)
    )
    image = np.asarray(draw_page(pixels, Page(numbers, 1200, 900), "a.png"))
    for colour, (x0, y0, x1, y1) in boxes.items():
        np.testing.assert_array_equal(image[y0:y1, x0:x1], pixels[y0:y1, x0:x1])
        assert (image[y0:y1, x1] == colour).all()
        label = image[y0 - 40 : y0 - 2, x0 - 5 : x1 + 60]
        assert (label == colour).all(axis=2).any()
    np.testing.assert_array_equal(image[700:900, :600], pixels[700:900, :600])


@pytest.mark.parametrize("shape", [(1, 1), (8, 4000), (4000, 8), (300, 400), (5000, 4000)])
def test_any_size_is_drawn_in_a_size_to_look_at_and_labels_stay_inside(shape: tuple[int, int]) -> None:
    height, width = shape
    page = Page((number(0.5, False, Box(0, 0, width, height), "1" * 20),), width, height)
    image = draw_page(np.zeros(shape, np.uint8), page, "a name\nof two lines " * 20)
    assert 640 <= image.width <= 2400
    assert image.height <= 2400 + 60


def test_a_page_without_numbers_says_so() -> None:
    pixels = np.full((900, 900), 255, np.uint8)
    none = draw_page(pixels, Page((), 900, 900), "a.png")
    assert none != draw_page(pixels, Page((), 900, 900), "b.png")
    assert (np.asarray(none)[:900] == 255).all()
