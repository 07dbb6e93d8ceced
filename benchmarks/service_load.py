"""How many digits a second the service reads over loopback, how soon, and what it does with more than it can hold.

    python benchmarks/service_load.py --seconds 60
    python benchmarks/service_load.py --seconds 600 --save

The service runs in a process of its own, the client in this one; both share the cores. The pictures are MNIST's test
digits, as PNG files of 28x28 pixels or enlarged (--side 280). The last phase asks over so many connections at once that
the service must refuse some: 429 or 503, never silence.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import PIL.Image

from inkread.data import load
from machine import describe, result_path

PICTURES = 500
PAUSE_SECONDS = 0.5
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass
class Tally:
    """What came back."""

    seconds: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    broken: int = 0


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it is answered, until the time is over."""

    def __init__(self, requests: list[bytes], tally: Tally, until: float, start: int) -> None:
        self.requests, self.tally, self.until, self.next = requests, tally, until, start
        self.buffer = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        """Send the next picture."""
        self.asked = time.perf_counter()
        self.transport.write(self.requests[self.next % len(self.requests)])
        self.next += 1

    def data_received(self, data: bytes) -> None:
        """Take an answer."""
        self.buffer += data
        head, end, body = self.buffer.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not end or length is None or len(body) < int(length.group(1)):
            return
        self.tally.seconds.append(time.perf_counter() - self.asked)
        self.tally.answers[int(head[9:12])] += 1
        self.buffer = b""
        if time.perf_counter() >= self.until:
            self.transport.close()
        elif b"connection: close" not in head:
            self.ask()

    def connection_lost(self, error: Exception | None) -> None:
        """Count what was not answered."""
        if error is not None:
            self.tally.broken += 1
        if not self.done.done():
            self.done.set_result(None)


def requests_of(side: int, port: int) -> list[bytes]:
    """Prepare the requests."""
    images = load("mnist", "test").images[:PICTURES, 0]
    found = []
    for image in images:
        picture = PIL.Image.fromarray(image)
        if side != image.shape[0]:
            picture = PIL.Image.fromarray(255 - np.asarray(picture.resize((side, side))))
        file = io.BytesIO()
        picture.save(file, "PNG")
        body = file.getvalue()
        lines = ["POST /v1/digit HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: image/png"]
        found.append("\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body)
    return found


async def press(port: int, requests: list[bytes], connections: int, seconds: float) -> Tally:
    """Ask over some connections for some time."""
    tally, until = Tally(), time.perf_counter() + seconds
    asking = [asyncio.create_task(ask_on(port, requests, tally, until, 7 * i)) for i in range(connections)]
    _, hanging = await asyncio.wait(asking, timeout=seconds + 30)
    tally.broken += len(hanging)
    return tally


async def ask_on(port: int, requests: list[bytes], tally: Tally, until: float, start: int) -> None:
    """Connect again after each refusal, until the time is over."""
    loop = asyncio.get_running_loop()
    while time.perf_counter() < until:
        _, client = await loop.create_connection(lambda: Client(requests, tally, until, start), "127.0.0.1", port)
        await client.done
        await asyncio.sleep(PAUSE_SECONDS)


def resident_megabytes(process: int) -> float:
    """Return the memory of a process."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return float("nan")
    return int(status.read_text().partition("VmRSS:")[2].split()[0]) / 1024


def processor_seconds(process: int) -> float:
    """Return the time that a process has computed."""
    status = Path(f"/proc/{process}/stat")
    if not status.exists():
        return float("nan")
    user, system = status.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def start_service(*options: str) -> tuple[subprocess.Popen[str], int]:
    """Start a service at a free port; return it and the port."""
    command = [sys.executable, "-m", "inkread", "serve", "--port", "0", *options]
    service = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert service.stderr is not None
    found = re.search(r":(\d+) ", service.stderr.readline())
    assert found, "the service did not start"
    # What it says must be read, or it would stop once the pipe is full.
    threading.Thread(target=service.stderr.read, daemon=True).start()
    return service, int(found.group(1))


def row(
    phase: str, connections: int, tally: Tally, seconds: float, memory: list[float], computed: float
) -> dict[str, object]:
    """Sum up a phase."""
    times = np.array(tally.seconds) * 1000
    refused = sum(count for status, count in tally.answers.items() if status in (429, 503))
    others = sum(count for status, count in tally.answers.items() if status not in (200, 429, 503))
    return {
        "phase": phase,
        "connections": connections,
        "answers a second": round(tally.answers[200] / seconds, 1),
        "p50 ms": round(float(np.percentile(times, 50)), 1),
        "p99 ms": round(float(np.percentile(times, 99)), 1),
        "CPU ms each": round(1000 * computed / max(1, sum(tally.answers.values())), 2),
        "read": tally.answers[200],
        "refused": refused,
        "errors": others + tally.broken,
        "MB before": round(memory[0]),
        "MB after": round(memory[-1]),
        "MB most": round(max(memory)),
    }


async def measure(service: int, port: int, options: argparse.Namespace) -> list[dict[str, object]]:
    """Warm up, press for the given time, then overload."""
    requests = requests_of(options.side, port)
    await press(port, requests, options.connections, 2)
    rows = []
    overload = min(30.0, options.seconds)
    for phase, count, seconds in (("load", options.connections, options.seconds), ("overload", 600, overload)):
        memory, computed = [resident_megabytes(service)], processor_seconds(service)
        pressing = asyncio.create_task(press(port, requests, count, seconds))
        while not pressing.done():
            await asyncio.wait([pressing], timeout=1)
            memory.append(resident_megabytes(service))
        computed = processor_seconds(service) - computed
        rows.append(row(phase, count, pressing.result(), seconds, memory, computed))
        print("  ".join(f"{name} {value}" for name, value in rows[-1].items()))
    return rows


def main() -> None:
    """Measure and print, and save if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--side", type=int, default=28)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--batch", type=int, help="most digits of a batch, to see what batches are worth")
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/service-load-*.csv")
    options = parser.parse_args()
    print(describe())
    more = [] if options.batch is None else ["--batch", str(options.batch)]
    service, port = start_service("--workers", str(options.workers), "--no-train", *more)
    try:
        rows = asyncio.run(measure(service.pid, port, options))
    finally:
        service.terminate()
        service.wait(30)
    if options.save:
        path = result_path("service-load")
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            file.write(f"# {describe()}; pictures of {options.side} px, {options.workers} worker(s)\n")
            writer.writeheader()
            writer.writerows(rows)
        print(path)


if __name__ == "__main__":
    main()
