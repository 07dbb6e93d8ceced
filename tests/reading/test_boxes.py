"""Forms: digits in boxes of their own are one number, numbers in boxes of their own are several."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inkread.data import Dataset
from inkread.reading import read_page
from inkread.reading.combs import find_teeth
from inkread.reading.frames import find_boxes
from inkread.types import Classifier, RowNetwork, UInt8Array

FIELDS = ("2902", "75136", "549048421", "1859", "650317", "7230")
SIDE, INK, LABELS = 44, 90, ("Phone", "Amount", "Account no", "Date", "Code", "Order")


def digit(mnist: Dataset, text: str, seed: int, height: int) -> UInt8Array:
    """One of MNIST's first digits of a kind, white on black, without margin."""
    image = mnist.images[np.flatnonzero(mnist.labels == int(text))[seed % 15], 0]
    inked = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    tight = image[inked[0][0] : inked[0][-1] + 1, inked[1][0] : inked[1][-1] + 1]
    size = round(height * tight.shape[1] / tight.shape[0]), height
    return np.asarray(cv2.resize(tight, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def put(page: UInt8Array, glyph: UInt8Array, x: int, y: int) -> None:
    """Write a digit about a point."""
    top, left = y - glyph.shape[0] // 2, x - glyph.shape[1] // 2
    part = page[top : top + glyph.shape[0], left : left + glyph.shape[1]]
    np.minimum(part, 255 - (glyph.astype(np.uint16) * 200 // 255).astype(np.uint8), out=part)


def blank(high: int) -> UInt8Array:
    return np.full((high, 1100), 250, np.uint8)


def draw_boxes(page: UInt8Array, kind: str, count: int, x: int, y: int) -> int:
    """Draw a row of boxes for one digit each; return how far apart they are."""
    step = SIDE + 10 * (kind == "apart")
    for place in range(count):
        left = x + place * step
        if kind == "comb":
            cv2.polylines(page, [np.array([(left, y + 22), (left, y + SIDE), (left + SIDE, y + SIDE)])], False, INK, 2)
        else:
            cv2.rectangle(page, (left, y), (left + SIDE, y + SIDE), INK, 2)
    if kind == "comb":
        cv2.line(page, (x + count * step, y + 22), (x + count * step, y + SIDE), INK, 2)
    return step


def form(mnist: Dataset, kind: str) -> UInt8Array:
    """Each number in a row of boxes, one for each digit."""
    page = blank(90 * len(FIELDS) + 60)
    for line, (label, text) in enumerate(zip(LABELS, FIELDS, strict=True)):
        y = 40 + 90 * line
        cv2.putText(page, label, (40, y + 32), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 40, 2)
        step = draw_boxes(page, kind, len(text), 300, y)
        for place, character in enumerate(text):
            shift = (7 * place + 3 * line) % 9 - 4
            put(page, digit(mnist, character, place + line, 28), 300 + place * step + SIDE // 2 + shift, y + 22 - shift)
    return page


@pytest.mark.parametrize("kind", ["joined", "apart", "comb"])
def test_digits_in_boxes_of_their_own_are_one_number(
    kind: str, mnist_test: Dataset, classifier: Classifier, rows: RowNetwork
) -> None:
    page = read_page(form(mnist_test, kind), classifier, rows)
    assert [number.text for number in page.numbers] == list(FIELDS)
    assert all(number.accepted for number in page.numbers)


def test_numbers_in_boxes_side_by_side_stay_apart(
    mnist_test: Dataset, classifier: Classifier, rows: RowNetwork
) -> None:
    page, texts = blank(420), (("9", "6982", "738", "61"), ("4", "57212", "18", "265"), ("7", "33", "8", "2748"))
    for line, row in enumerate(texts):
        x, y = 80, 50 + 110 * line
        for text in row:
            width = 34 + 30 * len(text)
            cv2.rectangle(page, (x, y), (x + width, y + 60), INK, 2)
            for place, character in enumerate(text):
                put(page, digit(mnist_test, character, place, 40), x + 32 + 30 * place, y + 30)
            x += width + 26
    read = read_page(page, classifier, rows)
    assert [number.text for number in read.numbers] == [text for row in texts for text in row]


def test_digits_in_the_cells_of_a_table_are_numbers_of_their_own(
    mnist_test: Dataset, classifier: Classifier, rows: RowNetwork
) -> None:
    page, texts = blank(60 + 6 * SIDE), ("01235678", "35670128", "67831235", "80123567", "23580716")
    for line, text in enumerate(texts):
        draw_boxes(page, "joined", len(text), 100, 30 + SIDE * line)
        for place, character in enumerate(text):
            x, y = 100 + SIDE * place + SIDE // 2, 30 + SIDE * line + SIDE // 2
            put(page, digit(mnist_test, character, place, 26), x, y)
    read = read_page(page, classifier, rows)
    assert [number.text for number in read.numbers] == list("".join(texts))


def test_an_empty_box_is_no_0(mnist_test: Dataset, classifier: Classifier, rows: RowNetwork) -> None:
    page = form(mnist_test, "apart")
    for y in range(40, 560, 90):
        cv2.rectangle(page, (920, y), (920 + 30, y + 40), INK, 2)
    assert [number.text for number in read_page(page, classifier, rows).numbers] == list(FIELDS)


def test_low_strokes_beside_numbers_are_no_1s(mnist_test: Dataset, classifier: Classifier, rows: RowNetwork) -> None:
    page = form(mnist_test, "apart")
    for line in range(3):  # what is left of the comb of an empty field
        cv2.line(page, (940, 60 + 180 * line), (940, 70 + 180 * line), INK - 40, 3)
    assert [number.text for number in read_page(page, classifier, rows).numbers] == list(FIELDS)


def test_frames_have_four_straight_sides() -> None:
    page = np.zeros((200, 400), np.uint8)
    page[30:90, 20:80] = 1
    page[33:87, 23:77] = 0
    cv2.ellipse(page, (150, 60), (25, 30), 0, 0, 360, 1, 3)
    cv2.polylines(page, [np.array([(220, 30), (220, 90), (280, 90), (280, 30)])], False, 1, 3)
    (frame,) = find_boxes(page, 5, 30, highest=100, leaning=0.02)
    assert (frame.box.x0, frame.box.y0) == (20, 30)
    assert frame.thickness == 3
    assert not find_boxes(page, 5, 30, highest=50, leaning=0.02)


def test_teeth_stand_at_equal_distances_and_are_equally_tall() -> None:
    level, thin = np.zeros((120, 400), np.uint8), np.zeros((120, 400), np.uint8)
    level[80:83, 40:340] = 1
    for x in range(60, 320, 50):
        thin[60:80, x : x + 3] = 1
    thin[40:80, 130:133] = 1  # a 1 that stands on the line
    teeth = find_teeth(thin, level, 5, 30.0)
    assert teeth[70, 60:64].any()
    assert not teeth[70, 128:136].any()
    thin[60:80, 110:114] = thin[60:80, 210:214] = thin[60:80, 260:264] = 0
    assert not find_teeth(thin, level, 5, 30.0).any()
