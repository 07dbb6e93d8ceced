"""A folder of pictures for each class, and IDX files beside each other."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkread.data import load, loaders
from inkread.data.idx import format_idx
from inkread.errors import DataError, ImageError


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def test_mnist_as_pngs_is_taken_pixel_for_pixel(tmp_path, mnist_test):
    for number in range(100):
        save(tmp_path / str(mnist_test.labels[number]) / f"{number:03}.png", mnist_test.images[number, 0])
    found = load(tmp_path)
    order = np.argsort(mnist_test.labels[:100], kind="stable")
    assert np.array_equal(found.images, mnist_test.images[order])
    assert np.array_equal(found.labels, mnist_test.labels[order])
    assert found.normalization == "mnist"
    assert found.split == "train"


def test_photographed_digits_of_any_size_become_mnists_form(tmp_path, mnist_test):
    """Dark ink on paper, large, off centre, in RGB: nearly the picture that it was made of."""
    for number in range(20):
        side = 112 + 8 * number
        digit = np.asarray(Image.fromarray(mnist_test.images[number, 0]).resize((side, side), Image.Resampling.BICUBIC))
        paper = np.full((side + 200, side + 60, 3), 235, np.uint8)
        paper[150 : 150 + side, 10 : 10 + side] -= (digit * 0.8).astype(np.uint8)[..., None]
        save(tmp_path / "all" / f"{number:03}.jpg", paper)
    found = load(tmp_path)
    assert found.images.shape == (20, 1, 28, 28)
    assert found.normalization == "mnist"
    difference = np.abs(found.images.astype(int) - mnist_test.images[:20]).mean()
    assert difference < 16, difference


def test_small_colour_pictures_stay_as_they_are(tmp_path):
    random = np.random.default_rng(0)
    pictures = {name: random.integers(0, 256, (24, 32, 3), np.uint8) for name in ("cat", "dog", "emu")}
    for name, picture in pictures.items():
        save(tmp_path / name / "0.png", picture)
    found = load(tmp_path)
    assert found.classes == ("cat", "dog", "emu")
    assert found.normalization == "resize"
    for image, label in zip(found.images, found.labels, strict=True):
        assert np.array_equal(image.transpose(1, 2, 0), pictures[found.classes[label]])


def test_what_is_no_digit_comes_last_as_the_loss_for_it_wants(tmp_path):
    picture = np.zeros((16, 16), np.uint8)
    picture[4:12, 6:9] = 255
    for where in ("A/a.png", "no digit/b.png", "o/c.png"):
        save(tmp_path / where, picture)
    assert load(tmp_path).classes == ("A", "o", "no digit")


def test_train_and_test_folders_share_their_classes(tmp_path):
    picture = np.zeros((16, 16), np.uint8)
    picture[4:12, 6:9] = 255
    for where in ("train/2/a.png", "train/10/a.png", "train/1/a.png", "test/10/b.png"):
        save(tmp_path / where, picture)
    assert tuple(loaders(tmp_path)) == ("train", "test")
    test = load(tmp_path, "test")
    assert test.classes == ("1", "2", "10")
    assert test.labels.tolist() == [2]


def test_same_folder_same_hash_and_other_pixels_another(tmp_path):
    picture = np.zeros((16, 16), np.uint8)
    picture[4:12, 6:9] = 255
    save(tmp_path / "a" / "x.png", picture)
    first = load(tmp_path).sha256
    assert load(tmp_path).sha256 == first
    picture[5, 5] = 1
    save(tmp_path / "a" / "x.png", picture)
    assert load(tmp_path).sha256 != first


def test_files_that_are_no_pictures_are_left_alone(tmp_path):
    picture = np.zeros((16, 16), np.uint8)
    picture[4:12, 6:9] = 255
    save(tmp_path / "a" / "x.png", picture)
    (tmp_path / "a" / "Thumbs.db").write_bytes(b"\0")
    (tmp_path / "a" / ".hidden.png").write_bytes(b"\0")
    (tmp_path / "readme.txt").write_text("mine")
    assert len(load(tmp_path)) == 1


def test_empty_class_folder_is_named(tmp_path):
    save(tmp_path / "a" / "x.png", np.eye(16, dtype=np.uint8) * 255)
    (tmp_path / "b").mkdir()
    with pytest.raises(DataError, match=r"class folder .*b holds no picture"):
        load(tmp_path)


def test_folder_without_class_folders(tmp_path):
    save(tmp_path / "x.png", np.eye(16, dtype=np.uint8) * 255)
    with pytest.raises(DataError, match="no folder of pictures for each class"):
        load(tmp_path)


def test_unreadable_picture_is_named(tmp_path):
    save(tmp_path / "a" / "x.png", np.eye(16, dtype=np.uint8) * 255)
    (tmp_path / "a" / "y.png").write_text("no picture")
    with pytest.raises(ImageError, match=r"y\.png"):
        load(tmp_path)


def test_blank_page_is_named(tmp_path):
    ink = np.full((90, 80), 230, np.uint8)
    ink[20:70, 30:40] = 20
    save(tmp_path / "a" / "x.png", ink)
    save(tmp_path / "a" / "y.png", np.full((90, 90), 230, np.uint8))
    with pytest.raises(DataError, match=r"y\.png holds no ink"):
        load(tmp_path)


def test_one_small_picture_of_another_size_is_named(tmp_path):
    for number in range(200):
        side = 21 if number == 151 else 20
        picture = np.zeros((side, side), np.uint8)
        picture[5:15, 8:11] = 255
        save(tmp_path / "a" / f"{number:03}.png", picture)
    with pytest.raises(DataError, match=r"151\.png has 21×21 pixels"):
        load(tmp_path)


def write_idx(folder: Path, name: str, array: np.ndarray) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    raw = format_idx(array)
    path = folder / name
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return path


IMAGES = np.random.default_rng(3).integers(0, 256, (5, 9, 7), np.uint8)
LABELS = np.array([4, 0, 11, 4, 0], np.uint8)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte.gz"),
        ("emnist-letters-train-images-idx3-ubyte", "emnist-letters-train-labels-idx1-ubyte"),
        ("mine-images.idx", "mine-labels.idx"),
    ],
)
def test_idx_by_file_and_by_folder(tmp_path, images, labels):
    path = write_idx(tmp_path, images, IMAGES)
    write_idx(tmp_path, labels, LABELS)
    for found in (load(path), load(tmp_path)):
        assert np.array_equal(found.images[:, 0], IMAGES)
        assert [found.classes[i] for i in found.labels] == ["4", "0", "11", "4", "0"]
        assert found.classes == ("0", "4", "11")


def test_idx_folder_with_both_splits(tmp_path):
    write_idx(tmp_path, "train-images-idx3-ubyte", IMAGES)
    write_idx(tmp_path, "train-labels-idx1-ubyte", LABELS)
    write_idx(tmp_path, "t10k-images-idx3-ubyte.gz", IMAGES[:2])
    write_idx(tmp_path, "t10k-labels-idx1-ubyte", LABELS[2:4])
    test = load(tmp_path, "test")
    assert test.classes == ("0", "4", "11")
    assert test.labels.tolist() == [2, 1]


def test_a_file_is_read_although_another_set_lies_beside_it(tmp_path):
    path = write_idx(tmp_path, "a-images-idx3-ubyte", IMAGES)
    write_idx(tmp_path, "a-labels-idx1-ubyte", LABELS)
    write_idx(tmp_path, "b-images-idx3-ubyte", IMAGES)
    assert len(load(path)) == 5
    with pytest.raises(DataError, match="several train sets"):
        load(tmp_path)


def test_idx_images_without_labels_and_labels_without_images(tmp_path):
    images = write_idx(tmp_path / "i", "train-images-idx3-ubyte", IMAGES)
    with pytest.raises(DataError, match=r"no labels file beside it \(train-labels-idx1-ubyte\)"):
        load(images)
    write_idx(tmp_path / "l", "train-labels-idx1-ubyte", LABELS)
    with pytest.raises(DataError, match=r"no images file beside it \(train-images-idx3-ubyte\)"):
        load(tmp_path / "l")


def test_idx_count_mismatch(tmp_path):
    path = write_idx(tmp_path, "train-images-idx3-ubyte", IMAGES)
    write_idx(tmp_path, "train-labels-idx1-ubyte", LABELS[:4])
    with pytest.raises(DataError, match="5 images but 4 labels"):
        load(path)


def test_missing_split_is_said(tmp_path):
    save(tmp_path / "a" / "x.png", np.eye(16, dtype=np.uint8) * 255)
    with pytest.raises(DataError, match="has no test split: take its train split"):
        load(tmp_path, "test")
