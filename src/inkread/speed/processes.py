"""Whole processes: how long they take and how much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from inkread.speed.figures import Figure, summarise

LAUNCHER = Path(__file__).with_name("launcher.py")
WANTED = 99.0
TRAINING, TRAINING_MEMORY = "train to 99 %", "train, peak memory"
START, START_MEMORY = "inkread read one.png", "the same, peak memory"


class Ran(NamedTuple):
    """A process that has ended.

    Attributes:
        seconds: from its start to its end.
        memory: most that it held, in MB; None where the system does not tell.
        status: how it ended.
        errors: what it wrote to standard error.
    """

    seconds: float
    memory: float | None
    status: int
    errors: str


def run_process(command: Sequence[str | Path]) -> Ran:
    """Run a command to its end.

    Python may keep the code that it compiles: an installed package has that already, a working copy has it from its
    second start on, unless PYTHONDONTWRITEBYTECODE is set, as in many containers.
    """
    launcher = [sys.executable, "-I", "-S", LAUNCHER, *command]
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    result = subprocess.run(launcher, capture_output=True, text=True, errors="replace", check=False, env=surroundings)
    try:
        told = json.loads(result.stdout)
        return Ran(told["seconds"], told["memory"], told["status"], result.stderr.strip())
    except (ValueError, KeyError):
        return Ran(0.0, None, result.returncode or 1, result.stderr.strip())


def measure_start(picture: Path, rounds: int) -> list[Figure]:
    """Read one picture with the command line, several times: a whole process each."""
    ran = [run_process([sys.executable, "-m", "inkread", "read", picture]) for _ in range(rounds)]
    failed = next((each for each in ran if each.status), None)
    if failed is not None:
        return [Figure(name, None, None, None, "", _reason(failed)) for name in (START, START_MEMORY)]
    memory = [each.memory for each in ran if each.memory is not None]
    return [
        summarise(START, [each.seconds for each in ran], "s"),
        summarise(START_MEMORY, memory, "MB") if memory else Figure(START_MEMORY, None, None, None, "MB", "not told"),
    ]


def measure_training(recipe: str, folder: Path) -> list[Figure]:
    """Train once with the command line.

    Args:
        recipe: its name.
        folder: an empty one, for the run.

    Returns:
        The seconds of the training itself, and the peak memory of the process.
    """
    run = folder / "run"
    ran = run_process([sys.executable, "-m", "inkread", "train", recipe, "--out", run, "--progress", "none"])
    done = _last_event(run / "log.jsonl") if ran.status == 0 else {}
    if "seconds" not in done:
        return [Figure(name, None, None, None, "", _reason(ran)) for name in (TRAINING, TRAINING_MEMORY)]
    accuracy = 100 * done["test_correct"] / done["test_count"]
    missed = "" if accuracy >= WANTED else ", missed"
    note = f"{recipe}, {accuracy:.2f} % of the test pictures{missed}; the whole command {ran.seconds:.1f} s"
    return [
        Figure(TRAINING, done["seconds"], None, None, "s", note),
        Figure(TRAINING_MEMORY, ran.memory, None, None, "MB", recipe),
    ]


def _last_event(log: Path) -> dict[str, float]:
    """Return the last line of a run's log."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    done: dict[str, float] = json.loads(lines[-1]) if lines else {}
    return done


def _reason(ran: Ran) -> str:
    """Say why a process failed, in its own last line."""
    lines = ran.errors.splitlines()
    return lines[-1].removeprefix("inkread: ") if lines else f"it ended with exit status {ran.status}"
