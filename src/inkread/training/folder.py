"""A run's folder: which file is called what, and whether a run may begin or go on in it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from inkread.errors import ConfigError
from inkread.files import cannot_write, write_text
from inkread.training.config import TrainConfig
from inkread.version import __version__

DECIDING = ("torch", "numpy", "onnx", "safetensors")
WEIGHTS_NAME = "weights.safetensors"


class RunFolder:
    """The files of one run, by name.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.json"
        self.log = path / "log.jsonl"
        self.checkpoint = path / "checkpoint.safetensors"
        self.weights = path / WEIGHTS_NAME
        self.curves = path / "curves.png"
        self.model = path / "model.onnx"

    def begin(self, config: TrainConfig, data: list[dict[str, Any]], lineage: Sequence[str] = ()) -> None:
        """Make the folder and write down what is to be trained, on what, with what.

        Args:
            config: the run's.
            data: a description of each split, with its hash.
            lineage: the runs that led to its first weights.

        Raises:
            ConfigError: if a run is there already.
            OutputError: if the folder cannot be made or written.
        """
        if self.config.exists():
            raise ConfigError(
                f"{self.path} holds a run already: go on with it by `inkread train --resume {self.path}`, or choose "
                "another folder."
            )
        description = {
            "config": config.to_dict(),
            "data": data,
            "lineage": list(lineage),
            "versions": versions(),
            "git_revision": git_revision(),
            "created": now(),
        }
        write_text(self.config, json.dumps(description, indent=2) + "\n")

    def check_resumable(self, config: TrainConfig, data: list[dict[str, Any]]) -> None:
        """Refuse to go on with a run that is finished, or that was begun with other settings or data.

        Raises:
            ConfigError: naming the first difference.
        """
        if self.model.exists():
            raise ConfigError(f"the run in {self.path} is finished, nothing is left to do: its model is {self.model}.")
        begun = self.read()
        _refuse_difference(self.path, read_config(begun, self.config).to_dict(), config.to_dict())
        for before, today in zip(begun.get("data", []), data, strict=False):
            if before != today:
                raise ConfigError(
                    f"cannot resume {self.path}: the {today['split']} split of {today['name']} has changed since it "
                    "was begun; train anew in another folder."
                )
        torch_before, torch_today = begun.get("versions", {}).get("torch"), versions().get("torch")
        if torch_before != torch_today:
            raise ConfigError(
                f"cannot resume {self.path}: it was begun with torch {torch_before}, this is {torch_today}, and the "
                "result would differ; go on with that torch, or train anew in another folder."
            )

    def lineage(self) -> list[str]:
        """Return the runs that led to the first weights, as `begin` wrote them down."""
        return [str(line) for line in self.read().get("lineage", [])]

    def remove_leftovers(self) -> None:
        """Delete the temporary files of `inkread.files` that a process left which was killed while it wrote."""
        for file in (self.config, self.log, self.checkpoint, self.weights, self.curves, self.model):
            for leftover in self.path.glob(f".{file.name}.*{file.suffix}"):
                leftover.unlink(missing_ok=True)

    def read(self) -> dict[str, Any]:
        """Return what `begin` wrote.

        Raises:
            ConfigError: if the folder holds no run.
        """
        try:
            content = json.loads(self.config.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"{self.path} holds no run to resume ({self.config.name} is missing or damaged): check the name."
            ) from error
        return content if isinstance(content, dict) else {}


def weights_path(source: Path) -> Path:
    """Return where the weights of a run are, given its folder, the model file in it, or themselves."""
    path = source / WEIGHTS_NAME if source.is_dir() else source
    return path.with_name(WEIGHTS_NAME) if path.suffix == ".onnx" else path


def stored_config(path: Path) -> TrainConfig:
    """Return the configuration of the run in a folder.

    Raises:
        ConfigError: if there is none.
    """
    folder = RunFolder(path)
    return read_config(folder.read(), folder.config)


def read_config(content: Mapping[str, Any], path: Path) -> TrainConfig:
    """Return the configuration within what `RunFolder.begin` wrote to `path`."""
    raw = content.get("config")
    if not isinstance(raw, dict):
        raise ConfigError(f"{path} holds no configuration: train anew in another folder.")
    try:
        return TrainConfig.from_dict(raw)
    except TypeError as error:
        raise ConfigError(f"{path} holds a value of the wrong type: train anew in another folder.") from error


def new_folder(parent: Path, name: str) -> Path:
    """Make and return a folder that no other run has: NAME, NAME-2, NAME-3 and so on.

    Raises:
        OutputError: if it cannot be made.
    """
    number = 1
    while True:
        path = parent / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            number += 1
        except OSError as error:
            raise cannot_write(path, error) from error
        else:
            return path


def versions() -> dict[str, str]:
    """Return the versions of inkread and of the libraries that a result depends on."""
    found = {"inkread": __version__}
    for name in DECIDING:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def git_revision() -> str:
    """Return the revision of the code that runs, "-dirty" where it was changed; empty where no repository tracks it.

    An installed copy may well lie within a repository, in the `.venv` of another project: that one's revision says
    nothing of this code.
    """
    try:
        _git("ls-files", "--error-unmatch", Path(__file__).name)
        return _git("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(*arguments: str) -> str:
    """Ask git about the folder of this code; it raises where git refuses."""
    command = ["git", "-C", str(Path(__file__).parent), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()


def now() -> str:
    """Return date and time, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _refuse_difference(path: Path, begun: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Compare two configurations."""
    for name, before in begun.items():
        if wanted[name] != before:
            raise ConfigError(
                f"cannot resume {path} with {name} {wanted[name]}: it was begun with {before}; leave that option "
                "out, or train anew in another folder."
            )
