"""Accuracy with intervals, confusion, calibration, rejection; in figures, tables and pictures."""

from inkread.evaluation.metrics import ClassScore, Evaluation, evaluate, wilson_interval

__all__ = ["ClassScore", "Evaluation", "evaluate", "wilson_interval"]
