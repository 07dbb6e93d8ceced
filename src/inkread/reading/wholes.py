"""A crop with one number, read as a whole; where in doubt, several looks and its pieces settle what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from inkread.imaging import to_grey
from inkread.imaging.polarity import has_light_ink
from inkread.reading.constraints import Constraint
from inkread.reading.fusion import IN_CROP, View, digits_of, fuse, view
from inkread.reading.numberink import NumberInk, find_number
from inkread.reading.numbers import cut_number
from inkread.reading.pageink import find_parts
from inkread.reading.refusal import nothing
from inkread.reading.rows import Row, look_at
from inkread.types import NO_INK, Classifier, Number, RowNetwork, UInt8Array

SURE = 0.97  # from this confidence on one look is enough
NEAR_HEIGHTS = (0.9, 1.1)
OTHER_HEIGHTS = (0.72, 0.8, 1.25, 1.4)
OTHER_MIDDLES = (-0.15, 0.15)  # of a digit's height
HALF, TALL = 128, 0.5  # of full ink, and of a digit's height: what counts as a part that may be a digit
GUESSED = 0.62  # of a crop's height, a digit's where no ink tells it


def read_whole_number(
    pixels: UInt8Array,
    network: RowNetwork,
    classifier: Classifier | None = None,
    *,
    constraint: Constraint | None = None,
    separators: bool = False,
    min_confidence: float = 0.5,
) -> Number:
    """Read the one number in a crop.

    Args:
        pixels: uint8 of shape (H, W) or (H, W, 3) RGB.
        network: see `RowNetwork`.
        classifier: a network for single digits in MNIST's form, whose labels are "0" to "9": where in doubt, the number
            is also cut up and read digit by digit, and both opinions are weighed. None weighs the looks alone.
        constraint: which texts are allowed; None allows all.
        separators: whether point, comma and minus are read; else they are ignored.
        min_confidence: the least confidence that is accepted, 0 to 1.

    Returns:
        The number; where there is none, the text is empty and the reason "no ink", "no number" or "nothing satisfies
        the constraint".
    """
    seen = look_closely(pixels, network, constraint=constraint, separators=separators, min_confidence=min_confidence)
    if isinstance(seen, Number):
        return seen
    lattice = cut_number(seen.found, classifier) if classifier is not None and _stands_apart(seen) else None
    return fuse(seen.views, lattice, IN_CROP, constraint=constraint, min_confidence=min_confidence)


def _stands_apart(doubt: Doubt) -> bool:
    """Say whether there are as many parts as digits: what touches is cut so badly that its pieces tell nothing."""
    stats = find_parts((doubt.found.ink >= HALF).view(np.uint8)).stats[1:]
    digits = np.count_nonzero(stats[:, cv2.CC_STAT_HEIGHT] >= TALL * doubt.found.height)
    return bool(digits >= len(digits_of(doubt.views[0].best)))


class Doubt(NamedTuple):
    """What is to be weighed: several views of a number, and its ink."""

    views: list[View]
    found: NumberInk


def look_closely(
    pixels: UInt8Array,
    network: RowNetwork,
    *,
    constraint: Constraint | None = None,
    separators: bool = False,
    min_confidence: float = 0.5,
) -> Number | Doubt:
    """Look at a number once, and where that is not sure, from several sides; arguments as of `read_whole_number`."""
    grey = to_grey(pixels)
    found = find_number(pixels)
    if found.blank:
        return nothing(NO_INK)
    light = has_light_ink(grey)
    raised = grey if light else np.asarray(cv2.bitwise_not(grey), np.uint8)
    height = found.height * found.factor or GUESSED * len(grey)
    middle = (found.top + found.bottom) / 2 * found.factor if found.height else len(grey) / 2
    row = Row(raised, middle, height)
    (look,) = look_at([row], network, separators=separators)
    best = look.read(constraint, min_confidence)
    if best.confidence >= SURE:
        return best
    views = [view(each, constraint) for each in (look, *look_at(_nearly(row), network, separators=separators))]
    if not best.text or any(each.best != best.text for each in views):
        views += [view(each, constraint) for each in look_at(_otherwise(row), network, separators=separators)]
    return Doubt(views, found)


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
