"""What a picture would be without its ink: paper, light and shadow."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from inkread.imaging.pooling import shrink
from inkread.types import Float32Array, UInt8Array

_SIDE = 64
_MOST_UNEXPLAINED = 0.15
_SECOND_ORDER = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0]], dtype=np.float32)


def estimate_ground(raised: UInt8Array) -> Float32Array:
    """Estimate the ground of a picture whose ink is higher than its ground.

    Where a quadratic surface explains nearly all, it is subtracted first: light that falls off, with little ink or
    none. From what is left, an opening wider than the strokes follows
    the edges of shadows, but lies too low where there is noise; the average of the pixels that it shows to be bare
    does well there. The higher one of these two is taken.

    Args:
        raised: uint8 of shape (H, W).

    Returns:
        float32 of shape (h, w), reduced so that the longer side is at most 64.
    """
    small = shrink(raised, _SIDE).astype(np.float32)
    trend = _quadratic_trend(small)
    left = cv2.subtract(small, trend)
    if _deviation(left) ** 2 > _MOST_UNEXPLAINED * _deviation(small) ** 2:
        trend, left = np.zeros_like(small), small
    reach = round(0.45 * max(small.shape)) | 1
    opened = cv2.morphologyEx(
        cv2.GaussianBlur(left, (3, 3), 0), cv2.MORPH_OPEN, np.ones((reach, reach), dtype=np.uint8)
    )
    above = cv2.convertScaleAbs(cv2.subtract(left, opened))
    mask = cv2.threshold(above, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    bare = (1 - cv2.dilate(mask, np.ones((3, 3), dtype=np.uint8))).astype(np.float32)
    weight = _smooth(bare) + np.float32(1e-3)
    mean = (_smooth(cv2.multiply(bare, left)) + np.float32(1e-3) * opened) / weight
    return np.asarray(cv2.add(trend, cv2.max(mean, opened)), dtype=np.float32)


def _quadratic_trend(picture: Float32Array) -> Float32Array:
    """Fit a surface of second order by least squares.

    Returns:
        float32 of the shape of `picture`.
    """
    down, along = _parabolas(picture.shape[0]), _parabolas(picture.shape[1])
    weights = (down.T @ picture @ along) * _SECOND_ORDER
    return np.asarray(down @ weights @ along.T, dtype=np.float32)


@lru_cache(maxsize=_SIDE)
def _parabolas(length: int) -> Float32Array:
    """Return orthonormal columns that span 1, x and xx.

    Returns:
        float32 of shape (length, 3); where there are fewer than 3 points, the last columns are 0.
    """
    x = np.linspace(-1, 1, length)
    columns = np.zeros((length, 3), dtype=np.float32)
    columns[:, : min(length, 3)] = np.linalg.qr(np.stack([np.ones_like(x), x, x * x], axis=1))[0]
    return columns


def _deviation(picture: cv2.typing.MatLike) -> float:
    """Return the standard deviation of all pixels."""
    return float(cv2.meanStdDev(picture)[1].flat[0])


def _smooth(picture: cv2.typing.MatLike) -> cv2.typing.MatLike:
    """Blur by a twelfth of the longer side: a square average, taken twice."""
    width = round(0.2 * max(picture.shape)) | 1
    return cv2.blur(cv2.blur(picture, (width, width)), (width, width))
