"""Whatever is wrong with a file or an option: one sentence, exit status 2, no traceback, the other files are read."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from PIL import Image
from torch import nn

from inkread.data import Dataset
from inkread.modelfile import CARD_KEY, shipped_model
from tests.conftest import CommandLine, one_sentence
from tests.modelfile.graphs import card, linear_graph, random_weights


@pytest.fixture(autouse=True)
def seven(tmp_path: Path, mnist_test: Dataset) -> Path:
    path = tmp_path / "seven.png"
    Image.fromarray(mnist_test.images[0, 0]).save(path)
    return path


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims any size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


def make_bad_pictures(folder: Path) -> dict[str, str]:
    """Write the pictures; return their names and a word that the sentence of each must hold."""
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.png").write_text("Dear teacher,\n")
    (folder / "folder.png").mkdir()
    (folder / "bomb.png").write_bytes(png_claiming(20_000, 20_000))
    (folder / "just-over.png").write_bytes(png_claiming(10_001, 10_000))
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200), dtype=np.uint8))
    noise.save(folder / "whole.jpg")
    (folder / "truncated.jpg").write_bytes((folder / "whole.jpg").read_bytes()[:9000])
    return {
        "missing.png": "does not exist",
        "empty.png": "empty",
        "text.png": "not a picture",
        "folder.png": "folder",
        "bomb.png": "100 megapixels",
        "just-over.png": "100 megapixels",
        "truncated.jpg": "truncated",
    }


def test_every_bad_picture_is_reported_on_its_line_and_the_others_are_read(
    inkread: CommandLine, tmp_path: Path
) -> None:
    words = make_bad_pictures(tmp_path)
    result = inkread("read", *words, "seven.png", "--format", "json")
    assert result.returncode == 2
    assert result.stderr == ""
    *bad, good = [json.loads(line) for line in result.stdout.splitlines()]
    assert good["label"] == "7"
    for entry, (name, word) in zip(bad, words.items(), strict=True):
        assert entry["path"] == name
        assert word in entry["error"]
        assert name in entry["error"]
        assert "\n" not in entry["error"]


def test_a_table_says_it_too(inkread: CommandLine, tmp_path: Path) -> None:
    result = inkread("read", "missing.png", "seven.png")
    assert result.returncode == 2
    assert result.stdout.splitlines()[1] == "missing.png  does not exist; check the path."
    assert "2 pictures: 1 accepted, 1 could not be read." in result.stdout
    assert "Traceback" not in result.stderr


def make_bad_models(folder: Path) -> dict[str, str]:
    """Write the models; return their names and a word that the sentence of each must hold."""
    good = shipped_model().read_bytes()
    (folder / "folder.onnx").mkdir()
    (folder / "empty.onnx").write_bytes(b"")
    (folder / "text.onnx").write_text("no model")
    (folder / "truncated.onnx").write_bytes(good[: len(good) // 2])
    (folder / "foreign.onnx").write_bytes(linear_graph(random_weights()))
    (folder / "future.onnx").write_bytes(with_card(json.dumps({**json.loads(card().to_json()), "card_version": 7})))
    (folder / "other-card.onnx").write_bytes(with_card(card(labels=("a", "b")).to_json()))
    torch.save(nn.Sequential(nn.Linear(784, 10)), folder / "code.pth")
    return {
        "missing.onnx": "no model file",
        "folder.onnx": "folder",
        "empty.onnx": "empty",
        "text.onnx": "damaged",
        "truncated.onnx": "damaged",
        "foreign.onnx": "no card",
        "future.onnx": "version 7",
        "other-card.onnx": "disagrees",
        "code.pth": "holds code",
    }


def with_card(text: str) -> bytes:
    model = onnx.load_model_from_string(linear_graph(random_weights()))
    model.metadata_props.add(key=CARD_KEY, value=text)
    return bytes(model.SerializeToString())


@pytest.mark.slow
def test_every_bad_model_is_refused_in_one_sentence(inkread: CommandLine, tmp_path: Path) -> None:
    for name, word in make_bad_models(tmp_path).items():
        sentence = one_sentence(inkread("read", "seven.png", "--model", name))
        assert word in sentence
        assert name in sentence


@pytest.mark.parametrize("value", ["1.5", "nan"])
def test_a_threshold_out_of_range_is_refused(inkread: CommandLine, value: str) -> None:
    assert "between 0 and 1" in one_sentence(inkread("read", "seven.png", "--min-confidence", value))


def test_options_that_do_not_exist_are_refused(inkread: CommandLine) -> None:
    for arguments in (["--as", "poem"], ["--fast"]):
        result = inkread("read", "seven.png", *arguments)
        assert result.returncode == 2
        assert arguments[-1] in result.stderr
        assert "Traceback" not in result.stderr
    assert inkread("read").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--range", "5", "1"], "write the least value first"),
        (["--pattern", "("], "pattern"),
        (["--length", "0"], "cannot be"),
        (["--checksum", ""], "known are luhn"),
        (["--as", "digit", "--separators"], "leave out --as digit"),
    ],
)
def test_a_mistyped_option_leaves_the_results_of_before(
    inkread: CommandLine, tmp_path: Path, arguments: list[str], said: str
) -> None:
    assert inkread("read", "seven.png", "--out", "out").returncode == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert said in one_sentence(inkread("read", "seven.png", "--out", "out", *arguments))
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_network_for_numbers_does_not_read_digits(inkread: CommandLine) -> None:
    numbers = shipped_model("numbers.onnx")
    assert "leave out --as digit" in one_sentence(inkread("read", "seven.png", "--as", "digit", "--model", numbers))
    assert "single digits" in one_sentence(inkread("explain", "seven.png", "--out", "out", "--model", numbers))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("arguments", [["recipes"], ["read", "seven.png", "--format", "csv"]])
def test_a_full_disk_behind_the_output_is_one_sentence(tmp_path: Path, arguments: list[str]) -> None:
    result = run_into(os.open("/dev/full", os.O_WRONLY), arguments, tmp_path)
    assert one_sentence(result) == "inkread: cannot write the output: No space left on device"


def test_a_reader_that_has_gone_ends_it_quietly(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    result = run_into(writing, ["read", "seven.png", "--format", "csv"], tmp_path)
    assert (result.returncode, result.stderr) == (1, "")


def run_into(stdout: int, arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "inkread", *arguments]
    result = subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, cwd=folder, text=True, check=False, timeout=120
    )
    os.close(stdout)
    result.stdout = ""
    return result


def test_a_folder_that_cannot_be_written_is_named(inkread: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = inkread("read", "seven.png", "--annotate", "--out", "file")
    assert "file is a file, give a folder" in one_sentence(result)
    assert result.stdout == ""
    if os.geteuid():
        (tmp_path / "locked").mkdir(mode=0o500)
        assert "cannot write locked" in one_sentence(inkread("read", "seven.png", "--annotate", "--out", "locked"))
