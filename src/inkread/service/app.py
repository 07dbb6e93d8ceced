"""The application: routes put together, within the gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from inkread.api import Reader
from inkread.service import explaining, general, lessons, pages, problems, reading, training
from inkread.service.admission import Admission
from inkread.service.batching import Batcher
from inkread.service.core import Service
from inkread.service.documents import ProblemAnswer
from inkread.service.gate import Gate
from inkread.service.metrics import Metrics
from inkread.service.readers import Readers, open_default
from inkread.service.runs import Runs
from inkread.service.settings import Settings
from inkread.version import __version__

SLOW_THREADS = 2
DESCRIPTION = "Reads handwritten digits, numbers and pages; shows how; trains. Errors are problem details (RFC 9457)."


def worker_app() -> Gate:
    """Make the application in a worker process, of the settings that the parent published."""
    settings = Settings.published()
    return create_app(settings, open_default(settings.model, settings.min_confidence))


def create_app(settings: Settings, reader: Reader) -> Gate:
    """Put the application together.

    Args:
        settings: how it is run.
        reader: what reads where no model is named.

    Returns:
        An ASGI application; its threads start and end with its lifespan.
    """
    admission, metrics = Admission(settings), Metrics()
    runs = Runs(Path(settings.runs))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        batcher = Batcher(settings.batch, metrics.batch)
        threads = ThreadPoolExecutor(SLOW_THREADS, thread_name_prefix="slow")
        app.state.service = Service(
            settings=settings,
            admission=admission,
            metrics=metrics,
            readers=Readers(reader, runs.folder),
            runs=runs,
            batcher=batcher,
            threads=threads,
        )
        yield
        batcher.close()
        threads.shutdown(cancel_futures=True)

    app = FastAPI(
        title="inkread",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    problems.install(app)
    for room in (reading, explaining, general, lessons, training, pages):
        app.include_router(room.router)
    _document(app, settings)
    return Gate(app, settings, admission, metrics)


def _document(app: FastAPI, settings: Settings) -> None:
    """Let the OpenAPI document know the problem answers and the token."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            schemas = schema["components"]["schemas"]
            answer = ProblemAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(answer.pop("$defs", {}))
            schemas["ProblemAnswer"] = answer
            if settings.token is not None:
                schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
                schema["security"] = [{"token": []}]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
