"""What a picture holds: one digit, one number, or a page; told by its size and by how its ink stands."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from inkread.imaging import to_grey
from inkread.imaging.clutter import find_frames
from inkread.imaging.ink import Ink, find_ink
from inkread.imaging.pooling import shrink
from inkread.imaging.ruling import remove_lines
from inkread.reading.pageink import find_page_ink, noise_level
from inkread.types import Box, UInt8Array

Task = Literal["digit", "number", "page"]

SIDE = 640  # pixels that are enough to see how ink stands
SMALL, SQUARE = 28, 1.15  # a picture of no more pixels a side, and about square, is in a digit's own form
INK = 80
WIDE = 1.3  # a group so many times wider than high is no single digit
# Heights and gaps are shares of the tallest group's height.
TALL = 0.5  # what is less is a piece, a mark or a speck
SPECK = 0.12
NEAR = 0.2
STACKED = 1.4
WHOLE = 0.8  # what is cut off by the picture's border counts from this height on
NEXT_LINE = 0.6
# What small writing looks like on a page.
LEAST_PAGE = 120  # pixels of the shorter side
MANY = 8
MOST_HEIGHT = 0.12  # of the picture's height
_X, _Y, _W, _H, _AREA = range(5)

Stats = npt.NDArray[np.int32]


def choose_task(pixels: UInt8Array) -> Task:
    """Tell what a picture holds.

    Args:
        pixels: uint8 of shape (H, W) or (H, W, 3) RGB.

    Returns:
        "page" for much small writing, or groups of ink in several lines; "number" for several groups, or a wide one,
        in one line; "digit" for a single group, for a picture in the form of MNIST's, and where there is no ink.
    """
    height, width = pixels.shape[:2]
    if max(height, width) <= min(SMALL, SQUARE * min(height, width)):
        return "digit"
    grey = shrink(to_grey(pixels), SIDE)
    ink = find_ink(grey)
    if _count_small_writing(grey, ink) >= MANY:
        return "page"
    groups = _find_groups(ink)
    tallest = max((box.height for box in groups), default=0)
    tall = [box for box in groups if box.height >= TALL * tallest]
    if _has_lines(tall):
        return "page"
    return "number" if len(tall) > 1 or any(box.width > WIDE * box.height for box in tall) else "digit"


def _count_small_writing(grey: UInt8Array, ink: Ink) -> int:
    """Count the parts that are small in the picture, of one height about, and formed like characters."""
    if min(grey.shape) < LEAST_PAGE:
        return 0
    mask = ink.pixels > INK
    if not ink.clean:  # light and shadow, and what lies round the sheet: only what is near counts as ground
        page_ink = find_page_ink(grey)
        mask = page_ink > noise_level(page_ink)
    stats = _parts(mask)[1][1:]
    width, height = stats[:, _W], stats[:, _H]
    like = (height >= 5) & (height < MOST_HEIGHT * grey.shape[0]) & (height < 8 * width)
    like &= (width >= 2) & (width < 3 * height) & (stats[:, _AREA] < 0.8 * width * height + 4)
    heights = height[like]
    if not len(heights):
        return 0
    usual = float(np.median(heights))
    return int(np.count_nonzero((heights > 0.6 * usual) & (heights < 1.7 * usual)))


def _find_groups(ink: Ink) -> list[Box]:
    """Find the groups of ink: connected parts, and pieces of one digit joined; without lines, frames and specks."""
    labels, stats = _parts(remove_lines(ink.pixels) > INK)
    parts = np.delete(stats, [0, *find_frames(stats, labels)], axis=0)
    if not len(parts):
        return []
    tallest = int(parts[:, _H].max())
    boxes = [Box(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in parts if max(w, h) >= SPECK * tallest]
    return _without_neighbours(_joined(sorted(boxes, key=lambda box: -box.height)), ink.pixels.shape)


def _without_neighbours(groups: list[Box], shape: tuple[int, ...]) -> list[Box]:
    """Leave out what a border cuts off, if it is lower than what stands free."""
    free = [box for box in groups if min(box.x0, box.y0) > 0 and box.x1 < shape[1] and box.y1 < shape[0]]
    least = WHOLE * max((box.height for box in free), default=0)
    return [box for box in groups if box in free or box.height >= least]


def _parts(mask: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int32], Stats]:
    """Find the connected parts: int32 of shape (H, W), 0 for none; and left, top, width, height, area of each."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32)


def _joined(boxes: list[Box]) -> list[Box]:
    """Join what stands above each other to one group, beginning with the tallest."""
    groups: list[Box] = []
    for box in boxes:
        for index, group in enumerate(groups):
            if _is_piece(box, group):
                groups[index] = _around(box, group)
                break
        else:
            groups.append(box)
    return groups


def _is_piece(piece: Box, group: Box) -> bool:
    """Say whether a box is a piece of the digit that a taller one holds most of."""
    shared = min(piece.x1, group.x1) - max(piece.x0, group.x0)
    gap = max(piece.y0, group.y0) - min(piece.y1, group.y1)
    taller = max(piece.height, group.height)
    return (
        shared >= 0.5 * min(piece.width, group.width)
        and gap <= NEAR * taller
        and _around(piece, group).height <= STACKED * taller
    )


def _around(one: Box, other: Box) -> Box:
    """Return the box around two."""
    return Box(min(one.x0, other.x0), min(one.y0, other.y0), max(one.x1, other.x1), max(one.y1, other.y1))


def _has_lines(boxes: list[Box]) -> bool:
    """Say whether boxes stand in more than one line."""
    middles = sorted((box.y0 + box.y1) / 2 for box in boxes)
    if not middles:
        return False
    usual = float(np.median([box.height for box in boxes]))
    return bool(np.max(np.diff(middles), initial=0) > NEXT_LINE * usual)
