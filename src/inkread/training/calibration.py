"""How sure a trained model may say it is, and how sure it must be: both measured on the validation pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from inkread.evaluation.calibration import fit_temperature
from inkread.types import Float32Array, Int64Array

ENOUGH = 1000  # fewer pictures say too little about confidence
REFUSED = 0.01  # share of the pictures of known classes that the threshold may cost
HIGHEST = 0.99
STEPS, LARGEST_STEP = 50, 1.0  # of Newton's method
LEAST_SCALE = 0.05  # of a margin that says anything
RIDGE = 1e-3
MOST_SHARE = 1 - 1e-6  # of the probability that the classes may have together


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """What makes a network's confidence true.

    Attributes:
        temperature: field of the card; the logits are divided by it.
        threshold: field of the card; the least confidence that is accepted.
        gate_scale: with `gate_offset`, how sure it is that the largest logit's class is the true one (see `gated`);
            both become part of the graph when the network is exported. None leaves the last logit as it is.
        gate_offset: see `gate_scale`.
    """

    temperature: float = 1.0
    threshold: float = 0.5
    gate_scale: float | None = None
    gate_offset: float = 0.0


def calibrate(logits_nk: Float32Array, labels_n: Int64Array, *, reject_class: bool) -> Confidence:
    """Fit the temperature and, for a network that can say "none of these", its gate and the threshold.

    Without a reject class the logits are divided by one temperature (Guo et al. 2017). With one, the confidence is a
    logistic function of how far the largest of the other logits is above the last, fitted to whether the answer is
    right, on pictures of known classes (J. Platt, "Probabilistic outputs for support vector machines", 1999); the
    temperature tells the classes from each other. Training shows as many other things as it takes to know them, a third
    of all pictures, say, so that the softmax over all logits is not sure enough that a digit is one. The threshold is
    the confidence that all but one in a hundred of the pictures of known classes reach; a network without a reject
    class keeps the half.

    Args:
        logits_nk: float32 of shape (n, k), of pictures that training did not see.
        labels_n: int64 of shape (n,).
        reject_class: whether the last of the k classes means none of the others.

    Returns:
        Temperature 1 where the pictures are too few, or all read right; threshold 0.5 and no gate where those of known
        classes are too few.
    """
    if not reject_class:
        return Confidence(temperature=_temperature(logits_nk, labels_n))
    none = logits_nk.shape[1] - 1
    known = labels_n < none
    logits_nk, labels_n = logits_nk[known], labels_n[known]
    temperature = _temperature(logits_nk[:, :none], labels_n)
    if len(labels_n) < ENOUGH:
        return Confidence(temperature=temperature)
    scale, offset = _fit_gate(margin(logits_nk), logits_nk[:, :none].argmax(axis=1) == labels_n)
    gated_nk = gated(logits_nk.astype(np.float64), temperature, scale, offset)
    confidence = _shares(gated_nk, temperature)[:, :none].max(axis=1)
    reached = float(np.quantile(confidence, REFUSED, method="lower"))
    threshold = min(math.floor(reached * 10_000) / 10_000, HIGHEST)
    return Confidence(temperature=temperature, threshold=threshold, gate_scale=scale, gate_offset=offset)


def margin(logits_nk: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Return how far the largest of all logits but the last is above the last."""
    z_nk = logits_nk.astype(np.float64)
    return np.asarray(z_nk[:, :-1].max(axis=1) - z_nk[:, -1])


def gated(
    logits_nk: npt.NDArray[np.float64], temperature: float, scale: float, offset: float
) -> npt.NDArray[np.float64]:
    """Replace the last logit so that the confidence is what the gate says, but never above that among the classes.

    The confidence is the largest of all values but the last of softmax(result / temperature); it becomes
    sigmoid(scale * margin + offset). Which of the classes it is stays softmax(all logits but the last / temperature).
    """
    known_nk = logits_nk[:, :-1] / temperature
    among = np.exp(known_nk.max(axis=1) - _log_sum(known_nk))
    wanted = 1 / (1 + np.exp(-(scale * margin(logits_nk) + offset)))
    share = np.minimum(wanted / among, MOST_SHARE)
    last = temperature * (_log_sum(known_nk) - np.log(share / (1 - share)))
    return np.column_stack([logits_nk[:, :-1], last])


def _temperature(logits_nk: Float32Array, labels_n: Int64Array) -> float:
    """Fit the temperature; 1 where it cannot be told."""
    if len(labels_n) < ENOUGH or (logits_nk.argmax(axis=1) == labels_n).all():
        return 1.0
    return fit_temperature(logits_nk, labels_n)


def _fit_gate(margins: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Fit scale and offset of a logistic function by Newton's method.

    As Platt does, the targets stay off 0 and 1 by a pseudo-count, so that the fit exists where all are right.
    """
    wrong = int((~right).sum())
    targets = np.where(right, (right.sum() + 1) / (right.sum() + 2), 1 / (wrong + 2))
    inputs = np.column_stack([margins, np.ones_like(margins)])
    solution = np.array([0.5, 2.0])
    for _ in range(STEPS):
        said = 1 / (1 + np.exp(-np.clip(inputs @ solution, -50, 50)))
        slope = inputs.T @ (said - targets)
        curvature = (inputs * (said * (1 - said))[:, np.newaxis]).T @ inputs + RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, slope)
        solution -= step * min(1.0, LARGEST_STEP / max(float(np.abs(step).max()), 1e-12))
    scale, offset = (round(float(value), 4) for value in solution)
    return max(scale, LEAST_SCALE), offset


def _log_sum(z_nk: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return logsumexp over the last axis."""
    highest = z_nk.max(axis=1)
    return np.asarray(highest + np.log(np.exp(z_nk - highest[:, np.newaxis]).sum(axis=1)))


def _shares(logits_nk: npt.NDArray[np.float64], temperature: float) -> npt.NDArray[np.float64]:
    """Return softmax(logits / temperature)."""
    scaled = logits_nk / temperature
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
