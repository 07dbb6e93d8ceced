"""Whole pages: found, put upright, read, and in order."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from inkread.data import Dataset
from inkread.data.synthesis import PAGES, Glyphs, make_page
from inkread.reading import read_page
from inkread.types import Classifier, Page, RowNetwork, UInt8Array
from tests.reading.sheets import ROWS, covered, in_shadow, sheet, turned


def lines_of(page: Page) -> list[tuple[str, ...]]:
    """The texts by line, as they stand in the result."""
    lines: dict[int, list[str]] = {}
    for number in page.numbers:
        assert number.line is not None
        lines.setdefault(number.line, []).append(number.text)
    assert list(lines) == sorted(lines)
    return [tuple(line) for line in lines.values()]


def right_of(page: Page) -> int:
    return sum(read == wanted for read, wanted in zip(lines_of(page), ROWS, strict=False))


def test_numbers_come_in_reading_order_with_their_lines_and_boxes(
    mnist_test: Dataset, classifier: Classifier, rows: RowNetwork
) -> None:
    picture = sheet(mnist_test)
    page = read_page(picture, classifier, rows)
    assert lines_of(page) == list(ROWS)
    assert (page.width, page.height) == picture.shape[::-1]
    assert page.rotation == pytest.approx(0, abs=0.5)
    for number in page.numbers:
        assert number.box is not None
        inside = picture[number.box.y0 : number.box.y1, number.box.x0 : number.box.x1]
        assert (inside < 128).any(axis=0).mean() > 0.6  # the box is tight
        boxes = [digit.box for digit in number.digits]
        assert all(box is not None and covered(box, number.box) == 1 for box in boxes)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_that_lies_on_its_side_is_put_upright(
    mnist_test: Dataset, classifier: Classifier, rows: RowNetwork, quarters: int
) -> None:
    upright = sheet(mnist_test)
    picture = np.ascontiguousarray(np.rot90(upright, quarters))  # anticlockwise
    page = read_page(picture, classifier, rows)
    assert lines_of(page) == list(ROWS)
    assert page.rotation == pytest.approx({1: 90, 2: 180, 3: -90}[quarters], abs=0.5)
    first = page.numbers[0].box
    assert first is not None
    assert (picture[first.y0 : first.y1, first.x0 : first.x1] < 128).mean() > 0.1


@pytest.mark.parametrize("seed", [10, 14, 21, 41, 57])
def test_forms_whose_letters_look_like_digits_upside_down_are_put_upright(
    mnist_test: Dataset, classifier: Classifier, rows: RowNetwork, seed: int
) -> None:
    glyphs = Glyphs(mnist_test.images[:, 0], mnist_test.labels)
    style = replace(PAGES, layouts={"form": 1}, quarter=0)
    form = make_page(np.random.default_rng(seed), glyphs, size=(1500, 2000), style=style)
    for quarters in range(4):
        page = read_page(np.ascontiguousarray(np.rot90(form.image, quarters)), classifier, rows)
        assert abs((page.rotation - 90 * quarters + 180) % 360 - 180) < 10


@pytest.mark.parametrize("degrees", [-8.0, 3.0, 8.0])
def test_a_skewed_page_is_read_and_its_skew_is_said(
    mnist_test: Dataset, classifier: Classifier, rows: RowNetwork, degrees: float
) -> None:
    page = read_page(turned(sheet(mnist_test), degrees), classifier, rows)
    assert page.rotation == pytest.approx(-degrees, abs=0.6)
    assert [len(line) for line in lines_of(page)] == [3, 3, 3, 3]
    assert right_of(page) >= 3


def test_ruling_and_squares_are_taken_away(mnist_test: Dataset, classifier: Classifier, rows: RowNetwork) -> None:
    page = read_page(sheet(mnist_test, ruled=True), classifier, rows)
    assert [len(line) for line in lines_of(page)] == [3, 3, 3, 3]
    assert right_of(page) >= 3


def test_shadow_and_light_ink_do_no_harm(mnist_test: Dataset, classifier: Classifier, rows: RowNetwork) -> None:
    picture = sheet(mnist_test)
    assert lines_of(read_page(in_shadow(picture), classifier, rows)) == list(ROWS)
    assert lines_of(read_page(255 - picture, classifier, rows)) == list(ROWS)


def test_a_large_picture_gives_what_the_same_one_gives_at_its_size(
    mnist_test: Dataset, classifier: Classifier, rows: RowNetwork
) -> None:
    small = sheet(mnist_test)
    page = read_page(np.kron(small, np.ones((4, 4), np.uint8)), classifier, rows)
    assert lines_of(page) == list(ROWS)
    first = page.numbers[0].box
    assert first is not None
    assert first.x0 == pytest.approx(4 * 68, abs=16)


def noise() -> UInt8Array:
    return np.random.default_rng(0).integers(0, 256, (700, 900)).astype(np.uint8)


def ruling() -> UInt8Array:
    page = np.full((800, 600), 250, np.uint8)
    page[60::40, 20:580] = 90
    page[20:780, 100::120] = 60
    return page


@pytest.mark.parametrize(
    "picture",
    [
        np.full((900, 700), 255, np.uint8),
        np.zeros((900, 700), np.uint8),
        np.full((500, 500, 3), (250, 240, 200), np.uint8),
        np.full((1, 1), 7, np.uint8),
        np.zeros((1, 4000), np.uint8),
        np.zeros((4000, 1), np.uint8),
        np.full((9, 9), 128, np.uint8),
        ruling(),
    ],
    ids=["blank", "black", "coloured", "one pixel", "a row", "a column", "tiny", "ruling"],
)
def test_a_page_without_numbers_is_empty(classifier: Classifier, rows: RowNetwork, picture: UInt8Array) -> None:
    page = read_page(picture, classifier, rows)
    assert page.numbers == ()
    assert (page.height, page.width) == picture.shape[:2]
    assert page.to_dict()["numbers"] == []


def test_pure_noise_gives_next_to_nothing_and_soon(classifier: Classifier, rows: RowNetwork) -> None:
    start = time.perf_counter()
    page = read_page(noise(), classifier, rows, min_confidence=0.6)
    assert time.perf_counter() - start < 20
    assert sum(number.accepted for number in page.numbers) <= 3


def test_a_very_long_page_is_read_reduced(mnist_test: Dataset, classifier: Classifier, rows: RowNetwork) -> None:
    long = np.full((12_000, 600), 255, np.uint8)
    picture = sheet(mnist_test, (("7210", "41"),))
    long[200 : 200 + picture.shape[0], 20 : 20 + picture.shape[1]] = picture
    assert [number.text for number in read_page(long, classifier, rows).numbers] == ["7210", "41"]


def test_lines_of_print_do_not_become_numbers(classifier: Classifier, rows: RowNetwork) -> None:
    import cv2

    page = np.full((500, 900), 255, np.uint8)
    for line, text in enumerate(("received with many thanks", "kindly remember the garden", "between a house and sky")):
        cv2.putText(page, text, (40, 100 + 120 * line), cv2.FONT_HERSHEY_DUPLEX, 1.4, (0,), 2, cv2.LINE_AA)
    page_read = read_page(page, classifier, rows)
    assert sum(number.accepted for number in page_read.numbers) <= 3  # a word may still look like one
