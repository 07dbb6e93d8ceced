"""Stripes in which a picture is inverted."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from inkread.types import UInt8Array

_LEAST_SIDE = 16
_SAMPLED_LINES = 24
_STEP = 60
_LEAST_INSIDE = 0.04


def undo_stripes(grey: UInt8Array) -> UInt8Array:
    """Invert upright and level stripes back that swap ink and ground.

    The edge of such a stripe is a step that runs through the whole picture, also where it crosses the digit. A stripe
    that holds nothing but one shade is no part of a picture but a stroke, and stays.

    Args:
        grey: uint8 of shape (H, W).

    Returns:
        A copy in which the ground has the same polarity everywhere, or the same array where it had.
    """
    if min(grey.shape) < _LEAST_SIDE:
        return grey
    for across in (False, True):
        turned = grey.T if across else grey
        cuts = _cuts(turned)
        if cuts:
            flipped = _flip(turned, cuts)
            grey = np.ascontiguousarray(flipped.T) if across else flipped
    return grey


def _cuts(grey: UInt8Array) -> list[int]:
    """Return the columns at which a step runs from the upper to the lower border."""
    height, width = grey.shape
    lines = np.ascontiguousarray(grey[:: max(1, height // _SAMPLED_LINES)])
    lag = max(1, width // 56)
    steps = cv2.absdiff(lines[:, lag:], lines[:, :-lag]) > _STEP
    full = np.flatnonzero(np.count_nonzero(steps, axis=0) >= 0.7 * len(lines))
    if not len(full):
        return []
    groups = np.split(full, np.flatnonzero(np.diff(full) > 1) + 1)
    return [int(group.mean()) + (lag + 1) // 2 for group in groups]


def _flip(grey: UInt8Array, cuts: list[int]) -> UInt8Array:
    """Invert the stripes whose ground differs from that of the greater part of the border."""
    low, high, _, _ = cv2.minMaxLoc(grey)
    usual = float(np.median(np.concatenate([grey[:2], grey[-2:]])))
    result = grey.copy()
    for start, stop in pairwise([0, *cuts, grey.shape[1]]):
        stripe = grey[:, start + 1 : stop - 1].astype(np.float32)
        if not stripe.size:
            continue
        top, bottom = float(np.median(stripe[:2])), float(np.median(stripe[-2:]))
        swapped = abs(top - usual) > _STEP and abs(top + usual - low - high) < _STEP and abs(top - bottom) < _STEP
        if swapped and float((np.abs(stripe - top) > _STEP).mean()) > _LEAST_INSIDE:
            mirrored = top + usual - grey[:, start:stop].astype(np.float32)
            result[:, start:stop] = np.clip(mirrored, 0, 255).astype(np.uint8)
    return result
