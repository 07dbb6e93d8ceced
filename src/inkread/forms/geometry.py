"""Homographies between a template and a page: points, sizes, and pictures cut out through them."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from inkread.types import Box, UInt8Array

Homography: TypeAlias = npt.NDArray[np.float64]
Points: TypeAlias = npt.NDArray[np.float64]
STEEPEST = 4.0  # times that one side of a sheet may seem larger than another


def transform(homography: Homography, points: Points) -> Points:
    """Map points of shape (n, 2), x before y."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)


def scaling(factor: float) -> Homography:
    """Return what maps pixels of a picture to those of one `factor` times as large, centres of pixels to centres."""
    shift = (factor - 1) / 2
    return np.array([[factor, 0, shift], [0, factor, shift], [0, 0, 1]], np.float64)


def corners(box: Box) -> Points:
    """Return the corners, clockwise from the upper left: float64 of shape (4, 2)."""
    x0, y0, x1, y1 = box
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float64) - 0.5


def magnification(homography: Homography, box: Box) -> float:
    """Return how many times as large a box becomes, in length."""
    area = cv2.contourArea(transform(homography, corners(box)).astype(np.float32))
    return float(np.sqrt(area / max(1, box.width * box.height)))


def is_sane(homography: Homography, size: tuple[int, int]) -> bool:
    """Tell whether a homography shows a sheet as a camera may see it: convex, not mirrored, no side shrunk away.

    Args:
        homography: what is asked about.
        size: width and height of what it maps, in pixels.
    """
    width, height = size
    ends = np.column_stack([corners(Box(0, 0, width, height)), np.ones(4)]) @ homography.T
    if not np.isfinite(ends).all() or (ends[:, 2] <= 0).any():
        return False
    sides = np.roll(points := ends[:, :2] / ends[:, 2:], -1, axis=0) - points
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    lengths = np.linalg.norm(sides, axis=1) / (width, height, width, height)
    return bool((turns > 0).all() and lengths.max() < STEEPEST * lengths.min())


def points_down(homography: Homography, size: tuple[int, int]) -> bool:
    """Tell whether the upper edge of what is mapped comes to lie below the lower one."""
    width, height = size
    ends = transform(homography, np.array([[width / 2, 0], [width / 2, height]], np.float64))
    return bool(ends[0, 1] > ends[1, 1])


def cut_out(page: UInt8Array, homography: Homography, box: Box, factor: float) -> UInt8Array:
    """Cut a box of the template out of a page.

    Args:
        page: uint8 of shape (H, W).
        homography: pixels of the template to pixels of the page.
        box: in pixels of the template.
        factor: pixels of the result for each pixel of the template.

    Returns:
        uint8 of shape (factor * height, factor * width), rounded; what lies outside the page repeats its border.
    """
    size = (max(1, round(box.width * factor)), max(1, round(box.height * factor)))
    shrinking = magnification(homography, box) / factor
    outside = np.array([[1, 0, box.x0], [0, 1, box.y0], [0, 0, 1]], np.float64)
    to_page = homography @ outside @ np.linalg.inv(scaling(factor))
    if shrinking > 1.5:
        page, to_page = _reduce_around(page, to_page, size, 1 / shrinking)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpPerspective(page, to_page, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def _reduce_around(
    page: UInt8Array, to_page: Homography, size: tuple[int, int], factor: float
) -> tuple[UInt8Array, Homography]:
    """Reduce the part of a page that will be seen, by averages, so that thin strokes survive."""
    seen = transform(to_page, corners(Box(0, 0, *size)))
    low = np.maximum(np.floor(seen.min(axis=0)).astype(int) - 8, 0)
    high = np.minimum(np.ceil(seen.max(axis=0)).astype(int) + 8, page.shape[::-1])
    if (high - low < 2).any():
        return page, to_page
    part = page[low[1] : high[1], low[0] : high[0]]
    small = cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    exact = np.diag([small.shape[1] / part.shape[1], small.shape[0] / part.shape[0], 1.0])
    exact[:2, 2] = (np.diag(exact)[:2] - 1) / 2
    moved = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]], np.float64)
    return np.asarray(small, np.uint8), exact @ moved @ to_page
