from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from inkread.data import Dataset
from inkread.modelfile import CARD_KEY, shipped_model
from tests.conftest import CommandLine, one_sentence
from tests.reading.made import strip

NUMBERS = ("72104", "410")


@pytest.fixture
def files(tmp_path: Path, mnist_test: Dataset) -> list[str]:
    for text in NUMBERS:
        Image.fromarray(strip(mnist_test, text, gap=5)).save(tmp_path / f"{text}.png")
    Image.new("L", (90, 40), 255).save(tmp_path / "blank.png")
    return [*(f"{text}.png" for text in NUMBERS), "blank.png"]


def test_numbers_come_as_a_table_and_are_drawn(inkread: CommandLine, files: list[str], tmp_path: Path) -> None:
    result = inkread("read", *files, "--as", "number", "--annotate", "--out", "drawn")
    assert (result.returncode, result.stderr) == (0, "")
    heading, *lines, empty, summary = result.stdout.splitlines()
    assert [line.split()[1:3] for line in lines] == [["number", text] for text in (*NUMBERS, "-")]
    end = heading.index("Read") + len("Read")
    assert [line[:end].split()[-1] for line in lines] == [*NUMBERS, "-"]
    assert lines[2].endswith("no ink")
    assert (empty, summary.split(":")[0]) == ("", "3 pictures")
    assert sorted(path.name for path in (tmp_path / "drawn").glob("*.png")) == sorted([*files, "sheet.png"])
    drawn = np.asarray(Image.open(tmp_path / "drawn" / "410.png").convert("RGB")).astype(int)
    saturation = drawn.max(axis=2) - drawn.min(axis=2)
    columns = np.flatnonzero(saturation[: len(drawn) // 3].max(axis=0) > 60)
    assert 1 + np.count_nonzero(np.diff(columns) > 1) >= 2  # frames that stand apart, one a digit


def test_programs_get_every_character_or_a_row(inkread: CommandLine, files: list[str]) -> None:
    options = ("--as", "number", "--length", "3-5", "--range", "400", "80000", "--separators")
    result = inkread("read", *files, "nowhere.png", *options, "--format", "json")
    assert result.returncode == 2
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    assert [entry.get("text") for entry in objects] == [*NUMBERS, "", None]
    assert [digit["label"] for digit in objects[0]["digits"]] == list(NUMBERS[0])
    assert "does not exist" in objects[3]["error"]
    rows = list(csv.DictReader(io.StringIO(inkread("read", *files, *options, "--format", "csv").stdout)))
    assert [row["text"] for row in rows] == [*NUMBERS, ""]
    assert 0 <= int(rows[0]["x0"]) < int(rows[0]["x1"])
    assert rows[2]["reason"] == "no ink"


def test_a_constraint_that_nothing_satisfies_stands_in_the_result(inkread: CommandLine, files: list[str]) -> None:
    result = inkread("read", files[1], "--as", "number", "--length", "20", "--format", "json")
    entry = json.loads(result.stdout)
    assert result.returncode == 0
    assert (entry["text"], entry["reason"]) == ("", "nothing satisfies the constraint")
    choice = inkread("read", files[1], "--as", "number", "--choices", "418", "--choices", "555", "--format", "json")
    assert json.loads(choice.stdout)["text"] == "418"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--as", "number", "--length", "five"), "five"),
        (("--as", "number", "--length", "6-4"), "length"),
        (("--as", "number", "--pattern", "(1"), "never closed"),
        (("--as", "number", "--choices", ""), "choices"),
        (("--separators", "--as", "digit"), "leave out --as digit"),
        (("--length", "3", "--as", "page"), "--as number"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    inkread: CommandLine, files: list[str], options: tuple[str, ...], word: str
) -> None:
    assert word in one_sentence(inkread("read", files[0], *options))


@pytest.mark.slow
@pytest.mark.parametrize("copies", [1, 40])  # so many are read by processes of their own
def test_a_number_network_of_ones_own_is_taken(
    inkread: CommandLine, files: list[str], tmp_path: Path, copies: int
) -> None:
    model = onnx.load(shipped_model("numbers.onnx"))
    entry = next(entry for entry in model.metadata_props if entry.key == CARD_KEY)
    entry.value = json.dumps({**json.loads(entry.value), "name": "mine", "threshold": 1.0})
    onnx.save(model, tmp_path / "own.onnx")
    assert "mine" in inkread("model", "show", "own.onnx").stdout
    for number in range(copies):
        shutil.copy(tmp_path / files[0], tmp_path / f"copy {number}.png")
    options = ("--as", "number", "--format", "csv", "--workers", "3")
    result = inkread("read", *(f"copy {number}.png" for number in range(copies)), *options, "--model", "own.onnx")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["text"], row["accepted"]) for row in rows] == [(NUMBERS[0], "false")] * copies


def test_a_number_network_is_no_use_where_digits_are_measured(inkread: CommandLine) -> None:
    assert "reads numbers as a whole" in one_sentence(inkread("evaluate", shipped_model("numbers.onnx")))
