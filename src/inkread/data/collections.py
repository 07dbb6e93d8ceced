"""The table of collections that are not fetched but brought in from a folder: more handwriting than digits pictures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from inkread.data.cache import data_home, file_matches
from inkread.errors import DataError
from inkread.files import write_bytes
from inkread.naming import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Files that somebody published, as inkread reads them.

    Attributes:
        name: what it is called on the command line, and its folder in the cache.
        title: what people call it.
        files: SHA-256 (hex) of each file, by file name.
        sets: names of the data sets that `load` makes of it.
        contents: what is in it, in a few words.
        trainable: whether its pictures may teach; others are for validation alone.
        splits: which of "train" and "test" its data sets have.
        licence: SPDX expression, or a few words.
        credit: whom to thank, one line.
        homepage: where to get it and to read about it.
    """

    name: str
    title: str
    files: dict[str, str]
    sets: tuple[str, ...]
    contents: str
    trainable: bool = True
    splits: tuple[str, ...] = ("train", "test")
    licence: str
    credit: str
    homepage: str


UNIPEN = Collection(
    name="unipen",
    title="UNIPEN train_r01_v07",
    files={
        "digits.jsonl.gz": "8c1f23125eda0333fd6d05e11c277d0487d0a0d546077a0ac02c2a6d5a107f9a",
        "lower.jsonl.gz": "e6b5bee85cedce9ce43c0247e1805950e4bd8b58414d78380130355fde46ba5a",
        "upper.jsonl.gz": "47427fb3b92f86b1b6817165d6aa4a9b1d4287baa4f4cf99ee48ce3de0cc8cee",
        "symbols.jsonl.gz": "25fd9dcf4d1b1410b6d581fdbbacbe4dbca4f08fbb9ec5994104c673904f8655",
    },
    sets=("unipen-digits", "unipen-letters", "unipen-symbols"),
    contents="pen trajectories of 190 people",
    licence="CC-BY-4.0",
    credit="The UNIPEN Foundation: I. Guyon, L. Schomaker, R. Plamondon, M. Liberman, S. Janet and the 40 donors",
    homepage="https://doi.org/10.5281/zenodo.1195803",
)
BHMSDS = Collection(
    name="bhmsds",
    title="Basic Handwritten Math Symbols",
    files={"bhmsds.npz": "cfe6306d591384e710e74ce711551970997d99b0918d12e997d1bac6b3e8706c"},
    sets=("bhmsds-digits", "bhmsds-symbols"),
    contents="27,000 photographed digits and symbols",
    splits=("test",),
    licence="MIT",
    credit="wblachowski, Basic Handwritten Math Symbols Dataset, 2019",
    homepage="https://github.com/wblachowski/bhmsds",
)
OMNIGLOT = Collection(
    name="omniglot",
    title="Omniglot, small background sets",
    files={
        "images_background_small1.zip": "f38eb80f801274ac2b4dff5b24289016bfaba4a7d5bb50deebf27104ad6cb8a4",
        "images_background_small2.zip": "3ccaa407515a8778e5d0861875af38b17e418f301ad5bb3b5a6b65d901a41c7f",
    },
    sets=("omniglot",),
    contents="characters of alphabets, 20 people each",
    licence="MIT",
    credit="Brenden Lake, Ruslan Salakhutdinov and Joshua Tenenbaum, Omniglot, 2015",
    homepage="https://github.com/brendenlake/omniglot",
)
OPTDIGITS32 = Collection(
    name="optdigits32",
    title="Optical Recognition of Handwritten Digits, before its reduction to 8x8",
    files={"optdigits32.npz": "e42ea723e8aff34514cda99076a07d0521a162e152465539a30d96adc7136669"},
    sets=("optdigits32",),
    contents="2,879 binary digits of 43 people",
    trainable=False,
    licence="CC-BY-4.0",
    credit="Ethem Alpaydin and Cenk Kaynak, UCI Machine Learning Repository",
    homepage="https://doi.org/10.24432/C50P49",
)

COLLECTIONS: dict[str, Collection] = {c.name: c for c in (UNIPEN, BHMSDS, OMNIGLOT, OPTDIGITS32)}
COLLECTION_OF: dict[str, Collection] = {name: c for c in COLLECTIONS.values() for name in c.sets}
HANDWRITING = "handwriting"  # the data set that is composed of MNIST and of what is drawn from collections


def find_collection(name: str) -> Collection:
    """Look a collection up.

    Raises:
        DataError: if there is none of that name (nearest names offered).
    """
    if name not in COLLECTIONS:
        raise DataError(f"there is no collection called {name}{nearest(name, COLLECTIONS)}")
    return COLLECTIONS[name]


def add_collection(name: str, folder: Path) -> Path:
    """Copy a collection's files from a folder into the cache, each verified by its SHA-256.

    Args:
        name: a name in `COLLECTIONS`.
        folder: holds the files, under their names in the table.

    Returns:
        The cache folder.

    Raises:
        DataError: if the name is unknown, or a file is missing or is not the one in the table; nothing is copied then.
        OutputError: if the cache cannot be written.
    """
    collection = find_collection(name)
    for file, sha256 in collection.files.items():
        path = folder / file
        try:
            good = file_matches(path, f"sha256:{sha256}")
        except OSError as error:
            raise DataError(
                f"{folder} does not hold {file}, which {name} needs: get it from {collection.homepage}."
            ) from error
        if not good:
            raise DataError(f"{path} is not the file that inkread knows as part of {name}: its SHA-256 differs.")
    target = data_home() / name
    for file in collection.files:
        write_bytes(target / file, (folder / file).read_bytes())
    return target


def is_added(collection: Collection) -> bool:
    """Tell whether all files of a collection lie in the cache (they are verified when they are read)."""
    return all((data_home() / collection.name / file).is_file() for file in collection.files)


def read_collected(collection: Collection, file: str) -> bytes:
    """Read one file of a collection from the cache.

    Raises:
        DataError: if it is not there or damaged; it says how to bring it in.
    """
    path = data_home() / collection.name / file
    how = f"get it from {collection.homepage} and run: inkread data add {collection.name} FOLDER"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{collection.name} is not on this machine: {how}") from error
    if hashlib.sha256(content).hexdigest() != collection.files[file]:
        raise DataError(f"{path} is damaged: {how}")
    return content
