from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inkread.data import Dataset
from inkread.data.cache import data_home
from inkread.data.synthesis import load_glyphs
from inkread.data.synthesis.fonts import print_text, typefaces
from inkread.data.synthesis.glyphs import Neighbours
from inkread.errors import DataError
from tests.data.small_collections import add_small


@pytest.fixture
def small(mnist_test: Dataset, mnist_train: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A cache with the real MNIST and a small UNIPEN."""
    mnist = data_home() / "mnist"
    add_small(monkeypatch, tmp_path)
    (data_home() / "mnist").symlink_to(mnist)


@pytest.mark.usefixtures("small")
def test_nobody_writes_for_two_parts(mnist_train: Dataset) -> None:
    glyphs = {part: load_glyphs(part) for part in ("train", "validation", "test")}
    assert np.array_equal(
        np.concatenate([glyphs["train"].pictures, glyphs["validation"].pictures]), mnist_train.images[:, 0]
    )
    assert len(glyphs["test"].pictures) == 10_000
    donors = {part: {pen.donor for pen in found.pens} for part, found in glyphs.items()}
    assert donors == {"train": {"abc", "def"}, "validation": {"apa"}, "test": {"ibm"}}
    assert {letter.donor for letter in glyphs["test"].letters} == {"ibm"}


def test_without_unipen_there_are_pictures_alone(
    mnist_test: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mnist = data_home() / "mnist"
    monkeypatch.setenv("INKREAD_HOME", str(tmp_path))
    data_home().mkdir()
    (data_home() / "mnist").symlink_to(mnist)
    glyphs = load_glyphs("test")
    assert (len(glyphs.pictures), glyphs.pens, glyphs.letters) == (10_000, (), ())


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(DataError, match="no part 'all'"):
        load_glyphs("all")


def test_neighbours_are_the_nearest_of_their_group() -> None:
    index = Neighbours(list("1212112212"), list("aaaaabbbbb"))
    assert index.near("1", "a", 3, 2).tolist() == [2, 4]
    assert index.near("1", "b", 9, 2).tolist() == [5, 8]
    assert index.near("1", "", 0, 3).tolist() == [0, 2, 4]
    assert index.near("1", "c", 0, 99).tolist() == [0, 2, 4, 5, 8]


@pytest.mark.parametrize("height", [10, 25, 60])
def test_every_typeface_prints_digits_of_the_height_asked_for(height: int) -> None:
    assert typefaces()[-1] == ""
    for typeface in typefaces():
        for digit in "0123456789":
            ink = print_text(digit, typeface, height)
            assert 0.8 * height - 1 <= ink.shape[0] <= 1.2 * height + 1
            assert ink.max() > 128
