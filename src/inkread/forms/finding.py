"""The natural fields of a form: boxes and combs of its ruling."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inkread.forms.paper import even_light
from inkread.types import Box, UInt8Array

SIDE = 1400  # pixels of the longer side at which boxes are sought
DARK = 190  # of even light; what is darker is print
SHORTEST = 14  # pixels of the shortest side of a box
TALLEST, WIDEST = 0.12, 0.9  # of the page's height and width
FULL = 0.88  # share of its box that an empty cell takes up
EDGE = 4  # pixels of a box's lines, which are not within it
EMPTY = 0.006  # share of a cell that may be dark and yet be nothing
CELL = 1.7  # times as wide as high that a cell of a comb may be
LEAST_CELLS = 2
AROUND_NUMBER = 0.35  # of a number's height, left free round it where there is no box


class Place(NamedTuple):
    """Where a field is, and into how many cells it is divided."""

    box: Box
    cells: int


def find_fields(picture: UInt8Array, numbers: Sequence[Box] = ()) -> list[Place]:
    """Find where people write on a form.

    Empty boxes are fields, and boxes that hold a number; boxes with other print are headings. Equal boxes side by side
    that are about square are the cells of one comb. A number of two digits or more that stands outside of all boxes
    is a field too; where there are no boxes, so is a single digit.

    Args:
        picture: uint8 of shape (H, W), the form upright.
        numbers: where numbers were read, in pixels of the picture.

    Returns:
        The fields in reading order, in pixels of the picture.
    """
    factor = SIDE / max(picture.shape)
    dark = _dark(picture, factor)
    ruling = _ruling(dark)
    places = [Place(_scaled(box, factor), 1) for box in _cells(ruling)]
    ink = _scaled_back(dark, picture.shape)
    written = [place for place in places if _is_free(place.box, ink, numbers)]
    fields = _combs([place.box for place in written])
    alone = [box for box in numbers if not any(_within(box, place.box) for place in places)]
    if places:
        alone = [box for box in alone if box.width > box.height]
    fields += [Place(_grown(box, picture.shape), 1) for box in alone]
    return _in_reading_order(fields)


def _dark(picture: UInt8Array, factor: float) -> npt.NDArray[np.bool_]:
    """Return where the form has ink, `factor` times as large."""
    size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    even = even_light(np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8))
    return np.asarray(even < DARK)


def _ruling(dark: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return straight level and upright lines; a line that is a little askew is made of short pieces."""
    ink = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    lines = np.zeros(dark.shape, np.bool_)
    for kernel in (np.ones((1, SHORTEST), np.uint8), np.ones((SHORTEST, 1), np.uint8)):
        pieces = cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(pieces, np.uint8))
        long, across = stats[:, :4][:, 2:].max(axis=1), stats[:, cv2.CC_STAT_AREA]
        keep = (long >= 1.5 * SHORTEST) & (across < 8 * long)
        keep[0] = False
        lines |= keep[labels]
    return np.asarray(cv2.dilate(lines.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def _cells(ruling: npt.NDArray[np.bool_]) -> list[Box]:
    """Return what is enclosed by lines and about a rectangle."""
    height, width = ruling.shape
    _, _, stats, _ = cv2.connectedComponentsWithStats((~ruling).astype(np.uint8), connectivity=4)
    boxes = []
    for x, y, w, h, area in stats[1:].tolist():
        inside = x > 0 and y > 0 and x + w < width and y + h < height
        fits = SHORTEST <= h <= TALLEST * height and SHORTEST <= w <= WIDEST * width
        if inside and fits and area >= FULL * w * h:
            boxes.append(Box(x - 2, y - 2, x + w + 2, y + h + 2))
    return boxes


def _is_free(box: Box, ink: UInt8Array, numbers: Iterable[Box]) -> bool:
    """Tell whether a box is empty, or holds a number."""
    inside = ink[box.y0 + EDGE : box.y1 - EDGE, box.x0 + EDGE : box.x1 - EDGE]
    empty = inside.size == 0 or inside.mean() <= EMPTY
    return empty or any(_within(number, box) for number in numbers)


def _combs(boxes: list[Box]) -> list[Place]:
    """Join equal boxes that stand side by side, if they are about as wide as high."""
    rest = sorted(boxes)
    fields = []
    while rest:
        comb = [rest.pop(0)]
        if comb[0].width <= CELL * comb[0].height:
            for box in list(rest):
                if _continues(comb[-1], box):
                    comb.append(box)
                    rest.remove(box)
        if len(comb) < LEAST_CELLS:
            fields.append(Place(comb[0], 1))
            continue
        first, last = comb[0], comb[-1]
        fields.append(Place(Box(first.x0, min(b.y0 for b in comb), last.x1, max(b.y1 for b in comb)), len(comb)))
    return fields


def _continues(left: Box, right: Box) -> bool:
    """Tell whether a box is the next cell of a comb."""
    slack = 0.12 * left.height
    same = abs(left.width - right.width) <= 0.2 * left.width and abs(left.height - right.height) <= slack
    return same and abs(left.y0 - right.y0) <= slack and abs(right.x0 - left.x1) <= max(slack, 0.12 * left.width)


def _in_reading_order(fields: list[Place]) -> list[Place]:
    """Sort by lines from the top, each from the left; fields whose middles share a height are on one line."""
    ordered: list[Place] = []
    rest = sorted(fields, key=lambda place: place.box.y0 + place.box.y1)
    while rest:
        first = rest[0].box
        line = [place for place in rest if place.box.y0 + place.box.y1 < 2 * first.y1]
        ordered += sorted(line, key=lambda place: place.box.x0)
        rest = [place for place in rest if place not in line]
    return ordered


def _within(inner: Box, outer: Box) -> bool:
    """Tell whether the middle of a box lies in another."""
    x, y = (inner.x0 + inner.x1) / 2, (inner.y0 + inner.y1) / 2
    return outer.x0 <= x < outer.x1 and outer.y0 <= y < outer.y1


def _grown(box: Box, shape: tuple[int, ...]) -> Box:
    """Return a box with room round it, within the picture."""
    room = round(AROUND_NUMBER * box.height) + 4
    return Box(max(0, box.x0 - room), max(0, box.y0 - room), min(shape[1], box.x1 + room), min(shape[0], box.y1 + room))


def _scaled(box: Box, factor: float) -> Box:
    """Return a box in pixels of the whole picture."""
    return Box(*(round(value / factor) for value in box))


def _scaled_back(mask: npt.NDArray[np.bool_], shape: tuple[int, ...]) -> UInt8Array:
    """Return a mask of 0 and 1 in pixels of the whole picture."""
    size = (shape[1], shape[0])
    return np.asarray(cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST), np.uint8)
