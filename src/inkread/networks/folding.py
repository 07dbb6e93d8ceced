"""Convolutions and linear layers with batch normalisation: the two become one layer for reading, and two again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

Size = int | tuple[int, int]  # of rows and columns


class NormedConv(nn.Module):
    """A convolution without bias (`conv`) and the batch normalisation (`norm`; Ioffe and Szegedy 2015) of its outputs.

    Subclasses may say what happens before, between and after the two; whatever is between them must commute with the
    normalisation, or `fold` would change the function.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Size, *, stride: Size = 1, padding: Size = 0
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(out_channels)

    def forward(self, x_nchw: torch.Tensor) -> torch.Tensor:
        """Apply the one after the other."""
        y_nchw: torch.Tensor = self.norm(self.conv(x_nchw))
        return y_nchw

    def fold(self) -> None:
        """Put the normalisation into the convolution: the same function in evaluation mode, one layer less."""
        if isinstance(self.norm, nn.BatchNorm2d):
            self.conv = fuse_conv_bn_eval(self.conv.eval(), self.norm.eval())
            self.norm = nn.Identity()


class NormedLinear(nn.Module):
    """A linear layer without bias (`linear`) and the batch normalisation (`norm`) of its outputs.

    The normalisation has no learned factor, only a learned offset: the next linear layer brings factors enough.
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, out_features, bias=False)
        self.norm: nn.Module = nn.BatchNorm1d(out_features)
        self.norm.weight.requires_grad_(False)

    def forward(self, x_nf: torch.Tensor) -> torch.Tensor:
        """Apply the one after the other."""
        y_nf: torch.Tensor = self.norm(self.linear(x_nf))
        return y_nf

    def fold(self) -> None:
        """Put the normalisation into the linear layer, as `NormedConv.fold`."""
        if isinstance(self.norm, nn.BatchNorm1d):
            self.linear = fuse_linear_bn_eval(self.linear.eval(), self.norm.eval())
            self.norm = nn.Identity()


def fold(network: nn.Module) -> None:
    """Fold every `NormedConv` and `NormedLinear` of a network, in place; it can then no longer be trained."""
    for layer in network.modules():
        if isinstance(layer, NormedConv | NormedLinear):
            layer.fold()


def unfold(network: nn.Module, weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Make, of a folded network's weights, those of one that normalises: the same function in evaluation mode.

    The normalisations do nothing as yet; `refill` makes them fit to train with.

    Args:
        network: not folded.
        weights: by name, of one that is.

    Returns:
        A state dict for `network`, as far as the weights go.
    """
    unfolded = dict(weights)
    for name, layer in network.named_modules():
        kind = "conv" if isinstance(layer, NormedConv) else "linear"
        bias_k = unfolded.pop(f"{name}.{kind}.bias", None) if isinstance(layer, NormedConv | NormedLinear) else None
        if bias_k is not None:
            norm: Any = layer.norm
            neutral = {
                "weight": torch.ones_like(bias_k),
                "bias": bias_k,
                "running_mean": torch.zeros_like(bias_k),
                "running_var": torch.full_like(bias_k, 1 - norm.eps),
                "num_batches_tracked": torch.tensor(0),
            }
            unfolded |= {f"{name}.norm.{key}": value for key, value in neutral.items()}
    return unfolded


@torch.no_grad()
def refill(network: nn.Module, batches: Iterable[torch.Tensor]) -> None:
    """Give each batch normalisation the mean and variance of what comes to it, and change no function by that.

    Its factor and offset take up the difference, so the network in evaluation mode says what it said before, and in
    training mode, where a batch's own mean and variance count, nearly so.

    Args:
        network: changed in place; left in evaluation mode.
        batches: inputs as in training, float32 of shape (n, c, h, w).
    """
    norms: list[Any] = [layer.norm for layer in network.modules() if isinstance(layer, NormedConv | NormedLinear)]
    moments = [_Moments() for _ in norms]
    handles = [norm.register_forward_pre_hook(each.add) for norm, each in zip(norms, moments, strict=True)]
    network.eval()
    for x_nchw in batches:
        network(x_nchw)
    for handle in handles:
        handle.remove()
    for norm, each in zip(norms, moments, strict=True):
        mean_k, variance_k = each.mean_and_variance()
        slope_k = norm.weight / (norm.running_var + norm.eps).sqrt()
        norm.bias.add_(slope_k * (mean_k - norm.running_mean))
        norm.weight.copy_(slope_k * (variance_k + norm.eps).sqrt())
        norm.running_mean.copy_(mean_k)
        norm.running_var.copy_(variance_k)


class _Moments:
    """Sums over all that comes to a normalisation, channel by channel, float64."""

    def __init__(self) -> None:
        self._count, self._sum_k, self._squares_k = 0, torch.zeros(1), torch.zeros(1)

    def add(self, _norm: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        """Add a batch, of shape (n, k) or (n, k, h, w), as it comes in."""
        x_km = inputs[0].double().transpose(0, 1).flatten(1)
        self._count += x_km.shape[1]
        self._sum_k = self._sum_k + x_km.sum(dim=1)
        self._squares_k = self._squares_k + (x_km**2).sum(dim=1)

    def mean_and_variance(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return both, float32 of shape (k,)."""
        mean_k = self._sum_k / self._count
        return mean_k.float(), (self._squares_k / self._count - mean_k**2).clamp(min=0).float()
