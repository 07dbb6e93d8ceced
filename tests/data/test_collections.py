"""Collections that are brought in from a folder: whole and verified, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from inkread.data import SOURCES
from inkread.data.collected import COLLECTED
from inkread.data.collections import (
    COLLECTION_OF,
    COLLECTIONS,
    HANDWRITING,
    UNIPEN,
    add_collection,
    is_added,
    read_collected,
)
from inkread.errors import DataError, OutputError
from tests.data.small_collections import make_known, shared, unipen_files


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with small files that count as UNIPEN's, and an empty cache."""
    monkeypatch.setenv("INKREAD_HOME", str(tmp_path / "home"))
    return make_known(monkeypatch, UNIPEN, unipen_files(), tmp_path / "folder")


def test_every_set_of_the_table_can_be_loaded_and_no_name_is_taken_twice():
    assert list(COLLECTED) == list(COLLECTION_OF)
    names = [*SOURCES, *COLLECTION_OF, HANDWRITING]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", COLLECTIONS)
def test_the_published_files_are_those_of_the_table(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = shared(name)
    monkeypatch.setenv("INKREAD_HOME", str(tmp_path))
    assert not is_added(COLLECTIONS[name])
    assert add_collection(name, folder) == tmp_path / "data" / name
    assert is_added(COLLECTIONS[name])
    for file in COLLECTIONS[name].files:
        assert read_collected(COLLECTIONS[name], file) == (folder / file).read_bytes()


def test_a_mistyped_name_offers_the_nearest(tmp_path: Path):
    with pytest.raises(DataError, match="no collection called unipne; did you mean 'unipen'"):
        add_collection("unipne", tmp_path)


def remove(path: Path) -> None:
    path.unlink()


def change_a_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def make_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (remove, r"does not hold upper.jsonl.gz, which unipen needs: get it from https://"),
        (change_a_byte, r"upper.jsonl.gz is not the file that inkread knows as part of unipen"),
        (make_a_folder, r"cannot read .*upper.jsonl.gz: Is a directory"),
    ],
)
def test_with_one_bad_file_nothing_is_copied(small: Path, spoil: Callable[[Path], None], message: str):
    spoil(small / "upper.jsonl.gz")
    with pytest.raises(DataError, match=message):
        add_collection("unipen", small)
    assert not (small.parent / "home").exists()


@pytest.mark.parametrize("place", ["digits.jsonl.gz", "nowhere", "x" * 300])
def test_what_is_no_folder_is_refused(small: Path, place: str):
    with pytest.raises(DataError, match="is no folder: give the one that holds the files of unipen"):
        add_collection("unipen", small / place)


def test_a_collection_can_be_added_again(small: Path):
    target = add_collection("unipen", small)
    (target / "lower.jsonl.gz").write_bytes(b"damaged")
    add_collection("unipen", small)
    assert read_collected(UNIPEN, "lower.jsonl.gz") == (small / "lower.jsonl.gz").read_bytes()
    assert add_collection("unipen", target) == target


def test_a_cache_that_cannot_be_written_is_an_error_of_output(small: Path):
    (small.parent / "home").write_text("a file")
    with pytest.raises(OutputError, match="home is a file, give a folder"):
        add_collection("unipen", small)


def test_what_was_not_brought_in_says_how_to(small: Path):
    how = r"get it from https://\S+ and run: inkread data add unipen FOLDER"
    with pytest.raises(DataError, match=f"unipen is not on this machine: {how}"):
        read_collected(UNIPEN, "digits.jsonl.gz")
    change_a_byte(add_collection("unipen", small) / "digits.jsonl.gz")
    with pytest.raises(DataError, match=f"digits.jsonl.gz is damaged: {how}"):
        read_collected(UNIPEN, "digits.jsonl.gz")


def test_it_is_added_when_all_files_are_there(small: Path, monkeypatch: pytest.MonkeyPatch):
    target = add_collection("unipen", small)
    assert is_added(UNIPEN)
    (target / "symbols.jsonl.gz").unlink()
    assert not is_added(UNIPEN)
    monkeypatch.setenv("INKREAD_HOME", "/" + "x" * 300)
    assert not is_added(UNIPEN)
