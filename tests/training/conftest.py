"""Small data that a network learns in a second."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def coloured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Own data: RGB pictures of 20x24 pixels in three classes, told apart by colour and place; train split only."""
    random = np.random.default_rng(1)
    labels = np.arange(300) % 3
    images = random.integers(0, 60, (300, 20, 24, 3), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = random.integers(0, 8, 2)
        image[row : row + 10, column : column + 10, label] += 150
    path = tmp_path_factory.mktemp("own") / "coloured.npz"
    np.savez(path, images=images, labels=np.array(["red", "green", "blue"])[labels])
    return path
