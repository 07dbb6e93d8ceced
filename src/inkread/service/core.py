"""What the routes share: one value for each worker process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from fastapi import Request
from fastapi.responses import Response

from inkread.api import Reader
from inkread.service.admission import Admission
from inkread.service.batching import Batcher
from inkread.service.bodies import Upload, client_of, read_uploads
from inkread.service.metrics import Metrics
from inkread.service.problems import busy
from inkread.service.readers import Readers
from inkread.service.runs import Runs
from inkread.service.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Service:
    """The worker's settings and everything that it keeps while it lives; `streams` counts who follows a run."""

    settings: Settings
    admission: Admission
    metrics: Metrics
    readers: Readers
    runs: Runs
    batcher: Batcher
    threads: ThreadPoolExecutor
    streams: int = 0

    async def upload(self, request: Request) -> bytes:
        """Read the one picture of a request; errors as of `read_uploads`."""
        return (await read_uploads(request, self.settings, self.admission))[0].content

    async def uploads(self, request: Request, most: int) -> list[Upload]:
        """Read the pictures of a request; errors as of `read_uploads`."""
        return await read_uploads(request, self.settings, self.admission, most=most)

    async def reader(self, name: str | None) -> Reader:
        """Open a model; errors as of `Readers.get`."""
        return self.readers.default if name is None else await self.apart(self.readers.get, name)

    async def apart(self, function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        """Run what takes long in a thread, one of few.

        Raises:
            Problem: 503 if it takes too long.
            Exception: what the function raises.
        """
        work = self.threads.submit(function, *arguments, **options)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(work), self.settings.answer_seconds)
        except TimeoutError:
            work.cancel()
            raise busy("The service could not finish this in time: send a smaller picture, or ask again.", 10) from None


def service_of(request: Request) -> Service:
    """Return the worker's service."""
    service: Service = request.app.state.service
    return service


def holding(request: Request) -> Any:
    """Count a request while it is worked on; see `Admission.hold`."""
    return service_of(request).admission.hold(client_of(request))


def as_json(value: Any, status: int = 200) -> Response:
    """Return an answer."""
    return Response(json.dumps(value), status, {"Cache-Control": "no-store"}, "application/json")
