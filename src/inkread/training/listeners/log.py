"""The log: a line of JSON for each event, so that every figure of a run can be read again by any program."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from inkread.files import cannot_write, write_text
from inkread.training.events import Event, RunStarted

Line = dict[str, Any]


class JsonLog:
    """Writes `log.jsonl`. When a run goes on, what the lost steps had written is taken out first.

    Each line has "event" (run-started, step-done, epoch-done, checkpoint-saved, run-done) and the event's fields.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> JsonLog:
        """Return the log; the file is opened by the first event."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def __call__(self, event: Event) -> None:
        """Write one line.

        Raises:
            OutputError: if it cannot be written.
        """
        if isinstance(event, RunStarted):
            kept = [line for line in read_log(self._path) if _is_before(line, event.first_epoch, event.first_step)]
            write_text(self._path, "".join(json.dumps(line) + "\n" for line in kept))
        try:
            if self._file is None:
                self._file = self._path.open("a", encoding="utf-8")
            self._file.write(json.dumps({"event": name_of(event), **asdict(event)}) + "\n")
            self._file.flush()
        except OSError as error:
            raise cannot_write(self._path, error) from error


def read_log(path: Path) -> list[Line]:
    """Return the lines of a log, empty where there is none; a line that was cut off by a sudden death is left out."""
    if not path.exists():
        return []
    lines = []
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(text))
        except ValueError:
            continue
    return lines


def _is_before(line: Line, epoch: int, step: int) -> bool:
    """Tell whether a line is of the steps that the checkpoint at `step` of `epoch` knows."""
    if line["event"] == "run-started":
        return (epoch, step) > (1, 0)
    if line["event"] == "epoch-done":
        return bool(line["epoch"] < epoch)
    return line["event"] != "run-done" and (line["epoch"], line["step"]) <= (epoch, step)


def name_of(event: Event) -> str:
    """Return an event's name: RunStarted is "run-started"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(event).__name__).lower()
