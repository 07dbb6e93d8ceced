"""What is gained by leaving the unsure answers out, and how well confidence tells digits from other things."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from inkread.errors import DataError
from inkread.evaluation.metrics import wilson_interval
from inkread.types import Float32Array

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskCoverage:
    """The price of answering more: at each share of answered pictures, the share of wrong answers among them.

    Attributes:
        coverage: float64 of shape (n,), 1/n to 1.
        risk: float64 of shape (n,), the share of wrong answers among the surest `coverage` of all.
        aurc: area under that curve: the mean of `risk`; 0 is perfect.
    """

    coverage: Floats = field(repr=False)
    risk: Floats = field(repr=False)
    aurc: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What a threshold lets through.

    Attributes:
        threshold: the least confidence that is accepted.
        count: how many answers there were.
        accepted: how many reach the threshold.
        share: accepted / count.
        correct: how many of the accepted are right.
        accuracy: correct / accepted, with the ends of its 95 % Wilson interval; None where none was accepted.
        low: see `accuracy`.
        high: see `accuracy`.
    """

    threshold: float
    count: int
    accepted: int
    share: float
    correct: int
    accuracy: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outsiders:
    """How the model takes pictures that are none of its classes.

    Attributes:
        data: name of the data set.
        count: its pictures.
        auroc: chance that a random digit gets a higher confidence than a random one of these.
        accepted: how many of these reach the threshold.
        accepted_at_99: how many of these reach the threshold that accepts 99 % of the digits measured.
        confidence: float64 of shape (count,), how sure the model was of each.
    """

    data: str
    count: int
    auroc: float
    accepted: int
    accepted_at_99: int
    confidence: Floats = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures, without the single confidences, as plain values."""
        return {
            "data": self.data,
            "count": self.count,
            "auroc": self.auroc,
            "accepted": self.accepted,
            "accepted_at_99": self.accepted_at_99,
        }


def risk_coverage(confidence: Floats, correct: Bools) -> RiskCoverage:
    """Draw up the risk-coverage curve and the area under it (AURC).

    Equally sure answers come in no order of their own, so their mistakes are spread evenly among them: the result
    does not depend on the order of the pictures. Source: R. El-Yaniv, Y. Wiener, "On the foundations of noise-free
    selective classification", JMLR 11 (2010); the area: Y. Geifman, G. Uziel, R. El-Yaniv, "Bias-reduced uncertainty
    estimation for deep neural classifiers", ICLR 2019.

    Args:
        confidence: float64 of shape (n,), the surer the higher.
        correct: bool of shape (n,).

    Returns:
        The curve, from the surest answer to all of them.

    Raises:
        DataError: if the shapes differ, there is no answer, or a confidence is NaN.
    """
    if confidence.shape != correct.shape or len(confidence) == 0 or np.isnan(confidence).any():
        raise DataError("there is no risk-coverage curve of no answers, or of answers without a confidence.")
    order = np.argsort(-confidence, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(confidence[order]) != 0, True)) + 1
    errors = np.cumsum(~correct[order])
    answered = np.arange(1, len(confidence) + 1, dtype=np.float64)
    expected = np.interp(answered, np.append(0, ends), np.append(0, errors[ends - 1]))
    risk = expected / answered
    return RiskCoverage(coverage=answered / len(answered), risk=risk, aurc=float(risk.mean()))


def acceptance(confidence: Floats, correct: Bools, threshold: float) -> Acceptance:
    """Count what a threshold accepts and how much of it is right.

    Args:
        confidence: float64 of shape (n,), n at least 1; 0 means no answer, which is accepted at no threshold.
        correct: bool of shape (n,).
        threshold: the least confidence that is accepted, 0 to 1.

    Returns:
        The counts and shares.
    """
    taken = (confidence >= threshold) & (confidence > 0)
    accepted, right = int(taken.sum()), int((taken & correct).sum())
    low, high = wilson_interval(right, accepted) if accepted else (None, None)
    return Acceptance(
        threshold=threshold,
        count=len(confidence),
        accepted=accepted,
        share=accepted / len(confidence),
        correct=right,
        accuracy=right / accepted if accepted else None,
        low=low,
        high=high,
    )


def threshold_accepting(confidence: Floats, share: float) -> float:
    """Return the highest threshold that accepts at least this share of the answers.

    Args:
        confidence: float64 of shape (n,), n at least 1.
        share: above 0, at most 1.

    Returns:
        The least confidence of the surest `share` of all answers.
    """
    needed = max(1, math.ceil(share * len(confidence)))
    return float(np.sort(confidence)[len(confidence) - needed])


def auroc(positive: Floats, negative: Floats) -> float:
    """Return the chance that a random positive scores higher than a random negative, equals counting half.

    This is the area under the receiver operating characteristic, computed from ranks. Source: J. A. Hanley,
    B. J. McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve", Radiology
    143 (1982). With the top answer's confidence as score, of digits against other things: D. Hendrycks, K. Gimpel, "A
    baseline for detecting misclassified and out-of-distribution examples in neural networks", ICLR 2017.

    Args:
        positive: float64 of shape (n,), n at least 1.
        negative: float64 of shape (m,), m at least 1.

    Returns:
        1 where every positive scores above every negative, 0.5 for chance.

    Raises:
        DataError: if one of them is empty or holds NaN.
    """
    scores = np.concatenate([positive, negative])
    if not len(positive) or not len(negative) or np.isnan(scores).any():
        raise DataError("AUROC needs scores of both kinds, digits and others, and no NaN among them.")
    _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    middle_rank = np.cumsum(sizes) - (sizes - 1) / 2
    rank_sum = float(middle_rank[group][: len(positive)].sum())
    smallest = len(positive) * (len(positive) + 1) / 2
    return (rank_sum - smallest) / (len(positive) * len(negative))


def compare_outsiders(digits: Float32Array, outsiders: Float32Array, data: str, threshold: float) -> Outsiders:
    """Compare the confidence on digits with that on pictures of no class.

    Args:
        digits: float32 of shape (n, classes), the model's probabilities on digits.
        outsiders: float32 of shape (m, classes), those on the other pictures.
        data: name of the others' data set.
        threshold: the least confidence that is accepted, 0 to 1.

    Returns:
        AUROC and what is accepted wrongly, at the threshold and where 99 % of the digits are accepted.

    Raises:
        DataError: if one of them is empty.
    """
    inside, outside = _confidence(digits), _confidence(outsiders)
    area = auroc(inside, outside)

    def accepted(least: float) -> int:
        return int(((outside >= least) & (outside > 0)).sum())

    return Outsiders(
        data=data,
        count=len(outside),
        auroc=area,
        accepted=accepted(threshold),
        accepted_at_99=accepted(threshold_accepting(inside, 0.99)),
        confidence=outside,
    )


def _confidence(probabilities: Float32Array) -> Floats:
    """Return how sure each answer is: float64 of shape (n,)."""
    confidence: Floats = np.minimum(probabilities.max(axis=1).astype(np.float64), 1.0)
    return confidence
