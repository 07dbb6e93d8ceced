"""`inkread model quantize`: a copy of a model that computes in 8 bits, and how alike the two read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkread.errors import ConfigError, DataError

if TYPE_CHECKING:
    from inkread.data import Dataset
    from inkread.runtime import OnnxClassifier, OnnxRows
    from inkread.types import UInt8Array

EPILOG = "[bold]Example[/bold]\n\ninkread model quantize runs/reader/model.onnx reader.onnx"
CALIBRATION_PICTURES = 1000


def quantize(
    source: Annotated[Path, typer.Argument(help="A model file.", show_default=False)],
    target: Annotated[Path, typer.Argument(help="The model file to write.", show_default=False)],
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME_OR_PATH",
            help="Pictures to take the ranges from, and to compare the two models on.",
            show_default="what it was trained on",
        ),
    ] = None,
) -> None:
    """Write a copy that computes in 8 bits, for large networks smaller and faster, and say how alike the two read."""
    from inkread.files import check_folder
    from inkread.runtime.quantization import open_any
    from inkread.runtime.quantization import quantize as write_quantized

    check_folder(target.parent)
    if target.exists() and source.exists() and target.samefile(source):
        raise ConfigError(f"{target} would overwrite what it is made of: choose another name.")
    before = open_any(source)
    name = data or (before.card.data[0].name if before.card.data else "mnist")
    pictures, others = _load(name, is_default=data is None, reads=before.card.task)
    _check_shape(name, others, before)
    write_quantized(source, target, pictures.images)
    after = open_any(target)
    pairs = zip(_answers(before, others.images), _answers(after, others.images), strict=True)
    alike = sum(old == new for old, new in pairs)
    sizes = (f"{path.stat().st_size / 1e6:.2f} MB" for path in (source, target))
    faster = _seconds(before, pictures.images) / _seconds(after, pictures.images)
    typer.echo(
        f"{target}: {' became '.join(sizes)}; {alike:,} of {len(others):,} pictures of {name} are read alike, "
        f"{faster:.1f} times as fast on this machine."
    )


def _load(name: str, *, is_default: bool, reads: str) -> tuple[Dataset, Dataset]:
    """Load pictures to take ranges from, and to compare on: those of the test split, if there is one."""
    from inkread.cli.data import fetch_progress
    from inkread.data import loaders, take

    with fetch_progress() as progress:
        try:
            found = loaders(name, progress=progress)
            pictures = take(next(iter(found.values()))(), CALIBRATION_PICTURES)
        except DataError as error:
            if not is_default or reads == "number":
                raise
            raise DataError(f"{str(error).removesuffix('.')}; or name other pictures: --data mnist.") from error
        return pictures, found["test"]() if "test" in found else pictures


def _check_shape(name: str, pictures: Dataset, model: OnnxClassifier | OnnxRows) -> None:
    """Refuse pictures of another size than the model reads; rows may have any width."""
    sides = 2 if model.card.task == "number" else 3
    expected, given = model.card.input_shape[:sides], pictures.images.shape[1 : sides + 1]
    if given != expected:
        has, reads = (" x ".join(map(str, shape)) for shape in (given, expected))
        raise DataError(f"{name} has pictures of {has}, the model reads {reads}: name others by --data.")


def _answers(model: OnnxClassifier | OnnxRows, images_nchw: UInt8Array) -> Sequence[object]:
    """Return the likeliest class of each picture, or of each row the classes along the likeliest path."""
    from inkread.runtime import OnnxClassifier

    if isinstance(model, OnnxClassifier):
        answers: list[int] = model.logits(images_nchw).argmax(axis=1).tolist()
        return answers
    paths = (scores.argmax(axis=1).tolist() for scores in model.log_probabilities(list(images_nchw[:, 0])))
    return [[place for place, _ in groupby(path) if place != len(model.labels)] for path in paths]


def _seconds(model: OnnxClassifier | OnnxRows, images_nchw: UInt8Array) -> float:
    """Return the least time of three in which a model reads some pictures."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        _answers(model, images_nchw)
        times.append(time.perf_counter() - start)
    return min(times)
