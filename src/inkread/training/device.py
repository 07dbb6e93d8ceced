"""Where training runs, with how many threads, and that it runs the same way twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils import deterministic as torch_deterministic

from inkread.errors import ConfigError
from inkread.training.config import Precision, TrainConfig

# A module with a property; type checkers do not see that.
MEMORY: Any = torch_deterministic


def settle(config: TrainConfig) -> TrainConfig:
    """Return a configuration in which device, numbers of threads and shards, and precision are those of here.

    Raises:
        ConfigError: as `choose_device`.
    """
    device = choose_device(config.device)
    precision = choose_precision(config.precision, device)
    whole = device.type != "cpu" or config.compile or config.dropout
    shards = 1 if whole else config.shards
    # What is cut into shards is too small to be cut further.
    usual = torch.get_num_threads() if shards == 1 else min(shards, torch.get_num_threads())
    return config.with_options(
        {"device": device.type, "threads": config.threads or usual, "shards": shards, "precision": precision}
    )


def choose_device(name: str) -> torch.device:
    """Return the device that a configuration names; "auto" takes CUDA, then MPS, then the CPU.

    Raises:
        ConfigError: if there is no such device in this machine, or this torch cannot use it.
    """
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(kind for kind, there in available.items() if there)
    if not available[name]:
        usable = ", ".join(kind for kind, there in available.items() if there)
        raise ConfigError(f"the device {name!r} is not available to torch here: take 'auto' or one of: {usable}.")
    return torch.device(name)


def choose_precision(name: Precision, device: torch.device) -> Precision:
    """Return the precision that a configuration names; "auto" is bfloat16 where the processor has instructions for it.

    Without them bfloat16 is computed by way of float32, more slowly. On a GPU small networks gain nothing by it.
    """
    if name != "auto":
        return name
    # Torch names these since 2.4, in a private place; one that has moved them computes in float32.
    asks = (getattr(torch.cpu, ask, bool) for ask in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"))
    return "bfloat16" if device.type == "cpu" and any(ask() for ask in asks) else "float32"


@contextmanager
def deterministic(device: torch.device, config: TrainConfig) -> Iterator[None]:
    """Let torch choose deterministic algorithms only; afterwards all is as before, the global random numbers too.

    Args:
        device: where it computes.
        config: says among how many threads each shard splits its work on a CPU; None leaves it the choice.
    """
    if device.type == "cuda":
        # cuBLAS asks for this before it is first used: https://docs.nvidia.com/cuda/cublas/#results-reproducibility
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    filled, threads_before = MEMORY.fill_uninitialized_memory, torch.get_num_threads()
    devices = [torch.cuda.current_device()] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.use_deterministic_algorithms(True)
        torch.set_num_threads(max(1, (config.threads or threads_before) // config.shards))
        # Nothing here reads memory before writing it; filling it would cost time.
        MEMORY.fill_uninitialized_memory = False
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(before[0], warn_only=before[1])
            torch.set_num_threads(threads_before)
            MEMORY.fill_uninitialized_memory = filled
