"""What every data source and format yields: pictures in one array, labels in another."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from inkread.errors import DataError
from inkread.types import Int64Array, UInt8Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One of the things that a composed data set was made of.

    Attributes:
        name: the data set, or the file.
        sha256: hex SHA-256 of its pictures and labels, or of the file.
        count: its pictures; 0 where a file was drawn from.
        licence: SPDX expression or a few words.
        credit: whom to thank, one line.
    """

    name: str
    sha256: str
    count: int
    licence: str
    credit: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """A labelled set of pictures of one size, held in memory.

    Attributes:
        name: the source's name or the path it came from.
        split: "train" or "test" (own data without a split are all "train").
        images: uint8 of shape (n, channels, height, width), range 0 to 255; for ink data, white ink on black.
        labels: int64 of shape (n,), indices into `classes`; of texts, shape (n, longest), filled up with -1.
        classes: names of the classes.
        normalization: how a new picture becomes like these: "mnist", "resize" or "strip" (see `modelfile.Card`).
        sha256: hex SHA-256 over the raw bytes of images and labels.
        licence: SPDX expression or a few words, "unknown" for own data.
        credit: whom to thank, one line.
        validation_last: whether validation pictures are best taken from the end, which other people wrote.
        origins: what a composed data set was made of; empty for all others.
    """

    name: str
    split: str
    images: UInt8Array = field(repr=False)
    labels: Int64Array = field(repr=False)
    classes: tuple[str, ...]
    normalization: str = "mnist"
    sha256: str = ""
    licence: str = "unknown"
    credit: str = ""
    validation_last: bool = False
    origins: tuple[Origin, ...] = ()

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together.

        Raises:
            DataError: if shapes or label values do not fit.
        """
        if self.images.ndim != 4:
            raise DataError(
                f"{self.name}: images have {self.images.ndim} dimensions, 4 are needed (n, channels, height, width)."
            )
        if len(self.images) != len(self.labels):
            raise DataError(f"{self.name}: {len(self.images)} images but {len(self.labels)} labels.")
        least = 0 if self.labels.ndim == 1 else -1
        if len(self.labels) and not (self.labels.min() >= least and self.labels.max() < len(self.classes)):
            raise DataError(f"{self.name}: a label lies outside the {len(self.classes)} classes.")

    @property
    def of_texts(self) -> bool:
        """Whether the labels are texts."""
        return self.labels.ndim == 2

    @property
    def outputs(self) -> int:
        """What a network must tell apart: the classes and, between the characters of texts, the blank."""
        return len(self.classes) + self.of_texts

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.images)


def origin_of(dataset: Dataset) -> Origin:
    """Name a data set as an origin of another."""
    return Origin(
        name=dataset.name,
        sha256=dataset.sha256,
        count=len(dataset),
        licence=dataset.licence,
        credit=dataset.credit,
    )


def digest(images: UInt8Array, labels: Int64Array) -> str:
    """Return the hex SHA-256 over the bytes of pictures and labels (little-endian)."""
    sha256 = hashlib.sha256(np.ascontiguousarray(images).data)
    sha256.update(labels.astype("<i8").tobytes())
    return sha256.hexdigest()
