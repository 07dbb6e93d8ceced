"""Digits drawn stroke by stroke, for golden cases."""

from __future__ import annotations

import cv2
import numpy as np

from inkread.types import UInt8Array


def _arc(cx: float, cy: float, rx: float, ry: float, start: float, stop: float) -> list[tuple[float, float]]:
    angles = np.radians(np.linspace(start, stop, 24))
    return [(cx + rx * float(np.cos(a)), cy + ry * float(np.sin(a))) for a in angles]


STROKES: dict[str, list[list[tuple[float, float]]]] = {
    "0": [_arc(0.35, 0.5, 0.3, 0.45, 0, 360)],
    "1": [[(0.35, 0.05), (0.35, 0.95)]],
    "1 with serif and foot": [[(0.15, 0.25), (0.35, 0.05), (0.35, 0.95)], [(0.1, 0.95), (0.6, 0.95)]],
    "4 open": [[(0.12, 0.1), (0.1, 0.6), (0.65, 0.6)], [(0.5, 0.25), (0.5, 0.95)]],
    "5 with detached bar": [
        [(0.15, 0.12), (0.12, 0.45), *_arc(0.3, 0.67, 0.3, 0.27, -100, 140)],
        [(0.3, 0.05), (0.65, 0.05)],
    ],
    "7 crossed": [[(0.05, 0.05), (0.65, 0.05), (0.25, 0.95)], [(0.2, 0.5), (0.6, 0.5)]],
    "0 slashed": [_arc(0.35, 0.5, 0.3, 0.45, 0, 360), [(0.1, 0.9), (0.6, 0.1)]],
}


def draw(name: str, *, height: int = 180, stroke: float = 14, side: int = 280, corner: str = "middle") -> UInt8Array:
    """Draw a digit, ink 255 on ground 0.

    Args:
        name: a key of STROKES.
        height: of the digit, in pixels.
        stroke: width of the pen, in pixels.
        side: of the square canvas.
        corner: "middle", or "top left" and so on: flush with the canvas, as far as the pen allows.

    Returns:
        uint8 of shape (side, side).
    """
    fine = 4
    canvas = np.zeros((side * fine, side * fine), dtype=np.uint8)
    points = np.array([point for line in STROKES[name] for point in line])
    low, high = points.min(axis=0) * height, points.max(axis=0) * height
    near, far = stroke / 2 + 2 - low, side - stroke / 2 - 2 - high
    x = {"l": near[0], "r": far[0]}.get(corner.split()[-1][0], (near[0] + far[0]) / 2)
    y = {"t": near[1], "b": far[1]}.get(corner[0], (near[1] + far[1]) / 2)
    for line in STROKES[name]:
        path = np.rint((np.array(line) * height + (x, y)) * fine * 16).astype(np.int32)
        cv2.polylines(canvas, [path], False, 255, round(stroke * fine), cv2.LINE_AA, 4)
    return np.asarray(cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA), dtype=np.uint8)
