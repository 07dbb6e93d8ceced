"""The routes that show how a picture is read: each step of its normalisation, and what the network makes of it."""

from __future__ import annotations

import base64
from typing import Annotated, Any

import cv2
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from inkread.api import Reader
from inkread.explain import explain
from inkread.imaging import Step, load_image, normalize
from inkread.service.core import as_json, holding, service_of
from inkread.service.documents import READING_PROBLEMS, ExplainAnswer, StepsAnswer, pictures
from inkread.service.problems import Problem
from inkread.service.reading import Model
from inkread.types import UInt8Array

router = APIRouter(prefix="/v1", responses=READING_PROBLEMS)
SHOWN_SIDE = 480  # pixels; larger steps are reduced
CAPTIONS = {
    "picture": "The picture as it came",
    "grey": "In shades of grey",
    "ink": "The ink, told from the paper",
    "digit": "The digit, without specks and lines",
    "20 px": "Its longer side brought to 20 pixels",
    "28x28": "Its centre of mass in the middle of 28×28 pixels: what the network gets",
}

Label = Annotated[str | None, Query(min_length=1, max_length=40)]


@router.post("/explain", response_model=None, responses={200: {"model": ExplainAnswer}}, openapi_extra=pictures())
async def explanation(
    request: Request,
    for_label: Annotated[Label, Query(alias="for", description="Whose ink is looked for.", examples=["7"])] = None,
    against: Annotated[Label, Query(description="What it is compared with.", examples=["1"])] = None,
    model: Model = None,
) -> Response:
    """Show layer by layer what a network makes of one digit, and which ink decided."""
    service = service_of(request)
    content = await service.upload(request)
    with holding(request):
        reader = await service.reader(model)
        shown = await service.apart(_explain, reader, content, service.settings.max_pixels, for_label, against)
    return as_json(shown)


@router.post("/steps", response_model=None, responses={200: {"model": StepsAnswer}}, openapi_extra=pictures())
async def steps(request: Request) -> Response:
    """Show each picture on the way from a photo to the network's 28×28 pixels."""
    service = service_of(request)
    content = await service.upload(request)
    with holding(request):
        shown = await service.apart(_show_steps, content, service.settings.max_pixels)
    return as_json(shown)


def _explain(
    reader: Reader, content: bytes, max_pixels: int, for_label: str | None, against: str | None
) -> dict[str, Any]:
    """Explain one picture; errors as of `explain`."""
    pixels = load_image(content, max_pixels=max_pixels)
    return explain(reader, pixels, for_label, against).to_dict()


def _show_steps(content: bytes, max_pixels: int) -> dict[str, Any]:
    """Normalise one picture, and keep what it looked like on the way."""
    normal = normalize(load_image(content, max_pixels=max_pixels), steps=True)
    box = None if normal.box is None else list(normal.box)
    return {"steps": [_show(step) for step in normal.steps], "has_ink": normal.has_ink, "box": box}


def _show(step: Step) -> dict[str, Any]:
    """Turn a step into what a page can show."""
    height, width = step.picture.shape[:2]
    return {
        "name": step.name,
        "caption": CAPTIONS.get(step.name, step.name),
        "width": width,
        "height": height,
        "picture": data_url(step.picture),
    }


def data_url(picture: UInt8Array) -> str:
    """Return a picture, reduced if it is large, as a PNG data URL."""
    factor = SHOWN_SIDE / max(picture.shape[:2])
    if factor < 1:
        size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    done, png = cv2.imencode(".png", picture if picture.ndim == 2 else picture[..., ::-1])
    if not done:
        raise Problem(500, "A step of the picture could not be drawn.")
    return "data:image/png;base64," + base64.b64encode(png.tobytes()).decode("ascii")
