"""What is ink but no part of the digit: ruling and frames, neighbours at the border, specks."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inkread.imaging.pooling import shrink_to_highest
from inkread.imaging.ruling import remove_lines
from inkread.imaging.stroke import stroke_width
from inkread.types import UInt8Array

_PALE = 8
_WEAK = 40
_STRONG = 110
_FEW = 3
_MANY = 8
_MUCH = 0.05
_LEAST_AREA = 2
_LEAST_SHARE = 0.15
_LEAST_FRAME = 24
_SIDE = 160

# Columns of OpenCV's component statistics.
_X, _Y, _W, _H, _AREA = range(5)


def remove_clutter(ink: UInt8Array, *, clean: bool) -> UInt8Array:
    """Keep the digit.

    Args:
        ink: uint8 of shape (H, W), 0 bare to 255 full.
        clean: whether every pixel above 0 is ink, however weak.

    Returns:
        A copy with all else set to 0, or the same array where nothing is to remove.
    """
    ink = remove_lines(ink)
    step = -(-max(ink.shape) // _SIDE)
    small = ink if step == 1 else shrink_to_highest(ink, step)
    if clean and _is_one_part(small):
        strong_area = cv2.countNonZero(cv2.threshold(small, _STRONG, 1, cv2.THRESH_BINARY)[1])
        return ink if strong_area > _LEAST_AREA else np.zeros_like(ink)
    mask = cv2.threshold(small, 0 if clean else _WEAK, 255, cv2.THRESH_BINARY)[1]
    kept, count = _kept_pixels(small, mask)
    if step > 1:
        size = (kept.shape[1] * step, kept.shape[0] * step)
        kept = cv2.resize(kept, size, interpolation=cv2.INTER_NEAREST)[: ink.shape[0], : ink.shape[1]]
    digit = np.asarray(cv2.bitwise_and(ink, kept), dtype=np.uint8)
    much = count > _MANY or cv2.countNonZero(digit) > _MUCH * digit.size
    is_noise = not clean and much and stroke_width(digit) < _least_width(min(ink.shape))
    return np.zeros_like(ink) if is_noise else digit


def _is_one_part(ink: UInt8Array) -> bool:
    """Say whether all but the palest ink is connected."""
    mask = cv2.threshold(ink, _PALE, 255, cv2.THRESH_BINARY)[1]
    x, y, width, height = cv2.boundingRect(mask)
    return width > 0 and cv2.connectedComponents(mask[y : y + height, x : x + width])[0] == 2


def _kept_pixels(ink: UInt8Array, mask: cv2.typing.MatLike) -> tuple[cv2.typing.MatLike, int]:
    """Choose the components of `mask` that belong to the digit.

    Returns:
        uint8 of shape (H, W), 255 on these; and how many components there were in all.
    """
    count, labels, table, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    labels_hw, stats = np.asarray(labels, dtype=np.int32), np.asarray(table, dtype=np.int32)
    strong = np.bincount(labels_hw[ink > _STRONG], minlength=count)
    strong[0] = 0
    strong[find_frames(stats, labels_hw)] = 0
    keep = _digit_parts(stats, strong, ink.shape)
    return np.asarray(keep[labels_hw], dtype=np.uint8) * np.uint8(255), count - 1


def _least_width(side: int) -> float:
    """Return the width of stroke, in pixels, below which what was found in a picture of that side is noise."""
    return 0.0 if side < 16 else 1.05 if side < 48 else 1.3


def _digit_parts(
    stats: npt.NDArray[np.int32], strong: npt.NDArray[np.intp], shape: tuple[int, ...]
) -> npt.NDArray[np.bool_]:
    """Choose among the connected components.

    Args:
        stats: int32 of shape (n, 5), left, top, width, height and area; row 0 is the ground.
        strong: pixels of full ink in each component.
        shape: height and width of the picture.

    Returns:
        bool of shape (n,), all False where there is no digit.
    """
    height, width = shape
    x0, y0 = stats[:, _X], stats[:, _Y]
    x1, y1 = x0 + stats[:, _W], y0 + stats[:, _H]
    sides = np.stack([x0 <= 0, y0 <= 0, x1 >= width, y1 >= height])
    sides[:, 0] = False
    weight = strong * np.where(sides.any(axis=0), 0.5, 1.0)
    main = int(weight.argmax())
    longer = np.maximum(stats[:, _W], stats[:, _H])
    many = np.count_nonzero((strong > 0) & (longer < 0.35 * longer[main])) > _FEW
    least_side, least_area = (0.35, 0.15) if many else (0.15, 0.05)
    speck = (longer < least_side * longer[main]) & (strong < least_area * strong[main])
    keep = (strong > 0) & ~speck
    gap = max(1.0, 0.08 * longer[main])
    outside = np.stack([x1 + gap <= x0[main], y1 + gap <= y0[main], x0 - gap >= x1[main], y0 - gap >= y1[main]])
    for side in range(4):
        if sides[side, main] or sides[(side + 2) % 4, main]:
            continue
        keep &= ~(sides[side] & outside[side] & (strong < 0.5 * strong[main]))
    keep[0] = False
    keep[main] = True
    enough = strong[main] > max(_LEAST_AREA, _LEAST_SHARE * strong.sum())
    return np.asarray(keep & enough, dtype=np.bool_)


def find_frames(stats: npt.NDArray[np.int32], labels: npt.NDArray[np.int32]) -> list[int]:
    """Find rectangles drawn around something: all their ink lies near the sides of their box.

    Args:
        stats: as in `_digit_parts`.
        labels: int32 of shape (H, W), the component of each pixel.

    Returns:
        Numbers of the components that are frames.
    """
    frames = []
    for index in np.flatnonzero((stats[:, _H] > _LEAST_FRAME) & (stats[:, _W] > _LEAST_FRAME)):
        x, y, w, h, area = (int(value) for value in stats[index])
        inset = max(2, min(w, h) // 9)
        inner = labels[y + inset : y + h - inset, x + inset : x + w - inset]
        inside = np.bincount(inner.ravel(), minlength=len(stats))
        inside[0] = 0
        if index and inside[index] <= 0.04 * area and stats[int(inside.argmax()), _H] >= 0.3 * h:
            frames.append(int(index))
    return frames
