"""Real services in processes of their own, and pictures to send them."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import PIL.Image
import pytest

from inkread.data import Dataset
from inkread.data.cache import data_home

Start = Callable[..., "Service"]


class Service:
    """A running `inkread serve`."""

    def __init__(self, folder: Path, options: tuple[str, ...], environment: dict[str, str]) -> None:
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "inkread", "serve", "--port", "0", *options],
                env={**os.environ, "INKREAD_HOME": str(folder), **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
            )
        self.home = folder
        self.port = self._wait_until_ready()
        self.url = f"http://127.0.0.1:{self.port}"

    def _wait_until_ready(self) -> int:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"serves at http://\S+:(\d+)", self.log.read_text())
            if found:
                return int(found.group(1))
            time.sleep(0.05)
        raise AssertionError(f"the service did not start: {self.log.read_text()}")

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=60, trust_env=False, verify=False, **options)  # type: ignore[arg-type]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def head(self, method: str, path: str, *lines: str) -> bytes:
        return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *lines, "", ""]).encode()

    def megabytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def running(folder: Path, *options: str, **environment: str) -> Iterator[Service]:
    """Start a service whose home is a folder with the machine's data sets, and stop it in the end."""
    folder.mkdir(exist_ok=True)
    if not (folder / "data").exists():
        data_home().mkdir(parents=True, exist_ok=True)
        (folder / "data").symlink_to(data_home(), target_is_directory=True)
    service = Service(folder, options, environment)
    try:
        yield service
        assert "Traceback" not in service.log.read_text(), service.log.read_text()
    finally:
        try:
            service.stop()
        finally:
            service.process.kill()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service as it comes."""
    with running(tmp_path_factory.mktemp("service")) as found:
        yield found


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with narrow limits and a token; it does not train."""
    options = ["--max-megabytes", "0.5", "--max-megapixels", "1", "--body-seconds", "1", "--no-train"]
    options += ["--max-waiting", "8", "--max-waiting-per-client", "4", "--allowed-host", "digits.example.org"]
    with running(tmp_path_factory.mktemp("strict"), *options, INKREAD_TOKEN="open sesame") as found:
        yield found


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    with service.client() as found:
        yield found


@pytest.fixture
def bearer(strict: Service) -> Iterator[httpx.Client]:
    """A client of the strict service that has its token."""
    with strict.client(headers={"Authorization": "Bearer open sesame"}) as found:
        yield found


def png(pixels: np.ndarray) -> bytes:  # type: ignore[type-arg]
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="session")
def seven(mnist_test: Dataset) -> bytes:
    """The first of MNIST's test digits, a clear 7, as PNG."""
    return png(mnist_test.images[0, 0])


@pytest.fixture(scope="session")
def digits(mnist_test: Dataset) -> list[tuple[str, bytes]]:
    """Twenty digits with their labels."""
    return [(str(mnist_test.labels[i]), png(mnist_test.images[i, 0])) for i in range(20)]


def wait_for(client: httpx.Client, run: str, *states: str) -> dict[str, Any]:
    """Wait until a run is in one of some states."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        view: dict[str, Any] = client.get(f"/v1/runs/{run}").json()
        if view["state"] in states:
            return view
        time.sleep(0.1)
    raise AssertionError(f"the run stays {view}")


def problem(answer: httpx.Response, status: int) -> str:
    """Assert that an answer is a problem of a status, as RFC 9457 has it; return its detail."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    fields = answer.json()
    assert fields["status"] == status
    assert fields["type"] == "about:blank"
    assert fields["title"]
    assert fields["detail"].endswith(".")
    assert "Traceback" not in answer.text
    check_headers(answer.headers)
    return str(fields["detail"])


def check_headers(headers: httpx.Headers) -> None:
    """Assert that an answer carries the headers that keep a browser safe."""
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["permissions-policy"].startswith("camera=(self)")


def raw_answer(connection: socket.socket) -> tuple[int, str]:
    """Read one answer off a socket until it is closed; return status and body."""
    received = b""
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            break
        if not part:
            break
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]) if head else 0, body.decode()
