"""Writing whole files: through links, never over devices, with the rights of any new file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from inkread.errors import OutputError
from inkread.files import atomic_path, write_text


def test_a_link_stays_a_link_and_what_it_points_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    for name in ("old.txt", "new.txt"):
        (tmp_path / name).symlink_to(Path("real") / name)
    (tmp_path / "real" / "old.txt").write_text("old")
    for name in ("old.txt", "new.txt"):
        write_text(tmp_path / name, "written")
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "real" / name).read_text() == "written"
    assert sorted(path.name for path in (tmp_path / "real").iterdir()) == ["new.txt", "old.txt"]


def test_what_is_no_file_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(os.devnull)
    (tmp_path / "folder").mkdir()
    for path in (pipe, tmp_path / "link", tmp_path / "folder", Path(os.devnull)):
        with pytest.raises(OutputError, match=r"cannot write .* choose another name"):
            write_text(path, "text")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_file_where_a_folder_is_needed_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OutputError, match=r"file is a file, give a folder\.$"):
        write_text(tmp_path / "file" / "below" / "x.txt", "text")


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old")
    with pytest.raises(OutputError, match="No space"):
        write_half(path)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("x.txt", "old")]


def write_half(path: Path) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text("half")
        raise OSError(28, "No space left on device")


def test_the_umask_decides_who_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "x.txt", "text")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x.txt").stat().st_mode) == 0o640
