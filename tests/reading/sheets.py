"""Pages of numbers, made of MNIST's test digits that are easy to read alone."""

from __future__ import annotations

import cv2
import numpy as np

from inkread.data import Dataset
from inkread.types import Box, UInt8Array
from tests.reading.made import strip

cv2.setNumThreads(1)
ROWS = (("7210", "41", "495"), ("06", "9015", "972"), ("84", "307", "1274"), ("235", "63", "7081"))


def sheet(mnist: Dataset, rows: tuple[tuple[str, ...], ...] = ROWS, *, ruled: bool = False) -> UInt8Array:
    """The numbers in lines and columns, dark on white, 64 pixels a line; `ruled` draws lines below and squares."""
    page = np.full((96 + 64 * len(rows), 96 + 200 * max(map(len, rows))), 255, np.uint8)
    if ruled:
        page[40::64, 20:-20] = 140
        page[40:-20, 60::160] = 140
    for line, texts in enumerate(rows):
        for column, text in enumerate(texts):
            number = strip(mnist, text, gap=4, seed=7 * line + column)
            y, x = 52 + 64 * line, 60 + 200 * column
            part = page[y : y + number.shape[0], x : x + number.shape[1]]
            np.minimum(part, number, out=part)
    return page


def turned(page: UInt8Array, degrees: float) -> UInt8Array:
    """The page turned clockwise, by any angle, on white, nothing cut off."""
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = round(width * cosine + height * sine), round(width * sine + height * cosine)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return np.asarray(cv2.warpAffine(page, matrix, size, flags=cv2.INTER_CUBIC, borderValue=(255,)), np.uint8)


def in_shadow(page: UInt8Array) -> UInt8Array:
    """The page with a shadow's edge across it."""
    light = np.clip(np.linspace(1.6, -0.2, page.shape[1]), 0.35, 1.0)
    return np.asarray(np.rint(page * light), np.uint8)


def covered(inner: Box, outer: Box) -> float:
    """Which share of a box lies in another."""
    width = min(inner.x1, outer.x1) - max(inner.x0, outer.x0)
    height = min(inner.y1, outer.y1) - max(inner.y0, outer.y0)
    return max(0, width) * max(0, height) / (inner.width * inner.height)
