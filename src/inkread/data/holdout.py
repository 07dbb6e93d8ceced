"""Setting pictures aside, the same ones in every run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inkread.data.dataset import Dataset
from inkread.errors import DataError
from inkread.types import Int64Array

_SEED = 28


def hold_out(dataset: Dataset, count: int) -> tuple[Dataset, Dataset]:
    """Split validation pictures off a train split.

    Of MNIST, EMNIST and handwriting they are the last: a writer's digits follow each other there, so the end comes from
    other writers than the rest, as the test split does; picked at random, each writer would be on both sides and the
    validation accuracy too good. Of other data each class gives its share, picked with a fixed seed.

    Args:
        dataset: what to split.
        count: number of validation pictures, from 0 to below `len(dataset)`.

    Returns:
        The remaining pictures and the validation pictures, each in the order in which they were.

    Raises:
        DataError: if `count` is out of range.
    """
    if not 0 <= count < max(len(dataset), 1):
        raise DataError(
            f"{count} pictures cannot be set aside for validation: {dataset.name} has {len(dataset)} in its "
            f"{dataset.split} split, and one at least must remain to train with."
        )
    last = np.arange(len(dataset) - count, len(dataset))
    chosen = last if dataset.validation_last else _pick(dataset, count)
    return subset(dataset, np.setdiff1d(np.arange(len(dataset)), chosen)), subset(dataset, chosen)


def take(dataset: Dataset, count: int) -> Dataset:
    """Return at most `count` pictures, of each class (of texts: of all) its share, by a fixed seed; order is kept."""
    return dataset if count >= len(dataset) else subset(dataset, _pick(dataset, count))


def subset(dataset: Dataset, indices: Int64Array) -> Dataset:
    """Return the pictures at some indices.

    The hash stays that of the whole split: it names the bytes that the pictures come from.
    """
    return replace(dataset, images=dataset.images[indices], labels=dataset.labels[indices])


def _pick(dataset: Dataset, count: int) -> Int64Array:
    """Pick indices so that each class gives its share; sorted."""
    # The raw words of a bit generator are the one stream that NumPy promises never to change.
    order = np.argsort(np.random.PCG64(_SEED).random_raw(len(dataset)), kind="stable")
    share = np.empty(len(dataset))
    kinds = np.zeros(len(dataset), np.int64) if dataset.of_texts else dataset.labels
    for number in range(len(dataset.classes)):
        members = order[kinds[order] == number]
        share[members] = (np.arange(len(members)) + 0.5) / max(len(members), 1)
    picked = order[np.argsort(share[order], kind="stable")][:count]
    return np.sort(picked).astype(np.int64)
