"""Digits side by side at known distances, for benchmarks."""

from __future__ import annotations

import cv2
import numpy as np

from inkread.errors import DataError
from inkread.types import UInt8Array

BORDER = 8


def compose_digits(digits: UInt8Array, gap: int, rng: np.random.Generator) -> UInt8Array:
    """Put digits side by side with the same gap between all neighbours.

    The gap is that between the boxes of the inks, where every pixel above 0 is ink: with a gap of 1, exactly one column
    is empty between two digits; with 0 the last column of one is followed by the first of the next; with -2 they share
    two columns. So digits of a gap of 0 or less touch or overlap as boxes do, though their strokes may pass each other
    in different rows. Where both have ink, the darker wins. Rows are those of the pictures, moved by up to 2 pixels.

    Args:
        digits: uint8 of shape (k, h, w), k at least 1, white ink on black, none empty.
        gap: pixels; if negative, of less than the width of each digit.
        rng: decides how far each digit is moved up or down, and nothing else.

    Returns:
        uint8 of shape (h + 20, width), black ink on white, with 8 empty columns on either side.

    Raises:
        DataError: if there is no digit, one holds no ink, or one is not wider than the overlap.
    """
    if not len(digits):
        raise DataError("a number needs at least one digit.")
    height = digits.shape[1] + 2 * BORDER + 4
    inks = []
    for digit in digits:
        x, _, width, _ = cv2.boundingRect(digit)
        if width <= max(0, -gap):
            raise DataError(f"a digit of {width} columns of ink cannot overlap its neighbour by {-gap}.")
        inks.append(digit[:, x : x + width])
    canvas = np.zeros((height, sum(ink.shape[1] for ink in inks) + gap * (len(inks) - 1) + 2 * BORDER), np.uint8)
    left = BORDER
    for ink, drop in zip(inks, rng.integers(-2, 3, len(inks)), strict=True):
        top = BORDER + 2 + int(drop)
        part = canvas[top : top + ink.shape[0], left : left + ink.shape[1]]
        np.maximum(part, ink, out=part)
        left += ink.shape[1] + gap
    return 255 - canvas
