"""The routes that read pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from inkread.api import Reader
from inkread.errors import ImageError, ImageTooLargeError
from inkread.imaging import load_image
from inkread.service.batching import Answer, read_digits
from inkread.service.bodies import MOST_FILES, Upload
from inkread.service.core import as_json, holding, service_of
from inkread.service.documents import (
    READING_PROBLEMS,
    BatchAnswer,
    DigitAnswer,
    NumberAnswer,
    PageAnswer,
    pictures,
)
from inkread.service.problems import sentence
from inkread.service.readers import NAME
from inkread.types import Number, NumberOptions, Page

router = APIRouter(prefix="/v1", responses=READING_PROBLEMS)
LENGTH = r"^[0-9]{1,3}(-[0-9]{1,3})?$"
RANGE = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?,-?[0-9]{1,15}(\.[0-9]{1,6})?$"
DIGITS_AT_ONCE = 32
Model = Annotated[
    str | None,
    Query(pattern=NAME, description="A trained run's id, or `tutorial`.", examples=["quick-1a2b3c"]),
]


def number_options(
    length: Annotated[str | None, Query(pattern=LENGTH, description="So many characters: 5, or 4-6.")] = None,
    pattern: Annotated[
        str | None, Query(min_length=1, max_length=200, description="A regular expression that matches all of it.")
    ] = None,
    range: Annotated[
        str | None, Query(pattern=RANGE, description="Least and greatest value.", examples=["0,150000"])
    ] = None,
    checksum: Annotated[Literal["luhn", "mod11", "mod97"] | None, Query(description="A right check digit.")] = None,
    choices: Annotated[
        list[str] | None, Query(max_length=1000, description="The texts that may stand there; one parameter for each.")
    ] = None,
    separators: Annotated[bool, Query(description="Read point, comma and minus too.")] = False,
) -> NumberOptions:
    """Turn query parameters into what `Reader.number` takes."""
    low, dash, high = (length or "").partition("-")
    least, _, greatest = (range or "").partition(",")
    return {
        "length": None if length is None else (int(low), int(high)) if dash else int(low),
        "pattern": pattern,
        "range": None if range is None else (float(least), float(greatest)),
        "checksum": checksum,
        "choices": choices or None,
        "separators": separators,
    }


NumberParameters = Annotated[NumberOptions, Depends(number_options)]


@router.post("/digit", response_model=None, responses={200: {"model": DigitAnswer}}, openapi_extra=pictures())
async def digit(request: Request, model: Model = None) -> Response:
    """Read the one digit in a picture."""
    service = service_of(request)
    content = await service.upload(request)
    with holding(request):
        reader = await service.reader(model)
        try:
            found = await service.batcher.digit(reader, content)
        except ImageTooLargeError:
            [answer] = await service.apart(read_digits, reader, [content], service.settings.max_pixels)
            if isinstance(answer, Exception):
                raise answer from None
            found = answer
    return as_json(found.to_dict())


@router.post("/number", response_model=None, responses={200: {"model": NumberAnswer}}, openapi_extra=pictures())
async def number(request: Request, options: NumberParameters, model: Model = None) -> Response:
    """Read the one number in a picture that holds little else."""
    service = service_of(request)
    content = await service.upload(request)
    with holding(request):
        reader = await service.reader(model)
        found = await service.apart(read_number, reader, content, service.settings.max_pixels, options)
    return as_json(found.to_dict())


@router.post("/page", response_model=None, responses={200: {"model": PageAnswer}}, openapi_extra=pictures())
async def page(
    request: Request,
    separators: Annotated[bool, Query(description="Read point, comma and minus too.")] = False,
    model: Model = None,
) -> Response:
    """Read all numbers of a page."""
    service = service_of(request)
    content = await service.upload(request)
    with holding(request):
        reader = await service.reader(model)
        found = await service.apart(read_page, reader, content, service.settings.max_pixels, separators)
    return as_json(found.to_dict())


@router.post(
    "/batch", response_model=None, responses={200: {"model": BatchAnswer}}, openapi_extra=pictures(several=True)
)
async def batch(
    request: Request,
    options: NumberParameters,
    kind: Annotated[Literal["digit", "number", "page"], Query(alias="as", description="What each holds.")] = "digit",
    model: Model = None,
) -> Response:
    """Read several pictures; one that cannot be used stands in its place with its error."""
    service = service_of(request)
    files = await service.uploads(request, MOST_FILES)
    with holding(request):
        reader = await service.reader(model)
        results = await service.apart(_read_all, reader, files, service.settings.max_pixels, kind, options)
    return as_json({"results": results})


def read_number(reader: Reader, content: bytes, max_pixels: int, options: NumberOptions) -> Number:
    """Read one number; errors as of `Reader.number`."""
    return reader.number(load_image(content, max_pixels=max_pixels), **options)


def read_page(reader: Reader, content: bytes, max_pixels: int, separators: bool) -> Page:
    """Read one page; errors as of `Reader.page`."""
    return reader.page(load_image(content, max_pixels=max_pixels, grey=True), separators=separators)


def _read_all(
    reader: Reader, files: list[Upload], max_pixels: int, kind: str, options: NumberOptions
) -> list[dict[str, Any]]:
    """Read several files; the JSON of each is that of the command line."""
    results = []
    for file, answer in zip(files, _answers(reader, files, max_pixels, kind, options), strict=True):
        if isinstance(answer, ImageError):
            fields = {"error": sentence(answer)}
        elif isinstance(answer, Exception):
            raise answer
        else:
            fields = answer.to_dict()
        results.append({"path": file.name, "as": kind, "page": None, **fields})
    return results


def _answers(
    reader: Reader, files: list[Upload], max_pixels: int, kind: str, options: NumberOptions
) -> Iterator[Answer | Number | Page]:
    """Read one file after the other; digits in batches."""
    if kind == "digit":
        for start in range(0, len(files), DIGITS_AT_ONCE):
            contents = [file.content for file in files[start : start + DIGITS_AT_ONCE]]
            yield from read_digits(reader, contents, max_pixels)
        return
    for file in files:
        try:
            if kind == "number":
                yield read_number(reader, file.content, max_pixels, options)
            else:
                yield read_page(reader, file.content, max_pixels, options.get("separators", False))
        except ImageError as error:
            yield error
