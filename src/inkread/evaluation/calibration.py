"""Whether "98 % sure" is right 98 times in 100, and the temperature that makes it so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inkread.errors import DataError
from inkread.evaluation.metrics import check_answers
from inkread.types import Float32Array, Int64Array

BINS = 15
_HOTTEST, _COLDEST = 100.0, 0.01
_HALVINGS = 60  # of the logarithm of the range above: more than float64 can tell apart


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The answers whose confidence lies in (low, high]; the two means are None where there are none."""

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None


def reliability_bins(probabilities: Float32Array, labels: Int64Array, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """Sort the answers by confidence into bins of equal width and compare confidence with accuracy in each.

    Args:
        probabilities: float32 of shape (n, classes), each row summing to at most 1; all 0 is no answer.
        labels: int64 of shape (n,).
        bins: how many, at least 1; 15 is the literature's custom.

    Returns:
        All bins, from 0 to 1; a confidence of exactly 0 is in the first.

    Raises:
        DataError: see `evaluate`.
    """
    confidence, correct = confidence_and_correct(probabilities, labels)
    place = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    sure = np.bincount(place, weights=confidence, minlength=bins)
    right = np.bincount(place, weights=correct, minlength=bins)
    return tuple(
        ReliabilityBin(i / bins, (i + 1) / bins, int(n), float(s / n) if n else None, float(r / n) if n else None)
        for i, (n, s, r) in enumerate(zip(counts, sure, right, strict=True))
    )


def expected_calibration_error(probabilities: Float32Array, labels: Int64Array, bins: int = BINS) -> float:
    """Return the mean distance between confidence and accuracy over the bins, weighted by their counts (ECE).

    Source: M. P. Naeini, G. F. Cooper, M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
    binning", AAAI 2015; in this form, of the top answer's confidence in 15 equal bins, C. Guo, G. Pleiss, Y. Sun,
    K. Q. Weinberger, "On calibration of modern neural networks", ICML 2017.

    Args:
        probabilities: float32 of shape (n, classes), each row summing to at most 1; all 0 is no answer.
        labels: int64 of shape (n,).
        bins: number of bins of equal width.

    Returns:
        0 (calibrated) to 1.

    Raises:
        DataError: see `evaluate`.
    """
    filled = [b for b in reliability_bins(probabilities, labels, bins) if b.confidence is not None]
    gaps = sum(b.count * abs((b.confidence or 0.0) - (b.accuracy or 0.0)) for b in filled)
    return float(gaps / sum(b.count for b in filled))


def fit_temperature(logits: Float32Array, labels: Int64Array) -> float:
    """Find the temperature T for which softmax(logits / T) explains the labels best (least average loss).

    Fit it on pictures that training did not see. Source: Guo et al. 2017. The loss is convex in 1 / T, so its slope,
    the mean over pictures of (expected logit - true class's logit), crosses 0 once, and halving the range finds where.

    Args:
        logits: float32 of shape (n, classes).
        labels: int64 of shape (n,).

    Returns:
        Above 1 where the network is too sure, below 1 where it is not sure enough; within 0.01 and 100, whose ends
        are given where the loss falls all the way (0.01: every picture is read right).

    Raises:
        DataError: if there is no picture, or the arrays do not belong together or hold NaN or infinity.
    """
    if logits.ndim != 2 or len(logits) == 0 or len(logits) != len(labels) or not np.isfinite(logits).all():
        raise DataError(f"logits of shape {logits.shape} and {len(labels)} labels give no temperature.")
    z_nk = logits.astype(np.float64)
    z_nk -= z_nk.max(axis=1, keepdims=True)
    true_mean = z_nk[np.arange(len(labels)), labels].mean()

    def slope(inverse: float) -> float:
        weight_nk = np.exp(z_nk * inverse)
        return float(((weight_nk * z_nk).sum(axis=1) / weight_nk.sum(axis=1)).mean() - true_mean)

    low, high = np.log(1 / _HOTTEST), np.log(1 / _COLDEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if slope(float(np.exp(middle))) > 0 else (middle, high)
    return float(np.exp(-(low + high) / 2))


def confidence_and_correct(
    probabilities: Float32Array, labels: Int64Array
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return how sure each answer was and whether it was right.

    Args:
        probabilities: float32 of shape (n, classes), each row summing to at most 1; all 0 is no answer.
        labels: int64 of shape (n,).

    Returns:
        float64 of shape (n,), 0 to 1, and bool of shape (n,); no answer is 0 and False.

    Raises:
        DataError: see `evaluate`.
    """
    check_answers(probabilities, labels, probabilities.shape[-1])
    confidence = np.minimum(probabilities.max(axis=1).astype(np.float64), 1.0)
    return confidence, (probabilities.argmax(axis=1) == labels) & (confidence > 0)
