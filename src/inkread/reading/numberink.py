"""The ink of one number in its crop: lines, neighbours' ink and specks taken away, small marks set aside."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from inkread.imaging import to_grey
from inkread.imaging.clutter import find_frames
from inkread.imaging.ink import find_ink
from inkread.imaging.ruling import remove_lines
from inkread.reading.pageink import opened
from inkread.types import Box, UInt8Array

INK = 40
MOST_SIDE = 1280
HEIGHT = 40  # pixels that are enough of a digit's height: twice what the network sees
# Lengths are shares of the digits' height.
LONG = 1.35  # a straight thin line of this length is no stroke of a digit
THIN = 0.12
SMALL = 0.38
HANGING = 0.75  # a comma is at most so long
LOW = 0.62  # where a point or a comma begins at the earliest, from the top of the digits
FLAT = 1.6  # a minus is so many times longer than thick
LONGEST_FLAT = 0.9
CLOSE = 0.15
_SPECK = 0.09
_X, _Y, _W, _H, _AREA = range(5)

Stats = npt.NDArray[np.int32]
Chosen = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class NumberInk:
    """What is left of a crop.

    Attributes:
        ink: uint8 of shape (H, W), the digits, 0 bare to 255 full; perhaps at a lower resolution than the crop.
        marks: boxes of what may be separators, in pixels of `ink`.
        top, bottom: rows between which the digits stand.
        height: of a digit in pixels.
        factor: pixels of the crop to one of these.
        blank: whether there was no ink at all.
    """

    ink: UInt8Array = field(repr=False)
    marks: tuple[Box, ...]
    top: int
    bottom: int
    height: float
    factor: float
    blank: bool = False


def find_number(pixels: UInt8Array) -> NumberInk:
    """Find the ink of the number in a crop.

    Args:
        pixels: uint8 of shape (H, W) or (H, W, 3) RGB.

    Returns:
        The ink; all its pixels are 0 where nothing can be a number.
    """
    grey, factor = _reduced(to_grey(pixels), MOST_SIDE / max(pixels.shape[:2]))
    ink = remove_lines(find_ink(grey).pixels)
    found = _clean(ink, factor)
    if found.height <= 1.5 * HEIGHT:
        return found
    ink, further = _reduced(ink, HEIGHT / found.height)
    return _clean(ink, factor * further)


def _reduced(picture: UInt8Array, scale: float) -> tuple[UInt8Array, float]:
    """Make a picture smaller, or leave it; return also by what factor."""
    if scale >= 1:
        return picture, 1.0
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8), 1 / scale


def _clean(ink: UInt8Array, factor: float) -> NumberInk:
    """Choose among the connected parts."""
    blank = not (ink > INK).any()
    labels, stats = _parts(ink)
    for frame in find_frames(stats, labels):
        ink = np.where(labels == frame, np.uint8(0), ink)
    labels, stats = _parts(ink)
    height = _digit_height(stats, ink.shape)
    if height:
        ink = _without_lines(_without_lines(ink, height).T, height).T
        labels, stats = _parts(ink)
        height = _digit_height(stats, ink.shape)
    if not height:
        return NumberInk(np.zeros_like(ink), (), 0, len(ink), 0.0, factor, blank)
    top, bottom = _band(stats, labels, height, ink.shape)
    inside = _inside(stats, top, bottom, height, ink.shape)
    marks = _marks(stats, inside, top, bottom, height)
    digits = np.where((inside & ~marks)[labels], ink, np.uint8(0))
    boxes = tuple(Box(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in stats[marks])
    return NumberInk(np.ascontiguousarray(digits), boxes, top, bottom, height, factor)


def _parts(ink: UInt8Array) -> tuple[npt.NDArray[np.int32], Stats]:
    """Find the connected parts: int32 of shape (H, W), 0 for none; and left, top, width, height, area of each."""
    mask = np.ascontiguousarray(ink > INK, np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32)


def _digit_height(stats: Stats, shape: tuple[int, ...]) -> float:
    """Estimate the height of a digit: the median of the parts that are at least half as high as the highest.

    Parts that run on beyond the upper or lower border count only where they are the greater part of the ink.
    """
    parts = stats[1:]
    parts = parts[parts[:, _H] >= max(3, 0.12 * shape[0])]
    cut_off = (parts[:, _Y] <= 0) | (parts[:, _Y] + parts[:, _H] >= shape[0])
    if parts[~cut_off, _AREA].sum() >= 0.5 * parts[cut_off, _AREA].sum():
        parts = parts[~cut_off]
    if not len(parts):
        return 0.0
    heights = parts[:, _H]
    return float(np.median(heights[heights >= 0.5 * heights.max()]))


def _without_lines(ink: UInt8Array, height: float) -> UInt8Array:
    """Remove long level lines, such as an underline or the edge of a box, but not the strokes that cross them."""
    mask = np.asarray(ink > INK, np.uint8)
    length = round(LONG * height)
    if length >= mask.shape[1]:
        return ink
    lines = opened(mask, 1, length)
    if not lines.any():
        return ink
    lines = _widened(lines, 3, 1) & mask
    upright = opened(mask, max(3, round(THIN * height) + 2), 1)
    crossed = _widened(lines & upright, 1, 3)
    wiped = _widened(lines & (1 - crossed), 3, 1)
    return np.where((wiped > 0) & (upright == 0), np.uint8(0), ink)


def _widened(mask: UInt8Array, rows: int, columns: int) -> UInt8Array:
    """Widen a mask by such a rectangle."""
    return np.asarray(cv2.dilate(mask, np.ones((rows, columns), np.uint8)), np.uint8)


def _band(stats: Stats, labels: npt.NDArray[np.int32], height: float, shape: tuple[int, ...]) -> tuple[int, int]:
    """Find the rows in which the digits stand: around the parts as high as a digit, those nearest the middle."""
    tall = stats[:, _H] >= 0.6 * height
    tall[0] = False
    ends = stats[:, _Y] + stats[:, _H]
    inner = tall & (stats[:, _Y] > 0) & (ends < shape[0])
    tall = inner if stats[inner, _AREA].sum() >= 0.5 * stats[tall & ~inner, _AREA].sum() else tall
    if not tall.any():
        return 0, shape[0]
    rows = np.bincount(np.nonzero(tall[labels])[0], minlength=shape[0])
    centre = int(np.average(np.arange(shape[0]), weights=rows))
    near = tall & (stats[:, _Y] <= centre) & (ends >= centre)
    tall = near if near.any() else tall
    return int(stats[tall, _Y].min()), int(ends[tall].max())


def _inside(stats: Stats, top: int, bottom: int, height: float, shape: tuple[int, ...]) -> Chosen:
    """Choose the parts that belong to the number; what reaches in from the borders, and specks, do not."""
    x0, y0 = stats[:, _X], stats[:, _Y]
    x1, y1 = x0 + stats[:, _W], y0 + stats[:, _H]
    shared = np.minimum(y1, bottom) - np.maximum(y0, top)
    keep = shared >= 0.5 * stats[:, _H]
    below = (y0 < bottom + 0.15 * height) & (y0 > top + LOW * height)  # a comma hangs down
    keep |= below & (stats[:, _H] < HANGING * height)
    beyond = (y0 < top - 0.1 * height) | (y1 > bottom + 0.1 * height)
    keep &= ~(((x0 <= 0) | (x1 >= shape[1])) & ((stats[:, _H] < 0.5 * height) | beyond))
    keep &= np.maximum(stats[:, _W], stats[:, _H]) >= max(2.0, _SPECK * height)
    keep[0] = False
    return np.asarray(keep, np.bool_)


def _marks(stats: Stats, inside: Chosen, top: int, bottom: int, height: float) -> Chosen:
    """Choose the small parts that are no piece of a digit: they stand free, or low."""
    w, h, y0 = stats[:, _W], stats[:, _H], stats[:, _Y]
    flat, low = w > FLAT * h, y0 >= top + LOW * (bottom - top)
    small = inside & (w <= np.where(flat, LONGEST_FLAT, SMALL) * height) & (h <= np.where(low, HANGING, SMALL) * height)
    others = stats[inside & ~small]
    if not len(others):
        return np.zeros(len(stats), np.bool_)
    starts, ends = others[:, _X], others[:, _X] + others[:, _W]
    marks = np.zeros(len(stats), np.bool_)
    for index in np.flatnonzero(small):
        left, right = int(stats[index, _X]), int(stats[index, _X] + w[index])
        nearest = int(np.maximum(starts - right, left - ends).min())
        is_first = flat[index] and right <= starts.min()
        marks[index] = is_first or nearest > (-0.6 * w[index] if low[index] else CLOSE * height)
    return marks
