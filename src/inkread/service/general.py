"""The routes about the service itself: model card, health, metrics."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from inkread.service.core import as_json, service_of
from inkread.service.documents import problems
from inkread.service.metrics import MEDIA_TYPE
from inkread.service.problems import busy
from inkread.service.reading import Model

router = APIRouter()
_TEXT: dict[str, Any] = {"content": {"text/plain": {"schema": {"type": "string"}}}}


@router.get("/v1/model", response_model=None, responses={200: {"model": dict[str, Any]}, **problems(404, 409, 422)})
async def model(request: Request, model: Model = None) -> Response:
    """Give a model's card: what it reads, how it was trained, and how well it does."""
    reader = await service_of(request).reader(model)
    return as_json(json.loads(reader.card.to_json()))


@router.get("/healthz", response_model=None, responses={200: {"model": dict[str, str]}, **problems()})
async def health() -> Response:
    """Say that the process lives."""
    return as_json({"status": "ok"})


@router.get("/readyz", response_model=None, responses={200: {"model": dict[str, str]}, **problems(503)})
async def ready(request: Request) -> Response:
    """Say whether the service takes on more."""
    service = service_of(request)
    if request.state.gate.stopping or service.admission.waiting >= service.settings.max_waiting:
        raise busy("The service takes on nothing more at the moment.")
    return as_json({"status": "ready"})


@router.get("/metrics", response_class=Response, responses={200: _TEXT, **problems()})
async def metrics(request: Request) -> Response:
    """Give the counters as Prometheus reads them."""
    return Response(service_of(request).metrics.text(), media_type=MEDIA_TYPE)
