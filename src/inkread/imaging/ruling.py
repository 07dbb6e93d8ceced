"""Lines that cross a whole picture: ruling, table lines, strokes through."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inkread.imaging.ranks import median
from inkread.imaging.stroke import stroke_width
from inkread.types import UInt8Array

_FAINT = 16
_STRONG = 110
_LEAST_SIDE = 16
_STEEPEST = 0.12
_LEAST_COVERAGE = 0.9
_MOST_PAIRS = 400


def remove_lines(ink: UInt8Array) -> UInt8Array:
    """Remove thin straight lines from border to border, nearly level or upright, but not the strokes that cross them.

    Args:
        ink: uint8 of shape (H, W), 0 bare to 255 full.

    Returns:
        A copy without lines, or the same array where there are none.
    """
    if min(ink.shape) < _LEAST_SIDE:
        return ink
    ink = _remove_level(ink)
    if _reaches_both_sides(ink.T):
        ink = np.ascontiguousarray(_remove_level(np.ascontiguousarray(ink.T)).T)
    return ink


def _reaches_both_sides(ink: UInt8Array) -> bool:
    """Tell whether there is ink at the left and at the right border."""
    return bool(ink[:, :2].max() > _FAINT and ink[:, -2:].max() > _FAINT)


def _remove_level(ink: UInt8Array) -> UInt8Array:
    """Remove the lines that run from the left to the right border."""
    if not _reaches_both_sides(ink):
        return ink
    height, width = ink.shape
    thickest = max(2, height // 24)
    mask = np.asarray(cv2.threshold(ink, _FAINT, 1, cv2.THRESH_BINARY)[1], dtype=np.uint8)
    wide = np.asarray(cv2.dilate(mask, np.ones((3, 1), dtype=np.uint8)), dtype=np.uint8)
    rest = ink.copy()
    columns = np.arange(width)
    thickness = 0.0
    starts, ends = _run_centres(mask[:, 1], thickest), _run_centres(mask[:, -2], thickest)
    if len(starts) * len(ends) > _MOST_PAIRS:
        return ink
    for left in starts:
        for right in ends:
            if abs(right - left) > max(1.0, _STEEPEST * width):
                continue
            rows = np.rint(left + (right - left) * (columns - 1) / (width - 3)).astype(np.intp)
            if wide[rows.clip(0, height - 1), columns].mean() >= _LEAST_COVERAGE:
                thickness = max(thickness, _wipe(rest, mask, rows, thickest))
    return rest if thickness and _are_lines(rest, thickness) else ink


def _are_lines(rest: UInt8Array, thickness: float) -> bool:
    """Tell ruling from the strokes of a tightly cropped digit: the bar of a 7, the stem of a 9 turned by 90 degrees.

    Args:
        rest: uint8 of shape (H, W), the ink without the lines.
        thickness: of the thickest line, in pixels of full ink.
    """
    height, width = rest.shape
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.threshold(rest, _STRONG, 1, cv2.THRESH_BINARY)[1])
    if len(stats) < 2:
        return False
    x, y, w, h, _ = (int(value) for value in stats[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())])
    if y == 0 and y + h == height:
        return False
    overhang = 0.25 * max(w, h)
    return thickness <= 0.7 * stroke_width(rest[y : y + h, x : x + w]) or min(x, width - x - w) >= overhang


def _run_centres(column: UInt8Array, longest: int) -> npt.NDArray[np.float64]:
    """Return the middle rows of the runs of 1 that are not longer than `longest`."""
    edges = np.diff(column, prepend=0, append=0).astype(np.int8)
    start, stop = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    middle = (start + stop - 1) / 2
    return middle[stop - start <= longest]


def _wipe(ink: UInt8Array, mask: UInt8Array, rows: npt.NDArray[np.intp], thickest: int) -> float:
    """Set the ink near a line to 0, in place, in the columns where nothing thicker than the line touches it.

    Args:
        ink: uint8 of shape (H, W).
        mask: uint8 of shape (H, W), 1 where there was ink.
        rows: row of the line in each column, of shape (W,).
        thickest: most pixels that a line may measure across.

    Returns:
        How much ink the line has across: its thickness in pixels if it were of full ink.
    """
    height, width = ink.shape
    reach = thickest + 2
    zone = (rows + np.arange(-reach, reach + 1)[:, None]).clip(0, height - 1)
    columns = np.broadcast_to(np.arange(width), zone.shape)
    across = mask[zone, columns].sum(axis=0)
    typical = median(across)
    free = across <= typical + 1
    near = np.abs(zone - rows) <= typical / 2 + 2
    amount = median(ink[zone, columns].sum(axis=0, where=near)[free]) / 255
    near &= free
    ink[zone[near], columns[near]] = 0
    return amount
