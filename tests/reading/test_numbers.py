from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inkread.data import Dataset
from inkread.reading import make_constraint, read_number
from inkread.runtime import OnnxClassifier
from inkread.types import UInt8Array
from tests.reading.made import strip, strips


@pytest.fixture(scope="module")
def picture(mnist_test: Dataset) -> UInt8Array:
    return strip(mnist_test, "72104", gap=5)


def test_digits_apart_are_mostly_read_and_touching_ones_often(classifier: OnnxClassifier, mnist_test: Dataset) -> None:
    for gaps, least in (((1, 2, 3, 4, 5), 0.8), ((-1, -2), 0.25)):
        made = strips(mnist_test, 30, gaps)
        right = sum(read_number(image, classifier).text == text for image, text in made)
        assert right >= least * len(made), gaps


def test_each_digit_has_its_box_its_label_and_a_probability(classifier: OnnxClassifier, picture: UInt8Array) -> None:
    number = read_number(picture, classifier)
    assert number.text == "72104"
    assert [digit.label for digit in number.digits] == list("72104")
    boxes = [digit.box for digit in number.digits if digit.box is not None]
    assert len(boxes) == 5
    ink = picture < 128
    for before, after in pairwise(boxes):
        assert before.x1 <= after.x0
    for box in boxes:
        assert 18 <= box.height <= 22
        assert ink[box.y0 : box.y1, box.x0 : box.x1].any()
    assert number.box == (boxes[0].x0, min(b.y0 for b in boxes), boxes[-1].x1, max(b.y1 for b in boxes))
    rows, columns = np.nonzero(ink)
    assert number.box is not None
    assert abs(number.box.x0 - columns.min()) <= 1
    assert abs(number.box.y1 - 1 - rows.max()) <= 1
    assert 0 < number.confidence <= min(digit.confidence for digit in number.digits)


def test_size_polarity_and_colour_do_not_matter(classifier: OnnxClassifier, picture: UInt8Array) -> None:
    large = cv2.resize(picture, None, fx=7, fy=7, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    on_paper = np.pad(large, ((100, 300), (200, 50)), constant_values=255)
    for pixels in (255 - picture, np.stack([picture] * 3, axis=2), large, on_paper):
        assert read_number(pixels, classifier).text == "72104"
    box = read_number(on_paper, classifier).box
    assert box is not None
    rows, columns = np.nonzero(on_paper < 128)
    extent = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert np.abs(np.array(box) - extent).max() <= 8


@pytest.mark.parametrize("what", ["ruling", "underline", "box", "neighbours", "specks"])
def test_what_is_no_digit_is_left_out(classifier: OnnxClassifier, picture: UInt8Array, what: str) -> None:
    spoilt = cv2.resize(picture, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    spoilt = np.pad(spoilt, 12, constant_values=255)
    height, width = spoilt.shape
    rows, _ = np.nonzero(spoilt < 128)
    foot = int(rows.max()) + 6
    if what == "ruling":
        spoilt[foot : foot + 2] = 90
    elif what == "underline":
        cv2.line(spoilt, (30, foot + 2), (width - 40, foot), (20,), 2, cv2.LINE_AA)
    elif what == "box":
        cv2.rectangle(spoilt, (3, 3), (width - 4, height - 4), (60,), 2)
    elif what == "neighbours":
        spoilt[:9, 60:75] = spoilt[-8:, 150:165] = 10
    else:
        for x in range(10, width, 70):
            spoilt[4:6, x : x + 2] = 0
    assert read_number(spoilt, classifier).text == "72104"


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        (np.full((60, 200), 255, np.uint8), "no ink"),
        (np.zeros((1, 1), np.uint8), "no ink"),
        (cv2.circle(np.full((80, 200), 255, np.uint8), (40, 1), 1, (0,), -1), "no number"),
    ],
)
def test_without_a_number_there_is_no_text(classifier: OnnxClassifier, pixels: UInt8Array, reason: str) -> None:
    number = read_number(pixels, classifier)
    assert (number.text, number.accepted, number.digits, number.box, number.reason) == ("", False, (), None, reason)


def with_marks(mnist: Dataset, text: str) -> UInt8Array:
    """Draw a number with the separators of its text, large."""
    row = np.full((120, 100 * len(text)), 255, np.uint8)
    for place, character in enumerate(text):
        x = 100 * place + 20
        if character == ".":
            cv2.circle(row, (x + 30, 92), 5, (0,), -1, cv2.LINE_AA)
        elif character == ",":
            cv2.line(row, (x + 34, 88), (x + 26, 110), (0,), 6, cv2.LINE_AA)
        elif character == "-":
            cv2.line(row, (x + 15, 62), (x + 55, 60), (0,), 6, cv2.LINE_AA)
        else:
            digit = strip(mnist, character)[8:-8, 8:-8]
            large = cv2.resize(digit, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
            top = 94 - (int(np.nonzero(large < 128)[0].max()) + 1)
            row[top : top + len(large), x : x + large.shape[1]] = large
    return row


@pytest.mark.parametrize("text", ["7.2", "72,1", "-4", "-10.4", "2104"])
def test_separators_are_read_where_they_are_asked_for(
    classifier: OnnxClassifier, mnist_test: Dataset, text: str
) -> None:
    pixels = with_marks(mnist_test, text)
    assert read_number(pixels, classifier, separators=True).text == text
    assert read_number(pixels, classifier).text == "".join(filter(str.isdigit, text))


def test_a_separator_is_a_character_with_a_box(classifier: OnnxClassifier, mnist_test: Dataset) -> None:
    number = read_number(with_marks(mnist_test, "7.2"), classifier, separators=True)
    assert [digit.label for digit in number.digits] == ["7", ".", "2"]
    box = number.digits[1].box
    assert box is not None
    assert min(box.x0 - 140, box.y0 - 80) >= 0
    assert box.width <= 14


def test_a_constraint_settles_what_a_mark_is(classifier: OnnxClassifier, mnist_test: Dataset) -> None:
    pixels = with_marks(mnist_test, "7.2")
    for pattern, text in ((r"\d,\d", "7,2"), (r"\d\.\d", "7.2"), (r"\d\d", "72")):
        assert (
            read_number(pixels, classifier, separators=True, constraint=make_constraint(pattern=pattern)).text == text
        )


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(digits=st.text("0123456789", min_size=2, max_size=6), seed=st.integers(0, 50), gap=st.integers(-2, 8))
def test_a_constraint_holds_whatever_is_read(
    classifier: OnnxClassifier, mnist_test: Dataset, digits: str, seed: int, gap: int
) -> None:
    image = strip(mnist_test, digits, gap, seed)
    length = make_constraint(length=len(digits))
    number = read_number(image, classifier, constraint=length)
    assert len(number.text) in (0, len(digits))
    assert 0 <= number.confidence <= 1
    other = str((int(digits[0]) + 5) % 10) + digits[1:]
    chosen = read_number(image, classifier, constraint=make_constraint(choices=[digits, other]))
    assert chosen.text in (digits, other, "")
    free = read_number(image, classifier)
    if free.text == digits:
        assert (number.text, chosen.text) == (digits, digits)
        assert chosen.confidence <= free.confidence + 1e-6


def test_a_constraint_that_nothing_satisfies_is_said_so(classifier: OnnxClassifier, picture: UInt8Array) -> None:
    number = read_number(picture, classifier, constraint=make_constraint(length=30))
    assert (number.text, number.accepted, number.reason) == ("", False, "nothing satisfies the constraint")


def test_what_a_constraint_forces_against_the_ink_is_not_accepted(
    classifier: OnnxClassifier, picture: UInt8Array
) -> None:
    number = read_number(picture, classifier, constraint=make_constraint(choices=["72184"]))
    assert number.text == "72184"
    assert not number.accepted
    assert number.confidence < 0.1


def test_a_picture_of_noise_is_survived(classifier: OnnxClassifier) -> None:
    rng = np.random.default_rng(0)
    for shape in ((1, 400), (400, 1), (3, 3), (60, 200), (28, 28)):
        number = read_number(rng.integers(0, 256, shape).astype(np.uint8), classifier, separators=True)
        assert number.reason is not None or number.accepted
