"""Pixels to ink: pictures of any kind are loaded, their ink is found, and a digit is set in MNIST's form.

The names load on first use, so that loading a file does not import OpenCV.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkread.lazy import importer

if TYPE_CHECKING:
    from inkread.imaging.colour import to_grey
    from inkread.imaging.loading import load_image
    from inkread.imaging.normalization import Normalized, Step, normalize
    from inkread.imaging.resizing import resize

_HOMES = {
    "Normalized": "normalization",
    "Step": "normalization",
    "load_image": "loading",
    "normalize": "normalization",
    "resize": "resizing",
    "to_grey": "colour",
}
__all__ = ["Normalized", "Step", "load_image", "normalize", "resize", "to_grey"]
__getattr__ = importer(__name__, _HOMES)
