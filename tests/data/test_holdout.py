"""Pictures set aside: the same ones each time."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkread.data import Dataset, hold_out, take
from inkread.errors import DataError


def numbered(labels: list[int], name: str = "own") -> Dataset:
    """Make a set whose pictures are their own numbers."""
    images = np.arange(len(labels), dtype=np.uint16).view(np.uint8).reshape(-1, 1, 1, 2)
    classes = tuple(str(i) for i in range(max(labels) + 1))
    return Dataset(name=name, split="train", images=images, labels=np.array(labels, np.int64), classes=classes)


def numbers(dataset: Dataset) -> list[int]:
    return np.ascontiguousarray(dataset.images).view(np.uint16).ravel().tolist()


def test_mnists_validation_pictures_are_the_last(mnist_train):
    train, validation = hold_out(mnist_train, 5000)
    assert np.array_equal(train.images, mnist_train.images[:55_000])
    assert np.array_equal(validation.images, mnist_train.images[55_000:])
    assert np.array_equal(validation.labels, mnist_train.labels[55_000:])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=120), st.data())
def test_nothing_is_lost_or_doubled_and_each_class_gives_its_share(labels, data):
    dataset = numbered(labels)
    count = data.draw(st.integers(0, len(labels) - 1))
    train, validation = hold_out(dataset, count)
    assert len(validation) == count
    assert sorted(numbers(train) + numbers(validation)) == list(range(len(labels)))
    assert numbers(train) == sorted(numbers(train))
    for number in range(len(dataset.classes)):
        share = count * labels.count(number) / len(labels)
        assert abs(int((validation.labels == number).sum()) - share) <= 1 + len(dataset.classes) / 2


def test_the_choice_never_changes():
    _, validation = hold_out(numbered([0, 1, 2, 3] * 250), 40)
    digest = hashlib.sha256(repr(numbers(validation)).encode()).hexdigest()
    assert digest == "16b22c2c238e06c8472f75a73dd795a3be08bb544361c5dd86f26dc4b2afed5f"


@pytest.mark.parametrize("count", [-1, 10, 11])
def test_impossible_counts_are_refused(count):
    with pytest.raises(DataError, match="cannot be set aside"):
        hold_out(numbered([0] * 10), count)


def test_take_keeps_the_classes_in_proportion(mnist_train):
    few = take(mnist_train, 200)
    assert len(few) == 200
    share = np.bincount(mnist_train.labels) / len(mnist_train) * 200
    assert np.abs(np.bincount(few.labels) - share).max() <= 2
    assert take(few, 500) is few
