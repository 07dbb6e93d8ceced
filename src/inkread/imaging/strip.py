"""A row of writing as a network sees it: 32 pixels tall, its digits about 20, in the middle."""

from __future__ import annotations

import math

import cv2
import numpy as np

from inkread.imaging.ranks import percentile
from inkread.types import UInt8Array

STRIP_HEIGHT = 32
DIGIT_HEIGHT = 20.0
_WINDOW = np.ones((15, 15), np.uint8)
_FULL = 97.0  # per cent of a strip's pixels that are fainter than full ink
_LEAST_CONTRAST = 32.0
LONGEST = 2048  # columns of a strip; a longer row is made narrower


def strip_scale(height: float, width: int) -> float:
    """Return how many pixels of a strip are one pixel of a crop with digits of `height` pixels, `width` across."""
    return min(DIGIT_HEIGHT / max(height, 1.0), LONGEST / max(width, 1))


def make_strip(raised: UInt8Array, middle: float, scale: float) -> UInt8Array:
    """Cut a row of writing out of a picture, scale it and take its ground away.

    The ground goes by a white top-hat (Meyer 1979), which leaves whatever is narrower than its window: strokes, lines,
    the grain of the paper, but no shadow. Nothing is decided here about what is ink.

    Args:
        raised: uint8 of shape (H, W), ink lighter than its ground.
        middle: row of the picture that comes to lie in the middle of the strip; need not be whole.
        scale: pixels of the strip to one pixel of the picture.

    Returns:
        uint8 of shape (32, w) with w = ceil(W * scale), at least 1; what lies beyond the picture is bare.
    """
    half = STRIP_HEIGHT / 2 / scale
    top, bottom = max(0, math.floor(middle - half) - 1), max(0, math.ceil(middle + half) + 1)
    wide = max(1, math.ceil(raised.shape[1] * scale))
    part = raised[top:bottom]
    if not part.size:
        return np.zeros((STRIP_HEIGHT, wide), np.uint8)
    size = (wide, max(1, math.ceil(part.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR  # averaging keeps thin strokes visible
    small = cv2.resize(part, size, interpolation=way)
    ink = cv2.morphologyEx(small, cv2.MORPH_TOPHAT, _WINDOW, borderType=cv2.BORDER_REPLICATE)
    full = max(_LEAST_CONTRAST, percentile(np.asarray(ink), _FULL))
    shift = STRIP_HEIGHT / 2 - (middle - top) * size[1] / part.shape[0]
    matrix = np.array([[1.0, 0, 0], [0, 1.0, shift]])
    placed = cv2.warpAffine(cv2.convertScaleAbs(ink, alpha=255 / full), matrix, (wide, STRIP_HEIGHT))
    return np.asarray(placed, np.uint8)
