"""A digit in MNIST's form as it would be a little turned, slanted, narrower or wider: for a second opinion."""

from __future__ import annotations

import math

import numpy as np

from inkread.imaging.warping import warp
from inkread.types import UInt8Array

TURN = math.radians(8)
SLANT = 0.18  # sideways shift for a unit of height
NARROW, WIDE = 0.85, 1.15
_CHANGES = (
    ((math.cos(TURN), -math.sin(TURN)), (math.sin(TURN), math.cos(TURN))),
    ((math.cos(TURN), math.sin(TURN)), (-math.sin(TURN), math.cos(TURN))),
    ((1.0, SLANT), (0.0, 1.0)),
    ((1.0, -SLANT), (0.0, 1.0)),
    ((NARROW, 0.0), (0.0, 1.0)),
    ((WIDE, 0.0), (0.0, 1.0)),
)


def other_looks(digit: UInt8Array) -> UInt8Array:
    """Change a digit about the middle of its picture.

    Args:
        digit: uint8 of shape (H, W), white ink on black.

    Returns:
        uint8 of shape (6, H, W): turned by 8 degrees either way, slanted either way, narrower, wider.
    """
    return np.stack([warp(digit, change) for change in _CHANGES])
