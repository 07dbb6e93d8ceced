"""Colour -> grey."""

from __future__ import annotations

import cv2
import numpy as np

from inkread.imaging.pooling import shrink
from inkread.types import UInt8Array

_THUMBNAIL = 64
_LUMINANCE = np.array((0.299, 0.587, 0.114), dtype=np.float32)


def to_grey(image: UInt8Array) -> UInt8Array:
    """Reduce colour to one channel, along the direction in which ink and paper differ most.

    Pictures with little colour give luminance (ITU-R BT.601). Else the direction is the first principal component of
    what is left of the colours when each is compared with its surroundings, so that a slow change of the light does
    not count: red ink on green paper of the same luminance stays visible.

    Args:
        image: uint8 of shape (H, W) or (H, W, 3) RGB.

    Returns:
        uint8 of shape (H, W).
    """
    if image.ndim == 2:
        return image
    small = shrink(image, _THUMBNAIL).astype(np.float32)
    local = (small - cv2.blur(small, (31, 31), borderType=cv2.BORDER_REPLICATE)).reshape(-1, 3)
    covariance = local.T @ local / len(local)
    along = float(_LUMINANCE @ covariance @ _LUMINANCE) / float(_LUMINANCE @ _LUMINANCE)
    values, vectors = np.linalg.eigh(covariance)
    if values[-1] < 1.25 * along + 1:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    weights = vectors[:, -1] / np.abs(vectors[:, -1]).sum()
    weights = weights if weights.sum() >= 0 else -weights
    offset = -255 * float(np.minimum(weights, 0).sum())
    return np.asarray(cv2.transform(image, np.append(weights, offset)[None].astype(np.float32)), dtype=np.uint8)
