from __future__ import annotations

import pytest
import torch

from inkread.training.config import TrainConfig
from inkread.training.optimizers import learning_rate_at, make_optimizer


def rates(**options: object) -> list[float]:
    """The rate of each of the 40 steps of 4 epochs of 10."""
    config = TrainConfig(recipe="test", network="mlp-64x3", epochs=4, learning_rate=0.1).with_options(options)
    return [learning_rate_at(config, step, 10) for step in range(40)]


def test_constant() -> None:
    assert set(rates()) == {0.1}


def test_step_falls_every_so_many_epochs() -> None:
    found = rates(schedule="step", step_epochs=2, gamma=0.5)
    assert found == pytest.approx([0.1] * 20 + [0.05] * 20)


def test_exponential_falls_every_epoch() -> None:
    assert rates(schedule="exponential", gamma=0.5)[::10] == pytest.approx([0.1, 0.05, 0.025, 0.0125])


def test_cosine_falls_from_the_peak_towards_nothing() -> None:
    found = rates(schedule="cosine")
    assert found[0] == 0.1
    assert found[20] == pytest.approx(0.05)
    assert found == sorted(found, reverse=True)
    assert 0 < found[-1] < 0.001


def test_one_cycle_rises_to_the_peak_and_falls_to_almost_nothing() -> None:
    found = rates(schedule="one-cycle", warmup=0.25)
    assert found.index(max(found)) == 10
    assert max(found) == pytest.approx(0.1)
    assert found[:11] == sorted(found[:11])
    assert found[10:] == sorted(found[10:], reverse=True)
    assert 0 < found[-1] < 0.005
    assert rates(schedule="one-cycle", warmup=0.0)[0] == 0.1


def test_warmup_cosine_rises_in_a_line_and_falls_as_cosine_does() -> None:
    found = rates(schedule="warmup-cosine", warmup=0.25)
    assert found.index(max(found)) == 10
    assert found[10] == 0.1
    assert found[:10] == pytest.approx([0.1 * (step + 1) / 11 for step in range(10)])
    assert found[25] == pytest.approx(0.05)
    assert found[10:] == sorted(found[10:], reverse=True)
    assert 0 < found[-1] < 0.001
    assert rates(schedule="warmup-cosine", warmup=0.0) == pytest.approx(rates(schedule="cosine"))


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_weight_decay_pulls_at_kernels_and_not_at_offsets_and_normalisations(optimizer: str) -> None:
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    for parameter in network.parameters():
        torch.nn.init.constant_(parameter, 1)
    config = TrainConfig(recipe="test", network="quick", optimizer=optimizer, learning_rate=0.1, weight_decay=0.1)
    chosen = make_optimizer(config, network.parameters())
    before = [parameter.detach().clone() for parameter in network.parameters()]
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    chosen.step()
    kernel, *others = network.parameters()
    assert (kernel.abs() < before[0].abs()).all()
    assert all(torch.equal(after, value) for after, value in zip(others, before[1:], strict=True))


def test_nesterov_looks_ahead() -> None:
    def after_two_steps(nesterov: bool) -> float:
        weight = torch.nn.Parameter(torch.ones(1, 1))
        config = TrainConfig(recipe="test", network="quick", optimizer="sgd", learning_rate=0.1, nesterov=nesterov)
        optimizer = make_optimizer(config, [weight])
        for _ in range(2):
            weight.grad = torch.ones_like(weight)
            optimizer.step()
        return weight.item()

    assert after_two_steps(False) == pytest.approx(1 - 0.1 * (1 + 1.9))
    assert after_two_steps(True) == pytest.approx(1 - 0.1 * (1.9 + 2.71))
