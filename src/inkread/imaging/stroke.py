"""How wide a stroke is, and making it as wide as MNIST's."""

from __future__ import annotations

import cv2
import numpy as np

from inkread.types import UInt8Array

THINNEST = 1.8
"""Widths in px of a digit whose longer side is 20 px; 95 of 100 MNIST digits lie above this one."""
THICKEST = 4.5
"""98 of 100 MNIST digits lie below."""
_LEAST_SMOOTHED = 48
# Sides of the medians, and how wide a stroke must be in px that it survives them; noise makes it seem a half or less.
_MEDIANS = ((3, 2.2), (5, 5.0))
_UNEVEN = 1.15  # factor by which a stroke seems wider without its noise


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


def smooth_stroke(ink: UInt8Array) -> UInt8Array:
    """Fill strokes that noise has made uneven, which else seem thinner than they are; thin ones stay as they are.

    Args:
        ink: uint8 of shape (H, W).

    Returns:
        uint8 of shape (H, W); the same array where there is nothing to smooth.
    """
    if max(ink.shape) < _LEAST_SMOOTHED:
        return ink
    smooth = ink
    for side, least_width in _MEDIANS:
        if stroke_width(smooth) < least_width:
            break
        smooth = np.asarray(cv2.medianBlur(smooth, side), dtype=np.uint8)
    if stroke_width(smooth) < _UNEVEN * stroke_width(ink):
        return ink
    filled = cv2.addWeighted(smooth, 3, smooth, 0, -256, dtype=cv2.CV_8U)
    return np.asarray(cv2.max(smooth, filled), dtype=np.uint8)


def adapt_stroke(ink: UInt8Array, target_side: int) -> UInt8Array:
    """Widen strokes that would be thinner than MNIST's after scaling, and narrow those that would be thicker.

    Args:
        ink: uint8 of shape (H, W), the digit without margin.
        target_side: longer side in pixels that the digit is going to have.

    Returns:
        uint8 of another shape, without margin again; the same array where the stroke is right.
    """
    scale = target_side / max(ink.shape)
    width = stroke_width(ink) * scale
    if THINNEST <= width <= THICKEST:
        return ink
    change = (min(max(width, THINNEST), THICKEST) - width) / scale / 2
    margin = int(max(change, 0)) + 2
    framed = cv2.copyMakeBorder(ink, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
    wider = change > 0
    kind = cv2.THRESH_BINARY_INV if wider else cv2.THRESH_BINARY
    region = cv2.threshold(framed, 127, 1, kind)[1]
    distance = cv2.distanceTransform(region, cv2.DIST_L2, cv2.DIST_MASK_5)
    slope, level = (-255, 255 * (change + 1)) if wider else (255, 255 * change)
    shape = cv2.addWeighted(distance, slope, distance, 0, level, dtype=cv2.CV_8U)
    changed = np.asarray(cv2.max(framed, shape) if wider else cv2.min(framed, shape), dtype=np.uint8)
    x, y, columns, rows = cv2.boundingRect(changed)
    return changed[y : y + rows, x : x + columns] if columns else ink
