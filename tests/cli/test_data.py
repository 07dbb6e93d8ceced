"""`inkread data` as a person uses it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from inkread.data import SOURCES
from tests.conftest import CommandLine


def write_own(folder: Path) -> Path:
    """Make a data set of two classes, of three pictures and one."""
    stroke = np.zeros((20, 20), np.uint8)
    stroke[4:16, 8:11] = 255
    for place in ("one/a.png", "one/b.png", "one/c.png", "two/a.png"):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(stroke).save(folder / place)
    return folder


def test_list_names_every_source_with_its_licence_in_80_columns(inkread: CommandLine) -> None:
    result = inkread("data", "list", COLUMNS="80")
    assert result.returncode == 0
    assert "…" not in result.stdout
    for source in SOURCES.values():
        line = next(line for line in result.stdout.splitlines() if line.startswith(f"{source.name} "))
        assert f"{source.train_count:,}" in line
        assert source.licence in line


def test_show_counts_each_class(inkread: CommandLine, tmp_path: Path) -> None:
    result = inkread("data", "show", write_own(tmp_path / "own"))
    assert result.returncode == 0, result.stderr
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["one", "3"] in [row[:2] for row in rows]
    assert ["two", "1"] in [row[:2] for row in rows]
    assert "20 x 20, grey" in result.stdout


def test_fetch_prints_where_the_files_are(inkread: CommandLine, mnist_test: object) -> None:
    result = inkread("data", "fetch", "mnist")
    assert result.returncode == 0
    name, folder = result.stdout.strip().split(": ", 1)
    assert name == "mnist"
    assert (Path(folder) / "t10k-images-idx3-ubyte").stat().st_size == 7_840_016


def test_sheet_is_a_picture(inkread: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "new folder" / "sheet.png"
    result = inkread("data", "sheet", write_own(tmp_path / "own"), "--out", out, "--rows", 1, "--columns", 2)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(out)
    assert Image.open(out).format == "PNG"


def test_help_shows_examples(inkread: CommandLine) -> None:
    assert "inkread data show my-digits/" in inkread("data", "--help").stdout
    assert "NAME...}" not in inkread("data", "fetch", "--help").stdout
    assert "inkread data sheet fashion-mnist --split test" in inkread("data", "sheet", "--help").stdout
