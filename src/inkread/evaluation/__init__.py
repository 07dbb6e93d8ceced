"""Accuracy with intervals, confusion, calibration, rejection; in figures, tables and pictures.

The names load on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkread.lazy import importer

if TYPE_CHECKING:
    from inkread.evaluation.metrics import ClassScore, Evaluation, evaluate, wilson_interval

_HOMES = dict.fromkeys(("ClassScore", "Evaluation", "evaluate", "wilson_interval"), "metrics")
__all__ = ["ClassScore", "Evaluation", "evaluate", "wilson_interval"]
__getattr__ = importer(__name__, _HOMES)
