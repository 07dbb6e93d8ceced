"""Grey picture -> ink: 0 where the paper is bare, 255 where the stroke is full."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from inkread.imaging.ground import estimate_ground
from inkread.imaging.panels import undo_stripes
from inkread.imaging.polarity import border_of, has_light_ink
from inkread.imaging.pooling import shrink_to_highest
from inkread.imaging.ranks import percentile
from inkread.types import Float32Array, UInt8Array

# Shades of a picture in 0..255.
_EVEN_BORDER = 4
_LEAST_CONTRAST = 10.0
_LEAST_TINY_CONTRAST = 40.0
_FULL = 250
_DARKEST_PAPER = 48.0

_TINY = 12
_NEAR = 8
_MOST_NEAR = 0.13
_MOST_CHANGES = 0.7
_ROUGH_CHANGES = 0.3
_LEAST_DESPECKLED = 48
_STANDS_OUT = 60
_NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=np.uint8)
_LEAST_SIGNAL_TO_NOISE = 4.0
_SAMPLES = 64


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """What is left of a picture when its ground is taken away.

    Attributes:
        pixels: uint8 of shape (H, W), 0 bare to 255 full.
        light: whether the ink is lighter than its ground.
        clean: whether the ground was one single shade, so that every pixel above 0 is ink.
    """

    pixels: UInt8Array = field(repr=False)
    light: bool
    clean: bool


def find_ink(grey: UInt8Array, *, light: bool | None = None) -> Ink:
    """Separate ink from ground.

    Args:
        grey: uint8 of shape (H, W).
        light: whether the ink is lighter than its ground, where that is known.

    Returns:
        The ink; all its pixels are 0 where nothing stands out from the ground and its noise.
    """
    border = border_of(grey)
    shade, highest = int(border.min()), int(border.max())
    even = highest - shade <= _EVEN_BORDER
    if light is None and even:
        light = _is_light_on(grey, shade)
    if light is None:
        grey = undo_stripes(grey)
        light = has_light_ink(grey)
    raised = grey if light else np.asarray(cv2.bitwise_not(grey), dtype=np.uint8)
    if min(grey.shape) <= _TINY:
        return Ink(_from_tiny(raised), light, clean=False)
    base = (shade if light else 255 - highest) if even else _most_frequent(raised)
    clean, rough = _look_at_ground(raised, base)
    if rough and min(raised.shape) >= _LEAST_DESPECKLED:
        raised = despeckle(raised)
    if clean:
        return Ink(_from_even_ground(raised, base), light, clean=True)
    return Ink(_from_uneven_ground(raised, light), light, clean=False)


def _is_light_on(grey: UInt8Array, shade: int) -> bool | None:
    """Settle the polarity at once where the border has one shade and few pixels are far from it; else None."""
    low, high, _, _ = cv2.minMaxLoc(grey)
    light = high - shade > shade - low
    middle = (shade + (high if light else low)) / 2
    kind = cv2.THRESH_BINARY if light else cv2.THRESH_BINARY_INV
    beyond = cv2.countNonZero(cv2.threshold(grey, middle, 1, kind)[1])
    return light if beyond < 0.4 * grey.size else None


def _most_frequent(raised: UInt8Array) -> int:
    """Return the most frequent shade of the darker part."""
    histogram = cv2.calcHist([raised], [0], None, [256], [0, 256]).ravel()
    return int(histogram[:160].argmax())


def _look_at_ground(raised: UInt8Array, base: int) -> tuple[bool, bool]:
    """Tell whether `base` is the one shade of the ground, and whether the picture is rough, as with noise.

    Noise and compression show in shades next to that of the ground; noise also in as many changes along the rows
    between ground and other pixels as there would be if they were shuffled.
    """
    above = _count_above(raised, base)
    below = raised.size - _count_above(raised, base - 1)
    same = raised.size - above - below
    near = _count_above(raised, base - _NEAR - 1) - _count_above(raised, base + _NEAR) - same
    most_near = max(_MOST_NEAR * above, 0.002 * raised.size)
    if near > most_near or below > 0.02 * above or same < 0.1 * raised.size:
        return False, True
    bare = np.equal(raised, base).view(np.uint8)
    changes = cv2.norm(bare[:, 1:], bare[:, :-1], cv2.NORM_L1)
    shuffled = 2 * same * (raised.size - same) / raised.size
    return changes <= _MOST_CHANGES * shuffled, changes > _ROUGH_CHANGES * shuffled


def _count_above(picture: UInt8Array, shade: int) -> int:
    """Count the pixels above a shade, which need not be one."""
    return picture.size if shade < 0 else cv2.countNonZero(cv2.threshold(picture, shade, 1, cv2.THRESH_BINARY)[1])


def despeckle(picture: UInt8Array) -> UInt8Array:
    """Replace single pixels that stand out from all their neighbours by the median around them.

    Args:
        picture: uint8 of shape (H, W).
    """
    highest, lowest = cv2.dilate(picture, _NEIGHBOURS), cv2.erode(picture, _NEIGHBOURS)
    alone = cv2.max(cv2.subtract(picture, highest), cv2.subtract(lowest, picture))
    lone = cv2.threshold(alone, _STANDS_OUT, 255, cv2.THRESH_BINARY)[1]
    return np.asarray(cv2.copyTo(cv2.medianBlur(picture, 3), lone, picture.copy()), dtype=np.uint8)


def _from_tiny(raised: UInt8Array) -> UInt8Array:
    """Stretch a picture with too few bare pixels to learn anything about its ground."""
    low, high = percentile(raised, 5), percentile(raised, 92)
    if high - low < _LEAST_TINY_CONTRAST:
        return np.zeros_like(raised)
    return _stretch(raised, low + 0.08 * (high - low), high)


def _from_even_ground(raised: UInt8Array, base: int) -> UInt8Array:
    """Stretch the ink of a picture without noise; a picture that is stretched already stays as it is."""
    if base == 0 and int(raised.max()) >= _FULL:
        return raised
    full = _full_ink(raised)
    return _stretch(raised, base, full) if full - base >= _LEAST_CONTRAST else np.zeros_like(raised)


def _from_uneven_ground(raised: UInt8Array, light: bool) -> UInt8Array:
    """Subtract the ground and what its noise leaves."""
    height, width = raised.shape
    small = estimate_ground(raised)
    ground = cv2.resize(small, (width, height))
    ink = np.asarray(cv2.subtract(raised, ground, dtype=cv2.CV_32F), dtype=np.float32)
    if not light:
        paper = np.maximum(255 - small, _DARKEST_PAPER)
        cv2.multiply(ink, cv2.resize(_median(paper.ravel()) / paper, (width, height)), dst=ink)
    level, noise = _level_and_noise(ink)
    highest = shrink_to_highest(_stretch(ink, 0, 255), -(-max(height, width) // _SAMPLES))
    contrast = _full_ink(highest) - level
    if contrast < max(_LEAST_CONTRAST, _LEAST_SIGNAL_TO_NOISE * noise):
        return np.zeros_like(raised)
    return _stretch(ink, level + max(2.5 * noise, 0.06 * contrast), level + contrast)


def _level_and_noise(ink: Float32Array) -> tuple[float, float]:
    """Return median and deviation (from the median absolute deviation) of the pixels well away from all strokes."""
    step = -(-max(ink.shape) // _SAMPLES)
    sample = np.ascontiguousarray(ink[::step, ::step])
    mask = cv2.threshold(_stretch(sample, 0, 255), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    bare = cv2.dilate(mask, np.ones((5, 5), dtype=np.uint8)) == 0
    residue = sample[bare if bare.any() else mask == 0]
    level = _median(residue)
    return level, 1.4826 * _median(np.abs(residue - level))


def _median(values: Float32Array) -> float:
    """Return the (upper) median; for few values much faster than NumPy's."""
    middle = values.size // 2
    return float(np.partition(values, middle)[middle])


def _full_ink(raised: UInt8Array) -> float:
    """Return the level that most of the ink reaches: the 80th percentile of the pixels above Otsu's threshold."""
    threshold, _ = cv2.threshold(raised, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    first = int(threshold) + 1
    total = cv2.calcHist([raised], [0], None, [256], [0, 256]).ravel()[first:].cumsum()
    if total.size == 0 or total[-1] == 0:
        return 0.0
    return float(first + np.searchsorted(total, 0.8 * total[-1]))


def _stretch(values: UInt8Array | Float32Array, floor: float, full: float) -> UInt8Array:
    """Bring `floor` to 0 and `full` to 255."""
    gain = 255 / (full - floor)
    return np.asarray(cv2.addWeighted(values, gain, values, 0, -floor * gain, dtype=cv2.CV_8U), dtype=np.uint8)
