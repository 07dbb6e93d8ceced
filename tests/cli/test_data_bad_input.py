"""Bad data through the real command line: one sentence, exit status 2, and no traceback."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkread.data import SOURCES, load
from inkread.data.cache import folder_of
from inkread.data.idx import format_idx
from inkread.errors import InkreadError
from tests.conftest import CommandLine, one_sentence

IMAGES = format_idx(np.zeros((3, 28, 28), np.uint8))
LABELS = format_idx(np.arange(3, dtype=np.uint8))
STROKE = np.zeros((20, 20), np.uint8)
STROKE[4:16, 8:11] = 255


def files(**contents: bytes) -> Callable[[Path], Path]:
    """Write files into a folder, and return the folder."""

    def write(folder: Path) -> Path:
        for name, content in contents.items():
            (folder / name.replace("__", ".").replace("_", "-")).write_bytes(content)
        return folder

    return write


def one_file(name: str, content: bytes) -> Callable[[Path], Path]:
    """Write one file, and return its path."""

    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return write


def class_folders(**contents: bytes | None) -> Callable[[Path], Path]:
    """Make class folders with one picture each; None leaves the folder empty."""

    def write(folder: Path) -> Path:
        for name, content in contents.items():
            (folder / name).mkdir()
            if content is not None:
                (folder / name / "x.png").write_bytes(content)
        return folder

    return write


def png() -> bytes:
    from io import BytesIO

    buffer = BytesIO()
    Image.fromarray(STROKE).save(buffer, "PNG")
    return buffer.getvalue()


def big_endian_shape(*shape: int) -> bytes:
    return b"".join(side.to_bytes(4, "big") for side in shape)


CASES = {
    "no such path": (lambda folder: folder / "nowhere", "no data set and no path called"),
    "empty class folder": (class_folders(a=png(), b=None), "holds no picture"),
    "class folder with text as picture": (class_folders(a=png(), b=b"text"), "x.png"),
    "images without labels": (files(train_images_idx3_ubyte=IMAGES), "no labels file beside it"),
    "labels without images": (files(train_labels_idx1_ubyte=LABELS), "no images file beside it"),
    "truncated idx": (files(train_images_idx3_ubyte=IMAGES[:-1], train_labels_idx1_ubyte=LABELS), "cut off"),
    "ragged csv": (one_file("x.csv", b"label,a,b,c,d\n1,0,0,0,0\n2,0,0,0\n"), "line 3: 4 fields"),
    "npz that is text": (one_file("x.npz", b"text"), "no npz file"),
    "unknown format": (one_file("x.docx", b"text"), "in no format that can be read"),
}
UNCOMMON = {
    "empty folder": (lambda folder: folder, "holds no data set"),
    "class folder with empty picture": (class_folders(a=png(), b=b""), "x.png is empty"),
    "class folder with truncated picture": (class_folders(a=png(), b=png()[:-30]), "x.png"),
    "more images than labels": (
        files(train_images_idx3_ubyte=IMAGES, train_labels_idx1_ubyte=format_idx(np.zeros(2, np.uint8))),
        "3 images but 2 labels",
    ),
    "truncated gzip": (
        files(train_images_idx3_ubyte__gz=gzip.compress(IMAGES)[:-9], train_labels_idx1_ubyte=LABELS),
        "damaged or cut off",
    ),
    "idx of no idx": (files(train_images_idx3_ubyte=b"hello", train_labels_idx1_ubyte=LABELS), "magic number"),
    "idx that claims to be huge": (
        files(
            train_images_idx3_ubyte=b"\0\0\x08\x03" + big_endian_shape(2**32 - 1, 2**32 - 1, 2**32 - 1),
            train_labels_idx1_ubyte=LABELS,
        ),
        "cut off",
    ),
    "csv that is a picture": (one_file("x.csv", png()), "x.csv"),
    "npz of nothing": (one_file("x.npz", b""), "no npz file"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_data_is_one_sentence(inkread: CommandLine, tmp_path: Path, case: str) -> None:
    write, message = CASES[case]
    folder = tmp_path / "own"
    folder.mkdir()
    path = write(folder)
    assert message in one_sentence(inkread("data", "show", path))


@pytest.mark.parametrize("case", UNCOMMON)
def test_uncommon_bad_data_is_one_sentence(tmp_path: Path, case: str) -> None:
    """The same without a process each, to save time."""
    write, message = UNCOMMON[case]
    with pytest.raises(InkreadError, match=re.escape(message)) as caught:
        load(write(tmp_path))
    assert "\n" not in str(caught.value)


def test_unknown_name_offers_the_nearest(inkread: CommandLine) -> None:
    assert "did you mean 'fashion-mnist'" in one_sentence(inkread("data", "fetch", "fashion-mnits"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "unipen", "."), ". does not hold digits.jsonl.gz, which unipen needs: get it from https://"),
        (("add", "bhmsds", "wrong"), "wrong/bhmsds.npz is not the file that inkread knows as part of bhmsds"),
        (("fetch", "unipen"), "unipen is not fetched: get it from https://"),
        (("show", "omniglot"), "omniglot is not on this machine: get it from https://"),
    ],
)
def test_collections_that_are_not_there(
    inkread: CommandLine, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "bhmsds.npz").write_bytes(b"something else")
    result = inkread("data", *arguments, INKREAD_HOME=str(tmp_path / "home"))
    assert message in one_sentence(result)
    assert not (tmp_path / "home").exists()


def test_handwriting_without_its_collections_names_the_first(
    inkread: CommandLine, tmp_path: Path, mnist_test: object
) -> None:
    (tmp_path / "home" / "data").mkdir(parents=True)
    (tmp_path / "home" / "data" / "mnist").symlink_to(folder_of(SOURCES["mnist"]))
    result = inkread("data", "show", "handwriting", INKREAD_HOME=str(tmp_path / "home"))
    assert "unipen is not on this machine" in one_sentence(result)


def test_no_network_says_what_to_do(inkread: CommandLine, tmp_path: Path) -> None:
    """The proxy named here refuses every connection, and pip knows no index."""
    environment = {"https_proxy": "http://127.0.0.1:9", "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    environment |= {"PIP_FIND_LINKS": str(tmp_path), "INKREAD_HOME": str(tmp_path / "home")}
    result = inkread("data", "fetch", "mnist", **environment)
    *_, sentence = result.stderr.splitlines()
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert sentence.startswith("inkread: MNIST cannot be fetched")
    assert str(tmp_path / "home" / "data" / "mnist") in sentence


def test_sheet_that_cannot_be_written_leaves_the_old_one(inkread: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "own" / "a").mkdir(parents=True)
    (tmp_path / "own" / "a" / "x.png").write_bytes(png())
    out = tmp_path / "file" / "sheet.png"
    assert "file is a file, give a folder" in one_sentence(inkread("data", "sheet", tmp_path / "own", "--out", out))
    refused = one_sentence(inkread("data", "sheet", tmp_path / "own", "--out", tmp_path / "sheet.jpg"))
    assert "write sheet.png" in refused
    assert not (tmp_path / "sheet.jpg").exists()
    assert (tmp_path / "file").read_text() == "kept"
