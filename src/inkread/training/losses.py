"""The losses. Each takes logits: a softmax before it would be applied twice.

Cross-entropy contains the softmax: it is the negative log-likelihood of log-softmax(logits). A network that ends in a
softmax and is trained with cross-entropy therefore applies it twice: its outputs, all between 0 and 1, are taken for
logits, the probability of the true class can never exceed e / (e + k - 1) (0.23 for ten classes), and gradients
nearly vanish. Hence networks return logits here, and what belongs to a loss is done inside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import torch
from torch.nn import functional as F  # noqa: N812  (the name that everybody knows it by)

from inkread.training.config import TrainConfig

LossFunction = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

# A picture of none of the classes that costs more than this looks exactly like one of them: it is mislabelled.
OUTSIDER_CAP = 4.0


def make_loss(config: TrainConfig) -> LossFunction:
    """Return the loss that a configuration names, to be minimised.

    Returns:
        A function of logits, float32 of shape (n, k), and labels, int64 of shape (n,), giving the mean over n; for the
        shapes of "ctc" see there.
    """
    if config.loss == "open-set":
        return partial(open_set, label_smoothing=config.label_smoothing, outsider_cap=OUTSIDER_CAP)

    def smoothed(logits_nk: torch.Tensor, labels_n: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(logits_nk, labels_n, label_smoothing=config.label_smoothing)

    return smoothed if config.label_smoothing else measure_of(config)


def measure_of(config: TrainConfig) -> LossFunction:
    """Return the loss that is reported: the one that a configuration names, without label smoothing and cap.

    Smoothing adds to the cross-entropy what no network can take away (0.5 for a tenth spread over ten classes). With it
    a loss would say little of the network, and could not be compared with that of another run.

    Returns:
        As `make_loss`; the same function where nothing is smoothed or capped.
    """
    losses: dict[str, LossFunction] = {
        "cross-entropy": F.cross_entropy,
        "nll": nll,
        "mse": mse,
        "open-set": open_set,
        "ctc": ctc,
    }
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


def ctc(logits_ntk: torch.Tensor, texts_nl: torch.Tensor) -> torch.Tensor:
    """Negative log-probability of the texts, summed over all ways in which the places can spell them.

    After A. Graves, S. Fernández, F. Gomez, J. Schmidhuber, "Connectionist temporal classification" (2006).

    Args:
        logits_ntk: float32 of shape (n, places, k); the last of the k classes is the blank.
        texts_nl: int64 of shape (n, longest), filled up with -1.

    Returns:
        The mean over n.
    """
    _, places, classes = logits_ntk.shape
    scores_tnk = F.log_softmax(logits_ntk.float(), dim=2).transpose(0, 1)
    lengths_n = (texts_nl >= 0).sum(dim=1)
    spans_n = torch.full_like(lengths_n, places)
    loss_n = F.ctc_loss(
        scores_tnk, texts_nl.clamp(min=0), spans_n, lengths_n, blank=classes - 1, reduction="none", zero_infinity=True
    )
    return loss_n.mean()


def open_set(
    logits_nk: torch.Tensor, labels_n: torch.Tensor, label_smoothing: float = 0.0, outsider_cap: float = math.inf
) -> torch.Tensor:
    """Negative log-likelihood in two steps: whether it is one of the classes at all, and if it is, which one.

    The last of the k classes means none of the others; let z be the logits. The first question is answered with
    probability sigmoid(logsumexp(z of the others) - z of the last), the second with the softmax over the others. Their
    product is the softmax over all k, so without smoothing and cap this is cross-entropy. Apart, the two can be treated
    differently: smoothing makes a network less sure which class it sees, not less sure that it sees one.

    Args:
        logits_nk: float32 of shape (n, k), k at least 3.
        labels_n: int64 of shape (n,).
        label_smoothing: share of the second question's target spread over the first k - 1 classes.
        outsider_cap: a picture of the last class costs this at most, and teaches nothing beyond it.

    Returns:
        The mean over n, also where no picture, or every picture, is of the last class.
    """
    known_nk, last = logits_nk[:, :-1], logits_nk.shape[1] - 1
    is_known_n = labels_n != last
    gate_n = F.binary_cross_entropy_with_logits(
        known_nk.logsumexp(dim=1) - logits_nk[:, -1], is_known_n.to(logits_nk.dtype), reduction="none"
    )
    gate_n = torch.where(is_known_n, gate_n, gate_n.clamp(max=outsider_cap))
    # The labels of the others are replaced by one that exists; their loss is set to 0.
    which_n = F.cross_entropy(known_nk, labels_n.clamp(max=last - 1), label_smoothing=label_smoothing, reduction="none")
    return (gate_n + which_n * is_known_n).mean()
