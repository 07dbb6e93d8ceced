"""Grey pictures of forms with their light evened out, so that print of one can be compared with print of the other."""

from __future__ import annotations

import cv2
import numpy as np

from inkread.imaging.pooling import shrink
from inkread.types import UInt8Array

_GROUND_SIDE = 160
_DARKEST = 24


def even_light(grey: UInt8Array) -> UInt8Array:
    """Divide by the paper's light, which is estimated as the lightest of each neighbourhood.

    Args:
        grey: uint8 of shape (H, W), dark print on light paper.

    Returns:
        uint8 of shape (H, W), paper about 255.
    """
    small = shrink(grey, _GROUND_SIDE)
    light = cv2.medianBlur(cv2.dilate(cv2.blur(small, (3, 3)), np.ones((7, 7), np.uint8)), 5)
    ground = cv2.resize(cv2.blur(light, (5, 5)), grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, np.maximum(ground, _DARKEST), scale=255), np.uint8)


def reduce_to(picture: UInt8Array, side: int) -> tuple[UInt8Array, float]:
    """Reduce a picture so that its longer side is at most `side`.

    Args:
        picture: uint8 of shape (H, W).
        side: in pixels.

    Returns:
        The picture, and the factor by which it was scaled, at most 1.
    """
    height, width = picture.shape
    factor = min(1.0, side / max(height, width))
    if factor == 1:
        return picture, 1.0
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8), factor
