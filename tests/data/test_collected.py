"""Data sets made of collections: who and what is in which split."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from inkread.data import load, loaders
from inkread.data.collected import (
    ALMOST,
    LOOKALIKES,
    TEST_DONORS,
    VALIDATION_DONORS,
    donor_split,
    omniglot_pictures,
    trajectories,
)
from inkread.data.collections import add_collection
from inkread.errors import DataError
from inkread.types import UInt8Array
from tests.data.small_collections import add_small, shared


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small collections called unipen and omniglot, in a cache of their own."""
    add_small(monkeypatch, tmp_path)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache."""
    monkeypatch.setenv("INKREAD_HOME", str(tmp_path))


def bytes_of(pictures: UInt8Array) -> set[bytes]:
    return {picture.tobytes() for picture in pictures}


def test_no_donor_is_in_two_parts():
    assert not TEST_DONORS & VALIDATION_DONORS
    assert {donor_split(donor) for donor in TEST_DONORS} == {"test"}
    assert {donor_split(donor) for donor in VALIDATION_DONORS} == {"validation"}
    assert donor_split("abc") == "train"


@pytest.mark.usefixtures("cache")
def test_the_donors_kept_back_wrote_every_digit():
    add_collection("unipen", shared("unipen"))
    written = defaultdict(Counter)
    donors = set()
    for digit in trajectories("digits.jsonl.gz"):
        written[donor_split(digit.donor)][digit.label] += 1
        donors.add(digit.donor)
    assert donors >= TEST_DONORS | VALIDATION_DONORS
    assert {part: len(labels) for part, labels in written.items()} == {"train": 10, "validation": 10, "test": 10}
    assert min(written["test"].values()) > 100


@pytest.mark.usefixtures("small")
def test_the_test_split_is_of_the_donors_for_it():
    train, test = load("unipen-digits", "train"), load("unipen-digits", "test")
    assert (train.images.shape, test.images.shape) == ((30, 1, 28, 28), (10, 1, 28, 28))
    assert train.labels.tolist() == [*range(10)] * 3
    assert test.labels.tolist() == [*range(10)]
    assert (train.classes, train.normalization) == (tuple("0123456789"), "mnist")
    assert not bytes_of(train.images) & bytes_of(test.images)
    assert load("unipen-digits", "test").sha256 == test.sha256 != train.sha256


@pytest.mark.usefixtures("small")
def test_lookalikes_are_no_letters():
    assert ALMOST < LOOKALIKES
    assert load("unipen-letters", "train").classes == ("A", "a")


@pytest.mark.usefixtures("small")
def test_both_splits_have_the_same_classes_though_one_lacks_a_symbol():
    train, test = load("unipen-symbols", "train"), load("unipen-symbols", "test")
    assert train.classes == test.classes == ("&", "+")
    assert [test.classes[label] for label in test.labels] == ["+"]
    assert Counter(train.classes[label] for label in train.labels) == {"&": 2, "+": 3}


@pytest.mark.usefixtures("small")
def test_people_of_omniglot_are_in_one_part_each():
    parts = {part: list(omniglot_pictures(part)) for part in ("train", "validation", "test")}
    assert {part: len(pictures) for part, pictures in parts.items()} == {"train": 28, "validation": 6, "test": 6}
    pictures = [picture for part in parts.values() for picture in part]
    assert len(bytes_of(pictures)) == 40
    assert all(picture.shape == (105, 105) and picture.mean() < 30 and picture.max() == 255 for picture in pictures)
    assert len(load("omniglot", "train")) == 34
    assert load("omniglot", "test").classes == ("character",)


@pytest.mark.usefixtures("cache")
def test_photographs_come_as_they_are_in_one_split():
    add_collection("bhmsds", shared("bhmsds"))
    digits, symbols = load("bhmsds-digits", "test"), load("bhmsds-symbols", "test")
    assert np.bincount(digits.labels).tolist() == [1500] * 10
    assert np.bincount(symbols.labels).tolist() == [1500] * 5
    assert (digits.normalization, symbols.classes) == ("resize", ("plus", "w", "x", "y", "z"))
    assert digits.images.mean() > 127
    assert list(loaders("bhmsds-digits")) == ["test"]
    with pytest.raises(DataError, match="has no train split: take its test split"):
        load("bhmsds-digits", "train")


@pytest.mark.usefixtures("cache")
def test_scans_are_white_on_black():
    add_collection("optdigits32", shared("optdigits32"))
    train, test = load("optdigits32", "train"), load("optdigits32", "test")
    assert (len(train) + len(test), train.images.shape[1:]) == (2879, (1, 32, 32))
    assert np.unique(train.images).tolist() == [0, 255]
    assert train.images.mean() < 127
    assert not bytes_of(train.images[train.labels == 4]) & bytes_of(test.images[test.labels == 4])
    assert (train.licence, train.classes) == ("CC-BY-4.0", tuple("0123456789"))


@pytest.mark.usefixtures("cache")
def test_no_picture_of_omniglot_is_in_two_splits():
    add_collection("omniglot", shared("omniglot"))
    parts = {part: list(omniglot_pictures(part)) for part in ("train", "validation", "test")}
    assert len(parts["train"]) / len(parts["validation"]) == pytest.approx(14 / 3, rel=0.001)
    assert not bytes_of(parts["train"]) & bytes_of(parts["test"])


@pytest.mark.slow
@pytest.mark.usefixtures("cache")
def test_the_symbols_of_unipen():
    add_collection("unipen", shared("unipen"))
    train, test = load("unipen-symbols", "train"), load("unipen-symbols", "test")
    assert (len(train), len(test)) == (4311, 2067)
    assert train.classes == test.classes
    assert set(np.unique(test.labels)) < set(np.unique(train.labels))


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("name", ["unipen-letters", "bhmsds-digits", "omniglot", "optdigits32"])
def test_what_was_not_brought_in_says_how_to(name: str):
    collection = name.partition("-")[0]
    with pytest.raises(DataError, match=f"is not on this machine: get it from .* inkread data add {collection} FOLDER"):
        load(name, "test")
