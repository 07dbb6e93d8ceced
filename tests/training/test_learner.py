"""Parts of a batch learned from side by side: the whole batch's gradients, and the same bits however they are run."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from inkread.data import Dataset
from inkread.errors import ConfigError
from inkread.training.config import TrainConfig
from inkread.training.device import settle
from inkread.training.learner import Learned, Learner
from inkread.training.pictures import Pictures
from inkread.training.recipes import get_recipe
from inkread.training.state import new_state

COUNT = 101  # no multiple of the shards


@pytest.fixture(scope="module")
def pictures(mnist_train: Dataset) -> Pictures:
    return Pictures(torch.tensor(mnist_train.images[:COUNT]), torch.tensor(mnist_train.labels[:COUNT]))


def config(recipe: str, **options: object) -> TrainConfig:
    return get_recipe(recipe).with_options({"device": "cpu", "precision": "float32", "threads": 1} | options)


def learn(settings: TrainConfig, train: Pictures, batches: list[torch.Tensor]) -> tuple[nn.Module, Learned]:
    """Learn from batches without a step between them; the gradients add up."""
    network = new_state(settings, num_classes=10, image_shape=(1, 28, 28), device=torch.device("cpu")).network
    with Learner(network, settings, train) as learner:
        for step, batch_n in enumerate(batches):
            learned = learner.learn(batch_n, step)
    return network, learned


def gradients(network: nn.Module) -> torch.Tensor:
    return torch.cat([p.grad.flatten() for p in network.parameters() if p.grad is not None])


@pytest.mark.parametrize("shards", [2, 3, 7])
def test_without_normalisation_shards_have_the_gradients_of_the_whole_batch(shards: int, pictures: Pictures) -> None:
    batch_n = torch.randperm(COUNT, generator=torch.Generator().manual_seed(1))
    whole, said = learn(config("mlp-64x3"), pictures, [batch_n])
    cut, said_too = learn(config("mlp-64x3", shards=shards), pictures, [batch_n])
    torch.testing.assert_close(gradients(cut), gradients(whole), rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(said_too.loss, said.loss)
    torch.testing.assert_close(said_too.logits_nk, said.logits_nk, rtol=1e-4, atol=1e-5)
    assert torch.equal(said_too.labels_n, said.labels_n)


@pytest.mark.parametrize(("recipe", "shards", "precision"), [("sprint", 2, "bfloat16"), ("quick", 3, "float32")])
def test_side_by_side_or_in_turn_the_bits_are_the_same(
    recipe: str, shards: int, precision: str, pictures: Pictures
) -> None:
    batches = [torch.arange(64), torch.arange(30, COUNT), torch.arange(3)]  # the last is too small to be cut
    options = {"shards": shards, "precision": precision, "augmentation": "strokes"}
    by_two, said = learn(config(recipe, threads=2, **options), pictures, batches)
    in_turn, said_too = learn(config(recipe, threads=1, **options), pictures, batches)
    assert torch.equal(gradients(by_two), gradients(in_turn))
    assert torch.equal(said.loss, said_too.loss)
    for mine, other in zip(by_two.state_dict().values(), in_turn.state_dict().values(), strict=True):
        assert torch.equal(mine, other)


def test_what_normalisation_remembers_is_the_mean_over_the_shards(pictures: Pictures) -> None:
    batch_n = torch.arange(COUNT)
    whole, _ = learn(config("quick", shards=1), pictures, [batch_n])
    cut, _ = learn(config("quick", shards=2, augmentation="none"), pictures, [batch_n])
    plain, _ = learn(config("quick", shards=1, augmentation="none"), pictures, [batch_n])
    first = next(name for name in plain.state_dict() if name.endswith("running_mean"))
    torch.testing.assert_close(cut.state_dict()[first], plain.state_dict()[first])
    assert not torch.allclose(whole.state_dict()[first], plain.state_dict()[first])  # the test can tell them apart


def test_a_step_moves_every_shard(pictures: Pictures) -> None:
    settings = config("mlp-64x3", shards=3)
    network = new_state(settings, num_classes=10, image_shape=(1, 28, 28), device=torch.device("cpu")).network
    with Learner(network, settings, pictures) as learner:
        before = learner.learn(torch.arange(90), 0).logits_nk
        with torch.no_grad():
            for weights in network.parameters():
                weights.mul_(0)
        after = learner.learn(torch.arange(90), 0).logits_nk
    assert before.abs().min() > 0
    assert torch.equal(after, torch.zeros_like(after))


@pytest.mark.parametrize("recipe", ["cnn-10-20", "cnn-8-16"])
def test_with_dropout_a_batch_stays_whole(recipe: str, pictures: Pictures) -> None:
    batches = [torch.arange(60), torch.arange(40, COUNT)]
    settings = config(recipe, dropout=0.4, augmentation="shift")
    whole, _ = learn(settings, pictures, batches)
    cut, _ = learn(settings.with_options({"shards": 2, "threads": 2}), pictures, batches)
    assert torch.equal(gradients(cut), gradients(whole))


def test_no_shards_are_refused() -> None:
    with pytest.raises(ConfigError, match="shards is 0, it must be from 1"):
        config("sprint", shards=0)


def test_each_shard_takes_a_thread_where_there_are_enough() -> None:
    most = torch.get_num_threads()
    assert settle(config("sprint", shards=2, threads=None)).threads == min(2, most)
    assert settle(config("sprint", shards=2, threads=5)).threads == 5
    for whole in (
        config("mlp-64x3", threads=None),
        config("quick", shards=2, threads=None, compile=True),
        config("quick", shards=2, threads=None, dropout=0.2),
    ):
        assert (settle(whole).shards, settle(whole).threads) == (1, most)
