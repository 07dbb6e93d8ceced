"""Boxes drawn round what is to be written: rings of ink with four straight sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from inkread.reading.pageink import find_parts
from inkread.types import Box, UInt8Array

COVERED = 0.9  # of each side, by ink; a round 0 covers less
EMPTY = 0.8  # of a box, at most, is ink
THINNEST = 0.9  # pixels, that its sides measure across
THICKEST_SIDE = 0.25  # of the box's length across it, where ink counts as its side
BARE = 0.3  # of a side's length, at least, carries no writing
_X, _Y, _W, _H, _AREA = range(5)


class Frame(NamedTuple):
    """A box, or a row of boxes that share their sides.

    Attributes:
        box: its place.
        rows: so many at its top and at its bottom hold its level sides.
        columns: so many at its left and at its right hold the others.
        thickness: of its sides in pixels, about.
    """

    box: Box
    rows: int
    columns: int
    thickness: float

    def level(self) -> Sequence[tuple[slice, slice]]:
        """Return the rows and columns in which its level sides lie."""
        (x0, y0, x1, y1), rows = self.box, self.rows
        return [(slice(y0, y0 + rows), slice(x0, x1)), (slice(y1 - rows, y1), slice(x0, x1))]

    def upright(self) -> Sequence[tuple[slice, slice]]:
        """Return the rows and columns in which its upright sides lie."""
        (x0, y0, x1, y1), columns = self.box, self.columns
        return [(slice(y0, y1), slice(x0, x0 + columns)), (slice(y0, y1), slice(x1 - columns, x1))]


def find_boxes(mask: UInt8Array, thickest: int, least: float, *, highest: float, leaning: float) -> list[Frame]:
    """Find boxes that stand alone.

    Args:
        mask: uint8 of shape (H, W), 1 on ink.
        thickest: most pixels that a line measures across.
        least: pixels that a box measures at least, both ways.
        highest: pixels that it measures at most from top to bottom.
        leaning: how far a side may rise, for a unit of length.
    """
    labels, stats = find_parts(mask)
    w, h = stats[:, _W], stats[:, _H]
    like = (w >= least) & (h >= least) & (h <= highest) & (stats[:, _AREA] < EMPTY * w * h)
    like &= stats[:, _AREA] > THINNEST * 2 * (w + h)
    like[0] = False
    frames: list[Frame] = []
    for index in np.flatnonzero(like).tolist():
        x, y, wide, high = stats[index, :4].tolist()
        rows = min(thickest + math.ceil(leaning * wide), int(THICKEST_SIDE * high))
        columns = min(thickest + math.ceil(leaning * high), int(THICKEST_SIDE * wide))
        part = labels[y : y + high, x : x + wide] == index
        level = [side.sum(axis=0) for side in (part[:rows], part[high - rows :])]
        counts = [*level, *(side.sum(axis=1) for side in (part[:, :columns], part[:, wide - columns :]))]
        if min(float((count > 0).mean()) for count in counts) >= COVERED:
            box = Box(x, y, x + wide, y + high)
            frames.append(Frame(box, rows, columns, min(float(np.quantile(count, BARE)) for count in counts)))
    return frames
