"""The checkpoint: one safetensors file with every tensor of `State`, and every other value as JSON in its header.

One file, replaced as a whole, so that tensors and counters can never be of two different steps. Nothing is pickled.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from inkread.errors import ModelFileError
from inkread.files import write_bytes
from inkread.training.state import State, Weights

HEADER_KEY = "inkread.checkpoint"
FORMAT = 1
SCALARS = ("epoch", "step", "best_epoch", "best_correct", "best_loss", "seconds")


def save_checkpoint(state: State, path: Path) -> None:
    """Write a run's state.

    Args:
        state: between two steps; not changed.
        path: replaced as a whole.

    Raises:
        OutputError: if it cannot be written; the checkpoint before stays.
    """
    tensors = {f"network.{name}": value for name, value in state.network.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in (state.average or {}).items()}
    tensors |= {f"best.{name}": value for name, value in state.best.items()}
    tensors |= {f"optimizer.{name}": value for name, value in _moments(state).items()}
    if state.doubt is not None:
        tensors["doubt"] = state.doubt
    counts = {}
    for name, tally in _tallies(state).items():
        tensors |= {f"{name}.loss": tally.loss, f"{name}.correct": tally.correct}
        counts[name] = tally.count
    header = {"format": FORMAT, "counts": counts, **{name: getattr(state, name) for name in SCALARS}}
    write_bytes(path, to_safetensors(tensors, {HEADER_KEY: json.dumps(header)}))


def load_checkpoint(state: State, path: Path) -> None:
    """Bring a fresh state to where a checkpoint was written.

    Values are copied into tensors that torch has laid out itself: the layout in memory can decide the last bit.

    Args:
        state: as `new_state` returns it for the same configuration; changed in place.
        path: what `save_checkpoint` wrote.

    Raises:
        ModelFileError: if the file is damaged or of another network.
    """
    try:
        with safe_open(path, "pt") as file:
            header = json.loads(file.metadata()[HEADER_KEY])
            tensors: Weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (no iterator)
        _restore(state, header, tensors)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelFileError(
            f"the checkpoint {path} is damaged or was written by another inkread: train again in another folder."
        ) from error


def to_safetensors(tensors: Weights, header: dict[str, str]) -> bytes:
    """Serialise tensors of any device and layout."""
    content: bytes = save({name: value.detach().cpu().contiguous() for name, value in tensors.items()}, header)
    return content


def _restore(state: State, header: dict[str, Any], tensors: Weights) -> None:
    """Copy everything back."""
    if header["format"] != FORMAT:
        raise ValueError(header["format"])
    with torch.no_grad():
        for name, value in state.network.state_dict().items():
            value.copy_(tensors[f"network.{name}"])
        for name, value in (state.average or {}).items():
            value.copy_(tensors[f"average.{name}"])
    if header["best_epoch"]:
        own = state.network.state_dict()
        state.best = {name: torch.empty_like(own[name]).copy_(tensors[f"best.{name}"]) for name in own}
    _restore_moments(state, {name: value for name, value in tensors.items() if name.startswith("optimizer.")})
    if "doubt" in tensors:
        state.doubt = tensors["doubt"].to(state.since_report.loss.device)
    for name, tally in _tallies(state).items():
        tally.loss.copy_(tensors[f"{name}.loss"])
        tally.correct.copy_(tensors[f"{name}.correct"])
        tally.count = int(header["counts"][name])
    for name in SCALARS:
        setattr(state, name, header[name])


def _tallies(state: State) -> dict[str, Any]:
    """Name the sums."""
    return {"since_report": state.since_report, "in_epoch": state.in_epoch}


def _parameters(state: State) -> list[torch.nn.Parameter]:
    """List what is learned, in the network's order: the optimiser's own depends on how it groups them."""
    return [parameter for parameter in state.network.parameters() if parameter.requires_grad]


def _moments(state: State) -> Weights:
    """Name what the optimiser remembers of each parameter."""
    return {
        f"{number}.{name}": value
        for number, parameter in enumerate(_parameters(state))
        for name, value in state.optimizer.state[parameter].items()
        if torch.is_tensor(value)
    }


def _restore_moments(state: State, tensors: Weights) -> None:
    """Give the optimiser its memory back, each tensor laid out as its parameter is."""
    parameters = _parameters(state)
    for name, value in tensors.items():
        _, number, key = name.split(".")
        parameter = parameters[int(number)]
        like = parameter.detach() if value.shape == parameter.shape else value.to(parameter.device)
        state.optimizer.state[parameter][key] = torch.empty_like(like).copy_(value)
