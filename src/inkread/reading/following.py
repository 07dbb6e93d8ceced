"""Lines followed piece by piece, which may bend: across strokes that hide them, and away from these strokes."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from inkread.imaging.ranks import median
from inkread.types import UInt8Array

LEAST_COVERED = 0.4  # of a line's length, by ink that no stroke crosses
LEAST_FOLLOWED = 0.4
PIECE = 4.0  # of the shortest line's length: a longer line is followed piece by piece
FITS, MOST_FITTED = 4, 96
TINY = 1e-9 * np.eye(3)  # keeps what three points or fewer say solvable
UNEVEN = 0.6  # pixels, on average

Floats = npt.NDArray[np.float64]
Chosen = npt.NDArray[np.bool_]


def follow(part: Chosen, mask: UInt8Array, thickest: int, length: float) -> UInt8Array:
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
