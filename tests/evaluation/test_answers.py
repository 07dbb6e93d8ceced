from pathlib import Path

import numpy as np
import pytest

import inkread
from inkread.data import Dataset
from inkread.errors import DataError, InkreadError
from inkread.evaluation.answers import answer, match_labels, split_outsiders
from inkread.modelfile import write_model
from inkread.runtime import OnnxClassifier
from tests.modelfile.graphs import card, linear_graph, random_weights


def dataset(images: np.ndarray, **changes: object) -> Dataset:
    labels = np.zeros(len(images), dtype=np.int64)
    values = {"name": "set", "split": "test", "labels": labels, "classes": ("0",), **changes}
    return Dataset(images=images, **values)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    write_model(linear_graph(random_weights()), card(), path)
    return path


def silent(_done: int) -> None:
    pass


def test_pictures_in_the_models_own_form_go_straight_in(model: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1500, 1, 28, 28), dtype=np.uint8)
    classifier = OnnxClassifier.open(model)
    done: list[int] = []
    found = answer(classifier, dataset(noise), done.append)
    assert np.array_equal(found, classifier.probabilities(noise))
    assert done == [1000, 1500]


@pytest.mark.parametrize("channels", [1, 3])
def test_all_others_are_read_as_a_persons_picture_would_be(model: Path, channels: int, mnist_test: Dataset) -> None:
    large = np.repeat(np.repeat(mnist_test.images[:20], 3, axis=2), 3, axis=3).repeat(channels, axis=1)
    classifier = OnnxClassifier.open(model)
    found = answer(classifier, dataset(large), silent)
    reader = inkread.load(model)
    expected = [reader.digit(image[0] if channels == 1 else image.transpose(1, 2, 0)).probabilities for image in large]
    assert np.allclose(found, expected, atol=1e-6)


def test_the_form_is_more_than_the_shape(model: Path, mnist_test: Dataset) -> None:
    shifted = np.roll(mnist_test.images[:20], 4, axis=3)
    classifier = OnnxClassifier.open(model)
    straight = answer(classifier, dataset(shifted), silent)
    normalised = answer(classifier, dataset(shifted, normalization="resize"), silent)
    assert not np.allclose(straight, normalised, atol=0.05)


def test_a_blank_picture_gets_no_answer(model: Path) -> None:
    found = answer(OnnxClassifier.open(model), dataset(np.zeros((1, 1, 50, 50), np.uint8)), silent)
    assert found.tolist() == [[0.0] * 10]


@pytest.mark.parametrize("shape", [(0, 1, 28, 28), (1, 2, 30, 30), (1, 1, 0, 5)])
def test_what_is_no_picture_is_refused_by_the_sets_name(model: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(InkreadError, match="set"):
        answer(OnnxClassifier.open(model), dataset(np.zeros(shape, np.uint8)), silent)


def test_labels_are_matched_by_name() -> None:
    images = np.zeros((3, 1, 2, 2), np.uint8)
    data = dataset(images, labels=np.array([0, 2, 2]), classes=("9", "never there", "1"))
    assert match_labels(data, list("0123456789")).tolist() == [9, 1, 1]


def test_what_is_no_digit_is_parted_from_the_digits() -> None:
    images = np.arange(4, dtype=np.uint8).reshape(4, 1, 1, 1)
    data = dataset(images, labels=np.array([0, 1, 0, 1]), classes=("9", "no digit"))
    digits, others = split_outsiders(data, list("0123456789"))
    assert others is not None
    assert (digits.images.ravel().tolist(), others.images.ravel().tolist()) == ([0, 2], [1, 3])
    assert match_labels(digits, list("0123456789")).tolist() == [9, 9]
    assert (digits.name, others.name) == ("set", "set's no digit")


def test_nothing_is_parted_where_the_model_knows_no_digit_as_a_label_or_the_data_holds_none() -> None:
    data = dataset(np.zeros((2, 1, 1, 1), np.uint8), labels=np.array([0, 1]), classes=("9", "no digit"))
    assert split_outsiders(data, ("9", "no digit")) == (data, None)
    data = dataset(np.zeros((2, 1, 1, 1), np.uint8), labels=np.array([0, 0]), classes=("9", "no digit"))
    assert split_outsiders(data, ("9",)) == (data, None)


def test_a_set_of_no_digits_at_all_has_nothing_to_measure() -> None:
    data = dataset(np.zeros((2, 1, 1, 1), np.uint8), classes=("no digit",))
    with pytest.raises(DataError, match="set holds no digits"):
        split_outsiders(data, ("9",))


def test_unknown_classes_are_named() -> None:
    data = dataset(np.zeros((2, 1, 2, 2), np.uint8), labels=np.array([0, 1]), classes=("9", "cat"))
    with pytest.raises(DataError, match="does not know: cat "):
        match_labels(data, list("0123456789"))
