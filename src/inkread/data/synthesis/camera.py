"""Paper, light and what scanners and cameras do: grey pictures, uint8 of shape (h, w)."""

from __future__ import annotations

import math
from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from inkread.types import Float32Array, UInt8Array

Random = np.random.Generator
Layer = tuple[UInt8Array, float]


def make_paper(shape: tuple[int, int], rng: Random) -> UInt8Array:
    """Make empty paper: a tint, clouds of some pixels to some dozens, and the finest grain."""
    tint = 255 - min(90.0, float(rng.exponential(22)))
    paper = np.full(shape, tint, np.float32)
    for cells, depth in ((6, rng.exponential(1.5)), (60, rng.exponential(1.5))):
        paper += smooth_field(shape, min(cells, max(shape)), rng) * np.float32(min(depth, 4))
    grain = rng.exponential(1.0)
    if grain > 0.5:
        paper += rng.standard_normal(shape, np.float32) * np.float32(min(grain, 4))
    return to_grey(paper)


def smooth_field(shape: tuple[int, int], cells: int, rng: Random) -> Float32Array:
    """Make smooth noise of about unit deviation, with `cells` knots along the longer side: float32 of a shape."""
    height, width = shape
    longer = max(shape)
    knots = (max(2, math.ceil(cells * height / longer)), max(2, math.ceil(cells * width / longer)))
    coarse = rng.standard_normal(knots, np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def apply_ink(paper: UInt8Array, layers: Iterable[Layer]) -> UInt8Array:
    """Lay ink over paper.

    Args:
        paper: uint8 of shape (h, w).
        layers: ink of the same shape, white on black, each with its depth: 1 leaves nothing of the paper's light.

    Returns:
        uint8 of shape (h, w), dark ink.
    """
    picture = paper
    for ink, depth in layers:
        passing = cv2.addWeighted(ink, -depth, ink, 0, 255, dtype=cv2.CV_8U)
        picture = np.asarray(cv2.multiply(picture, passing, scale=1 / 255), np.uint8)
    return picture


def pencil(ink: UInt8Array, rng: Random) -> UInt8Array:
    """Let the paper's grain break the ink, as a pencil's or a dry pen's."""
    shape = (ink.shape[0], ink.shape[1])
    passing = 255 - np.abs(rng.standard_normal(shape, np.float32)) * np.float32(rng.uniform(15, 80))
    return np.asarray(cv2.multiply(ink, to_grey(passing), scale=1 / 255), np.uint8)


def shade(picture: UInt8Array, rng: Random) -> UInt8Array:
    """Light a picture unevenly: a fall of light, a soft shadow's edge, or both."""
    height, width = picture.shape
    angle = rng.uniform(0, 2 * math.pi)
    across = np.linspace(-0.5, 0.5, width, dtype=np.float32) * np.float32(math.cos(angle))
    down = np.linspace(-0.5, 0.5, height, dtype=np.float32) * np.float32(math.sin(angle))
    along = across[np.newaxis] + down[:, np.newaxis]
    light = 1 - np.float32(rng.uniform(0, 0.35)) * (along + 0.5)
    if rng.random() < 0.5:
        edge = (along - np.float32(rng.uniform(-0.4, 0.4))) / np.float32(rng.uniform(0.01, 0.2))
        light *= 1 - np.float32(rng.uniform(0.1, 0.45)) * np.clip(edge, 0, 1)
    return to_grey(picture * light)


def vignette(picture: UInt8Array, rng: Random) -> UInt8Array:
    """Darken the corners by up to 45 %."""
    height, width = picture.shape
    across = np.linspace(-1, 1, width, dtype=np.float32) ** 2
    down = np.linspace(-1, 1, height, dtype=np.float32) ** 2
    return to_grey(picture * (1 - np.float32(rng.uniform(0.05, 0.22)) * (across[np.newaxis] + down[:, np.newaxis])))


def defocus(picture: UInt8Array, sigma: float) -> UInt8Array:
    """Blur by a Gaussian of a deviation in pixels."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def move(picture: UInt8Array, length: float, rng: Random) -> UInt8Array:
    """Move the camera by some pixels in any direction while the picture is taken."""
    side = 2 * math.ceil(length / 2) + 1
    angle, middle = rng.uniform(0, math.pi), side // 2
    reach = length / 2
    kernel = np.zeros((side, side), np.uint8)
    ends = [(round(middle + s * reach * math.cos(angle)), round(middle + s * reach * math.sin(angle))) for s in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], (255,), 1, cv2.LINE_AA)
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE), np.uint8)


def coarsen(picture: UInt8Array, factor: float, rng: Random) -> UInt8Array:
    """Make a picture smaller by a factor below 1 and as large as before again; some without smoothing."""
    height, width = picture.shape
    size = (max(2, round(width * factor)), max(2, round(height * factor)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    way = cv2.INTER_NEAREST if rng.random() < 0.15 else (cv2.INTER_LINEAR if rng.random() < 0.5 else cv2.INTER_CUBIC)
    return np.asarray(cv2.resize(small, (width, height), interpolation=way), np.uint8)


def expose(picture: UInt8Array, rng: Random) -> UInt8Array:
    """Change brightness, contrast and gamma, never so that the ink is lost."""
    gamma = math.exp(rng.normal(0, 0.25))
    low, high = rng.uniform(0, 45), rng.uniform(205, 255)
    curve = low + (high - low) * np.linspace(0, 1, 256) ** gamma
    return np.asarray(cv2.LUT(picture, to_grey(curve.astype(np.float32))), np.uint8)


def add_noise(picture: UInt8Array, rng: Random) -> UInt8Array:
    """Add a sensor's noise of a deviation of 1 to 12; in a third, of blotches of two pixels."""
    height, width = picture.shape
    deviation = np.float32(rng.uniform(1, 12))
    if rng.random() < 1 / 3:
        coarse = rng.standard_normal(((height + 1) // 2, (width + 1) // 2), np.float32)
        noise = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    else:
        noise = rng.standard_normal((height, width), np.float32)
    return to_grey(picture + noise * deviation)


def compress(picture: UInt8Array, rng: Random) -> UInt8Array:
    """Go through JPEG of a quality of 25 to 90."""
    quality = int(rng.integers(25, 91))
    coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def binarise(picture: UInt8Array, height: float, rng: Random) -> UInt8Array:
    """Make black and white: by Otsu's threshold, moved a little, or by a local one; digits are `height` pixels tall."""
    if rng.random() < 0.6:
        threshold = cv2.threshold(picture, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0]
        light = float(np.percentile(picture[::2, ::2], 75))
        threshold += float(rng.uniform(-0.25, 0.3)) * (light - threshold)
        return np.asarray(cv2.threshold(picture, threshold, 255, cv2.THRESH_BINARY)[1], np.uint8)
    block = 2 * round(height * rng.uniform(0.6, 1.5)) + 3
    offset = float(rng.uniform(6, 22))
    return np.asarray(
        cv2.adaptiveThreshold(picture, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, block, offset), np.uint8
    )


def to_grey(values: Float32Array | npt.NDArray[np.float64]) -> UInt8Array:
    """Round to uint8, cutting off at 0 and 255."""
    return np.asarray(cv2.addWeighted(values, 1, values, 0, 0, dtype=cv2.CV_8U), np.uint8)
