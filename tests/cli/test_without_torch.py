"""Reading in a fresh environment that has the light core alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from inkread.data import Dataset

ROOT = Path(__file__).parents[2]


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=900)


@pytest.mark.slow
def test_pictures_are_read_where_torch_is_not_installed(tmp_path: Path, mnist_test: Dataset) -> None:
    environment = tmp_path / "environment"
    assert run(sys.executable, "-m", "venv", environment).returncode == 0
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    source = tmp_path / "source"  # Building leaves files behind.
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    install = run(scripts / "python", "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", source)
    if install.returncode and os.environ.get("CI") != "true":
        pytest.skip(f"pip cannot install here: {install.stderr.strip().splitlines()[-1]}")
    assert install.returncode == 0, install.stderr

    for name in ("torch", "onnx", "matplotlib"):
        absent = run(scripts / "python", "-c", f"import {name}")
        assert "ModuleNotFoundError" in absent.stderr

    Image.fromarray(mnist_test.images[0, 0]).save(tmp_path / "one.png")
    (tmp_path / "net.pth").write_bytes(b"any")
    result = run(scripts / "inkread", "read", tmp_path / "one.png", "--format", "csv")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1].split(",")[1] == "7"
    for arguments in (["read", tmp_path / "one.png", "--model", tmp_path / "net.pth"], ["train", "quick"]):
        refused = run(scripts / "inkread", *arguments)
        assert refused.returncode == 2
        assert "inkread[train]" in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1
