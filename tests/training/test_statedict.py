from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

import inkread
from inkread.errors import ConfigError, ModelFileError
from inkread.networks import NETWORKS, build, preprocessing
from inkread.runtime import OnnxClassifier
from inkread.training.statedict import convert_pth, read_pth, write_pth


class TutorialNet(nn.Module):
    """As many tutorials write it: layers declared in order, under names of their own."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.conv2_drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.relu(functional.max_pool2d(self.conv1(x), 2))
        x = functional.relu(functional.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = functional.relu(self.fc1(x.view(-1, 320)))
        return self.fc2(functional.dropout(x, training=self.training))


class SmallMlp(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.input = nn.Linear(784, 64)
        self.h1 = nn.Linear(64, 64)
        self.h2 = nn.Linear(64, 64)
        self.out = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.input(x.view(-1, 784)))
        x = functional.relu(self.h1(x))
        x = functional.relu(self.h2(x))
        return functional.log_softmax(self.out(x), dim=1)


class TwoConvolutions(nn.Module):
    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 8, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.fc1 = nn.Linear(16 * 7 * 7, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(functional.relu(self.conv1(x)))
        x = self.pool(functional.relu(self.conv2(x)))
        return self.fc1(x.flatten(1))


def sequential_mlp() -> nn.Module:
    layers = [nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)]
    return nn.Sequential(*layers, nn.LogSoftmax(dim=1))


def pixels(count: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)


def expected(module: nn.Module, images: np.ndarray, mean: float, std: float) -> np.ndarray:
    with torch.no_grad():
        rows = module.eval()((torch.from_numpy(images).float() / 255 - mean) / std)
    return functional.softmax(rows, dim=1).numpy()


@pytest.mark.parametrize(
    ("module", "network", "shape"),
    [
        (TutorialNet(), "cnn-10-20", (1, 28, 28)),
        (TutorialNet(classes=26), "cnn-10-20", (1, 28, 28)),
        (SmallMlp(), "mlp-64x3", (1, 28, 28)),
        (sequential_mlp(), "mlp-128-64", (1, 28, 28)),
        (TwoConvolutions(1, 10), "cnn-8-16", (1, 28, 28)),
        (TwoConvolutions(3, 4), "cnn-8-16", (3, 28, 28)),
    ],
)
def test_a_tutorials_weights_give_a_tutorials_answers(
    tmp_path: Path, module: nn.Module, network: str, shape: tuple[int, int, int]
) -> None:
    torch.save(module.state_dict(), tmp_path / "mnist_model.pth")
    read = read_pth(tmp_path / "mnist_model.pth")
    assert (read.network, read.input_shape) == (network, shape)
    images = pixels(20, shape)
    np.testing.assert_allclose(expected(read.module, images, 0.5, 0.5), expected(module, images, 0.5, 0.5), atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("network", [name for name in NETWORKS if name != "numbers"])  # of pictures
def test_each_network_becomes_a_model_file(tmp_path: Path, network: str) -> None:
    module, source, target = build(network, num_classes=12), tmp_path / "net.pth", tmp_path / "model.onnx"
    torch.save(module.state_dict(), source)
    card = convert_pth(source, target)
    assert card.labels == tuple(map(str, range(12)))
    images, scaling = pixels(10, (1, 28, 28)), preprocessing(network)
    found = OnnxClassifier.open(target).probabilities(images)
    np.testing.assert_allclose(found, expected(module, images, scaling.mean, scaling.std), atol=1e-4)


def test_a_model_file_is_made_with_the_tutorials_own_preprocessing(tmp_path: Path) -> None:
    module, source, target = TutorialNet(), tmp_path / "net.pt", tmp_path / "model.onnx"
    torch.save(module.state_dict(), source)
    card = convert_pth(source, target, mean=0.1307, std=0.3081)
    assert (card.name, card.network, card.labels) == ("net", "cnn-10-20", tuple("0123456789"))
    assert "0.1307" in card.notes[0]
    onnx.checker.check_model(onnx.load(target))
    classifier = OnnxClassifier.open(target)
    assert classifier.card == card
    images = pixels(10, (1, 28, 28))
    found = classifier.probabilities(images)
    np.testing.assert_allclose(found, expected(module, images, 0.1307, 0.3081), atol=1e-4)


@pytest.mark.parametrize("std", [0.0, -1.0, float("nan")])
def test_a_preprocessing_that_cannot_be_is_refused(tmp_path: Path, std: float) -> None:
    torch.save(TutorialNet().state_dict(), tmp_path / "net.pth")
    with pytest.raises(ConfigError, match="std"):
        convert_pth(tmp_path / "net.pth", tmp_path / "model.onnx", std=std)


def nested(state: dict[str, torch.Tensor]) -> Any:
    return {"epoch": 3, "model_state_dict": state, "optimizer": {"lr": 0.1}}


def data_parallel(state: dict[str, torch.Tensor]) -> Any:
    return OrderedDict((f"module.{name}", value) for name, value in state.items())


def half(state: dict[str, torch.Tensor]) -> Any:
    return {name: value.half() for name, value in state.items()}


@pytest.mark.parametrize("wrap", [dict, nested, data_parallel, half])
@pytest.mark.parametrize("zipped", [True, False])
def test_the_habits_of_saving_do_not_matter(tmp_path: Path, wrap: Any, zipped: bool) -> None:
    module, source = sequential_mlp(), tmp_path / "net.pth"
    torch.save(wrap(module.state_dict()), source, _use_new_zipfile_serialization=zipped)
    images = pixels(10, (1, 28, 28))
    found = expected(read_pth(source).module, images, 0.5, 0.5)
    np.testing.assert_allclose(found, expected(module, images, 0.5, 0.5), atol=5e-3)


class Malicious:
    """Unpickling it would leave a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def test_code_is_never_run(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    content = {"state_dict": TutorialNet().state_dict(), "extra": Malicious(trace)}
    torch.save(content, tmp_path / "zip.pth")
    torch.save(content, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    (tmp_path / "pickle.pth").write_bytes(pickle.dumps(Malicious(trace)))
    torch.save(TutorialNet(), tmp_path / "whole.pth")
    with pytest.warns(DeprecationWarning, match="deprecated"):
        torch.jit.script(SmallMlp()).save(tmp_path / "script.pth")
    for name in ("zip", "old", "pickle", "whole", "script"):
        with pytest.raises(ModelFileError) as caught:
            read_pth(tmp_path / f"{name}.pth")
        assert "holds code or a whole pickled model" in str(caught.value)
        assert "torch.save(model.state_dict()" in str(caught.value)
        assert "\n" not in str(caught.value)
    assert not trace.exists()


def nothing(path: Path) -> None:
    pass


def folder(path: Path) -> None:
    path.mkdir()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("hello there\n")


def truncated(path: Path) -> None:
    torch.save(TutorialNet().state_dict(), path)
    path.write_bytes(path.read_bytes()[:-2000])


def other_network(path: Path) -> None:
    torch.save(nn.Sequential(nn.Linear(784, 30), nn.Linear(30, 10)).state_dict(), path)


def no_weights(path: Path) -> None:
    torch.save({"epoch": 3}, path)


def single_tensor(path: Path) -> None:
    torch.save(torch.zeros(3), path)


def no_numbers(path: Path) -> None:
    state = TutorialNet().state_dict()
    state["fc1.bias"][3] = float("nan")
    torch.save(state, path)


def endless(path: Path) -> None:
    """A few bytes that claim to be 10^13 classes."""
    torch.save({"weight": torch.zeros(1, 784), "bias": torch.zeros(1).expand(10**13)}, path)


def empty_tensor(path: Path) -> None:
    torch.save({"weight": torch.zeros(10**13, 0)}, path)


def many_classes(path: Path) -> None:
    torch.save({"weight": torch.zeros(10_001, 784), "bias": torch.zeros(10_001)}, path)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (nothing, "there is no model file"),
        (folder, "is a folder"),
        (empty, "is no PyTorch file or is damaged"),
        (text, "is no PyTorch file or is damaged"),
        (truncated, "is no PyTorch file or is damaged"),
        (other_network, "found 30x784, 30, 10x30, 10."),
        (no_weights, "holds no state dict"),
        (single_tensor, "holds no state dict"),
        (no_numbers, "no numbers in 'fc1.bias'"),
        (endless, "fewer than its shape says, in 'bias'"),
        (empty_tensor, "holds no numbers"),
        (many_classes, "fit none of the networks"),
    ],
)
def test_what_holds_no_weights_that_fit_is_refused_in_one_sentence(tmp_path: Path, make: Any, words: str) -> None:
    path = tmp_path / "net.pth"
    make(path)
    with pytest.raises(ModelFileError) as caught:
        read_pth(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("network", [name for name in NETWORKS if name != "numbers"])  # of pictures
def test_weights_go_out_as_a_state_dict_and_come_back(tmp_path: Path, network: str) -> None:
    torch.manual_seed(1)
    module = build(network)
    (tmp_path / "run").mkdir()
    save_file(module.state_dict(), tmp_path / "run" / "weights.safetensors")
    path = tmp_path / "weights.pth"
    write_pth(tmp_path / "run", path)
    state = torch.load(path, weights_only=True)
    assert list(state) == list(module.state_dict())
    other = build(network)
    other.load_state_dict(state)
    read = read_pth(path)
    assert read.network == network
    images = pixels(10, (1, 28, 28))
    np.testing.assert_array_equal(expected(read.module, images, 0, 1), expected(module, images, 0, 1))


def test_weights_that_are_missing_or_damaged_do_not_go_out(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="there are no weights"):
        write_pth(tmp_path, tmp_path / "out.pth")
    (tmp_path / "weights.safetensors").write_text("no tensors")
    with pytest.raises(ModelFileError, match="damaged"):
        write_pth(tmp_path / "model.onnx", tmp_path / "out.pth")
    assert not (tmp_path / "out.pth").exists()


@pytest.mark.slow
def test_a_pth_can_be_read_with_as_it_is(tmp_path: Path) -> None:
    torch.save(TwoConvolutions(1, 10).state_dict(), tmp_path / "MNISTmodel.pth")
    reader = inkread.load(tmp_path / "MNISTmodel.pth")
    assert reader.card.name == "MNISTmodel"
    picture = np.full((60, 60), 255, np.uint8)
    picture[10:50, 25:35] = 0
    assert reader.digit(picture).label in reader.labels


def test_without_safetensors_it_is_said_what_to_install(tmp_path: Path) -> None:
    torch.save(SmallMlp().state_dict(), tmp_path / "weights.pth")
    lines = ("import sys", "sys.modules['safetensors'] = None", "import inkread", "inkread.load('weights.pth')")
    command = [sys.executable, "-c", "\n".join(lines)]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert "MissingExtraError: a .pth is read and written by torch: pip install 'inkread[train]'" in result.stderr
