from __future__ import annotations

import math

import pytest
import torch

from inkread.training.config import TrainConfig
from inkread.training.losses import make_loss, mse

LOGITS = torch.tensor([[2.0, -1.0, 0.5], [0.0, 3.0, 0.0]])
LABELS = torch.tensor([0, 2])


def config(**options: object) -> TrainConfig:
    return TrainConfig(recipe="test", network="mlp-64x3").with_options(options)


def test_nll_and_cross_entropy_are_the_same() -> None:
    nll, cross_entropy = make_loss(config(loss="nll")), make_loss(config())
    torch.testing.assert_close(nll(LOGITS, LABELS), cross_entropy(LOGITS, LABELS))


def test_mse_is_the_brier_score() -> None:
    even = torch.zeros(1, 4)
    assert mse(even, torch.tensor([1])).item() == pytest.approx(0.75**2 + 3 * 0.25**2)
    sure_and_wrong = torch.tensor([[100.0, 0.0]])
    assert mse(sure_and_wrong, torch.tensor([1])).item() == pytest.approx(2)


def test_label_smoothing_spreads_the_target() -> None:
    probabilities = LOGITS.log_softmax(dim=1)
    hard = -probabilities[torch.arange(2), LABELS].mean()
    even = -probabilities.mean(dim=1).mean()
    smoothed = make_loss(config(label_smoothing=0.1))(LOGITS, LABELS)
    torch.testing.assert_close(smoothed, 0.9 * hard + 0.1 * even)


def test_a_softmax_before_cross_entropy_can_never_become_sure() -> None:
    perfect = torch.tensor([[100.0] + [0.0] * 9])
    label = torch.tensor([0])
    assert make_loss(config())(perfect, label).item() < 1e-6
    twice = make_loss(config())(perfect.softmax(dim=1), label).item()
    assert twice == pytest.approx(-math.log(math.e / (math.e + 9)))
