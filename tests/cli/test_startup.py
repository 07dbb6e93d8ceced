"""How soon the command line is there, measured against `import torch` on the same machine at the same time."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from inkread.data import Dataset
from tests.conftest import untraced

HEAVY = {"torch", "onnxruntime", "cv2", "matplotlib", "onnx", "PIL", "numpy"}
TORCH = [sys.executable, "-c", "import torch"]
ROUNDS = 5
TRIES = 3


@pytest.fixture
def picture(tmp_path: Path, mnist_test: Dataset) -> str:
    path = tmp_path / "seven.png"
    Image.fromarray(mnist_test.images[0, 0]).save(path)
    return str(path)


def loaded_by(*command: str) -> set[str]:
    """Run a command with Python's import log and return the top-level modules it loaded."""
    result = subprocess.run(
        [sys.executable, "-X", "importtime", *command],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=untraced(),  # measuring coverage loads modules of its own
    )
    names = [line.rsplit("|", 1)[1].strip() for line in result.stderr.splitlines() if line.startswith("import time:")]
    return {name.partition(".")[0] for name in names}


def test_importing_the_package_loads_nothing_heavy() -> None:
    found = loaded_by("-c", "import inkread")
    assert "inkread" in found
    assert not found & HEAVY


@pytest.mark.parametrize("arguments", [["--help"], ["model", "show", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    found = loaded_by("-m", "inkread", *arguments)
    assert "typer" in found
    assert not found & HEAVY


def test_reading_loads_only_what_reading_needs(picture: str) -> None:
    found = loaded_by("-m", "inkread", "read", picture)
    assert "onnxruntime" in found
    assert not found & {"torch", "matplotlib", "onnx", "safetensors", "google"}
    assert not found & {"PIL", "pypdfium2", "yaml", "fastapi", "uvicorn", "platformdirs", "pydantic", "multiprocessing"}


def test_reading_loads_known_packages_alone(picture: str) -> None:
    found = loaded_by("-m", "inkread", "read", picture) - set(sys.stdlib_module_names)
    known = {"inkread", "numpy", "cv2", "onnxruntime", "typer", "rich", "coverage", "a1_coverage"}
    of_typer = {"click", "shellingham", "annotated_types", "annotated_doc", "typing_extensions"}
    of_typer |= {"typing_inspection", "markdown_it", "mdurl", "pygments", "colorama"}
    log = {"imported package", "org"}  # the heading of Python's log, and Jython's, which the standard library asks for
    assert not {name for name in found - known - of_typer - log if not name.startswith(("_", "sitecustom"))}


def seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=120)
    return time.perf_counter() - begin


def ratios(commands: dict[str, list[str]]) -> dict[str, float]:
    """Median time of each command over the median time of importing torch, all in turns."""
    rounds = [{name: seconds(command) for name, command in {**commands, "torch": TORCH}.items()} for _ in range(ROUNDS)]
    medians = {name: statistics.median(times[name] for times in rounds) for name in rounds[0]}
    return {name: medians[name] / medians["torch"] for name in commands}


@pytest.mark.slow
def test_the_command_line_is_there_long_before_torch_would_be(picture: str) -> None:
    inkread = [sys.executable, "-m", "inkread"]
    commands = {"help": [*inkread, "--help"], "read": [*inkread, "read", picture]}
    limits = {"help": 0.3, "read": 0.6}
    for _ in range(TRIES):  # Other work on the machine can spoil a try.
        found = ratios(commands)
        if all(found[name] <= limit for name, limit in limits.items()):
            return
    pytest.fail(f"of the time of importing torch: {found}, allowed are {limits}")
