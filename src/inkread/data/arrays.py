"""From whatever arrays people keep pictures and labels in to uint8 NCHW and class names."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from inkread.errors import DataError
from inkread.types import NO_DIGIT, UInt8Array

_FAINT = 32


@dataclass(frozen=True, slots=True)
class Part:
    """One split of somebody's own data, as a format yields it.

    Attributes:
        labels: name of each picture's class.
        read: gives the pictures, uint8 of shape (n, channels, height, width), and their normalization.
    """

    labels: list[str]
    read: Callable[[], tuple[UInt8Array, str]]


def array_part(images: npt.NDArray[Any], labels: npt.NDArray[Any], where: str) -> Part:
    """Make a part of two arrays.

    Args:
        images: see `to_nchw`.
        labels: see `to_names`.
        where: what to call them in an error.

    Raises:
        DataError: if they are not pictures and labels, or not equally many.
    """
    names, pictures = to_names(labels, where), to_nchw(images, where)
    if len(pictures) != len(names):
        raise DataError(f"{where}: {len(pictures)} images but {len(names)} labels.")
    return Part(names, lambda: (pictures, normalization_of(pictures)))


def to_nchw(images: npt.NDArray[Any], where: str) -> UInt8Array:
    """Bring pictures to uint8 NCHW.

    Args:
        images: shape (n, height, width), (n, height, width, 1 or 3), (n, 1 or 3, height, width) or (n, side * side);
            integers or floats from 0 to 255, floats also from 0 to 1, or booleans.
        where: what to call them in an error.

    Returns:
        uint8 of shape (n, 1 or 3, height, width), range 0 to 255.

    Raises:
        DataError: if shape or values are others, or there is no picture.
    """
    pixels = _to_uint8(images, where)
    if pixels.ndim == 2 and math.isqrt(pixels.shape[1]) ** 2 == pixels.shape[1]:
        side = math.isqrt(pixels.shape[1])
        pixels = pixels.reshape(len(pixels), side, side)
    if pixels.ndim == 3:
        pixels = pixels[:, None]
    elif pixels.ndim == 4 and pixels.shape[3] in (1, 3):
        pixels = pixels.transpose(0, 3, 1, 2)
    if pixels.ndim != 4 or pixels.shape[1] not in (1, 3):
        raise DataError(
            f"{where}: images have the shape {images.shape}; (n, height, width), the same with 1 or 3 channels, "
            "or (n, side * side) is needed."
        )
    if pixels.size == 0:
        raise DataError(f"{where} holds no image.")
    return np.ascontiguousarray(pixels)


def _to_uint8(images: npt.NDArray[Any], where: str) -> UInt8Array:
    """Bring values to 0 to 255."""
    if images.dtype == np.uint8:
        return images
    if images.dtype == np.bool_:
        return images.astype(np.uint8) * np.uint8(255)
    if images.dtype.kind not in "iuf" or not images.size:
        raise DataError(
            f"{where}: images are {images.dtype} of shape {images.shape}; numbers from 0 to 255 are needed."
        )
    low, high = images.min(), images.max()
    if not (low >= 0 and high <= 255):  # so that NaN fails, too
        raise DataError(f"{where}: image values go from {low} to {high}; they must lie between 0 and 255.")
    scale = 255 if images.dtype.kind == "f" and high <= 1 else 1
    pixels: UInt8Array = np.rint(images * scale).astype(np.uint8)
    return pixels


def to_names(labels: npt.NDArray[Any], where: str) -> list[str]:
    """Bring labels to names.

    Args:
        labels: shape (n,) or (n, 1), integers or text.
        where: what to call them in an error.

    Raises:
        DataError: if they are anything else.
    """
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or labels.dtype.kind not in "iuU":
        raise DataError(
            f"{where}: labels are {labels.dtype} of shape {labels.shape}; one integer or text for each image is needed."
        )
    return [str(value) for value in labels.tolist()]


def normalization_of(images_nchw: UInt8Array) -> str:
    """Tell whether pictures are made as MNIST's are: grey, 28×28, 20 pixels of ink about the centre of mass.

    Of MNIST's pictures all meet this, of Fashion-MNIST's none; up to a thousand of those at hand are looked at.

    Returns:
        "mnist" where at least 90 % of the pictures do so, else "resize".
    """
    if images_nchw.shape[1:] != (1, 28, 28):
        return "resize"
    images = images_nchw[:: max(1, len(images_nchw) // 1000), 0].astype(np.float64)
    weight = images.sum(axis=(1, 2)) + 1e-9
    good = weight > 1
    for axis in (1, 2):
        profile = images.sum(axis=axis)
        centre = profile @ np.arange(28) / weight
        inked = images.max(axis=axis) >= _FAINT
        extent = 28 - inked.argmax(axis=1) - inked[:, ::-1].argmax(axis=1)
        good &= (np.abs(centre - 14) <= 1) & (extent <= 20)
    return "mnist" if np.mean(good) >= 0.9 else "resize"


def sort_classes(names: Iterable[str]) -> tuple[str, ...]:
    """Return each name once, numbers in their order as numbers: "2" before "10"; what is no digit comes last."""

    def key(name: str) -> tuple[bool, list[tuple[int, int, str]], str]:
        pieces = re.findall(r"[0-9]+|[^0-9]+", name)
        order = [(0, int(p), "") if "0" <= p[0] <= "9" else (1, 0, p.casefold()) for p in pieces]
        return name == NO_DIGIT, order, name

    return tuple(sorted(set(names), key=key))
