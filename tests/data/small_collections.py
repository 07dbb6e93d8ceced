"""Where the real collections are, and small ones of the same form, drawn by formula."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from inkread.data.collections import OMNIGLOT, UNIPEN, Collection, add_collection

SHARED = Path(__file__).parents[3] / "shared" / "data"
LETTERS = {"lower.jsonl.gz": "azos", "upper.jsonl.gz": "AZOS", "symbols.jsonl.gz": "+/&"}
ALPHABETS = ("Tamil", "Latin", "Sanskrit")

Stroke = list[list[float]]


def shared(name: str) -> Path:
    """Return the folder of a real collection; skip the test where it is missing."""
    if not (SHARED / name).is_dir():
        pytest.skip(f"the collection {name} is not at {SHARED}")
    return SHARED / name


def wave(kind: int, writer: int) -> list[Stroke]:
    """Return one stroke that looks different for each kind and writer; y points up."""
    at = np.linspace(0, 2 * np.pi, 24)
    x, y = 40 * np.sin((1 + kind % 3) * at + writer / 9), 60 * np.cos((1 + kind % 2) * at + kind / 7)
    return [np.stack([x, y], axis=1).round(2).tolist()]


def record(label: str, donor: str, strokes: list[Stroke]) -> dict[str, object]:
    """Return one line of a file of trajectories."""
    return {"label": label, "donor": donor, "writer": "w", "strokes": strokes}


def jsonl(records: list[dict[str, object]]) -> bytes:
    """Return a file of trajectories."""
    return gzip.compress("".join(json.dumps(line) + "\n" for line in records).encode(), mtime=0)


def unipen_files() -> dict[str, bytes]:
    """Return four files: two donors for training, one for validation and one for the test; `&` is in training alone."""
    files = {}
    for file, labels in {"digits.jsonl.gz": "0123456789", **LETTERS}.items():
        records = [
            record(label, donor, wave(ord(label), writer))
            for writer, donor in enumerate(("abc", "def", "apa", "ibm"))
            for label in labels
            if label != "&" or writer < 2
        ]
        files[file] = jsonl(records)
    return files


def omniglot_file(name: str, alphabets: tuple[str, ...]) -> bytes:
    """Return a zip of one character of each alphabet by twenty people, each picture another one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, alphabet in enumerate(alphabets):
            for person in range(1, 21):
                picture = Image.new("1", (105, 105), 1)
                ImageDraw.Draw(picture).line((10 + number, 20, 20 + 3 * person, 70, 90, 30 + person), fill=0, width=3)
                content = io.BytesIO()
                picture.save(content, "PNG")
                archive.writestr(f"{name}/{alphabet}/character01/0{number}01_{person:02}.png", content.getvalue())
    return buffer.getvalue()


def make_known(monkeypatch: pytest.MonkeyPatch, collection: Collection, files: dict[str, bytes], folder: Path) -> Path:
    """Write files, and note their hashes in the table as if they were the published ones."""
    folder.mkdir(parents=True)
    assert set(files) == set(collection.files)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        monkeypatch.setitem(collection.files, name, hashlib.sha256(content).hexdigest())
    return folder


def add_small(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Bring small collections called unipen and omniglot into a cache of their own."""
    monkeypatch.setenv("INKREAD_HOME", str(folder / "home"))
    make_known(monkeypatch, UNIPEN, unipen_files(), folder / "unipen")
    first, second = OMNIGLOT.files
    zips = {
        first: omniglot_file(first.removesuffix(".zip"), ALPHABETS),
        second: omniglot_file(second.removesuffix(".zip"), (ALPHABETS[0],)),  # a double
    }
    make_known(monkeypatch, OMNIGLOT, zips, folder / "omniglot")
    for name in ("unipen", "omniglot"):
        add_collection(name, folder / name)
