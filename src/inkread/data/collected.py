"""Data sets made of the collections: who is in which split, which letters look like a digit, and the pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import cv2
import numpy as np

from inkread.data.collections import BHMSDS, COLLECTION_OF, OMNIGLOT, OPTDIGITS32, UNIPEN, Collection, read_collected
from inkread.data.dataset import Dataset, Origin, digest
from inkread.data.sources import DIGITS
from inkread.data.trajectories import Pen, Trajectory, draw, parse_trajectories
from inkread.imaging import normalize
from inkread.types import UInt8Array

TEST_DONORS = frozenset({"ibm", "uqb", "aga"})
VALIDATION_DONORS = frozenset({"apa", "imp", "art"})
LOOKALIKES = frozenset("oOlIizZsSbgq")  # letters that many people write as they write a digit
ALMOST = frozenset("zZ")  # of these those that a good reader can tell from a digit: they may teach
# One stroke, as a 1 is; "\@" is a catch-all, full of slashes.
ONE_STROKE = frozenset({"/", "|", "'", ",", "`", "(", ")", "\\\\", "!", "\\", "\\@", ".", "-", "_", "~"})
LATIN = "Latin"  # its O, l, Z, S and b are 0, 1, 2, 5 and 6
TRAINING_PEOPLE, VALIDATION_PEOPLE = 14, 3  # of Omniglot's twenty; the rest are for the test
BHMSDS_CLEAR = ("plus", "w", "x", "y", "z")  # slash, dot and minus may be a 1, or a mark


def donor_split(donor: str) -> str:
    """Return the part that a UNIPEN donor belongs to: "train", "validation" or "test"."""
    if donor in TEST_DONORS:
        return "test"
    return "validation" if donor in VALIDATION_DONORS else "train"


def file_origins(*collections: Collection) -> Iterator[Origin]:
    """Name the files of collections as origins of a data set that is drawn from them."""
    for collection in collections:
        for file, sha256 in collection.files.items():
            yield Origin(
                name=f"{collection.name}/{file}",
                sha256=sha256,
                count=0,
                licence=collection.licence,
                credit=collection.credit,
            )


def trajectories(file: str) -> Iterator[Trajectory]:
    """Read one of UNIPEN's files; errors as of `read_collected`."""
    return parse_trajectories(read_collected(UNIPEN, file))


def omniglot_pictures(part: str) -> Iterator[UInt8Array]:
    """Yield Omniglot's characters, without the Latin ones: uint8 of shape (105, 105), white ink on black.

    Args:
        part: "train" (people 1 to 14), "validation" (15 to 17) or "test" (18 to 20).

    Raises:
        DataError: see `read_collected`.
    """
    seen = set()
    for file in OMNIGLOT.files:
        with zipfile.ZipFile(io.BytesIO(read_collected(OMNIGLOT, file))) as archive:
            for name in sorted(n for n in archive.namelist() if n.endswith(".png")):
                _, alphabet, _, picture = name.split("/")
                place = name.partition("/")[2]
                if alphabet == LATIN or place in seen:
                    continue
                seen.add(place)
                if part == _omniglot_part(int(picture.split("_")[1][:2])):
                    ink = cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_GRAYSCALE)
                    yield 255 - np.asarray(ink, np.uint8)


def _omniglot_part(person: int) -> str:
    """Tell the part of what a person drew."""
    if person > TRAINING_PEOPLE + VALIDATION_PEOPLE:
        return "test"
    return "train" if person <= TRAINING_PEOPLE else "validation"


def load_collected(name: str, split: str) -> Dataset:
    """Load a data set made of a collection.

    Drawn trajectories and Omniglot come in MNIST's form; photographs and scans as they are, to be normalised.
    `unipen-letters` and `unipen-symbols` are without what looks like a digit, `bhmsds-symbols` without slash, dot and
    minus.

    Args:
        name: a name in `COLLECTED`.
        split: "train" or "test", one that the collection has; of UNIPEN by donor, of Omniglot by person.

    Returns:
        uint8 pictures of shape (n, 1, side, side); both splits have the same classes.

    Raises:
        DataError: if the collection is not on this machine, or damaged.
    """
    collection = COLLECTION_OF[name]
    pictures, labels, classes, normalization = COLLECTED[name](split)
    images = np.ascontiguousarray(np.stack(pictures)[:, np.newaxis])
    numbers = np.array([classes.index(label) for label in labels], np.int64)
    return Dataset(
        name=name,
        split=split,
        images=images,
        labels=numbers,
        classes=classes,
        normalization=normalization,
        sha256=digest(images, numbers),
        licence=collection.licence,
        credit=collection.credit,
    )


class Loaded(NamedTuple):
    """Pictures of one size, their labels, the labels of all splits, and how a new picture becomes like these."""

    pictures: list[UInt8Array]
    labels: list[str]
    classes: tuple[str, ...]
    normalization: str


def _unipen(split: str, files: Iterable[str], left_out: frozenset[str]) -> Loaded:
    """Draw trajectories with a plain pen; "train" are all donors that are not "test"."""
    rng = np.random.default_rng(0)
    pictures, labels, classes = [], [], set()
    for file in files:
        for trajectory in trajectories(file):
            if trajectory.label in left_out:
                continue
            classes.add(trajectory.label)
            if (donor_split(trajectory.donor) == "test") == (split == "test"):
                pen = Pen(width=float(rng.uniform(0.07, 0.16)))
                pictures.append(normalize(draw(trajectory.strokes, pen, rng)).image)
                labels.append(trajectory.label)
    return Loaded(pictures, labels, tuple(sorted(classes)), "mnist")


def _unipen_digits(split: str) -> Loaded:
    return _unipen(split, ["digits.jsonl.gz"], frozenset())


def _unipen_letters(split: str) -> Loaded:
    return _unipen(split, ["lower.jsonl.gz", "upper.jsonl.gz"], LOOKALIKES)


def _unipen_symbols(split: str) -> Loaded:
    return _unipen(split, ["symbols.jsonl.gz"], ONE_STROKE)


def _omniglot(split: str) -> Loaded:
    parts = ("test",) if split == "test" else ("train", "validation")
    pictures = [normalize(picture).image for part in parts for picture in omniglot_pictures(part)]
    return Loaded(pictures, ["character"] * len(pictures), ("character",), "mnist")


def _bhmsds(wanted: tuple[str, ...]) -> Loaded:
    """Take the photographs as they are, black ink on white; few people wrote them, so that there is one split."""
    with np.load(io.BytesIO(read_collected(BHMSDS, "bhmsds.npz")), allow_pickle=False) as arrays:
        chosen = np.isin(arrays["y"], wanted)
        return Loaded(list(arrays["X"][chosen]), arrays["y"][chosen].tolist(), wanted, "resize")


def _bhmsds_digits(_split: str) -> Loaded:
    return _bhmsds(DIGITS)


def _bhmsds_symbols(_split: str) -> Loaded:
    return _bhmsds(BHMSDS_CLEAR)


def _optdigits32(split: str) -> Loaded:
    with np.load(io.BytesIO(read_collected(OPTDIGITS32, "optdigits32.npz")), allow_pickle=False) as arrays:
        pictures, labels = list(arrays[f"X_{split}"] * np.uint8(255)), [str(y) for y in arrays[f"y_{split}"]]
    return Loaded(pictures, labels, DIGITS, "resize")


COLLECTED: dict[str, Callable[[str], Loaded]] = {
    "unipen-digits": _unipen_digits,
    "unipen-letters": _unipen_letters,
    "unipen-symbols": _unipen_symbols,
    "bhmsds-digits": _bhmsds_digits,
    "bhmsds-symbols": _bhmsds_symbols,
    "omniglot": _omniglot,
    "optdigits32": _optdigits32,
}
