"""Real processes, measured from outside."""

from __future__ import annotations

import sys
from pathlib import Path

from inkread.speed.processes import measure_start, measure_training, run_process


def test_time_memory_and_status_are_those_of_the_process() -> None:
    held = bytes(60 << 20)  # what the caller holds is none of the child's
    small = run_process([sys.executable, "-S", "-c", "pass"])
    large = run_process([sys.executable, "-S", "-c", "import time; x = b'x' * (80 << 20); time.sleep(0.2)"])
    assert len(held) > 0
    assert (small.status, small.errors) == (0, "")
    assert large.seconds > 0.2
    assert small.memory is not None
    assert large.memory is not None
    assert small.memory < 50 < 80 < large.memory


def test_a_process_that_fails_is_told_by_its_last_line() -> None:
    ran = run_process([sys.executable, "-S", "-c", "import sys; sys.exit('inkread: no such thing')"])
    assert (ran.status, ran.errors) == (1, "inkread: no such thing")
    missing = run_process(["/no/such/program"])
    assert missing.status != 0


def test_what_cannot_be_measured_says_why(tmp_path: Path) -> None:
    seconds, memory = measure_training("no-such-recipe", tmp_path)
    assert (seconds.value, memory.value) == (None, None)
    assert "no-such-recipe" in seconds.note
    start, _ = measure_start(tmp_path / "missing.png", 1)
    assert start.value is None
    assert start.note
