"""Pages on which ruling, squares and words stand in the way of the numbers."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from inkread.data import Dataset
from inkread.data.synthesis import PAGES, PageSample, PageStyle, make_page
from inkread.data.synthesis.glyphs import Glyphs
from inkread.opening import open_model, open_number_model
from inkread.reading import read_page
from inkread.reading.looks import settle
from inkread.reading.pageink import find_page_ink
from inkread.types import Box, Classifier, Number, Page, RowNetwork
from tests.reading.sheets import sheet

SMALL = replace(PAGES, digits=(0.013, 0.015), quarter=0, photo=0, bilevel=0, printed=0)
WORDY = replace(SMALL, words=0.7, layouts={"lines": 1}, lined=0.5, squared=0)
TABLE = replace(SMALL, layouts={"table": 1})
PENCIL = replace(SMALL, pencil=1.0, noise=1.0, layouts={"table": 1})


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return open_model()


@pytest.fixture(scope="module")
def rows() -> RowNetwork:
    return open_number_model()


def made(mnist: Dataset, style: PageStyle, seed: int) -> PageSample:
    """A page of 1.5 megapixels, written with MNIST's digits."""
    glyphs = Glyphs(mnist.images[:, 0], mnist.labels)
    return make_page(np.random.default_rng(seed), glyphs, size=(1400, 1050), style=style)


def within(box: Box, number: Number) -> bool:
    """Whether the middle of a number lies in a box."""
    assert number.box is not None
    x, y = (number.box.x0 + number.box.x1) / 2, (number.box.y0 + number.box.y1) / 2
    return box.x0 <= x < box.x1 and box.y0 <= y < box.y1


def share_right(page: Page, sample: PageSample) -> float:
    """Which share of the numbers was read without a mistake; separators do not count."""
    right = 0
    for text, box in sample.numbers:
        digits = "".join(character for character in text if character.isdigit())
        right += any(number.text == digits and within(box, number) for number in page.numbers)
    return right / len(sample.numbers)


@pytest.mark.parametrize("seed", [1, 3])
def test_numbers_are_told_from_the_words_around_them(
    mnist_test: Dataset, classifier: Classifier, rows: RowNetwork, seed: int
) -> None:
    sample = made(mnist_test, WORDY, seed)
    page = read_page(sample.image, classifier, rows)
    assert share_right(page, sample) > 0.85
    in_words = sum(any(within(box, number) for box in sample.words) for number in page.numbers)
    assert in_words < 0.06 * len(sample.words)


def test_pale_writing_beside_dark_lines_is_found(mnist_test: Dataset, classifier: Classifier, rows: RowNetwork) -> None:
    sample = made(mnist_test, PENCIL, 0)
    assert share_right(read_page(sample.image, classifier, rows), sample) > 0.87


def test_a_dim_sheet_across_a_bright_table_keeps_its_dark_ink(mnist_test: Dataset) -> None:
    dim = np.full((760, 1100), 110, np.float32)
    written = sheet(mnist_test).astype(np.float32)
    dim[200 : 200 + written.shape[0], 200 : 200 + written.shape[1]] *= 0.75 + 0.25 * written / 255
    matrix = cv2.getRotationMatrix2D((550, 380), 30, 0.85)
    picture = np.asarray(cv2.warpAffine(dim, matrix, (1100, 760), borderValue=(255.0,)), np.uint8)
    ink = find_page_ink(picture)
    middle = np.s_[230:530, 350:750]
    assert ink[middle][picture[middle] < 95].mean() > 30
    assert ink[middle][picture[middle] >= 108].mean() < 5


def number(text: str, confidence: float) -> Number:
    return Number(text, confidence, confidence >= 0.5, (), Box(0, 0, 9, 9) if text else None, None)


def test_several_looks_settle_on_what_most_of_them_show() -> None:
    settled = settle([number("17", 0.8), number("11", 0.6), number("11", 0.7)], min_confidence=0.5)
    assert settled.text == "11"
    assert settled.confidence == pytest.approx(1.3 / 2.1)
    assert settled.accepted
    undecided = settle([number("17", 0.8), number("11", 0.6)], min_confidence=0.6)
    assert (undecided.text, undecided.accepted) == ("17", False)
    assert undecided.reason
    assert "0.57" in undecided.reason


def test_what_one_faint_look_sees_alone_is_no_surer_than_that_look() -> None:
    assert settle([number("3", 0.2), number("3", 0.1)], min_confidence=0.5).confidence == pytest.approx(0.2)


def test_looks_that_see_nothing_weaken_the_others() -> None:
    settled = settle([number("4", 0.9), number("", 0.0), number("", 0.0)], min_confidence=0.2)
    assert (settled.text, settled.accepted) == ("4", True)
    assert settled.confidence == pytest.approx(0.9 / 2.9)


@pytest.mark.parametrize(("seed", "least"), [(5, 0.7), (29, 0.8)])  # 0.35 and 0.64 where the lines are left standing
def test_tables_with_thick_soft_lines_do_not_hold_their_numbers_fast(
    mnist_test: Dataset, classifier: Classifier, rows: RowNetwork, seed: int, least: float
) -> None:
    sample = made(mnist_test, TABLE, seed)
    assert share_right(read_page(sample.image, classifier, rows), sample) >= least
