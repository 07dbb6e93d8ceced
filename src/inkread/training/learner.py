"""The heart of a training step: what the network says of a batch, how wrong that is, and the gradients of that.

Shape suffixes: n pictures of a batch, c channels, h height, w width, k classes.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import NamedTuple

import torch
from torch import nn

from inkread.networks import preprocessing
from inkread.training.augmentation import augment
from inkread.training.config import TrainConfig
from inkread.training.forward import make_forward
from inkread.training.losses import make_loss, measure_of
from inkread.training.pictures import Pictures, standardize, to_unit_range
from inkread.training.randomness import AUGMENTATION, generator_for, seed_dropout

LEAST = 2  # pictures in a part: batch normalisation cannot be done over one


class Learned(NamedTuple):
    """What a batch, or a part of one, taught.

    Attributes:
        loss: float32 scalar, the mean over the pictures, as it is reported (see `losses.measure_of`).
        logits_nk: float32, see `forward.make_forward`; detached.
        labels_n: int64, the right answers.
    """

    loss: torch.Tensor
    logits_nk: torch.Tensor
    labels_n: torch.Tensor


class Learner:
    """Adds the gradients of a batch to a network's weights. Use it as a context, it may have threads of its own.

    With `shards`, a batch is cut into parts that are learned from side by side, each by a thread of its own with a
    twin of the network; the gradients are those of the whole batch. Layers as small as these keep two cores busy
    that way, where dividing each operation between them keeps them waiting. Batch normalisation sees the parts, not
    the batch ("ghost batch normalisation": E. Hoffer, I. Hubara, D. Soudry, "Train longer, generalize better", 2017).
    The parts are the same, and so are the results to the last bit, where one thread has to do them in turn.
    """

    def __init__(self, network: nn.Module, config: TrainConfig, train: Pictures) -> None:
        """Prepare.

        Args:
            network: in training, on the device of the pictures.
            config: the run's.
            train: all pictures to learn from.
        """
        # Dropout draws from one sequence of random numbers, which has an order.
        draws = any(isinstance(layer, nn.Dropout | nn.Dropout2d) and layer.p for layer in network.modules())
        shards = 1 if draws else min(config.shards, max(1, config.batch_size // LEAST))
        self._config, self._train, self._scaling = config, train, preprocessing(config.network)
        self._loss, self._measure = make_loss(config), measure_of(config)
        self._networks = [network, *(_twin(network) for _ in range(1, shards))]
        self._forwards = [make_forward(each, config, train.labels_n.device) for each in self._networks]
        workers = min(shards, config.threads or shards)
        self._pool = ThreadPoolExecutor(workers) if workers > 1 else None

    def __enter__(self) -> Learner:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def learn(self, batch_n: torch.Tensor, step: int) -> Learned:
        """Add the gradients of a batch's mean loss to those of the network's weights.

        Args:
            batch_n: int64 of shape (n,), which pictures these are.
            step: over all epochs; what is random depends on it.

        Returns:
            What the network, as it was before, says of the batch.
        """
        for network in self._networks:
            network.train()
        seed_dropout(self._train.labels_n.device, self._config.seed, step)
        if len(self._networks) == 1:
            return self._part(0, batch_n, step, 1.0)
        parts = torch.tensor_split(batch_n, max(1, min(len(self._networks), len(batch_n) // LEAST)))
        shares = [len(part) / len(batch_n) for part in parts]
        side_by_side = map if self._pool is None else self._pool.map
        learned = list(side_by_side(self._part, range(len(parts)), parts, [step] * len(parts), shares))
        self._unite(shares)
        losses, logits, labels = zip(*learned, strict=True)
        return Learned(torch.stack(losses).sum(), torch.cat(logits), torch.cat(labels))

    def _part(self, index: int, part_n: torch.Tensor, step: int, share: float) -> Learned:
        """Learn from a part of a batch; losses are weighted by the part's share of the batch."""
        config, train = self._config, self._train
        generator = generator_for(config.seed, AUGMENTATION, step * len(self._networks) + index)
        x_nchw = augment(to_unit_range(train.images_nchw[part_n]), config.augmentation, generator)
        labels_n = train.labels_n[part_n]
        logits_nk = self._forwards[index](standardize(x_nchw, self._scaling))
        loss = self._loss(logits_nk, labels_n) * share
        loss.backward()  # type: ignore[no-untyped-call]
        logits_nk = logits_nk.detach()
        plain = loss.detach() if self._measure is self._loss else self._measure(logits_nk, labels_n) * share
        return Learned(plain, logits_nk, labels_n)

    @torch.no_grad()
    def _unite(self, shares: Sequence[float]) -> None:
        """Sum the twins' gradients up in the network, and take the mean of what normalisation remembers."""
        for same in zip(*(each.parameters() for each in self._networks), strict=True):
            for other in same[1:]:
                if other.grad is not None:
                    same[0].grad = other.grad if same[0].grad is None else same[0].grad.add_(other.grad)
                    other.grad = None
        for first, *others in zip(*(each.buffers() for each in self._networks), strict=True):
            if first.is_floating_point():
                first.mul_(shares[0])
                for other, share in zip(others, shares[1:], strict=False):
                    first.add_(other, alpha=share)
            for other in others:
                other.copy_(first)


def _twin(network: nn.Module) -> nn.Module:
    """Copy a network; the weights stay one and the same memory, so that a step changes them for both."""
    twin = copy.deepcopy(network)
    for mine, other in zip(twin.parameters(), network.parameters(), strict=True):
        mine.data = other.data
    return twin
