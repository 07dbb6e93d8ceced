from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from inkread.training.config import TrainConfig
from inkread.training.losses import OUTSIDER_CAP, make_loss, measure_of, mse

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


def random_batch(*labels: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits of three classes and "none of these"."""
    return torch.randn(len(labels), 4, generator=torch.Generator().manual_seed(0)), torch.tensor(labels)


def test_the_measure_of_open_set_is_cross_entropy_over_all_classes() -> None:
    measure = measure_of(config(loss="open-set", label_smoothing=0.2))
    for labels in ((0, 1, 2, 3, 3, 0), (0, 1, 2), (3, 3)):
        batch = random_batch(*labels)
        torch.testing.assert_close(measure(*batch), F.cross_entropy(*batch))


def test_open_set_asks_whether_and_then_which_and_smooths_the_second_alone() -> None:
    logits, labels = random_batch(0, 3, 2, 1, 3)
    known = labels != 3
    gate = logits[:, :3].logsumexp(dim=1) - logits[:, 3]
    first = F.binary_cross_entropy_with_logits(gate, known.float())
    second = F.cross_entropy(logits[known, :3], labels[known], label_smoothing=0.2)
    found = make_loss(config(loss="open-set", label_smoothing=0.2))(logits, labels)
    torch.testing.assert_close(found, first + second * 3 / 5)


def test_a_batch_without_any_digit_teaches() -> None:
    logits, labels = random_batch(3, 3, 3)
    logits.requires_grad_()
    loss = make_loss(config(loss="open-set", label_smoothing=0.1))(logits, labels)
    loss.backward()
    assert loss.isfinite()
    assert logits.grad is not None
    assert (logits.grad[:, 3] < 0).all()


def test_a_picture_of_no_digit_that_looks_exactly_like_one_teaches_nothing() -> None:
    logits = torch.tensor([[9.0, 0, 0, 0], [1.0, 0, 0, 0]], requires_grad=True)
    loss_function = make_loss(config(loss="open-set"))
    loss = loss_function(logits, torch.tensor([3, 3]))
    loss.backward()
    assert logits.grad is not None
    assert not logits.grad[0].any()
    assert logits.grad[1].all()
    assert loss_function(logits[:1], torch.tensor([3])).item() == OUTSIDER_CAP
    missed = torch.tensor([[0.0, 0, 0, 9.0]])
    assert loss_function(missed, torch.tensor([0])).item() > 2 * OUTSIDER_CAP  # A digit that is refused is not capped.
