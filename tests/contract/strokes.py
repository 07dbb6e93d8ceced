"""Digits as people draw them with a mouse or a finger: pen paths of our own, and pictures of them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inkread.types import UInt8Array

FINE = 4  # drawn at four times the resolution, so that widths are true to a quarter of a pixel
FIXED_POINT_BITS = 4

Path = list[tuple[float, float]]


def arc(cx: float, cy: float, rx: float, ry: float, start: float, stop: float) -> Path:
    """Part of an ellipse; degrees, 0 to the right, 90 down."""
    angles = np.radians(np.linspace(start, stop, 32))
    return [(cx + rx * float(np.cos(angle)), cy + ry * float(np.sin(angle))) for angle in angles]


def curve(*points: tuple[float, float]) -> Path:
    """A smooth path through points (Catmull and Rom, 1974)."""
    p = np.array([points[0], *points, points[-1]], dtype=np.float64)
    t = np.linspace(0, 1, 12)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return [(float(x), float(y)) for x, y in np.concatenate(pieces)]


# Unit: the digit's height. x to the right, y down. One list a stroke; the first character of a name is the digit.
STYLES: dict[str, list[Path]] = {
    "0 oval": [arc(0.33, 0.5, 0.31, 0.48, -90, -455)],
    "0 round, ends overlap": [curve((0.5, 0.06), (0.3, 0.03), (0.08, 0.25), (0.02, 0.55), (0.14, 0.88), (0.4, 0.97),
                                    (0.64, 0.78), (0.7, 0.45), (0.58, 0.14), (0.36, 0.02), (0.24, 0.07))],
    "0 slashed": [arc(0.33, 0.5, 0.31, 0.48, -90, -450), [(0.53, 0.2), (0.12, 0.82)]],
    "0 slashed through": [arc(0.33, 0.5, 0.31, 0.46, -90, -450), [(0.68, 0.0), (-0.02, 1.0)]],
    "1 bar": [[(0.03, 0.0), (0.0, 1.0)]],
    "1 leaning": [[(0.22, 0.0), (0.0, 1.0)]],
    "1 with flag": [[(0.0, 0.27), (0.26, 0.0), (0.26, 1.0)]],
    "1 with long flag": [[(0.0, 0.42), (0.4, 0.0), (0.38, 1.0)]],
    "1 with flag and foot": [[(0.06, 0.22), (0.28, 0.0), (0.28, 0.98)], [(0.02, 0.98), (0.55, 1.0)]],
    "2 plain": [[*curve((0.03, 0.24), (0.13, 0.06), (0.34, 0.0), (0.55, 0.1), (0.58, 0.3), (0.42, 0.6), (0.0, 0.98)),
                 (0.64, 1.0)]],
    "2 with loop": [curve((0.06, 0.2), (0.2, 0.03), (0.42, 0.01), (0.56, 0.16), (0.52, 0.4), (0.34, 0.7), (0.16, 0.93),
                          (0.03, 0.95), (0.02, 0.83), (0.15, 0.78), (0.32, 0.88), (0.48, 0.99), (0.66, 0.9))],
    "3 round": [[*curve((0.04, 0.12), (0.25, 0.0), (0.48, 0.07), (0.52, 0.26), (0.4, 0.42), (0.2, 0.47)),
                 *curve((0.2, 0.47), (0.44, 0.52), (0.58, 0.7), (0.5, 0.9), (0.25, 1.0), (0.0, 0.9))]],
    "3 with flat top": [[(0.05, 0.02), (0.54, 0.0),
                         *curve((0.24, 0.4), (0.46, 0.44), (0.58, 0.64), (0.5, 0.88), (0.26, 1.0), (0.0, 0.9))]],
    "4 open": [[(0.1, 0.04), (0.02, 0.58), (0.66, 0.56)], [(0.5, 0.2), (0.46, 1.0)]],
    "4 open, round": [curve((0.08, 0.0), (0.02, 0.3), (0.06, 0.52), (0.3, 0.56), (0.56, 0.5)),
                      [(0.55, 0.02), (0.52, 1.0)]],
    "4 closed": [[(0.46, 0.0), (0.0, 0.66), (0.68, 0.66)], [(0.46, 0.0), (0.46, 1.0)]],
    "4 closed in one stroke": [[(0.5, 1.0), (0.5, 0.0), (0.02, 0.66), (0.7, 0.64)]],
    "5 in two strokes": [[(0.12, 0.04),
                          *curve((0.08, 0.44), (0.3, 0.38), (0.52, 0.5), (0.55, 0.74), (0.4, 0.95), (0.18, 1.0),
                                 (0.0, 0.9))],
                         [(0.12, 0.03), (0.58, 0.0)]],
    "5 in one stroke": [[(0.55, 0.0), (0.14, 0.02),
                         *curve((0.06, 0.45), (0.3, 0.36), (0.52, 0.48), (0.56, 0.72), (0.42, 0.94), (0.02, 0.95))]],
    "6 curved": [curve((0.46, 0.0), (0.2, 0.2), (0.04, 0.5), (0.03, 0.8), (0.2, 0.99), (0.44, 0.94), (0.54, 0.74),
                       (0.42, 0.55), (0.2, 0.57), (0.05, 0.74))],
    "6 with straight back": [[(0.34, 0.0), (0.06, 0.6), *arc(0.3, 0.72, 0.26, 0.27, 200, -160)]],
    "7 plain": [[(0.0, 0.03), (0.6, 0.0), (0.22, 1.0)]],
    "7 crossed": [[(0.0, 0.02), (0.6, 0.0), (0.2, 1.0)], [(0.14, 0.5), (0.58, 0.47)]],
    "7 with serif": [[(0.02, 0.2), (0.02, 0.02), (0.6, 0.0), (0.24, 1.0)]],
    "7 crossed, with serif": [[*curve((0.0, 0.18), (0.05, 0.03), (0.3, 0.06), (0.6, 0.0)), (0.26, 1.0)],
                              [(0.16, 0.53), (0.62, 0.48)]],
    "8 in one stroke": [curve((0.5, 0.12), (0.3, 0.0), (0.09, 0.1), (0.1, 0.3), (0.3, 0.47), (0.52, 0.66), (0.53, 0.88),
                              (0.28, 1.0), (0.04, 0.88), (0.07, 0.66), (0.3, 0.48), (0.5, 0.3), (0.5, 0.1))],
    "8 of two rings": [arc(0.3, 0.24, 0.22, 0.23, 90, 455), arc(0.3, 0.735, 0.28, 0.265, -90, 275)],
    "9 with straight stem": [[*arc(0.28, 0.26, 0.26, 0.26, -10, -370), (0.52, 1.0)]],
    "9 leaning": [[*curve((0.54, 0.12), (0.32, 0.0), (0.08, 0.14), (0.06, 0.38), (0.26, 0.48), (0.5, 0.32),
                           (0.55, 0.1)), (0.3, 1.0)]],
    "9 round-bellied": [[*arc(0.3, 0.28, 0.27, 0.27, 10, -350),
                        *curve((0.57, 0.33), (0.55, 0.62), (0.46, 0.88), (0.26, 1.0), (0.03, 0.9))]],
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """What is drawn on, and with what.

    Attributes:
        side: of the square picture, in pixels.
        place: "middle" or a corner such as "top left": two pixels from the border.
        stroke: width of the pen, in pixels.
        height: of the digit before it is turned, the pen's width included, in pixels.
        turn: anticlockwise, in degrees.
        ink, paper: shades, 0 to 255.
        shade: how much of its light the picture loses from the upper left to the lower right corner, 0 to 1.
        noise: standard deviation of the camera's noise, in shades.
    """

    side: int = 280
    place: str = "middle"
    stroke: float = 14
    height: float = 180
    turn: float = 0
    ink: int = 255
    paper: int = 0
    shade: float = 0
    noise: float = 0


def draw(style: str, canvas: Canvas) -> UInt8Array:
    """Draw a digit with round, smooth strokes.

    Args:
        style: a key of STYLES.
        canvas: on what, and how.

    Returns:
        uint8 of shape (side, side).
    """
    covered = _cover(_placed(STYLES[style], canvas), canvas)
    picture = canvas.paper + (canvas.ink - canvas.paper) * covered
    if canvas.shade:
        away = np.linspace(0, 0.5, canvas.side, dtype=np.float32)
        picture *= 1 - canvas.shade * (away[:, None] + away)
    if canvas.noise:
        picture += canvas.noise * np.random.default_rng(0).standard_normal(picture.shape, np.float32)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _placed(paths: list[Path], canvas: Canvas) -> list[npt.NDArray[np.float64]]:
    """Scale, turn and shift paths to where they belong, in pixels."""
    points = np.array([point for path in paths for point in path])
    scale = (canvas.height - canvas.stroke) / np.ptp(points[:, 1])
    angle = np.radians(canvas.turn)
    matrix = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned = points @ matrix.T
    margin = canvas.stroke / 2 + 2
    near, far = margin - turned.min(axis=0), canvas.side - 1 - margin - turned.max(axis=0)
    share = np.array([_share(canvas.place, "left", "right"), _share(canvas.place, "top", "bottom")])
    return [np.array(path) @ matrix.T + near + share * (far - near) for path in paths]


def _cover(paths: list[npt.NDArray[np.float64]], canvas: Canvas) -> npt.NDArray[np.float32]:
    """Return how much of each pixel the pen covers, 0 to 1. Only the part with the digit is drawn, for speed."""
    points = np.concatenate(paths)
    reach = canvas.stroke / 2 + 1
    x0, y0 = (int(value) for value in np.maximum(0, np.floor(points.min(axis=0) - reach)))
    x1, y1 = (int(value) for value in np.minimum(canvas.side, np.ceil(points.max(axis=0) + reach) + 1))
    fine = np.zeros(((y1 - y0) * FINE, (x1 - x0) * FINE), np.uint8)
    for path in paths:
        centres = ((path - (x0, y0) + 0.5) * FINE - 0.5) * (1 << FIXED_POINT_BITS)
        line = np.rint(centres).astype(np.int32)
        cv2.polylines(fine, [line], False, (255,), round(canvas.stroke * FINE), cv2.LINE_AA, FIXED_POINT_BITS)
    covered = np.zeros((canvas.side, canvas.side), np.float32)
    covered[y0:y1, x0:x1] = cv2.resize(fine, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA) / np.float32(255)
    return covered


def _share(place: str, near: str, far: str) -> float:
    """Return where between the near (0) and the far side (1) a place is."""
    return 0.0 if near in place else 1.0 if far in place else 0.5
