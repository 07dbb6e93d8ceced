"""What cannot be trained is refused in one sentence, with exit status 2, by the real command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import CommandLine, one_sentence, run_with_little_room

SMALL = ("--epochs", "1", "--progress", "none")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Sixty small pictures of two classes."""
    labels = np.arange(60) % 2
    images = np.zeros((60, 28, 28), np.uint8)
    images[labels == 1, 4:24, 12:16] = 255
    path = tmp_path / "own.npz"
    np.savez(path, images=images, labels=labels)
    return path


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("qick",), "there is no recipe 'qick'; did you mean 'quick'?"),
        (("mlp-128",), "there is no recipe 'mlp-128'; did you mean 'mlp-128-64'"),
        (("quick", "--optimizer", "adem"), "unknown optimizer 'adem'; did you mean 'adam'"),
        (("quick", "--epochs", "0"), "epochs is 0, it must be 1 or more."),
        (("quick", "--dropout", "1"), "dropout is 1.0, it must be from 0 to below 1."),
        (("--resume", "nowhere"), "nowhere holds no run to resume"),
    ],
)
def test_settings_that_make_no_sense(inkread: CommandLine, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in one_sentence(inkread("train", *arguments))


@pytest.mark.slow
def test_out_and_resume_together(inkread: CommandLine, tmp_path: Path, own: Path) -> None:
    (tmp_path / "run").mkdir()
    content = '{"config": {"recipe": "quick", "network": "quick"}}'
    (tmp_path / "run" / "config.json").write_text(content)
    assert "exclude each other" in one_sentence(inkread("train", "--resume", "run", "--out", "other"))
    refused = one_sentence(inkread("train", "--resume", "run", "--data", own, "--epochs", "7"))
    assert "cannot resume run with" in refused
    assert (tmp_path / "run" / "config.json").read_text() == content


@pytest.mark.slow
def test_a_folder_that_holds_a_run_and_a_file_in_the_way(inkread: CommandLine, tmp_path: Path, own: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text("{}")
    (tmp_path / "file").write_text("mine")
    common = ("train", "mlp-64x3", "--data", own, *SMALL)
    assert "holds a run already" in one_sentence(inkread(*common, "--out", "run"))
    assert "file is a file" in one_sentence(inkread(*common, "--out", "file/run"))
    assert (tmp_path / "file").read_text() == "mine"
    assert (tmp_path / "run" / "config.json").read_text() == "{}"


@pytest.mark.slow
def test_data_that_are_not_there_and_a_device_that_is_not_there(inkread: CommandLine, own: Path) -> None:
    assert "minst" in one_sentence(inkread("train", "quick", "--data", "minst", *SMALL))
    torch_has_cuda = "import torch, sys; sys.exit(0 if torch.cuda.is_available() else 1)"
    if subprocess.run([sys.executable, "-c", torch_has_cuda], check=False).returncode:
        refused = one_sentence(inkread("train", "quick", "--data", own, "--device", "cuda", *SMALL))
        assert "the device 'cuda' is not available" in refused
    assert not list(own.parent.glob("runs/*"))


def test_a_missing_library_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None; from inkread.cli import main; sys.argv = ['inkread', 'train']; main()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr == "inkread: training needs torch: pip install 'inkread[train]'.\n"


@pytest.mark.slow
def test_no_room_on_the_disk_leaves_nothing_half_written(tmp_path: Path, own: Path) -> None:
    common = ("train", "cnn-8-16", "--data", own, *SMALL, "--out", "run")
    refused = one_sentence(run_with_little_room(tmp_path, 20_000, *common))
    assert "cannot write run/checkpoint.safetensors: File too large" in refused
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["config.json", "log.jsonl"]


@pytest.mark.slow
def test_no_room_for_the_last_files_leaves_a_run_that_can_be_resumed(
    tmp_path: Path, own: Path, inkread: CommandLine
) -> None:
    common = ("train", "cnn-8-16", "--data", own, *SMALL, "--out", "run")
    # With room for the checkpoint and the weights but not for the curves, everything written so far stays whole.
    go_on = ("train", "--resume", "run", "--progress", "none")
    assert "cannot write run/curves.png" in one_sentence(run_with_little_room(tmp_path, 60_000, *common))
    names = ["checkpoint.safetensors", "config.json", "log.jsonl", "weights.safetensors"]
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == names
    finished = inkread(*go_on)
    assert finished.returncode == 0, finished.stderr
    assert "is finished" in one_sentence(inkread(*go_on))
