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
OUTSIDERS = 0.05  # share of what people show that is none of the classes, as a guess
FARTHEST, FINE = 10.0, 0.02  # how far the offset of the reject logit is searched, and how closely


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """What makes a network's confidence true.

    Attributes:
        temperature: field of the card; the logits are divided by it.
        threshold: field of the card; the least confidence that is accepted.
        reject_offset: added to the last logit, where it means "none of these", when the network is exported.
    """

    temperature: float = 1.0
    threshold: float = 0.5
    reject_offset: float = 0.0


def calibrate(logits_nk: Float32Array, labels_n: Int64Array, *, reject_class: bool) -> Confidence:
    """Fit the temperature and, for a network that can say "none of these", an offset and the threshold.

    Training shows as many other things as it takes to know them, a third of all pictures, say; people mostly show
    digits. So the offset is fitted as if only `OUTSIDERS` of the pictures were none of the classes: else the network is
    not sure enough that a digit is one. The threshold is the confidence that all but one in a hundred of the pictures
    of known classes reach; a network without a reject class keeps the half.

    Args:
        logits_nk: float32 of shape (n, k), of pictures that training did not see.
        labels_n: int64 of shape (n,).
        reject_class: whether the last of the k classes means none of the others.

    Returns:
        Temperature 1 where the pictures are too few, or all read right; threshold 0.5 and no offset where those of
        known classes are too few.
    """
    if not reject_class:
        return Confidence(temperature=_temperature(logits_nk, labels_n))
    none = logits_nk.shape[1] - 1
    known = np.flatnonzero(labels_n < none)
    if len(known) < ENOUGH:
        return Confidence(temperature=_temperature(logits_nk, labels_n))
    others = np.flatnonzero(labels_n == none)
    few = others[:: max(1, round(len(others) / (OUTSIDERS * len(known))))]
    usual = np.concatenate([known, few])
    all_right = (logits_nk[usual].argmax(axis=1) == labels_n[usual]).all()
    offset = 0.0 if all_right else _best_offset(logits_nk[usual], labels_n[usual])
    shifted_nk = logits_nk + _last(none + 1, offset)
    temperature = _temperature(shifted_nk[usual], labels_n[usual])
    confidence = _shares(shifted_nk[known], temperature)[:, :-1].max(axis=1)
    reached = float(np.quantile(confidence, REFUSED, method="lower"))
    threshold = min(math.floor(reached * 10_000) / 10_000, HIGHEST)
    return Confidence(temperature=temperature, threshold=threshold, reject_offset=offset)


def _temperature(logits_nk: Float32Array, labels_n: Int64Array) -> float:
    """Fit the temperature; 1 where it cannot be told."""
    if len(labels_n) < ENOUGH or (logits_nk.argmax(axis=1) == labels_n).all():
        return 1.0
    return fit_temperature(logits_nk, labels_n)


def _best_offset(logits_nk: Float32Array, labels_n: Int64Array) -> float:
    """Find the offset of the last logit for which the labels cost least, each with its own best temperature.

    The cost is convex in the inverse temperature and in the offset over it, so the best of each offset has one valley;
    its floor is found by the golden section (J. Kiefer, "Sequential minimax search for a maximum", 1953).
    """

    def cost(offset: float) -> float:
        shifted_nk = logits_nk + _last(logits_nk.shape[1], offset)
        shares = _shares(shifted_nk, _temperature(shifted_nk, labels_n))
        return float(-np.log(np.maximum(shares[np.arange(len(labels_n)), labels_n], 1e-30)).mean())

    low, high = -FARTHEST, FARTHEST
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = cost(left), cost(right)
    while high - low > FINE:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = cost(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = cost(right)
    return round((low + high) / 2, 3)


def _last(classes: int, value: float) -> Float32Array:
    """Return zeros and, in the last place, a value: float32 of shape (classes,)."""
    return np.append(np.zeros(classes - 1, np.float32), np.float32(value))


def _shares(logits_nk: Float32Array, temperature: float) -> npt.NDArray[np.float64]:
    """Return softmax(logits / temperature)."""
    scaled = logits_nk.astype(np.float64) / temperature
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
