"""Things that are no digit, made from digits and from nothing: pairs, halves, scribbles, textures and the like.

Pictures are uint8 of shape (28, 28), white ink on black, in MNIST's normalisation (textures apart, which have no ink to
normalise by).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from inkread.imaging import normalize
from inkread.types import Int64Array, UInt8Array

SIDE = 28
CANVAS = 112  # pixels a side that shapes are drawn on before they are normalised
INK = 25  # grey values above it are ink when margins are cut away
Random = np.random.Generator
Grey = npt.NDArray[np.floating[Any]]


def make_nondigits(digits: UInt8Array, labels: Int64Array, count: int, rng: Random) -> UInt8Array:
    """Make pictures of no digit: three tenths each pairs and halves, a tenth each of the others.

    Args:
        digits: uint8 of shape (n, 28, 28), what pairs and halves are made of.
        labels: int64 of shape (n,); a half of a 1 is a 1, and is never made.
        count: how many, at least 10, rounded to tens.
        rng: decides everything.

    Returns:
        uint8 of shape (count, 28, 28): pairs first, then halves, scribbles, characters, textures and shapes.
    """
    tenth = round(count / 10)
    plain = np.flatnonzero(labels != 1)
    pairs = [pair(digits[i], digits[j], rng) for i, j in rng.integers(len(digits), size=(3 * tenth, 2))]
    halves = [half(digits[i], rng) for i in rng.choice(plain, 3 * tenth)]
    rest = [make(rng) for make in (scribble, character, texture, shape) for _ in range(tenth)]
    return np.stack(pairs + halves + rest)


def pair(first: UInt8Array, second: UInt8Array, rng: Random) -> UInt8Array:
    """Set two digits side by side, a fifth of them one above the other; some touch."""
    a, b = _crop(first), _crop(second)
    gap, drop = int(rng.integers(-2, 7)), int(rng.integers(-3, 4))
    upright = rng.random() < 0.2
    if upright:
        a, b = a.T, b.T
    height = max(a.shape[0] + max(-drop, 0), b.shape[0] + max(drop, 0))
    canvas = np.zeros((height, max(a.shape[1] + b.shape[1] + gap, a.shape[1], b.shape[1])), np.uint8)
    top_a, top_b = max(-drop, 0), max(drop, 0)
    canvas[top_a : top_a + a.shape[0], : a.shape[1]] = a
    place = canvas[top_b : top_b + b.shape[0], canvas.shape[1] - b.shape[1] :]
    np.maximum(place, b, out=place)
    return _normal(canvas.T if upright else canvas)


def half(digit: UInt8Array, rng: Random) -> UInt8Array:
    """Cut away all but 35 to 60 % of a digit, from any of the four sides."""
    ink, share = _crop(digit), rng.uniform(0.35, 0.6)
    height, width = ink.shape
    rows, columns = max(2, round(height * share)), max(2, round(width * share))
    cuts = (ink[:rows], ink[height - rows :], ink[:, :columns], ink[:, width - columns :])
    return _normal(cuts[rng.integers(4)])


def scribble(rng: Random) -> UInt8Array:
    """Draw a smooth random path that crosses itself, or several straight strokes."""
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    thickness = int(rng.integers(3, 13))
    if rng.random() < 0.6:
        knots = rng.uniform(12, 100, (int(rng.integers(6, 16)), 2))
        at = np.linspace(0, len(knots) - 1, 120)
        path = np.stack([np.interp(at, np.arange(len(knots)), k) for k in knots.T], axis=1).astype(np.float32)
        smooth = np.stack([cv2.GaussianBlur(p[:, None], (1, 9), 0, sigmaY=3).ravel() for p in path.T], axis=1)
        points = np.round(smooth * 16).astype(np.int32)[:, None]
        cv2.polylines(canvas, [points], False, (255,), thickness, cv2.LINE_AA, 4)
    else:
        for _ in range(int(rng.integers(3, 8))):
            start, end = rng.integers(8, CANVAS - 8, (2, 2)).tolist()
            cv2.line(canvas, start, end, (255,), thickness, cv2.LINE_AA)
    return _normal(canvas)


def character(rng: Random) -> UInt8Array:
    """Draw two to five lines, arcs and rings whose ends lie on a coarse grid, as letters of unknown alphabets do."""
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    thickness = int(rng.integers(4, 13))
    grid = (20 + 24 * rng.integers(0, 4, (16, 2)) + rng.normal(0, 3, (16, 2))).astype(int)
    for first, second in grid[: 2 * rng.integers(2, 6)].reshape(-1, 2, 2).tolist():
        kind = rng.random()
        if kind < 0.55:
            cv2.line(canvas, first, second, (255,), thickness, cv2.LINE_AA)
        elif kind < 0.85:
            axes = [int(a) for a in rng.integers(10, 32, 2)]
            begin, sweep = float(rng.uniform(0, 360)), float(rng.uniform(90, 220))
            cv2.ellipse(canvas, first, axes, 0, begin, begin + sweep, (255,), thickness, cv2.LINE_AA)
        else:
            cv2.circle(canvas, first, int(rng.integers(2, 18)), (255,), thickness, cv2.LINE_AA)
    return _normal(canvas)


def shape(rng: Random) -> UInt8Array:
    """Draw an ellipse, a box (half of them hollow) or a polygon."""
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    size = rng.uniform(15, 45, 2)
    kind = rng.integers(3)
    if kind == 0:
        axes = [int(size[0]), int(size[0] * rng.uniform(0.5, 1))]
        cv2.ellipse(canvas, (CANVAS // 2, CANVAS // 2), axes, float(rng.uniform(0, 180)), 0, 360, (255,), -1)
    elif kind == 1:
        sides = [2 * size[0], 2 * size[0] * rng.uniform(0.55, 1)]
        corners = cv2.boxPoints(((CANVAS / 2, CANVAS / 2), sides, float(rng.uniform(-20, 20))))
        thickness = -1 if rng.random() < 0.5 else int(rng.integers(3, 9))
        cv2.drawContours(canvas, [corners.astype(np.int32)], 0, (255,), thickness)
    else:
        points = CANVAS / 2 + rng.uniform(-45, 45, (int(rng.integers(3, 7)), 2))
        cv2.fillPoly(canvas, [points.astype(np.int32)], (255,))
    return _normal(canvas)


def texture(rng: Random) -> UInt8Array:
    """Make noise of any grain, gratings, checks, an edge or nearly blank paper."""
    makers: tuple[Callable[[Random], Grey], ...] = (_fine, _coarse, _grating, _checks, _edge, _blank)
    grey = makers[rng.integers(len(makers))](rng) * rng.uniform(0.3, 1)
    return np.asarray(np.clip(grey, 0, 1) * 255, np.uint8)


def _fine(rng: Random) -> Grey:
    """Make noise from pixel to pixel, from even to a few bright points."""
    return np.power(rng.random((SIDE, SIDE)), rng.uniform(0.5, 6))


def _coarse(rng: Random) -> Grey:
    """Make clouds; half of them black and white."""
    knots = int(rng.integers(3, 14))
    cloud = cv2.resize(rng.random((knots, knots)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    cloud = (cloud - cloud.min()) / (np.ptp(cloud) + 1e-6)
    return np.where(cloud > rng.uniform(0.3, 0.8), 1.0, 0.0) if rng.random() < 0.5 else np.asarray(cloud)


def _grating(rng: Random) -> Grey:
    """Make parallel stripes at any angle; half of them with hard edges."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    angle, rate, phase = rng.uniform(0, np.pi), rng.uniform(0.35, 2.5), rng.uniform(0, 6)
    wave = 0.5 + 0.5 * np.sin((columns * np.cos(angle) + rows * np.sin(angle)) * rate + phase)
    return np.where(wave > 0.5, 1.0, 0.0) if rng.random() < 0.5 else np.asarray(wave)


def _checks(rng: Random) -> Grey:
    """Make a chessboard of oblong fields."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    across, down = rng.uniform(0.1, 1, 2)
    return np.asarray(((columns * across).astype(int) + (rows * down).astype(int)) % 2, np.float64)


def _edge(rng: Random) -> Grey:
    """Make one side of a line dark, the other bright."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-9, 9)
    return np.asarray((columns - 14) * np.cos(angle) + (rows - 14) * np.sin(angle) > offset, np.float64)


def _blank(rng: Random) -> Grey:
    """Make black with a little noise, or none."""
    return np.abs(rng.normal(0, rng.uniform(0, 0.08), (SIDE, SIDE)))


def _crop(ink: UInt8Array) -> UInt8Array:
    """Cut empty margins away."""
    x, y, width, height = cv2.boundingRect((ink > INK).astype(np.uint8))
    return ink[y : y + height, x : x + width] if width else ink


def _normal(ink: UInt8Array) -> UInt8Array:
    """Bring ink to MNIST's form."""
    return normalize(np.ascontiguousarray(np.pad(ink, 2))).image
