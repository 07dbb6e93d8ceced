"""How sure a trained model may say it is, and how sure it must be: both measured on the validation pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inkread.evaluation.calibration import fit_temperature
from inkread.types import Float32Array, Int64Array

ENOUGH = 1000  # fewer pictures say too little about confidence
REFUSED = 0.01  # share of the pictures of known classes that the threshold may cost
HIGHEST = 0.99
OUTSIDERS = 0.01  # share of what people show that is none of the classes, as a guess
STEPS, LARGEST_STEP = 50, 1.0  # of Newton's method
LEAST_SCALE = 0.05  # of log-odds that say anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """What makes a network's confidence true.

    Attributes:
        temperature: field of the card; the logits are divided by it.
        threshold: field of the card; the least confidence that is accepted.
        gate_scale: with `gate_offset`, how the answer to "is it one of the classes at all?" is corrected (see `gated`);
            both become part of the graph when the network is exported.
        gate_offset: see `gate_scale`.
    """

    temperature: float = 1.0
    threshold: float = 0.5
    gate_scale: float = 1.0
    gate_offset: float = 0.0


def calibrate(logits_nk: Float32Array, labels_n: Int64Array, *, reject_class: bool) -> Confidence:
    """Fit the temperature and, for a network that can say "none of these", its gate and the threshold.

    The two questions that such a network answers, whether it sees one of the classes and which one (see
    `losses.open_set`), are calibrated apart: a temperature for which one (Guo et al. 2017), a scale and an offset of
    the log-odds for whether (J. Platt, "Probabilistic outputs for support vector machines", 1999). Training shows as
    many other things as it takes to know them, a third of all pictures, say; people mostly show digits. So the gate is
    fitted as if only `OUTSIDERS` of the pictures were none of the classes: else the network is not sure enough that a
    digit is one. The threshold is the confidence that all but one in a hundred of the pictures of known classes reach;
    a network without a reject class keeps the half.

    Args:
        logits_nk: float32 of shape (n, k), of pictures that training did not see.
        labels_n: int64 of shape (n,).
        reject_class: whether the last of the k classes means none of the others.

    Returns:
        Temperature 1 where the pictures are too few, or all read right; threshold 0.5 and a gate as it is where those
        of known classes are too few.
    """
    if not reject_class:
        return Confidence(temperature=_temperature(logits_nk, labels_n))
    none = logits_nk.shape[1] - 1
    known, others = np.flatnonzero(labels_n < none), np.flatnonzero(labels_n == none)
    temperature = _temperature(logits_nk[known, :none], labels_n[known])
    if len(known) < ENOUGH or not len(others):
        return Confidence(temperature=temperature)
    scale, offset = _fit_gate(log_odds(logits_nk[known]), log_odds(logits_nk[others]))
    shifted_nk = gated(logits_nk[known].astype(np.float64), temperature, scale, offset)
    confidence = _shares(shifted_nk, temperature)[:, :-1].max(axis=1)
    reached = float(np.quantile(confidence, REFUSED, method="lower"))
    threshold = min(math.floor(reached * 10_000) / 10_000, HIGHEST)
    return Confidence(temperature=temperature, threshold=threshold, gate_scale=scale, gate_offset=offset)


def log_odds(logits_nk: Float32Array) -> npt.NDArray[np.float64]:
    """Return the log-odds that it is one of the classes: logsumexp(all logits but the last) - the last."""
    z_nk = logits_nk.astype(np.float64)
    return _log_sum(z_nk[:, :-1]) - z_nk[:, -1]


def gated(
    logits_nk: npt.NDArray[np.float64], temperature: float, scale: float, offset: float
) -> npt.NDArray[np.float64]:
    """Replace the last logit so that softmax(result / temperature) has the log-odds scale * log_odds + offset.

    Which of the classes it is stays softmax(all logits but the last / temperature).
    """
    odds = scale * (_log_sum(logits_nk[:, :-1]) - logits_nk[:, -1]) + offset
    last = temperature * (_log_sum(logits_nk[:, :-1] / temperature) - odds)
    return np.column_stack([logits_nk[:, :-1], last])


def _temperature(logits_nk: Float32Array, labels_n: Int64Array) -> float:
    """Fit the temperature; 1 where it cannot be told."""
    if len(labels_n) < ENOUGH or (logits_nk.argmax(axis=1) == labels_n).all():
        return 1.0
    return fit_temperature(logits_nk, labels_n)


def _fit_gate(known: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Fit scale and offset of the log-odds by Newton's method; the others weigh as if they were `OUTSIDERS` of all.

    As Platt does, the targets stay off 0 and 1 by a pseudo-count, so that the fit exists where the two are apart.
    """
    odds = np.concatenate([known, others])
    weights = np.concatenate([
        np.full(len(known), (1 - OUTSIDERS) / len(known)), np.full(len(others), OUTSIDERS / len(others))
    ])
    targets = np.concatenate([
        np.full(len(known), (len(known) + 1) / (len(known) + 2)), np.full(len(others), 1 / (len(others) + 2))
    ])
    inputs = np.column_stack([odds, np.ones_like(odds)])
    solution = np.array([1.0, 0.0])
    for _ in range(STEPS):
        said = 1 / (1 + np.exp(-np.clip(inputs @ solution, -50, 50)))
        slope = inputs.T @ (weights * (said - targets))
        curvature = (inputs * (weights * said * (1 - said))[:, np.newaxis]).T @ inputs + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, slope)
        solution -= step * min(1.0, LARGEST_STEP / max(float(np.abs(step).max()), 1e-12))
    scale, offset = (float(value) for value in solution)
    return (round(scale, 4), round(offset, 4)) if scale > LEAST_SCALE else (1.0, 0.0)


def _log_sum(z_nk: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return logsumexp over the last axis."""
    highest = z_nk.max(axis=1)
    return np.asarray(highest + np.log(np.exp(z_nk - highest[:, np.newaxis]).sum(axis=1)))


def _shares(logits_nk: npt.NDArray[np.float64], temperature: float) -> npt.NDArray[np.float64]:
    """Return softmax(logits / temperature)."""
    scaled = logits_nk / temperature
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
