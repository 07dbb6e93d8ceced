"""The composed data set, of small collections: who is where, what is kept, and that it is always the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkread.data import Dataset, handwriting, hold_out
from inkread.data.collections import OMNIGLOT, UNIPEN
from inkread.data.handwriting import Part, _thinned, load_handwriting
from inkread.data.manners import MANNERS
from inkread.errors import DataError, OutputError
from inkread.types import UInt8Array
from tests.data.small_collections import add_small

KNOWN, UNKNOWN, VALIDATION = 50, 10, 25


def digits(split: str) -> Dataset:
    """Make a small MNIST: one stroke each, no picture twice; those of the test have an odd grey value."""
    count = KNOWN + UNKNOWN if split == "train" else 20
    images = np.zeros((count, 1, 28, 28), np.uint8)
    for number in range(count):
        images[number, 0, 4:24, 10 + number % 7 : 14 + number % 7] = 132 + 2 * number + (split == "test")
    return Dataset(
        name="mnist",
        split=split,
        images=images,
        labels=np.arange(count) % 10,
        classes=tuple("0123456789"),
        sha256=f"of {split}",
        licence="CC-BY-SA-3.0",
        credit="those who made it",
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with small collections, and few pictures made."""
    add_small(monkeypatch, tmp_path)
    monkeypatch.setattr(handwriting, "MNIST_VALIDATION", UNKNOWN)
    monkeypatch.setattr(handwriting, "VALIDATION", VALIDATION)
    monkeypatch.setattr(handwriting, "MANNERED", 1)
    for part, count in {"train": 40, "validation": 10, "test": 10}.items():
        monkeypatch.setitem(handwriting.MADE, part, count)
    return tmp_path / "home" / "data" / "handwriting"


def same(first: UInt8Array, second: UInt8Array) -> bool:
    return np.array_equal(first[:, 0], second[:, 0])


@pytest.mark.usefixtures("home")
def test_each_part_is_in_its_place_and_validation_is_last():
    whole, mnist = load_handwriting("train", digits), digits("train")
    assert whole.images.shape[1:] == (1, 28, 28)
    assert whole.classes == (*"0123456789", "no digit")
    assert same(whole.images[:KNOWN], mnist.images[:KNOWN])
    assert same(whole.images[KNOWN : 2 * KNOWN], mnist.images[:KNOWN])
    drawn = whole.labels[2 * KNOWN : -VALIDATION]
    letters = 2 * (1 + 1 + 1 + 1) + 2  # a, A, & and + once by two donors, and z and Z eight times
    manners = np.bincount([int(label) for label, ways in MANNERS.items() for _ in ways], minlength=10)
    assert np.bincount(drawn)[:10].tolist() == (2 * 8 + manners).tolist()
    assert (drawn == 10).sum() > letters + 3 * 14 + 40
    assert drawn[:160].tolist() == [digit for _ in range(2) for digit in range(10) for _ in range(8)]
    rest, validation = hold_out(whole, VALIDATION)
    assert same(rest.images, whole.images[:-VALIDATION])
    assert same(validation.images[:UNKNOWN], mnist.images[KNOWN:])
    assert validation.labels[:UNKNOWN].tolist() == mnist.labels[KNOWN:].tolist()
    assert len(set(validation.labels[UNKNOWN:])) >= 10  # thinned evenly: a digit of the few may be left out
    assert 10 in validation.labels
    seen = {picture.tobytes() for picture in rest.images}
    assert not [picture for picture in validation.images if picture.tobytes() in seen]


@pytest.mark.usefixtures("home")
def test_the_test_split_begins_with_mnists():
    whole, mnist = load_handwriting("test", digits), digits("test")
    assert same(whole.images[: len(mnist)], mnist.images)
    drawn = whole.labels[len(mnist) :]
    assert drawn[:20].tolist() == [digit for digit in range(10) for _ in range(2)]
    assert set(drawn[20:]) == {10}
    trained = {picture.tobytes() for picture in load_handwriting("train", digits).images}
    assert not [picture for picture in whole.images[whole.labels < 10] if picture.tobytes() in trained]


@pytest.mark.usefixtures("home")
def test_its_origins_are_named():
    whole = load_handwriting("train", digits)
    first, *files = whole.origins
    assert (first.name, first.sha256, first.count, first.credit) == ("mnist", "of train", 60, "those who made it")
    hashes = {f"{c.name}/{file}": sha256 for c in (UNIPEN, OMNIGLOT) for file, sha256 in c.files.items()}
    assert {origin.name: origin.sha256 for origin in files} == hashes
    assert {origin.credit for origin in files} == {UNIPEN.credit, OMNIGLOT.credit}


def test_what_is_drawn_is_kept(home: Path):
    first = load_handwriting("train", digits)
    stored = {path: path.stat().st_mtime_ns for path in home.iterdir()}
    assert {path.name.partition("-")[0] for path in stored} == {"train", "validation"}
    second = load_handwriting("train", digits)
    assert {path: path.stat().st_mtime_ns for path in home.iterdir()} == stored
    assert first.sha256 == second.sha256
    assert np.array_equal(first.images, second.images)


def flip(raw: bytes) -> bytes:
    """Change one byte of a picture."""
    place = len(raw) // 2
    return raw[:place] + bytes([raw[place] ^ 255]) + raw[place + 1 :]


@pytest.mark.parametrize("damage", [lambda raw: raw[:-30], lambda raw: raw[: len(raw) // 2], lambda raw: b"", flip])
def test_a_damaged_file_is_drawn_anew_and_the_same(home: Path, damage: Callable[[bytes], bytes]):
    first = load_handwriting("test", digits)
    (path,) = home.iterdir()
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    second = load_handwriting("test", digits)
    assert (path.read_bytes(), second.sha256) == (whole, first.sha256)


def test_other_files_are_drawn_from_anew(home: Path):
    load_handwriting("test", digits)
    load_handwriting("test", lambda split: digits("train"))
    assert len(list(home.iterdir())) == 2


def test_a_cache_that_cannot_be_written_is_told_before_the_drawing(home: Path):
    home.write_text("a file")
    told: list[str] = []
    with pytest.raises(OutputError, match="handwriting is a file, give a folder"):
        load_handwriting("train", digits, progress=lambda what, done, total: told.append(what))
    assert not told


def test_progress_counts_pictures(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(handwriting.RENDERINGS, "test", 60)
    told: list[tuple[str, int, int | None]] = []
    load_handwriting("test", digits, progress=lambda *what: told.append(what))
    assert told == [("drawing handwriting (test)", 500, None)]


@pytest.mark.parametrize("name", ["unipen", "omniglot"])
def test_a_collection_that_is_not_there_is_named(home: Path, name: str):
    for path in (home.parent / name).iterdir():
        path.unlink()
    with pytest.raises(DataError, match=f"{name} is not on this machine: get it from .* inkread data add {name} "):
        load_handwriting("train", digits)
    assert not home.exists()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.data())
def test_thinned_keeps_the_share_of_each_kind(counts: list[int], data: st.DataObject):
    labels = np.repeat(np.arange(len(counts)), counts)
    part = Part(np.arange(len(labels) * 784, dtype=np.int64).astype(np.uint8).reshape(-1, 28, 28), labels)
    count = data.draw(st.integers(1, len(labels)))
    thin = _thinned(part, count)
    assert (len(thin.images), len(thin.labels)) == (count, count)
    assert thin.labels.tolist() == sorted(thin.labels.tolist())
    for kind, there in enumerate(counts):
        assert abs((thin.labels == kind).sum() - there * count / len(labels)) <= 2  # both ends are always kept


@pytest.mark.usefixtures("home")
def test_too_few_pictures_for_validation_are_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handwriting, "VALIDATION", 5000)
    with pytest.raises(DataError, match=r"handwriting has \d+ drawn pictures for validation, 4990 are needed"):
        load_handwriting("train", digits)
