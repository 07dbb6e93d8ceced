"""Digits as they are taught in other places than MNIST's: pen paths of our own, never twice the same.

Flagged 1s, 4s in one zigzag, waved and crossed 7s, hooked 9s: what is common in one country is missing in the data of
another, and a network that never saw it reads it wrongly and surely.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from inkread.data.trajectories import Trajectory
from inkread.types import Float32Array

Floats = npt.NDArray[np.float64]
Points = tuple[tuple[float, float], ...]
JITTER = 0.03  # standard deviation of each point, in heights
STEPS = 10  # points drawn between two given ones

# By digit, a manner a line: its strokes, each smooth ("~") or angular ("-") through points; height 1, y down.
MANNERS: dict[str, tuple[tuple[tuple[str, Points], ...], ...]] = {
    "0": (
        (("~", ((0.32, 0.03), (0.1, 0.14), (0.0, 0.55), (0.12, 0.94), (0.32, 0.95), (0.5, 0.5), (0.44, 0.1),
                (0.26, 0.0))),),
        (("~", ((0.42, 0.08), (0.24, 0.0), (0.04, 0.3), (0.02, 0.76), (0.2, 1.0), (0.44, 0.78), (0.52, 0.36),
                (0.4, 0.04), (0.3, 0.1))),),
        (("~", ((0.24, 0.0), (0.04, 0.22), (0.04, 0.8), (0.24, 1.0), (0.42, 0.76), (0.42, 0.2), (0.22, 0.02))),),
    ),
    "1": (
        (("-", ((0.0, 0.45), (0.35, 0.0), (0.34, 1.0))),),
        (("-", ((0.0, 0.62), (0.4, 0.0), (0.36, 1.0))),),
        (("~", ((0.0, 0.32), (0.18, 0.2), (0.32, 0.0))), ("-", ((0.32, 0.0), (0.3, 1.0)))),
        (("-", ((0.0, 0.3), (0.3, 0.0), (0.3, 0.97))), ("-", ((0.0, 1.0), (0.62, 0.97)))),
        (("~", ((0.0, 0.98), (0.14, 0.7), (0.42, 0.0))), ("-", ((0.42, 0.0), (0.38, 1.0)))),
        (("~", ((0.0, 0.78), (0.18, 0.48), (0.38, 0.0))), ("~", ((0.38, 0.0), (0.34, 0.5), (0.36, 0.92), (0.46, 1.0)))),
        (("~", ((0.0, 0.2), (0.1, 0.07), (0.24, 0.04), (0.3, 0.14))), ("-", ((0.3, 0.14), (0.27, 1.0)))),
    ),
    "2": (
        (("~", ((0.26, 0.3), (0.14, 0.22), (0.24, 0.04), (0.5, 0.05), (0.57, 0.26), (0.38, 0.62), (0.0, 1.0))),
         ("-", ((0.0, 1.0), (0.66, 0.97)))),
        (("~", ((0.08, 0.25), (0.3, 0.02), (0.55, 0.16), (0.48, 0.48), (0.24, 0.82), (0.05, 0.95), (0.0, 0.8),
                (0.16, 0.7), (0.42, 0.9), (0.74, 0.98))),),
        (("~", ((0.22, 0.2), (0.2, 0.3), (0.1, 0.24), (0.2, 0.05), (0.38, 0.0), (0.5, 0.13), (0.44, 0.38), (0.26, 0.68),
                (0.04, 0.97), (0.04, 0.84), (0.16, 0.8), (0.32, 0.9), (0.48, 0.98), (0.62, 0.91), (0.68, 0.82))),),
        (("~", ((0.2, 0.28), (0.1, 0.2), (0.2, 0.04), (0.4, 0.0), (0.52, 0.15), (0.42, 0.42), (0.02, 0.97))),
         ("~", ((0.02, 0.97), (0.14, 0.84), (0.3, 0.87), (0.46, 0.99), (0.64, 0.92), (0.72, 0.8)))),
        (("~", ((0.1, 0.3), (0.18, 0.08), (0.34, 0.0), (0.44, 0.14), (0.36, 0.42), (0.04, 0.95))),
         ("~", ((0.04, 0.95), (0.2, 0.86), (0.36, 0.98), (0.54, 0.95)))),
    ),
    "3": (
        (("~", ((0.05, 0.1), (0.3, 0.0), (0.5, 0.15), (0.4, 0.4), (0.2, 0.48), (0.28, 0.4), (0.36, 0.5), (0.55, 0.72),
                (0.4, 0.97), (0.0, 0.9))),),
        (("~", ((0.16, 0.2), (0.1, 0.26), (0.06, 0.14), (0.26, 0.0), (0.48, 0.1), (0.42, 0.36), (0.22, 0.46),
                (0.44, 0.54), (0.5, 0.76), (0.32, 1.0), (0.06, 0.94), (0.04, 0.82), (0.12, 0.82))),),
        (("-", ((0.05, 0.06), (0.5, 0.02), (0.24, 0.4))), ("~", ((0.24, 0.4), (0.46, 0.5), (0.5, 0.76), (0.3, 1.0),
                (0.0, 0.92)))),
    ),
    "4": (
        (("-", ((0.35, 0.0), (0.05, 0.55), (0.56, 0.5), (0.32, 1.0))),),
        (("-", ((0.3, 0.0), (0.05, 0.52), (0.56, 0.42), (0.5, 1.0))),),
        (("-", ((0.3, 0.0), (0.04, 0.5), (0.64, 0.46))), ("-", ((0.54, 0.26), (0.45, 1.0)))),
        (("~", ((0.04, 0.0), (0.05, 0.34), (0.2, 0.48), (0.5, 0.42))), ("-", ((0.54, 0.0), (0.5, 1.0)))),
        (("-", ((0.45, 0.0), (0.0, 0.7), (0.72, 0.68))), ("-", ((0.52, 0.42), (0.44, 1.0)))),
    ),
    "5": (
        (("~", ((0.56, 0.02), (0.2, 0.05), (0.12, 0.3), (0.36, 0.42), (0.55, 0.66), (0.4, 0.95), (0.0, 0.94))),),
        (("~", ((0.12, 0.08), (0.08, 0.42), (0.34, 0.38), (0.54, 0.62), (0.4, 0.95), (0.0, 0.92))),
         ("-", ((0.3, 0.04), (0.78, 0.0)))),
    ),
    "6": (
        (("~", ((0.5, 0.05), (0.16, 0.12), (0.0, 0.55), (0.2, 1.0), (0.55, 0.9), (0.6, 0.62), (0.35, 0.46),
                (0.06, 0.66))),),
        (("~", ((0.3, 0.0), (0.08, 0.4), (0.05, 0.85), (0.3, 1.0), (0.45, 0.8), (0.3, 0.62), (0.08, 0.74))),),
    ),
    "7": (
        (("~", ((0.0, 0.22), (0.06, 0.03), (0.22, 0.12), (0.4, 0.09), (0.6, 0.0))), ("-", ((0.6, 0.0), (0.3, 1.0))),
         ("-", ((0.16, 0.52), (0.68, 0.48)))),
        (("~", ((0.0, 0.28), (0.1, 0.02), (0.24, 0.16), (0.38, 0.02), (0.62, 0.06))),
         ("-", ((0.62, 0.06), (0.34, 1.0))), ("-", ((0.12, 0.6), (0.74, 0.56)))),
        (("~", ((0.0, 0.22), (0.06, 0.03), (0.22, 0.12), (0.4, 0.09), (0.6, 0.0))), ("-", ((0.6, 0.0), (0.3, 1.0)))),
        (("-", ((0.0, 0.05), (0.56, 0.03))), ("~", ((0.56, 0.03), (0.36, 0.45), (0.28, 1.0)))),
    ),
    "8": (
        (("~", ((0.58, 0.06), (0.25, 0.0), (0.1, 0.2), (0.3, 0.45), (0.55, 0.7), (0.35, 1.0), (0.05, 0.8),
                (0.25, 0.5), (0.5, 0.12))),),
        (("~", ((0.3, 0.48), (0.1, 0.25), (0.3, 0.0), (0.5, 0.25), (0.3, 0.48), (0.04, 0.75), (0.3, 1.0), (0.58, 0.75),
                (0.3, 0.48))),),
    ),
    "9": (
        (("~", ((0.55, 0.1), (0.28, 0.0), (0.06, 0.2), (0.22, 0.46), (0.52, 0.3), (0.55, 0.12), (0.56, 0.6),
                (0.44, 0.92), (0.2, 1.0), (0.02, 0.85), (0.1, 0.72))),),
        (("~", ((0.52, 0.08), (0.26, 0.0), (0.06, 0.2), (0.24, 0.42), (0.5, 0.26), (0.54, 0.1), (0.56, 0.6),
                (0.36, 0.98), (0.06, 0.96), (0.0, 0.8))),),
        (("~", ((0.5, 0.05), (0.2, 0.02), (0.05, 0.2), (0.16, 0.42), (0.4, 0.38), (0.52, 0.12))),
         ("-", ((0.52, 0.06), (0.44, 1.0)))),
    ),
}  # fmt: skip


def mannered(count: int, rng: np.random.Generator) -> Iterator[Trajectory]:
    """Write every manner several times.

    Args:
        count: how often each is written.
        rng: moves the points.

    Yields:
        The digits, their strokes float32 of shape (points, 2), y down, height about 1; the donor is empty.
    """
    for label, manners in MANNERS.items():
        for strokes in manners:
            for _ in range(count):
                yield Trajectory(
                    label=label, donor="", strokes=tuple(_stroke(kind, points, rng) for kind, points in strokes)
                )


def mannered_writer(name: str, times: int, rng: np.random.Generator) -> Iterator[Trajectory]:
    """Write the digits as one person would, who keeps to one manner of each.

    Args:
        name: becomes the donor.
        times: how often each digit is written.
        rng: chooses the manners and moves the points.

    Yields:
        The digits, as of `mannered`.
    """
    for label, manners in MANNERS.items():
        strokes = manners[int(rng.integers(len(manners)))]
        for _ in range(times):
            yield Trajectory(
                label=label, donor=name, strokes=tuple(_stroke(kind, points, rng) for kind, points in strokes)
            )


def _stroke(kind: str, points: Points, rng: np.random.Generator) -> Float32Array:
    """Draw a path through points that are each moved a little."""
    moved = np.array(points) + rng.normal(0, JITTER, (len(points), 2))
    at = np.linspace(0, len(moved) - 1, (len(moved) - 1) * STEPS + 1)
    if kind == "-":
        path = np.stack([np.interp(at, np.arange(len(moved)), axis) for axis in moved.T], axis=1)
    else:
        path = _smooth(moved, at)
    return path.astype(np.float32)


def _smooth(points: Floats, at: Floats) -> Floats:
    """Interpolate by the cubic spline of E. Catmull and R. Rom, "A class of local interpolating splines" (1974)."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    piece = np.minimum(at.astype(int), len(points) - 2)
    t = (at - piece)[:, None]
    a, b, c, d = (padded[piece + offset] for offset in range(4))
    path: Floats = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return path
