"""A real process, killed at a moment of chance, resumed, and compared with one that was left in peace."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inkread.training.listeners.log import read_log

OPTIONS = [
    *("train", "quick", "--limit", "2000", "--validation", "200", "--epochs", "4", "--batch-size", "20"),
    *("--dropout", "0.2", "--augmentation", "elastic", "--ema", "0.99", "--save-every", "0.1", "--progress", "none"),
]
PATIENCE = 300


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "inkread", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )


def finish(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return output


def wait_for_reports(folder: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Wait until the log holds so many reports."""
    deadline = time.monotonic() + PATIENCE
    while sum(line["event"] == "step-done" for line in read_log(folder / "log.jsonl")) < count:
        assert process.poll() is None, "it ended too soon to be killed"
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The weights of a run that nobody touched."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    finish(start(*OPTIONS, "--out", folder))
    return (folder / "weights.safetensors").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("reports", [2, 9, 20])
def test_killed_and_resumed_is_the_same_to_the_last_bit(reports: int, undisturbed: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    process = start(*OPTIONS, "--out", folder)
    wait_for_reports(folder, reports, process)
    time.sleep(random.uniform(0, 0.3))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (folder / "model.onnx").exists()
    finish(start("train", "--resume", folder, "--progress", "none"))
    assert (folder / "weights.safetensors").read_bytes() == undisturbed
    assert (folder / "model.onnx").exists()


@pytest.mark.slow
def test_ctrl_c_saves_and_says_how_to_go_on(undisturbed: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    process = start(*OPTIONS, "--out", folder)
    wait_for_reports(folder, 3, process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert errors.strip() == f"Stopped and saved; go on with: inkread train --resume {folder}"
    finish(start("train", "--resume", folder, "--progress", "none"))
    assert (folder / "weights.safetensors").read_bytes() == undisturbed
