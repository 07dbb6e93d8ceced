"""ONNX Runtime behind the Classifier protocol; the only importer of onnxruntime."""

from inkread.runtime.inner_tensors import InnerTensors
from inkread.runtime.onnx_classifier import OnnxClassifier, read_task
from inkread.runtime.onnx_rows import OnnxRows

__all__ = ["InnerTensors", "OnnxClassifier", "OnnxRows", "read_task"]
