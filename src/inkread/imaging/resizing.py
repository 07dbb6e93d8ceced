"""Any picture -> one of a fixed size, without a look at what it shows."""

from __future__ import annotations

import cv2
import numpy as np

from inkread.types import UInt8Array


def resize(pixels: UInt8Array, shape_chw: tuple[int, int, int]) -> UInt8Array:
    """Scale a whole picture.

    Args:
        pixels: uint8 of shape (H, W) or (H, W, 3) RGB.
        shape_chw: 1 channel (grey) or 3 (RGB), height and width.

    Returns:
        uint8 of shape `shape_chw`.
    """
    channels, height, width = shape_chw
    if channels == 1 and pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    elif channels == 3 and pixels.ndim == 2:
        pixels = np.repeat(pixels[..., np.newaxis], 3, axis=2)
    shrinks = pixels.shape[0] * pixels.shape[1] > height * width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    scaled = cv2.resize(pixels, (width, height), interpolation=method).astype(np.uint8, copy=False)
    return scaled[np.newaxis] if channels == 1 else np.moveaxis(scaled, 2, 0)
