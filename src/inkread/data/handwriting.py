"""The data set `handwriting`: what the shipped reader learns from. MNIST, drawn pen trajectories, and no digits."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

import cv2
import numpy as np

from inkread.data.cache import data_home
from inkread.data.collected import (
    ALMOST,
    LOOKALIKES,
    ONE_STROKE,
    donor_split,
    file_origins,
    omniglot_pictures,
    trajectories,
)
from inkread.data.collections import HANDWRITING, OMNIGLOT, UNIPEN
from inkread.data.dataset import Dataset, digest, origin_of
from inkread.data.fetch import Progress
from inkread.data.kept import kept_arrays
from inkread.data.manners import mannered
from inkread.data.nondigits import make_nondigits
from inkread.data.trajectories import Pen, Trajectory, draw, flourished, random_pen
from inkread.errors import DataError
from inkread.imaging import normalize
from inkread.types import NO_DIGIT, Int64Array, UInt8Array

VERSION = 3  # of what is drawn and how: raise it, and what lies in the cache is made anew
MNIST_VALIDATION = 5000
VALIDATION = 10_000  # the last pictures of the train split: of other people, and non-digits made of what they wrote
MNIST_TIMES = 2
RENDERINGS = {"train": 8, "validation": 3, "test": 2}  # pictures of one digit, each with a pen of its own
FLOURISHED = {"0": 0.15, "1": 0.45, "7": 0.35, "9": 0.2}  # share of renderings written as elsewhere
TURNED = 0.5  # share of Omniglot's characters that are turned or mirrored: no less a character, and no digit
MANNERED = 500  # pictures of each way of writing that MNIST and UNIPEN seldom have
MADE = {"train": 40_000, "validation": 2_500, "test": 2_500}
SEEDS = {"train": 1, "validation": 2, "test": 3}


class Part(NamedTuple):
    """Pictures drawn for one of the parts train, validation and test: uint8 (n, 28, 28) and int64 (n,), 10 = none."""

    images: UInt8Array
    labels: Int64Array


def load_handwriting(split: str, mnist: Callable[[str], Dataset], *, progress: Progress | None = None) -> Dataset:
    """Compose the data set; what is drawn is kept in the cache.

    The train split holds MNIST's pictures twice (they are each seen with other augmentation), eight drawings of every
    trajectory of UNIPEN's digits but those of the donors kept for validation and test, and non-digits: UNIPEN's letters
    and symbols, Omniglot's characters, and made ones. Its last `VALIDATION` pictures are by other people: half of them
    MNIST's last, once, half drawn ones of all kinds. The test split is MNIST's and what is drawn of the donors for it.

    Args:
        split: "train" or "test".
        mnist: loads a split of MNIST.
        progress: told how many pictures are drawn.

    Returns:
        uint8 pictures of shape (n, 1, 28, 28) with the classes 0 to 9 and "no digit".

    Raises:
        DataError: if a collection is not on this machine.
        OutputError: if the cache cannot be written.
    """
    digits = mnist(split)
    images, labels = digits.images[:, 0], digits.labels
    if split == "test":
        drawn = _drawn("test", images, labels, progress)
        parts = [Part(images, labels), drawn]
    else:
        cut = len(images) - MNIST_VALIDATION
        known, unknown = Part(images[:cut], labels[:cut]), Part(images[cut:], labels[cut:])
        drawn = _drawn("train", known.images, known.labels, progress)
        validation = _drawn("validation", unknown.images, unknown.labels, progress)
        parts = [known] * MNIST_TIMES + [drawn, unknown, _thinned(validation, VALIDATION - MNIST_VALIDATION)]
    whole = np.concatenate([part.images for part in parts])[:, np.newaxis]
    truth = np.concatenate([part.labels for part in parts])
    return Dataset(
        name=HANDWRITING,
        split=split,
        images=whole,
        labels=truth,
        classes=(*digits.classes, NO_DIGIT),
        sha256=digest(whole, truth),
        licence="that of its origins",
        validation_last=True,
        origins=(origin_of(digits), *file_origins(UNIPEN, OMNIGLOT)),
    )


def _thinned(part: Part, count: int) -> Part:
    """Keep `count` pictures, evenly spread, so that each kind keeps its share."""
    if len(part.labels) < count:
        raise DataError(f"handwriting has {len(part.labels)} drawn pictures for validation, {count} are needed.")
    chosen = np.linspace(0, len(part.labels) - 1, count).astype(np.int64)
    return Part(part.images[chosen], part.labels[chosen])


def _drawn(part: str, digits: UInt8Array, labels: Int64Array, progress: Progress | None) -> Part:
    """Return what is drawn for a part, from the cache where it lies there."""
    key = hashlib.sha256(f"{VERSION} {UNIPEN.files} {OMNIGLOT.files}".encode())
    key.update(digest(digits, labels).encode())
    path = data_home() / HANDWRITING / f"{part}-{key.hexdigest()[:16]}.npz"
    kept = kept_arrays(path, lambda: _draw_part(part, digits, labels, progress)._asdict())
    return Part(**kept)


def _draw_part(part: str, digits: UInt8Array, labels: Int64Array, progress: Progress | None) -> Part:
    """Draw digits and everything else of a part."""
    rng = np.random.default_rng(SEEDS[part])
    none = len(set(labels.tolist()))
    pictures: list[UInt8Array] = []
    truth: list[int] = []
    for picture, label in chain(_digits(part, rng), ((stranger, none) for stranger in _others(part, rng))):
        pictures.append(picture)
        truth.append(label)
        if progress and len(truth) % 500 == 0:
            progress(f"drawing handwriting ({part})", len(truth), None)
    drawn, drawn_labels = np.stack(pictures), np.array(truth, np.int64)
    own = drawn_labels < none
    material, material_labels = np.concatenate([digits, drawn[own]]), np.concatenate([labels, drawn_labels[own]])
    made = make_nondigits(material, material_labels, MADE[part], rng)
    return Part(np.concatenate([drawn, made]), np.concatenate([drawn_labels, np.full(len(made), none, np.int64)]))


def _digits(part: str, rng: np.random.Generator) -> Iterator[tuple[UInt8Array, int]]:
    """Draw the digits of a part's donors, each several times."""
    for trajectory in trajectories("digits.jsonl.gz"):
        if donor_split(trajectory.donor) == part:
            for _ in range(RENDERINGS[part]):
                yield _picture(trajectory, part, rng), int(trajectory.label)
    if part == "train":
        for trajectory in mannered(MANNERED, rng):
            yield _picture(trajectory, part, rng), int(trajectory.label)


def _others(part: str, rng: np.random.Generator) -> Iterator[UInt8Array]:
    """Draw letters and symbols, and bring Omniglot's characters to MNIST's form, in training with thicker ink too."""
    for trajectory in _strangers(part):
        for _ in range(RENDERINGS[part] if trajectory.label in ALMOST else 1):
            yield _picture(trajectory, part, rng)
    for picture in omniglot_pictures(part):
        if part != "train":
            yield normalize(picture).image
            continue
        for grown in (1, 3, 5):
            yield normalize(_turn(_grow(picture, grown), rng)).image


def _strangers(part: str) -> Iterable[Trajectory]:
    """Yield the letters and symbols of a part's donors that do not look like digits."""
    lookalikes = LOOKALIKES - ALMOST if part == "train" else LOOKALIKES
    for file, left_out in (
        ("lower.jsonl.gz", lookalikes),
        ("upper.jsonl.gz", lookalikes),
        ("symbols.jsonl.gz", ONE_STROKE),
    ):
        for trajectory in trajectories(file):
            if donor_split(trajectory.donor) == part and trajectory.label not in left_out:
                yield trajectory


def _picture(trajectory: Trajectory, part: str, rng: np.random.Generator) -> UInt8Array:
    """Draw a trajectory with some pen, in MNIST's form."""
    if part == "test":
        pen = Pen(width=float(rng.uniform(0.07, 0.16)))
    else:
        pen = random_pen(rng)
        if rng.random() < FLOURISHED.get(trajectory.label, 0.0):
            trajectory = flourished(trajectory, rng)
    return normalize(draw(trajectory.strokes, pen, rng)).image


def _grow(picture: UInt8Array, size: int) -> UInt8Array:
    """Thicken white ink by a square of `size` pixels."""
    return np.asarray(cv2.dilate(picture, np.ones((size, size), np.uint8)), np.uint8)


def _turn(picture: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Turn some pictures by quarters and mirror half of those."""
    if rng.random() >= TURNED:
        return picture
    turned = np.rot90(picture, int(rng.integers(4)))
    return np.ascontiguousarray(turned.T if rng.random() < 0.5 else turned)
