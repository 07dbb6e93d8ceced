"""How a page lies in its picture, and putting it upright: quarter turns, skew, and rows that run together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inkread.reading.pageink import Parts, in_digit_form
from inkread.reading.pagerules import Rules
from inkread.types import Box, Classifier, UInt8Array

SAMPLES, MORE_SAMPLES = 32, 160  # parts that are shown to the network in four turns; more where two turns are close
LEAST_SAMPLES = 3
CLOSE, CLOSER = 1.2, 0.7  # mean log-odds from the surest turn to the next: more samples are due, either may be right
PLAIN = 3.6  # mean log-odds in the surest turn from which on there is no doubt
SURER = 2.8  # by so much, over the root of the samples, must another turn be surer than none: two standard errors or so
LEAST_SURE = 0.002
POINTS = 12_000
MANY_LINES = 25  # of a digit's height, in pixels of upright lines, tell how columns lean
STEEPEST = math.tan(math.radians(16))
COARSE, FINE = math.radians(1), math.radians(0.125)
MOST_CONVERGING = 0.12  # of a square page
BETTER = 1.02  # what a further correction must gain
ROW = 0.12  # of a digit's height: how finely rows are told apart
_X, _Y, _W, _H, _AREA = range(5)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """How a page lies in its picture.

    Attributes:
        quarters: quarter turns clockwise that put the page upright.
        slope: of the rows after these turns, at the middle of the page: how far they fall for a unit to the right.
        converging: by how much that slope is greater at the foot of the page.
        lean: of what is upright: how far it moves to the left for a unit down; the slope, if the page is not sheared.
        fanning: by how much that lean is greater at the right edge of the page.
    """

    quarters: int = 0
    slope: float = 0.0
    converging: float = 0.0
    lean: float = 0.0
    fanning: float = 0.0

    @property
    def rotation(self) -> float:
        """Degrees by which the picture has to be turned clockwise, above -180 up to 180."""
        degrees = 90.0 * self.quarters - math.degrees(math.atan(self.slope))
        return 180.0 - (180.0 - degrees) % 360.0


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where the upright page comes from.

    Attributes:
        matrix: float64 of shape (3, 3), from pixels of the picture to those of the upright page.
        width: of the upright page in pixels.
        height: the same.
        picture: width and height of the picture in pixels.
    """

    matrix: Floats = field(repr=False)
    width: int
    height: int
    picture: tuple[int, int]

    def apply(self, picture: UInt8Array) -> UInt8Array:
        """Put a picture upright, what lies beyond it black: uint8 of shape (height, width)."""
        if np.array_equal(self.matrix, np.eye(3)):
            return picture
        size = (self.width, self.height)
        return np.asarray(cv2.warpPerspective(picture, self.matrix, size, flags=cv2.INTER_LINEAR), np.uint8)

    def in_picture(self, boxes: Sequence[Box], factor: float = 1.0) -> list[Box]:
        """Return the upright boxes round boxes of the upright page, in pixels of the picture times `factor`."""
        if not boxes:
            return []
        corners = np.array(boxes, np.float64)[:, [[0, 1], [2, 1], [2, 3], [0, 3]]].reshape(-1, 2)
        points = _transform(np.asarray(np.linalg.inv(self.matrix), np.float64), corners).reshape(-1, 4, 2) * factor
        limits = np.array([round(side * factor) for side in self.picture])
        first = np.clip(np.floor(points.min(axis=1)), 0, limits - 1)
        last = np.clip(np.ceil(points.max(axis=1)), first + 1, limits)
        return [Box(*box) for box in np.hstack([first, last]).astype(int).tolist()]


def _transform(matrix: Floats, points: Floats) -> Floats:
    """Apply a homography to points of shape (n, 2)."""
    ends = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(ends[:, :2] / ends[:, 2:], np.float64)


class Turn(NamedTuple):
    """How far a page is turned.

    Attributes:
        quarters: turns clockwise that put it upright, 0 to 3.
        sureness: mean log-odds of its parts to be digits in their best turn; None where too few look like digits.
        doubtful: whether the page may as well be upside down: letters then look more like digits than upright.
        sideways: whether it may even lie on its side.
    """

    quarters: int
    sureness: float | None
    doubtful: bool = False
    sideways: bool = False


def find_quarters(ink: UInt8Array, parts: Parts, height: float, factor: float, classifier: Classifier) -> Turn:
    """Tell by its digits which way up a page is.

    Parts about as large as a digit are read in all four turns; the turn in which they are surest to be digits is that
    of the page. Without good evidence the page counts as upright.

    Args:
        ink: uint8 of shape (H, W), perhaps at a higher resolution than `parts`.
        parts: of the overview.
        height: of a digit in the overview.
        factor: pixels of `ink` to one of the overview.
        classifier: a network for single digits in MNIST's form.

    Returns:
        The turn, how sure it is that the parts are digits at all, and what is in doubt.
    """
    stats = parts.stats
    longer, shorter = np.maximum(stats[:, _W], stats[:, _H]), np.minimum(stats[:, _W], stats[:, _H])
    like = (longer > 0.7 * height) & (longer < 1.5 * height) & (shorter > 0.3 * longer)
    like &= stats[:, _AREA] < 0.7 * longer * shorter
    like[0] = False
    chosen = np.flatnonzero(like)
    if len(chosen) < LEAST_SAMPLES:
        return Turn(0, None)
    for samples in (SAMPLES, MORE_SAMPLES):
        taken = chosen[np.unique(np.linspace(0, len(chosen) - 1, samples).astype(int))]
        sure = _sureness([_cut_out(ink, stats[index], factor) for index in taken], classifier)
        second, first = np.sort(sure)[-2:]
        if first - second >= CLOSE or len(chosen) <= SAMPLES:
            break
    best = int(sure.argmax())
    quarters = best if sure[best] > sure[0] + SURER / math.sqrt(len(taken)) else 0
    doubtful = bool(first < PLAIN or first - second < CLOSER)
    return Turn(quarters, float(first), doubtful, doubtful and bool(sure[1 - best % 2 :: 2].max() > first - CLOSE))


def _sureness(parts: Sequence[UInt8Array], classifier: Classifier) -> Floats:
    """Return the mean log-odds that parts are digits after 0 to 3 quarter turns: float64 of shape (4,)."""
    upright = np.stack([in_digit_form(part) for part in parts])
    turned = np.concatenate([np.rot90(upright, -turn, axes=(1, 2)) for turn in range(4)])
    rows = classifier.probabilities(np.ascontiguousarray(turned[:, np.newaxis]))
    confidence = np.clip(rows.max(axis=1).astype(np.float64), LEAST_SURE, 1 - LEAST_SURE)
    return np.asarray(np.log(confidence / (1 - confidence)).reshape(4, -1).mean(axis=1), np.float64)


def _cut_out(ink: UInt8Array, part: npt.NDArray[np.int32], factor: float) -> UInt8Array:
    """Cut out the box of a part of the overview."""
    x, y, w, h = (part[:_AREA] * factor).round().astype(int).tolist()
    return ink[y : y + max(1, h), x : x + max(1, w)]


def find_pose(rules: Rules, parts: Parts, height: float, quarters: int) -> Pose:
    """Find how rows slope and columns lean: where writing and lines fall into the fewest and fullest rows and columns.

    Rows count by writing and level lines, columns by upright lines alone, as slanted writing would mislead; without
    these, a page is taken to be turned and not sheared.

    Args:
        rules: strokes and lines of the overview.
        parts: the connected parts of the strokes.
        height: of a digit in pixels.
        quarters: turns clockwise that put the page upright.

    Returns:
        The pose.
    """
    stats = parts.stats
    like = (stats[:, _W] < 8 * height) & (stats[:, _H] < 8 * height) & (stats[:, _AREA] > 0.05 * height * height)
    like[0] = False
    level, upright = (rules.upright, rules.level) if quarters % 2 else (rules.level, rules.upright)
    rows = np.rot90(like.take(parts.labels, mode="clip") | (level > 0), -quarters)
    slope, converging = _alignment(rows, height, 0.0)
    columns = np.rot90(upright > 0, -quarters)
    if np.count_nonzero(columns) < MANY_LINES * height:
        return Pose(quarters, slope, converging, slope, 0.0)
    lean, fanning = _alignment(columns[:, ::-1].T, height, slope)
    return Pose(quarters, slope, converging, lean, -fanning)


def _alignment(mask: npt.NDArray[np.bool_], height: float, guess: float) -> tuple[float, float]:
    """Find the slope of the rows of a mask, and how much greater it is at the lower border.

    Args:
        mask: bool of shape (H, W).
        height: of a digit in pixels.
        guess: the slope that counts where nothing else is clearly better.
    """
    places = np.flatnonzero(mask)
    if len(places) < 10 * height:
        return guess, 0.0
    places = places[:: max(1, len(places) // POINTS)]
    x = (places % mask.shape[1]).astype(np.float32) - np.float32(mask.shape[1] / 2)
    y = (places // mask.shape[1]).astype(np.float32) - np.float32(mask.shape[0] / 2)
    down, row = y / np.float32(mask.shape[0] / 2), max(1.0, ROW * height)

    def fullness(slope: float, converging: float) -> float:
        rows = ((y - x * (np.float32(slope) + np.float32(converging) * down)) / np.float32(row)).astype(np.int32)
        held = np.bincount(rows - rows.min()).astype(np.float64)
        return float(held @ held)

    rough = max(np.arange(-STEEPEST, STEEPEST, COARSE), key=lambda slope: fullness(slope, 0.0))
    slope = float(max(rough + np.arange(-8, 9) * FINE, key=lambda slope: fullness(slope, 0.0)))
    slope = slope if fullness(slope, 0.0) > BETTER * fullness(guess, 0.0) else guess
    most = MOST_CONVERGING * min(1.0, mask.shape[0] / mask.shape[1])
    steps = [(s, c) for c in np.linspace(-1, 1, 13) * most for s in slope + np.arange(-4, 5) * 4 * FINE]
    best = max(steps, key=lambda step: fullness(*step))
    fine = most / 24
    near = [(best[0] + s * FINE, best[1] + c * fine) for s in range(-3, 4) for c in range(-4, 5)]
    best = max(near, key=lambda step: fullness(*step))
    return best if fullness(*best) > BETTER * fullness(slope, 0.0) else (slope, 0.0)


def make_placement(pose: Pose, width: int, height: int) -> Placement:
    """Work out how a picture of some size becomes an upright page that holds all of it.

    Args:
        pose: how the page lies.
        width: of the picture in pixels.
        height: the same.
    """
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    turn = {0: (1, 0, 0, 1), 1: (0, -1, 1, 0), 2: (-1, 0, 0, -1), 3: (0, 1, -1, 0)}[pose.quarters]
    turned = (corners - (width / 2, height / 2)) @ np.array(turn, np.float64).reshape(2, 2).T
    x, y = turned[:, 0], turned[:, 1]
    across, down = x / float(np.abs(x).max()), y / float(np.abs(y).max())
    upright = np.column_stack(
        [x + y * (pose.lean + pose.fanning * across), y - x * (pose.slope + pose.converging * down)]
    )
    upright -= upright.min(axis=0)
    columns, rows = (max(1, round(float(side))) for side in upright.max(axis=0))
    exact = upright.astype(np.float32), corners.astype(np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(exact[1], exact[0]), np.float64)
    if not any((pose.quarters, pose.slope, pose.converging, pose.lean, pose.fanning)):
        matrix = np.eye(3)
    return Placement(matrix, columns, rows, (width, height))
