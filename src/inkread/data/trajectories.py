"""Pen trajectories, and pictures of them as different pens would leave them."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from inkread.types import Float32Array, UInt8Array

FIXED_POINT_BITS = 4  # of OpenCV's coordinates: drawn to a sixteenth of a pixel
NIB = 7  # pieces of a path over which a nib's pressure changes, odd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trajectory:
    """One written character.

    Attributes:
        label: the character.
        donor: the laboratory that recorded it.
        strokes: float32 of shape (points, 2) each, x to the right, y down, any unit; at least one point.
    """

    label: str
    donor: str
    strokes: tuple[Float32Array, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """How a trajectory is drawn.

    Attributes:
        width: thickness of the stroke, as a share of the character's longer side.
        turn: anticlockwise, in degrees.
        slant: horizontal shift for a unit of height, positive to the right.
        aspect: factor on the width of the character.
        side: longer side of the drawing in pixels.
        wobble: standard deviation of a slow displacement along the path, as a share of the longer side.
        blur: standard deviation of a Gaussian blur, as a share of the thickness.
        pressure: how much thinner than down the nib writes up, 0 to 1; between the two across.
    """

    width: float = 0.1
    turn: float = 0.0
    slant: float = 0.0
    aspect: float = 1.0
    side: int = 80
    wobble: float = 0.0
    blur: float = 0.0
    pressure: float = 0.0


def parse_trajectories(content: bytes) -> Iterator[Trajectory]:
    """Read gzipped JSON lines with the fields label, donor and strokes; y points up in them.

    Args:
        content: the file's bytes.

    Yields:
        The characters, without those that have no point.
    """
    with gzip.open(io.BytesIO(content), "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            strokes = tuple((np.asarray(s, np.float64) * (1, -1)).astype(np.float32) for s in record["strokes"] if s)
            if strokes:
                yield Trajectory(label=record["label"], donor=record["donor"], strokes=strokes)


def random_pen(rng: np.random.Generator) -> Pen:
    """Draw a pen: widths of 4 to 24 % of the character's longer side, log-uniform; most turns below 10 degrees."""
    return Pen(
        width=float(np.exp(rng.uniform(np.log(0.04), np.log(0.24)))),
        turn=float(rng.normal(0, 6)),
        slant=float(rng.normal(0, 0.15)),
        aspect=float(np.exp(rng.normal(0, 0.13))),
        side=int(rng.integers(24, 110)),
        wobble=float(rng.choice([0.0, 0.012, 0.02])),
        blur=float(rng.choice([0.0, 0.15, 0.3])),
    )


def draw(strokes: Sequence[Float32Array], pen: Pen, rng: np.random.Generator) -> UInt8Array:
    """Draw strokes with a pen.

    Args:
        strokes: float32 of shape (points, 2) each, y down; at least one point in all.
        pen: how.
        rng: varies the thickness from stroke to stroke by 15 %, and the wobble.

    Returns:
        uint8 of shape (h, w), white ink on black. The path keeps away from the border by the pen's thickness and more;
        of what wobble or blur carry further, a little may be cut off.
    """
    matrix = _matrix(pen)
    paths = [np.asarray(stroke @ matrix.T, np.float32) for stroke in strokes]
    points = np.concatenate(paths)
    low, high = points.min(axis=0), points.max(axis=0)
    factor = pen.side / max(float((high - low).max()), 1e-6)
    thickness = max(1, round(pen.width * pen.side))
    margin = thickness + 2
    width, height = np.ceil((high - low) * factor).astype(int) + 2 * margin + 1
    canvas: UInt8Array = np.zeros((height, width), np.uint8)
    for path in paths:
        placed = (path - low) * factor + margin
        if pen.wobble and len(placed) > 2:
            placed = placed + _slow_noise(len(placed), rng) * (pen.wobble * pen.side)
        _ink(canvas, placed, max(1, round(thickness * rng.uniform(0.85, 1.15))), pen.pressure)
    if pen.blur:
        canvas = np.asarray(cv2.GaussianBlur(canvas, (0, 0), max(0.3, pen.blur * thickness)), np.uint8)
    return canvas


def flourished(trajectory: Trajectory, rng: np.random.Generator) -> Trajectory:
    """Write a digit as it is taught elsewhere; others stay as they are.

    A 0 is slashed or crossed, a 1 gets the flag and now and then the foot of continental Europe, a 7 a bar, a serif or
    both, a 9 a hook at its end.

    Args:
        trajectory: a character.
        rng: decides where the strokes go.

    Returns:
        The character with strokes added.
    """
    add = FLOURISHES.get(trajectory.label)
    if add is None:
        return trajectory
    points = np.concatenate(trajectory.strokes)
    added = tuple(np.asarray(stroke, np.float32) for stroke in add(points, rng))
    return Trajectory(label=trajectory.label, donor=trajectory.donor, strokes=(*trajectory.strokes, *added))


Strokes = list[npt.NDArray[np.floating[Any]]]


def _slash(points: Float32Array, rng: np.random.Generator) -> Strokes:
    """Cross a 0 through its middle, mostly from lower left to upper right."""
    low, high = points.min(axis=0), points.max(axis=0)
    angle = rng.normal(np.pi / 4, 0.5)
    half = (high - low) / 2 * (np.cos(angle), -np.sin(angle)) * rng.uniform(0.6, 1.7)
    return [np.linspace((low + high) / 2 - half, (low + high) / 2 + half, 8)]


def _flag(points: Float32Array, rng: np.random.Generator) -> Strokes:
    """Add to a 1 that is one upright stroke a flag at its top; to a third, and to all others, a foot."""
    width, height = np.maximum(np.ptp(points, axis=0), 1e-6)
    strokes: Strokes = []
    if width < 0.45 * height:
        top = points[points[:, 1].argmin()]
        strokes.append(np.linspace(top + height * np.array([-rng.uniform(0.15, 0.55), rng.uniform(0.08, 0.5)]), top, 8))
    if not strokes or rng.random() < 1 / 3:
        end, half = points[points[:, 1].argmax()], height * np.array([rng.uniform(0.12, 0.3), rng.normal(0, 0.03)])
        strokes.append(np.linspace(end - half, end + half, 8))
    return strokes


def _bar(points: Float32Array, rng: np.random.Generator) -> Strokes:
    """Cross a 7 half way down, or begin it with a short stroke downwards, or both."""
    height = max(float(np.ptp(points[:, 1])), 1e-6)
    choice = rng.random()
    strokes: Strokes = []
    if choice < 0.75:
        level = points[:, 1].min() + height * rng.uniform(0.42, 0.62)
        middle = points[np.abs(points[:, 1] - level).argmin()]
        half = height * np.array([rng.uniform(0.13, 0.3), rng.normal(0, 0.05)])
        strokes.append(np.linspace(middle - half, middle + half, 8))
    if choice > 0.6:
        levels = points[:, 1]
        top = points[(levels < levels.min() + 0.3 * height) | (levels == levels.min())]
        start = top[top[:, 0].argmin()]
        strokes.append(np.linspace(start + height * np.array([rng.normal(0, 0.05), rng.uniform(0.1, 0.28)]), start, 6))
    return strokes


def _hook(points: Float32Array, rng: np.random.Generator) -> Strokes:
    """Let a 9 end in a curve to the left."""
    height = max(float(np.ptp(points[:, 1])), 1e-6)
    end, reach, rise = points[-1], height * rng.uniform(0.2, 0.5), height * rng.uniform(0.05, 0.25)
    turn = np.linspace(0, rng.uniform(np.pi / 2, np.pi), 10)
    return [end + np.stack([-reach * (1 - np.cos(turn)) / 2, rise * np.sin(turn)], axis=1)]


FLOURISHES: dict[str, Callable[[Float32Array, np.random.Generator], Strokes]] = {
    "0": _slash,
    "1": _flag,
    "7": _bar,
    "9": _hook,
}


def _matrix(pen: Pen) -> Float32Array:
    """Return aspect, then slant, then turn, as a matrix of shape (2, 2) for points with y down."""
    angle = np.deg2rad(pen.turn)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(turn @ np.array([[1.0, -pen.slant], [0.0, 1.0]]) @ np.diag([pen.aspect, 1.0]), np.float32)


def _slow_noise(points: int, rng: np.random.Generator) -> Float32Array:
    """Return smooth noise along a path: float32 of shape (points, 2), of unit deviation at a knot every 8 points."""
    knots = points // 8 + 2
    at, where = np.linspace(0, 1, points), np.linspace(0, 1, knots)
    return np.stack([np.interp(at, where, values) for values in rng.normal(size=(2, knots))], axis=1).astype(np.float32)


def _ink(canvas: UInt8Array, points: Float32Array, thickness: int, pressure: float) -> None:
    """Draw one stroke with round ends and smooth edges; a single point becomes a dot."""
    fixed = np.round(points * (1 << FIXED_POINT_BITS)).astype(np.int32)
    if not np.any(np.ptp(fixed, axis=0)):
        x, y = (int(value) for value in fixed[0])
        radius = (thickness << FIXED_POINT_BITS) >> 1
        cv2.circle(canvas, (x, y), radius, (255,), -1, cv2.LINE_AA, FIXED_POINT_BITS)
    elif pressure:
        widths = np.maximum(1, np.round(thickness * _pressed(points, pressure))).astype(int)
        for start, end, width in zip(fixed[:-1], fixed[1:], widths.tolist(), strict=True):
            cv2.line(canvas, start.tolist(), end.tolist(), (255,), width, cv2.LINE_AA, FIXED_POINT_BITS)
    else:
        cv2.polylines(canvas, [fixed.reshape(-1, 1, 2)], False, (255,), thickness, cv2.LINE_AA, FIXED_POINT_BITS)


def _pressed(points: Float32Array, pressure: float) -> Float32Array:
    """Return the width of each piece of a path as a share of the widest, float32 of shape (points - 1,)."""
    steps = np.diff(points, axis=0)
    down = steps[:, 1] / np.maximum(np.hypot(*steps.T), 1e-6)
    slow = np.convolve(np.pad(down, NIB // 2, mode="edge"), np.full(NIB, 1 / NIB), mode="valid")
    return np.asarray(1 - pressure * (1 - slow) / 2, np.float32)
