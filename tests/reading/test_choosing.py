from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from inkread.data import Dataset
from inkread.data.corruptions import CORRUPTIONS, corrupt
from inkread.data.synthesis import Glyphs, load_glyphs, make_page
from inkread.imaging import load_image
from inkread.reading.choosing import choose_task
from inkread.types import UInt8Array
from tests.reading.made import strip
from tests.test_examples import EXAMPLES


@pytest.fixture(scope="module")
def glyphs() -> Glyphs:
    return load_glyphs("test")


def tasks_of(images: list[UInt8Array]) -> list[str]:
    return [choose_task(image) for image in images]


def test_the_examples_are_digits() -> None:
    images = [load_image(path) for path in sorted((EXAMPLES / "digits").glob("[0-9]*"))]
    assert tasks_of(images) == ["digit"] * 10


def test_mnists_digits_are_digits_however_spoilt(mnist_test: Dataset) -> None:
    for name in CORRUPTIONS:
        assert tasks_of(list(corrupt(mnist_test.images[:5, 0], name))) == ["digit"] * 5, name


@pytest.mark.parametrize("side", [60, 300, 1500])
def test_one_digit_on_a_sheet_is_a_digit_wherever_it_stands(mnist_test: Dataset, side: int) -> None:
    rng = np.random.default_rng(side)
    for pixels in mnist_test.images[:20, 0]:
        sheet = np.full((side, round(1.3 * side)), 235, np.uint8)
        size = round(side * rng.uniform(0.3, 0.8))
        digit = cv2.resize(pixels, (size, size))
        y, x = (int(rng.integers(0, room - size)) for room in sheet.shape)
        sheet[y : y + size, x : x + size] -= (0.8 * digit).astype(np.uint8)
        assert choose_task(sheet) == "digit"


@pytest.mark.parametrize("scale", [0.8, 1, 3, 12])
def test_a_row_of_digits_is_a_number(mnist_test: Dataset, scale: float) -> None:
    for seed, text in enumerate(("72104", "36", "2024", "8", "90552")):
        image = strip(mnist_test, text, gap=3, seed=seed)
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        assert choose_task(np.asarray(image, np.uint8)) == ("number" if len(text) > 1 else "digit")


def test_touching_digits_are_a_number(mnist_test: Dataset) -> None:
    images = [strip(mnist_test, "4063", gap=-3, seed=seed) for seed in range(10)]
    assert tasks_of(images) == ["number"] * 10


def test_rows_below_each_other_are_a_page(mnist_test: Dataset) -> None:
    sheet = np.full((200, 160), 255, np.uint8)
    for top, text in ((10, "721"), (90, "364")):
        image = strip(mnist_test, text)
        sheet[top : top + image.shape[0], 20 : 20 + image.shape[1]] = image
    assert choose_task(sheet) == "page"


def test_made_pages_are_pages_turned_too(glyphs: Glyphs) -> None:
    rng = np.random.default_rng(5)
    images = [make_page(rng, glyphs, size=(700, 900)).image for _ in range(8)]
    assert tasks_of(images).count("page") >= 7
    assert tasks_of([np.rot90(image).copy() for image in images]).count("page") >= 7


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (3000, 1), (29, 29), (400, 300, 3)])
@pytest.mark.parametrize("shade", [0, 255])
def test_what_holds_no_ink_is_a_digit_that_is_not_there(shape: tuple[int, ...], shade: int) -> None:
    assert choose_task(np.full(shape, shade, np.uint8)) == "digit"


def test_noise_is_something(mnist_test: Dataset) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (500, 400), dtype=np.uint8)
    assert choose_task(noise) in ("digit", "number", "page")
    assert choose_task(np.asarray(Image.fromarray(noise).convert("RGB"))) in ("digit", "number", "page")
