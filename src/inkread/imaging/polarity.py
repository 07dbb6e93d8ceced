"""Whether the ink is darker or lighter than its ground."""

from __future__ import annotations

import cv2
import numpy as np

from inkread.imaging.pooling import shrink
from inkread.types import Float32Array, UInt8Array

_THUMBNAIL = 32


def has_light_ink(grey: UInt8Array) -> bool:
    """Tell whether the ink is lighter than its ground.

    Three cues are added up, each of which turns its sign when the picture is inverted; they fail on different
    pictures. Ground fills the border and the corners (wrong for some tight crops), and ink is a narrow ridge in it, so
    that the picture without its low frequencies is skewed towards the ink (weak where the stroke is very thick).
    Slow changes of light are subtracted first.

    Args:
        grey: uint8 of shape (H, W).
    """
    thumbnail = shrink(grey, _THUMBNAIL).astype(np.float32)
    side = max(thumbnail.shape)
    flat = cv2.subtract(thumbnail, _local_mean(thumbnail, round(0.7 * side)))
    low, high, _, _ = cv2.minMaxLoc(flat)
    if high - low < 1:
        return True
    gain = 255 / (high - low)
    levels = cv2.convertScaleAbs(flat, alpha=gain, beta=-low * gain)
    light = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    border = float(border_of(light).mean())
    corners = (int(light[0, 0]) + int(light[0, -1]) + int(light[-1, 0]) + int(light[-1, -1])) / 4
    ridges = cv2.subtract(thumbnail, _local_mean(thumbnail, round(0.3 * side)))
    squares = cv2.multiply(ridges, ridges)
    skewness = cv2.mean(cv2.multiply(squares, ridges))[0] / (cv2.mean(squares)[0] ** 1.5 + 1e-3)
    return bool(skewness - (border - 0.5) - 1.4 * (corners - 0.5) > 0)


def border_of(picture: cv2.typing.MatLike) -> cv2.typing.MatLike:
    """Return the outermost pixels, of shape (2 * (H + W),)."""
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def _local_mean(picture: Float32Array, width: int) -> Float32Array:
    """Average over a square, twice, which is nearly a Gaussian of deviation 0.4 times its width."""
    size = (width | 1, width | 1)
    once = cv2.blur(picture, size, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.blur(once, size, borderType=cv2.BORDER_REPLICATE), dtype=np.float32)
