from __future__ import annotations

import pytest
import torch

from inkread.errors import ConfigError
from inkread.networks import NETWORKS, Preprocessing, build, fold, preprocessing
from inkread.training.recipes import FACTS, RECIPES

OF_PICTURES = [name for name in NETWORKS if name != "numbers"]


@pytest.mark.parametrize("name", OF_PICTURES)
@pytest.mark.parametrize(
    ("classes", "channels", "size"), [(10, 1, (28, 28)), (3, 3, (20, 24)), (2, 1, (64, 17)), (47, 2, (33, 31))]
)
def test_any_classes_channels_and_size(name: str, classes: int, channels: int, size: tuple[int, int]) -> None:
    network = build(name, num_classes=classes, in_channels=channels, image_size=size)
    assert network(torch.rand(4, channels, *size)).shape == (4, classes)


@pytest.mark.parametrize("width", [8, 160, 404])
def test_a_row_of_any_width_gets_an_answer_for_every_second_column(width: int) -> None:
    network = build("numbers", num_classes=14, image_size=(32, 160))
    assert network(torch.rand(3, 1, 32, width)).shape == (3, width // 2, 14)


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("mlp-128-64", [(128, 784), (128,), (64, 128), (64,), (10, 64), (10,)]),
        ("mlp-64x3", [(64, 784), (64,), (64, 64), (64,), (64, 64), (64,), (10, 64), (10,)]),
        ("cnn-10-20", [(10, 1, 5, 5), (10,), (20, 10, 5, 5), (20,), (50, 320), (50,), (10, 50), (10,)]),
        ("cnn-8-16", [(8, 1, 3, 3), (8,), (16, 8, 3, 3), (16,), (10, 784), (10,)]),
    ],
)
def test_the_tensors_are_those_of_the_tutorials(name: str, shapes: list[tuple[int, ...]]) -> None:
    assert [tuple(tensor.shape) for tensor in build(name).state_dict().values()] == shapes


@pytest.mark.parametrize("name", RECIPES)
def test_the_listed_weights_are_counted_right(name: str) -> None:
    config = RECIPES[name]()
    network = build(config.network, num_classes={"open-set": 11, "ctc": 24}.get(config.loss, 10))
    assert FACTS[name].parameters == sum(p.numel() for p in network.parameters() if p.requires_grad)


@pytest.mark.parametrize("name", OF_PICTURES)
def test_dropout_acts_in_training_and_only_there(name: str) -> None:
    x_nchw = torch.rand(8, 1, 28, 28)
    network = build(name, dropout=0.5)
    assert not torch.equal(network(x_nchw), network(x_nchw))
    network.eval()
    assert torch.equal(network(x_nchw), network(x_nchw))
    silent = build(name, dropout=0.0)
    assert torch.equal(silent(x_nchw), silent(x_nchw))


def test_the_dropout_of_the_tutorial_is_kept_unless_asked() -> None:
    x_nchw = torch.rand(8, 1, 28, 28)
    own = build("cnn-10-20")
    assert not torch.equal(own(x_nchw), own(x_nchw))


@pytest.mark.parametrize("name", ["quick", "sprint", "reader", "best"])
def test_folding_keeps_the_function(name: str) -> None:
    torch.manual_seed(0)
    network = build(name)
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.2, 3)
            torch.nn.init.normal_(layer.bias)
            if layer.weight.requires_grad:
                torch.nn.init.uniform_(layer.weight, -1, 1)
    network.eval()
    x_nchw = torch.rand(16, 1, 28, 28)
    before = network(x_nchw)
    fold(network)
    assert not any(isinstance(layer, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d) for layer in network.modules())
    torch.testing.assert_close(network(x_nchw), before, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", ["reader", "best"])
def test_residual_networks_take_the_smallest_pictures(name: str) -> None:
    assert build(name, num_classes=11, image_size=(1, 2))(torch.rand(2, 1, 1, 2)).shape == (2, 11)


def test_preprocessing_is_beside_each() -> None:
    assert preprocessing("reader") == preprocessing("best") == Preprocessing(mean=0.1307, std=0.3081)
    assert (preprocessing("mlp-128-64").mean, preprocessing("mlp-128-64").std) == (0.5, 0.5)
    assert (preprocessing("cnn-10-20").mean, preprocessing("cnn-10-20").std) == (0.0, 1.0)


def test_an_unknown_network_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(ConfigError, match="'cnn-10-2'; did you mean 'cnn-10-20'"):
        build("cnn-10-2")


@pytest.mark.parametrize(
    ("name", "size"), [("cnn-10-20", (15, 28)), ("cnn-8-16", (28, 3)), ("quick", (11, 28)), ("sprint", (15, 28))]
)
def test_pictures_that_vanish_on_the_way_are_refused(name: str, size: tuple[int, int]) -> None:
    with pytest.raises(ConfigError, match="too small"):
        build(name, image_size=size)


@pytest.mark.parametrize("options", [{"num_classes": 1}, {"in_channels": 0}, {"dropout": 1.0}, {"dropout": -0.1}])
def test_numbers_that_make_no_sense_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        build("quick", **options)


def test_each_place_of_a_row_hears_of_places_far_away() -> None:
    torch.manual_seed(0)
    network = build("numbers", num_classes=14, image_size=(32, 160)).eval()
    rows = torch.zeros(2, 1, 32, 160)
    rows[1, :, 8:24, 150:] = 1  # beyond the reach of all convolutions together
    with torch.no_grad():
        alike = network(rows)[:, :20]
        assert torch.allclose(alike[0], alike[1], atol=1e-6)  # at first nothing is added
        for name, weight in network.named_parameters():
            if ".tell." in name:
                weight.add_(torch.randn_like(weight) * 0.1)
        first, second = network(rows)[:, :20]
    assert (first - second).abs().max() > 1e-3
