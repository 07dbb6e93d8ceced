"""The models that may be asked: the default, the tutorial's for comparison, and those that were trained here."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from pathlib import Path

from inkread.api import Reader, load
from inkread.errors import InkreadError, ModelFileError
from inkread.modelfile.shipped import SHIPPED_SHA256, shipped_model
from inkread.service.problems import Problem

TUTORIAL = "tutorial"
NAME = r"^[a-z0-9][a-z0-9-]{0,59}$"
MOST_KEPT = 4


class Readers:
    """Opens models by name and keeps the last few; may be shared between threads.

    Attributes:
        default: what reads where no model is named.
    """

    def __init__(self, default: Reader, runs: Path) -> None:
        self.default = default
        self._runs = runs
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], Reader] = OrderedDict()

    def get(self, name: str | None) -> Reader:
        """Return a model.

        Args:
            name: None for the default, "tutorial", or the id of a training run.

        Raises:
            Problem: 404 if there is none of that name, 409 if its file cannot be used.
        """
        if name is None:
            return self.default
        with self._lock:
            path = self.path(name)
            key = (name, path.stat().st_mtime_ns)
            if key not in self._kept:
                self._kept[key] = self._open(name, path)
                if len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    def path(self, name: str) -> Path:
        """Return a model's file; errors as of `get`."""
        if name == TUTORIAL and f"{TUTORIAL}.onnx" in SHIPPED_SHA256:
            return shipped_model(f"{TUTORIAL}.onnx")
        path = self._runs / name / "run" / "model.onnx"
        if not re.fullmatch(NAME, name) or not path.is_file():
            raise Problem(404, f"There is no model {name!r}: /v1/runs lists those that were trained here.")
        return path

    def _open(self, name: str, path: Path) -> Reader:
        try:
            return load(path)
        except ModelFileError as error:
            raise Problem(409, f"The model {name!r} cannot be used: train it again.") from error


def open_default(model: str | None, min_confidence: float | None) -> Reader:
    """Open the model that reads where none is named.

    Raises:
        InkreadError: if it cannot be used; see `api.load`.
    """
    reader = load(model, min_confidence=min_confidence)
    if reader.card.task != "digit":
        raise InkreadError(f"this model reads a {reader.card.task} a picture, not digits: take another with --model.")
    return reader
