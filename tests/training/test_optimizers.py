from __future__ import annotations

import pytest

from inkread.training.config import TrainConfig
from inkread.training.optimizers import learning_rate_at


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
