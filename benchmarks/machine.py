"""What every benchmark says of the machine it ran on."""

from __future__ import annotations

import datetime
import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
LIBRARIES = ("inkread", "torch", "onnxruntime", "numpy", "opencv-python-headless")


def hardware() -> str:
    """Name the processor and the number of cores that this process may use."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE)
        cpu = found.group(1) if found else cpu
    return f"{cpu}, {len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores"


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
    slug = re.sub(r"[^a-z0-9]+", "-", re.sub(r"\((R|TM)\)", "", hardware()).lower()).strip("-")
    return RESULTS / f"{question}-{slug}-{datetime.datetime.now(datetime.UTC):%Y-%m-%d}.csv"
