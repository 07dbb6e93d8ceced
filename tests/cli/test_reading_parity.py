"""Pictures that come as files are read as well as the arrays are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inkread
from inkread.api import open_model
from inkread.data import Dataset

COUNT = 400
Change = Callable[[np.ndarray], np.ndarray]


def same(pixels: np.ndarray) -> np.ndarray:
    return pixels


def inverted(pixels: np.ndarray) -> np.ndarray:
    return 255 - pixels


def enlarged(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).resize((196, 196), Image.Resampling.BICUBIC))


def in_a_corner(pixels: np.ndarray) -> np.ndarray:
    canvas = np.zeros((280, 280), np.uint8)
    canvas[252:, :28] = pixels
    return canvas


def as_file(pixels: np.ndarray, kind: str) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, kind, quality=50)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("change", "kind", "may_differ"),
    [(same, "PNG", 1), (inverted, "PNG", 1), (enlarged, "PNG", 2), (in_a_corner, "PNG", 1), (same, "JPEG", 5)],
)
def test_files_are_read_as_the_arrays_are(mnist_test: Dataset, change: Change, kind: str, may_differ: int) -> None:
    images, truth = mnist_test.images[:COUNT], mnist_test.labels[:COUNT]
    from_arrays = open_model().probabilities(images).argmax(axis=1)
    digits = inkread.load().digits(as_file(change(pixels), kind) for pixels in images[:, 0])
    from_files = np.array([int(digit.label or -1) for digit in digits])
    assert int((from_arrays == truth).sum()) - int((from_files == truth).sum()) <= may_differ


@pytest.mark.slow
def test_all_ten_thousand_are_read_within_a_tenth_of_a_point() -> None:
    script = Path(__file__).parents[2] / "benchmarks" / "reading_parity.py"
    result = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, timeout=3000)
    assert result.returncode == 0, result.stdout + result.stderr
