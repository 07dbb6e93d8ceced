"""Ruling, the lines of tables and the edges of boxes on a page: found, and taken away without hurting strokes.

What `imaging.ruling` does to the lines that cross a crop from border to border, this does to lines that begin and end
anywhere on a page.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inkread.imaging.ranks import median
from inkread.reading.combs import find_teeth
from inkread.reading.following import follow
from inkread.reading.frames import Frame, find_boxes
from inkread.reading.pageink import find_parts, find_parts_in_rows, opened
from inkread.types import UInt8Array

# Lengths are shares of a digit's height, unless pixels.
THICKEST, THICKEST_FRAME = 0.2, 0.33
LONG = 2.2  # what is shorter is a stroke
FRAMED = 1.1  # between two lines across, so long a line is the edge of a box
HIGHEST_BOX = 4.0
SHORTEST_SIDE, HIGHEST_GUESSED = 0.5, 6.0  # of a box on a page whose height is but guessed
BEYOND = 0.4  # what may look like its continuation there
BRIDGED = 0.3  # holes in a line
STEEPEST, LEANING = 0.16, 0.02  # rise for a unit of length, before the page is upright and then
SHORT, LEAST_FREE = 5.0, 0.75  # bars of neighbouring digits look like a short line, but digits hang on them
FRAMED_FREE = 0.7  # of the edge of a box, which digits touch
NARROWEST, ROW, FEWEST_STEPS = 0.9, 12.0, 2  # a box in a row of such, the row, and its known boxes
MOST_LINES = 1500
EVEN = 3  # pixels, that the edges of such boxes lie off their places
_X, _Y, _W, _H, _AREA = range(5)

Chosen = npt.NDArray[np.bool_]


class Rules(NamedTuple):
    """A page's lines.

    Attributes:
        strokes: uint8 of shape (H, W), 1 on what is left without the lines.
        level: uint8 of shape (H, W), 1 on lines that are about level.
        upright: the same for lines that are about upright.
    """

    strokes: UInt8Array
    level: UInt8Array
    upright: UInt8Array


def sketch_rules(mask: UInt8Array, height: float) -> Rules:
    """Find the lines of a page that need not be upright yet, well enough to tell how it lies.

    Args:
        mask: uint8 of shape (H, W), 1 on ink; turned by up to 9 degrees from a quarter turn.
        height: of a digit in pixels, about.

    Returns:
        The lines, and the strokes that they leave, which may be broken.
    """
    level = _thin_and_long(mask, height)
    upright = _turned(_thin_and_long(_turned(mask), height))
    boxes = SHORTEST_SIDE * height, HIGHEST_GUESSED * height
    frames = find_boxes(mask, _thickest(height), boxes[0], highest=boxes[1], leaning=STEEPEST)
    if frames:
        ink, ink_turned = (_look_for_thin(each, _thickest(height), height) for each in (mask, _turned(mask)))
        edges, others = _sides(frames, ink, ink_turned, height)
        level, upright = (np.asarray(cv2.bitwise_or(*pair), np.uint8) for pair in ((level, edges), (upright, others)))
    return Rules(np.asarray(cv2.subtract(mask, cv2.bitwise_or(level, upright)), np.uint8), level, upright)


def _thin_and_long(mask: UInt8Array, height: float) -> UInt8Array:
    """Keep what measures little across and much along: uint8 of shape (H, W)."""
    thin, joined = _thin(mask, _thickest(height), _gap(height))
    labels, stats = find_parts(joined)
    flat = stats[:, _H] <= THICKEST * height + 4 + STEEPEST * stats[:, _W]
    like = (stats[:, _W] >= LONG * height) & flat
    like[0] = False
    return np.asarray(like.take(labels, mode="clip") & (thin > 0), np.uint8)


def _thin(mask: UInt8Array, thickest: int, gap: int) -> tuple[UInt8Array, UInt8Array]:
    """Find ink that measures at most `thickest` from top to bottom; return it as it is, and with holes closed."""
    thick = opened(mask, thickest + 1, 1)
    thin = np.asarray(cv2.subtract(mask, thick), np.uint8)
    joined = cv2.morphologyEx(cv2.dilate(thin, np.ones((3, 1), np.uint8)), cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    return thin, np.asarray(joined, np.uint8)


def find_rules(strokes: UInt8Array, faint: UInt8Array, height: float, *, wider: int = 0) -> Rules:
    """Find the lines of an upright page and take them away, but not the strokes that cross them.

    Args:
        strokes: uint8 of shape (H, W), 1 on ink.
        faint: the same, but on faint ink too; a ruling's lines are often paler than the writing.
        height: of a digit in pixels.
        wider: so many pixels more may a line measure across, as dark lines do with their soft edges.

    Returns:
        The strokes and the lines.
    """
    mask = cv2.bitwise_or(strokes, faint).astype(np.uint8, copy=False)
    thickest = _thickest(height) + wider
    frames = find_boxes(mask, thickest + 2, FRAMED * height, highest=HIGHEST_BOX * height, leaning=LEANING)
    if frames:
        thickness = median(np.array([frame.thickness for frame in frames]))
        thickest = max(thickest, min(math.ceil(thickness) + 1, round(THICKEST_FRAME * height)))
    ink, ink_turned = _look_for_thin(mask, thickest, height), _look_for_thin(_turned(mask), thickest, height)
    level, upright = _sides(frames, ink, ink_turned, height)
    level |= _level_lines(ink, height)
    upright |= _turned(_level_lines(ink_turned, height, _turned(level)))
    level |= _level_lines(ink, height, upright)
    upright |= find_teeth(_turned(ink_turned.thin), level, thickest, height)
    lines = cv2.bitwise_or(level, upright)
    return Rules(np.asarray(cv2.subtract(strokes, lines), np.uint8), level, upright)


def _sides(frames: list[Frame], ink: _Ink, ink_turned: _Ink, height: float) -> tuple[UInt8Array, UInt8Array]:
    """Return the level and the upright sides of boxes, without the strokes that cross them."""
    level, turned = np.zeros_like(ink.mask), np.zeros_like(ink_turned.mask)
    for frame in frames:
        for lines, (mask, thin, _, thickest), places in (
            (level, ink, frame.level()),
            (turned, ink_turned, [(columns, rows) for rows, columns in frame.upright()]),
        ):
            for place in places:
                lines[place] |= follow(thin[place] > 0, mask[place], thickest, LONG * height)
    return level, _turned(turned)


def _turned(mask: UInt8Array) -> UInt8Array:
    """Swap rows and columns."""
    return np.asarray(cv2.transpose(mask), np.uint8)


class _Ink(NamedTuple):
    """A mask, what of it may be level lines, and all that may bridge them: uint8 of shape (H, W), 1 on ink, each.

    Lines measure at most `thickest` pixels across.
    """

    mask: UInt8Array
    thin: UInt8Array
    bridged: UInt8Array
    thickest: int


class _Place(NamedTuple):
    """Where a line lies: its first column and row, its length, and its rows."""

    x: int
    y: int
    w: int
    h: int


def _look_for_thin(mask: UInt8Array, thickest: int, height: float) -> _Ink:
    """Find what is thin enough for a level line."""
    thin, joined = _thin(mask, thickest, _gap(height))
    bridged = cv2.bitwise_or(joined, cv2.dilate(mask, np.ones((3, 1), np.uint8)))
    return _Ink(mask, thin, np.asarray(bridged, np.uint8), thickest)


def _thickest(height: float) -> int:
    """Return how many pixels a line may measure across."""
    return max(2, round(THICKEST * height))


def _gap(height: float) -> int:
    """Return how many pixels a hole in a line may measure."""
    return max(3, round(BRIDGED * height))


def _level_lines(ink: _Ink, height: float, across: UInt8Array | None = None) -> UInt8Array:
    """Find what belongs to level lines.

    Args:
        ink: of the page.
        height: of a digit in pixels.
        across: lines of the other direction, uint8 of shape (H, W), between which shorter ones count.

    Returns:
        uint8 of shape (H, W), 1 on lines, but not where a stroke crosses them.
    """
    mask, thin, bridged, thickest = ink
    length = LONG * height
    least = round(length if across is None else FRAMED * height)
    runs = opened(bridged, 1, least)
    (labels, stats), kept = find_parts_in_rows(np.asarray(runs, np.uint8))
    chosen = np.flatnonzero(stats[:, _W] >= 0.5 * least)[1:]
    found: list[tuple[_Place, Chosen]] = []
    hidden: list[tuple[_Place, Chosen]] = []
    for index in chosen[np.argsort(-stats[chosen, _W])][:MOST_LINES]:
        x, row, w, h, _ = (int(value) for value in stats[index])
        y = int(kept[row])
        span = None if across is None else _framed(across[max(0, y - 2) : y + h + 2], x, x + w, height)
        if w < length and across is not None:
            if span is None:
                continue
            x, w = span[0], span[1] - span[0]
        part = (labels[row : row + h, x : x + w] == index) & (thin[y : y + h, x : x + w] > 0)
        enough, free = (SHORT, LEAST_FREE) if span is None else (LONG, FRAMED_FREE)
        if w >= enough * height or _share_free(part) >= free:
            found.append((_Place(x, y, w, h), part))
        elif span is not None:
            hidden.append((_Place(x, y, w, h), part))
    edges = [place for place, _ in found]
    found += [(place, part) for place, part in hidden if _in_step(place, edges, thickest, height)]
    lines = np.zeros_like(mask)
    for (x, y, w, h), part in found:
        lines[y : y + h, x : x + w] |= follow(part, mask[y : y + h, x : x + w], thickest, length)
    return lines


def _in_step(edge: _Place, edges: list[_Place], thickest: int, height: float) -> bool:
    """Say whether what may be the edge of a box, with digits on it, stands where one is due in a row of boxes."""
    near = thickest + 2
    others = [
        other.y
        for other in edges
        if abs(other.x - edge.x) <= near and abs(other.w - edge.w) <= 2 * near and abs(other.y - edge.y) < ROW * height
    ]
    steps = np.diff(sorted(others))
    steps = steps[steps > near]
    if len(steps) < FEWEST_STEPS or steps.min() < NARROWEST * height:
        return False
    pitch = float(steps.min())
    to_nearest = min((edge.y - y for y in others), key=abs)
    places = np.array([*steps, to_nearest]) / pitch
    return bool((np.abs(places - np.round(places)) * pitch <= EVEN).all())


def _share_free(part: Chosen) -> float:
    """Return over which share of its length a line is crossed by no stroke."""
    return float(part.any(axis=0).mean())


def _framed(across: UInt8Array, start: int, stop: int, height: float) -> tuple[int, int] | None:
    """Return between which lines of the other direction a line runs; None where it does not end on two.

    A stroke in the next box may look like its continuation.

    Args:
        across: lines of the other direction in the line's rows, uint8 of shape (h, W).
        start: its first column.
        stop: behind its last one.
        height: of a digit in pixels.
    """
    reach = max(3, _gap(height) // 2)
    begin = max(0, start - reach)
    crossed = np.flatnonzero(across[:, begin : stop + reach].any(axis=0)) + begin
    if not len(crossed):
        return None
    first, last = int(crossed[0]), int(crossed[-1])
    beyond = max(first - start, stop - 1 - last)
    if beyond > max(reach, BEYOND * height) or last - first < FRAMED * height:
        return None
    return max(start, first), min(stop, last + 1)
