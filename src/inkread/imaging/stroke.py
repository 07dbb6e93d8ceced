"""How wide a stroke is, and making it as wide as MNIST's."""

from __future__ import annotations

import cv2
import numpy as np

from inkread.types import UInt8Array

THINNEST = 1.8
"""Widths in px of a digit whose longer side is 20 px; 95 of 100 MNIST digits lie above this one."""
THICKEST = 4.5
"""98 of 100 MNIST digits lie below."""


def stroke_width(ink: UInt8Array) -> float:
    """Estimate the mean width of the strokes, in pixels.

    A stroke of length l and width w has the area l*w and two edges, across each of which the ink rises once; so the
    sum of the steps from pixel to pixel, in both directions, is 2*l*4/pi on average over all directions.

    Args:
        ink: uint8 of shape (H, W).

    Returns:
        The width; 0 for an empty picture.
    """
    framed = cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    steps = cv2.norm(framed[1:], framed[:-1], cv2.NORM_L1) + cv2.norm(framed[:, 1:], framed[:, :-1], cv2.NORM_L1)
    return float(8 / np.pi * cv2.sumElems(ink)[0] / steps) if steps else 0.0


def adapt_stroke(ink: UInt8Array, longer: int, target_side: int) -> UInt8Array:
    """Widen strokes that would be thinner than MNIST's after scaling, and narrow those that would be thicker.

    Args:
        ink: uint8 of shape (H, W) with an empty margin.
        longer: longer side of the digit in it, in pixels.
        target_side: longer side that it is going to have.

    Returns:
        uint8 of the same shape.
    """
    scale = target_side / longer
    width = stroke_width(ink) * scale
    if THINNEST <= width <= THICKEST or width == 0:
        return ink
    change = (min(max(width, THINNEST), THICKEST) - width) / scale / 2
    inside = (ink >= 128).astype(np.uint8)
    if change > 0:
        distance = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_5)
        grown = np.clip((change + 1 - distance) * 255, 0, 255)
        return np.maximum(ink, np.asarray(grown, dtype=np.uint8))
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.minimum(ink, np.asarray(np.clip((distance + change) * 255, 0, 255), dtype=np.uint8))
