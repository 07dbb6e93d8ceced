from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkread.errors import OutputError
from inkread.evaluation.annotate import ContactSheet, _columns, draw_reading
from inkread.types import Box, Digit

SURE, LESS_SURE, REFUSED = (0x00, 0x72, 0xB2), (0x3D, 0x9B, 0xD6), (0xC4, 0x4F, 0x00)

BOX = Box(40, 60, 90, 120)


def digit(confidence: float = 0.99, *, accepted: bool = True, box: Box | None = BOX) -> Digit:
    reason = None if accepted else "unsure"
    probabilities = np.full(10, 0.1, np.float32)
    return Digit("7", confidence, accepted, probabilities, box, reason)


def count_of(image: Image.Image, colour: tuple[int, int, int]) -> int:
    return int((np.asarray(image) == colour).all(axis=2).sum())


@pytest.mark.parametrize(
    ("shown", "colour"),
    [
        (digit(0.99), SURE),
        (digit(0.7), LESS_SURE),
        (digit(0.4, accepted=False), REFUSED),
        (Digit("", 0.0, False, np.zeros(10, np.float32), None, "no ink"), REFUSED),
        (Digit("7", 0.02, False, np.full(10, 0.01, np.float32), BOX, "no digit"), REFUSED),
    ],
)
def test_the_colour_tells_how_sure_the_reading_is(shown: Digit, colour: tuple[int, int, int]) -> None:
    image = draw_reading(np.full((480, 480), 255, np.uint8), shown, "a.png")
    counts = {name: count_of(image, name) for name in (SURE, LESS_SURE, REFUSED)}
    assert counts.pop(colour) > 2000
    assert set(counts.values()) == {0}


def test_the_best_label_of_no_digit_is_not_drawn() -> None:
    pixels = np.full((480, 480), 255, np.uint8)
    probabilities = np.full(10, 0.01, np.float32)
    drawn = [draw_reading(pixels, Digit(label, 0.02, False, probabilities, BOX, "no digit"), "a") for label in "17"]
    assert drawn[0] == drawn[1]


def test_the_frame_lies_just_outside_the_box_and_the_picture_is_untouched_inside() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (480, 600, 3), dtype=np.uint8)
    image = np.asarray(draw_reading(pixels, digit(), "a.png"))
    np.testing.assert_array_equal(image[60:120, 40:90], pixels[60:120, 40:90])
    assert (image[59, 40:90] == SURE).all()
    assert (image[60:120, 90] == SURE).all()
    np.testing.assert_array_equal(image[200:480, 200:], pixels[200:480, 200:])


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (400, 3), (28, 28), (5000, 3000), (2, 2, 3)])
def test_any_size_is_drawn_in_a_size_to_look_at(shape: tuple[int, ...]) -> None:
    height, width = shape[:2]
    image = draw_reading(np.zeros(shape, np.uint8), digit(box=Box(0, 0, width, height)), "a long name " * 30)
    assert 360 <= image.width <= 1600
    assert image.height <= 2000


def test_small_pictures_keep_their_pixels_sharp() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (24, 24), dtype=np.uint8)
    image = np.asarray(draw_reading(pixels, digit(box=None), "a.png"))
    np.testing.assert_array_equal(image[:480, :480, 0], np.kron(pixels, np.ones((20, 20), np.uint8)))


def test_the_sheet_grows_with_the_pictures_up_to_a_hundred(tmp_path: Path) -> None:
    pixels = np.full((30, 30), 255, np.uint8)
    sizes = []
    for count in (1, 12, 100):
        sheet = ContactSheet()
        for _ in range(count):
            sheet.add(pixels, digit(box=None))
        sheet.save(tmp_path / "sheet.png", count)
        with Image.open(tmp_path / "sheet.png") as image:
            sizes.append(image.size)
            assert count_of(image, SURE) > count * 500
    assert sizes[0][1] < sizes[1][1] < sizes[2][1]
    assert sizes[2][0] < 2000
    assert sizes[2][1] < 11 * 240 + 64


@pytest.mark.parametrize(("count", "columns"), [(1, 4), (8, 4), (10, 5), (12, 4), (20, 5), (30, 6), (100, 10)])
def test_the_last_row_of_the_sheet_is_full_where_it_can_be(tmp_path: Path, count: int, columns: int) -> None:
    assert _columns(count) == columns


def test_names_from_strangers_files_are_drawn_all_the_same() -> None:
    shown = Digit("a\nb", 0.9, True, np.full(2, 0.5, np.float32), BOX, None)
    image = draw_reading(np.full((480, 480), 255, np.uint8), shown, "two\nlines.png")
    assert count_of(image, SURE) > 2000


def test_no_picture_makes_no_sheet(tmp_path: Path) -> None:
    ContactSheet().save(tmp_path / "sheet.png", 0)
    assert list(tmp_path.iterdir()) == []


def test_a_sheet_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sheet = ContactSheet()
    sheet.add(np.full((30, 30), 255, np.uint8), digit(box=None))
    with pytest.raises(OutputError, match="is a file"):
        sheet.save(tmp_path / "file" / "sheet.png", 1)
