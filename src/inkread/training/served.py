"""A run in a process of its own, started by the service: `python -m inkread.training.served FOLDER THREADS BYTES`.

FOLDER holds request.json with the configuration. The events go to events.jsonl there, a line of JSON each; the run's
own files to run/. The end of standard input stops the run as Ctrl-C would. Exit status 2 with one sentence is the
user's to mend, 130 says that the run was stopped and saved.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from _thread import interrupt_main
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inkread.errors import InkreadError

USER_ERROR, INTERRUPTED = 2, 130
NICENESS = 10


def main() -> int:
    """Train, and return the exit status."""
    folder, threads, most_bytes = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    _be_modest(most_bytes)
    threading.Thread(target=_stop_with_stdin, daemon=True).start()
    try:
        _train(folder, threads)
    except InkreadError as error:
        print(str(error)[:1].upper() + str(error)[1:], file=sys.stderr)  # noqa: T201
        return USER_ERROR
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error):
            raise
        print("The run needs more memory than it may have: take smaller batches.", file=sys.stderr)  # noqa: T201
        return USER_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _train(folder: Path, threads: int) -> None:
    """Begin the run, or go on with it where it was begun."""
    from inkread.training.config import TrainConfig
    from inkread.training.events import CheckpointSaved
    from inkread.training.folder import RunFolder, stored_config
    from inkread.training.listeners.log import name_of
    from inkread.training.listeners.views import EpochViews
    from inkread.training.run import load_data, train

    run_dir = folder / "run"
    resume = RunFolder(run_dir).config.exists()
    raw = json.loads((folder / "request.json").read_text(encoding="utf-8"))["config"]
    config = stored_config(run_dir) if resume else TrainConfig.from_dict({**raw, "threads": threads})
    data = load_data(config)
    with (folder / "events.jsonl").open("a", encoding="utf-8", buffering=1) as file:

        def emit(event: dict[str, Any]) -> None:
            file.write(json.dumps(event) + "\n")

        progress = _Progress(folder / "progress.json")
        listeners = (
            lambda event: (
                None if isinstance(event, CheckpointSaved) else emit({"event": name_of(event), **asdict(event)})
            ),
            progress,
            EpochViews(config, data, emit),
        )
        train(config, run_dir=run_dir, listeners=listeners, resume=resume, data=data)


class _Progress:
    """Keeps a small file that says how far the run is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, Any] = {}

    def __call__(self, event: Any) -> None:
        """Note what an event says."""
        from inkread.files import write_text
        from inkread.training.events import EpochDone, RunDone, RunStarted, StepDone

        match event:
            case RunStarted():
                self._values |= {"epochs": event.epochs, "parameters": event.parameters}
            case StepDone():
                self._values |= {"epoch": event.epoch, "loss": event.loss, "accuracy": event.accuracy}
                self._values |= {"seconds_left": event.seconds_left, "share": event.samples / event.samples_per_epoch}
            case EpochDone() if event.validation_count:
                self._values["validation_accuracy"] = event.validation_correct / event.validation_count
            case RunDone() if event.test_count and event.test_correct is not None:
                self._values |= {"test_accuracy": event.test_correct / event.test_count, "seconds": event.seconds}
            case _:
                return
        write_text(self._path, json.dumps(self._values))


def _be_modest(most_bytes: int) -> None:
    """Leave the processor to those who wait for an answer, and bound the memory."""
    if sys.platform == "win32":
        return
    import resource

    os.nice(NICENESS)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, most_bytes))


def _stop_with_stdin() -> None:
    """Wait for the service to close the pipe, or to die. Python's own stdin would be locked when the process ends."""
    while os.read(0, 1):
        continue
    interrupt_main()


if __name__ == "__main__":
    sys.exit(main())
