"""Turning, slanting and stretching a picture about its middle."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from inkread.types import UInt8Array


def warp(picture: UInt8Array, matrix: Sequence[Sequence[float]], shift: tuple[float, float] = (0.0, 0.0)) -> UInt8Array:
    """Map a picture about its middle; what comes from beyond its borders is black.

    Args:
        picture: uint8 of shape (H, W).
        matrix: of shape (2, 2), from places before to places after, x first.
        shift: in pixels to the right and down.

    Returns:
        uint8 of shape (H, W).
    """
    height, width = picture.shape
    linear, middle = np.array(matrix, np.float64), np.array([(width - 1) / 2, (height - 1) / 2])
    affine = np.column_stack([linear, middle - linear @ middle + shift])
    return cv2.warpAffine(picture, affine, (width, height), flags=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
