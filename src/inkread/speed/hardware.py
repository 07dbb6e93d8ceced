"""What a machine is called. Standard library only."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def hardware() -> str:
    """Name the processor and the number of cores that this process may use."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(errors="replace"), re.MULTILINE)
        cpu = found.group(1) if found else cpu
    count = cores()
    return f"{cpu}, {count} core{'s' if count > 1 else ''}"


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def slug(text: str) -> str:
    """Make a part of a file's name: lower case, with single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"\((R|TM)\)", "", text).lower()).strip("-")
