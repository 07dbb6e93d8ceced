"""HTTP/1.1 on a socket: uvicorn's protocol, with limits on what comes before a request is one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from inkread.service.gate import SECURITY_HEADERS
from inkread.service.problems import MEDIA_TYPE, Problem, busy

if TYPE_CHECKING:
    from inkread.service.gate import Gate

MOST_HEAD_BYTES = 65_536


class GuardedProtocol(HttpToolsProtocol):
    """Refuses connections above a number, heads that do not end, and heads that do not arrive."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_head, self._head_bytes = True, 0
        self._head_timer: asyncio.TimerHandle | None = None

    @property
    def _gate(self) -> Gate:
        gate: Gate = self.app
        return gate

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or say that there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self._gate.settings.max_connections:
            self._refuse(busy("The service has as many connections as it can hold: try again in a second."))
        else:
            self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; a head that grows without end is refused."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if not self._in_head:
            return
        self._head_bytes += len(data)
        if self._head_bytes > MOST_HEAD_BYTES:
            detail = f"The head of the request has more than {MOST_HEAD_BYTES // 1024} KiB: send fewer headers."
            self._refuse(Problem(431, detail))

    def on_message_begin(self) -> None:
        """Begin to wait for a head."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        self._arm()

    def on_headers_complete(self) -> None:
        """Note that the head is there."""
        self._in_head = False
        self._disarm()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the parser's words are for programmers
        """Answer what is no HTTP."""
        self._refuse(Problem(400, "This is no HTTP request that the service understands."))

    def shutdown(self) -> None:
        """End the connection once its request is answered; streams are told to end."""
        self._gate.stopping = True
        super().shutdown()

    def _arm(self) -> None:
        self._disarm()
        self._head_timer = self.loop.call_later(self._gate.settings.head_seconds, self._too_slow)

    def _disarm(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        """Give up a head that has not come in time."""
        if self._head_bytes:
            self._refuse(Problem(408, "The head of the request did not arrive in time: send it faster."))
        else:
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        """Answer without the application, and close."""
        self._disarm()
        if self.transport.is_closing():
            return
        body = problem.body()
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *((name.lower().encode(), value.encode()) for name, value in problem.headers.items()),
            *SECURITY_HEADERS,
        ]
        lines = [b"%s: %s\r\n" % header for header in headers]
        self.transport.write(b"".join([STATUS_LINE[problem.status], *lines, b"\r\n", body]))
        self.transport.close()
