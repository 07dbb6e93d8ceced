from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from inkread.batch import Outcome
from inkread.cli.printing import CsvPrinter, TablePrinter
from inkread.data import Dataset
from inkread.modelfile import write_model
from inkread.types import Digit
from tests.conftest import CommandLine, one_sentence
from tests.modelfile.graphs import card, edge_weights, linear_graph


@pytest.fixture
def digits(tmp_path: Path, mnist_test: Dataset) -> list[str]:
    """Names of four pictures in the folder where the command line runs; they show 7, 2, 1 and 0."""
    for index in range(4):
        Image.fromarray(mnist_test.images[index, 0]).save(tmp_path / f"{index}.png")
    return [f"{index}.png" for index in range(4)]


def test_a_person_gets_an_aligned_table_and_a_summary(inkread: CommandLine, digits: list[str], tmp_path: Path) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "blank sheet.png")
    result = inkread("read", *digits, "blank sheet.png")
    assert result.returncode == 0
    assert result.stderr == ""
    heading, *lines, empty, summary = result.stdout.splitlines()
    assert [line.split()[1:3] for line in lines[:4]] == [["digit", text] for text in "7210"]
    column = heading.index("Read") + len("Read") - 1
    assert [line[column] for line in lines] == ["7", "2", "1", "0", "-"]
    assert lines[4].startswith("blank sheet.png ")
    assert lines[4].endswith("no ink")
    assert (empty, summary) == ("", "5 pictures: 4 accepted, 1 not accepted.")


def test_json_is_one_object_a_line(inkread: CommandLine, digits: list[str], tmp_path: Path) -> None:
    result = inkread("read", *digits, "nowhere.png", "--format", "json", "--as", "digit")
    assert result.returncode == 2
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    assert [entry["path"] for entry in objects] == [*digits, "nowhere.png"]
    assert [entry["label"] for entry in objects[:4]] == ["7", "2", "1", "0"]
    first = objects[0]
    assert set(first) == {"path", "as", "page", "label", "confidence", "accepted", "reason", "probabilities", "box"}
    assert (first["as"], first["page"]) == ("digit", None)
    assert first["accepted"] is True
    assert first["reason"] is None
    assert len(first["box"]) == 4
    assert 0.99 < sum(first["probabilities"]) < 1 + 1e-4  # the rest is the chance that it is no digit
    assert max(first["probabilities"]) == pytest.approx(first["confidence"])
    assert set(objects[4]) == {"path", "as", "page", "error"}
    assert "does not exist" in objects[4]["error"]


def test_csv_has_a_header_and_a_row_a_file(inkread: CommandLine, digits: list[str], tmp_path: Path) -> None:
    odd = 'a, "quoted" name.png'
    Image.new("L", (50, 50), 255).save(tmp_path / odd)
    options = ("--format", "csv", "--min-confidence", "0.2")
    result = inkread("read", *digits, odd, "nowhere.png", *options, "--as", "digit")
    assert result.returncode == 2
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    begin = ["path", "label", "confidence", "accepted", "reason", "x0", "y0", "x1", "y1", "error"]
    assert list(rows[0]) == [*begin, "as", "page", "line", "index", "kind"]
    assert [row["as"] for row in rows] == ["digit"] * 5 + [""]
    chosen = inkread("read", *digits, odd, "nowhere.png", *options).stdout
    assert chosen == result.stdout.replace("path,label,", "path,text,", 1)
    assert [row["path"] for row in rows] == [*digits, odd, "nowhere.png"]
    assert [row["label"] for row in rows] == ["7", "2", "1", "0", "", ""]
    assert [row["accepted"] for row in rows] == ["true"] * 4 + ["false", ""]
    assert 0 <= int(rows[0]["x0"]) < int(rows[0]["x1"]) <= 28
    assert rows[4]["reason"] == "no ink"
    assert rows[5]["error"]


@pytest.mark.slow
def test_what_is_no_digit_is_shown_as_such_and_drawn_as_such(inkread: CommandLine, tmp_path: Path) -> None:
    write_model(linear_graph(edge_weights()), card(reject_class=True, normalization="resize"), tmp_path / "m.onnx")
    pixels = np.zeros((2, 28, 28), np.uint8)
    pixels[0, 8:20, 8:20] = pixels[1, :, :3] = 255
    for name, image in zip(("digit.png", "edge.png"), pixels, strict=True):
        Image.fromarray(image).save(tmp_path / name)
    command = ("read", "digit.png", "edge.png", "--model", "m.onnx")
    lines = inkread(*command, "--annotate", "--out", "drawn").stdout.splitlines()
    assert lines[1].split()[:3] == ["digit.png", "digit", "3"]
    assert lines[2].split() == ["edge.png", "digit", "-", "-", "░" * 10, "no", "digit"]
    assert lines[-1] == "2 pictures: 1 accepted, 1 not accepted."
    assert sorted(path.name for path in (tmp_path / "drawn").glob("*.png")) == ["digit.png", "edge.png", "sheet.png"]
    entry = json.loads(inkread(*command, "--format", "json").stdout.splitlines()[1])
    assert (entry["accepted"], entry["reason"]) == (False, "no digit")
    assert entry["label"] in list("0123456789")
    assert sum(entry["probabilities"]) < 0.5
    rows = list(csv.DictReader(io.StringIO(inkread(*command, "--format", "csv").stdout)))
    assert (rows[1]["accepted"], rows[1]["reason"]) == ("false", "no digit")


def test_the_threshold_is_in_force(
    inkread: CommandLine, digits: list[str], mnist_test: Dataset, tmp_path: Path
) -> None:
    mixed = np.maximum(mnist_test.images[0, 0], mnist_test.images[1, 0])
    Image.fromarray(mixed).save(tmp_path / "mixed.png")
    result = inkread("read", "mixed.png", "--format", "json", "--min-confidence", "1")
    entry = json.loads(result.stdout)
    assert result.returncode == 0
    assert entry["accepted"] is False
    assert entry["reason"].startswith("unsure (")
    assert "1.00" in entry["reason"]


def test_files_of_any_name_are_read(inkread: CommandLine, tmp_path: Path, mnist_test: Dataset) -> None:
    names = ["[red]7.png", "sieben\n7.png", "七.png", "-7.png", "x" * 200 + ".png"]
    for name in names:
        Image.fromarray(mnist_test.images[0, 0]).save(tmp_path / name)
    for output in ("table", "csv"):
        result = inkread("read", "--format", output, "--", *names)
        assert result.returncode == 0
        assert result.stdout.count("7.png") == 3
        assert "[red]7.png" in result.stdout
    result = inkread("read", "--format", "json", "--", *names)
    assert [json.loads(line)["path"] for line in result.stdout.splitlines()] == names


def test_each_picture_is_drawn_with_its_result(
    inkread: CommandLine, digits: list[str], tmp_path: Path, mnist_test: Dataset
) -> None:
    (tmp_path / "other").mkdir()
    tall = np.zeros((600, 20), np.uint8)
    tall[100:500, 8:12] = 255
    Image.fromarray(tall).save(tmp_path / "other" / "0.png")
    Image.new("RGB", (2400, 900), "white").save(tmp_path / "sheet.png")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.png")}
    result = inkread("read", *digits, "other/0.png", "sheet.png", "none.png", "--annotate", "--out", ".")
    assert result.returncode == 2
    assert {path: path.read_bytes() for path in before} == before
    made = sorted(path.name for path in tmp_path.rglob("*.png") if path not in before)
    assert made == ["0-2.png", "0-3.png", "1-2.png", "2-2.png", "3-2.png", "sheet-2.png", "sheet-3.png"]
    with Image.open(tmp_path / "0-2.png") as annotated:
        pixels = np.asarray(annotated.convert("RGB")).reshape(-1, 3)
        assert annotated.width == 480
        assert annotated.height > 480
        assert (pixels == (0, 0x72, 0xB2)).all(axis=1).sum() > 1000
    with Image.open(tmp_path / "sheet-2.png") as sheet:
        assert sheet.width > 4 * 176
        assert sheet.height > 2 * 176


@pytest.mark.parametrize("option", ["--annotate", "--hocr", "--resume"])
def test_what_is_written_needs_a_folder(inkread: CommandLine, digits: list[str], option: str) -> None:
    sentence = one_sentence(inkread("read", digits[0], option))
    assert option in sentence
    assert "--out" in sentence


def test_a_reader_of_the_output_that_goes_away_is_no_error(tmp_path: Path, mnist_test: Dataset) -> None:
    Image.fromarray(mnist_test.images[0, 0]).save(tmp_path / "7.png")
    command = [sys.executable, "-m", "inkread", "read", "--format", "json", *["7.png"] * 1500]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["label"] == "7"
        process.stdout.close()
        assert process.stderr.read() == ""


def test_labels_of_a_strangers_model_do_nothing_and_no_confidence_is_rounded_to_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    labels = ("\x1b]0;owned\x07", "b")
    digit = Digit(labels[0], 0.99996, True, np.array([0.99996, 0.00004], np.float32), None, None)
    outcome = Outcome(Path("a.png"), None, "digit", digit.to_dict())
    for printer in (TablePrinter(Console(), [Path("a.png")], labels), CsvPrinter("text")):
        printer.result(outcome)
        printer.end()
    text = capsys.readouterr().out
    assert text.count("]0;owned") == 2
    assert not set(text) & {"\x1b", "\x07"}
    assert ">99.9 %" in text


def test_help_has_examples(inkread: CommandLine) -> None:
    result = inkread("read", "--help")
    assert result.returncode == 0
    assert "inkread read scans/*.jpg --annotate --out annotated" in result.stdout
