"""The ink of a number, cut into more pieces than it has digits: over-segmentation.

Each cut is a path from top to bottom that crosses as little ink as it can, found by dynamic programming. It combines
what vertical projection and drop-fall look for: it runs free between digits that lean or interlock, and through the
thinnest place where they touch. Source of the approach: R. G. Casey, E. Lecolinet, "A survey of methods and strategies
in character segmentation", IEEE PAMI 18 (1996).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inkread.imaging.stroke import stroke_width
from inkread.types import Box, Float32Array, UInt8Array

# Lengths are shares of the digits' height, amounts of ink are in widths of the stroke.
NEAREST_CUTS = 0.1
MOST_CROSSED = 3.0
WIDEST = 1.3
MOST_PIECES = 8
LEAST_SIDE = 0.3
NARROW = 0.5  # between two free cuts, what is narrower is not cut any more
WIDE = 1.1  # and what is wider is cut at even distances too
FARTHEST_CUTS = 0.3
FREE = 0.2  # a cut that crosses less than this has found a gap
_MOVE = 0.6  # what a step aside costs, in pixels of ink: of 0.1 to 1.0 the one that keeps most digits whole
_COHERENT = 0.95
_STEPS = np.array([0, 1, -1], np.int8)
_INK = 40


class Segment(NamedTuple):
    """Neighbouring pieces that may be one digit.

    Attributes:
        first: index of the cut before it.
        last: index of the cut behind it.
        box: around its ink, in pixels of the ink.
        ink: uint8 of shape (h, w), its ink and no other.
    """

    first: int
    last: int
    box: Box
    ink: UInt8Array


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """A number in pieces.

    Attributes:
        height: of a digit in pixels.
        crossed: for each cut from the first to the last, those at both ends included, how much ink it crosses, in
            widths of the stroke.
        columns: for each cut the middle column in which it runs.
        segments: what may be a digit.
    """

    height: float
    crossed: tuple[float, ...]
    columns: tuple[int, ...]
    segments: tuple[Segment, ...] = field(repr=False)


def cut_up(ink: UInt8Array, height: float) -> Segmentation:
    """Cut a number into pieces, and join neighbouring ones to whatever may be a digit.

    Args:
        ink: uint8 of shape (H, W), the number's ink and no other, 0 bare to 255 full.
        height: of a digit in pixels.

    Returns:
        The pieces, from left to right.
    """
    pen = max(1.0, stroke_width(ink))
    weight = ink.astype(np.float32) / np.float32(255)
    paths, costs = _best_paths(weight, height, pen)
    pieces = _pieces(ink, paths)
    segments = _join(ink, pieces, len(paths) + 1, height)
    ends = (0.0, *(float(cost) / pen for cost in costs), 0.0)
    left, _, width, _ = cv2.boundingRect(np.asarray(ink > _INK, np.uint8))
    middles = (left, *(int(path[len(path) // 2]) for path in paths), left + width)
    return Segmentation(height, ends, middles, tuple(segments))


def _best_paths(weight: Float32Array, height: float, pen: float) -> tuple[list[npt.NDArray[np.intp]], list[float]]:
    """Find where to cut.

    Returns:
        For each cut, from left to right, its column in each row, intp of shape (H,); and how much ink it crosses.
    """
    middle = len(weight) // 2
    above, from_above = _accumulate(weight[: middle + 1])
    below, from_below = _accumulate(weight[middle:][::-1])
    cost = above + below - weight[middle]
    columns = _minima(cost, max(2, round(NEAREST_CUTS * height)), MOST_CROSSED * pen)
    columns = _fill(columns, cost, np.flatnonzero(weight.max(axis=0) > 0.16), height, FREE * pen)
    upper, lower = _trace(columns, from_above), _trace(columns, from_below)
    paths = np.concatenate([upper, lower[::-1][1:]])
    paths = np.maximum.accumulate(paths, axis=1) if len(columns) else paths
    return list(paths.T), [float(cost[column]) for column in columns]


def _accumulate(weight: Float32Array) -> tuple[Float32Array, npt.NDArray[np.int8]]:
    """Sum up the least weight on the way from the first row to each pixel of the last one.

    Returns:
        float32 of shape (W,); and for each pixel the step aside on the way to it, int8 of shape (H, W).
    """
    rows, width = weight.shape
    steps = np.zeros((rows, width), np.int8)
    total = weight[0].copy()
    options = np.full((3, width), np.inf, np.float32)
    for row in range(1, rows):
        options[0] = total
        options[1, 1:] = total[:-1] + _MOVE
        options[2, :-1] = total[1:] + _MOVE
        best = options.argmin(axis=0)
        steps[row] = _STEPS[best]
        total = options.min(axis=0) + weight[row]
    return total, steps


def _trace(columns: npt.NDArray[np.intp], steps: npt.NDArray[np.int8]) -> npt.NDArray[np.intp]:
    """Follow paths back from the last row: intp of shape (H, number of paths)."""
    paths = np.empty((len(steps), len(columns)), np.intp)
    for row in range(len(steps) - 1, -1, -1):
        paths[row] = columns
        columns = columns - steps[row, columns]
    return paths


def _minima(cost: Float32Array, apart: int, most: float) -> npt.NDArray[np.intp]:
    """Choose the columns where least ink is crossed; of a level stretch the middle one."""
    found: list[tuple[float, int]] = []
    start = 0
    for column in range(1, len(cost) + 1):
        if column < len(cost) and abs(float(cost[column] - cost[start])) < 1e-3:
            continue
        left = start == 0 or cost[start - 1] > cost[start]
        right = column == len(cost) or cost[column] > cost[start]
        if left and right and cost[start] <= most and start > 0 and column < len(cost):
            found.append((float(cost[start]), (start + column - 1) // 2))
        start = column
    chosen: list[int] = []
    for _, column in sorted(found):
        if all(abs(column - other) >= apart for other in chosen):
            chosen.append(column)
    return np.array(sorted(chosen), np.intp)


def _fill(
    columns: npt.NDArray[np.intp], cost: Float32Array, inked: npt.NDArray[np.intp], height: float, free: float
) -> npt.NDArray[np.intp]:
    """Cut wide parts on at even distances; leave narrow parts, which stand free, whole.

    Args:
        columns: of the cuts.
        cost: ink crossed by a cut at each column, float32 of shape (W,).
        inked: the columns that hold ink, in order.
        height: of a digit.
        free: a cut that crosses no more runs through a gap.
    """
    ends = [0, *(int(column) for column in columns if cost[column] <= free), len(cost)]
    chosen: list[int] = ends[1:-1]
    for start, end in pairwise(ends):
        within = inked[(inked >= start) & (inked < end)]
        if not len(within) or within[-1] - within[0] < NARROW * height:
            continue
        left, right = int(within[0]), int(within[-1]) + 1
        inner = [left, *(int(column) for column in columns if left < column < right and cost[column] > free), right]
        chosen += inner[1:-1]
        if right - left < WIDE * height:
            continue
        for left, right in pairwise(inner):
            count = int((right - left) / (FARTHEST_CUTS * height)) + 1
            chosen += [left + (right - left) * place // count for place in range(1, count)]
    return np.array(sorted(chosen), np.intp)


def _pieces(ink: UInt8Array, paths: list[npt.NDArray[np.intp]]) -> npt.NDArray[np.int32]:
    """Say for each pixel to which piece it belongs; a connected part that lies nearly whole in one goes there.

    Returns:
        int32 of shape (H, W), numbered from 0.
    """
    marks = np.zeros((ink.shape[0], ink.shape[1] + 1), np.int32)
    rows = np.arange(len(ink))
    for path in paths:
        np.add.at(marks, (rows, path), 1)
    pieces = marks.cumsum(axis=1, dtype=np.int32)[:, :-1]
    count, table, _, _ = cv2.connectedComponentsWithStats(np.asarray(ink > _INK, np.uint8), connectivity=8)
    labels = np.asarray(table)
    total = len(paths) + 1
    areas = np.bincount((labels * total + pieces).ravel(), minlength=count * total).reshape(count, total)
    home = areas.argmax(axis=1).astype(np.int32)
    whole = areas.max(axis=1) >= _COHERENT * areas.sum(axis=1)
    whole[0] = False
    return np.where(whole[labels], home[labels], pieces)


def _join(ink: UInt8Array, pieces: npt.NDArray[np.int32], count: int, height: float) -> list[Segment]:
    """Join 1 to 8 neighbouring pieces each, as far as that may be a digit."""
    segments = []
    for first in range(count):
        for last in range(first + 1, min(count, first + MOST_PIECES) + 1):
            part = np.where((pieces >= first) & (pieces < last), ink, np.uint8(0))
            x, y, w, h = cv2.boundingRect(np.asarray(part > _INK, np.uint8))
            if not w:
                continue
            if w > WIDEST * height:
                break
            if max(w, h) >= LEAST_SIDE * height:
                segments.append(Segment(first, last, Box(x, y, x + w, y + h), part[y : y + h, x : x + w]))
    return segments
