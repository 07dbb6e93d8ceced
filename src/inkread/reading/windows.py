"""What lies near what: pairs from ranges of a sorted list, many at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.intp]
PAIRS = 500_000  # at most so many at once, and those of one more range


def in_windows(first: Indices, end: Indices) -> Iterator[tuple[Indices, Indices]]:
    """Pair each index with all places of its range.

    Args:
        first: where the range of each index begins, of shape (n,).
        end: behind its last place; at or before `first` where it is empty.

    Yields:
        Indices and places, of the same shape, in order, in blocks that do not divide the pairs of an index.
    """
    counts = np.maximum(end - first, 0)
    blocks = np.cumsum(counts) // PAIRS
    for block in np.unique(blocks).tolist():
        indices = np.flatnonzero(blocks == block)
        sizes = counts[indices]
        owners = np.repeat(indices, sizes)
        before = np.repeat(np.cumsum(sizes) - sizes, sizes)
        yield owners, first[owners] + np.arange(len(owners)) - before


def nearest(owners: Indices, distances: npt.NDArray[np.generic], fits: npt.NDArray[np.bool_]) -> Indices:
    """Return for each owner which of its pairs that fit has the least distance, the first of equals.

    Args:
        owners: whose pair it is, of shape (n,).
        distances: of shape (n,).
        fits: which pairs count, of shape (n,).

    Returns:
        Indices of pairs, one for each owner that has a pair that fits.
    """
    fitting = np.flatnonzero(fits)
    order = fitting[np.lexsort((fitting, distances[fitting], owners[fitting]))]
    return order[np.unique(owners[order], return_index=True)[1]]
