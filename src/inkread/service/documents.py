"""What the OpenAPI document says of bodies and answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from inkread.service.problems import MEDIA_TYPE

Box = Annotated[list[int], Field(min_length=4, max_length=4)]
SEVEN: dict[str, Any] = {
    "label": "7",
    "confidence": 0.998412,
    "accepted": True,
    "reason": None,
    "probabilities": [0.0, 0.0001, 0.0002, 0.0003, 0.0, 0.0, 0.0, 0.998412, 0.0, 0.000988],
    "box": [18, 11, 112, 140],
}
NUMBER: dict[str, Any] = {
    "text": "7",
    "confidence": 0.998412,
    "accepted": True,
    "reason": None,
    "digits": [SEVEN],
    "box": [18, 11, 112, 140],
    "kind": None,
    "line": None,
}


class DigitAnswer(BaseModel):
    """One digit as it was read."""

    model_config = ConfigDict(json_schema_extra={"examples": [SEVEN]})

    label: str = Field(description="The most probable class; empty where there is no ink.")
    confidence: float = Field(ge=0, le=1, description="Calibrated probability of the label.")
    accepted: bool
    reason: str | None = Field(description="Why it was not accepted.")
    probabilities: list[float] = Field(description="Of each of the model's labels.")
    box: Box | None = Field(description="x0, y0, x1, y1 of the ink, in pixels of the picture.")


class NumberAnswer(BaseModel):
    """One number as it was read."""

    model_config = ConfigDict(json_schema_extra={"examples": [NUMBER]})

    text: str
    confidence: float = Field(ge=0, le=1)
    accepted: bool
    reason: str | None
    digits: list[DigitAnswer]
    box: Box | None
    kind: Literal["handwritten", "printed"] | None
    line: int | None


class PageAnswer(BaseModel):
    """A page as it was read."""

    numbers: list[NumberAnswer] = Field(description="In reading order.")
    width: int
    height: int
    rotation: float = Field(description="Degrees to turn the picture, clockwise, for the page to stand upright.")


class BatchAnswer(BaseModel):
    """Several pictures: for each its name and its result, or its error."""

    results: list[dict[str, Any]]


class Step(BaseModel):
    """One picture on the way to the network's input."""

    name: str
    caption: str
    width: int
    height: int
    picture: str = Field(description="PNG as a data URL.")


class StepsAnswer(BaseModel):
    """How a picture becomes the network's input."""

    steps: list[Step]
    has_ink: bool
    box: Box | None


class ExplainAnswer(BaseModel):
    """What a network makes of one digit: its reading, steps, layers, votes, deciding ink and nearest examples."""

    model_config = ConfigDict(extra="allow")

    digit: DigitAnswer


class Fault(BaseModel):
    """One parameter that does not fit."""

    where: str
    what: str


class ProblemAnswer(BaseModel):
    """Problem details, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str = Field(description="One sentence: what is wrong and what to do.")
    errors: list[Fault] = Field(default=[], description="The single faults, where there are several.")


REASONS = {
    400: "No HTTP, or a damaged body",
    401: "The token is missing or wrong",
    403: "Sent by another site",
    404: "There is no such thing",
    405: "The address does not take this method",
    408: "The body came too slowly",
    409: "Not possible as things stand",
    413: "Too many bytes or pixels",
    415: "No picture by its type",
    421: "Called under a name that is not allowed",
    422: "A picture or parameter cannot be used",
    429: "Too many requests of this client",
    503: "Too much to do, ask again after Retry-After seconds",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problem answers of a route."""
    every = sorted({401, 403, 421, *statuses})
    return {
        status: {
            "description": REASONS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}},
        }
        for status in every
    }


READING_PROBLEMS = problems(404, 408, 409, 413, 415, 422, 429, 503)
_BINARY = {"type": "string", "format": "binary"}


def pictures(*, several: bool = False) -> dict[str, Any]:
    """Describe a body that holds a picture, or several."""
    field = {"type": "array", "items": _BINARY, "minItems": 1} if several else _BINARY
    name = "files" if several else "file"
    form = {"schema": {"type": "object", "properties": {name: field}, "required": [name]}}
    raw = {} if several else {"image/png": {"schema": _BINARY}, "application/octet-stream": {"schema": _BINARY}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": form, **raw}}}
