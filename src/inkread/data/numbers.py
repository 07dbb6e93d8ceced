"""The data set `numbers`: rows of made handwriting with their texts, for a network that reads a number as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from inkread.data.cache import data_home
from inkread.data.collected import file_origins
from inkread.data.collections import NUMBERS, UNIPEN, how_to_add, is_added
from inkread.data.dataset import Dataset, digest, origin_of
from inkread.data.fetch import Progress
from inkread.data.kept import kept_arrays
from inkread.data.synthesis import CLEAN, EVERYDAY, NumberSample, NumberStyle, load_glyphs, make_number
from inkread.data.synthesis.glyphs import Glyphs
from inkread.errors import DataError
from inkread.imaging.strip import DIGIT_HEIGHT, STRIP_HEIGHT, make_strip
from inkread.types import Int64Array, UInt8Array

VERSION = 3  # of what is made and how: raise it, and what lies in the cache is made anew
WIDTH = 160  # columns of a row; a longer number is left out and another is made
CHARACTERS = "0123456789.,-"
PRINTED = tuple(f"printed {digit}" for digit in range(10))
CLASSES = (*CHARACTERS, *PRINTED)
LONGEST = 12
PARTS = {"train": ("train", "old", "validation"), "test": ("test",)}
COUNTS = {"train": 240_000, "old": 120_000, "validation": 4_000, "test": 4_000}
SEEDS = {"train": 11, "old": 14, "validation": 12, "test": 13}
CHUNK = 500
NONE = -1  # fills up the rows of labels
# A reader estimates where the digits stand and how tall they are; so much may it err, or so uneven is the writing.
SCALES = (0.72, 1.38)
DRIFT = 0.16  # standard deviation of the middle, as a share of the digits' height, halved

PLAIN = replace(
    CLEAN,
    pictures=0.8,
    mixed=0.7,
    words=0.02,
    touching=0.5,
    lengths=(0.03, 0.1, 0.17, 0.25, 0.35, 0.1),
    height=(18, 44),
    decimal=0.05,
    minus=0.03,
)
"""Digits side by side, half of which touch, with nothing else about them."""
CROPS = replace(EVERYDAY, words=0.1, printed=0.1, negative=0)
OLD = replace(CROPS, old=0.7, bilevel=0.4, words=0.05, neighbour=0.25, specks=0.25)
"""Most of them in old hands, often scanned in black and white."""
STYLES = {"old": ((1.0, OLD),)}  # up to which draw each is taken
USUAL = ((0.3, PLAIN), (1.0, CROPS))


def load_numbers(split: str, mnist: Dataset, *, progress: Progress | None = None) -> Dataset:
    """Make the data set, or take it from the cache.

    Args:
        split: "train" (its last pictures are by other people, for validation) or "test".
        mnist: the split of MNIST, to be named as an origin.
        progress: told how many rows are made.

    Returns:
        uint8 rows of shape (n, 1, 32, 160), white ink on black; labels of shape (n, 12) as `Dataset.labels` describes
        them for texts; the classes are characters, printed digits apart.

    Raises:
        DataError: if UNIPEN is not on this machine, or MNIST cannot be had.
        OutputError: if the cache cannot be written.
    """
    made = [_part(part, progress) for part in PARTS[split]]
    images = np.concatenate([images for images, _ in made])[:, np.newaxis]
    labels = np.concatenate([labels for _, labels in made])
    return Dataset(
        name=NUMBERS,
        split=split,
        images=images,
        labels=labels,
        classes=CLASSES,
        normalization="strip",
        sha256=digest(images, labels),
        licence="that of its origins",
        validation_last=True,
        origins=(origin_of(mnist), *file_origins(UNIPEN)),
    )


def _part(part: str, progress: Progress | None) -> tuple[UInt8Array, Int64Array]:
    """Return the rows of a part and their texts, from the cache where they lie there."""
    key = hashlib.sha256(f"{VERSION} {COUNTS[part]} {UNIPEN.files}".encode()).hexdigest()[:16]
    path = data_home() / NUMBERS / f"{part}-{key}.npz"
    kept = kept_arrays(path, lambda: _make(part, progress))
    return kept["images"], kept["labels"]


def _make(part: str, progress: Progress | None) -> dict[str, npt.NDArray[Any]]:
    """Make the rows of a part and their texts."""
    if not is_added(UNIPEN):
        raise DataError(f"{UNIPEN.name} is not on this machine: {how_to_add(UNIPEN)}.")
    images: list[UInt8Array] = []
    labels: list[Int64Array] = []
    for rows, texts in _chunks(part):
        images.append(rows)
        labels.append(texts)
        if progress:
            progress(f"writing numbers ({part})", len(images) * CHUNK, COUNTS[part])
    return {"images": np.concatenate(images), "labels": np.concatenate(labels)}


def _chunks(part: str) -> Iterator[tuple[UInt8Array, Int64Array]]:
    """Make a part on all cores, chunk by chunk, in order; each chunk has a seed of its own."""
    source = "train" if part == "old" else part
    load_glyphs(source)  # so that an error is raised here, and once
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_begin, initargs=(source,)) as pool:
        chunks = range(COUNTS[part] // CHUNK)
        yield from pool.map(partial(_make_chunk, part), chunks)


_glyphs: list[Glyphs] = []  # of this process


def _begin(part: str) -> None:
    """Load what a process writes with."""
    _glyphs.append(load_glyphs(part))


def _make_chunk(part: str, chunk: int) -> tuple[UInt8Array, Int64Array]:
    """Make so many rows that fit."""
    rng = np.random.default_rng((SEEDS[part], chunk))
    images = np.zeros((CHUNK, STRIP_HEIGHT, WIDTH), np.uint8)
    labels = np.full((CHUNK, LONGEST), NONE, np.int64)
    made = 0
    while made < CHUNK:
        sample = make_number(rng, _glyphs[0], choose_style(part, rng))
        strip = place_number(sample, rng)
        if strip is not None:
            images[made] = strip
            labels[made, : len(sample.text)] = encode(sample.text, printed=sample.printed)
            made += 1
    return images, labels


def choose_style(part: str, rng: np.random.Generator) -> NumberStyle:
    """Choose how a number is made."""
    draw = rng.random()
    return next(style for limit, style in STYLES.get(part, USUAL) if draw <= limit)


def encode(text: str, *, printed: bool) -> list[int]:
    """Turn a text into indices of `CLASSES`."""
    return [
        CLASSES.index(f"printed {character}" if printed and character.isdigit() else character) for character in text
    ]


def place_number(sample: NumberSample, rng: np.random.Generator) -> UInt8Array | None:
    """Bring a made crop to a row, as a reader would that errs a little.

    Args:
        sample: the crop.
        rng: decides about size and place.

    Returns:
        uint8 of shape (32, 160), white ink on black; None where the number does not fit into it.
    """
    tall = [box for box, character in zip(sample.boxes, sample.text, strict=True) if character.isdigit()]
    height = float(np.median([box.height for box in tall])) if tall else sample.height
    middle = float(np.mean([(box.y0 + box.y1) / 2 for box in tall])) if tall else (sample.at.y0 + sample.at.y1) / 2
    scale = DIGIT_HEIGHT / height * float(np.exp(rng.uniform(*np.log(SCALES))))
    if len(sample.text) > LONGEST or (sample.at.x1 - sample.at.x0) * scale > WIDTH - 2:
        return None
    middle += height * DRIFT * float(np.clip(rng.normal(), -2, 2)) / 2
    strip = make_strip(np.asarray(cv2.bitwise_not(sample.image), np.uint8), middle, scale)
    return _window(strip, sample.at.x0 * scale, sample.at.x1 * scale, rng)


def _window(strip: UInt8Array, left: float, right: float, rng: np.random.Generator) -> UInt8Array:
    """Cut out, or fill up to, the width of a row, anywhere so that the number stays in it."""
    least, most = int(np.ceil(right)) - WIDTH, int(left)  # where the window may begin
    begin = int(rng.integers(min(least, most), most + 1))
    window = np.zeros((STRIP_HEIGHT, WIDTH), np.uint8)
    first, last = max(0, begin), min(strip.shape[1], begin + WIDTH)
    window[:, first - begin : last - begin] = strip[:, first:last]
    return window
