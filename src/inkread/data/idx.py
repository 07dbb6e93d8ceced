"""The IDX format of MNIST: two zero bytes, a type code, the number of dimensions, their sizes, the values (big-endian).

Described by LeCun, Cortes and Burges, https://yann.lecun.com/exdb/mnist/.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from inkread.errors import DataError

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_CHUNK = 1 << 24


def parse_idx(content: bytes, where: str) -> npt.NDArray[Any]:
    """Read an array from raw IDX bytes.

    Args:
        content: the whole file.
        where: what to call it in an error.

    Returns:
        The array in native byte order; it may be written to, as torch wants of arrays.

    Raises:
        DataError: if the magic number is wrong, or there are too few or too many bytes.
    """
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES or content[3] == 0:
        raise DataError(f"{where} is no IDX file: it does not begin with IDX's magic number.")
    dtype, ndim = np.dtype(TYPES[content[2]]), content[3]
    start = 4 + 4 * ndim
    if len(content) < start:
        raise DataError(f"{where} is cut off within its header; take a fresh copy.")
    shape = struct.unpack(f">{ndim}I", content[4:start])
    expected = start + math.prod(shape) * dtype.itemsize
    if len(content) != expected:
        state = "cut off" if len(content) < expected else "too long"
        raise DataError(
            f"{where} is {state}: {len(content)} bytes where its header says {expected}; take a fresh copy."
        )
    if ndim > 32:
        raise DataError(f"{where} has {ndim} dimensions; images have 3 or 4, labels 1.")
    array = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return array.astype(dtype.newbyteorder("="))


def format_idx(array: npt.NDArray[np.uint8]) -> bytes:
    """Return the raw IDX bytes of an array of uint8."""
    return struct.pack(f">HBB{array.ndim}I", 0, 0x08, array.ndim, *array.shape) + array.tobytes()


def gunzip(file: IO[bytes], where: str) -> bytes:
    """Unpack a gzip stream that holds an IDX file, never further than the IDX header says it goes.

    Raises:
        DataError: if the stream is damaged or cut off.
    """
    try:
        with gzip.GzipFile(fileobj=file) as stream:
            content = stream.read(4)
            limit = 4 + (4 * content[3] if len(content) == 4 else 0)
            content += stream.read(limit - len(content))
            if len(content) == limit and content[2] in TYPES:
                shape = struct.unpack(f">{content[3]}I", content[4:])
                limit += math.prod(shape) * np.dtype(TYPES[content[2]]).itemsize
            parts, size = [content], len(content)
            while size <= limit and (part := stream.read(min(_CHUNK, limit + 1 - size))):
                parts.append(part)
                size += len(part)
            return b"".join(parts)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{where} is damaged or cut off: it cannot be unpacked; take a fresh copy.") from error


def read_idx(path: Path) -> npt.NDArray[Any]:
    """Read an IDX file, also a gzipped one (told by its content, not its name).

    Raises:
        DataError: if it cannot be read, is damaged, or is no IDX file.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            content = gunzip(file, str(path)) if packed else file.read()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}.") from error
    return parse_idx(content, str(path))
