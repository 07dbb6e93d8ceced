"""The body of a request, in memory alone: read with limits of bytes and time, and taken apart where it is multipart."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, NamedTuple

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from inkread.service.admission import Admission
from inkread.service.problems import Problem
from inkread.service.settings import Settings

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

# curl --data-binary says urlencoded of whatever it sends; what the bytes are is seen when they are decoded.
RAW = ("application/octet-stream", "binary/octet-stream", "image/", "application/x-www-form-urlencoded")
MULTIPART = "multipart/form-data"
MOST_FILES = 256
MOST_PARTS = MOST_FILES + 16
LONGEST_NAME = 255
# It logs a line for each damaged form: whoever sends many would fill the log.
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)


class Upload(NamedTuple):
    """One file of a request.

    Attributes:
        name: what the client calls it; only ever shown, never a path to anything here. Empty for a raw body.
        content: its bytes.
    """

    name: str
    content: bytes


async def read_uploads(request: Request, settings: Settings, admission: Admission, *, most: int = 1) -> list[Upload]:
    """Read the files of a request; the room they take is lent until the request ends (see `Admission.room`).

    Args:
        request: with a body of pictures, raw or multipart.
        settings: the limits.
        admission: checked before a byte is read.
        most: files that are taken.

    Returns:
        One file or more.

    Raises:
        Problem: 408, 413, 415, 422, 429 or 503.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_form = kind == MULTIPART
    if not is_form and kind and not kind.startswith(RAW):
        raise Problem(
            415, f"A picture comes as image/*, application/octet-stream or {MULTIPART}, not as {kind[:80]}: send one."
        )
    admission.check(client_of(request))
    body = await read_body(request, settings)
    if not is_form:
        files = [Upload("", body)]
    else:
        files = await asyncio.to_thread(split_form, body, request.headers["content-type"])
    if not files or not any(file.content for file in files):
        raise Problem(422, "There is no picture in the request: send one as the body, or as the form field `file`.")
    if len(files) > most:
        text = "one picture here: /v1/batch takes several" if most == 1 else f"up to {most} pictures: send fewer"
        raise Problem(422, f"There are {len(files)} files in the request, and the service takes {text}.")
    return files


async def read_body(request: Request, settings: Settings) -> bytes:
    """Read the whole body.

    Raises:
        Problem: 413 if it is, or says that it will be, too large; 408 if it comes too slowly; 503 if there is no room.
        ClientDisconnect: if the client has gone.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > settings.max_bytes:
        raise too_large(settings)
    room = request.state.room
    chunks, size = [], 0
    try:
        async with asyncio.timeout(settings.body_seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > settings.max_bytes:
                    raise too_large(settings)
                room.grow(len(chunk))
                chunks.append(chunk)
    except TimeoutError:
        detail = f"The body did not arrive within {settings.body_seconds:g} seconds: send it faster, or a smaller one."
        raise Problem(408, detail, headers={"Connection": "close"}) from None
    return b"".join(chunks)


def too_large(settings: Settings) -> Problem:
    """Refuse a body for its size."""
    return Problem(
        413,
        f"The body has more than {settings.max_bytes / 1_000_000:g} MB, which is the most: send a smaller picture.",
        headers={"Connection": "close"},
    )


def client_of(request: Request) -> str:
    """Return the address of who asks."""
    return request.client.host if request.client else ""


def split_form(body: bytes, content_type: str) -> list[Upload]:
    """Take a multipart form apart; fields that are no files are ignored, parts within parts are not looked into.

    Args:
        body: the whole of it.
        content_type: the header, with the boundary.

    Returns:
        The files in their order.

    Raises:
        Problem: 422 if it is no such form, or has too many parts.
    """
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not boundary:
        raise Problem(422, "The form names no boundary in its Content-Type: send it again.")
    form = _Form()
    try:
        parser = MultipartParser(boundary, form.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise Problem(422, "The form is damaged and cannot be taken apart: send it again.") from error
    if not form.is_complete:
        raise Problem(422, "The form ends before its last boundary: send it again.")
    return form.files


class _Form:
    """Gathers what the parser finds."""

    def __init__(self) -> None:
        self.files: list[Upload] = []
        self.is_complete = False
        self._parts = 0
        self._header: list[bytes] = [b"", b""]
        self._disposition = b""
        self._content: list[bytes] = []

    def callbacks(self) -> MultipartCallbacks:
        """Return what the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_header_field": lambda data, start, end: self._head(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._head(1, data[start:end]),
            "on_header_end": self._end_head,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise Problem(422, f"The form has more than {MOST_PARTS} parts: send fewer.")
        self._disposition, self._content = b"", []

    def _head(self, place: int, data: bytes) -> None:
        self._header[place] += data

    def _end_head(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = value
        self._header = [b"", b""]

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._content.append(data[start:end])

    def _end(self) -> None:
        options = parse_options_header(self._disposition)[1]
        if b"filename" in options or options.get(b"name") in (b"file", b"files"):
            self.files.append(Upload(shown_name(options.get(b"filename", b"")), b"".join(self._content)))

    def _finish(self) -> None:
        self.is_complete = True


def shown_name(raw: bytes) -> str:
    """Return a file name as text without folders and control characters, shortened where it is very long."""
    text = raw.decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in text if character.isprintable())[:LONGEST_NAME]
