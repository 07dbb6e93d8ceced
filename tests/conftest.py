"""Fixtures that all rooms share: the real MNIST, and the command line as a real process."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inkread.data import Dataset, load

# Tests run two at a time on two cores: threads of torch that wait for each other would only get in each other's way.
# Set before torch is imported, here and in every process that a test starts.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

CommandLine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def mnist_train() -> Dataset:
    """The 60,000 training pictures."""
    return load("mnist", "train")


@pytest.fixture(scope="session")
def mnist_test() -> Dataset:
    """The 10,000 test pictures."""
    return load("mnist", "test")


def untraced() -> dict[str, str]:
    """Return the environment without what makes processes measure their coverage, a third of a short one's time."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


@pytest.fixture
def inkread(tmp_path: Path) -> CommandLine:
    """Run `python -m inkread ARGUMENTS` in an empty folder and return its exit status and output."""

    def run(*arguments: object, timeout: float = 300, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "inkread", *map(str, arguments)],
            cwd=tmp_path,
            env={**untraced(), "COLUMNS": "120", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run


def one_sentence(result: subprocess.CompletedProcess[str]) -> str:
    """Assert that a process refused in one plain line with exit status 2, and return that line."""
    assert result.returncode == 2, (result.returncode, result.stdout, result.stderr)
    assert "Traceback" not in result.stderr + result.stdout
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def run_with_little_room(folder: Path, limit: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command line where no file can grow beyond a limit, as on a disk that is full."""

    def set_limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "inkread", *map(str, arguments)],
        cwd=folder,
        env={**untraced(), "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=set_limit,
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The system's Chromium, one a process; tests are skipped where there is none, but never in CI."""
    from playwright.sync_api import expect, sync_playwright

    from tests.browser.conftest import PATIENCE, program

    path = program()
    if path is None:
        complaint = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(complaint)
        pytest.skip(complaint)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
