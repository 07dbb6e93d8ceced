"""Combs: a level line with short upright teeth at equal distances, between which digits are written."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inkread.imaging.ranks import median
from inkread.reading.pageink import find_parts, find_parts_in_rows
from inkread.types import UInt8Array

# Lengths are shares of a digit's height, unless pixels.
SHORTEST, TALLEST = 0.25, 1.3  # a tooth
NEAREST, FARTHEST = 0.6, 2.6  # teeth of a comb, apart
EVEN, UNEVEN = 2, 0.15  # pixels that teeth differ in height or place, and share of their height
FEWEST, WIDEST = 3, 30.0  # teeth, and a comb; wider lines rule the paper
_X, _Y, _W, _H, _AREA = range(5)

Table = npt.NDArray[np.int32]


class _Teeth(NamedTuple):
    """Thin strokes that stand on a line: their numbers, middles and heights above it in pixels, from left to right."""

    parts: npt.NDArray[np.intp]
    middles: npt.NDArray[np.float64]
    heights: npt.NDArray[np.float64]


def find_teeth(thin: UInt8Array, level: UInt8Array, thickest: int, height: float) -> UInt8Array:
    """Find the teeth of combs.

    Args:
        thin: uint8 of shape (H, W), 1 on ink that measures little from left to right.
        level: the same shape, 1 on level lines.
        thickest: most pixels that a line measures across.
        height: of a digit in pixels.

    Returns:
        uint8 of shape (H, W), 1 on teeth.
    """
    teeth = np.zeros_like(thin)
    joined = cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((3, 2 * thickest + 3), np.uint8))
    found, kept = find_parts_in_rows(np.asarray(joined, np.uint8))
    lines = found.stats[1:]
    wide = lines[:, _W] / height
    for x, row, w, h, _ in lines[(wide >= 2 * NEAREST) & (wide <= WIDEST)].tolist():
        y = int(kept[row])
        top, left = max(0, y - round(1.2 * TALLEST * height)), max(0, x - thickest)
        band = np.ascontiguousarray(thin[top : y + h, left : x + w + thickest])
        labels, stats = find_parts(band)
        feet = _rows(level[y : y + h, left : x + w + thickest]) + (y - top)
        parts = _in_step(_standing(stats, feet, thickest, height), height)
        if len(parts):
            teeth[top : y + h, left : x + w + thickest] |= np.isin(labels, parts).view(np.uint8)
    return teeth


def _rows(level: UInt8Array) -> npt.NDArray[np.float64]:
    """Return in which row a line begins, for each column; float64 of shape (W,)."""
    inked = np.flatnonzero(level.any(axis=0))
    return np.asarray(np.interp(np.arange(level.shape[1]), inked, level.argmax(axis=0)[inked]), np.float64)


def _standing(stats: Table, feet: npt.NDArray[np.float64], thickest: int, height: float) -> _Teeth:
    """Choose what is as narrow and tall as a tooth, and reaches down to a line, whose rows are given."""
    wide, high = stats[:, _W], stats[:, _H]
    middles = stats[:, _X] + wide / 2
    foot = feet[np.minimum(middles.astype(np.intp), len(feet) - 1)]
    like = (wide <= thickest + EVEN) & (high >= SHORTEST * height) & (high <= TALLEST * height)
    like &= (stats[:, _Y] + high >= foot - EVEN) & (stats[:, _AREA] > 0.6 * wide * high)
    like[0] = False
    parts = np.flatnonzero(like)
    parts = parts[np.argsort(stats[parts, _X], kind="stable")]
    return _Teeth(parts, middles[parts], (foot - stats[:, _Y])[parts])


def _in_step(teeth: _Teeth, height: float) -> npt.NDArray[np.intp]:
    """Return the parts that are equally high and stand at equal distances, of which a few may be hidden; or none."""
    none = teeth.parts[:0]
    if len(teeth.parts) < FEWEST:
        return none
    usual = median(teeth.heights)
    alike = np.abs(teeth.heights - usual) <= max(EVEN, UNEVEN * usual)
    parts, middles = teeth.parts[alike], teeth.middles[alike]
    steps = np.diff(middles)
    near = steps[(steps >= NEAREST * height) & (steps <= FARTHEST * height)]
    if len(near) < FEWEST - 1:
        return none
    pitch = median(near)
    places = np.round((middles - middles[0]) / pitch)
    slope, start = np.polyfit(places, middles, 1)
    even = np.abs(start + slope * places - middles) <= EVEN
    enough = np.count_nonzero(even) >= FEWEST and np.count_nonzero(np.abs(near - pitch) <= EVEN) >= FEWEST - 1
    return parts[even] if enough else none
