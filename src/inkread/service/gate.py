"""What every request passes first: the host it names, where it comes from, the token; and what every answer carries."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect

from inkread.service.admission import Admission
from inkread.service.metrics import Metrics
from inkread.service.problems import Problem
from inkread.service.settings import LOOPBACK, Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
GUARDED = ("/v1/", "/metrics")
CLIENT_GONE = 499
DRAIN_SECONDS = 2.0
DRAIN_BYTES = 200_000_000


class Gate:
    """The outermost application.

    Attributes:
        settings: the service's.
        stopping: whether the service is being ended; streams then end too.
    """

    def __init__(self, app: ASGIApp, settings: Settings, admission: Admission, metrics: Metrics) -> None:
        self.settings = settings
        self.stopping = False
        self._app, self._admission, self._metrics = app, admission, metrics
        self._token = None if settings.token is None else f"Bearer {settings.token}".encode()
        self._hosts = {*LOOPBACK, settings.host, *(name.lower() for name in settings.allowed_hosts)}
        self._any_host = not settings.is_loopback and not settings.allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        exchange = _Exchange(headers, receive, send)
        start = time.perf_counter()
        problem = self._refusal(scope, headers)
        try:
            if problem is not None:
                await problem.response()(scope, exchange.receive, exchange.send)
            else:
                with self._admission.room() as room:
                    scope["state"] = {**scope.get("state", {}), "room": room, "gate": self}
                    await self._app(scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            exchange.status = CLIENT_GONE
        except Exception:
            logger.exception("%s %s failed", scope["method"], scope["path"])
            if not exchange.status:
                failure = Problem(500, "The service has failed at this request; its log says why.")
                await failure.response()(scope, exchange.receive, exchange.send)
        route = getattr(scope.get("route"), "path", "other")
        self._metrics.answered(route, exchange.status, time.perf_counter() - start, self._admission.waiting)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> Problem | None:
        """Say why a request is not let in, if so."""
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if not self._any_host and _name_of(host) not in self._hosts:
            return Problem(421, "The service does not answer to this host name: allow it with --allowed-host.")
        if scope["method"] not in SAFE_METHODS and _is_foreign(headers, host):
            return Problem(403, "Another site may not ask this service on your behalf: use the service's own page.")
        if self._token is not None and scope["path"].startswith(GUARDED):
            given = headers.get(b"authorization", b"")
            if not hmac.compare_digest(given, self._token):
                detail = "The service wants its token: send the header Authorization: Bearer TOKEN."
                return Problem(401, detail, headers={"WWW-Authenticate": "Bearer"})
        return None


class _Exchange:
    """One request and its answer; adds the headers, and takes leave of clients that still send."""

    def __init__(self, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        self.status = 0
        self._receive, self._send = receive, send
        self._is_arriving = b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"

    async def receive(self) -> Message:
        """Pass on what arrives."""
        message = await self._receive()
        self._is_arriving = self._is_arriving and message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Pass on what is answered."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message["headers"], *SECURITY_HEADERS]
            if self._is_arriving:
                headers = [(name, value) for name, value in headers if name != b"connection"]
                headers.append((b"connection", b"close"))
            await self._send({**message, "headers": headers})
        elif self._is_arriving and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            await self._drain()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await self._send(message)

    async def _drain(self) -> None:
        """Throw away some of what a refused client still sends: one that is cut off may not see its answer."""
        thrown = 0
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while self._is_arriving and thrown < DRAIN_BYTES:
                    thrown += len((await self.receive()).get("body", b""))
        except TimeoutError:
            return


def _name_of(host: str) -> str:
    """Return the host of a Host header without its port."""
    return (host.partition("]")[0] + "]").strip("[]") if host.startswith("[") else host.partition(":")[0]


def _is_foreign(headers: dict[bytes, bytes], host: str) -> bool:
    """Tell whether a browser sends a request on behalf of another site; programs say nothing of it and are let in."""
    if headers.get(b"sec-fetch-site", b"none") not in (b"same-origin", b"none"):
        return True
    origin = headers.get(b"origin")
    return origin is not None and urlsplit(origin.decode("latin-1").lower()).netloc != host
