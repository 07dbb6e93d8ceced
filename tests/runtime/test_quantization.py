"""Eight-bit copies of models: they read alike, are smaller, and say what they are."""

import dataclasses
import re

import numpy as np
import pytest

from inkread.errors import ModelFileError
from inkread.modelfile import shipped_model
from inkread.runtime import OnnxClassifier, OnnxRows
from inkread.runtime.quantization import NOTE, quantize
from tests.conftest import one_sentence


def untrained(path, network, **card):
    """A model file in float32, trained by nobody: ranges and weights are what counts."""
    pytest.importorskip("torch")
    import torch

    from inkread.modelfile import Card
    from inkread.networks import build, preprocessing
    from inkread.training.export import export_model

    torch.manual_seed(0)
    made = Card(name="made", network=network, **card)
    classes = len(made.labels) + (made.task == "number")  # the blank
    shape = {"in_channels": made.input_shape[0], "image_size": made.input_shape[1:]}
    module = build(network, num_classes=classes, dropout=None, **shape).eval()
    for weight in module.parameters():
        if weight.ndim > 1 and not weight.any():  # so that what begins without effect counts too
            torch.nn.init.normal_(weight, std=0.05)
    export_model(module, made, path, preprocessing(network))
    return path


@pytest.fixture(scope="module")
def float_model(tmp_path_factory):
    path = tmp_path_factory.mktemp("float") / "model.onnx"
    digits = tuple("0123456789")
    return untrained(path, "quick", task="digit", labels=digits, input_shape=(1, 28, 28), normalization="mnist")


@pytest.fixture(scope="module")
def float_rows(tmp_path_factory):
    from inkread.data.numbers import CLASSES

    path = tmp_path_factory.mktemp("float") / "rows.onnx"
    return untrained(path, "numbers", task="number", labels=CLASSES, input_shape=(1, 32, 160), normalization="strip")


def rows_of_digits(images, count):
    """Put pictures of single digits side by side, five a row."""
    rows = images[: 5 * count, 0].reshape(count, 5, 28, 28).transpose(0, 2, 1, 3).reshape(count, 28, 140)
    return np.pad(rows, ((0, 0), (2, 2), (10, 10)))


def test_a_copy_in_eight_bits_answers_alike_and_is_smaller(float_model, tmp_path, mnist_train, mnist_test):
    target = tmp_path / "small.onnx"
    quantize(float_model, target, mnist_train.images[:300])
    before, after = OnnxClassifier.open(float_model), OnnxClassifier.open(target)
    pictures = mnist_test.images[:500]
    spread = before.logits(pictures).std()
    assert np.abs(after.logits(pictures) - before.logits(pictures)).mean() < 0.05 * spread
    assert target.stat().st_size < 0.6 * float_model.stat().st_size
    assert NOTE in after.card.notes
    assert after.card.labels == before.card.labels


def test_a_model_that_reads_rows_is_quantized_too(float_rows, tmp_path, mnist_train, mnist_test):
    quantize(float_rows, tmp_path / "small.onnx", rows_of_digits(mnist_train.images, 50)[:, np.newaxis])
    before, after = OnnxRows.open(float_rows), OnnxRows.open(tmp_path / "small.onnx")
    rows = [*rows_of_digits(mnist_test.images, 20), np.zeros((32, 48), np.uint8)]
    pairs = list(zip(before.log_probabilities(rows), after.log_probabilities(rows), strict=True))
    assert [old.shape for old, _ in pairs] == [new.shape for _, new in pairs] == [(80, 24)] * 20 + [(24, 24)]
    old, new = (np.concatenate(both) for both in zip(*pairs, strict=True))
    assert np.abs(new - old).mean() < 0.05 * old.std()
    assert (tmp_path / "small.onnx").stat().st_size < 0.5 * float_rows.stat().st_size  # attention in 16 bits
    assert NOTE in after.card.notes


def test_eight_bits_are_not_quantized_again(float_model, tmp_path, mnist_train):
    quantize(float_model, tmp_path / "small.onnx", mnist_train.images[:50])
    with pytest.raises(ModelFileError, match="already"):
        quantize(tmp_path / "small.onnx", tmp_path / "smaller.onnx", mnist_train.images[:50])


def test_a_network_without_convolutions_is_refused(inkread, float_model, tmp_path):
    from inkread.networks import build, preprocessing
    from inkread.training.export import export_model

    card = dataclasses.replace(OnnxClassifier.open(float_model).card, network="mlp-64x3")
    export_model(build("mlp-64x3").eval(), card, tmp_path / "plain.onnx", preprocessing("mlp-64x3"))
    result = inkread("model", "quantize", "plain.onnx", "small.onnx", "--data", "mnist")
    one_sentence(result)
    assert "has no convolutions" in result.stderr
    assert not (tmp_path / "small.onnx").exists()


def test_the_command_says_how_alike_the_copies_read(inkread, float_model, tmp_path):
    result = inkread("model", "quantize", str(float_model), "small.onnx", "--data", "mnist")
    assert result.returncode == 0, result.stderr
    assert re.search(r"pictures of mnist are read alike, \d+\.\d times as fast on this machine", result.stdout)
    assert (tmp_path / "small.onnx").exists()


def test_the_command_compares_what_is_read_of_rows(inkread, float_rows, tmp_path, mnist_train):
    rows = rows_of_digits(mnist_train.images, 60)
    np.savez(tmp_path / "rows.npz", X=rows, y=np.arange(60) % 10)
    result = inkread("model", "quantize", str(float_rows), "small.onnx", "--data", "rows.npz")
    assert result.returncode == 0, result.stderr
    assert re.search(r"\d+ of 60 pictures of rows.npz are read alike", result.stdout), result.stdout
    assert OnnxRows.open(tmp_path / "small.onnx").labels == OnnxRows.open(float_rows).labels


def test_pictures_of_digits_are_no_rows(inkread, float_rows, tmp_path):
    sentence = one_sentence(inkread("model", "quantize", str(float_rows), "small.onnx", "--data", "mnist"))
    assert "mnist has pictures of 1 x 28, the model reads 1 x 32" in sentence
    assert not (tmp_path / "small.onnx").exists()


def test_a_model_is_not_replaced_by_its_copy(inkread, float_model):
    before = float_model.read_bytes()
    assert "choose another name" in one_sentence(inkread("model", "quantize", str(float_model), str(float_model)))
    assert float_model.read_bytes() == before


def test_pictures_of_another_size_are_refused(inkread, float_model, tmp_path):
    np.savez(tmp_path / "x.npz", X=np.zeros((20, 8, 8), np.uint8), y=np.arange(20) % 10)
    result = inkread("model", "quantize", str(float_model), "small.onnx", "--data", "x.npz")
    one_sentence(result)
    assert not (tmp_path / "small.onnx").exists()


def test_where_the_pictures_it_was_trained_on_are_missing_others_are_asked_for(inkread, tmp_path):
    result = inkread("model", "quantize", str(shipped_model()), "small.onnx", INKREAD_HOME=str(tmp_path / "home"))
    assert result.returncode == 2
    assert "; or name other pictures: --data mnist." in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "small.onnx").exists()
