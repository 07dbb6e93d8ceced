"""What a learner watches while a network learns: after each epoch its first filters, its confusions, its mistakes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import torch
from safetensors import safe_open

from inkread.networks import build, preprocessing
from inkread.training.config import TrainConfig
from inkread.training.events import CheckpointSaved, Event
from inkread.training.loop import predict
from inkread.training.pictures import Pictures
from inkread.training.run import RunData
from inkread.training.state import Weights
from inkread.types import Float32Array, Int64Array, UInt8Array

MOST_FILTERS = 32
MOST_MISTAKES = 60
COLUMNS = 10
MIDDLE, REACH = 128, 127  # of the grey values: a weight of 0, and the largest weight


class EpochViews:
    """A listener that looks at the weights of every checkpoint that ends an epoch."""

    def __init__(self, config: TrainConfig, data: RunData, emit: Callable[[dict[str, Any]], None]) -> None:
        """Prepare.

        Args:
            config: the run's.
            data: the run's; its validation pictures are what is looked at.
            emit: takes what there is to see, as plain values.
        """
        self._config, self._emit = config, emit
        self._shown, self._classes = data.validation, data.train.classes
        channels, *size = data.train.images.shape[1:]
        self._network = build(
            config.network, num_classes=len(self._classes), in_channels=channels, image_size=tuple(size), dropout=None
        )
        self._followed: list[int] = []

    def __call__(self, event: Event) -> None:
        """Look, where an epoch has ended."""
        if isinstance(event, CheckpointSaved) and event.step == 0 and event.epoch > 1:
            weights = _weights(event.path)
            view: dict[str, Any] = {"event": "epoch-view", "epoch": event.epoch - 1, "filters": _filters(weights)}
            if len(self._shown):
                view |= self._mistakes(weights)
            self._emit(view)

    def _mistakes(self, weights: Weights) -> dict[str, Any]:
        """Read the validation pictures; those once read wrong are followed, whether they are still wrong or not."""
        pictures = Pictures(torch.tensor(self._shown.images), torch.tensor(self._shown.labels))
        logits_nk = predict(self._network, weights, pictures, preprocessing(self._config.network))
        shares: Float32Array = torch.softmax(logits_nk, dim=1).numpy()
        read: Int64Array = shares.argmax(axis=1)
        wrong = np.flatnonzero(read != self._shown.labels)
        new = [int(i) for i in wrong if int(i) not in self._followed]
        self._followed += new[: MOST_MISTAKES - len(self._followed)]
        count = len(self._classes)
        confusion = np.bincount(self._shown.labels * count + read, minlength=count * count).reshape(count, count)
        return {
            "classes": list(self._classes),
            "confusion": confusion.tolist(),
            "wrong": len(wrong),
            "count": len(read),
            "mistakes": [self._mistake(i, int(read[i]), float(shares[i].max())) for i in self._followed],
            "pictures": _sheet(self._shown.images[self._followed, 0]) if self._followed else None,
        }

    def _mistake(self, place: int, read: int, confidence: float) -> dict[str, Any]:
        """Describe one picture that is followed, in the order of the sheet."""
        truth = int(self._shown.labels[place])
        return {
            "index": place,
            "truth": self._classes[truth],
            "read": self._classes[read],
            "wrong": read != truth,
            "confidence": round(confidence, 4),
        }


def _weights(path: str) -> Weights:
    """Return what an epoch was validated with: the moving average where there is one, else the network's weights."""
    with safe_open(path, "pt") as file:
        names = list(file.keys())
        kind = "average." if any(name.startswith("average.") for name in names) else "network."
        return {name.removeprefix(kind): file.get_tensor(name) for name in names if name.startswith(kind)}


def _filters(weights: Weights) -> dict[str, Any] | None:
    """Draw the first layer's weights: white is the largest, black the most negative, middle grey 0.

    A convolution's filters keep their size; a fully connected layer's are laid out as the picture they look at.
    """
    first = next((value for name, value in weights.items() if name.endswith("weight") and value.ndim in (2, 4)), None)
    if first is None:
        return None
    values = first.float().numpy()[:MOST_FILTERS]
    if values.ndim == 4:
        tiles = values[:, 0]
    else:
        side = int(np.sqrt(values.shape[1]))
        if side * side != values.shape[1]:
            return None
        tiles = values.reshape(-1, side, side)
    largest = float(np.abs(tiles).max()) or 1.0
    return _sheet(np.rint(MIDDLE + REACH * tiles / largest).astype(np.uint8)) | {"largest": round(largest, 5)}


def _sheet(tiles_nhw: UInt8Array) -> dict[str, Any]:
    """Lay tiles side by side in rows.

    Args:
        tiles_nhw: uint8 of shape (n, h, w), n at least 1.

    Returns:
        How many there are, in how many columns, their width and height, and the PNG as a data URL.
    """
    count, height, width = tiles_nhw.shape
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    sheet = np.full((rows * height, columns * width), MIDDLE, dtype=np.uint8)
    for i, tile in enumerate(tiles_nhw):
        top, left = i // columns * height, i % columns * width
        sheet[top : top + height, left : left + width] = tile
    file = BytesIO()
    PIL.Image.fromarray(sheet).save(file, "PNG")
    png = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
    return {"count": count, "columns": columns, "width": width, "height": height, "png": png}
