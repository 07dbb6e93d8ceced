"""Boxes with room for one digit each, side by side: what stands in neighbouring ones is one number."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inkread.reading.windows import in_windows
from inkread.types import UInt8Array

# Lengths are shares of a digit's height: of the page's usual one, or of the digit's own if that is higher.
WIDEST = 2.4  # such a box
BAND, FOOT = 0.3, 0.6  # above and below the middle of what stands in it: there its edges are looked for
EDGE = 0.28  # of an edge, in that band and three columns; the teeth of combs are low
BESIDE = 0.6  # from the edge of a box to the next box
ALIKE = 0.78  # widths of neighbours
TALLEST = 2.6  # such a box
BENT = 0.2  # how far an edge may lie off its place above and below, where the paper is not flat
HOLE = 0.35  # in an edge, where other lines and strokes cross it
ALONE = 0.5  # of the narrower one's width that pieces of one digit share
MOST_MERGED, UNEVEN = 4, 0.2  # boxes between which no edge was found, and how much their width may be off, for one box
_X, _Y, _W, _H = range(4)

Chosen = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]
Table = npt.NDArray[np.int32]


class Fields:
    """Answers which two parts stand in neighbouring boxes, each alone in its own."""

    def __init__(self, upright: UInt8Array, height: float, stats: Table, tall: Chosen) -> None:
        self._upright = upright
        self._size = np.maximum(stats[:, _H], height)
        self._left, self._right = np.zeros(len(stats), np.intp), np.zeros(len(stats), np.intp)
        self._alone = np.zeros(len(stats), np.bool_)
        if not upright.any():
            return
        sums = np.asarray(cv2.integral(upright), np.int32)
        for part in np.flatnonzero(tall).tolist():
            self._left[part], self._right[part] = self._edges(sums, part, *stats[part, :4].tolist())
        boxed = np.flatnonzero(self._right > self._left)
        shared = np.unique(self._accompanied(boxed, stats, tall))
        self._alone[np.setdiff1d(boxed, shared)] = True
        divided = [part for part in shared.tolist() if self._divide(part, stats)]
        if divided:
            self._alone[divided] = True
            self._alone[self._accompanied(np.array(divided), stats, tall)] = False

    def _edges(self, sums: Table, part: int, x: int, y: int, w: int, h: int) -> tuple[int, int]:
        """Return the columns between which a part stands, without the edges; 0 and 0 where one is missing."""
        rows, columns = sums.shape
        size = float(self._size[part])
        middle, centre, reach = y + h / 2, x + w // 2, round(WIDEST * size)
        y0, y1 = max(0, int(middle - BAND * size)), min(rows - 1, int(middle + FOOT * size) + 1)
        x0, x1 = max(0, centre - reach), min(columns - 1, centre + reach)
        counts = np.diff(sums[y1, x0 : x1 + 1] - sums[y0, x0 : x1 + 1])
        line = np.convolve(counts, np.ones(3, np.int32), "same") >= EDGE * size
        before, behind = np.flatnonzero(line[: centre - x0]), np.flatnonzero(line[centre - x0 :])
        if not len(before) or not len(behind):
            return 0, 0
        return x0 + int(before[-1]), centre + int(behind[0]) + 1

    def _accompanied(self, boxed: Indices, stats: Table, tall: Chosen) -> Indices:
        """Return which of these parts have a neighbour in their box, other than pieces of the same digit."""
        chosen = np.flatnonzero(tall)
        centres = stats[:, _X] + stats[:, _W] / 2
        chosen = chosen[np.argsort(centres[chosen], kind="stable")]
        first = np.searchsorted(centres[chosen], self._left[boxed])
        end = np.searchsorted(centres[chosen], self._right[boxed])
        found = [np.zeros(0, np.intp)]
        for index, place in in_windows(first, end):
            one, other = stats[boxed[index]].T, stats[chosen[place]].T
            row = np.minimum(one[_Y] + one[_H], other[_Y] + other[_H]) - np.maximum(one[_Y], other[_Y])
            across = np.minimum(one[_X] + one[_W], other[_X] + other[_W]) - np.maximum(one[_X], other[_X])
            beside = (row > 0) & (across < ALONE * np.minimum(one[_W], other[_W]))
            found.append(boxed[index[beside]])
        return np.concatenate(found)

    def _divide(self, part: int, stats: Table) -> bool:
        """Give a part that shares its box the share of it that is as wide as the next box, if so many have room."""
        left, right = int(self._left[part]), int(self._right[part])
        top, bottom = stats[part, _Y], stats[part, _Y] + stats[part, _H]
        next_to = self._alone & (stats[:, _Y] < bottom) & (stats[:, _Y] + stats[:, _H] > top)
        gap = np.maximum(self._left - right, left - self._right)
        next_to &= (gap >= -2) & (gap < BESIDE * self._size[part])
        if not next_to.any():
            return False
        nearest = int(np.flatnonzero(next_to)[gap[next_to].argmin()])
        width = int(self._right[nearest] - self._left[nearest])
        boxes = round((right - left) / width)
        if not 2 <= boxes <= MOST_MERGED or abs((right - left) / boxes - width) > UNEVEN * width:
            return False
        place = int((stats[part, _X] + stats[part, _W] / 2 - left) * boxes / (right - left))
        self._left[part] = left + place * (right - left) // boxes
        self._right[part] = left + (place + 1) * (right - left) // boxes
        return True

    def joined(self, left: int, right: int, middle: float) -> bool:
        """Say whether two parts stand in neighbouring boxes of the same width, alone, about the row `middle`.

        Edges that run on above or below are those of a table, whose cells hold numbers of their own.
        """
        if not (self._alone[left] and self._alone[right]):
            return False
        size = max(float(self._size[left]), float(self._size[right]))
        narrower, wider = sorted(int(self._right[part] - self._left[part]) for part in (left, right))
        start, end = int(self._right[left]), int(self._left[right])
        beside = -2 <= end - start < BESIDE * size and ALIKE * wider <= narrower <= WIDEST * size
        return beside and self._tallest(start, max(end, start + 1), int(middle), size) <= TALLEST * size

    def edge_between(self, stats: Table, pair: tuple[int, int]) -> float:
        """Return how tall the edges between two neighbours are, as a share of a digit's height; 0 without any."""
        left, right = pair
        size = max(float(self._size[left]), float(self._size[right]))
        start, end = int(stats[left, _X] + stats[left, _W]), int(stats[right, _X])
        middle = (stats[left, _Y] + stats[right, _Y] + (stats[left, _H] + stats[right, _H]) / 2) / 2
        return self._tallest(start, max(end, start + 1), int(middle), size) / size

    def _tallest(self, start: int, end: int, middle: int, size: float) -> int:
        """Return how many rows the edges between two columns run through, about a row; 0 where there are none.

        What is much too tall for a box is not followed to its end.
        """
        hole, beside, reach = round(HOLE * size) + 1, max(1, round(BENT * size)), round((TALLEST + HOLE) * size)
        top = max(0, middle - reach)
        window = self._upright[top : middle + reach, max(0, start - beside) : end + beside]
        inked = cv2.morphologyEx(window.max(axis=1, keepdims=True), cv2.MORPH_CLOSE, np.ones((hole, 1), np.uint8))
        bare = np.flatnonzero(inked == 0)
        place = int(np.searchsorted(bare, middle - top))
        above = int(bare[place - 1]) if place else -1
        below = int(bare[place]) if place < len(bare) else len(inked)
        return below - above - 1
