"""The routes that train: a queue of runs, each followed as it learns."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from inkread.errors import MissingExtraError
from inkread.extras import what_is_missing
from inkread.service.core import Service, as_json, service_of
from inkread.service.documents import problems
from inkread.service.problems import Problem, busy
from inkread.service.readers import NAME
from inkread.service.runs import ENDED, RunFiles, Wish
from inkread.training.config import Loss, Optimizer, Schedule, TrainConfig
from inkread.training.recipes import FACTS, RECIPES, get_recipe

router = APIRouter(prefix="/v1")
# The others train for hours, or on data that people have to bring.
OFFERED = tuple(name for name, recipe in RECIPES.items() if recipe().data == "mnist" and not recipe().compile)
CHANGEABLE = ("batch_size", "learning_rate", "schedule", "loss", "optimizer", "dropout", "limit", "epochs", "seed")
POLL_SECONDS = 0.2
HEARTBEAT_SECONDS = 10.0
PATIENCE_SECONDS = 5.0
MOST_STREAMS = 100

RunId = Annotated[str, Path(pattern=NAME, description="A run's id.")]


class RunRequest(BaseModel):
    """A recipe, and what is changed of it; what is left out keeps the recipe's value."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"recipe": "quick", "epochs": 1, "limit": 5000}]}
    )

    recipe: Literal[OFFERED] = "quick"  # type: ignore[valid-type]
    batch_size: int | None = Field(None, ge=4, le=4096, description="Pictures a step.")
    learning_rate: float | None = Field(None, gt=0, le=100, allow_inf_nan=False)
    schedule: Schedule | None = None
    loss: Literal["cross-entropy", "nll", "mse"] | None = None
    optimizer: Optimizer | None = None
    dropout: float | None = Field(None, ge=0, le=0.9)
    limit: int | None = Field(None, ge=10, le=60_000, description="Train with so many pictures only.")
    epochs: int | None = Field(None, ge=1, le=50)
    seed: int | None = Field(None, ge=0, lt=2**31)


class Run(BaseModel):
    """A run as it stands."""

    id: str
    recipe: str
    state: Literal["queued", "running", "stopped", "failed", "done"]
    detail: str = Field(description="Why it is in that state, where there is something to say.")
    options: dict[str, Any] = Field(description="What was changed of the recipe.")
    config: dict[str, Any] = Field(description="The complete configuration.")
    created: float = Field(description="Seconds since 1970.")
    progress: dict[str, Any] | None
    has_model: bool
    can_resume: bool


class RunList(BaseModel):
    """All runs, the oldest first."""

    runs: list[Run]


class Recipe(BaseModel):
    """What can be trained, and what to expect of it."""

    name: str
    network: str
    parameters: int
    accuracy: float | None = Field(description="On MNIST's test pictures, per cent.")
    seconds: int = Field(description="On two cores, about.")
    defaults: dict[str, Any]


class Recipes(BaseModel):
    """What can be trained here."""

    recipes: list[Recipe]
    can_train: bool
    detail: str = Field(description="Why nothing can be trained, where that is so.")


_RUN: dict[int | str, dict[str, Any]] = {200: {"model": Run}, **problems(404, 409, 422)}


@router.get("/recipes", response_model=None, responses={200: {"model": Recipes}, **problems()})
async def recipes(request: Request) -> Response:
    """List what can be trained."""
    missing = why_not(service_of(request))
    return as_json({"recipes": [_recipe(name) for name in OFFERED], "can_train": not missing, "detail": missing})


@router.post("/runs", status_code=202, response_model=None, responses={202: {"model": Run}, **problems(409, 422, 429)})
async def start(request: Request, wanted: RunRequest) -> Response:
    """Put a training into the queue; one runs at a time."""
    service = service_of(request)
    if missing := why_not(service):
        raise MissingExtraError(missing)
    options = wanted.model_dump(exclude_none=True, exclude={"recipe"})
    config = configure(wanted.recipe, options)
    name = service.runs.create(wanted.recipe, options, config.to_dict())
    return as_json(service.runs.view(name), 202)


@router.get("/runs", response_model=None, responses={200: {"model": RunList}, **problems()})
async def runs(request: Request) -> Response:
    """List the runs."""
    found = service_of(request).runs
    return as_json({"runs": [found.view(name) for name in found.names()]})


@router.get("/runs/{run_id}", response_model=None, responses=_RUN)
async def run(request: Request, run_id: RunId) -> Response:
    """Say how a run stands."""
    return as_json(service_of(request).runs.view(run_id))


@router.post("/runs/{run_id}/stop", response_model=None, responses=_RUN)
async def stop(request: Request, run_id: RunId) -> Response:
    """Stop a run; it saves where it stands."""
    service = service_of(request)
    if service.runs.view(run_id)["state"] in ENDED:
        raise Problem(409, f"The run {run_id!r} does not train: there is nothing to stop.")
    await _wish(service, run_id, "stop")
    return as_json(service.runs.view(run_id))


@router.post("/runs/{run_id}/resume", response_model=None, responses=_RUN)
async def resume(request: Request, run_id: RunId) -> Response:
    """Go on with a run that was stopped, as if nothing had happened."""
    service = service_of(request)
    if not service.runs.view(run_id)["can_resume"]:
        raise Problem(409, f"The run {run_id!r} was not stopped: there is nothing to resume.")
    await _wish(service, run_id, "resume")
    return as_json(service.runs.view(run_id))


@router.delete("/runs/{run_id}", status_code=204, response_model=None, responses=problems(404, 422))
async def delete(request: Request, run_id: RunId) -> Response:
    """Delete a run with all that it left; one that trains is stopped first."""
    service = service_of(request)
    service.runs.existing(run_id)
    await _wish(service, run_id, "delete")
    return Response(status_code=204)


@router.get(
    "/runs/{run_id}/model.onnx",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}, **problems(404, 422)},
)
async def model(request: Request, run_id: RunId) -> Response:
    """Download the trained model."""
    path = service_of(request).runs.existing(run_id).model
    if not path.is_file():
        raise Problem(404, f"The run {run_id!r} has no model yet: wait until it is done.")
    headers = {"Content-Disposition": f'attachment; filename="{run_id}.onnx"'}
    return Response(path.read_bytes(), headers=headers, media_type="application/octet-stream")


@router.get(
    "/runs/{run_id}/events",
    response_class=Response,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Server-sent events"},
        **problems(404, 422, 503),
    },
)
async def events(request: Request, run_id: RunId) -> Response:
    """Follow a run: what happened already, then what happens, until it ends. Last-Event-ID goes on after an event."""
    service = service_of(request)
    files = service.runs.existing(run_id)
    if service.streams >= MOST_STREAMS:
        raise busy("As many follow the runs as the service can tell: ask again in a while.", 10)
    last = request.headers.get("last-event-id", "")
    stream = _follow(request, service, run_id, files, int(last) if last.isdecimal() and len(last) < 10 else 0)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def why_not(service: Service) -> str:
    """Say why nothing can be trained; empty where it can."""
    if not service.settings.train:
        return "Training is switched off: start the service without --no-train."
    return what_is_missing("train", "Training")


def configure(recipe: str, options: dict[str, Any]) -> TrainConfig:
    """Complete what was asked for.

    Raises:
        ConfigError: if it makes no sense together.
    """
    config = get_recipe(recipe)
    loss: Loss = options.get("loss", config.loss)
    if loss != "cross-entropy":  # The others know no label smoothing.
        config = config.with_options({"label_smoothing": 0.0})
    return config.with_options({**options, "device": "cpu"})


def _recipe(name: str) -> dict[str, Any]:
    """Describe a recipe."""
    facts, config = FACTS[name], get_recipe(name).to_dict()
    return {
        "name": name,
        "network": facts.network,
        "parameters": facts.parameters,
        "accuracy": facts.accuracy,
        "seconds": facts.seconds,
        "defaults": {option: config[option] for option in CHANGEABLE},
    }


async def _wish(service: Service, run_id: str, wish: Wish) -> None:
    """Ask for something and wait a moment for it to be done."""
    path = service.runs.wish(run_id, wish)
    end = time.monotonic() + PATIENCE_SECONDS
    while path.exists() and time.monotonic() < end:
        await asyncio.sleep(POLL_SECONDS / 4)


async def _follow(request: Request, service: Service, run_id: str, files: RunFiles, last: int) -> AsyncIterator[bytes]:
    """Yield a run's events, framed, and count who follows."""
    service.streams += 1
    try:
        async for event in _events(request, service, run_id, files, last):
            yield event
    finally:
        service.streams -= 1


async def _events(request: Request, service: Service, run_id: str, files: RunFiles, last: int) -> AsyncIterator[bytes]:
    """Yield a run's events from the one after `last` on, until it has ended."""
    gate = request.state.gate
    number, offset, spoken = 0, 0, time.monotonic()
    while not gate.stopping and files.events.exists():
        state = service.runs.state(run_id)["state"]
        with files.events.open("rb") as file:
            file.seek(offset)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        offset += len(whole)
        for line in whole.splitlines():
            number += 1
            if number > last:
                spoken = time.monotonic()
                yield _event(number, line)
        if state in ENDED:
            yield _event(number, json.dumps({"event": "end", "state": state}).encode())
            return
        if time.monotonic() - spoken > HEARTBEAT_SECONDS:
            spoken = time.monotonic()
            yield b": still here\n\n"
        await asyncio.sleep(POLL_SECONDS)


def _event(number: int, line: bytes) -> bytes:
    """Frame one event."""
    name = str(json.loads(line)["event"]).encode()
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, name, line)
