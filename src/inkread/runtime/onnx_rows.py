"""A model file that reads rows of writing, opened: ONNX Runtime on the CPU."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inkread.errors import ModelFileError
from inkread.modelfile.card import Card
from inkread.runtime.onnx_classifier import check_file, read_card, start_session
from inkread.types import Float32Array, UInt8Array

if TYPE_CHECKING:
    import onnxruntime

ROWS_PER_RUN = 8
STEP = 16  # columns by which rows of a run may differ before they are filled up


class OnnxRows:
    """A network that reads rows; meets the `inkread.types.RowNetwork` protocol, safe to share between threads.

    Attributes:
        card: what the file says of itself.
        content: bytes of the file.
    """

    def __init__(self, session: onnxruntime.InferenceSession, card: Card, content: bytes) -> None:
        self.card = card
        self.content = content
        self._session = session

    @classmethod
    def open(cls, path: str | Path) -> OnnxRows:
        """Open a model file whose task is "number".

        Raises:
            ModelFileError: if the file is missing, damaged, or does another task.
        """
        path = Path(path)
        check_file(path)
        try:
            session = start_session(path)
            card = read_card(session, path)
            _check_task(card, path)
            rows = cls(session, card, path.read_bytes())
            rows.log_probabilities([np.zeros((card.input_shape[1], 2 * STEP), np.uint8)])
        except ModelFileError:
            raise
        except Exception as error:  # ONNX Runtime's errors have no base class; damaged text may not decode.
            raise ModelFileError(
                f"{path} is no ONNX model or is damaged: take a fresh copy, or a file that inkread wrote."
            ) from error
        return rows

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the columns; the blank comes after them."""
        return self.card.labels

    def log_probabilities(self, rows: Sequence[UInt8Array]) -> list[Float32Array]:
        """Say of each place in each row what stands there.

        Args:
            rows: uint8 of shape (32, w) each, white ink on black, any widths.

        Returns:
            For each row float32 of shape (places, labels + 1), natural logarithms of calibrated probabilities; a place
            is two columns wide, the blank is last.
        """
        order = sorted(range(len(rows)), key=lambda index: rows[index].shape[1])
        runs = [order[start : start + ROWS_PER_RUN] for start in range(0, len(order), ROWS_PER_RUN)]
        found: list[Float32Array] = [np.zeros((0, 0), np.float32)] * len(rows)

        def work(run: list[int]) -> None:
            for index, scores in zip(run, self._run([rows[index] for index in run]), strict=True):
                found[index] = scores

        if len(runs) <= 1:
            for run in runs:
                work(run)
            return found
        with ThreadPoolExecutor(min(len(runs), os.cpu_count() or 1)) as threads:
            list(threads.map(work, runs))
        return found

    def _run(self, rows: list[UInt8Array]) -> list[Float32Array]:
        """Run the graph once, the rows filled up to the width of the longest."""
        wide = -(-max(row.shape[1] for row in rows) // STEP) * STEP
        images = np.zeros((len(rows), 1, rows[0].shape[0], wide), np.uint8)
        for image, row in zip(images, rows, strict=True):
            image[0, :, : row.shape[1]] = row
        logits = np.asarray(self._session.run(["logits"], {"image": images})[0], np.float32) / self.card.temperature
        logits -= logits.max(axis=2, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=2, keepdims=True))
        return [one[: -(-row.shape[1] // 2)] for one, row in zip(logits, rows, strict=True)]


def _check_task(card: Card, path: Path) -> None:
    """Refuse a model that does something else."""
    if card.task != "number":
        raise ModelFileError(f"{path} reads a {card.task} a picture, not numbers: take another.")
