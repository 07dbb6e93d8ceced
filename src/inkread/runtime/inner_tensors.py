"""The tensors inside a network, computed for given pictures: ONNX Runtime with further outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from inkread.errors import ModelFileError
from inkread.modelfile.graph import with_outputs
from inkread.runtime.onnx_classifier import PIXELS_PER_RUN, OnnxClassifier, start_session
from inkread.types import UInt8Array


class InnerTensors:
    """A second opening of a model file that gives tensors inside its graph; safe to share between threads.

    The classifier itself stays as it is, and as quick. The graph is the same, and so are its numbers.
    """

    def __init__(self, classifier: OnnxClassifier, names: Sequence[str]) -> None:
        """Open the file's content once more.

        Args:
            classifier: the model.
            names: tensors of its graph; "logits" is always there.

        Raises:
            ModelFileError: if the graph has no such tensors.
        """
        asked = [name for name in dict.fromkeys(names) if name != "logits"]
        try:
            self._session = start_session(with_outputs(classifier.content, asked))
        except Exception as error:  # ONNX Runtime's errors have no base class.
            raise ModelFileError(
                f"the model {classifier.card.name!r} cannot be looked into: ONNX Runtime refuses further outputs."
            ) from error
        self._pictures_per_run = max(1, PIXELS_PER_RUN // int(np.prod(classifier.input_shape)))

    def __call__(self, images_nchw: UInt8Array, names: Sequence[str]) -> list[npt.NDArray[Any]]:
        """Compute tensors for a batch.

        Args:
            images_nchw: uint8 of shape (n, *input_shape), range 0 to 255, n at least 1.
            names: among those given when opening.

        Returns:
            An array for each name, its first axis the pictures; a stored tensor is asked for with one picture.
        """
        step = self._pictures_per_run
        parts = [
            self._session.run(list(names), {"image": images_nchw[start : start + step]})
            for start in range(0, len(images_nchw), step)
        ]
        return parts[0] if len(parts) == 1 else [np.concatenate(column) for column in zip(*parts, strict=True)]
