"""bfloat16 and compilation: what they change, and what they must not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from inkread.networks import build, preprocessing
from inkread.training.config import TrainConfig
from inkread.training.folder import read_config
from inkread.training.forward import make_forward
from inkread.training.loop import predict
from inkread.training.pictures import Pictures
from inkread.training.recipes import get_recipe
from tests.conftest import one_sentence
from tests.training.test_sudden_death import finish, start, wait_for_reports

CPU = torch.device("cpu")
COMPILED = [
    *("train", "quick", "--limit", "1500", "--validation", "100", "--epochs", "4", "--batch-size", "32"),
    *("--dropout", "0.2", "--ema", "0.99", "--precision", "bfloat16", "--compile", "--report-every", "5"),
    *("--save-every", "0.1", "--progress", "none"),
]


def config(**options: object) -> TrainConfig:
    return get_recipe("reader").with_options({"compile": False} | options)


def test_bfloat16_gives_almost_the_same_logits_in_float32() -> None:
    torch.manual_seed(0)
    network = build("reader", num_classes=11).eval()
    x_nchw = torch.rand(8, 1, 28, 28)
    exact = make_forward(network, config(precision="float32"), CPU)(x_nchw)
    short = make_forward(network, config(precision="bfloat16"), CPU)(x_nchw)
    assert torch.equal(exact, network(x_nchw))
    assert exact.dtype == short.dtype == torch.float32
    assert not torch.equal(exact, short)
    torch.testing.assert_close(short, exact, atol=0.05, rtol=0.05)


def test_weights_and_gradients_stay_float32() -> None:
    network = build("reader", num_classes=11)
    make_forward(network, config(), CPU)(torch.rand(4, 1, 28, 28)).sum().backward()
    assert {parameter.grad.dtype for parameter in network.parameters() if parameter.grad is not None} == {torch.float32}
    assert {value.dtype for value in network.state_dict().values()} == {torch.float32, torch.int64}


def test_validation_is_in_the_precision_that_was_asked_for() -> None:
    network = build("mlp-64x3")
    pictures = Pictures(torch.randint(0, 256, (20, 1, 28, 28), dtype=torch.uint8), torch.zeros(20, dtype=torch.int64))
    scaling, weights = preprocessing("mlp-64x3"), network.state_dict()
    exact, short = (predict(network, weights, pictures, scaling, kind) for kind in ("float32", "bfloat16"))
    assert exact.dtype == short.dtype == torch.float32
    assert not torch.equal(exact, short)
    torch.testing.assert_close(short, exact, atol=0.05, rtol=0.05)


def test_a_run_of_before_precision_and_compilation_is_understood(tmp_path: Path) -> None:
    before = get_recipe("quick").to_dict()
    for name in ("precision", "compile", "nesterov"):
        del before[name]
    assert read_config({"config": json.loads(json.dumps(before))}, tmp_path) == get_recipe("quick")


@pytest.mark.slow
def test_compiled_is_the_same_function_with_the_same_weights() -> None:
    torch.manual_seed(0)
    plain, shared = build("reader", num_classes=11, dropout=0.0), build("reader", num_classes=11, dropout=0.0)
    shared.load_state_dict(plain.state_dict())
    compiled = make_forward(shared, config(precision="float32", compile=True, batch_size=8), CPU)
    for size in (8, 5, 8):
        x_nchw = torch.rand(size, 1, 28, 28)
        expected, found = plain(x_nchw), compiled(x_nchw)
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
        expected.square().mean().backward()
        found.square().mean().backward()
    assert list(shared.state_dict()) == list(plain.state_dict())
    for (name, value), other in zip(shared.state_dict().items(), plain.state_dict().values(), strict=True):
        torch.testing.assert_close(value, other, atol=1e-4, rtol=1e-4, msg=name)
    for parameter, other in zip(shared.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(parameter.grad, other.grad, atol=1e-3, rtol=1e-3)


@pytest.mark.slow
def test_a_compiled_run_that_is_killed_and_resumed_is_the_same_to_the_last_bit(tmp_path: Path) -> None:
    finish(start(*COMPILED, "--out", tmp_path / "undisturbed"))
    process = start(*COMPILED, "--out", tmp_path / "run")
    wait_for_reports(tmp_path / "run", 12, process)
    process.kill()
    process.communicate()
    finish(start("train", "--resume", tmp_path / "run", "--progress", "none"))
    whole, resumed = (load_file(tmp_path / name / "weights.safetensors") for name in ("undisturbed", "run"))
    assert all(torch.equal(value, resumed[name]) for name, value in whole.items())
    assert list(whole) == list(resumed)
    assert set(whole) == set(build("quick").state_dict())


@pytest.mark.slow
def test_without_a_compiler_it_says_what_to_do(tmp_path: Path) -> None:
    images = np.zeros((60, 28, 28), np.uint8)
    images[::2, 4:24, 12:16] = 255
    np.savez(tmp_path / "own.npz", images=images, labels=np.arange(60) % 2)
    options = ("--data", "own.npz", "--batch-size", "20", "--compile", "--progress", "none")
    result = subprocess.run(
        [sys.executable, "-m", "inkread", "train", "mlp-64x3", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "CXX": "/nowhere/c++", "TORCHINDUCTOR_CACHE_DIR": str(tmp_path / "cache"), "COLUMNS": "200"},
    )
    assert "set compile=false (--no-compile)" in one_sentence(result)
