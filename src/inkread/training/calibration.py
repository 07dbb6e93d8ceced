"""How sure a trained model may say it is, and how sure it must be: both measured on the validation pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inkread.evaluation.calibration import fit_temperature
from inkread.types import Float32Array, Int64Array

ENOUGH = 1000  # fewer pictures say too little about confidence
FEW = 10  # wrong answers say too little about when to expect them
REFUSED = 0.01  # share of the pictures of known classes that the threshold may cost
HIGHEST = 0.99
STEPS, LARGEST_STEP = 50, 1.0  # of Newton's method
LEAST_SCALE = 0.05  # of a margin that says anything
RIDGE = 1e-3
LEAST = 1e-7  # of a probability, so that it has a logarithm


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """How sure a network that can say "none of these" is, by its logits; becomes part of the graph on export.

    Attributes:
        temperature: the logits of the classes are divided by it before their softmax.
        scale: with `offset`, of the logistic function of the margin that is the confidence; see `gated`.
        offset: see `scale`.
    """

    temperature: float
    scale: float
    offset: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """What makes a network's confidence true.

    Attributes:
        temperature: field of the card; the logits of the graph are divided by it.
        threshold: field of the card; the least confidence that is accepted.
        gate: of a network with a reject class; its graph's logits are then logarithms of probabilities. None leaves
            the logits as they are.
    """

    temperature: float = 1.0
    threshold: float = 0.5
    gate: Gate | None = None


def calibrate(logits_nk: Float32Array, labels_n: Int64Array, *, reject_class: bool) -> Confidence:
    """Fit the temperature or, for a network that can say "none of these", its gate, and the threshold.

    Without a reject class the logits are divided by one temperature (Guo et al. 2017). With one, the confidence is a
    logistic function of how far the largest of the other logits is above the last, fitted to whether the answer is
    right, on pictures of known classes (J. Platt, "Probabilistic outputs for support vector machines", 1999). Training
    shows as many other things as it takes to know them, a third of all pictures, say, so that the softmax over all
    logits is not sure enough that a digit is one. The threshold is the confidence that all but one in a hundred of the
    pictures of known classes reach; a network without a reject class keeps the half.

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
    others_nk, known = logits_nk[labels_n == none], labels_n < none
    logits_nk, labels_n = logits_nk[known], labels_n[known]
    if len(labels_n) < ENOUGH:
        return Confidence()
    margins, right = margin(logits_nk), logits_nk[:, :none].argmax(axis=1) == labels_n
    if (~right).sum() < FEW:  # other things stand in for mistakes that are not made
        margins = np.concatenate([margins, margin(others_nk)])
        right = np.concatenate([right, np.zeros(len(others_nk), np.bool_)])
    scale, offset = _fit_gate(margins, right)
    gate = Gate(temperature=_temperature(logits_nk[:, :none], labels_n), scale=scale, offset=offset)
    confidence = gated(logits_nk, gate)[:, :none].max(axis=1)
    reached = float(np.quantile(confidence, REFUSED, method="lower"))
    return Confidence(threshold=min(math.floor(reached * 10_000) / 10_000, HIGHEST), gate=gate)


def margin(logits_nk: Float32Array) -> npt.NDArray[np.float64]:
    """Return how far the largest of all logits but the last is above the last."""
    z_nk = logits_nk.astype(np.float64)
    return np.asarray(z_nk[:, :-1].max(axis=1) - z_nk[:, -1])


def gated(logits_nk: Float32Array, gate: Gate) -> npt.NDArray[np.float64]:
    """Turn logits into probabilities of the classes and, last, of "none of these"; `export` puts the same into a graph.

    The largest logit's class gets sigmoid(scale * margin + offset). What is left is shared among the other classes in
    the proportions of softmax(logits of the classes / temperature), each with no more than keeps its proportion to the
    first, and "none of these" gets the rest.

    Args:
        logits_nk: of shape (n, k), the last for "none of these".
        gate: see there.

    Returns:
        float64 of shape (n, k), rows summing to 1.
    """
    known_nk = logits_nk[:, :-1].astype(np.float64) / gate.temperature
    among_nk = np.exp(known_nk - known_nk.max(axis=1, keepdims=True))
    among_nk /= among_nk.sum(axis=1, keepdims=True)
    top_n1 = among_nk.max(axis=1, keepdims=True)
    sure_n1 = (1 / (1 + np.exp(-(gate.scale * margin(logits_nk) + gate.offset))))[:, np.newaxis]
    factor_n1 = np.minimum(sure_n1 / top_n1, (1 - sure_n1) / np.maximum(1 - top_n1, LEAST))
    shares_nk = np.where(among_nk == top_n1, sure_n1, among_nk * factor_n1)
    return np.column_stack([shares_nk, np.maximum(1 - shares_nk.sum(axis=1), LEAST)])


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
