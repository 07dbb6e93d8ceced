"""The table of collections of handwriting, which are not fetched but brought in from a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from inkread.data.cache import data_home, matches
from inkread.errors import DataError
from inkread.files import write_bytes
from inkread.naming import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Files that somebody published, as inkread reads them.

    Attributes:
        name: what it is called on the command line, and its folder in the cache.
        files: SHA-256 (hex) of each file, by file name.
        sets: names of the data sets that `load` makes of it.
        contents: what is in it, in a few words.
        trainable: whether a network may be trained on its pictures; the others are for validation alone.
        splits: which of "train" and "test" its data sets have.
        licence: SPDX expression, or a few words.
        credit: whom to thank, one line.
        homepage: where to get it and to read about it.
    """

    name: str
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
    files={"optdigits32.npz": "e42ea723e8aff34514cda99076a07d0521a162e152465539a30d96adc7136669"},
    sets=("optdigits32",),
    contents="2,879 binary digits of 43 people, for validation alone",
    trainable=False,
    licence="CC-BY-4.0",
    credit="Ethem Alpaydin and Cenk Kaynak, UCI Machine Learning Repository",
    homepage="https://doi.org/10.24432/C50P49",
)

COLLECTIONS: dict[str, Collection] = {c.name: c for c in (UNIPEN, BHMSDS, OMNIGLOT, OPTDIGITS32)}
COLLECTION_OF: dict[str, Collection] = {name: c for c in COLLECTIONS.values() for name in c.sets}
NUMBERS = "numbers"  # the data set of made rows
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
        DataError: if the name is unknown, or a file is missing, cannot be read or is not the one in the table; nothing
            is copied then.
        OutputError: if the cache cannot be written.
    """
    collection = find_collection(name)
    if not os.path.isdir(folder):  # noqa: PTH112 (Path.is_dir raises where one may not look)
        raise DataError(f"{folder} is no folder: give the one that holds the files of {name}.")
    contents = {file: _read_verified(collection, folder, file) for file in collection.files}
    target = data_home() / name
    for file, content in contents.items():
        write_bytes(target / file, content)
    return target


def _read_verified(collection: Collection, folder: Path, file: str) -> bytes:
    """Read one of the files that somebody got; DataError where it is not the one in the table."""
    path = folder / file
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(
            f"{folder} does not hold {file}, which {collection.name} needs: get it from {collection.homepage}."
        ) from error
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}.") from error
    if not _is_known(collection, file, content):
        raise DataError(f"{path} is not the file that inkread knows as part of {collection.name}: its SHA-256 differs.")
    return content


def is_added(collection: Collection) -> bool:
    """Tell whether all files of a collection lie in the cache (they are verified when they are read)."""
    folder = data_home() / collection.name
    return all(os.path.isfile(folder / file) for file in collection.files)  # noqa: PTH113 (see add_collection)


def how_to_add(collection: Collection) -> str:
    """Say how a collection comes into the cache, as the end of a sentence."""
    return f"get it from {collection.homepage} and run: inkread data add {collection.name} FOLDER"


def read_collected(collection: Collection, file: str) -> bytes:
    """Read one file of a collection from the cache.

    Raises:
        DataError: if it is not there or damaged; it says how to bring it in.
    """
    path = data_home() / collection.name / file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{collection.name} is not on this machine: {how_to_add(collection)}") from error
    if not _is_known(collection, file, content):
        raise DataError(f"{path} is damaged: {how_to_add(collection)}")
    return content


def _is_known(collection: Collection, file: str, content: bytes) -> bool:
    """Tell whether content is that of the file in the table."""
    return matches(content, f"sha256:{collection.files[file]}")
