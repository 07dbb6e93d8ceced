"""Opening a model, and checking what goes with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inkread.errors import ConfigError, ModelFileError
from inkread.files import is_state_dict

if TYPE_CHECKING:
    from inkread.runtime import OnnxClassifier, OnnxRows


def check_confidence(least: float | None) -> None:
    """Refuse what cannot be a least confidence.

    Raises:
        ConfigError: if it is neither None nor a number from 0 to 1.
    """
    if not isinstance(least, float | int | np.floating | None):
        raise ConfigError(f"the least confidence is a number from 0 to 1, not {least!r}.")
    if least is not None and not 0 <= least <= 1:
        raise ConfigError(f"the least confidence is {least:g}, it must be between 0 and 1.")


def open_model(model: str | Path | None = None) -> OnnxClassifier:
    """Open a model for `load` or for evaluation; arguments and errors as of `load`."""
    from inkread.modelfile import shipped_model
    from inkread.runtime import OnnxClassifier

    if not isinstance(model, str | os.PathLike | None):
        raise ModelFileError(f"a model is the path of its file, not {type(model).__name__}.")
    path = shipped_model() if model is None else Path(model)
    if not is_state_dict(path):
        return OnnxClassifier.open(path)
    from tempfile import TemporaryDirectory

    from inkread.training.statedict import convert_pth

    with TemporaryDirectory(prefix="inkread-") as folder:
        target = Path(folder) / f"{path.stem}.onnx"
        convert_pth(path, target)
        return OnnxClassifier.open(target)


def open_models(
    model: str | Path | None = None, number_model: str | Path | None = None
) -> tuple[OnnxClassifier, OnnxRows | None]:
    """Open what `load` is given; a `model` that reads numbers as a whole stands for `number_model`."""
    from inkread.runtime import read_task

    if number_model is None and isinstance(model, str | os.PathLike):
        is_converted = is_state_dict(Path(model))
        if not is_converted and read_task(model) == "number":
            model, number_model = None, model
    return open_model(model), None if number_model is None else open_number_model(number_model)


def open_number_model(model: str | Path | None = None) -> OnnxRows:
    """Open a model that reads numbers as a whole; None takes the one that comes with inkread.

    Raises:
        ModelFileError: if the file is missing, damaged, or does another task.
    """
    from inkread.modelfile import shipped_model
    from inkread.runtime import OnnxRows

    if not isinstance(model, str | os.PathLike | None):
        raise ModelFileError(f"a model is the path of its file, not {type(model).__name__}.")
    return OnnxRows.open(shipped_model("numbers.onnx") if model is None else model)
