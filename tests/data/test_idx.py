"""IDX: what is written can be read, and no bytes whatever do harm."""

from __future__ import annotations

import contextlib
import gzip
import io
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from inkread.data import load
from inkread.data.idx import format_idx, gunzip, parse_idx, read_idx
from inkread.errors import DataError

FEW = settings(max_examples=60, deadline=None)
BYTES = arrays(np.uint8, array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5))


@FEW
@given(BYTES)
def test_what_is_written_is_read(array):
    found = parse_idx(format_idx(array), "x")
    assert found.dtype == np.uint8
    assert np.array_equal(found, array)


@FEW
@given(BYTES)
def test_gzip_is_unpacked_to_the_last_byte(array):
    raw = format_idx(array)
    assert gunzip(io.BytesIO(gzip.compress(raw)), "x") == raw


@pytest.mark.parametrize(
    ("code", "dtype"), [(0x08, ">u1"), (0x09, ">i1"), (0x0B, ">i2"), (0x0C, ">i4"), (0x0D, ">f4"), (0x0E, ">f8")]
)
def test_every_type_of_the_format(code, dtype):
    values = np.array([[1, 2, 100], [3, 4, 5]], dtype)
    found = parse_idx(struct.pack(">HBBII", 0, code, 2, 2, 3) + values.tobytes(), "x")
    assert found.dtype.isnative
    assert np.array_equal(found, values)


@FEW
@given(st.binary(max_size=64), st.sampled_from([b"", b"\0\0\x08\x01", b"\0\0\x08\x03", b"\0\0\x0e\x02"]))
def test_arbitrary_bytes_raise_nothing_but_data_error(tail, head):
    with contextlib.suppress(DataError):
        assert parse_idx(head + tail, "x").nbytes <= len(tail)


@FEW
@given(st.data())
def test_damaged_gzip_raises_nothing_but_data_error(data):
    packed = bytearray(gzip.compress(format_idx(np.arange(60, dtype=np.uint8).reshape(3, 4, 5))))
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(packed[: data.draw(st.integers(0, len(packed)) | st.just(len(packed)))])
    with contextlib.suppress(DataError):
        parse_idx(gunzip(io.BytesIO(cut), "x"), "x")


def test_an_endless_gzip_stream_is_not_unpacked_beyond_its_header():
    raw = format_idx(np.zeros(10, np.uint8)) + bytes(50_000_000)
    assert len(gunzip(io.BytesIO(gzip.compress(raw, 1)), "x")) == 8 + 10 + 1


def test_truncated_file_is_named_with_both_lengths(tmp_path: Path):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(format_idx(np.zeros((10, 28, 28), np.uint8))[:-1])
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte is cut off: 7855 bytes where its header says 7856"):
        read_idx(path)


def test_wrong_magic(tmp_path: Path):
    path = tmp_path / "x-images-idx3-ubyte"
    path.write_bytes(b"PK\3\4 something else")
    with pytest.raises(DataError, match="no IDX file"):
        read_idx(path)


def test_named_and_own_pictures_may_be_written_to(tmp_path: Path, mnist_test):
    """So that torch takes them without a warning."""
    (tmp_path / "images-idx3-ubyte").write_bytes(format_idx(np.ones((2, 28, 28), np.uint8)))
    (tmp_path / "labels-idx1-ubyte").write_bytes(format_idx(np.arange(2, dtype=np.uint8)))
    for dataset in (mnist_test, load(tmp_path)):
        assert dataset.images.flags.writeable
        assert dataset.labels.flags.writeable
