"""ONNX Runtime behind the Classifier protocol; the only importer of onnxruntime."""

from inkread.runtime.inner_tensors import InnerTensors
from inkread.runtime.onnx_classifier import OnnxClassifier
from inkread.runtime.onnx_rows import OnnxRows

__all__ = ["InnerTensors", "OnnxClassifier", "OnnxRows"]
