"""Fetching over a real connection, from mirrors good and bad, by several processes at once."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from inkread.data import fetch as fetch_room
from inkread.data.cache import folder_of, is_cached
from inkread.data.fetch import fetch
from inkread.data.idx import format_idx
from inkread.data.loading import load_source
from inkread.data.sources import MNIST, NAMES, SOURCES, Download, Source, SourceFile
from inkread.errors import DataError, OutputError

RANDOM = np.random.default_rng(5)
IMAGES = {
    "train": RANDOM.integers(0, 256, (300, 28, 28), np.uint8),
    "t10k": RANDOM.integers(0, 256, (9, 28, 28), np.uint8),
}
LABELS = {"train": RANDOM.integers(0, 10, 300).astype(np.uint8), "t10k": RANDOM.integers(0, 10, 9).astype(np.uint8)}
RAW = {
    f"{split}-{kind}-{form}-ubyte": format_idx(arrays[split])
    for split in ("train", "t10k")
    for kind, form, arrays in (("images", "idx3", IMAGES), ("labels", "idx1", LABELS))
}


class Mirror(ThreadingHTTPServer):
    """Serves RAW, gzipped, and misbehaves under certain paths."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []

    def url(self, manner: str = "good", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}/{manner}/"


class Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        _, manner, name = self.path.split("/")
        self.server.asked.append(self.path)
        body = gzip.compress(RAW.get(name.removesuffix(".gz"), b""))
        if manner == "missing":
            self.send_error(404)
            return
        if manner == "hangs":
            time.sleep(2)
            return
        if manner == "rubbish":
            body = b"<html>Please log in to the hotel's network</html>"
        if manner == "other":
            body = gzip.compress(format_idx(np.zeros((300, 28, 28), np.uint8)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if manner == "truncated":
            self.wfile.write(body[: len(body) // 2])
        elif manner == "slow":
            for start in range(0, len(body), 20_000):
                self.wfile.write(body[start : start + 20_000])
                time.sleep(0.02)
        else:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    server = Mirror()
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("INKREAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def sha256(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def source_at(*mirrors: str) -> Source:
    """Make a source like MNIST, of our own bytes."""
    downloads = tuple(
        Download(
            name=f"{name}.gz",
            urls=tuple(f"{mirror}{name}.gz" for mirror in mirrors),
            files=(SourceFile(name=name, checksum=sha256(RAW[name])),),
        )
        for name in NAMES
    )
    return replace(MNIST, name="ours", title="Ours", downloads=downloads, wheel=None)


def test_mirror_fills_the_cache_and_is_not_asked_again(mirror, home):
    source = source_at(mirror.url())
    reports: list[tuple[str, int, int | None]] = []
    found = load_source(source, "test", progress=lambda *report: reports.append(report))
    assert np.array_equal(found.images[:, 0], IMAGES["t10k"])
    assert np.array_equal(found.labels, LABELS["t10k"])
    assert sorted(path.name for path in (home / "data" / "ours").iterdir()) == sorted(NAMES)
    assert reports[-1][1] == reports[-1][2]
    assert np.array_equal(load_source(source, "train").images[:, 0], IMAGES["train"])
    assert len(mirror.asked) == 4


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        ("missing", "HTTP status 404"),
        ("rubbish", "damaged or cut off"),
        ("other", "not the published file"),
        ("truncated", "the connection ended after"),
        ("hangs", "no answer in time"),
    ],
)
def test_bad_mirror_is_asked_once_and_the_next_one_serves(mirror, manner, reason, monkeypatch):
    monkeypatch.setattr(fetch_room, "TIMEOUT_SECONDS", 0.3)
    with pytest.raises(DataError, match=reason):
        fetch(source_at(mirror.url(manner)))
    assert not is_cached(source_at())
    mirror.asked.clear()
    fetch(source_at(mirror.url(manner, "localhost"), mirror.url()))
    assert is_cached(source_at())
    assert len([path for path in mirror.asked if manner in path]) == 1


def test_unreachable_mirrors_cost_a_few_seconds_at_most():
    begin = time.monotonic()
    with pytest.raises(DataError) as caught:
        fetch(source_at("https://nowhere.invalid/", "https://127.0.0.1:9/"))
    assert time.monotonic() - begin < 7
    for part in ("Ours cannot be fetched", "nowhere.invalid", "127.0.0.1:9", "train-images-idx3-ubyte.gz", "by hand"):
        assert part in str(caught.value)


def test_damaged_cache_is_fetched_anew(mirror, home):
    source = source_at(mirror.url())
    fetch(source)
    path = home / "data" / "ours" / NAMES[0]
    damaged = bytearray(path.read_bytes())
    damaged[1000] ^= 1
    path.write_bytes(damaged)
    assert np.array_equal(load_source(source, "train").images[:, 0], IMAGES["train"])
    assert len(mirror.asked) == 5


@pytest.mark.parametrize("packed", [True, False])
def test_files_put_there_by_hand(packed):
    source = source_at("https://nowhere.invalid/")
    folder = folder_of(source)
    folder.mkdir(parents=True)
    for name, raw in RAW.items():
        (folder / (f"{name}.gz" if packed else name)).write_bytes(gzip.compress(raw) if packed else raw)
    assert np.array_equal(load_source(source, "test").labels, LABELS["t10k"])


def test_a_system_package_is_taken_before_the_network(tmp_path):
    for name, raw in RAW.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(raw))
    assert is_cached(replace(source_at("https://nowhere.invalid/"), local=tmp_path)) is False
    fetch(replace(source_at("https://nowhere.invalid/"), local=tmp_path))
    assert is_cached(source_at())


def as_zip(folder: Path) -> Source:
    """Put the four files into one archive, pictures lying on their side, as EMNIST's do."""
    members = {f"gzip/{name}.gz": gzip.compress(raw) for name, raw in RAW.items()}
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    download = Download(
        name="all.zip",
        urls=("https://nowhere.invalid/all.zip",),
        checksum=sha256((folder / "all.zip").read_bytes()),
        files=tuple(SourceFile(name=name, member=f"gzip/{name}.gz") for name in NAMES),
    )
    return replace(source_at(), downloads=(download,), local=folder, transposed=True)


def test_archive_is_unpacked_and_its_pictures_turned_upright(tmp_path):
    found = load_source(as_zip(tmp_path), "train")
    assert np.array_equal(found.images[:, 0], IMAGES["train"].transpose(0, 2, 1))


def test_files_without_a_published_checksum_are_guarded_by_the_one_noted(tmp_path, home):
    source = as_zip(tmp_path)
    fetch(source)
    path = home / "data" / "ours" / NAMES[1]
    path.write_bytes(path.read_bytes()[:-1] + b"\x01\x01")
    assert not is_cached(source)
    assert np.array_equal(load_source(source, "train").labels, LABELS["train"])


def test_changed_archive_is_refused(tmp_path):
    source = as_zip(tmp_path)
    with (tmp_path / "all.zip").open("ab") as file:
        file.write(b"!")
    with pytest.raises(DataError, match=r"all\.zip is not the published file"):
        fetch(source)


def test_cache_that_cannot_be_written(mirror, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("INKREAD_HOME", str(tmp_path / "file"))
    with pytest.raises(OutputError, match="cannot write"):
        fetch(source_at(mirror.url()))


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.data.test_fetch import source_at
from inkread.data.loading import load_source
print(load_source(source_at(sys.argv[2]), "train").sha256)
"""


def test_processes_at_once_and_nothing_half_written_is_seen(mirror, home):
    """Three real processes fetch from a slow mirror, while we look at every file as soon as it appears."""
    root = Path(__file__).parents[2]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(root), mirror.url("slow")], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    seen = 0
    while any(process.poll() is None for process in processes):
        for name in NAMES:
            path = home / "data" / "ours" / name
            if path.exists():
                seen += 1
                assert path.read_bytes() == RAW[name]
        time.sleep(0.001)
    outputs = {process.communicate()[0] for process in processes}
    assert len(outputs) == 1
    assert len(outputs.pop().strip()) == 64
    assert all(process.returncode == 0 for process in processes)
    assert seen > 0
    assert sorted(os.listdir(home / "data" / "ours")) == sorted(NAMES)  # noqa: PTH208 - names, hidden ones too


def test_the_table_of_sources():
    checksums = {file.name: file.checksum for file in MNIST.files}
    assert checksums == {
        "train-images-idx3-ubyte": "md5:6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "md5:a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "md5:2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "md5:27ae3e4e09519cfbb04c329615203637",
    }
    for source in SOURCES.values():
        assert sorted(file.name for file in source.files) == sorted(NAMES)
        assert source.licence
        assert source.credit
        for download in source.downloads:
            assert all(url.startswith("https://") for url in download.urls)
            assert download.checksum or all(file.checksum for file in download.files), "nothing goes unverified"


def test_mnist_itself(mnist_train, mnist_test):
    assert mnist_train.images.shape == (60_000, 1, 28, 28)
    assert mnist_test.images.shape == (10_000, 1, 28, 28)
    assert mnist_train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    raw = format_idx(mnist_test.images[:, 0])
    assert hashlib.md5(raw, usedforsecurity=False).hexdigest() == "2646ac647ad5339dbf082846283269ea"
