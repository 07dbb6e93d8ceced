"""Runs a command and prints its seconds, peak memory in MB and exit status as JSON.

A process of its own, and a small one: on Linux a child begins with the peak memory of the process that started it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main() -> None:
    """Run the command that the arguments are; its standard output goes nowhere, its errors are passed on."""
    start = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    memory = None
    if hasattr(os, "wait4"):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        memory = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    status = process.wait()
    seconds = time.perf_counter() - start
    sys.stdout.write(json.dumps({"seconds": seconds, "memory": memory, "status": status}))


if __name__ == "__main__":
    main()
