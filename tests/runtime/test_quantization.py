"""Eight-bit copies of models: they read alike, are smaller, and say what they are."""

import dataclasses
import re

import numpy as np
import pytest

from inkread.errors import ModelFileError
from inkread.modelfile import shipped_model
from inkread.runtime import OnnxClassifier
from inkread.runtime.quantization import NOTE, quantize
from tests.conftest import one_sentence


@pytest.fixture(scope="module")
def float_model(tmp_path_factory):
    """A model of the recipe quick's network, in float32, trained by nobody: ranges and weights are what counts."""
    pytest.importorskip("torch")
    import torch

    from inkread.modelfile import Card
    from inkread.networks import build, preprocessing
    from inkread.training.export import export_model

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("float") / "model.onnx"
    card = Card(
        name="made",
        task="digit",
        labels=tuple("0123456789"),
        input_shape=(1, 28, 28),
        normalization="mnist",
        network="quick",
    )
    export_model(build("quick").eval(), card, path, preprocessing("quick"))
    return path


def test_a_copy_in_eight_bits_answers_alike_and_is_smaller(float_model, tmp_path, mnist_train, mnist_test):
    target = tmp_path / "small.onnx"
    after = quantize(float_model, target, mnist_train.images[:300])
    before = OnnxClassifier.open(float_model)
    pictures = mnist_test.images[:500]
    spread = before.logits(pictures).std()
    assert np.abs(after.logits(pictures) - before.logits(pictures)).mean() < 0.05 * spread
    assert target.stat().st_size < 0.6 * float_model.stat().st_size
    assert NOTE in after.card.notes
    assert after.card.labels == before.card.labels


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
