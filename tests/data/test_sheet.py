"""The sample sheet shows the very pictures, and holds any data set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from inkread.data import Dataset
from inkread.data.sheet import draw_sheet
from inkread.errors import DataError, OutputError


def holds(sheet: np.ndarray, tile: np.ndarray) -> bool:
    """Tell whether a grey tile occurs on the sheet, pixel for pixel."""
    height, width = tile.shape
    rows = np.lib.stride_tricks.sliding_window_view(sheet[:, :, 0], (1, width))[:, :, 0]
    for y, x in np.argwhere((rows == tile[height // 2]).all(axis=2)):
        top = y - height // 2
        if top >= 0 and np.array_equal(sheet[top : top + height, x : x + width, 0], tile):
            return True
    return False


def test_each_row_holds_pictures_of_its_class(mnist_test, tmp_path):
    draw_sheet(mnist_test, tmp_path / "sheet.png", columns=3)
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    for number in range(10):
        first = mnist_test.images[np.flatnonzero(mnist_test.labels == number)[0], 0]
        assert holds(sheet, first.repeat(2, axis=0).repeat(2, axis=1))


def test_more_rows_and_columns_make_it_larger(mnist_test, tmp_path):
    sizes = []
    for rows, columns in ((2, 20), (4, 20), (4, 30)):
        draw_sheet(mnist_test, tmp_path / "sheet.png", rows=rows, columns=columns)
        sizes.append(Image.open(tmp_path / "sheet.png").size)
    assert sizes[0][0] == sizes[1][0] < sizes[2][0]
    assert sizes[0][1] < sizes[1][1] == sizes[2][1]


@pytest.mark.parametrize("shape", [(1, 3, 5), (3, 32, 32), (1, 300, 40), (3, 500, 700)])
def test_any_size_and_any_name(tmp_path, shape):
    images = np.random.default_rng(0).integers(0, 256, (3, *shape), np.uint8)
    classes = ("a very long name that nobody would have thought of", "é", "空")
    dataset = Dataset(name="/some/where", split="train", images=images, labels=np.array([0, 1, 1]), classes=classes)
    draw_sheet(dataset, tmp_path / "sheet.png")
    width, height = Image.open(tmp_path / "sheet.png").size
    assert 200 < width < 2500
    assert 200 < height < 1000


def test_nothing_to_draw(mnist_test, tmp_path):
    empty = replace(mnist_test, images=mnist_test.images[:0], labels=mnist_test.labels[:0])
    with pytest.raises(DataError, match="at least one picture"):
        draw_sheet(empty, tmp_path / "sheet.png")


def test_a_place_that_cannot_be_written(mnist_test, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file, give a folder"):
        draw_sheet(mnist_test, tmp_path / "file" / "sheet.png", rows=1, columns=1)
