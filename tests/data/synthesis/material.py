"""What the tests write with: some of MNIST, and trajectories drawn by formula or, where they are, UNIPEN's."""

from __future__ import annotations

from itertools import islice

import cv2
import numpy as np

from inkread.data import Dataset
from inkread.data.synthesis import Glyphs
from inkread.data.trajectories import parse_trajectories
from inkread.types import Box, UInt8Array
from tests.data.small_collections import shared, unipen_files

cv2.setNumThreads(1)


def of_pictures(mnist: Dataset) -> Glyphs:
    return Glyphs(mnist.images[:2000, 0], mnist.labels[:2000])


def of_formulas(mnist: Dataset) -> Glyphs:
    files = unipen_files()
    pens = list(parse_trajectories(files["digits.jsonl.gz"]))
    letters = list(parse_trajectories(files["symbols.jsonl.gz"]))  # the letters there mostly look like digits
    return Glyphs(mnist.images[:2000, 0], mnist.labels[:2000], pens, letters)


def of_unipen(mnist: Dataset) -> Glyphs:
    """Skip where UNIPEN is missing."""
    folder = shared("unipen")
    pens = islice(parse_trajectories((folder / "digits.jsonl.gz").read_bytes()), 2000)
    letters = islice(parse_trajectories((folder / "lower.jsonl.gz").read_bytes()), 500)
    return Glyphs(mnist.images[:2000, 0], mnist.labels[:2000], list(pens), list(letters))


def inside(box: Box, image: UInt8Array) -> bool:
    """Whether a box holds something and lies in a picture."""
    height, width = image.shape
    return 0 <= box.x0 < box.x1 <= width and 0 <= box.y0 < box.y1 <= height


def light(image: UInt8Array) -> float:
    """Grey value of the paper."""
    return float(np.percentile(image, 90))
