from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from inkread.data import Dataset
from inkread.errors import ImageError
from inkread.explain import Network, layers
from inkread.explain.field import Field
from inkread.modelfile import write_model
from inkread.networks.residual import ResidualBlock
from inkread.runtime import OnnxClassifier
from inkread.runtime.quantization import quantize
from tests.explain.conftest import Maker
from tests.explain.models import ALL, scaled
from tests.modelfile.graphs import card, linear_graph, random_weights

SHOWN = {
    "mlp-128-64": (["Dense 1", "Dense 2"], (2, 5)),
    "cnn-10-20": (["Convolution 1", "Pooling 1", "Convolution 2", "Pooling 2", "Dense"], (0, 2, 3, 6, 9)),
    "cnn-8-16": (["Convolution 1", "Pooling 1", "Convolution 2", "Pooling 2"], (1, 2, 4, 5)),
}


@pytest.fixture(scope="session")
def seven(mnist_test: Dataset) -> np.ndarray:
    return mnist_test.images[0, 0]


@pytest.mark.parametrize("name", SHOWN)
def test_layers_of_a_tutorials_network_are_those_that_torch_computes(
    name: str, network: Maker, seven: np.ndarray
) -> None:
    opened, module = network(name)
    outputs: dict[int, torch.Tensor] = {}
    for place, layer in enumerate(module.children()):
        layer.register_forward_hook(lambda _, __, output, place=place: outputs.__setitem__(place, output))
    with torch.inference_mode():
        logits = module(scaled(name, torch.from_numpy(seven)))
    names, places = SHOWN[name]
    found = opened.layer_maps(seven)
    assert [layer.name for layer in found] == ["Input", *names, "Output"]
    np.testing.assert_array_equal(found[0].maps[0], seven)
    for layer, place in zip(found[1:-1], places, strict=True):
        np.testing.assert_allclose(layer.maps, outputs[place][0].numpy(), atol=1e-4)
    np.testing.assert_allclose(found[-1].maps, logits[0].numpy(), atol=1e-4)


def test_layers_of_a_residual_network_are_those_that_torch_computes(network: Maker, seven: np.ndarray) -> None:
    opened, module = network("reader")
    blocks: list[torch.Tensor] = []
    for layer in module.modules():
        if isinstance(layer, ResidualBlock):
            layer.register_forward_hook(lambda _, __, output: blocks.append(output))
    with torch.inference_mode():
        module(scaled("reader", torch.from_numpy(seven)))
    found = {layer.name: layer for layer in opened.layer_maps(seven)}
    for place, block in enumerate(blocks, 1):
        np.testing.assert_allclose(found[f"Sum {place}"].maps, block[0].numpy(), atol=1e-3)
    np.testing.assert_allclose(found["Mean"].maps, blocks[-1][0].mean((1, 2)).numpy(), atol=1e-3)
    assert found["Shortcut 1"].maps.shape == found["Sum 2"].maps.shape == (64, 7, 7)


def test_filters_are_the_weights(network: Maker, seven: np.ndarray) -> None:
    opened, module = network("cnn-8-16")
    found = [layer.filters for layer in opened.layer_maps(seven)]
    assert isinstance(module, nn.Sequential)
    np.testing.assert_array_equal(found[1], module[0].weight.detach().numpy())
    np.testing.assert_array_equal(found[3], module[3].weight.detach().numpy())
    assert found[0] is found[2] is found[4] is found[5] is None
    opened, module = network("mlp-128-64")
    found = [layer.filters for layer in opened.layer_maps(seven)]
    np.testing.assert_array_equal(found[1], module[1].weight.detach().numpy().reshape(128, 1, 28, 28))
    assert found[2] is found[3] is None


def test_a_network_of_one_layer_shows_what_each_class_looks_for(tmp_path: Path, seven: np.ndarray) -> None:
    path = tmp_path / "linear.onnx"
    write_model(linear_graph(random_weights()), card(), path)
    found = layers(path, seven)
    assert [layer.kind for layer in found] == ["input", "output"]
    expected = random_weights().T.reshape(10, 1, 28, 28)
    assert found[1].filters is not None
    np.testing.assert_allclose(found[1].filters, expected, atol=1e-6)


def test_the_shipped_model_gives_the_same_numbers_looked_into_or_not(shipped: Network, mnist_test: Dataset) -> None:
    images = mnist_test.images[:200]
    inside, outside = shipped.features(images)[1], shipped.classifier.logits(images)
    np.testing.assert_array_equal(inside[:, :10].argmax(axis=1), outside[:, :10].argmax(axis=1))
    margins = inside[:, :10].max(axis=1) - inside[:, 10]  # all that the confidence depends on
    assert (np.diff(outside[:, :10].max(axis=1)[np.argsort(margins)]) >= -1e-6).all()
    found = shipped.layer_maps(images[0])
    assert [layer.kind for layer in found].count("sum") == 3
    assert found[1].filters is not None
    assert found[1].filters.shape == (32, 1, 5, 5)
    for layer in found[1:]:
        after_relu = layer.kind in ("sum", "pool") or layer.name in ("Convolution 1", "Convolution 2")
        assert not after_relu or layer.maps.min() >= 0, layer.name


def test_a_model_quantized_by_our_own_tool_shows_about_the_layers_that_it_had(
    network: Maker, tmp_path: Path, mnist_test: Dataset
) -> None:
    before, _ = network("reader")
    images = mnist_test.images[:100]
    (tmp_path / "float.onnx").write_bytes(before.classifier.content)
    quantize(tmp_path / "float.onnx", tmp_path / "int8.onnx", images)
    after = Network(OnnxClassifier.open(tmp_path / "int8.onnx"))
    for image in images[:3]:
        for old, new in zip(before.layer_maps(image), after.layer_maps(image), strict=True):
            assert (old.name, old.field, old.takes) == (new.name, new.field, new.takes)
            assert np.corrcoef(old.maps.ravel(), new.maps.ravel())[0, 1] > 0.98, old.name


@pytest.mark.parametrize("name", ALL)
def test_a_neuron_changes_only_with_the_pixels_that_it_sees(name: str, network: Maker, seven: np.ndarray) -> None:
    assert_fields(network(name)[0], seven)


def test_a_neuron_of_the_shipped_model_changes_only_with_the_pixels_that_it_sees(
    shipped: Network, seven: np.ndarray
) -> None:
    assert_fields(shipped, seven)


def assert_fields(network: Network, image: np.ndarray) -> None:
    before = network.layer_maps(image)

    @settings(max_examples=12, deadline=None)
    @given(y=st.integers(0, 27), x=st.integers(0, 27), value=st.integers(0, 255))
    def check(y: int, x: int, value: int) -> None:
        changed = image.copy()
        changed[y, x] = value
        for old, new in zip(before, network.layer_maps(changed), strict=True):
            if old.maps.ndim == 3:
                moved = np.abs(new.maps - old.maps).max(axis=0) > 1e-4
                assert not (moved & ~seeing(old.field, moved.shape, y, x)).any(), old.name

    check()


def seeing(field: Field, shape: tuple[int, ...], y: int, x: int) -> np.ndarray:
    """The neurons whose field holds a pixel."""
    found = np.zeros(shape, bool)
    for row, column in np.ndindex(*shape):
        y0, x0, y1, x1 = field.pixels(row, column, (28, 28))
        found[row, column] = y0 <= y < y1 and x0 <= x < x1
    return found


@settings(max_examples=15, deadline=None)
@given(y=st.integers(0, 27), x=st.integers(0, 27))
def test_every_neuron_that_sees_a_pixel_changes_with_it(linear_convolutions: Network, y: int, x: int) -> None:
    image = np.zeros((28, 28), np.uint8)
    image[y, x] = 255
    blank = linear_convolutions.layer_maps(np.zeros_like(image))
    for old, new in zip(blank[1:3:2], linear_convolutions.layer_maps(image)[1:3:2], strict=True):
        moved = np.abs(new.maps - old.maps).max(axis=0) > 1e-6
        np.testing.assert_array_equal(moved, seeing(old.field, moved.shape, y, x))


@pytest.fixture(scope="session")
def linear_convolutions(network: Maker) -> Network:
    """Its first convolution comes before the activation, so that no change is cut off."""
    return network("cnn-10-20")[0]


@pytest.mark.parametrize("image", [np.zeros((20, 28), np.uint8), np.zeros((28, 28)), np.zeros((2, 28, 28), np.uint8)])
def test_a_picture_of_another_form_is_refused(shipped: Network, image: np.ndarray) -> None:
    with pytest.raises(ImageError, match="normalise it first"):
        shipped.layer_maps(image)
