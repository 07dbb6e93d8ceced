"""Hard pictures are shown more often, the others are not forgotten, and one seed is one order."""

import pytest
import torch

from inkread.errors import ConfigError
from inkread.training.config import TrainConfig
from inkread.training.focus import epoch_order, new_doubt, settle_doubt, update_doubt
from inkread.training.recipes import get_recipe

COUNT = 1000
CPU = torch.device("cpu")


def config(**options: object) -> TrainConfig:
    return get_recipe("sprint").with_options({"focus": 0.3, "epochs": 30} | options)


def doubts() -> torch.Tensor:
    """The last 300 pictures are hard."""
    doubt_2n = new_doubt(COUNT, CPU)
    doubt_2n[0, :700] = 0.01
    return doubt_2n


def shown(order_n: torch.Tensor) -> torch.Tensor:
    return torch.bincount(order_n, minlength=COUNT)


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_at_first_every_picture_is_shown_once(epoch: int) -> None:
    assert shown(epoch_order(doubts(), config(), epoch, COUNT)).tolist() == [1] * COUNT
    assert shown(epoch_order(None, config(focus=0), 9, COUNT)).tolist() == [1] * COUNT


def test_then_the_hard_ones_are_shown_about_twice_and_the_others_now_and_then() -> None:
    orders = [epoch_order(doubts(), config(), epoch, COUNT) for epoch in range(4, 24)]
    assert all(len(order_n) == COUNT for order_n in orders)
    times = sum(shown(order_n) for order_n in orders) / len(orders)
    assert float(times[700:].min()) > 2
    assert 0.3 < float(times[:700].mean()) < 0.6
    assert int((times[:700] > 0).sum()) == 700


def test_a_run_that_starts_from_a_finished_one_focuses_from_its_second_epoch_on() -> None:
    started = config(start_from="runs/other")
    assert shown(epoch_order(doubts(), started, 1, COUNT)).max() == 1
    assert shown(epoch_order(doubts(), started, 2, COUNT)).max() > 1


def test_one_seed_is_one_order_and_each_epoch_has_another() -> None:
    first, again, later, other = (
        epoch_order(doubts(), config(seed=seed), epoch, COUNT) for seed, epoch in ((0, 5), (0, 5), (0, 6), (1, 5))
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, later)
    assert not torch.equal(first, other)


def test_doubt_falls_where_the_answer_is_right_and_counts_from_the_next_epoch_on() -> None:
    doubt_2n = new_doubt(4, CPU)
    logits_nk = torch.tensor([[9.0, 0.0], [0.0, 9.0]])
    update_doubt(doubt_2n, torch.tensor([2, 0]), logits_nk, torch.tensor([0, 0]))
    assert doubt_2n[0].tolist() == [1, 1, 1, 1]
    assert doubt_2n[1].tolist() == pytest.approx([1, 1, 0.5, 1], abs=1e-3)
    settle_doubt(doubt_2n)
    assert doubt_2n[0].tolist() == doubt_2n[1].tolist()


def test_texts_are_doubted_wholly_or_not_at_all() -> None:
    doubt_2n = new_doubt(2, CPU)
    logits = torch.nn.functional.one_hot(torch.tensor([[0, 2, 1], [0, 2, 2]]), 3).float()
    update_doubt(doubt_2n, torch.tensor([0, 1]), logits, torch.tensor([[0, 1], [0, 1]]))
    assert doubt_2n[1].tolist() == [0.5, 1]


@pytest.mark.parametrize(("options", "first"), [({"epochs": 3}, 4), ({"epochs": 1, "start_from": "runs/other"}, 2)])
def test_a_run_that_ends_before_focus_begins_is_refused(options: dict[str, object], first: int) -> None:
    with pytest.raises(ConfigError, match=f"focus begins in epoch {first}: take more epochs"):
        config(**options)
