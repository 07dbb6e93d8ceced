from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from inkread.data import Dataset
from inkread.errors import ImageError, InkreadError, ModelFileError
from inkread.modelfile import CARD_KEY, shipped_model, write_model
from inkread.runtime import OnnxClassifier
from tests.modelfile.graphs import card, linear_graph, random_weights


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    write_model(linear_graph(random_weights()), card(temperature=1.5), path)
    return path


def test_logits_are_those_of_the_graph(model: Path, mnist_test: Dataset) -> None:
    images = mnist_test.images[:300]
    expected = images.reshape(300, 784) / 255 @ random_weights()
    classifier = OnnxClassifier.open(model)
    assert classifier.logits(images).dtype == np.float32
    np.testing.assert_allclose(classifier.logits(images), expected, atol=1e-4)


def test_probabilities_are_the_softmax_at_the_cards_temperature(model: Path, mnist_test: Dataset) -> None:
    classifier = OnnxClassifier.open(model)
    images = mnist_test.images[:200]
    powers = np.exp(classifier.logits(images).astype(np.float64) / 1.5)
    found = classifier.probabilities(images)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, powers / powers.sum(axis=1, keepdims=True), atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


def test_huge_logits_do_not_overflow(tmp_path: Path, mnist_test: Dataset) -> None:
    path = tmp_path / "model.onnx"
    write_model(linear_graph(1e6 * random_weights()), card(), path)
    found = OnnxClassifier.open(path).probabilities(mnist_test.images[:50])
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


@pytest.fixture
def refusing(tmp_path: Path) -> Path:
    """A model of ten labels and a reject class, at a temperature."""
    path = tmp_path / "refusing.onnx"
    write_model(linear_graph(random_weights(classes=11)), card(temperature=1.5, reject_class=True), path)
    return path


def test_a_reject_class_takes_its_part_of_the_softmax_and_is_left_out(refusing: Path, mnist_test: Dataset) -> None:
    classifier = OnnxClassifier.open(refusing)
    images = mnist_test.images[:200]
    logits = classifier.logits(images)
    assert logits.shape == (200, 11)
    powers = np.exp(logits.astype(np.float64) / 1.5)
    found = classifier.probabilities(images)
    np.testing.assert_allclose(found, (powers / powers.sum(axis=1, keepdims=True))[:, :10], atol=1e-6)
    refused = (powers / powers.sum(axis=1, keepdims=True))[:, 10]
    np.testing.assert_allclose(1 - found.sum(axis=1), refused, atol=1e-6)
    assert refused.max() > 0.5
    assert classifier.logits(images[:0]).shape == (0, 11)
    assert classifier.probabilities(images[:0]).shape == (0, 10)


def test_even_what_is_refused_outright_is_no_row_of_zeros(tmp_path: Path, mnist_test: Dataset) -> None:
    path = tmp_path / "model.onnx"
    weights = np.zeros((784, 11))
    weights[:, 10] = 100
    write_model(linear_graph(weights), card(reject_class=True), path)
    found = OnnxClassifier.open(path).probabilities(mnist_test.images[:20])
    assert (found.max(axis=1) > 0).all()
    assert found.sum() < 1e-30


@pytest.mark.parametrize("count", [0, 1, 63, 64, 500])
def test_batches_of_any_size_give_what_single_pictures_give(model: Path, mnist_test: Dataset, count: int) -> None:
    classifier = OnnxClassifier.open(model)
    images = mnist_test.images[:count]
    together = classifier.probabilities(images)
    assert together.shape == (count, 10)
    for index in range(0, count, 37):
        np.testing.assert_allclose(classifier.probabilities(images[index : index + 1])[0], together[index], atol=1e-6)


def test_threads_may_share_it(model: Path, mnist_test: Dataset) -> None:
    classifier = OnnxClassifier.open(model)
    parts = [mnist_test.images[start : start + 100] for start in range(0, 800, 100)]
    expected = [classifier.probabilities(part) for part in parts]
    found: dict[int, Any] = {}
    threads = [
        threading.Thread(target=lambda i=i: found.update({i: classifier.probabilities(parts[i])})) for i in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index, rows in enumerate(expected):
        np.testing.assert_array_equal(found[index], rows)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 28, 28), np.uint8),
        np.zeros((2, 3, 28, 28), np.uint8),
        np.zeros((2, 1, 32, 32), np.uint8),
        np.zeros((2, 1, 28, 28), np.float32),
    ],
)
def test_other_shapes_and_types_are_refused(model: Path, images: np.ndarray) -> None:
    with pytest.raises(ImageError, match=r"\(n, 1, 28, 28\)"):
        OnnxClassifier.open(model).probabilities(images)


def write(path: Path, graph: bytes, **changes: Any) -> Path:
    write_model(graph, card(**changes), path)
    return path


def missing(path: Path) -> Path:
    return path


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def text(path: Path) -> Path:
    path.write_text("These are no weights.\n")
    return path


def half(path: Path) -> Path:
    content = write(path, linear_graph(random_weights())).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def foreign(path: Path) -> Path:
    path.write_bytes(linear_graph(random_weights()))
    return path


def other_names(path: Path) -> Path:
    return write(path, linear_graph(random_weights(), names=("input.1", "output")))


def other_input_type(path: Path) -> Path:
    return write(path, linear_graph(random_weights(), kinds=(TensorProto.FLOAT, TensorProto.FLOAT)))


def other_output_type(path: Path) -> Path:
    return write(path, linear_graph(random_weights(), kinds=(TensorProto.UINT8, TensorProto.DOUBLE)))


def fixed_batch(path: Path) -> Path:
    return write(path, linear_graph(random_weights(), batch=1))


def too_few_labels(path: Path) -> Path:
    return write(path, linear_graph(random_weights()), labels=("even", "odd"))


def no_logit_for_the_reject_class(path: Path) -> Path:
    return write(path, linear_graph(random_weights()), reject_class=True)


def a_logit_too_many(path: Path) -> Path:
    return write(path, linear_graph(random_weights(classes=11)))


def other_size(path: Path) -> Path:
    return write(path, linear_graph(random_weights()), input_shape=(1, 14, 56))


def no_numbers(path: Path) -> Path:
    return write(path, linear_graph(np.full((784, 10), np.nan)))


def future_card(path: Path) -> Path:
    model = onnx.load_model_from_string(linear_graph(random_weights()))
    model.metadata_props.add(key=CARD_KEY, value=json.dumps({**json.loads(card().to_json()), "card_version": 99}))
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (missing, "there is no model file"),
        (empty, "is empty"),
        (folder, "is a folder"),
        (text, "no ONNX model or is damaged"),
        (half, "no ONNX model or is damaged"),
        (foreign, "has no card"),
        (other_names, "found input.1 tensor(uint8), output tensor(float)"),
        (other_input_type, "found image tensor(float)"),
        (other_output_type, "logits tensor(double)"),
        (fixed_batch, "disagrees with its graph"),
        (too_few_labels, "2 labels, but"),
        (no_logit_for_the_reject_class, "10 labels and a reject class, but logits of shape (1, 10)"),
        (a_logit_too_many, "10 labels, but logits of shape (1, 11)"),
        (other_size, "(n, 1, 14, 56), the graph (n, 1, 28, 28)"),
        (no_numbers, "no numbers"),
        (future_card, "version 99"),
    ],
)
def test_what_is_no_model_of_ours_is_refused_in_one_sentence(tmp_path: Path, make: Any, words: str) -> None:
    path = make(tmp_path / "model.onnx")
    with pytest.raises(ModelFileError) as caught:
        OnnxClassifier.open(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_any_damage_to_the_file_is_refused_or_harmless(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = shipped_model().read_bytes()
    path = tmp_path / "model.onnx"
    places = np.random.default_rng(0).integers(0, len(content), 60)
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        try:
            probabilities = OnnxClassifier.open(path).probabilities(np.zeros((1, 1, 28, 28), np.uint8))
        except InkreadError:
            continue
        assert 0 < probabilities.sum() < 1 + 1e-5  # less than 1: what is left says that a blank is no digit
    assert capfd.readouterr() == ("", "")
