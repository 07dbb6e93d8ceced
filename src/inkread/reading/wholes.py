"""A crop with one number, read as a whole; where in doubt, several looks settle what it says."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import cv2
import numpy as np

from inkread.imaging import to_grey
from inkread.imaging.polarity import has_light_ink
from inkread.reading.constraints import Constraint
from inkread.reading.looks import settle
from inkread.reading.numberink import find_number
from inkread.reading.refusal import nothing
from inkread.reading.rows import Row, read_rows
from inkread.types import NO_INK, Number, RowNetwork, UInt8Array

SURE = 0.97  # from this confidence on one look is enough
NEAR_HEIGHTS = (0.9, 1.1)
OTHER_HEIGHTS = (0.72, 0.8, 1.25, 1.4)
OTHER_MIDDLES = (-0.15, 0.15)  # of a digit's height
FEW = 8  # prefixes of the search in further looks: their best text is that of a wide search
GUESSED = 0.62  # of a crop's height, a digit's where no ink tells it


def read_whole_number(
    pixels: UInt8Array,
    network: RowNetwork,
    *,
    constraint: Constraint | None = None,
    separators: bool = False,
    min_confidence: float = 0.5,
) -> Number:
    """Read the one number in a crop.

    Args:
        pixels: uint8 of shape (H, W) or (H, W, 3) RGB.
        network: see `RowNetwork`.
        constraint: which texts are allowed; None allows all.
        separators: whether point, comma and minus are read; else they are ignored.
        min_confidence: the least confidence that is accepted, 0 to 1.

    Returns:
        The number; where there is none, the text is empty and the reason "no ink", "no number" or "nothing satisfies
        the constraint".
    """
    grey = to_grey(pixels)
    found = find_number(pixels)
    if found.blank:
        return nothing(NO_INK)
    light = has_light_ink(grey)
    raised = grey if light else np.asarray(cv2.bitwise_not(grey), np.uint8)
    height = found.height * found.factor or GUESSED * len(grey)
    middle = (found.top + found.bottom) / 2 * found.factor if found.height else len(grey) / 2
    first = Row(raised, middle, height)
    read = partial(
        read_rows, network=network, constraint=constraint, separators=separators, min_confidence=min_confidence
    )
    best = read([first])[0]
    if best.confidence >= SURE:
        return best
    look = partial(read, beam=FEW) if constraint is None else read
    looks = [best, *look(_nearly(first))]
    if not best.text or any(other.text != best.text for other in looks):
        looks += look(_otherwise(first))
    return settle(looks, min_confidence=min_confidence)


def _nearly(row: Row) -> list[Row]:
    """Return the row as it would be if the estimates were a little wrong. Where all these agree, so do all others."""
    rows = [replace(row, height=row.height * factor) for factor in NEAR_HEIGHTS]
    return rows + [replace(row, middle=row.middle + share * row.height) for share in OTHER_MIDDLES]


def _otherwise(row: Row) -> list[Row]:
    """Return the row as it would be if the estimates were quite wrong: of the height, the place and the polarity."""
    rows = [replace(row, height=row.height * factor) for factor in OTHER_HEIGHTS]
    high = len(row.raised)
    rows.append(replace(row, height=GUESSED * high, middle=high / 2))
    return [*rows, replace(row, raised=np.asarray(cv2.bitwise_not(row.raised), np.uint8))]
