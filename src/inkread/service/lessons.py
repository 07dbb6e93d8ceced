"""The lessons: Markdown of the package, as HTML."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markdown_it import MarkdownIt
from pydantic import BaseModel

from inkread.service.core import as_json
from inkread.service.documents import problems
from inkread.service.problems import Problem

router = APIRouter(prefix="/v1")
FOLDER = Path(__file__).parent / "lessons"


class Lesson(BaseModel):
    """A lesson; the live figure of the same name is static/lessons/NAME.js."""

    name: str
    number: int
    title: str


class LessonText(Lesson):
    """A lesson with its text."""

    html: str


class Lessons(BaseModel):
    """All lessons, in their order."""

    lessons: list[Lesson]


@router.get("/lessons", response_model=None, responses={200: {"model": Lessons}, **problems()})
async def lessons(request: Request) -> Response:  # noqa: ARG001
    """List the lessons."""
    return as_json({"lessons": [_head(path) for path in _paths().values()]})


@router.get("/lessons/{name}", response_model=None, responses={200: {"model": LessonText}, **problems(404, 422)})
async def lesson(name: str) -> Response:
    """Give a lesson's text as HTML."""
    path = _paths().get(name)
    if path is None:
        raise Problem(404, "There is no lesson of that name: /v1/lessons lists them.")
    return as_json({**_head(path), "html": _html(path, path.stat().st_mtime_ns)})


def _paths() -> dict[str, Path]:
    """Return the files by name; they are called NN-name.md."""
    return {path.stem.partition("-")[2]: path for path in sorted(FOLDER.glob("[0-9][0-9]-*.md"))}


def _head(path: Path) -> dict[str, str | int]:
    """Return name, number and title."""
    number, _, name = path.stem.partition("-")
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return {"name": name, "number": int(number), "title": first.lstrip("# ").strip()}


@lru_cache(maxsize=64)
def _html(path: Path, changed: int) -> str:  # noqa: ARG001 - a changed file is another entry
    """Render a text; HTML within it stays text."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    return str(renderer.render(path.read_text(encoding="utf-8")))
