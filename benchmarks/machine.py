"""What every benchmark says of the machine it ran on."""

from __future__ import annotations

import datetime
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from inkread.speed.hardware import hardware, slug

RESULTS = Path(__file__).parent / "results"
LIBRARIES = ("inkread", "torch", "onnxruntime", "numpy", "opencv-python-headless")


def describe() -> str:
    """Return date, hardware and library versions in one line."""
    found = []
    for library in LIBRARIES:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            continue
    python = f"Python {platform.python_version()}"
    return f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, {hardware()}, {python}, {', '.join(found)}"


def result_path(question: str) -> Path:
    """Return the CSV's path, named by question, hardware and date."""
    RESULTS.mkdir(exist_ok=True)
    return RESULTS / f"{question}-{slug(hardware())}-{datetime.datetime.now(datetime.UTC):%Y-%m-%d}.csv"
