"""How sure a network that reads texts may say it is, and how sure it must be."""

from __future__ import annotations

import numpy as np
import torch

from inkread.training.answers import right, spell
from inkread.training.calibration import ENOUGH, HIGHEST, Confidence
from inkread.training.losses import ctc

TEMPERATURES = np.exp(np.linspace(np.log(0.5), np.log(3.0), 37))
WRONG = 0.01  # share of the accepted texts that may be wrong


def calibrate_texts(logits_ntk: torch.Tensor, texts_nl: torch.Tensor) -> Confidence:
    """Fit the temperature and the threshold.

    The temperature is the one for which the true texts are most probable. The threshold is the least confidence from
    which on no more than one in a hundred of the texts that are not empty is wrong.

    Args:
        logits_ntk: float32 of shape (n, places, k), of rows that training did not see.
        texts_nl: int64 of shape (n, longest), filled up with -1.

    Returns:
        Temperature 1 and threshold 0.5 where the rows are too few.
    """
    if len(texts_nl) < ENOUGH:
        return Confidence()
    costs = [ctc(logits_ntk / float(temperature), texts_nl).item() for temperature in TEMPERATURES]
    temperature = float(TEMPERATURES[int(np.argmin(costs))])
    read_nl = spell(logits_ntk.argmax(dim=2), logits_ntk.shape[2] - 1, texts_nl.shape[1])
    confidence = torch.cat(
        [
            torch.exp(-ctc(one[None] / temperature, text[None]))[None]
            for one, text in zip(logits_ntk, read_nl, strict=True)
        ]
    )
    said = (read_nl >= 0).any(dim=1)
    threshold = _least(confidence[said].cpu().numpy(), right(logits_ntk, texts_nl)[said].cpu().numpy())
    return Confidence(temperature=round(temperature, 4), threshold=threshold)


def _least(confidence: np.ndarray, is_right: np.ndarray) -> float:
    """Find the least confidence from which on few enough are wrong."""
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~is_right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(wrong <= WRONG)
    least = float(confidence[order[good[-1]]]) if len(good) else HIGHEST
    return min(max(int(least * 10_000) / 10_000, 0.5), HIGHEST)
