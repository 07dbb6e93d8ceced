"""CSV and npz files as people have them."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inkread.data import load, loaders
from inkread.errors import DataError

RANDOM = np.random.default_rng(1)
in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


def write_csv(path: Path, images: np.ndarray, labels: list[str], *, header: bool = True) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        if header:
            writer.writerow(["label", *(f"pixel{i}" for i in range(images[0].size))])
        for image, label in zip(images, labels, strict=True):
            writer.writerow([label, *image.ravel().tolist()])


LABELS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=8)


@in_one_folder
@given(
    st.integers(1, 4).flatmap(
        lambda side: st.lists(st.tuples(LABELS, st.binary(min_size=side**2, max_size=side**2)), min_size=1, max_size=5)
    ),
    st.booleans(),
)
def test_csv_round_trip_with_any_labels(tmp_path, rows, header):
    images = np.array([np.frombuffer(pixels, np.uint8) for _, pixels in rows])
    labels = [label for label, _ in rows]
    write_csv(tmp_path / "x.csv", images, labels, header=header)
    found = load(tmp_path / "x.csv")
    side = round(images.shape[1] ** 0.5)
    assert np.array_equal(found.images, images.reshape(-1, 1, side, side))
    assert [found.classes[i] for i in found.labels] == labels


@in_one_folder
@given(st.binary(max_size=200) | st.text(st.sampled_from('0123456789,\n\r" a-.'), max_size=80).map(str.encode))
def test_arbitrary_csv_raises_nothing_but_data_error(tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with contextlib.suppress(DataError):
        assert load(path).images.dtype == np.uint8


def test_kaggles_digit_recogniser_is_read(tmp_path, mnist_test):
    write_csv(tmp_path / "train.csv", mnist_test.images[:300], [str(n) for n in mnist_test.labels[:300]])
    found = load(tmp_path / "train.csv")
    assert np.array_equal(found.images, mnist_test.images[:300])
    assert np.array_equal(found.labels, mnist_test.labels[:300])
    assert found.classes == tuple("0123456789")
    assert found.normalization == "mnist"


def test_kaggles_unlabelled_half_is_refused_in_words(tmp_path):
    path = tmp_path / "test.csv"
    path.write_text("pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n")
    with pytest.raises(DataError, match="no column 'label'"):
        load(path)


def test_label_column_may_stand_last(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("p0,p1,p2,p3,Label\n1,2,3,4,seven\n")
    found = load(path)
    assert found.classes == ("seven",)
    assert found.images.ravel().tolist() == [1, 2, 3, 4]


def test_numbers_sort_as_numbers(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("10,0\n9,0\nb,0\n100,0\n2,0\n")
    assert load(path).classes == ("2", "9", "10", "100", "b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("label,p0,p1,p2,p3\n1,0,0,0,0\n2,0,0,0\n", "line 3: 4 fields where the first line has 5"),
        ("label,p0,p1,p2,p3\n1,0,0,0,256\n", "line 2: not a label and pixels from 0 to 255"),
        ("label,p0,p1,p2,p3\n1,0,0,0,\n", "line 2: not a label and pixels"),
        ("label,p0,p1\n1,0,0\n", "rows of 2 pixels, which make no square"),
        ("label,p0\n", "no picture"),
        ("", "no picture"),
    ],
)
def test_bad_csv_is_refused_naming_the_line(tmp_path, text, message):
    path = tmp_path / "x.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        load(path)


@pytest.mark.parametrize("shape", [(6, 5, 4), (6, 5, 4, 1), (6, 1, 5, 4)])
def test_npz_grey_in_every_layout(tmp_path, shape):
    images = RANDOM.integers(0, 256, shape, np.uint8)
    np.savez(tmp_path / "x.npz", x_train=images, y_train=np.arange(6))
    assert np.array_equal(load(tmp_path / "x.npz").images, images.reshape(6, 1, 5, 4))


def test_npz_as_keras_with_both_splits_and_colour(tmp_path):
    train, test = RANDOM.integers(0, 256, (4, 8, 6, 3), np.uint8), RANDOM.integers(0, 256, (2, 8, 6, 3), np.uint8)
    path = tmp_path / "x.npz"
    np.savez(path, x_train=train, y_train=np.array(["b", "a", "c", "a"]), x_test=test, y_test=np.array(["c", "b"]))
    assert tuple(loaders(path)) == ("train", "test")
    found = load(path, "test")
    assert found.classes == ("a", "b", "c")
    assert found.labels.tolist() == [2, 1]
    assert np.array_equal(found.images, test.transpose(0, 3, 1, 2))


def test_npz_of_floats_and_flat_rows(tmp_path):
    np.savez(tmp_path / "x.npz", X=np.array([[0, 0.5, 1, 0.25]]), y=np.array([[3]]))
    found = load(tmp_path / "x.npz")
    assert found.images.ravel().tolist() == [0, 128, 255, 64]
    assert found.classes == ("3",)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"X": np.zeros((3, 4, 4), np.uint8), "y": np.arange(2)}, "3 images but 2 labels"),
        ({"X": np.full((1, 4, 4), np.nan), "y": np.arange(1)}, "must lie between 0 and 255"),
        ({"X": np.full((1, 4, 4), 256), "y": np.arange(1)}, "must lie between 0 and 255"),
        ({"X": np.zeros((1, 2, 3, 4, 5), np.uint8), "y": np.arange(1)}, r"shape \(1, 2, 3, 4, 5\)"),
        ({"X": np.zeros((0, 4, 4), np.uint8), "y": np.arange(0)}, "holds no image"),
        ({"X": np.zeros((2, 4, 4), np.uint8), "y": np.eye(2)}, "one integer or text for each image"),
        ({"X": np.array([["a"]]), "y": np.arange(1)}, "numbers from 0 to 255"),
        ({"pictures": np.zeros((1, 4, 4))}, "holds pictures; arrays called x_train and y_train"),
        ({"X": np.array([{}], object), "y": np.arange(1)}, "no npz file of plain arrays"),
    ],
)
def test_bad_npz_is_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(DataError, match=message):
        load(tmp_path / "x.npz")


@in_one_folder
@given(st.data())
def test_damaged_npz_raises_nothing_but_data_error(tmp_path, data):
    buffer = io.BytesIO()
    np.savez(buffer, X=np.zeros((2, 4, 4), np.uint8), y=np.arange(2))
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "x.npz"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))])
    with contextlib.suppress(DataError):
        load(path)


def test_a_file_is_parsed_once_for_both_of_its_splits(tmp_path):
    path, images = tmp_path / "x.npz", np.ones((2, 8, 8), np.uint8)
    np.savez(path, x_train=images, y_train=np.arange(2), x_test=images[:1], y_test=np.arange(1))
    found = loaders(path)
    path.unlink()
    assert {split: len(load_split()) for split, load_split in found.items()} == {"train": 2, "test": 1}
