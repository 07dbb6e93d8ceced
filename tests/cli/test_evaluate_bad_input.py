"""Whatever is wrong with what `inkread evaluate` is given: one sentence, exit status 2, no traceback."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inkread.data import Dataset
from inkread.modelfile import write_model
from tests.conftest import CommandLine, one_sentence
from tests.modelfile.graphs import card, linear_graph, random_weights


@pytest.fixture(autouse=True)
def files(tmp_path: Path, mnist_test: Dataset) -> None:
    images, labels = mnist_test.images[:20, 0], mnist_test.labels[:20]
    np.savez(tmp_path / "digits.npz", x_test=images, y_test=labels)
    np.savez(tmp_path / "letters.npz", x_test=images, y_test=np.array(["a", "b"] * 10))
    (tmp_path / "notes.txt").write_text("Dear teacher,\n")
    (tmp_path / "empty.onnx").write_bytes(b"")
    (tmp_path / "half.npz").write_bytes((tmp_path / "digits.npz").read_bytes()[:2000])
    (tmp_path / "folder").mkdir()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing.onnx",), "missing.onnx"),
        (("empty.onnx",), "empty"),
        (("notes.txt",), "notes.txt"),
        (("folder",), "folder"),
        (("missing.pth",), "missing.pth"),
        (("--data", "mnits"), "did you mean 'mnist'"),
        (("--data", "letters.npz"), "does not know: a, b (it knows 0, 1"),
        (("--data", "half.npz"), "half.npz"),
        (("--data", "folder"), "folder"),
        (("--data", "notes.txt"), "notes.txt"),
        (("--data", "digits.npz", "--split", "train"), "no train split"),
        (("--data", "digits.npz", "--against", "mnits"), "did you mean 'mnist'"),
        (("--data", "digits.npz", "--min-confidence", "1.5"), "between 0 and 1"),
        (("--data", "digits.npz", "--min-confidence", "nan"), "between 0 and 1"),
        (("--data", "digits.npz", "--out", "notes.txt"), "notes.txt is a file"),
        (("--data", "digits.npz", "--out", "notes.txt/below"), "notes.txt"),
        (("--data", "digits.npz", "--out", "/proc/evaluation"), "cannot write /proc/evaluation"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_one_sentence_says_what_is_wrong(
    inkread: CommandLine, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    before = (tmp_path / "notes.txt").read_bytes()
    assert words in one_sentence(inkread("evaluate", *arguments))
    assert (tmp_path / "notes.txt").read_bytes() == before


def test_a_model_that_these_pictures_cannot_feed(inkread: CommandLine, tmp_path: Path) -> None:
    wide = card(input_shape=(1, 32, 32))
    write_model(linear_graph(random_weights(inputs=1024), (1, 32, 32)), wide, tmp_path / "wide.onnx")
    assert "(1, 32, 32)" in one_sentence(inkread("evaluate", "wide.onnx", "--data", "digits.npz"))


def test_without_matplotlib_the_rest_is_still_written(inkread: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "hidden" / "matplotlib").mkdir(parents=True)
    (tmp_path / "hidden" / "matplotlib" / "__init__.py").write_text("raise ImportError('not installed')")
    result = inkread("evaluate", "--data", "digits.npz", "--out", "out", PYTHONPATH=str(tmp_path / "hidden"))
    assert "pip install 'inkread[train]'" in one_sentence(result)
    assert "accuracy" in result.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["gallery.png", "report.json"]
