from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inkread.batch import Journal
from inkread.batch.copies import CopyNames
from inkread.batch.resultfile import ResultFile
from inkread.errors import ConfigError, OutputError
from tests.batch.outcomes import failure, number, outcome, page

SETTINGS = {"as": "auto", "model": "abc"}
DONE = (outcome("a.png"), outcome("b.png", number()), outcome("c.pdf", page(), number_of=2), failure("d.png"))


def write(folder: Path, *, finished: bool = False) -> None:
    with Journal(folder, SETTINGS, resume=False) as journal:
        for entry in DONE:
            journal.add(entry)
        if finished:
            journal.finish()


def test_what_was_done_is_found_by_path_page_and_content(tmp_path: Path) -> None:
    write(tmp_path / "new" / "folder")
    with Journal(tmp_path / "new" / "folder", SETTINGS, resume=True) as journal:
        for entry in DONE:
            found = journal.find(entry.path, entry.page, str(entry.digest))
            assert found == replace(entry, is_old=True)
        assert journal.find(Path("a.png"), None, "other content") is None
        assert journal.find(Path("c.pdf"), 1, "dc.pdf") is None


def test_a_file_that_was_moved_is_done_but_an_error_names_its_own_file(tmp_path: Path) -> None:
    write(tmp_path)
    with Journal(tmp_path, SETTINGS, resume=True) as journal:
        moved = journal.find(Path("moved.png"), None, "da.png")
        assert moved == replace(DONE[0], path=Path("moved.png"))
        assert journal.find(Path("moved.png"), None, "dd.png") is None


def test_what_lacks_its_copy_is_not_done(tmp_path: Path) -> None:
    drawn = replace(DONE[0], copies=("a-2.png",))
    with Journal(tmp_path, SETTINGS, resume=False) as journal:
        journal.add(drawn)
    with Journal(tmp_path, SETTINGS, resume=True) as journal:
        assert journal.find(Path("a.png"), None, "da.png") is None
        (tmp_path / "a-2.png").touch()
        assert journal.find(Path("a.png"), None, "da.png") is not None
        names = CopyNames(tmp_path, (".png",), [], journal.stems)
        assert [names.stem(Path("x/a.png"), None), names.stem(Path("a.png"), None)] == ["a", "a-2"]


def test_a_stopped_run_is_not_thrown_away_by_mistake_and_a_finished_one_is_done_anew(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(ConfigError, match="--resume"):
        Journal(tmp_path, SETTINGS, resume=False)
    with Journal(tmp_path, SETTINGS, resume=True) as journal:
        journal.finish()
    with Journal(tmp_path, SETTINGS, resume=False) as journal:
        assert journal.find(Path("a.png"), None, "da.png") is None


def test_other_settings_are_named(tmp_path: Path) -> None:
    write(tmp_path, finished=True)
    with pytest.raises(ConfigError, match=r"other settings \(model\)"):
        Journal(tmp_path, {**SETTINGS, "model": "new"}, resume=True)


@pytest.mark.parametrize("content", [b"hello\n", b"{}\n", b'{"inkread": 99, "settings": {}}\n'])
def test_a_strangers_file_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(content)
    for resume in (True, False):
        with pytest.raises(ConfigError, match="no journal"):
            Journal(tmp_path, SETTINGS, resume=resume)
    assert path.read_bytes() == content


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1))
def test_cut_off_anywhere_all_whole_lines_count_and_more_can_be_added(tmp_path: Path, share: float) -> None:
    path = tmp_path / "journal.jsonl"
    path.unlink(missing_ok=True)
    write(tmp_path)
    content = path.read_bytes()
    cut = content[: int(share * len(content))]
    path.write_bytes(cut)
    whole = max(0, cut.count(b"\n") - 1)
    for _ in range(2):
        with Journal(tmp_path, SETTINGS, resume=True) as journal:
            found = [journal.find(entry.path, entry.page, str(entry.digest)) for entry in DONE]
            if whole < len(DONE):
                assert [entry is not None for entry in found] == [place < whole for place in range(len(DONE))]
                for entry in DONE[whole:]:
                    journal.add(entry)
        whole = len(DONE)
    lines = path.read_bytes().splitlines()
    assert len([json.loads(line) for line in lines]) == 1 + len(DONE)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write"):
        Journal(tmp_path / "file" / "out", SETTINGS, resume=False)


def test_a_result_file_keeps_what_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("head\none\ntwo\nthree\n")
    results = ResultFile(path)
    results.write("head\n")
    results.write("one\n")
    assert path.read_text() == "head\none\ntwo\nthree\n"  # killed now, nothing would be lost
    results.write("2\n")
    assert path.read_text() == "head\none\n2\n"
    results.finish()
    results.close()
    again = ResultFile(path)
    again.write("head\n")
    again.finish()
    again.close()
    assert path.read_text() == "head\n"


def test_copies_never_take_the_name_of_a_source_or_of_each_other(tmp_path: Path) -> None:
    sources = [tmp_path / "a.png", tmp_path / "in" / "a.jpg", tmp_path / "sheet.png", tmp_path / ("x" * 250 + ".png")]
    names = CopyNames(tmp_path, (".png", ".hocr"), sources, {})
    assert names.sheet == "sheet-2"
    assert [names.stem(source, None) for source in sources[:3]] == ["a-2", "a-3", "sheet-3"]
    assert [names.stem(Path("a.pdf"), page) for page in (1, 2)] == ["a-page1", "a-page2"]
    assert 100 < len(names.stem(sources[3], None)) < 200
