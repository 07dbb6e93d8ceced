"""ONNX Runtime behind the Classifier protocol; the only importer of onnxruntime."""

from inkread.runtime.onnx_classifier import OnnxClassifier

__all__ = ["OnnxClassifier"]
