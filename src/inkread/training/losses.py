"""The losses. Each takes logits: a softmax before it would be applied twice.

Cross-entropy contains the softmax: it is the negative log-likelihood of log-softmax(logits). A network that ends in a
softmax and is trained with cross-entropy therefore applies it twice: its outputs, all between 0 and 1, are taken for
logits, the probability of the true class can never exceed e / (e + k - 1) (0.23 for ten classes), and gradients
nearly vanish. Hence networks return logits here, and what belongs to a loss is done inside it.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional as F  # noqa: N812  (the name that everybody knows it by)

from inkread.training.config import TrainConfig

LossFunction = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def make_loss(config: TrainConfig) -> LossFunction:
    """Return the loss that a configuration names, to be minimised.

    Returns:
        A function of logits, float32 of shape (n, k), and labels, int64 of shape (n,), giving the mean over n.
    """

    def smoothed(logits_nk: torch.Tensor, labels_n: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(logits_nk, labels_n, label_smoothing=config.label_smoothing)

    return smoothed if config.label_smoothing else measure_of(config)


def measure_of(config: TrainConfig) -> LossFunction:
    """Return the loss that is reported: the one that a configuration names, without label smoothing.

    Smoothing adds to the cross-entropy what no network can take away (0.5 for a tenth spread over ten classes). With it
    a loss would say little of the network, and could not be compared with that of another run.

    Returns:
        As `make_loss`; the same function where nothing is smoothed.
    """
    losses: dict[str, LossFunction] = {"cross-entropy": F.cross_entropy, "nll": nll, "mse": mse}
    return losses[config.loss]


def nll(logits_nk: torch.Tensor, labels_n: torch.Tensor) -> torch.Tensor:
    """Negative log-likelihood of log-softmax: cross-entropy, written in its two steps."""
    return F.nll_loss(F.log_softmax(logits_nk, dim=1), labels_n)


def mse(logits_nk: torch.Tensor, labels_n: torch.Tensor) -> torch.Tensor:
    """Squared distance between the probabilities, softmax(logits), and the one-hot truth, summed over the classes.

    This is the score of G. W. Brier, "Verification of forecasts expressed in terms of probability" (1950), 0 to 2.
    It is taken of the softmax rather than of bare logits, so that the outputs mean the same whatever the loss.
    """
    one_hot_nk = F.one_hot(labels_n, logits_nk.shape[1]).to(logits_nk.dtype)
    return (logits_nk.softmax(dim=1) - one_hot_nk).square().sum(dim=1).mean()
