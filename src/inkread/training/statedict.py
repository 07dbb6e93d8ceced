"""Plain PyTorch state dicts (``.pth``): a tutorial's comes in by the shapes of its tensors, ours go out.

Nothing is ever unpickled but tensors: `torch.load(weights_only=True)` and nothing else. Where torch is not installed,
importing this module raises MissingExtraError.
"""

from __future__ import annotations

import math
import pickle
import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from inkread.errors import ConfigError, MissingExtraError, ModelFileError

try:
    import torch

    from inkread.training.start import read_weights
except ImportError as missing:
    raise MissingExtraError("a .pth is read and written by torch: pip install 'inkread[train]'.") from missing

from inkread.files import write_bytes
from inkread.modelfile import Card
from inkread.networks import NETWORKS, build, preprocessing
from inkread.training.export import export_model
from inkread.version import __version__

Tensors = dict[str, torch.Tensor]
NESTED_UNDER = ("state_dict", "model_state_dict", "model")
TENSOR_ORDER = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
SIDES = (28, 32)
BLOCK = 4
SHAPES_SHOWN = 6
MOST_CLASSES = 10_000


class Built(NamedTuple):
    """An architecture with weights in it, ready to infer.

    Attributes:
        network: its name in `NETWORKS`.
        module: takes float32 of shape (n, *input_shape), scaled; returns logits of shape (n, classes).
        input_shape: channels, height, width.
        classes: number of logits.
    """

    network: str
    module: torch.nn.Module
    input_shape: tuple[int, int, int]
    classes: int


def read_pth(source: Path) -> Built:
    """Read a plain state dict into the architecture whose tensors, in order, have the same shapes.

    The names of the layers do not matter. Other widths of fully connected networks are not guessed at: shapes do not
    tell the activation between the layers.

    Args:
        source: a file of `torch.save(model.state_dict(), source)`, perhaps inside a checkpoint's dictionary.

    Returns:
        The architecture with these weights.

    Raises:
        ModelFileError: if the file is missing or damaged, holds code or a whole model, or fits no architecture.
    """
    tensors = _tensors_of(_load(source), source)
    shapes = [tuple(tensor.shape) for tensor in tensors.values()]
    for candidate in _candidates(shapes):
        own = candidate.module.state_dict()
        if [tuple(tensor.shape) for tensor in own.values()] == shapes:
            found = _fresh(candidate.network, candidate.input_shape, candidate.classes)
            found.module.load_state_dict(dict(zip(own, tensors.values(), strict=True)))
            return found
    present = ", ".join("x".join(map(str, shape)) or "single value" for shape in shapes[:SHAPES_SHOWN])
    more = f" and {len(shapes) - SHAPES_SHOWN} more" if len(shapes) > SHAPES_SHOWN else ""
    raise ModelFileError(
        f"the tensors of {source} fit none of the networks {', '.join(NETWORKS)}; found {present}{more}."
    )


def convert_pth(
    source: Path,
    target: Path,
    *,
    mean: float | None = None,
    std: float | None = None,
    labels: Sequence[str] | None = None,
) -> Card:
    """Turn a plain state dict into a model file.

    Args:
        source: see `read_pth`.
        target: the ``.onnx`` file to write.
        mean: subtracted from pixels / 255 before the network; None takes the architecture's own.
        std: what the difference is divided by, above 0; None takes the architecture's own.
        labels: the classes' names in the order of the network's outputs; None numbers them from 0.

    Returns:
        The card that was written.

    Raises:
        ModelFileError: see `read_pth`.
        ConfigError: if `mean` is no number or `std` not above 0, or there are more or fewer labels than classes.
        OutputError: if `target` cannot be written.
    """
    found = read_pth(source)
    own = preprocessing(found.network)
    scaling = type(own)(mean=own.mean if mean is None else mean, std=own.std if std is None else std)
    if not (math.isfinite(scaling.mean) and 0 < scaling.std < math.inf):
        raise ConfigError(f"mean {scaling.mean:g} and std {scaling.std:g} make no scaling: std must be above 0.")
    if labels is not None and len(labels) != found.classes:
        raise ConfigError(f"the network tells {found.classes} classes apart, but {len(labels)} labels are given.")
    card = Card(
        name=source.stem,
        task="digit",
        labels=tuple(labels or map(str, range(found.classes))),
        input_shape=found.input_shape,
        normalization="mnist" if found.input_shape == (1, 28, 28) else "resize",
        network=found.network,
        versions={"inkread": __version__, "torch": str(torch.__version__)},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        licence="unknown",
        notes=(
            f"Converted from {source.name}; before the network: (pixels / 255 - {scaling.mean:g}) / {scaling.std:g}.",
        ),
    )
    export_model(found.module, card, target, scaling)
    return card


def _load(source: Path) -> Any:
    """Read a file with the loader that admits tensors and plain containers only."""
    if source.is_dir():
        raise ModelFileError(f"{source} is a folder, not a .pth file: give the file inside it.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of old formats; what matters becomes an error below.
            return torch.load(source, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise ModelFileError(f"there is no model file {source}: check the name.") from error
    except PermissionError as error:
        raise ModelFileError(f"the model file {source} cannot be read: you have no right to.") from error
    except Exception as error:  # Damaged files end in errors of every kind: EOF, key, index, zip.
        if isinstance(error, pickle.UnpicklingError) or "TorchScript" in str(error):
            raise ModelFileError(
                f"{source} holds code or a whole pickled model instead of tensors alone, so it is not run: where it "
                "was made, save the weights with torch.save(model.state_dict(), 'weights.pth')."
            ) from error
        raise ModelFileError(f"{source} is no PyTorch file or is damaged: take a fresh copy.") from error


def _tensors_of(content: Any, source: Path) -> Tensors:
    """Find the state dict, also inside a checkpoint, with the tensors in their order."""
    for key in NESTED_UNDER:
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    values = list(content.values()) if isinstance(content, Mapping) else []
    if not values or not all(torch.is_tensor(value) and value.layout is torch.strided for value in values):
        raise ModelFileError(
            f"{source} holds no state dict: save the weights with torch.save(model.state_dict(), 'weights.pth')."
        )
    tensors = {str(name): value for name, value in content.items()}
    for name, tensor in tensors.items():
        if not 0 < tensor.numel() * tensor.element_size() <= tensor.untyped_storage().nbytes():
            raise ModelFileError(
                f"{source} holds no numbers, or fewer than its shape says, in {name!r}: take a fresh copy."
            )
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise ModelFileError(f"{source} holds values that are no numbers in {name!r}: train the model again.")
    return tensors


def write_pth(source: Path, target: Path) -> None:
    """Write a run's weights as a plain state dict, which any PyTorch program can load.

    Args:
        source: a run's folder, the model file in it, or its ``weights.safetensors``.
        target: the ``.pth`` file to write.

    Raises:
        ModelFileError: if there are no weights or they are damaged.
        OutputError: if `target` cannot be written.
    """
    tensors = read_weights(source)
    buffer = BytesIO()
    torch.save({name: tensors[name] for name in sorted(tensors, key=_layer_order)}, buffer)
    write_bytes(target, buffer.getvalue())


def _layer_order(name: str) -> tuple[list[str], int]:
    """Sort tensors as PyTorch lists them: safetensors does not keep their order."""
    *layer, tensor = name.split(".")
    rank = TENSOR_ORDER.index(tensor) if tensor in TENSOR_ORDER else len(TENSOR_ORDER)
    return [part.zfill(6) if part.isdigit() else part for part in layer], rank


def _candidates(shapes: list[tuple[int, ...]]) -> Iterator[Built]:
    """Build every architecture with the input channels and classes that these shapes, in order, suggest.

    They hold no memory (torch's "meta" device), so that a foreign file costs none.
    """
    classes = max(2, shapes[-1][0]) if shapes and shapes[-1] else 2
    channels = next((shape[1] for shape in shapes if len(shape) == 4), 1)
    if classes > MOST_CLASSES:
        return
    unshuffled = channels // BLOCK if channels % BLOCK == 0 else channels  # `sprint` makes 2x2 pixels four channels
    for name, side, planes in product(NETWORKS, SIDES, dict.fromkeys((channels, unshuffled))):
        with torch.device("meta"):
            candidate = _fresh(name, (planes, side, side), classes)
        yield candidate


def _fresh(network: str, input_shape: tuple[int, int, int], classes: int) -> Built:
    """Build an architecture with fresh weights, ready to infer."""
    channels, height, width = input_shape
    module = build(network, num_classes=classes, in_channels=channels, image_size=(height, width))
    return Built(network, module.eval(), input_shape, classes)
