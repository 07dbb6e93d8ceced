"""Runs one training after the other, each in a process of its own that is bounded in time and memory."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from inkread.data.cache import data_home
from inkread.service.runs import WISHES, RunFiles, Runs, State
from inkread.service.settings import Settings

logger = logging.getLogger(__name__)
TICK_SECONDS = 0.1
STOP_SECONDS = 20.0  # a training that was asked to stop ends within a step and a checkpoint
TRAINER = "inkread.training.served"
USER_ERROR, INTERRUPTED = 2, 130


class Scheduler:
    """A thread that fulfils wishes and keeps at most one training process."""

    def __init__(self, runs: Runs, settings: Settings) -> None:
        self._runs, self._settings = runs, settings
        self._queue: list[str] = []
        self._training: _Training | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="scheduler", daemon=True)

    def start(self) -> None:
        """Take up what an earlier service left, and begin."""
        wishes = self._runs.folder / WISHES
        if wishes.is_dir():
            shutil.rmtree(wishes)
        for name in self._runs.names():
            state = self._runs.state(name)["state"]
            if state == "running":
                self._runs.files(name).set_state("stopped", "The service was ended: resume it.")
            elif state == "queued":
                self._queue.append(name)
        self._thread.start()

    def end(self) -> None:
        """Stop the training, which saves where it stands, and the thread."""
        self._ending.set()
        self._thread.join()
        if self._training is not None:
            self._training.stop("The service was ended: resume it.")
            self._training.wait()
            self._finish(self._training)

    def _work(self) -> None:
        """Look for wishes and for the process's end until the service ends."""
        while not self._ending.wait(TICK_SECONDS):
            try:
                self._tick()
            except OSError:
                logger.exception("the folder of the runs cannot be used")

    def _tick(self) -> None:
        for path in self._wishes():
            name, _, wish = path.name.rpartition(".")
            if self._fulfil(name, wish):
                path.unlink(missing_ok=True)
        training = self._training
        if training is not None and training.has_ended():
            self._finish(training)
            self._training = None
        elif training is not None:
            training.watch()
        elif self._queue:
            self._training = self._begin(self._queue.pop(0))

    def _wishes(self) -> list[Path]:
        """Return the wishes, the oldest first."""
        with suppress(FileNotFoundError):
            found = list((self._runs.folder / WISHES).iterdir())
            return sorted(found, key=lambda path: path.stat().st_mtime_ns)
        return []

    def _fulfil(self, name: str, wish: str) -> bool:
        """Do what is wished; return whether it is done."""
        files = self._runs.files(name)
        if wish != "delete" and not files.folder.is_dir():
            return True  # deleted meanwhile
        is_training = self._training is not None and self._training.name == name
        if wish == "delete" and not is_training:
            self._queue = [other for other in self._queue if other != name]
            shutil.rmtree(files.folder, ignore_errors=True)
            return True
        if wish in ("stop", "delete") and self._training is not None and is_training:
            self._training.stop("Stopped: it can be resumed.")
            return False
        if wish == "stop" and name in self._queue:
            self._queue.remove(name)
            files.set_state("stopped", "Stopped before it began.")
        elif wish == "start":
            self._queue.append(name)
        elif wish == "resume" and name not in self._queue and not is_training:
            files.set_state("queued")
            self._queue.append(name)
        return True

    def _begin(self, name: str) -> _Training | None:
        """Start the process of a run."""
        files = self._runs.files(name)
        if not files.checkpoint.exists():
            shutil.rmtree(files.run, ignore_errors=True)
        files.set_state("running")
        try:
            return _Training(name, files, self._settings)
        except OSError as error:
            files.set_state("failed", f"The training process cannot be started ({error.strerror or error}).")
            return None

    def _finish(self, training: _Training) -> None:
        """Note how a run ended."""
        files = self._runs.files(training.name)
        files.set_state(*training.outcome(files))


class _Training:
    """The process of one run. It stops, as if by Ctrl-C, when its standard input ends: so also if the service dies.

    Attributes:
        name: the run's id.
    """

    def __init__(self, name: str, files: RunFiles, settings: Settings) -> None:
        self.name = name
        self._settings = settings
        self._begun = time.monotonic()
        self._stopped_at: float | None = None
        self._reason = ""
        threads = str(max(1, (os.cpu_count() or 1) // 2))
        environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": threads}
        command = [sys.executable, "-m", TRAINER, str(files.folder), threads, str(settings.run_bytes)]
        with files.trainer_log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment, close_fds=True
            )

    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self._process.poll() is not None

    def watch(self) -> None:
        """Stop a run that takes too long; kill one that does not stop."""
        now = time.monotonic()
        if self._stopped_at is None and now - self._begun > self._settings.run_seconds:
            minutes = self._settings.run_seconds / 60
            self.stop(f"Stopped after {minutes:g} minutes, the most that a run may take at a time: resume it.")
        elif self._stopped_at is not None and now - self._stopped_at > STOP_SECONDS:
            self._process.kill()

    def stop(self, reason: str) -> None:
        """Ask the process to save and end; `reason` is what the run will say of it."""
        if self._stopped_at is None:
            self._stopped_at, self._reason = time.monotonic(), reason
            stdin: IO[bytes] | None = self._process.stdin
            if stdin is not None:
                stdin.close()

    def wait(self) -> None:
        """Wait for the end of a process that was asked to end; kill it if that takes too long."""
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def outcome(self, files: RunFiles) -> tuple[State, str]:
        """Return how the run ended, and why."""
        status = self._process.returncode
        if status == 0 and files.model.is_file():
            return "done", ""
        if self._stopped_at is not None:
            return "stopped", self._reason
        if status == USER_ERROR:
            lines = files.trainer_log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            return "failed", lines[-1] if lines else "The training ended without a word."
        if status == INTERRUPTED:
            return "stopped", "Stopped: it can be resumed."
        return (
            "failed",
            f"The training ended unexpectedly (status {status}): {files.trainer_log.name} in its folder says more.",
        )


@contextmanager
def runs_folder() -> Iterator[Path]:
    """Lend the folder of this machine's runs; where another service has it, a temporary one that goes at the end."""
    folder = data_home().parent / "runs" / "service"
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            is_ours = _lock(stack.enter_context((folder / ".lock").open("ab")))
        except OSError:
            is_ours = False
        if not is_ours:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="inkread-runs-")))
        yield folder


def _lock(file: IO[bytes]) -> bool:
    """Lock a file until it is closed; return whether it was free (where the system has no such locks, it is)."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
