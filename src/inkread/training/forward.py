"""The network's forward pass in training: in which precision, and whether compiled."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from inkread.errors import ConfigError
from inkread.training.config import Precision, TrainConfig

Forward = Callable[[torch.Tensor], torch.Tensor]


def in_precision(precision: Precision, device: torch.device) -> torch.autocast:
    """Return a context in which layers that can do with it compute in bfloat16, or one that changes nothing."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")


def make_forward(network: nn.Module, config: TrainConfig, device: torch.device) -> Forward:
    """Return what maps a batch, float32 of shape (n, c, h, w), to logits, float32 of shape (n, k).

    The network itself stays as it is: what is compiled shares its weights.

    Args:
        network: in training, on the device.
        config: names the precision, and whether to compile.
        device: where the network is.

    Returns:
        A function that raises ConfigError where torch cannot compile here.
    """
    step = _compiled(network, config.batch_size) if config.compile else network

    def forward(x_nchw: torch.Tensor) -> torch.Tensor:
        with in_precision(config.precision, device):
            logits_nk: torch.Tensor = step(x_nchw)
        return logits_nk.float()

    return forward


def _compiled(network: nn.Module, batch_size: int) -> Forward:
    """Compile a network for full batches; an epoch's last batch of another size goes through the network as it is.

    Torch would translate anew for each size that it meets, in a way that depends on the sizes before: a resumed run,
    which meets them in another order, would end with other bits.
    """
    from torch._dynamo.exc import TorchDynamoException

    try:
        full = torch.compile(network, dynamic=False)
    except RuntimeError as error:
        raise _cannot_compile() from error

    def forward(x_nchw: torch.Tensor) -> torch.Tensor:
        if len(x_nchw) != batch_size:
            return network(x_nchw)  # type: ignore[no-any-return]
        try:
            return full(x_nchw)  # type: ignore[no-any-return]
        except TorchDynamoException as error:
            raise _cannot_compile() from error

    return forward


def _cannot_compile() -> ConfigError:
    """Say what to do without a compiler."""
    return ConfigError(
        "torch cannot compile the network here, most likely for want of a C++ compiler: install one (such as g++), or "
        "set compile=false (--no-compile)."
    )
