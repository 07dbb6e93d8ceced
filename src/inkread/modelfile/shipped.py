"""The models that come with the package, and the hashes that tell whether they are still what was released."""

from __future__ import annotations

import hashlib
from pathlib import Path

from inkread.errors import ModelFileError

SHIPPED_FOLDER = Path(__file__).parent / "shipped"
SHIPPED_SHA256 = {
    "digits.onnx": "e5a3b85d938d0d5d2c19a2813c9e36a50a1608941ab5c5fe5c4c19082a0438a8",
    "numbers.onnx": "1d0a675ac2a209fe02ebf506057cbf77bdf11e1091578f301f1729c038986f89",
    "tutorial.onnx": "ecae3df39544b9d5ac4e5b26c859551c171cc31ef50092c4bd1d85d623f64706",
}


def shipped_model(name: str = "digits.onnx") -> Path:
    """Find a model that comes with the package.

    Args:
        name: file name; "digits.onnx" and "numbers.onnx" are the default models of `inkread.load`, "tutorial.onnx" is
            the recipe `mlp-128-64` as a tutorial trains it, to compare the first with.

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
