"""Everything that is measured on one data set, in one frozen value, with its JSON and its pictures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inkread.evaluation.calibration import (
    ReliabilityBin,
    confidence_and_correct,
    expected_calibration_error,
    reliability_bins,
)
from inkread.evaluation.metrics import Evaluation, evaluate
from inkread.evaluation.rejection import Acceptance, Outsiders, RiskCoverage, acceptance, risk_coverage
from inkread.types import Float32Array, Int64Array, UInt8Array

FILES = ("report.json", "gallery.png", "confusion.png", "reliability.png", "risk_coverage.png")
OUTSIDERS_FILE = "outsiders.png"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """All figures of one model on one data set.

    Attributes:
        model: the model's name.
        data: the data set's name.
        split: "train" or "test".
        evaluation: accuracy, loss, confusion.
        ece: expected calibration error, 0 to 1.
        bins: the reliability diagram's bins.
        acceptance: what the threshold lets through.
        risk_coverage: the curve over all thresholds.
        outsiders: how pictures of no class fared, one entry a data set; empty where none were given.
        trained_on: whether the model was trained on these very pictures.
    """

    model: str
    data: str
    split: str
    evaluation: Evaluation
    ece: float
    bins: tuple[ReliabilityBin, ...]
    acceptance: Acceptance
    risk_coverage: RiskCoverage
    outsiders: tuple[Outsiders, ...] = ()
    trained_on: bool = False

    @property
    def source(self) -> str:
        """Which model on which data, for people."""
        return f"{self.model} on {self.data}, {self.split}"

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values that `json.dumps` takes; fractions, not per cent."""
        found = self.evaluation
        return {
            "model": self.model,
            "data": self.data,
            "split": self.split,
            "trained_on": self.trained_on,
            "count": found.count,
            "correct": found.correct,
            "unanswered": found.unanswered,
            "accuracy": found.accuracy,
            "accuracy_low": found.low,
            "accuracy_high": found.high,
            "average_loss": found.average_loss,
            "ece": self.ece,
            "aurc": self.risk_coverage.aurc,
            "acceptance": asdict(self.acceptance),
            "outsiders": [others.to_dict() for others in self.outsiders],
            "classes": list(found.classes),
            "per_class": [asdict(score) for score in found.per_class],
            "confusion": found.confusion.tolist(),
            "reliability": [asdict(b) for b in self.bins],
        }

    def to_json(self) -> str:
        """Return `to_dict` as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False)


def measure(
    probabilities: Float32Array,
    labels: Int64Array,
    classes: Sequence[str],
    *,
    model: str,
    data: str,
    split: str,
    threshold: float,
    outsiders: tuple[Outsiders, ...] = (),
    trained_on: bool = False,
) -> Report:
    """Measure everything that answers and truth tell; errors as of `evaluate`.

    Args:
        probabilities: float32 of shape (n, classes), each row summing to at most 1; all 0 is no answer.
        labels: int64 of shape (n,), indices into `classes`.
        classes: names of the classes.
        model: the model's name.
        data: the data set's name.
        split: "train" or "test".
        threshold: the least confidence that is accepted, 0 to 1.
        outsiders: how pictures of no class fared, each from `compare_outsiders`.
        trained_on: whether the model was trained on these very pictures.

    Returns:
        The figures.
    """
    evaluation = evaluate(probabilities, labels, classes)
    confidence, correct = confidence_and_correct(probabilities, labels)
    return Report(
        model=model,
        data=data,
        split=split,
        evaluation=evaluation,
        ece=expected_calibration_error(probabilities, labels),
        bins=reliability_bins(probabilities, labels),
        acceptance=acceptance(confidence, correct, threshold),
        risk_coverage=risk_coverage(confidence, correct),
        outsiders=outsiders,
        trained_on=trained_on,
    )


def save(
    report: Report, images_nchw: UInt8Array, labels: Int64Array, probabilities: Float32Array, folder: Path
) -> list[Path]:
    """Write the report as JSON and its pictures.

    Args:
        report: what was measured.
        images_nchw: uint8 of shape (n, channels, height, width), what it was measured on.
        labels: int64 of shape (n,), indices into the report's classes.
        probabilities: float32 of shape (n, classes), the answers.
        folder: where to; made if it is not there.

    Returns:
        The files written: `FILES`, and `OUTSIDERS_FILE` where there are outsiders.

    Raises:
        OutputError: if the folder cannot be written.
        MissingExtraError: if matplotlib is not installed; report and gallery are written all the same.
    """
    from inkread.evaluation.figures import draw_confusion, draw_outsiders, draw_reliability, draw_risk_coverage
    from inkread.evaluation.gallery import draw_gallery
    from inkread.files import write_text

    paths = [folder / name for name in FILES]
    write_text(paths[0], report.to_json() + "\n")
    draw_gallery(images_nchw, labels, probabilities, report.evaluation.classes, paths[1], source=report.source)
    draw_confusion(report.evaluation, paths[2], source=report.source)
    draw_reliability(report.evaluation, report.bins, report.ece, paths[3], source=report.source)
    draw_risk_coverage(report.evaluation, report.risk_coverage, report.acceptance, paths[4], source=report.source)
    if report.outsiders:
        paths.append(folder / OUTSIDERS_FILE)
        confidence, _ = confidence_and_correct(probabilities, labels)
        draw_outsiders(confidence, report.acceptance, report.outsiders, paths[-1], source=report.source)
    return paths
