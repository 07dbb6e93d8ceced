"""`inkread train` and `inkread recipes` by the real command line, where all goes well."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from inkread.cli.train import _clean_end
from inkread.training.loop import TrainingInterrupted
from inkread.training.recipes import get_recipe
from tests.conftest import CommandLine


@pytest.mark.slow
def test_every_setting_of_a_recipe_but_the_network_is_an_option(inkread: CommandLine, tmp_path: Path) -> None:
    images = np.zeros((60, 28, 28), np.uint8)
    images[::2, 4:24, 12:16] = 255
    np.savez(tmp_path / "own.npz", images=images, labels=np.arange(60) % 2)
    first = inkread("train", "mlp-64x3", "--data", "own.npz", "--epochs", 1, "--out", "first", "--progress", "none")
    assert first.returncode == 0, first.stderr
    given = {
        "data": "own.npz", "validation": 10, "limit": 40, "epochs": 2, "batch_size": 20, "loss": "cross-entropy",
        "label_smoothing": 0.2, "optimizer": "adamw", "learning_rate": 0.02, "momentum": 0.5, "weight_decay": 0.01,
        "schedule": "step", "step_epochs": 7, "gamma": 0.25, "warmup": 0.75, "dropout": 0.0,
        "augmentation": "strokes", "focus": 0.25, "ema": 0.5, "seed": 11, "device": "cpu", "threads": 1,
        "report_every": 2, "precision": "bfloat16", "start_from": "first", "nesterov": True, "beta1": 0.8,
        "beta2": 0.95, "compile": False, "shards": 2,
    }  # fmt: skip
    assert {"recipe", "network", *given} == set(get_recipe("quick").to_dict())
    switches = {True: "--{}", False: "--no-{}"}
    options: list[object] = []
    for name, value in given.items():
        word = name.replace("_", "-")
        options += [switches[value].format(word)] if isinstance(value, bool) else [f"--{word}", value]
    result = inkread("train", "mlp-64x3", *options, "--out", "run", "--progress", "none")
    assert result.returncode == 0, result.stderr
    begun = json.loads((tmp_path / "run" / "config.json").read_text())["config"]
    assert begun == {"recipe": "mlp-64x3", "network": "mlp-64x3", **given}


def test_a_recipe_is_shown_by_its_name_alone(inkread: CommandLine) -> None:
    short, long = inkread("recipes", "cnn-10-20"), inkread("recipes", "show", "cnn-10-20")
    assert short.stdout == long.stdout
    assert "0.25" in short.stdout
    assert "did you mean 'quick'" in inkread("recipes", "qick").stderr


def test_saved_is_said_only_where_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for error, said in ((KeyboardInterrupt, False), (TrainingInterrupted, True)):
        with pytest.raises(KeyboardInterrupt), _clean_end(tmp_path / "run"):
            raise error
        assert ("Stopped and saved" in capsys.readouterr().err) is said
