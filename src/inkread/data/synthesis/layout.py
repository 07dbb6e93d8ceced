"""Setting characters side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from inkread.data.synthesis.hands import Hand
from inkread.data.synthesis.ink import INK, paste, tight
from inkread.imaging.stroke import stroke_width
from inkread.types import Box, Int64Array, UInt8Array

Random = np.random.Generator
DIGITS = frozenset("0123456789")
DESCENDING = frozenset("gjpqy")
MOST_OVERLAP = 0.2  # of the height: 4 pixels of MNIST
MOST_HIDDEN = 0.4  # of the narrower of two neighbours
FIXED_POINT_BITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacing:
    """How evenly a writer writes; lengths are shares of the digits' height.

    Attributes:
        gap: mean distance of neighbours.
        spread: standard deviation of the distance.
        kerned: whether the distance is that of the inks at their closest, and not that of their boxes.
        wobble: standard deviation of the feet of the digits about the baseline.
        unevenness: standard deviation of the digits' heights.
        climb: rise of the baseline for a unit of length.
        pitch: distance from one middle to the next, as in fields of boxes; None where digits follow each other freely.
    """

    gap: float = 0.15
    spread: float = 0.05
    kerned: bool = False
    wobble: float = 0.03
    unevenness: float = 0.05
    climb: float = 0.0
    pitch: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Writing:
    """Characters in a row.

    Attributes:
        text: what is written; spaces apart, one character a box.
        ink: uint8 of shape (h, w), white on black, without margin.
        boxes: where the ink of each character is, those that reach into each other included.
        baseline: row of `ink` on which the first digit stands, about.
        height: of a digit, nominal, in pixels.
    """

    text: str
    ink: UInt8Array = field(repr=False)
    boxes: tuple[Box, ...]
    baseline: int
    height: float

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.ink.shape[1])


def write(text: str, hand: Hand, height: float, spacing: Spacing, rng: Random) -> Writing:
    """Write a number.

    Args:
        text: digits, ".", "," and "-"; at least one digit.
        hand: who writes.
        height: of the digits in pixels.
        spacing: how evenly.
        rng: decides the rest.

    Returns:
        The number, one box a character.
    """
    tall = [height * float(np.exp(rng.normal(0, spacing.unevenness))) for _ in text]
    inks = [hand.draw(c, size, rng) if c in DIGITS else None for c, size in zip(text, tall, strict=True)]
    pen = float(np.median([stroke_width(ink) for ink in inks if ink is not None]))
    glyphs = [draw_separator(c, height, pen, rng) if ink is None else ink for c, ink in zip(text, inks, strict=True)]
    return arrange(text, glyphs, height, spacing, rng)


def arrange(text: str, glyphs: Sequence[UInt8Array], height: float, spacing: Spacing, rng: Random) -> Writing:
    """Set drawn characters side by side on a baseline.

    Args:
        text: what they are.
        glyphs: uint8 of shape (h, w) each, white ink on black, without margin.
        height: of a digit in pixels.
        spacing: how evenly.
        rng: decides the rest.

    Returns:
        The row, one box a character.
    """
    places: list[tuple[int, int]] = []
    for number, (character, glyph) in enumerate(zip(text, glyphs, strict=True)):
        foot = int(height * rng.normal(0, spacing.wobble)) + _drop(character, glyph, height)
        if spacing.pitch is not None:
            x = round((number + 0.5 + rng.normal(0, 0.05)) * spacing.pitch * height - glyph.shape[1] / 2)
        elif number:
            gap = height * (spacing.gap + rng.normal(0, spacing.spread))
            x = _next(glyphs[number - 1], places[-1], glyph, foot, gap, height, kerned=spacing.kerned)
        else:
            x = 0
        foot -= round(spacing.climb * x)
        places.append((x, foot - glyph.shape[0]))
    return _join(text, glyphs, places, height)


def draw_separator(character: str, height: float, pen: float, rng: Random) -> UInt8Array:
    """Draw a point, a comma or a minus with a pen of some width in pixels: uint8 (h, w), without margin."""
    thickness = max(1, round(pen * rng.uniform(0.9, 1.3)))
    side = int(height) + 4 * thickness + 8
    canvas = np.zeros((side, side), np.uint8)
    middle = side / 2
    if character == "-":
        reach = height * rng.uniform(0.15, 0.3)
        tilt = rng.normal(0, 0.12) * reach
        points = [(middle - reach, middle + tilt), (middle + reach, middle - tilt)]
    elif character == ",":
        reach = height * rng.uniform(0.08, 0.2) + 1
        lean = reach * rng.uniform(0.0, 0.9)
        points = [(middle + lean / 2, middle - reach), (middle + lean / 3, middle), (middle - lean, middle + reach)]
    else:
        reach = float(thickness * rng.uniform(0.0, 0.4))
        points = [(middle, middle), (middle + reach, middle + reach * rng.uniform(-0.5, 1.0))]
    fixed = np.round(np.array(points) * (1 << FIXED_POINT_BITS)).astype(np.int32).reshape(-1, 1, 2)
    thickness += character == "." and thickness < height * 0.1
    cv2.polylines(canvas, [fixed], False, (255,), thickness, cv2.LINE_AA, FIXED_POINT_BITS)
    return tight(canvas)[0]


def _drop(character: str, glyph: UInt8Array, height: float) -> int:
    """Return how far a character's foot stands below the baseline."""
    if character == ",":
        return round(0.6 * len(glyph))
    if character == "-":
        return round(len(glyph) / 2 - 0.45 * height)
    return round(0.3 * height) if character in DESCENDING else 0


def _next(
    before: UInt8Array,
    place: tuple[int, int],
    glyph: UInt8Array,
    foot: int,
    gap: float,
    height: float,
    *,
    kerned: bool,
) -> int:
    """Return the left edge of a character after another; they never hide each other."""
    x, y = place
    hidden: float = MOST_HIDDEN * min(before.shape[1], glyph.shape[1])
    end: float = x + before.shape[1] + max(gap, -min(MOST_OVERLAP * height, hidden))
    top = foot - glyph.shape[0]
    first, last = max(y, top), min(y + before.shape[0], foot)
    if not kerned or last <= first:
        return round(end)
    free = _right_margin(before[first - y : last - y]) + _right_margin(glyph[first - top : last - top, ::-1])
    return round(end - min(float(free.min()), hidden))


def _right_margin(ink: UInt8Array) -> Int64Array:
    """Return the empty pixels at the end of each row: int64 of shape (h,)."""
    dark = ink[:, ::-1] >= INK
    return np.asarray(np.where(dark.any(axis=1), dark.argmax(axis=1), ink.shape[1]), np.int64)


def _join(text: str, glyphs: Sequence[UInt8Array], places: list[tuple[int, int]], height: float) -> Writing:
    """Put characters into one picture without margin."""
    left, top = min(x for x, _ in places), min(y for _, y in places)
    boxes = tuple(
        Box(x - left, y - top, x - left + glyph.shape[1], y - top + glyph.shape[0])
        for glyph, (x, y) in zip(glyphs, places, strict=True)
    )
    ink = np.zeros((max(box.y1 for box in boxes), max(box.x1 for box in boxes)), np.uint8)
    for glyph, box in zip(glyphs, boxes, strict=True):
        paste(ink, glyph, box.x0, box.y0)
    return Writing(text=text, ink=ink, boxes=boxes, baseline=-top, height=height)
