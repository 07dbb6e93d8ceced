"""A real Chromium, driven by Playwright, and pages that tell of what they should not do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.service.conftest import Service, running

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000  # milliseconds; a busy machine may take its time


def program() -> str | None:
    """The path of the system's Chromium."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A real `inkread serve` with the machine's data sets and no runs."""
    with running(tmp_path_factory.mktemp("page")) as found:
        yield found


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Service]:
    """A service that nobody else trains in: what waits and what is listed is the test's own.

    A test asks for it before `page`: what is asked for first ends last, and a page must not outlive its service.
    """
    with running(tmp_path / "workshop") as found:
        yield found


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh page; afterwards no error may stand in its console, and no request may have left this machine."""
    with watched(chromium) as fresh:
        yield fresh


@contextmanager
def watched(chromium: Browser, *, refusals: bool = False, **options: Any) -> Iterator[Page]:
    """Lend a page that is watched: see the fixture `page`.

    Args:
        chromium: the browser.
        refusals: whether the service may refuse something, of which Chromium writes a line into the console.
        options: of the browser's context.
    """
    context = chromium.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **options})
    fresh = context.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        expected = refusals and message.text.startswith("Failed to load resource")
        if message.type == "error" and not expected:
            complaints.append(message.text)

    def look(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in LOOPBACK:
            complaints.append(f"asked {request.url}")

    fresh.on("console", hear)
    fresh.on("pageerror", lambda error: complaints.append(str(error)))
    fresh.on("request", look)
    yield fresh
    context.close()
    assert complaints == []
