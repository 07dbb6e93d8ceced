"""Any picture of a digit -> MNIST's form (LeCun et al., 1998)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np

from inkread.imaging.clutter import remove_clutter
from inkread.imaging.colour import to_grey
from inkread.imaging.ink import Ink, find_ink
from inkread.imaging.mnistform import DIGIT_SIDE, SIDE, normal_form, offset_to_middle
from inkread.imaging.stroke import adapt_stroke, smooth_stroke
from inkread.types import Box, UInt8Array

_EDGE = 127
_OVERVIEWS = (320, 1280)
_LEAST_DETAIL = 80


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One intermediate picture on the way to 28x28.

    Attributes:
        name: what was done, in a few words.
        picture: uint8 of shape (h, w), or (h, w, 3) for colour.
    """

    name: str
    picture: UInt8Array = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Normalized:
    """A digit in MNIST's form.

    Attributes:
        image: uint8 of shape (28, 28), white ink (255) on black (0); all 0 where there is no ink.
        box: the ink that was used, in pixels of the picture given; None where there is none.
        has_ink: whether there is any.
        steps: every intermediate picture, if they were asked for.
    """

    image: UInt8Array = field(repr=False)
    box: Box | None
    has_ink: bool
    steps: tuple[Step, ...] = ()


class _Found(NamedTuple):
    """A digit in the picture, perhaps at a lower resolution.

    Attributes:
        grey, ink, digit: uint8 of one shape: the part of the picture looked at, its ink, and the ink of the digit.
        box: around the digit, in pixels of these three; None where there is no ink.
        factor: pixels of the whole picture to one of these.
        x, y: their corner in the whole picture, in its pixels.
    """

    grey: UInt8Array
    ink: Ink
    digit: UInt8Array
    box: Box | None
    factor: float = 1.0
    x: int = 0
    y: int = 0


def normalize(image: UInt8Array, *, steps: bool = False) -> Normalized:
    """Set a digit in MNIST's form: longer side 20 px, centre of mass in the middle of 28x28, white on black.

    Args:
        image: uint8 of shape (H, W) or (H, W, 3) RGB, at least one pixel.
        steps: whether to keep the intermediate pictures.

    Returns:
        The digit; `has_ink` is False for a blank picture.
    """
    grey = to_grey(image)
    normal = normal_form(grey)
    if normal is not None:
        return Normalized(normal, ink_box(normal), True, _steps(steps, ("picture", image), ("28x28", normal)))
    found = _find(grey)
    trace = [("picture", image), ("grey", found.grey), ("ink", found.ink.pixels), ("digit", found.digit)]
    if found.box is None:
        return Normalized(np.zeros((SIDE, SIDE), dtype=np.uint8), None, False, _steps(steps, *trace))
    x0, y0, x1, y1 = found.box
    digit = found.digit[y0:y1, x0:x1]
    scaled = scale(digit if found.ink.clean else smooth_stroke(digit))
    placed = place(scaled)
    trace += [("20 px", scaled), ("28x28", placed)]
    return Normalized(placed, _in_picture(found, found.box, grey.shape), True, _steps(steps, *trace))


def _steps(wanted: bool, *trace: tuple[str, UInt8Array]) -> tuple[Step, ...]:
    """Name the intermediate pictures, if they are wanted."""
    return tuple(Step(name, picture) for name, picture in trace) if wanted else ()


def _find(grey: UInt8Array) -> _Found:
    """Find the digit; in a large picture first on an overview, or a finer one, then, if it is small, in detail."""
    height, width = grey.shape
    if max(height, width) <= _OVERVIEWS[0]:
        return _look(grey)
    for side in _OVERVIEWS:
        small, factor = _reduce(grey, side)
        rough = _look(small, factor=factor)
        if rough.box is not None:
            break
    if rough.box is None or max(rough.box.width, rough.box.height) >= _LEAST_DETAIL:
        return rough
    margin = 3 + max(rough.box.width, rough.box.height) // 6
    x0, y0 = max(0, rough.box.x0 - margin), max(0, rough.box.y0 - margin)
    x1, y1 = rough.box.x1 + margin, rough.box.y1 + margin
    left, top = int(x0 * factor), int(y0 * factor)
    part = grey[top : int(y1 * factor), left : int(x1 * factor)]
    part, factor = (
        _reduce(part, _OVERVIEWS[0]) if max(part.shape) > _OVERVIEWS[0] else (np.ascontiguousarray(part), 1.0)
    )
    allowed = cv2.dilate(rough.digit, np.ones((5, 5), dtype=np.uint8))[y0:y1, x0:x1]
    return _look(part, light=rough.ink.light, allowed=allowed, factor=factor, x=left, y=top)


def _look(
    grey: UInt8Array,
    *,
    light: bool | None = None,
    allowed: cv2.typing.MatLike | None = None,
    factor: float = 1.0,
    x: int = 0,
    y: int = 0,
) -> _Found:
    """Find the digit in one picture; where `allowed` (of any size) is given, only where it is not 0."""
    ink = find_ink(grey, light=light)
    pixels = ink.pixels
    if allowed is not None:
        place = cv2.resize(allowed, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_NEAREST)
        pixels = np.where(place > 0, pixels, np.uint8(0))
    digit = remove_clutter(pixels, clean=ink.clean)
    return _Found(grey, ink, digit, ink_box(digit), factor, x, y)


def _reduce(grey: UInt8Array, side: int) -> tuple[UInt8Array, float]:
    """Reduce the longer side to `side` px or less; return also by what factor."""
    factor = max(1.0, max(grey.shape) / side)
    size = (max(1, round(grey.shape[1] / factor)), max(1, round(grey.shape[0] / factor)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8), factor


def _in_picture(found: _Found, box: Box, shape: tuple[int, ...]) -> Box:
    """Return a box of `found` in pixels of the whole picture."""
    if found.factor == 1 and not (found.x or found.y):
        return box
    x0, y0, x1, y1 = (value * found.factor for value in box)
    right, bottom = min(shape[1], round(x1) + found.x), min(shape[0], round(y1) + found.y)
    return Box(min(int(x0) + found.x, right - 1), min(int(y0) + found.y, bottom - 1), right, bottom)


def ink_box(ink: UInt8Array) -> Box | None:
    """Return the tight rectangle around the ink, up to the middle of its outermost edges.

    MNIST's digits fill their box up to the palest pixel of their edges, which are one pixel wide at that size. So the
    box is drawn around the pixels of half of full ink. Each side then moves out by at most a twentieth of the
    longer side, as long as the ink does not fade: over all of an edge pixel that was enlarged as a block, but hardly
    into one that was enlarged smoothly.

    Args:
        ink: uint8 of shape (H, W), 0 bare to 255 full.
    """
    x, y, width, height = cv2.boundingRect(cv2.threshold(ink, _EDGE, 1, cv2.THRESH_BINARY)[1])
    if max(width, height) <= DIGIT_SIDE + 1:
        left, top, columns, rows = cv2.boundingRect(ink)
        if max(columns, rows) <= DIGIT_SIDE + 1:
            return Box(left, top, left + columns, top + rows) if columns else None
    if not width:
        return None
    rim = max(1, round(max(width, height) / DIGIT_SIDE))
    left, top, right, bottom = max(0, x - rim), max(0, y - rim), x + width, y + height
    inner_rows, inner_columns = ink[y:bottom], ink[:, x:right]
    return Box(
        x - _overhang(np.maximum.reduce(inner_rows[:, left:x], axis=0).tolist()[::-1]),
        y - _overhang(np.maximum.reduce(inner_columns[top:y], axis=1).tolist()[::-1]),
        right + _overhang(np.maximum.reduce(inner_rows[:, right : right + rim], axis=0).tolist()),
        bottom + _overhang(np.maximum.reduce(inner_columns[bottom : bottom + rim], axis=1).tolist()),
    )


def _overhang(outwards: list[int]) -> int:
    """Return up to which place a row of pixels holds at least 80 % of its highest value."""
    if not outwards or (highest := max(outwards)) == 0:
        return 0
    place = len(outwards)
    while outwards[place - 1] < 0.8 * highest:
        place -= 1
    return place


def scale(ink: UInt8Array) -> UInt8Array:
    """Bring the longer side to 20 px, with anti-aliasing, and the stroke into MNIST's range.

    Args:
        ink: uint8 of shape (H, W), the digit without margin.
    """
    if abs(max(ink.shape) - DIGIT_SIDE) <= 1:
        return ink
    enlarge = max(ink.shape) < DIGIT_SIDE
    if not enlarge:
        ink = adapt_stroke(ink, DIGIT_SIDE)
    factor = DIGIT_SIDE / max(ink.shape)
    size = (max(1, round(ink.shape[1] * factor)), max(1, round(ink.shape[0] * factor)))
    method = cv2.INTER_CUBIC if enlarge else cv2.INTER_AREA
    return np.asarray(cv2.resize(ink, size, interpolation=method), dtype=np.uint8)


def place(ink: UInt8Array) -> UInt8Array:
    """Put the centre of mass on pixel (14, 14), by whole pixels, as far as the digit stays inside.

    Args:
        ink: uint8 of shape (h, w), neither more than 28.

    Returns:
        uint8 of shape (28, 28).
    """
    height, width = ink.shape
    dx, dy = offset_to_middle(ink)
    x, y = min(max(dx, 0), SIDE - width), min(max(dy, 0), SIDE - height)
    canvas = np.zeros((SIDE, SIDE), dtype=np.uint8)
    canvas[y : y + height, x : x + width] = ink
    return canvas
