"""What stands round a number in a crop and is not the number: ruling, boxes, ticks, neighbours, dirt.

Every function draws onto a layer in place, uint8 of shape (h, w), white on black, in which the number stands in the box
`at`, with digits about `height` pixels tall.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inkread.data.synthesis.glyphs import Glyphs
from inkread.data.synthesis.hands import Hand, draw_to_height, random_hand_pen
from inkread.data.synthesis.ink import cut, paste
from inkread.data.synthesis.layout import Spacing, Writing, write
from inkread.types import Box, UInt8Array

Random = np.random.Generator
Point = tuple[float, float]
FIXED_POINT_BITS = 4
MOST_SEEN = 0.55  # of the height of a number that is cut off by the border
KINDS = ("solid", "dashed", "dotted")


def line(layer: UInt8Array, start: Point, end: Point, thickness: int, kind: str = "solid") -> None:
    """Draw a printed line: solid, dashed or dotted."""
    first, last = np.array(start), np.array(end)
    length = float(np.hypot(*(last - first)))
    on, off = {"solid": (length, 1.0), "dashed": (5.0 * thickness + 4, 3.0 * thickness + 2)}.get(
        kind, (thickness, 2.0 * thickness + 2)
    )
    begin = 0.0
    while begin < length:
        pieces = [first + (last - first) * min(at, length) / max(length, 1e-6) for at in (begin, begin + on)]
        points = np.round(np.array(pieces) * (1 << FIXED_POINT_BITS)).astype(np.int32)
        cv2.line(layer, points[0].tolist(), points[1].tolist(), (255,), thickness, cv2.LINE_AA, FIXED_POINT_BITS)
        begin += on + off


def level(layer: UInt8Array, y: float, height: float, rng: Random) -> None:
    """Draw a line right across at a height, nearly level, thin or bold."""
    thickness = max(1, round(height * float(rng.choice([0.02, 0.03, 0.05, 0.08]))))
    drop = layer.shape[1] * rng.normal(0, 0.008)
    kind = str(rng.choice(KINDS, p=(0.75, 0.1, 0.15)))
    line(layer, (-2, y - drop), (layer.shape[1] + 2, y + drop), thickness, kind)


def upright(layer: UInt8Array, x: float, height: float, rng: Random) -> None:
    """Draw a line from top to bottom, nearly upright, thin or bold."""
    thickness = max(1, round(height * float(rng.choice([0.02, 0.03, 0.05, 0.1]))))
    shift = layer.shape[0] * rng.normal(0, 0.012)
    line(layer, (x - shift, -2), (x + shift, layer.shape[0] + 2), thickness)


def under(layer: UInt8Array, at: Box, height: float, rng: Random) -> None:
    """Rule a line that the digits stand on, and half the time the one above."""
    y = at.y1 + height * rng.normal(0.03, 0.08)
    level(layer, y, height, rng)
    if rng.random() < 0.5:
        level(layer, y - height * rng.uniform(1.3, 2.2), height, rng)


def through(layer: UInt8Array, at: Box, height: float, rng: Random) -> None:
    """Rule a line at any height of the digits."""
    level(layer, rng.uniform(at.y0, at.y1), height, rng)


def squares(layer: UInt8Array, _at: Box, height: float, rng: Random) -> None:
    """Rule squared paper, squares of a half to two heights."""
    pitch = height * rng.uniform(0.5, 2.0)
    for x in np.arange(rng.uniform(0, pitch), layer.shape[1], pitch):
        line(layer, (x, -2), (x, layer.shape[0] + 2), 1)
    for y in np.arange(rng.uniform(0, pitch), layer.shape[0], pitch):
        line(layer, (-2, y), (layer.shape[1] + 2, y), 1)


def edges(layer: UInt8Array, at: Box, height: float, rng: Random) -> None:
    """Draw some of the four edges of a box or of a table's cell, between the number and the border, or touching it."""
    rows, columns = layer.shape
    near = [height * float(rng.uniform(-0.02, 0.4)) for _ in range(4)]
    wanted = rng.random(4) < 0.55
    if wanted[0]:
        upright(layer, max(0.0, at.x0 - near[0]), height, rng)
    if wanted[1]:
        upright(layer, min(columns - 1.0, at.x1 + near[1]), height, rng)
    if wanted[2]:
        level(layer, max(0.0, at.y0 - near[2]), height, rng)
    if wanted[3]:
        level(layer, min(rows - 1.0, at.y1 + near[3]), height, rng)


def comb(layer: UInt8Array, at: Box, pitch: float, left: float, count: int, height: float, rng: Random) -> None:
    """Draw fields of one box a digit, `pitch` pixels apart from `left` on: whole boxes, or teeth along a line."""
    thickness = max(1, round(height * rng.uniform(0.01, 0.05)))
    whole = rng.random() < 0.6
    bottom = at.y1 + height * rng.uniform(0.02, 0.25)
    top = at.y0 - height * rng.uniform(0.02, 0.25) if whole else bottom - height * rng.uniform(0.15, 0.5)
    separate = pitch * rng.uniform(0.05, 0.15) if whole and rng.random() < 0.3 else 0.0
    for number in range(count):
        x0, x1 = left + number * pitch + separate / 2, left + (number + 1) * pitch - separate / 2
        for x in (x0, x1):
            line(layer, (x, top), (x, bottom), thickness)
        line(layer, (x0, bottom), (x1, bottom), thickness)
        if whole:
            line(layer, (x0, top), (x1, top), thickness)


def tick(layer: UInt8Array, at: Box, height: float, rng: Random) -> None:
    """Draw a tick before or behind the number, in what room there is; it is no digit, so it has a long arm."""
    size = height * rng.uniform(0.3, 0.9)
    room = layer.shape[1] - at.x1
    x = at.x1 + 0.08 * height if room > at.x0 else at.x0 - 1.2 * size - 0.08 * height
    y = at.y0 + height * rng.uniform(0.3, 0.9)
    points = np.array([(x, y), (x + 0.25 * size, y + 0.4 * size), (x + size * rng.uniform(0.8, 1.2), y - 0.7 * size)])
    _stroke(layer, points, height, rng)


def underline(layer: UInt8Array, at: Box, height: float, rng: Random) -> None:
    """Underline the number by hand, once or twice."""
    y = at.y1 + height * rng.uniform(0.05, 0.3)
    for _ in range(1 + (rng.random() < 0.25)):
        along = np.linspace(at.x0 + height * rng.normal(0, 0.15), at.x1 + height * rng.normal(0, 0.15), 6)
        drift = np.cumsum(rng.normal(0, 0.015 * height, 6))
        _stroke(layer, np.column_stack([along, y + drift]), height, rng)
        y += height * rng.uniform(0.08, 0.2)


def above(layer: UInt8Array, at: Box, height: float, hand: Hand, rng: Random) -> None:
    """Let the feet of another number reach in from above, at most to this number's heads."""
    other = _other(height, hand, rng)
    seen = round(min(at.y0, MOST_SEEN * height) * rng.uniform(0.15, 1.0))
    paste(layer, other.ink, _beside(at, other, rng), seen - other.ink.shape[0])


def below(layer: UInt8Array, at: Box, height: float, hand: Hand, rng: Random) -> None:
    """Let the heads of another number reach in from below."""
    other = _other(height, hand, rng)
    seen = round(min(layer.shape[0] - at.y1, MOST_SEEN * height) * rng.uniform(0.15, 1.0))
    paste(layer, other.ink, _beside(at, other, rng), layer.shape[0] - seen)


def beside(layer: UInt8Array, at: Box, height: float, hand: Hand, rng: Random) -> None:
    """Let a part of a digit, at most its half, reach in from the left or from the right, apart from the number."""
    ink = hand.draw(str(rng.integers(10)), height, rng)
    y = at.y0 + round(height * rng.normal(0, 0.1))
    part = max(1, round(ink.shape[1] * rng.uniform(0.1, 0.5)))
    if rng.random() < 0.5:
        part = min(part, at.x0 - round(0.1 * height))
        paste(layer, ink[:, ink.shape[1] - max(part, 1) :], 0, y) if part > 0 else None
    else:
        part = min(part, layer.shape[1] - at.x1 - round(0.1 * height))
        paste(layer, ink[:, : max(part, 1)], layer.shape[1] - part, y) if part > 0 else None


def unit(layer: UInt8Array, at: Box, height: float, glyphs: Glyphs, rng: Random) -> None:
    """Write a letter or two behind the number, none that looks like a digit; where there is room."""
    x = at.x1 + round(height * rng.uniform(0.3, 0.7))
    pen = random_hand_pen(rng)
    for letter in glyphs.plain_letters(int(rng.integers(1, 3)), rng):
        size = height * (0.65 if letter.label in "acemnrsuvwx" else 0.95)
        ink = draw_to_height(letter, pen, size, rng)
        paste(layer, ink, x, at.y1 - ink.shape[0])
        x += ink.shape[1] + round(0.1 * height)


def specks(layer: UInt8Array, _at: Box, height: float, rng: Random) -> None:
    """Scatter dirt, each speck far smaller than a decimal point."""
    rows, columns = layer.shape
    for _ in range(int(rng.integers(1, 3 + rows * columns // 3000))):
        centre = (int(rng.integers(columns)), int(rng.integers(rows)))
        if height > 25 and rng.random() < 0.3:
            cv2.circle(layer, centre, max(1, round(height * 0.015)), (255,), -1, cv2.LINE_AA)
        else:
            cut(layer, *centre, centre[0] + 1, centre[1] + 1)[:] = int(rng.integers(80, 256))


def _other(height: float, hand: Hand, rng: Random) -> Writing:
    """Write another number of one to four digits."""
    text = "".join(str(digit) for digit in rng.integers(0, 10, int(rng.integers(1, 5))))
    return write(text, hand, height, Spacing(gap=float(rng.uniform(0.05, 0.3))), rng)


def _beside(at: Box, other: Writing, rng: Random) -> int:
    """Return where another line's number begins: somewhere above or below this one."""
    return round(at.x0 + rng.uniform(-0.5, 1) * at.width - other.width * rng.uniform(0, 0.6))


def _stroke(layer: UInt8Array, points: npt.NDArray[np.float64], height: float, rng: Random) -> None:
    """Draw a stroke of a pen."""
    fixed = np.round(points * (1 << FIXED_POINT_BITS)).astype(np.int32).reshape(-1, 1, 2)
    thickness = max(1, round(height * rng.uniform(0.05, 0.12)))
    cv2.polylines(layer, [fixed], False, (255,), thickness, cv2.LINE_AA, FIXED_POINT_BITS)
