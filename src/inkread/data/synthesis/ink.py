"""Small operations on ink: uint8 of shape (h, w), white on black."""

from __future__ import annotations

import cv2
import numpy as np

from inkread.types import UInt8Array

INK = 64  # grey values from here on count when a box is drawn round ink


def tight(ink: UInt8Array) -> tuple[UInt8Array, int, int]:
    """Cut the margins away.

    Args:
        ink: uint8 of shape (h, w).

    Returns:
        The part that holds all values from `INK` on (one black pixel where there is none), and its left and top.
    """
    x, y, width, height = cv2.boundingRect(cv2.threshold(ink, INK - 1, 255, cv2.THRESH_BINARY)[1])
    if not width:
        return np.zeros((1, 1), np.uint8), 0, 0
    return ink[y : y + height, x : x + width], x, y


def paste(layer: UInt8Array, ink: UInt8Array, x: int, y: int) -> None:
    """Add ink to a layer in place, the darker of both winning; what lies outside is cut off."""
    height, width = layer.shape
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + ink.shape[1], width), min(y + ink.shape[0], height)
    if left < right and top < bottom:
        part = layer[top:bottom, left:right]
        np.maximum(part, ink[top - y : bottom - y, left - x : right - x], out=part)


def cut(layer: UInt8Array, left: int, top: int, right: int, bottom: int) -> UInt8Array:
    """Return a view of a part of a layer; limits beyond the border are moved to it."""
    return layer[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
