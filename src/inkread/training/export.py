"""From a torch module to a model file: one ONNX graph that takes pixels as they are."""

from __future__ import annotations

import contextlib
import copy
import io
import warnings
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn

from inkread.modelfile import Card, write_model
from inkread.modelfile.writing import import_onnx
from inkread.networks import Preprocessing, fold
from inkread.quiet import without_logging
from inkread.training.calibration import LEAST, Gate

OPSET = 18


class PixelsToLogits(nn.Module):
    """A network with its preprocessing before it and, where one is wanted, the gate of its last logit after it."""

    def __init__(self, network: nn.Module, preprocessing: Preprocessing, gate: Gate | None = None) -> None:
        super().__init__()
        self.network = network
        self.preprocessing = preprocessing
        self.gate = gate

    def forward(self, image_nchw: torch.Tensor) -> torch.Tensor:
        """Map uint8 pixels of shape (n, c, h, w) to float32 logits of shape (n, k)."""
        x_nchw = (image_nchw.to(torch.float32) / 255 - self.preprocessing.mean) / self.preprocessing.std
        logits_nk: torch.Tensor = self.network(x_nchw)
        return logits_nk if self.gate is None else _gated(logits_nk, self.gate)


def _gated(logits_nk: torch.Tensor, gate: Gate) -> torch.Tensor:
    """Return the logarithms of what `calibration.gated` returns."""
    among_nk = torch.softmax(logits_nk[:, :-1] / gate.temperature, dim=1)
    margin_n1 = logits_nk[:, :-1].amax(dim=1, keepdim=True) - logits_nk[:, -1:]
    top_n1 = among_nk.amax(dim=1, keepdim=True)
    sure_n1 = torch.sigmoid(gate.scale * margin_n1 + gate.offset)
    factor_n1 = torch.minimum(sure_n1 / top_n1, (1 - sure_n1) / (1 - top_n1).clamp(min=LEAST))
    shares_nk = torch.where(among_nk >= top_n1, sure_n1, among_nk * factor_n1)
    none_n1 = 1 - shares_nk.sum(dim=1, keepdim=True)
    return torch.log(torch.cat([shares_nk, none_n1], dim=1).clamp(min=LEAST))


def export_model(
    module: nn.Module, card: Card, path: Path, preprocessing: Preprocessing, *, gate: Gate | None = None
) -> None:
    """Write a network as a model file: graph input "image" (uint8, any n), output "logits" (float32).

    Batch normalisation is folded into the convolutions, dropout is gone; the module itself stays as it is.

    Args:
        module: takes float32 of shape (n, *card.input_shape), returns logits of shape (n, len(card.labels)), one more
            where the card has a reject class.
        card: what the file says of itself.
        path: where it goes; an older file there survives if anything fails.
        preprocessing: becomes part of the graph.
        gate: what `calibrate` found for a network with a reject class; None leaves its last logit as it is.

    Raises:
        OutputError: if the file cannot be written.
        MissingExtraError: if onnx is not installed.
    """
    import_onnx()  # torch's exporter needs it too, and would say so less clearly
    network = copy.deepcopy(module).cpu().eval()
    network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    fold(network)
    whole = PixelsToLogits(network, preprocessing, gate if card.reject_class else None).eval()
    write_model(_graph(whole, card.input_shape, any_width=card.task == "number"), card, path)


def _graph(module: nn.Module, input_shape: tuple[int, int, int], *, any_width: bool) -> bytes:
    """Trace a module with torch's exporter and return the serialised ONNX model.

    By tracing (`dynamo=False`), as it takes 0.4 seconds where torch's newer exporter takes 6, most of them imports.
    """
    example = torch.zeros(2, *input_shape, dtype=torch.uint8)
    free = {0: "n", 3: "w"} if any_width else {0: "n"}
    buffer = io.BytesIO()
    with _silence():
        torch.onnx.export(
            module,
            (example,),
            buffer,  # type: ignore[arg-type]  # tracing writes to a file object too
            dynamo=False,
            opset_version=OPSET,
            input_names=["image"],
            output_names=["logits"],
            dynamic_axes={"image": free, "logits": {0: "n"}},
        )
    return buffer.getvalue()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep the exporter's progress, warnings and log lines to itself."""
    with without_logging(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
