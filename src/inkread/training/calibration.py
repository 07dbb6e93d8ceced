"""How sure a trained model may say it is, and how sure it must be: both measured on the validation pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from inkread.evaluation.calibration import fit_temperature
from inkread.types import Float32Array, Int64Array

ENOUGH = 1000  # fewer pictures say too little about confidence
REFUSED = 0.01  # share of the pictures of known classes that the threshold may cost
HIGHEST = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """Two fields of the card.

    Attributes:
        temperature: the logits are divided by it.
        threshold: the least confidence that is accepted.
    """

    temperature: float = 1.0
    threshold: float = 0.5


def calibrate(logits_nk: Float32Array, labels_n: Int64Array, *, reject_class: bool) -> Confidence:
    """Fit the temperature and, for a network that can say "none of these", the threshold.

    The threshold is the confidence that all but one in a hundred of the pictures of known classes reach; a network
    without such a class keeps the half.

    Args:
        logits_nk: float32 of shape (n, k), of pictures that training did not see.
        labels_n: int64 of shape (n,).
        reject_class: whether the last of the k classes means none of the others.

    Returns:
        Temperature 1 where the pictures are too few, or all read right; threshold 0.5 where those of known classes are
        too few.
    """
    temperature = 1.0
    if len(labels_n) >= ENOUGH and (logits_nk.argmax(axis=1) != labels_n).any():
        temperature = fit_temperature(logits_nk, labels_n)
    known = logits_nk[labels_n < logits_nk.shape[1] - 1]
    if not reject_class or len(known) < ENOUGH:
        return Confidence(temperature=temperature)
    scaled = known.astype(np.float64) / temperature
    shares = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    confidence = shares[:, :-1].max(axis=1) / shares.sum(axis=1)
    reached = float(np.quantile(confidence, REFUSED, method="lower"))
    return Confidence(temperature=temperature, threshold=min(math.floor(reached * 10_000) / 10_000, HIGHEST))
