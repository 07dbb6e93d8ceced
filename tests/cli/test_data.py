"""`inkread data` as a person uses it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from inkread.data import SOURCES
from inkread.data.collections import COLLECTIONS
from tests.conftest import CommandLine
from tests.data.small_collections import shared


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


def test_list_names_every_collection_and_its_sets_in_80_columns(inkread: CommandLine, tmp_path: Path) -> None:
    result = inkread("data", "list", COLUMNS="80", INKREAD_HOME=str(tmp_path / "home"))
    assert result.returncode == 0
    assert max(len(line) for line in result.stdout.splitlines()[:-1]) <= 80
    words = result.stdout.split()
    for collection in COLLECTIONS.values():
        assert collection.name in words
        assert set(collection.sets) <= set(words)
    assert "yes" not in words
    assert "handwriting" in words


def test_a_collection_is_added_listed_and_shown(inkread: CommandLine, tmp_path: Path) -> None:
    home = {"INKREAD_HOME": str(tmp_path / "home")}
    result = inkread("data", "add", "optdigits32", shared("optdigits32"), **home)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == f"optdigits32: {tmp_path / 'home' / 'data' / 'optdigits32'}"
    listed = inkread("data", "list", **home).stdout.splitlines()
    assert [line.split()[0] for line in listed if line.rstrip().endswith("yes")] == ["optdigits32"]
    shown = inkread("data", "show", "optdigits32", **home)
    assert shown.returncode == 0, shown.stderr
    assert "1,933 train, 946 test" in shown.stdout
    assert "Kaynak" in shown.stdout


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
    assert "inkread data add unipen Downloads/unipen" in inkread("data", "add", "--help").stdout
    assert "NAME...}" not in inkread("data", "fetch", "--help").stdout
    assert "inkread data sheet fashion-mnist --split test" in inkread("data", "sheet", "--help").stdout
