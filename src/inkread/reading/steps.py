"""Digits at equal steps, as in rows of boxes of which not all edges can be seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inkread.reading.fields import TALLEST, Fields

# Lengths are shares of a digit's height.
NARROWEST, WIDEST = 0.9, 2.0  # a step
SAME_ROW = 0.6  # between the middles of neighbours
EVEN = 0.18  # of the shorter one, by which two steps may differ
ROW, WIDEST_UNSEEN, EVEN_UNSEEN = 4, 1.7, 0.16  # digits, step and difference where no edge is seen at all
_X, _Y, _W, _H = range(4)

Pair = tuple[int, int]
Table = npt.NDArray[np.int32]


def even_steps(stats: Table, near: Sequence[Pair], fields: Fields, height: float) -> list[Pair]:
    """Pair neighbours whose distance is that to the next one on either side.

    Either the edge of a box is seen in one of the two steps, or there are several such steps, not too wide.

    Args:
        stats: int32 of shape (n, 5), the parts.
        near: parts and what may be their right neighbours.
        fields: the edges of boxes.
        height: of a digit in pixels.
    """
    row = _Row(stats, near, height)
    found: list[Pair] = []
    for pair in row.steps:
        share = row.step(pair) / row.size(pair)
        if not NARROWEST <= share <= WIDEST:
            continue
        others = [other for other in row.beside(pair) if row.differ(pair, other) <= EVEN]
        if not others:
            continue
        edge = fields.edge_between(stats, pair)
        seen = any(0 < each <= TALLEST for each in (edge, *(fields.edge_between(stats, other) for other in others)))
        unseen = share < WIDEST_UNSEEN and edge <= TALLEST and row.count(pair) >= ROW
        if seen or unseen:
            found.append(pair)
    return found


class _Row:
    """Which parts stand next to each other in a row, and how far apart."""

    def __init__(self, stats: Table, near: Sequence[Pair], height: float) -> None:
        self._middles = stats[:, :2] + stats[:, _W : _H + 1] / 2
        self._sizes = np.maximum(stats[:, _H], height)
        self._following: dict[int, int] = {}
        self._before: dict[int, int] = {}
        for left, right in sorted(near, key=self.step):
            if abs(self._middles[left, 1] - self._middles[right, 1]) < SAME_ROW * self.size((left, right)):
                self._following.setdefault(left, right)
                self._before.setdefault(right, left)
        self.steps = [pair for pair in self._following.items() if self._before[pair[1]] == pair[0]]

    def step(self, pair: Pair) -> float:
        """Return how far the second of two parts is to the right of the first."""
        return float(self._middles[pair[1], 0] - self._middles[pair[0], 0])

    def size(self, pair: Pair) -> float:
        """Return the height of the higher one."""
        return float(max(self._sizes[pair[0]], self._sizes[pair[1]]))

    def differ(self, pair: Pair, other: Pair) -> float:
        """Return by how much two steps differ, as a share of the shorter one."""
        one, another = self.step(pair), self.step(other)
        return abs(one - another) / max(1.0, min(one, another))

    def beside(self, pair: Pair) -> list[Pair]:
        """Return the steps before and behind one."""
        left, right = pair
        before = [(self._before[left], left)] if left in self._before else []
        return before + ([(right, self._following[right])] if right in self._following else [])

    def count(self, pair: Pair) -> int:
        """Return how many parts stand in a row at steps like this one."""
        count = 2
        for start, beside in ((pair[0], self._before), (pair[1], self._following)):
            place = start
            while place in beside:
                other = beside[place]
                if self.differ(pair, (other, place) if beside is self._before else (place, other)) > EVEN_UNSEEN:
                    break
                count, place = count + 1, other
        return count
