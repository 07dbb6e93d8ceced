"""What a model answers on a data set, and the data set's labels in the model's own order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from inkread.errors import DataError, ImageError
from inkread.types import NO_DIGIT, Float32Array, Int64Array, UInt8Array

if TYPE_CHECKING:
    from inkread.data import Dataset
    from inkread.runtime import OnnxClassifier

BATCH = 1000


def answer(classifier: OnnxClassifier, dataset: Dataset, on_progress: Callable[[int], None]) -> Float32Array:
    """Read every picture of a data set.

    Pictures that already are what the model takes (same shape, same normalisation) go straight in; all others are
    read as a person's picture would be, normalisation included.

    Args:
        classifier: an open model.
        dataset: the pictures.
        on_progress: told how many pictures are done, every now and then.

    Returns:
        float32 of shape (n, classes): calibrated probabilities in the order of the model's labels, each row summing
        to at most 1; all 0 where the reader found no ink.

    Raises:
        DataError: if there are no pictures, or they have neither 1 nor 3 channels and the model does not take them.
        ImageError: if a picture cannot be read.
        ModelFileError: if pictures cannot become the model's inputs.
    """
    if len(dataset) == 0:
        raise DataError(f"{dataset.name} holds no pictures, there is nothing to measure.")
    card = classifier.card
    if dataset.images.shape[1:] == card.input_shape and dataset.normalization == card.normalization:
        return _classify(classifier, dataset.images, on_progress)
    return _read(classifier, dataset, on_progress)


def split_outsiders(dataset: Dataset, labels: Sequence[str]) -> tuple[Dataset, Dataset | None]:
    """Part pictures that are of the class "no digit" from the others, unless the model knows it as a label.

    Args:
        dataset: pictures with labels.
        labels: names of the model's classes.

    Returns:
        The pictures to be read, and those that should be refused, None where there are none.

    Raises:
        DataError: if all pictures should be refused, so that there is nothing to read.
    """
    from inkread.data.holdout import subset

    if NO_DIGIT in labels or NO_DIGIT not in dataset.classes:
        return dataset, None
    outside = dataset.labels == dataset.classes.index(NO_DIGIT)
    if outside.all():
        raise DataError(f"{dataset.name} holds no digits, there is nothing to read: give it after --against.")
    if not outside.any():
        return dataset, None
    others = replace(subset(dataset, np.flatnonzero(outside)), name=f"{dataset.name}'s {NO_DIGIT}")
    return subset(dataset, np.flatnonzero(~outside)), others


def match_labels(dataset: Dataset, labels: Sequence[str]) -> Int64Array:
    """Translate a data set's labels into a model's, by name.

    Args:
        dataset: pictures with labels; its classes may be some of the model's, in any order.
        labels: names of the model's classes.

    Returns:
        int64 of shape (n,), indices into `labels`.

    Raises:
        DataError: if pictures are of a class that the model does not know.
    """
    places = {name: place for place, name in enumerate(labels)}
    unknown = [dataset.classes[i] for i in np.unique(dataset.labels) if dataset.classes[i] not in places]
    if unknown:
        raise DataError(
            f"{dataset.name} has classes that the model does not know: {_some(unknown)} (it knows {_some(labels)}); "
            "measure it with a model trained on them."
        )
    table = np.array([places.get(name, -1) for name in dataset.classes], dtype=np.int64)
    matched: Int64Array = table[dataset.labels]
    return matched


def _classify(classifier: OnnxClassifier, images_nchw: UInt8Array, on_progress: Callable[[int], None]) -> Float32Array:
    """Classify pictures that are in the model's own form."""
    parts = []
    for start in range(0, len(images_nchw), BATCH):
        part = images_nchw[start : start + BATCH]
        parts.append(classifier.probabilities(part))
        on_progress(start + len(part))
    return np.concatenate(parts)


def _read(classifier: OnnxClassifier, dataset: Dataset, on_progress: Callable[[int], None]) -> Float32Array:
    """Read pictures as a person's, normalisation included."""
    from inkread.api import Reader

    channels = dataset.images.shape[1]
    if channels not in (1, 3):
        raise DataError(
            f"the pictures of {dataset.name} have {channels} channels; this model reads grey (1) and colour (3)."
        )
    pictures = (picture[0] if channels == 1 else np.moveaxis(picture, 0, 2) for picture in dataset.images)
    rows = []
    for place, digit in enumerate(Reader(classifier).stream(pictures), start=1):
        if isinstance(digit, ImageError):
            raise ImageError(f"{dataset.name}, picture {place}: {digit}") from digit
        rows.append(digit.probabilities)
        on_progress(place)
    return np.stack(rows)


def _some(names: Sequence[str], limit: int = 12) -> str:
    """List names, the first few of them where there are many."""
    listed = ", ".join(names[:limit])
    return f"{listed} and {len(names) - limit} more" if len(names) > limit else listed
