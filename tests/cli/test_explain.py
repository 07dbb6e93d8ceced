from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkread.data import Dataset
from inkread.modelfile import write_model
from tests.conftest import CommandLine, one_sentence
from tests.modelfile.graphs import card, linear_graph, random_weights


@pytest.fixture
def seven(tmp_path: Path, mnist_test: Dataset) -> Path:
    path = tmp_path / "seven.png"
    Image.fromarray(mnist_test.images[0, 0]).save(path)
    return path


def test_a_picture_becomes_a_page(inkread: CommandLine, seven: Path, tmp_path: Path) -> None:
    result = inkread("explain", seven, "--out", "shown", "--for", "7", "--against", "2")
    assert (result.returncode, result.stderr) == (0, "")
    assert "7 with 2" in result.stdout
    assert "shown/index.html" in result.stdout
    text = (tmp_path / "shown" / "index.html").read_text()
    assert "<h1>Read as 7</h1>" in text
    assert "Which ink spoke for 7, which for 2" in text


def test_another_model_and_a_blank_picture(inkread: CommandLine, tmp_path: Path) -> None:
    write_model(linear_graph(random_weights()), card(name="mine"), tmp_path / "mine.onnx")
    Image.fromarray(np.full((30, 30), 255, np.uint8)).save(tmp_path / "blank.png")
    result = inkread("explain", "blank.png", "--out", ".", "--model", "mine.onnx")
    assert (result.returncode, result.stderr) == (0, "")
    assert "no ink" in result.stdout
    assert "Model: mine" in (tmp_path / "index.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["missing.png", "--out", "out"], "missing.png"),
        (["text.png", "--out", "out"], "text.png"),
        (["seven.png", "--out", "text.png"], "text.png is a file, give a folder"),
        (["seven.png", "--out", "out", "--for", "x"], "no class 'x'"),
        (["seven.png", "--out", "out", "--for", "7", "--against", "7"], "itself"),
        (["seven.png", "--out", "out", "--model", "text.png"], "text.png"),
        (["seven.png", "--out", "out", "--model", "missing.onnx"], "missing.onnx"),
    ],
)
def test_what_cannot_be_explained_is_refused(
    inkread: CommandLine, seven: Path, tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    (tmp_path / "text.png").write_text("no picture")
    assert complaint in one_sentence(inkread("explain", *arguments))
    assert not (tmp_path / "out").exists()
