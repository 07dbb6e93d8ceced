"""Fast reduction of pictures by whole factors."""

from __future__ import annotations

import cv2
import numpy as np

from inkread.types import UInt8Array


def shrink(picture: UInt8Array, side: int) -> UInt8Array:
    """Average square blocks so that the longer side is at most `side`; a remainder at the far borders is left out.

    Args:
        picture: uint8 of shape (H, W) or (H, W, 3).
        side: the most pixels that the longer side may keep.

    Returns:
        uint8 of shape (h, w) or (h, w, 3); the same array where it is small enough already.
    """
    height, width = picture.shape[:2]
    block = -(-max(height, width) // side)
    if block == 1:
        return picture
    size = (max(1, width // block), max(1, height // block))
    whole = picture[: size[1] * block, : size[0] * block]
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def shrink_to_highest(picture: UInt8Array, block: int) -> UInt8Array:
    """Keep the highest value of each square block, so that no thin stroke is lost.

    Args:
        picture: uint8 of shape (H, W).
        block: side of the blocks in pixels.

    Returns:
        uint8 of shape (ceil(H / block), ceil(W / block)).
    """
    height, width = picture.shape
    framed = cv2.copyMakeBorder(picture, 0, -height % block, 0, -width % block, cv2.BORDER_CONSTANT, value=0)
    highest = cv2.dilate(framed, np.ones((block, block), dtype=np.uint8))
    return np.ascontiguousarray(highest[block // 2 :: block, block // 2 :: block], dtype=np.uint8)
