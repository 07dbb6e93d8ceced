"""Paper that is not flat: how far each place of a form lies beside where a homography puts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from inkread.forms.geometry import Points
from inkread.types import Float32Array, UInt8Array

KNOTS = 15  # along either side
REACH = 0.07  # of the longer side, over which the moves of printed parts are averaged
Knots: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bend:
    """A smooth field of moves over a form.

    Attributes:
        knots: float64 of shape (15, 15, 2), how far right and down the paper lies, in pixels of the template, at places
            spread evenly over all of it.
        size: width and height of the template.
    """

    knots: Knots
    size: tuple[int, int]

    @property
    def largest(self) -> float:
        """The largest move, in pixels of the template."""
        return float(np.linalg.norm(self.knots, axis=2).max())

    def at(self, places: Points) -> Points:
        """Return the moves at places of shape (n, 2), of the same shape."""
        if not len(places):
            return places
        x, y = (places / np.subtract(self.size, 1) * (KNOTS - 1)).astype(np.float32).T
        return np.asarray(self._between(x[np.newaxis], y[np.newaxis])[0], np.float64)

    def flatten(self, picture: UInt8Array) -> UInt8Array:
        """Take the bend out of a page that has been laid over the form, uint8 of shape (h, w) as large or smaller."""
        height, width = picture.shape
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        steps = (KNOTS - 1) / np.maximum((width - 1, height - 1), 1).astype(np.float32)
        moves = self._between(x * steps[0], y * steps[1]) * np.float32(width / self.size[0])
        flat = cv2.remap(
            picture, x + moves[..., 0], y + moves[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(flat, np.uint8)

    def _between(self, x: Float32Array, y: Float32Array) -> Float32Array:
        """Interpolate between the knots: indices of shape (h, w) to moves of shape (h, w, 2)."""
        knots = self.knots.astype(np.float32)
        return np.asarray(cv2.remap(knots, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def find_bend(places: Points, moves: Points, size: tuple[int, int]) -> Bend:
    """Average the moves of printed parts by their distance.

    Args:
        places: float64 of shape (n, 2), n at least 1, in pixels of the template.
        moves: float64 of shape (n, 2).
        size: width and height of the template.
    """
    across, down = (np.linspace(0, length - 1, KNOTS) for length in size)
    knots = np.stack(np.meshgrid(across, down), axis=2).reshape(-1, 1, 2)
    squares = ((knots - places[np.newaxis]) ** 2).sum(axis=2) / (REACH * max(size)) ** 2
    weights = np.exp(-(squares - squares.min(axis=1, keepdims=True)) / 2)  # far from all print the nearest part counts
    averages = weights @ moves / weights.sum(axis=1, keepdims=True)
    return Bend(averages.reshape(KNOTS, KNOTS, 2), size)
