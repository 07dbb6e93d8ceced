"""`inkread form` as a real process: from a sample page to a merged table."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from inkread.data import Dataset
from tests.conftest import CommandLine, one_sentence
from tests.forms.made import VALUES, Form, camera, draw_form, draw_other_form, fill, photograph, template_of

SIZE = (1050, 1400)


@pytest.fixture(scope="module")
def form() -> Form:
    return draw_form()


@pytest.fixture
def folder(tmp_path: Path, form: Form) -> Path:
    """Where the command line runs, with form.png and its template form.yaml."""
    cv2.imwrite(str(tmp_path / "form.png"), form.picture)
    (tmp_path / "form.yaml").write_text(template_of(form, totals=["sum: [a0, a1, a2, a3] == total"]))
    return tmp_path


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.slow
def test_a_template_is_made_edited_and_used(
    inkread: CommandLine, folder: Path, form: Form, mnist_test: Dataset
) -> None:
    made = inkread("form", "new", "form.png", "--out", "new.yaml")
    assert made.returncode == 0, made.stderr
    assert made.stdout == "new.yaml: 10 fields found; the form's picture is new-form.png\n"
    text = (folder / "new.yaml").read_text()
    text = text.replace("name: field_1\n", "name: customer\n").replace("name: field_10\n", "name: total\n")
    text = text.replace("totals: []", "totals:\n  - sum: [field_2, field_4, field_6, field_8] == total")
    (folder / "new.yaml").write_text(text)
    cv2.imwrite(str(folder / "page.png"), fill(form, VALUES, mnist_test))
    result = inkread("form", "read", "new.yaml", "page.png", "--format", "csv")
    assert result.returncode == 0, result.stderr
    (row,) = rows_of(result.stdout)
    assert (row["customer"], row["field_6"], row["total"]) == ("104732", "105", "154")
    assert 0 < float(row["customer_confidence"]) <= 1
    again = inkread("form", "new", "form.png", "--out", "new.yaml")
    assert "is there already" in one_sentence(again)
    assert (folder / "new.yaml").read_text() == text


def test_pages_of_all_kinds_become_rows(inkread: CommandLine, folder: Path, form: Form, mnist_test: Dataset) -> None:
    filled = fill(form, VALUES, mnist_test)
    pages = folder / "pages"
    pages.mkdir()
    cv2.imwrite(str(pages / "1 turned.jpg"), photograph(filled, camera(1, turn=180, size=SIZE), SIZE, 1))
    cv2.imwrite(str(pages / "2 other.png"), draw_other_form())
    (pages / "3 broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    scans = [Image.fromarray(filled), Image.fromarray(fill(form, VALUES | {"total": "155"}, mnist_test))]
    scans[0].save(pages / "4 scans.pdf", save_all=True, append_images=scans[1:], resolution=150)
    result = inkread("form", "read", "form.yaml", "pages", "nowhere.png", "--out", "results", "--format", "json")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(entry["file"], entry["page"], entry["status"]) for entry in found[1:3] + found[4:]] == [
        ("pages/2 other.png", None, "does-not-fit"),
        ("pages/3 broken.jpg", None, "unreadable"),
        ("pages/4 scans.pdf", 2, "uncertain"),
        ("nowhere.png", None, "unreadable"),
    ]
    for entry in (found[0], found[3]):
        assert {name: field["text"] for name, field in entry["fields"].items()} == VALUES
    assert "154, not 155" in found[4]["reason"]
    rows = rows_of((folder / "results" / "results.csv").read_text())
    assert [(row["file"], row["page"], row["status"]) for row in rows] == [
        (entry["file"], str(entry["page"] or ""), entry["status"]) for entry in found
    ]
    assert [row["reason"] for row in rows] == [entry["reason"] or "" for entry in found]


def test_a_person_gets_a_line_a_page_and_a_summary(inkread: CommandLine, folder: Path, form: Form) -> None:
    cv2.imwrite(str(folder / "[red]empty.png"), form.picture)
    cv2.imwrite(str(folder / "other.png"), draw_other_form())
    result = inkread("form", "read", "form.yaml", "[red]empty.png", "other.png")
    assert result.returncode == 2
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["uncertain", "[red]empty.png"]
    assert "customer: blank" in result.stdout
    assert lines[-1] == "2 pages: 1 uncertain, 1 does-not-fit."


@pytest.mark.slow
def test_corrections_are_merged(inkread: CommandLine, folder: Path, form: Form, mnist_test: Dataset) -> None:
    cv2.imwrite(str(folder / "page.png"), fill(form, VALUES | {"total": "155"}, mnist_test))
    assert inkread("form", "read", "form.yaml", "page.png", "--out", ".", "--review").returncode == 0
    assert (folder / "review.html").stat().st_size > 10_000
    correction = {"file": "page.png", "page": "", "field": "total", "read": "155", "value": "154"}
    strange = correction | {"file": "gone.png"}
    content = {"format": "inkread form corrections", "version": 1, "corrections": [correction, strange]}
    (folder / "corrections.json").write_text(json.dumps(content))
    command = ("form", "merge", "results.csv", "corrections.json", "--template", "form.yaml")
    printed = inkread(*command)
    assert printed.returncode == 2
    assert printed.stderr == "inkread: not merged: gone.png, total: there is no such row in the table\n"
    (row,) = rows_of(printed.stdout)
    assert (row["total"], row["total_confidence"]) == ("154", "1.000000")
    assert "sum" not in row["reason"]
    written = inkread(*command, "--out", "merged.csv")
    assert (folder / "merged.csv").read_text() == printed.stdout
    assert written.stdout == "merged.csv: 1 of 2 corrections merged\n"


@pytest.mark.slow
def test_what_cannot_be_is_one_sentence(inkread: CommandLine, folder: Path) -> None:
    (folder / "bad.yaml").write_text((folder / "form.yaml").read_text().replace("cells: 6", "cels: 6"))
    assert "bad.yaml, line 6: field 1: unknown key 'cels'; did you mean 'cells' or 'choices'?" in one_sentence(
        inkread("form", "read", "bad.yaml", "form.png")
    )
    assert "--out DIR" in one_sentence(inkread("form", "read", "form.yaml", "form.png", "--review"))
    assert "is a file" in one_sentence(inkread("form", "read", "form.yaml", "form.png", "--out", "form.png"))
    Image.fromarray(np.full((800, 600), 255, np.uint8)).save(folder / "white.png")
    assert "neither boxes nor numbers" in one_sentence(inkread("form", "new", "white.png"))
    assert not (folder / "template.yaml").exists()
    assert "results.csv does not exist" in one_sentence(inkread("form", "merge", "results.csv", "c.json", timeout=60))
    (folder / "form.png").write_bytes(b"no picture")
    assert "form.png is not a picture" in one_sentence(inkread("form", "read", "form.yaml", "form.png"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence(inkread: CommandLine, folder: Path) -> None:
    (folder / "results").mkdir()
    (folder / "results" / "results.csv").symlink_to("/dev/full")
    message = one_sentence(inkread("form", "read", "form.yaml", "form.png", "--format", "json", "--out", "results"))
    assert "results.csv: No space left" in message


def test_the_example_reads_as_its_page_says(inkread: CommandLine) -> None:
    example = Path(__file__).parents[2] / "examples" / "forms"
    result = inkread("form", "read", example / "tally.yaml", example / "page.jpg", "--format", "json")
    assert result.returncode == 0, result.stderr
    entry = json.loads(result.stdout)
    texts = [field["text"] for field in entry["fields"].values()]
    assert texts == ["20431", "12", "7", "31", "25", "4", "9", "18", "0", "106", "83", "171", "124"]
    assert "sum" not in (entry["reason"] or "")
