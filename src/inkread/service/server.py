"""Starting and ending the service: the socket, the workers, the training."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import uvicorn
from uvicorn.supervisors.multiprocess import Multiprocess

from inkread.errors import ConfigError
from inkread.service.app import create_app
from inkread.service.metrics import FOLDER
from inkread.service.protocol import GuardedProtocol
from inkread.service.readers import open_default
from inkread.service.runs import Runs
from inkread.service.scheduler import Scheduler, runs_folder
from inkread.service.settings import Settings

BACKLOG = 2048
FILES = 65_536
KEEP_ALIVE_SECONDS = 15


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until the process is told to end, then finish what was begun.

    Args:
        settings: how.
        ready: told the address once requests are answered.

    Raises:
        ConfigError: if the address cannot be had.
        InkreadError: if the model cannot be used.
    """
    reader = open_default(settings.model, settings.min_confidence)
    _allow_many_files()
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(settings.host, settings.port))
        settings = replace(settings, runs=str(stack.enter_context(runs_folder())))
        scheduler = Scheduler(Runs(Path(settings.runs)), settings)
        scheduler.start()
        stack.callback(scheduler.end)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{listener.getsockname()[1]}"
        if settings.workers == 1:
            # uvicorn raises the signal that ended it once more when all is done; that must not end the process.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda _number, _frame: None)
            config = _config(create_app(settings, reader), settings)
            _Server(config, lambda: ready(address)).run([listener])
        else:
            _serve_by_many(settings, listener, lambda: ready(address), stack)


def _serve_by_many(settings: Settings, listener: socket.socket, ready: Callable[[], None], stack: ExitStack) -> None:
    """Serve by several processes, whose counters meet in a temporary folder."""
    os.environ[FOLDER] = stack.enter_context(tempfile.TemporaryDirectory(prefix="inkread-metrics-"))
    settings.publish()
    supervisor = _Supervisor(_config("inkread.service.app:worker_app", settings), [listener])
    supervisor.ready = ready
    supervisor.run()


class _Server(uvicorn.Server):
    """Says when it is there."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self._ready()


class _Supervisor(Multiprocess):
    """Says when its workers are there."""

    ready: Callable[[], None]

    def init_processes(self) -> None:
        """Start the workers, and say so."""
        super().init_processes()
        if all(process.wait_until_ready(60, self.should_exit) for process in self.processes):
            self.ready()


def _config(app: object, settings: Settings) -> uvicorn.Config:
    """Configure uvicorn; it is quiet, and takes no client's word for where it comes from."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        factory=isinstance(app, str),
        http=GuardedProtocol,
        ws="none",
        lifespan="on",
        workers=settings.workers,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=round(settings.stop_seconds),
    )


def _listen(host: str, port: int) -> socket.socket:
    """Open the socket.

    Raises:
        ConfigError: if the address cannot be had.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if isinstance(error.errno, int) and error.errno > 0 else error.strerror
        raise ConfigError(f"cannot listen at {host}:{port} ({reason}): choose another --host or --port.") from error
    # Accepted sockets inherit it. asyncio sees to it only where a socket names its protocol, which this one does not;
    # without it the body of an answer waits for the client's delayed acknowledgement of the head, some 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.set_inheritable(True)
    return listener


def _allow_many_files() -> None:
    """Raise the number of connections that the system lets this process have, as far as it may."""
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
