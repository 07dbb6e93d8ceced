"""A sample page put straight: cut out of its photo by the outline of the paper, or turned by its own lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from inkread.errors import ImageError
from inkread.forms.geometry import Points, corners
from inkread.forms.paper import even_light, reduce_to
from inkread.types import Box, Float32Array, UInt8Array

Lengths: TypeAlias = npt.NDArray[np.float64]

SIDE = 600  # pixels of the longer side at which paper is sought
LINE_SIDE = 1000  # and lines
LEAST_PAPER, MOST_PAPER = 0.2, 0.97  # of the picture
FOUR_SIDED = 0.95  # overlap of the paper with its four corners' shape, as intersection over union
INSET = 0.004  # of the paper's sides, cut off so that its edge is not taken for print
LEAST_SKEW, MOST_SKEW = 0.1, 8.0  # degrees by which lines are turned level
STRAIGHT = 0.7  # degrees by which lines may be askew on average
DARK = 190  # of even light; what is darker is print
MOST_DARK = 0.3  # of a page; where there is more, there are no lines to be seen
LEAST_LINE = 0.03  # of the longer side, from which on a line counts


def straighten(picture: UInt8Array, longest: int) -> UInt8Array:
    """Put a page straight.

    Where the paper stands out from a table as four straight edges, it is cut out and its perspective taken away. Else
    the picture is turned by the few degrees by which its lines are askew.

    Args:
        picture: uint8 of shape (H, W), the page upright but for some degrees.
        longest: pixels of the longer side that are kept at most.

    Returns:
        uint8 of shape (h, w).

    Raises:
        ImageError: if the lines stay crooked, as the page is photographed from aside and its outline is not seen.
    """
    small, factor = reduce_to(picture, SIDE)
    for outline in _papers(small):
        page = _unfolded(picture, (outline + 0.5) / factor - 0.5, longest)
        if _crookedness(page) <= STRAIGHT:
            return page
    whole = _turned(reduce_to(picture, longest)[0], _skew(picture))
    if _crookedness(whole) > STRAIGHT:
        raise ImageError(
            "the page is photographed at an angle and its four edges do not stand out: take a scan, or a photo from"
            " above on a dark ground."
        )
    return whole


def _turned(picture: UInt8Array, angle: float) -> UInt8Array:
    """Turn a picture back by some degrees; the corners are filled with its paper."""
    if abs(angle) < LEAST_SKEW:
        return picture
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
    paper = float(np.median(picture))
    turned = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=(paper,))
    return np.asarray(turned, np.uint8)


def _papers(small: UInt8Array) -> Iterator[Points]:
    """Yield what may be the four corners of the paper, clockwise from the upper left."""
    soft = cv2.morphologyEx(cv2.GaussianBlur(small, (0, 0), 1.5), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    level = cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0]
    for share in (1, 0.85, 0.7, 0.55):
        outline = _four_corners((soft > share * level).astype(np.uint8))
        if outline is not None:
            yield outline


def _four_corners(bright: UInt8Array) -> Points | None:
    """Return the corners of the largest part, if it has just four and is neither small nor all of the picture."""
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    share = cv2.contourArea(hull) / bright.size
    if not LEAST_PAPER <= share <= MOST_PAPER:
        return None
    for tolerance in (0.01, 0.02, 0.03, 0.05):
        shape = cv2.approxPolyDP(hull, tolerance * cv2.arcLength(hull, True), True)
        if len(shape) == 4:
            break
    else:
        return None
    mask = np.zeros_like(bright)
    cv2.fillConvexPoly(mask, shape, (1,))
    overlap = int((mask & bright).sum()) / max(1, int((mask | bright).sum()))
    return _clockwise(shape.reshape(4, 2).astype(np.float64)) if overlap >= FOUR_SIDED else None


def _clockwise(points: Points) -> Points:
    """Sort four corners clockwise from the upper left."""
    middle = points.mean(axis=0)
    angles = np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0])
    ordered = points[np.argsort(angles)]
    return np.roll(ordered, -int(ordered.sum(axis=1).argmin()), axis=0)


def _unfolded(picture: UInt8Array, outline: Points, longest: int) -> UInt8Array:
    """Map the four corners of the paper to those of a picture."""
    sides = np.linalg.norm(np.roll(outline, -1, axis=0) - outline, axis=1)
    width, height = float(max(sides[0], sides[2])), float(max(sides[1], sides[3]))
    factor = min(1.0, longest / max(width, height))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    inner = outline + INSET * (outline.mean(axis=0) - outline) * 2
    goal: Float32Array = corners(Box(0, 0, *size)).astype(np.float32)
    mapping = cv2.getPerspectiveTransform(inner.astype(np.float32), goal)
    return np.asarray(cv2.warpPerspective(picture, mapping, size, flags=cv2.INTER_AREA), np.uint8)


def _skew(picture: UInt8Array) -> float:
    """Return by how many degrees most lines are turned, clockwise; 0 where there are none, or they are turned far."""
    angles, lengths, _ = _lines(reduce_to(picture, LINE_SIDE)[0])
    near = np.abs(angles) <= MOST_SKEW
    if not near.any():
        return 0.0
    order = np.argsort(angles[near])
    weights = np.cumsum(lengths[near][order])
    return float(angles[near][order][int(np.searchsorted(weights, weights[-1] / 2))])


def _crookedness(picture: UInt8Array) -> float:
    """Return by how many degrees the level or the upright lines are askew on average, whichever is more."""
    angles, lengths, level = _lines(reduce_to(picture, LINE_SIDE)[0])
    return max(
        float(np.average(np.abs(angles[these]), weights=lengths[these])) if these.any() else 0.0
        for these in (level, ~level)
    )


def _lines(small: UInt8Array) -> tuple[Lengths, Lengths, npt.NDArray[np.bool_]]:
    """Find straight lines by Hough's transform.

    Returns:
        Each of shape (n,): degrees by which a line is turned from the nearest axis, -45 to 45; its length in pixels;
        whether that axis is the level one.
    """
    dark = (even_light(small) < DARK).astype(np.uint8)
    if dark.mean() > MOST_DARK:
        return np.zeros(0), np.zeros(0), np.zeros(0, np.bool_)
    reach = round(LEAST_LINE * max(small.shape))
    lines = cv2.HoughLinesP(dark, 1, np.pi / 720, threshold=reach, minLineLength=reach, maxLineGap=2)
    if lines is None:
        return np.zeros(0), np.zeros(0), np.zeros(0, np.bool_)
    ends = lines.reshape(-1, 4).astype(np.float64)
    across, down = ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]
    angles = (np.degrees(np.arctan2(down, across)) + 45) % 90 - 45
    return np.asarray(angles), np.asarray(np.hypot(across, down)), np.asarray(np.abs(across) >= np.abs(down))
