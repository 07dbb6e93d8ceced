"""ONNX Runtime behind the Classifier protocol; the only importer of onnxruntime.

The names load on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkread.lazy import importer

if TYPE_CHECKING:
    from inkread.runtime.inner_tensors import InnerTensors
    from inkread.runtime.onnx_classifier import OnnxClassifier, read_task
    from inkread.runtime.onnx_rows import OnnxRows

_HOMES = {
    "InnerTensors": "inner_tensors",
    "OnnxClassifier": "onnx_classifier",
    "OnnxRows": "onnx_rows",
    "read_task": "onnx_classifier",
}
__all__ = ["InnerTensors", "OnnxClassifier", "OnnxRows", "read_task"]
__getattr__ = importer(__name__, _HOMES)
