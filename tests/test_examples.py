"""The examples run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.slow
def test_the_tutorial_learns_and_reads_a_photo_and_its_weights_read_too(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, EXAMPLES / "tutorial.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    found = re.search(r"after training: ([\d.]+)%", result.stdout)
    assert found is not None
    assert float(found.group(1)) >= 98
    assert "3-phone-photo.jpg reads as 3" in result.stdout
    picture, weights = EXAMPLES / "digits" / "0-as-in-mnist.png", tmp_path / "mnist_tutorial.pth"
    read = subprocess.run(
        [sys.executable, "-m", "inkread", "read", picture, "--format", "csv", "--model", weights],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "0-as-in-mnist.png,0," in read.stdout


def test_the_tutorial_can_be_read_in_one_go() -> None:
    assert len((EXAMPLES / "tutorial.py").read_text().splitlines()) < 100
