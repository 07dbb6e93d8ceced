"""The page and its files, out of the package: checked for change by their hash, compressed once."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response

from inkread.service.problems import Problem

router = APIRouter(include_in_schema=False)
STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".onnx": "application/octet-stream",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
WORTH_PACKING = (".css", ".html", ".js", ".json", ".md", ".svg", ".txt")


class _File(NamedTuple):
    """A file as it is sent."""

    content: bytes
    packed: bytes | None
    tag: str


@router.api_route("/", methods=["GET", "HEAD"])
async def index(request: Request) -> Response:
    """Send the page."""
    return _send(request, "index.html")


@router.api_route("/static/{name:path}", methods=["GET", "HEAD"])
async def static(request: Request, name: str) -> Response:
    """Send a file of the page."""
    return _send(request, name)


@router.api_route("/favicon.ico", methods=["GET", "HEAD"])
async def favicon(request: Request) -> Response:
    """Send the icon to browsers that ask for it without being told to."""
    return _send(request, "icon.svg")


def _send(request: Request, name: str) -> Response:
    """Answer with a file, or with 304 if the browser has it already."""
    path = _inside(name)
    kind = None if path is None else MEDIA_TYPES.get(path.suffix)
    if path is None or kind is None:
        raise Problem(404, "The page has no such file.")
    file = _load(path, path.stat().st_mtime_ns)
    headers = {"ETag": file.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if file.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=kind)
    return Response(file.content, headers=headers, media_type=kind)


def _inside(name: str) -> Path | None:
    """Return a file of the folder; None for what is no file, or no file of it."""
    try:
        path = (STATIC / name).resolve()
        return path if path.is_relative_to(STATIC.resolve()) and path.is_file() else None
    except (OSError, ValueError):  # Too long a name, or a zero byte in it.
        return None


@lru_cache(maxsize=256)
def _load(path: Path, changed: int) -> _File:  # noqa: ARG001 - a changed file is another entry
    """Read a file and pack it."""
    content = path.read_bytes()
    packed = gzip.compress(content, mtime=0) if path.suffix in WORTH_PACKING else None
    return _File(content, packed, f'"{hashlib.sha256(content).hexdigest()[:24]}"')
