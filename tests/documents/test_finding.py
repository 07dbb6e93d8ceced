from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inkread.documents import find_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = [
        "p10.png",
        "p2.JPG",
        "P1.pdf",
        "notes.txt",
        ".hidden.png",
        "a/b/x.tif",
        "a/9.webp",
        ".cache/y.png",
        "z.heic",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def names_of(folder: Path, *paths: Path | str, apart_from: Path | None = None) -> list[str]:
    found = find_files([Path(path) for path in paths], apart_from=apart_from)
    assert [entry.problem for entry in found] == [None] * len(found)
    return [entry.path.relative_to(folder).as_posix() for entry in found]


def test_a_folder_gives_what_can_be_read_as_people_count(folder: Path) -> None:
    assert names_of(folder, folder) == ["a/9.webp", "a/b/x.tif", "P1.pdf", "p2.JPG", "p10.png", "z.heic"]


def test_what_was_written_is_not_read_again(folder: Path) -> None:
    assert names_of(folder, folder, apart_from=folder / "a") == ["P1.pdf", "p2.JPG", "p10.png", "z.heic"]
    assert names_of(folder, folder / "**" / "*.tif", folder / "p2.JPG", apart_from=folder / "p") == [
        "a/b/x.tif",
        "p2.JPG",
    ]
    assert names_of(folder, folder / "a" / "9.webp", apart_from=folder / "a") == ["a/9.webp"]


def test_patterns_and_files_keep_their_order_and_nothing_comes_twice(folder: Path) -> None:
    assert names_of(folder, folder / "z.heic", folder / "p*", folder) == [
        "z.heic", "p2.JPG", "p10.png", "a/9.webp", "a/b/x.tif", "P1.pdf",
    ]  # fmt: skip
    assert names_of(folder, folder / "*" / "b") == ["a/b/x.tif"]


def test_a_name_that_looks_like_a_pattern_is_a_name_where_there_is_such_a_file(folder: Path) -> None:
    (folder / "[p]2.png").touch()
    assert names_of(folder, folder / "[p]2.png") == ["[p]2.png"]


def test_what_leads_nowhere_stands_there_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found = find_files([tmp_path / "empty", tmp_path / "*.png", tmp_path / "no.png"])
    assert [entry.path.name for entry in found] == ["empty", "*.png", "no.png"]
    assert "without pictures" in str(found[0].problem)
    assert "matches no file" in str(found[1].problem)
    assert found[2].problem is None  # opening it will tell


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "setuid"), reason="rights as on POSIX")
def test_a_folder_that_may_not_be_looked_into_is_named_and_the_others_are_listed(folder: Path) -> None:
    (folder / "locked").mkdir(mode=0o000)
    script = (
        "import os, sys; from pathlib import Path; from inkread.documents import find_files\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "for entry in find_files([Path('.')]): print(entry.path, entry.problem)"
    )
    for place in (folder, *folder.parents):
        if place.stat().st_uid == os.getuid() and place != Path("/tmp"):
            place.chmod(place.stat().st_mode | 0o055)
        if place.name.startswith("pytest-of"):
            break
    result = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    lines = result.stdout.splitlines()
    assert len(lines) == 7
    assert "locked the folder locked cannot be opened: Permission denied." in lines
