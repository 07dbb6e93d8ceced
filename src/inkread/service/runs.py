"""Training runs as folders: what was asked for, where it stands, and what happens in it, readable by every worker.

Workers write wishes (start, stop, resume, delete) into a folder; the one `scheduler` fulfils them and is the only one
that changes a run's state.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from inkread.files import write_text
from inkread.service.problems import Problem
from inkread.service.readers import NAME

State = Literal["queued", "running", "stopped", "failed", "done"]
Wish = Literal["start", "stop", "resume", "delete"]
ENDED: tuple[State, ...] = ("stopped", "failed", "done")
MOST_RUNS = 50
MOST_QUEUED = 8
WISHES = "wishes"


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files of one run.

    Attributes:
        folder: the run's.
    """

    folder: Path

    @property
    def request(self) -> Path:
        """What was asked for."""
        return self.folder / "request.json"

    @property
    def state(self) -> Path:
        """Where the run stands."""
        return self.folder / "state.json"

    @property
    def progress(self) -> Path:
        """How far the training is."""
        return self.folder / "progress.json"

    @property
    def events(self) -> Path:
        """What has happened, a line of JSON each."""
        return self.folder / "events.jsonl"

    @property
    def trainer_log(self) -> Path:
        """What the training process says."""
        return self.folder / "trainer.log"

    @property
    def run(self) -> Path:
        """The folder that the training writes."""
        return self.folder / "run"

    @property
    def model(self) -> Path:
        """The trained model."""
        return self.run / "model.onnx"

    @property
    def checkpoint(self) -> Path:
        """Where the training can go on."""
        return self.run / "checkpoint.safetensors"

    def append(self, event: dict[str, Any]) -> None:
        """Add a line to the events."""
        with self.events.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")

    def set_state(self, state: State, detail: str = "") -> None:
        """Note where the run stands, and tell those who follow it."""
        self.append({"event": "state", "state": state, "detail": detail})
        write_text(self.state, json.dumps({"state": state, "detail": detail, "since": time.time()}))


class Runs:
    """The runs in one folder.

    Attributes:
        folder: the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, recipe: str, options: dict[str, Any], config: dict[str, Any]) -> str:
        """Put a new run into the queue.

        Args:
            recipe: its name.
            options: what was asked for.
            config: the complete configuration that this makes.

        Returns:
            The run's id.

        Raises:
            Problem: 429 if too many wait, 409 if too many are kept.
        """
        states = [self.state(name)["state"] for name in self.names()]
        if states.count("queued") >= MOST_QUEUED:
            detail = f"{MOST_QUEUED} runs wait already: ask again when one of them has begun."
            raise Problem(429, detail, headers={"Retry-After": "60"})
        if len(states) >= MOST_RUNS:
            raise Problem(409, f"There are {MOST_RUNS} runs, which is the most: delete one first.")
        name = f"{recipe}-{secrets.token_hex(3)}"
        files = self.files(name)
        files.folder.mkdir(parents=True)
        request = {"recipe": recipe, "options": options, "config": config, "created": time.time()}
        files.set_state("queued")
        write_text(files.request, json.dumps(request))
        self.wish(name, "start")
        return name

    def names(self) -> list[str]:
        """Return the ids of all runs, the oldest first."""
        found = [path.parent for path in self.folder.glob("*/request.json")]
        return [path.name for path in sorted(found, key=lambda path: (path / "request.json").stat().st_mtime_ns)]

    def files(self, name: str) -> RunFiles:
        """Return the files that a run has or will have."""
        return RunFiles(self.folder / name)

    def existing(self, name: str) -> RunFiles:
        """Return the files of a run.

        Raises:
            Problem: 404 if there is none of that id.
        """
        files = self.files(name)
        if not re.fullmatch(NAME, name) or not files.request.is_file():
            raise Problem(404, f"There is no run {name!r}: /v1/runs lists them.")
        return files

    def state(self, name: str) -> dict[str, Any]:
        """Return where a run stands: state, detail, and since when."""
        return _read(self.files(name).state) or {"state": "failed", "detail": "Its folder is damaged.", "since": 0.0}

    def view(self, name: str) -> dict[str, Any]:
        """Describe a run to people; errors as of `existing`."""
        files = self.existing(name)
        request, state = _read(files.request) or {}, self.state(name)
        return {
            "id": name,
            "recipe": request.get("recipe", ""),
            "state": state["state"],
            "detail": state["detail"],
            "options": request.get("options", {}),
            "config": request.get("config", {}),
            "created": request.get("created", 0.0),
            "progress": _read(files.progress),
            "has_model": files.model.is_file(),
            "can_resume": state["state"] in ("stopped", "failed"),
        }

    def wish(self, name: str, wish: Wish) -> Path:
        """Ask the scheduler for something; the file returned is gone when it is done."""
        path = self.folder / WISHES / f"{name}.{wish}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path


def _read(path: Path) -> dict[str, Any] | None:
    """Read a small JSON object; None where there is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
