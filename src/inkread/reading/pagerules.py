"""Ruling, the lines of tables and the edges of boxes on a page: found, and taken away without hurting strokes.

What `imaging.ruling` does to the lines that cross a crop from border to border, this does to lines that begin and end
anywhere on a page.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inkread.imaging.ranks import median
from inkread.reading.pageink import find_parts
from inkread.types import UInt8Array

# Lengths are shares of a digit's height, unless pixels.
THICKEST = 0.2
LONG = 2.2  # what is shorter is a stroke
FRAMED = 1.1  # between two lines across, so long a line is the edge of a box
BRIDGED = 0.3  # holes in a line
STEEPEST = 0.16  # rise for a unit of length, before the page is upright
LEAST_COVERED = 0.4  # of a line's length, by ink that no stroke crosses
SHORT, LEAST_FREE = 5.0, 0.75  # bars of neighbouring digits look like a short line, but digits hang on them
LEAST_FOLLOWED = 0.4
PIECE = 4.0  # of the shortest line's length: a longer line is followed piece by piece
FITS, MOST_FITTED = 4, 96
TINY = 1e-9 * np.eye(3)  # keeps what three points or fewer say solvable
UNEVEN = 0.6  # pixels, on average
MOST_LINES = 1500
_X, _Y, _W, _H, _AREA = range(5)

Floats = npt.NDArray[np.float64]
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
    thick = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((thickest + 1, 1), np.uint8))
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
    ink = _look_for_thin(mask, thickest, height)
    level = _level_lines(ink, height)
    upright = _turned(_level_lines(_look_for_thin(_turned(mask), thickest, height), height, _turned(level)))
    level |= _level_lines(ink, height, upright)
    lines = cv2.bitwise_or(level, upright)
    return Rules(np.asarray(cv2.subtract(strokes, lines), np.uint8), level, upright)


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
    gap, length = _gap(height), LONG * height
    least = round(length if across is None else FRAMED * height)
    runs = cv2.morphologyEx(bridged, cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
    inked = np.asarray(runs.any(axis=1))
    inked[0] = True
    kept = np.flatnonzero(inked | np.roll(inked, 1))  # many rows are bare; one between two lines keeps these apart
    labels, stats = find_parts(np.ascontiguousarray(runs[kept]))
    chosen = np.flatnonzero(stats[:, _W] >= 0.5 * least)[1:]
    lines = np.zeros_like(mask)
    for index in chosen[np.argsort(-stats[chosen, _W])][:MOST_LINES]:
        x, row, w, h, _ = (int(value) for value in stats[index])
        y = int(kept[row])
        if across is not None and w < length and not _ends_on(across, x, y, w, h, max(3, gap // 2)):
            continue
        part = (labels[row : row + h, x : x + w] == index) & (thin[y : y + h, x : x + w] > 0)
        if w < _least_if_crossed(across, (x, y, w, h), gap) * height and _share_free(part) < LEAST_FREE:
            continue
        lines[y : y + h, x : x + w] |= _follow(part, mask[y : y + h, x : x + w], thickest, length)
    return lines


def _least_if_crossed(across: UInt8Array | None, place: tuple[int, int, int, int], gap: int) -> float:
    """Return how long a line must be that strokes may hang on; less suffices where it ends on other lines."""
    framed = across is not None and _ends_on(across, *place, max(3, gap // 2))
    return LONG if framed else SHORT


def _share_free(part: Chosen) -> float:
    """Return over which share of its length a line is crossed by no stroke."""
    return float(part.any(axis=0).mean())


def _ends_on(across: UInt8Array, x: int, y: int, w: int, h: int, reach: int) -> bool:
    """Say whether both ends of a line lie on lines of the other direction."""
    top, bottom = max(0, y - 2), y + h + 2
    return bool(
        across[top:bottom, max(0, x - reach) : x + reach].any()
        and across[top:bottom, max(0, x + w - reach) : x + w + reach].any()
    )


def _follow(part: Chosen, mask: UInt8Array, thickest: int, length: float) -> UInt8Array:
    """Follow a line piece by piece; where strokes hide it, it runs on from one piece to the next.

    Args:
        part: bool of shape (h, w), the thin ink that may be a line.
        mask: uint8 of shape (h, w), 1 on all ink.
        thickest: most pixels that a line measures across.
        length: of the shortest line in pixels.

    Returns:
        uint8 of shape (h, w), 1 on the line where no stroke crosses it; all 0 where there is no line.
    """
    h, w = part.shape
    pieces = -(-w // max(1, round(PIECE * length)))
    rows, thickness = np.full(w, np.nan), np.full(w, np.nan)
    for start, stop in pairwise([w * place // pieces for place in range(pieces + 1)]):
        found = _line_in(part[:, start:stop], thickest)
        if found is not None:
            rows[start:stop], thickness[start:stop] = found
    known = np.flatnonzero(~np.isnan(rows))
    if len(known) < LEAST_FOLLOWED * w:
        return np.zeros_like(mask)
    rows, thickness = (np.interp(np.arange(w), known, values[known]) for values in (rows, thickness))
    distance = np.abs(np.arange(h)[:, np.newaxis] - rows)
    whole = mask > 0
    crossed = (whole & (distance <= thickness + 2)).sum(axis=0) > thickness + 1.5
    return np.asarray((distance <= thickness / 2 + 1.5) & whole & ~crossed, np.uint8)


def _line_in(part: Chosen, thickest: int) -> tuple[Floats, float] | None:
    """Fit a line to a piece; a parabola is bent enough for it.

    Returns:
        Its row in each column, and how many pixels it measures across; None where there is no line.
    """
    h, w = part.shape
    count = part.sum(axis=0)
    columns = np.flatnonzero(count)
    if len(columns) < max(3.0, LEAST_COVERED * w):
        return None
    middles = (np.arange(h, dtype=np.float64) @ part)[columns] / count[columns]
    rows, near = _fit(columns, middles, 0.25 * thickest + 1, w)
    if np.count_nonzero(near) < LEAST_COVERED * w:
        return None
    thickness = median(count[columns[near]])
    if float(np.abs(rows[columns[near]] - middles[near]).mean()) > UNEVEN + 0.2 * thickness:
        return None
    return rows, thickness


@lru_cache(maxsize=256)
def _powers(width: int) -> Floats:
    """Return xx, x and 1 for as many places from -1 to 1: float64 of shape (width, 3), to be read alone."""
    return np.vander(np.linspace(-1, 1, width), 3)


def _fit(columns: npt.NDArray[np.intp], rows: Floats, reach: float, width: int) -> tuple[Floats, Chosen]:
    """Fit a parabola to most points; those farther off than the others are left out step by step.

    Returns:
        Its row in each of `width` columns, and which points lie within `reach` of it.
    """
    powers = _powers(width)
    sample = slice(None, None, max(1, len(columns) // MOST_FITTED))
    points, values = powers[columns[sample]], rows[sample]
    near = np.ones(len(values), np.bool_)
    for _ in range(FITS):
        fitted = points[near]
        curve = np.linalg.solve(fitted.T @ fitted + TINY, fitted.T @ values[near])
        distance = np.abs(points @ curve - values)
        known = near
        near = distance <= max(reach, 1.5 * float(np.partition(distance, len(distance) // 2)[len(distance) // 2]))
        if (near == known).all():  # the same points give the same parabola
            break
    parabola = powers @ curve
    return parabola, np.abs(parabola[columns] - rows) <= reach
