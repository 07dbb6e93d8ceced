"""Many files with real processes: killed, resumed, out of room."""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from inkread.data import Dataset
from tests.cli.mixed import make_mixed
from tests.conftest import CommandLine, one_sentence, run_with_little_room

READ = [sys.executable, "-m", "inkread", "read"]


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def kill_when(command: Sequence[str], folder: Path, ready: Callable[[], bool]) -> None:
    """Start a process and kill it, as a power failure would, once something has come about."""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 200
        while not ready() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        assert process.poll() is None, "it was done before it could be killed"
        process.kill()


def lines_of(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def check_killed_and_resumed(
    inkread: CommandLine, folder: Path, mnist: Dataset, count: int, kills: list[int], *workers: str
) -> None:
    truth = make_mixed(folder / "in", mnist, count)
    whole = inkread("read", "in", "--out", "whole", "--format", "csv", timeout=3000)
    assert (whole.returncode, whole.stderr.count("Traceback")) == (2, 0)
    expected = (folder / "whole" / "results.csv").read_bytes()
    assert whole.stdout.encode() == expected
    results = folder / "killed" / "results.csv"
    for done in kills:
        kill_when(
            [*READ, "in", "--out", "killed", "--resume", *workers], folder, lambda done=done: lines_of(results) > done
        )
        assert done < lines_of(results) < expected.count(b"\n")
        assert expected.startswith(results.read_bytes())
    assert "--resume" in one_sentence(inkread("read", "in", "--out", "killed"))
    resumed = inkread("read", "in", "--out", "killed", "--resume", "--format", "csv", timeout=3000)
    assert resumed.returncode == 2
    assert results.read_bytes() == expected
    assert resumed.stdout.encode() == expected
    check_rows(results, truth)


def check_rows(results: Path, truth: dict[str, str | None]) -> None:
    rows = {row["path"].removeprefix("in/"): row for row in rows_in(results)}
    assert len(rows) == len(rows_in(results)) == len(truth)
    assert list(rows) == [name for name in rows if name in truth]
    for name, text in truth.items():
        assert bool(rows[name]["error"]) == (text is None), rows[name]
        assert (name in rows[name]["error"]) == (text is None)
    good = {name: text for name, text in truth.items() if text is not None}
    assert sum(rows[name]["text"] == text for name, text in good.items()) >= 0.97 * len(good)
    assert {rows[name]["as"] for name in good} == {"digit", "number", "page"}


@pytest.mark.slow
def test_killed_and_resumed_it_writes_the_same_file(inkread: CommandLine, tmp_path: Path, mnist_test: Dataset) -> None:
    check_killed_and_resumed(inkread, tmp_path, mnist_test, 60, [30])


@pytest.mark.slow
def test_a_thousand_files_of_which_fifty_are_broken(inkread: CommandLine, tmp_path: Path, mnist_test: Dataset) -> None:
    check_killed_and_resumed(inkread, tmp_path, mnist_test, 1000, [30, 500, 900])


@pytest.mark.slow
def test_processes_of_their_own_write_the_same_file(inkread: CommandLine, tmp_path: Path, mnist_test: Dataset) -> None:
    check_killed_and_resumed(inkread, tmp_path, mnist_test, 200, [30, 120], "--workers", "3")


@pytest.mark.slow
def test_what_is_done_is_skipped_and_what_has_changed_or_is_new_is_read(
    inkread: CommandLine, tmp_path: Path, mnist_test: Dataset
) -> None:
    make_mixed(tmp_path / "in", mnist_test, 8)
    options = ("--out", "out", "--annotate", "--hocr", "--resume")
    inkread("read", "in", *options)
    folder, out = tmp_path / "in" / "batch 0", tmp_path / "out"
    drawn = {path.name: path.stat().st_mtime_ns for path in out.glob("*.png")}
    assert set(drawn) == {"1-page1.png", *(f"{index}.png" for index in range(2, 8)), "sheet.png"}
    assert {path.stem for path in out.glob("*.hocr")} == {Path(name).stem for name in drawn} - {"sheet"}
    (folder / "3.tif").write_bytes((folder / "7.bmp").read_bytes())
    (folder / "1b.png").write_bytes((folder / "5.png").read_bytes())
    os.utime(folder / "6.jpg")
    result = inkread("read", "in", *options)
    again = {path.name for path in out.glob("*.png") if drawn.get(path.name) != path.stat().st_mtime_ns}
    assert again == {"3.png", "1b.png", "sheet.png"}
    assert result.returncode == 2
    rows = {Path(row["path"]).name: row["text"] for row in rows_in(out / "results.csv")}
    assert len(rows) == 9
    assert rows["3.tif"] == rows["7.bmp"]
    assert rows["1b.png"] == rows["5.png"]
    changed = one_sentence(inkread("read", "in", *options, "--min-confidence", "0.9"))
    assert "min-confidence" in changed


@pytest.mark.slow
def test_ctrl_c_ends_it_at_once_and_keeps_what_is_done(tmp_path: Path, mnist_test: Dataset) -> None:
    make_mixed(tmp_path / "in" / "0", mnist_test, 200)
    for number in range(1, 6):  # so many that they are not all read before a busy machine sends the signal
        shutil.copytree(tmp_path / "in" / "0", tmp_path / "in" / str(number))
    command = [*READ, "in", "--out", "out"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # else ignored where tests run in background
    ) as process:
        while lines_of(tmp_path / "out" / "results.csv") < 5:
            time.sleep(0.01)
        process.send_signal(2)
        assert process.stderr is not None
        said = process.stderr.read().decode()
        assert "Traceback" not in said
        assert process.wait() == 130, said
    assert 5 <= lines_of(tmp_path / "out" / "results.csv") < 1200


@pytest.mark.skipif(sys.platform != "linux", reason="limits as on Linux")
def test_out_of_room_what_is_done_is_kept_and_resumed(
    inkread: CommandLine, tmp_path: Path, mnist_test: Dataset
) -> None:
    make_mixed(tmp_path / "in", mnist_test, 30)
    limit = 5_000
    sentence = one_sentence(run_with_little_room(tmp_path, limit, "read", "in", "--out", "out", "--format", "csv"))
    assert "--resume" in sentence
    assert "File too large" in sentence
    kept = (tmp_path / "out" / "results.csv").read_bytes()
    assert kept.endswith(b"\n")
    assert len(kept) <= limit
    result = inkread("read", "in", "--out", "out", "--format", "csv", "--resume")
    assert (tmp_path / "out" / "results.csv").read_text() == result.stdout
    assert result.stdout.encode().startswith(kept)
    assert result.stdout.count("\n") == 31


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_stays_flat(tmp_path: Path, mnist_test: Dataset) -> None:
    count = 600
    make_mixed(tmp_path / "in", mnist_test, count)
    command = [*READ, "in", "--out", "out", "--annotate", "--format", "csv"]
    seen: list[tuple[int, int]] = []
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            status = Path(f"/proc/{process.pid}/status").read_text()
            found = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
            done = lines_of(tmp_path / "out" / "results.csv")
            if found and done:
                seen.append((done, int(found[0]) // 1024))
            time.sleep(0.1)
    early = max(size for done, size in seen if done < 200)
    late = max(size for done, size in seen if 400 < done < count)  # then the contact sheet, of 100 pictures, is drawn
    assert late <= early + 40, (early, late)
    assert max(size for _, size in seen) < 500


@pytest.mark.slow
def test_progress_tells_the_time_left_on_standard_error_alone(
    inkread: CommandLine, tmp_path: Path, mnist_test: Dataset
) -> None:
    make_mixed(tmp_path / "in", mnist_test, 30)
    environment = {"FORCE_COLOR": "1", "TTY_COMPATIBLE": "1"}
    result = inkread("read", "in", "--format", "csv", "--progress", "bars", **environment)
    assert len(list(csv.DictReader(io.StringIO(result.stdout)))) == 30
    assert "Reading" in result.stderr
    assert "/30" in result.stderr
    assert "left" in result.stderr
    quiet = inkread("read", "in", "--format", "csv", "--progress", "none", **environment)
    assert (quiet.stdout, quiet.stderr) == (result.stdout, "")
