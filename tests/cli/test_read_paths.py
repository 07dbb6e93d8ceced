"""Folders, patterns, PDF and TIFF; pages; the choice that is made by itself."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from inkread.data import Dataset
from inkread.types import UInt8Array
from tests.conftest import CommandLine, one_sentence
from tests.documents.papers import blank_pdf, document, encrypted_pdf, grey, pdf_without_pages
from tests.reading.made import strip

ROWS = (("721", "48"), ("306",), ("95", "1204"))


@pytest.fixture
def sheet(mnist_test: Dataset) -> UInt8Array:
    """A page with numbers in three rows, as a scan at 200 dots an inch would have them."""
    page = np.full((700, 900), 250, np.uint8)
    for row, texts in enumerate(ROWS):
        for column, text in enumerate(texts):
            image = strip(mnist_test, text, gap=5, seed=row + 10)
            image = np.asarray(Image.fromarray(image).resize((image.shape[1] * 2, image.shape[0] * 2)))
            top, left = 80 + 180 * row, 80 + 420 * column
            page[top : top + image.shape[0], left : left + image.shape[1]] = np.minimum(image, 250)
    return page


@pytest.fixture
def seven(mnist_test: Dataset) -> UInt8Array:
    return np.asarray(mnist_test.images[0, 0])


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.slow
def test_each_picture_is_read_as_what_it_is_and_every_format_says_so(
    inkread: CommandLine, tmp_path: Path, mnist_test: Dataset, sheet: UInt8Array, seven: UInt8Array
) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    Image.fromarray(seven).save(tmp_path / "in" / "1.png")
    Image.fromarray(strip(mnist_test, "410", gap=5)).save(tmp_path / "in" / "2.png")
    Image.fromarray(sheet).save(tmp_path / "in" / "deep" / "page.jpg", quality=95)
    table = inkread("read", "in")
    assert table.returncode == 0
    heading, *lines, empty, summary = table.stdout.splitlines()
    assert heading.split() == ["File", "As", "Read", "Confidence", "Result"]
    assert lines[0].split()[:3] == ["in/1.png", "digit", "7"]
    assert lines[1].split()[:3] == ["in/2.png", "number", "410"]
    assert lines[2].split()[:2] == ["in/deep/page.jpg", "page"]
    assert table.stdout.count("page.jpg") == 1
    assert [line.split()[:2] for line in lines if line.split()[0] == "line"] == [["line", "2"], ["line", "3"]]
    assert (empty, summary.split(":")[0]) == ("", "3 pictures, 5 numbers on pages")
    objects = [json.loads(line) for line in inkread("read", "in", "--format", "json").stdout.splitlines()]
    assert [entry["as"] for entry in objects] == ["digit", "number", "page"]
    page = objects[2]
    assert (page["width"], page["height"], abs(page["rotation"]) < 1) == (900, 700, True)
    assert [[n["text"] for n in page["numbers"] if n["line"] == line] for line in range(3)] == [
        list(row) for row in ROWS
    ]
    rows = csv_rows(inkread("read", "in", "--format", "csv").stdout)
    assert [row["as"] for row in rows] == ["digit", "number", *["page"] * 5]
    assert [(row["text"], row["line"], row["index"]) for row in rows[2:]] == [
        ("721", "0", "0"), ("48", "0", "1"), ("306", "1", "2"), ("95", "2", "3"), ("1204", "2", "4"),
    ]  # fmt: skip
    assert abs(int(rows[4]["x0"]) - 96) < 30
    assert abs(int(rows[4]["y0"]) - 290) < 40


def test_pages_of_documents_are_read_one_by_one_drawn_and_written_as_hocr(
    inkread: CommandLine, tmp_path: Path, sheet: UInt8Array, seven: UInt8Array
) -> None:
    blank = grey(250, 900, 700)
    (tmp_path / "scan.pdf").write_bytes(document([sheet, blank], "PDF"))
    (tmp_path / "digits.tif").write_bytes(document([seven, 255 - seven], "TIFF"))
    result = inkread("read", "*.pdf", "digits.tif", "--out", "out", "--annotate", "--hocr", "--format", "csv")
    assert (result.returncode, result.stderr) == (0, "")
    rows = csv_rows(result.stdout)
    assert [row["text"] for row in rows] == ["721", "48", "306", "95", "1204", "", "7", "7"]
    assert [row["page"] for row in rows] == ["1"] * 5 + ["2", "1", "2"]
    assert (rows[5]["reason"], rows[5]["as"]) == ("no numbers", "page")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    stems = {"scan-page1", "scan-page2", "digits-page1", "digits-page2"}
    assert names == {f"{stem}{suffix}" for stem in stems for suffix in (".png", ".hocr")} | {
        "results.csv", "journal.jsonl", "sheet.png",
    }  # fmt: skip
    drawn = np.asarray(Image.open(tmp_path / "out" / "scan-page1.png").convert("RGB")).astype(int)
    assert ((drawn.max(axis=2) - drawn.min(axis=2)) > 60).sum() > 1000
    root = ElementTree.parse(tmp_path / "out" / "scan-page1.hocr").getroot()
    assert [word.text for word in root.iter() if word.get("class") == "ocrx_word"] == [t for row in ROWS for t in row]
    with Image.open(tmp_path / "out" / "scan-page1.png") as image:
        assert image.width >= 899


def test_what_cannot_be_read_stands_in_the_result_and_the_rest_is_read(
    inkread: CommandLine, tmp_path: Path, seven: UInt8Array
) -> None:
    bad = {
        "a locked.pdf": (encrypted_pdf(), "encrypted"),
        "b empty.pdf": (pdf_without_pages(), "holds no pages"),
        "c broken.pdf": (blank_pdf()[:60], "broken PDF"),
        "d huge.pgm": (b"P5 30000 30000 255\n" + b"\0" * 100, "100 megapixels"),
    }
    (tmp_path / "in" / "e empty").mkdir(parents=True)
    for name, (content, _) in bad.items():
        (tmp_path / "in" / name).write_bytes(content)
    Image.fromarray(seven).save(tmp_path / "in" / "z.png")
    result = inkread("read", "in", "in/e empty", "no*.png", "--format", "csv")
    assert (result.returncode, result.stderr) == (2, "")
    rows = csv_rows(result.stdout)
    assert [row["text"] for row in rows] == ["", "", "", "", "7", "", ""]
    words = [*(word for _, word in bad.values()), "", "without pictures", "matches no file"]
    for row, word in zip(rows, words, strict=True):
        assert word in row["error"]
        assert bool(word) == bool(row["error"])


def test_noise_and_blank_pages_end_well(inkread: CommandLine, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (600, 500), dtype=np.uint8)
    for name, pixels in {"noise": noise, "white": grey(255), "black": grey(0), "dot": grey(0, 1, 1)}.items():
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    for task in ("auto", "page"):
        result = inkread("read", "*.png", "--as", task, "--format", "csv")
        assert (result.returncode, result.stderr) == (0, "")
        rows = csv_rows(result.stdout)
        assert {row["path"] for row in rows} == {"noise.png", "white.png", "black.png", "dot.png"}
        assert all(row["reason"] in ("no ink", "no numbers") for row in rows if row["path"] != "noise.png")


def test_the_folder_that_is_read_is_not_written_into(inkread: CommandLine, tmp_path: Path, seven: UInt8Array) -> None:
    (tmp_path / "in").mkdir()
    Image.fromarray(seven).save(tmp_path / "in" / "7.png")
    assert "choose another" in one_sentence(inkread("read", "in", "--out", "in", "--annotate"))
    for _ in range(2):
        result = inkread("read", "in", "--out", "in/read", "--annotate", "--format", "csv")
        assert [row["path"] for row in csv_rows(result.stdout)] == ["in/7.png"]


def test_a_model_of_other_things_reads_every_picture_as_one(inkread: CommandLine, tmp_path: Path) -> None:
    from inkread.modelfile import write_model
    from tests.modelfile.graphs import card, edge_weights, linear_graph

    write_model(linear_graph(edge_weights()), card(reject_class=True, normalization="resize"), tmp_path / "m.onnx")
    Image.fromarray(grey(255, 300, 40)).save(tmp_path / "wide.png")
    result = inkread("read", "wide.png", "--model", "m.onnx", "--format", "json")
    assert json.loads(result.stdout)["as"] == "digit"
    page = one_sentence(inkread("read", "wide.png", "--model", "m.onnx", "--as", "page"))
    assert "does not read single digits" in page


def test_saying_something_of_numbers_makes_all_of_them_numbers(
    inkread: CommandLine, tmp_path: Path, seven: UInt8Array
) -> None:
    Image.fromarray(seven).save(tmp_path / "7.png")
    entry = json.loads(inkread("read", "7.png", "--length", "1", "--format", "json").stdout)
    assert (entry["as"], entry["text"]) == ("number", "7")
