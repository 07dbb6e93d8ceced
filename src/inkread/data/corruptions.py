"""Nineteen ways to spoil a picture of a digit, to measure how well a model bears what it was not trained on.

In the manner of MNIST-C, with an implementation and strengths of our own, so that figures cannot be compared with those
published for it. Source: N. Mu, J. Gilmer, "MNIST-C: A robustness benchmark for computer vision", ICML 2019 workshop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inkread.errors import ConfigError, DataError
from inkread.imaging.warping import warp
from inkread.naming import nearest
from inkread.types import Float32Array, UInt8Array

SIDE = 28
WHITE = 255

Floats = npt.NDArray[np.floating]
Function = Callable[[UInt8Array, np.random.Generator], UInt8Array]


class Corruption(NamedTuple):
    """One way to spoil pictures.

    Attributes:
        name: what it is called.
        function: takes uint8 pictures of shape (n, 28, 28), white ink on black, and a generator; returns the spoilt
            ones, the same shape and type; the pictures given stay as they are.
        trained: whether the augmentation "everyday" shows a network pictures spoilt in this way, though not with this
            very strength; of the others a network has seen none.
    """

    name: str
    function: Function
    trained: bool


def corrupt(images: UInt8Array, name: str, seed: int = 0) -> UInt8Array:
    """Spoil pictures in one way.

    Args:
        images: uint8 of shape (n, 28, 28), white ink on black; n may be 0.
        name: one of `CORRUPTIONS`.
        seed: the same seed gives the same pictures.

    Returns:
        uint8 of shape (n, 28, 28).

    Raises:
        ConfigError: if there is no corruption of this name.
        DataError: if type or shape is another.
    """
    if name not in CORRUPTIONS:
        raise ConfigError(f"there is no corruption {name!r}{nearest(name, CORRUPTIONS)}")
    if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
        raise DataError(
            f"corruptions take uint8 of shape (n, {SIDE}, {SIDE}), not {images.dtype} of shape {images.shape}."
        )
    return CORRUPTIONS[name].function(images, np.random.default_rng(seed))


def _each(function: Function) -> Function:
    """Make a function of one picture, uint8 of shape (28, 28), one of many."""

    def run(images: UInt8Array, rng: np.random.Generator) -> UInt8Array:
        spoilt = np.empty_like(images)
        for place, image in enumerate(images):
            spoilt[place] = function(image, rng)
        return spoilt

    return run


def _to_float(images: UInt8Array) -> Float32Array:
    """Bring grey values to the range 0 to 1."""
    return images.astype(np.float32) / np.float32(WHITE)


def _to_uint8(values: Floats) -> UInt8Array:
    """Bring values back from the range 0 to 1, what lies outside cut off."""
    return (np.clip(values, 0, 1) * WHITE).round().astype(np.uint8)


def _blur(image: UInt8Array, deviation: float) -> UInt8Array:
    """Blur with a Gaussian of this standard deviation in pixels."""
    return cv2.GaussianBlur(image, (0, 0), deviation).astype(np.uint8, copy=False)


def _sign(rng: np.random.Generator) -> int:
    """Choose between -1 and 1."""
    return int(rng.choice([-1, 1]))


def gaussian_noise(images: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Add normal noise with a standard deviation of 0.25 of white."""
    return _to_uint8(_to_float(images) + rng.normal(0, 0.25, images.shape))


def shot_noise(images: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Count photons: a Poisson draw with a mean of 5 at white."""
    return _to_uint8(rng.poisson(_to_float(images) * 5) / 5)


def impulse_noise(images: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Turn 8 % of the pixels black and 8 % white."""
    draw = rng.random(images.shape)
    spoilt = images.copy()
    spoilt[draw < 0.08] = 0
    spoilt[draw > 0.92] = WHITE
    return spoilt


def gaussian_blur(image: UInt8Array, _rng: np.random.Generator) -> UInt8Array:
    """Blur with a standard deviation of 1.5 pixels."""
    return _blur(image, 1.5)


def glass_blur(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Fetch each pixel from up to 1.6 pixels away, between two blurs with a standard deviation of 0.7 pixels."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    coarse, fine = rng.integers(-1, 2, (2, SIDE, SIDE)), rng.integers(-1, 2, (2, SIDE, SIDE))
    dx, dy = (coarse + 0.6 * fine).astype(np.float32)
    moved = cv2.remap(_blur(image, 0.7), x + dx, y + dy, cv2.INTER_LINEAR)
    return _blur(moved.astype(np.uint8, copy=False), 0.7)


def motion_blur(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Smear along 9 pixels, at most 45 degrees from the horizontal."""
    reach = 4
    angle = rng.uniform(-np.pi / 4, np.pi / 4)
    dx, dy = reach * np.cos(angle), reach * np.sin(angle)
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    cv2.line(kernel, (round(reach - dx), round(reach - dy)), (round(reach + dx), round(reach + dy)), 1.0)
    return cv2.filter2D(image, -1, kernel / kernel.sum()).astype(np.uint8, copy=False)


def shear(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Slant by half a pixel a row, to the left or to the right."""
    return warp(image, [[1, 0.5 * _sign(rng)], [0, 1]])


def scale(image: UInt8Array, _rng: np.random.Generator) -> UInt8Array:
    """Shrink to 55 %."""
    return warp(image, [[0.55, 0], [0, 0.55]])


def rotate(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Turn by 15 to 28 degrees, either way."""
    angle = np.deg2rad(_sign(rng) * rng.uniform(15, 28))
    return warp(image, [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def translate(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Move by 2 to 4 pixels sideways and as much up or down."""
    dx = _sign(rng) * rng.uniform(2, 4)
    return warp(image, [[1, 0], [0, 1]], (dx, _sign(rng) * rng.uniform(2, 4)))


def brightness(images: UInt8Array, _rng: np.random.Generator) -> UInt8Array:
    """Lift black to 40 % of white; white stays."""
    return _to_uint8(_to_float(images) * 0.6 + 0.4)


def contrast(images: UInt8Array, _rng: np.random.Generator) -> UInt8Array:
    """Squeeze all grey values between 30 % and 65 % of white."""
    return _to_uint8(_to_float(images) * 0.35 + 0.3)


def stripe(images: UInt8Array, _rng: np.random.Generator) -> UInt8Array:
    """Turn the left and the right quarter into their negatives."""
    spoilt = images.copy()
    quarter = SIDE // 4
    spoilt[..., :quarter] = WHITE - spoilt[..., :quarter]
    spoilt[..., -quarter:] = WHITE - spoilt[..., -quarter:]
    return spoilt


def fog(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Mix ink and clouds, as 1 to 1.2 of the light."""
    density = 1.2
    return _to_uint8((_to_float(image) + density * _clouds(rng)) / (1 + density))


def spatter(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Splash blots of 90 % white where smooth noise lies more than 1.3 standard deviations above its mean."""
    noise = cv2.GaussianBlur(rng.normal(0.5, 0.3, (SIDE, SIDE)).astype(np.float32), (0, 0), 1.2)
    height = (noise - noise.mean()) / noise.std()
    blots = np.clip((height - 1.3) * 2.5, 0, 1)
    return _to_uint8(np.maximum(_to_float(image), 0.9 * blots))


def dotted_line(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Draw 10 dots of 3 pixels in a row, anywhere; every second time straight through the centre."""
    start = rng.uniform(0, SIDE - 1, 2)
    end = SIDE - 1 - start if rng.random() < 0.5 else rng.uniform(0, SIDE - 1, 2)
    spoilt = image.copy()
    for x, y in np.linspace(start, end, 10):
        cv2.circle(spoilt, (round(x), round(y)), 1, WHITE, -1)
    return spoilt


def zigzag(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Draw a zigzag of 7 strokes from the left edge to the right one, 5 pixels high."""
    left, right = rng.uniform(2, SIDE - 2, 2)
    t = np.linspace(0, 1, 8)
    swing = np.where(np.arange(8) % 2, 2.5, -2.5)
    corners = np.column_stack([t * (SIDE - 1), left + (right - left) * t + swing])
    sixteenths = np.round(corners * 16).astype(np.int32)[:, np.newaxis]
    spoilt = image.copy()
    cv2.polylines(spoilt, [sixteenths], False, WHITE, 1, cv2.LINE_AA, 4)
    return spoilt


def line(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Draw one straight line, 1 pixel wide, from the left edge to the right one, 4 pixels or more from the corners."""
    left, right = rng.integers(4, SIDE - 4, 2).tolist()
    spoilt = image.copy()
    cv2.line(spoilt, (0, left), (SIDE - 1, right), WHITE, 1, cv2.LINE_AA)
    return spoilt


def canny_edges(image: UInt8Array, _rng: np.random.Generator) -> UInt8Array:
    """Keep the outlines alone: Canny's detector with the thresholds 100 and 200."""
    return cv2.Canny(image, 100, 200).astype(np.uint8, copy=False)


def _clouds(rng: np.random.Generator) -> Float32Array:
    """Draw smooth random clouds by the diamond-square method: float32 of shape (28, 28), 0 to 1.

    Source: A. Fournier, D. Fussell, L. Carpenter, "Computer rendering of stochastic models", CACM 25 (1982).
    """
    size, amplitude, decay = 32, 1.0, 1.8
    z = np.zeros((size + 1, size + 1), np.float32)
    step = size
    while step > 1:
        half = step // 2
        corners = z[:-1:step, :-1:step] + z[step::step, :-1:step] + z[:-1:step, step::step] + z[step::step, step::step]
        z[half::step, half::step] = corners / 4 + rng.uniform(-amplitude, amplitude, corners.shape)
        across = (z[::step, :-1:step] + z[::step, step::step]) / 2
        z[::step, half::step] = across + rng.uniform(-amplitude, amplitude, across.shape)
        down = (z[:-1:step, ::step] + z[step::step, ::step]) / 2
        z[half::step, ::step] = down + rng.uniform(-amplitude, amplitude, down.shape)
        step, amplitude = half, amplitude / decay
    z -= z.min()
    clouds: Float32Array = z[:SIDE, :SIDE] / z.max()
    return clouds


_ALL = (
    Corruption("gaussian_noise", gaussian_noise, trained=True),
    Corruption("gaussian_blur", _each(gaussian_blur), trained=True),
    Corruption("shear", _each(shear), trained=True),
    Corruption("scale", _each(scale), trained=True),
    Corruption("rotate", _each(rotate), trained=True),
    Corruption("translate", _each(translate), trained=True),
    Corruption("brightness", brightness, trained=True),
    Corruption("contrast", contrast, trained=True),
    Corruption("line", _each(line), trained=True),
    Corruption("shot_noise", shot_noise, trained=False),
    Corruption("impulse_noise", impulse_noise, trained=False),
    Corruption("glass_blur", _each(glass_blur), trained=False),
    Corruption("motion_blur", _each(motion_blur), trained=True),
    Corruption("stripe", stripe, trained=True),
    Corruption("fog", _each(fog), trained=False),
    Corruption("spatter", _each(spatter), trained=False),
    Corruption("dotted_line", _each(dotted_line), trained=False),
    Corruption("zigzag", _each(zigzag), trained=False),
    Corruption("canny_edges", _each(canny_edges), trained=True),
)
CORRUPTIONS = {corruption.name: corruption for corruption in _ALL}
