"""A page's picture -> its ink: light and shadow taken away, and the strokes told from bare paper."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inkread.imaging.normalization import place, scale
from inkread.imaging.ranks import percentile
from inkread.types import UInt8Array

OVERVIEW = 1_200_000  # pixels of the picture that shows how large the writing is
MOST_PIXELS = 12_000_000  # of the picture in which numbers are looked for
HEIGHT = 30.0  # pixels of a digit's height that are enough: half as much again as the network sees
GROUND_SIDE = 512  # longer side of the picture from which the ground is estimated
GROUND_REACH = 31  # side of the median on it: more than twice as wide as any stroke
EVEN = 0.7  # darkest by lightest ground nearby, where this is no edge of a sheet
DARKEST_PAPER = 24
DESK = 0.33  # of the lightest ground's light, below which it is no paper: shadows leave more
NOISE = 4.0  # deviations that ink stands out by
GRAINY = 4.0  # deviation of noise, of 255, from which on it may be grain that smoothing takes off
CALM, CALM_NOISE = 1.0, 2.0  # how smooth, and deviations that ink then stands out by
NOISE_ALONE = 60.0  # deviation, of 255
MOST_FAINT = 40.0  # lines need not stand out from noise pixel by pixel, as they are long
LEAST_INK = 18  # of 255, from bare paper to black
PART = 0.45  # of the ink nearby, from which on a pixel belongs to a stroke
SMALLEST, LARGEST = 6, 0.25  # of what counts for the scale: pixels, and share of the shorter side
_X, _Y, _W, _H, _AREA = range(5)


class Parts(NamedTuple):
    """The connected parts of a mask.

    Attributes:
        labels: int32 of shape (H, W), 0 for bare paper.
        stats: int32 of shape (n, 5): left, top, width, height and area; row 0 is the paper.
    """

    labels: npt.NDArray[np.int32]
    stats: npt.NDArray[np.int32]


def find_page_ink(grey: UInt8Array) -> UInt8Array:
    """Take away paper, light and shadow.

    The ground is the median of the surroundings, which follows the edges of shadows and of the sheet; what is left is
    the share of the ground's light that is missing. What a sheet lies on, if it is dark, counts as bare, as its grain
    would be magnified.

    Args:
        grey: uint8 of shape (H, W).

    Returns:
        uint8 of shape (H, W), 0 bare to 255 black.
    """
    height, width = grey.shape
    scale = min(1.0, GROUND_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    ground = np.asarray(cv2.medianBlur(small, GROUND_REACH), np.uint8)
    if _has_light_ink(small, ground):
        grey, ground = (np.asarray(cv2.bitwise_not(image), np.uint8) for image in (grey, ground))
    blurred = cv2.GaussianBlur(np.maximum(ground, np.uint8(DARKEST_PAPER)), (0, 0), 2)
    light = cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR)
    ink = np.asarray(cv2.bitwise_not(cv2.divide(grey, light, scale=255)), np.uint8)
    desk = DESK * percentile(np.asarray(blurred, np.uint8), 90)
    if blurred.min() >= desk:
        return ink
    paper = cv2.threshold(light, desk, 255, cv2.THRESH_BINARY)[1]
    return np.asarray(cv2.bitwise_and(ink, ink, mask=paper), np.uint8)


def _has_light_ink(small: UInt8Array, ground: UInt8Array) -> bool:
    """Say whether what stands out from the ground is mostly lighter; the edges of a sheet do not count."""
    window = np.ones((GROUND_REACH, GROUND_REACH), np.uint8)
    darkest, lightest = (change(ground, window).astype(np.float32) for change in (cv2.erode, cv2.dilate))
    even = darkest + DARKEST_PAPER > EVEN * lightest
    left = cv2.subtract(ground, small, dtype=cv2.CV_32F)
    return float((left * left * left)[even].sum()) < 0


def find_strokes(ink: UInt8Array, height: float) -> UInt8Array:
    """Tell strokes from paper: what holds about half as much ink as the strokes nearby, and more than noise.

    Args:
        ink: uint8 of shape (H, W).
        height: of a digit in pixels, about.

    Returns:
        uint8 of shape (H, W), 1 on strokes.
    """
    ink, least = _without_grain(ink)
    block = max(1, round(height / 8))
    size = (max(1, ink.shape[1] // block), max(1, ink.shape[0] // block))
    dark = cv2.threshold(ink, least, 0, cv2.THRESH_TOZERO)[1]
    count = cv2.threshold(ink, least, 255, cv2.THRESH_BINARY)[1]
    reach = (25, 25)
    whole = (slice(0, size[1] * block), slice(0, size[0] * block))  # averaging whole pixels is many times as quick
    total = cv2.blur(cv2.resize(dark[whole], size, interpolation=cv2.INTER_AREA).astype(np.float32), reach)
    number = cv2.blur(cv2.resize(count[whole], size, interpolation=cv2.INTER_AREA).astype(np.float32), reach)
    usual = cv2.convertScaleAbs(cv2.divide(total, number + np.float32(1e-3)), alpha=255 * PART)
    level = cv2.resize(np.maximum(usual, np.uint8(least)), (ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.greater(ink, level).view(np.uint8)


def _without_grain(ink: UInt8Array) -> tuple[UInt8Array, float]:
    """Smooth the ink where that takes noise off, and return also the level above which it is no noise.

    Where squares or the texture of newsprint pass for noise, smoothing takes nothing off: they stay as they are.
    """
    deviation = _deviation(ink)
    if deviation > GRAINY:
        calm = np.asarray(cv2.GaussianBlur(ink, (0, 0), CALM), np.uint8)
        left = _deviation(calm)
        if left < deviation:
            return calm, max(float(LEAST_INK), CALM_NOISE * left)
    return ink, noise_level(ink)


def find_faint(ink: UInt8Array) -> UInt8Array:
    """Tell all that is no noise from paper: uint8 of shape (H, W), 1 on ink, however faint."""
    return np.asarray(cv2.threshold(ink, min(MOST_FAINT, noise_level(ink)), 1, cv2.THRESH_BINARY)[1], np.uint8)


def noise_level(ink: UInt8Array) -> float:
    """Return the level above which ink is no noise of the paper."""
    return min(110.0, max(float(LEAST_INK), NOISE * _deviation(ink)))


def is_noise(ink: UInt8Array) -> bool:
    """Say whether there is more noise than writing could stand out from."""
    return _deviation(ink) > NOISE_ALONE


def _deviation(ink: UInt8Array) -> float:
    """Estimate the deviation of the noise.

    Half of the noise is cut off at 0, so that its upper quartile is the median of the rest, 0.67 deviations; ink covers
    too little of a page to matter.
    """
    step = max(1, max(ink.shape) // 700)
    sample = np.ascontiguousarray(ink[::step, ::step])
    below = np.cumsum(cv2.calcHist([sample], [0], None, [256], [0, 256]).ravel().astype(np.int64))
    place = 0.75 * (sample.size - 1)
    low, high = (int(np.searchsorted(below, int(place) + more, side="right")) for more in (0, 1))
    return (low + (place - int(place)) * (high - low)) / 0.6745


def opened(mask: UInt8Array, rows: int, columns: int) -> UInt8Array:
    """Keep of a mask what such a rectangle fits into: uint8 of its shape.

    OpenCV's own opening moves the result by a pixel where a side is even.
    """
    kernel = np.ones((rows, columns), np.uint8)
    anchor = ((columns - 1) // 2, (rows - 1) // 2)
    eroded = cv2.erode(mask, kernel, anchor=anchor)
    return np.asarray(cv2.dilate(eroded, kernel, anchor=(columns - 1 - anchor[0], rows - 1 - anchor[1])), np.uint8)


def find_parts(mask: UInt8Array) -> Parts:
    """Find the connected parts of a mask, diagonal neighbours connected.

    The block-based decision tree of Grana, Borghesani and Cucchiara (2010) takes less than half as long as the other
    ways that OpenCV has, where it runs in one thread, and numbers the parts alike.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_BBDT)
    return Parts(np.asarray(labels, np.int32), np.asarray(stats, np.int32))


def find_parts_in_rows(mask: UInt8Array) -> tuple[Parts, npt.NDArray[np.intp]]:
    """Find the parts of a mask most of whose rows are bare, which are left out, but for one below each inked one.

    Returns:
        The parts, their rows counted among those that are kept; and which these are.
    """
    inked = np.asarray(mask.any(axis=1))
    inked[0] = True
    kept = np.flatnonzero(inked | np.roll(inked, 1))  # a bare one between two lines keeps these apart
    return find_parts(np.ascontiguousarray(mask[kept])), kept


def writing_height(stats: npt.NDArray[np.int32], shape: tuple[int, ...]) -> float:
    """Estimate the height of the digits on a page, before it is known which parts are digits.

    It is the height around which most ink lies, each part counted by its height: the peak of a smoothed histogram of
    logarithms. Long thin parts, such as rules, and specks do not count.

    Returns:
        Pixels; 0 where nothing is like writing.
    """
    longer, shorter = np.maximum(stats[1:, _W], stats[1:, _H]), np.minimum(stats[1:, _W], stats[1:, _H])
    like = (longer >= SMALLEST) & (longer <= LARGEST * min(shape)) & (longer < 6 * shorter + 6)
    like &= stats[1:, _AREA] < 0.75 * longer * shorter + 4
    heights = longer[like].astype(np.float64)
    if not len(heights):
        return 0.0
    bins = np.log2(heights) * 4
    histogram = np.bincount(np.rint(bins).astype(int), weights=heights, minlength=60).astype(np.float64)
    peak = int(np.convolve(histogram, (1, 2, 3, 2, 1), "same").argmax())
    return float(np.median(heights[np.abs(bins - peak) <= 2]))


def in_digit_form(ink: UInt8Array) -> UInt8Array:
    """Bring a part that may be a digit into MNIST's form, however pale: uint8 of shape (28, 28)."""
    full = max(1.0, float(ink.max(initial=0)))
    return place(scale(np.asarray(cv2.convertScaleAbs(ink, alpha=255 / full), np.uint8)))
