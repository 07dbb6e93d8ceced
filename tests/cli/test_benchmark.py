"""`inkread benchmark`, in real processes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from inkread.speed.figures import read_csv
from tests.conftest import CommandLine, one_sentence

READING = {
    "digits of 28x28, in one call",
    "one digit at a time, warm",
    "PNG files of 100x100, from disk",
    "pages of 3 megapixels",
    "inkread read one.png",
    "the same, peak memory",
}


@pytest.mark.slow
def test_without_torch_the_reading_is_measured_and_kept(inkread: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['torch'] = None\n")
    result = inkread("benchmark", "--rounds", 1, "--save", tmp_path / "kept", PYTHONPATH=str(tmp_path), COLUMNS="80")
    assert result.returncode == 0, result.stderr
    assert "inkread[train]" in result.stdout
    (path,) = (tmp_path / "kept").iterdir()
    results = read_csv(path)
    assert path.name.startswith("speed-")
    assert path.name.endswith(f"-{results.date}.csv")
    figures = {figure.name: figure for figure in results.figures}
    assert set(figures) == READING | {"train to 99 %", "train, peak memory"}
    assert all((figures[name].value or 0) > 0 for name in READING)
    assert figures["train to 99 %"].value is None
    assert 20 < (figures["the same, peak memory"].value or 0) < 400
    assert all(name in result.stdout for name in figures)
    assert "…" not in result.stdout.partition("\nhere")[0]


@pytest.mark.slow
def test_training_is_measured_in_a_process_of_its_own(inkread: CommandLine, tmp_path: Path) -> None:
    result = inkread("benchmark", "--rounds", 1, "--save", tmp_path / "kept", timeout=900)
    assert result.returncode == 0, result.stderr
    (path,) = (tmp_path / "kept").iterdir()
    seconds, memory = read_csv(path).figures[:2]
    assert seconds.value is not None
    assert seconds.value > 0.1
    assert "% of the test pictures" in seconds.note
    assert memory.value is not None
    assert memory.value > 100


def test_a_place_that_cannot_be_written_to_is_refused_before_any_work(inkread: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here already")
    assert "file" in one_sentence(inkread("benchmark", "--save", tmp_path / "file", timeout=20))
    assert "TMPDIR" in one_sentence(broken_temporary(inkread, tmp_path))


def broken_temporary(inkread: CommandLine, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Run where the only folder for temporary files is the working folder, and that is gone."""
    (tmp_path / "sitecustomize.py").write_text(
        "import tempfile\n"
        "def refuse(*_, **__):\n"
        "    raise FileNotFoundError(2, 'No usable temporary directory found')\n"
        "tempfile.mkdtemp = refuse\n"
    )
    return inkread("benchmark", "--without-training", PYTHONPATH=str(tmp_path), timeout=60)


def test_the_csv_that_is_kept_opens_in_any_program(inkread: CommandLine, tmp_path: Path) -> None:
    from inkread.speed.figures import REFERENCE

    with REFERENCE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["name"] for row in rows} >= READING
    assert {row["hardware"] for row in rows} == {rows[0]["hardware"]}
