from __future__ import annotations

import cv2
import numpy as np
import pytest

from inkread.data import Dataset
from inkread.errors import ImageError
from inkread.forms.finding import find_fields
from inkread.forms.making import make_template
from inkread.forms.straighten import straighten
from inkread.types import Box, Number, Page, UInt8Array
from tests.forms.made import HEIGHT, VALUES, WIDTH, Form, camera, draw_other_form, fill


def no_numbers(picture: UInt8Array) -> Page:
    return Page((), picture.shape[1], picture.shape[0])


def same_places(found: list[Box], expected: list[Box]) -> bool:
    return len(found) == len(expected) and all(
        np.abs(np.subtract(a, b)).max() <= 3 for a, b in zip(found, expected, strict=True)
    )


def test_boxes_and_combs_of_an_empty_form_are_its_fields(form: Form) -> None:
    found = find_fields(form.picture)
    expected = [form.boxes[name] for name in ("customer", *(f"{c}{r}" for r in range(4) for c in "ab"), "total")]
    assert same_places([place.box for place in found], expected)
    assert [place.cells for place in found] == [6] + [1] * 9
    assert [place.cells for place in find_fields(draw_other_form())] == [5] * 6


def test_a_filled_box_is_a_field_where_its_number_was_read(form: Form, mnist_test: Dataset) -> None:
    filled = fill(form, {"a0": "12", "b3": "305"}, mnist_test)
    inks = [Box(445, 495, 510, 545), Box(695, 825, 800, 875)]
    assert len(find_fields(filled)) == 8
    assert len(find_fields(filled, inks)) == 10


def test_table_cells_with_print_are_headings() -> None:
    table = np.full((800, 1200), 255, np.uint8)
    for row in range(6):
        cv2.line(table, (80, 80 + 90 * row), (1100, 80 + 90 * row), (0,), 3)
        if row < 5:
            cv2.putText(table, f"Row {row}", (100, 145 + 90 * row), 0, 1.2, (0,), 2)
    for x in (80, 420, 760, 1100):
        cv2.line(table, (x, 80), (x, 530), (0,), 3)
    found = find_fields(table)
    assert len(found) == 10
    assert all(place.box.x0 > 400 for place in found)


def test_numbers_stand_in_where_there_are_no_boxes() -> None:
    sheet = np.full((600, 800), 255, np.uint8)
    numbers = [Box(100, 100, 180, 140), Box(500, 105, 520, 145), Box(100, 300, 160, 340)]
    found = find_fields(sheet, numbers)
    assert [place.box.x0 < number.x0 for place, number in zip(found, numbers, strict=True)] == [True] * 3
    assert all(p.box.x1 > n.x1 and p.box.y0 < n.y0 and p.box.y1 > n.y1 for p, n in zip(found, numbers, strict=True))


def test_a_scan_that_is_askew_is_turned_straight(form: Form) -> None:
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 2.5, 1)
    askew = np.asarray(cv2.warpAffine(form.picture, turn, (WIDTH, HEIGHT), borderValue=(255,)), np.uint8)
    found = find_fields(straighten(askew, 2000))
    assert [place.cells for place in found] == [6] + [1] * 9


def test_a_photographed_sheet_is_cut_out(form: Form) -> None:
    photo = cv2.warpPerspective(form.picture, camera(7, size=(1500, 2000)), (1500, 2000), borderValue=(60,))
    straight = straighten(np.asarray(photo, np.uint8), 2000)
    assert straight.shape[0] / straight.shape[1] == pytest.approx(HEIGHT / WIDTH, rel=0.08)
    assert [place.cells for place in find_fields(straight)] == [6] + [1] * 9


def test_a_photo_from_aside_without_the_edges_of_the_sheet_is_refused(form: Form) -> None:
    aside = np.array([[1, 0.25, -150], [0.1, 1.2, -150], [0.0001, 0.0003, 1]], np.float64)
    photo = cv2.warpPerspective(form.picture, aside, (900, 1100), borderValue=(255,))
    with pytest.raises(ImageError, match="photographed at an angle"):
        make_template(np.asarray(photo, np.uint8), no_numbers)


@pytest.mark.parametrize("shape", [(1, 1), (150, 1000), (1000, 30)])
def test_a_picture_too_small_for_a_form_is_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(ImageError, match="200 are needed"):
        make_template(np.full(shape, 255, np.uint8), no_numbers)


@pytest.mark.parametrize("value", [0, 255])
def test_an_empty_sheet_is_no_form(value: int) -> None:
    with pytest.raises(ImageError, match="neither boxes nor numbers"):
        make_template(np.full((800, 600), value, np.uint8), no_numbers)


def test_what_the_sample_holds_stands_in_the_template(form: Form, mnist_test: Dataset) -> None:
    def numbers(picture: UInt8Array) -> Page:
        sure = Number("12", 0.99, True, (), Box(445, 495, 510, 545))
        unsure = Number("88", 0.3, False, (), Box(695, 495, 760, 545))
        return Page((sure, unsure), picture.shape[1], picture.shape[0])

    made = make_template(fill(form, VALUES | {"b0": ""}, mnist_test), numbers)
    text = made.text("form.yaml", "form.png")
    assert text.count("# the sample reads") == 1
    assert "# the sample reads 12\n" in text
