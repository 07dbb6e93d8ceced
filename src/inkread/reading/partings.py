"""The upright lines of a page: where they stand, and whether they part what is beside them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inkread.types import UInt8Array

MOST_CROSSED = 0.02  # of the digits by upright lines, where these part columns; a line of squares crosses more

_W, _H = 2, 3  # columns of a table of parts

Chosen = npt.NDArray[np.bool_]
Table = npt.NDArray[np.int32]


class Partings:
    """Answers where upright lines stand.

    Attributes:
        part: whether the lines part columns and cells; else they are squares, which writing runs across.
    """

    def __init__(self, upright: UInt8Array, height: float, stats: Table, tall: Chosen) -> None:
        self._sums = cv2.integral(upright)
        wide = stats[tall & (stats[:, _W] > 0.3 * height) & (stats[:, _W] < 1.5 * stats[:, _H])].tolist()
        crossed = sum(self.between(x + 0.2 * w, x + 0.8 * w, y - 0.5 * h, y + 1.5 * h) for x, y, w, h, _ in wide)
        self.part = crossed < MOST_CROSSED * len(wide)

    def between(self, left: float, right: float, top: float, bottom: float) -> bool:
        """Say whether a line stands in a rectangle, over half of its height or more."""
        rows, columns = self._sums.shape
        x0, x1 = max(0, int(left)), min(columns - 1, int(right) + 1)
        y0, y1 = max(0, int(top)), min(rows - 1, int(bottom) + 1)
        if x1 <= x0 or y1 <= y0:
            return False
        total = self._sums[y1, x1] - self._sums[y0, x1] - self._sums[y1, x0] + self._sums[y0, x0]
        return bool(total >= 0.5 * (y1 - y0))

    def part_from(self, stats: Table, mark: int, digit: int) -> bool:
        """Say whether a line that parts cells stands between a small part and a digit, or the part is a piece of it."""
        (x, _, w, _, _), (u, v, width, h, _) = stats[mark].tolist(), stats[digit].tolist()
        left, right = (x - 1, u) if x < u else (u + width, x + w + 1)
        return self.part and self.between(left, right, v + 0.1 * h, v + 0.9 * h)
