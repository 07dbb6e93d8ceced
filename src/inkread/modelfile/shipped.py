"""The models that come with the package, and the hashes that tell whether they are still what was released."""

from __future__ import annotations

import hashlib
from pathlib import Path

from inkread.errors import ModelFileError

SHIPPED_FOLDER = Path(__file__).parent / "shipped"
SHIPPED_SHA256 = {"digits.onnx": "cd0de1a60378e05314f49d2e4b2934298ad7e0e4b0ad472357151edc427b8018"}


def shipped_model(name: str = "digits.onnx") -> Path:
    """Find a model that comes with the package.

    Args:
        name: file name; "digits.onnx" is the default model of `inkread.load`.

    Returns:
        Path of the file, whose SHA-256 has just been compared (about a millisecond for a megabyte).

    Raises:
        ModelFileError: if the file is missing or is not the one that was released.
    """
    path = SHIPPED_FOLDER / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"the model that comes with inkread is missing ({path}): install inkread again."
        ) from error
    if hashlib.sha256(content).hexdigest() != SHIPPED_SHA256[name]:
        raise ModelFileError(f"the model that comes with inkread is damaged ({path}): install inkread again.")
    return path
