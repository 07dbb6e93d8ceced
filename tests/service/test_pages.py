"""The page's files and the lessons as the browser gets them."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

import inkread.service
from tests.service.conftest import check_headers, problem

STATIC = Path(inkread.service.__file__).parent / "static"
LARGEST_PAGE = 500_000


def test_the_page_and_everything_it_names_are_there(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    check_headers(page.headers)
    named = re.findall(r'(?:src|href)="(static/[^"]+)"', page.text)
    assert named
    for name in named:
        assert client.get(f"/{name}").status_code == 200, name
    assert "<style" not in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", page.text), "the policy forbids inline code"


@pytest.mark.parametrize("path", sorted(p for p in STATIC.rglob("*") if p.is_file()), ids=lambda path: path.name)
def test_every_file_has_its_type(client: httpx.Client, path: Path) -> None:
    answer = client.get(f"/static/{path.relative_to(STATIC).as_posix()}")
    assert answer.content == path.read_bytes()
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
    assert answer.headers["content-type"].startswith(kinds.get(path.suffix, ""))


def test_the_page_is_light(client: httpx.Client) -> None:
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    packed = {"Accept-Encoding": "gzip"}
    sizes = []
    for path in files:
        with client.stream("GET", f"/static/{path.relative_to(STATIC).as_posix()}", headers=packed) as answer:
            sizes.append(sum(len(part) for part in answer.iter_raw()))
    assert sum(sizes) <= LARGEST_PAGE


def test_what_the_browser_has_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/")
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["vary"] == "Accept-Encoding"
    again = client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get("/", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == first.text
    assert client.head("/").headers["content-type"] == first.headers["content-type"]


WAYS_OUT = [
    "/static/../settings.py",
    "/static/%2e%2e/settings.py",
    "/static/..%2fsettings.py",
    "/static/%2fetc/passwd",
    "/static//etc/passwd",
    "/static/..\\settings.py",
    "/static/%00",
    "/static/" + "a" * 5000,
    "/static/",
    "/static/lessons",
]


@pytest.mark.parametrize("path", WAYS_OUT)
def test_there_is_no_way_out_of_the_folder(client: httpx.Client, path: str) -> None:
    request = client.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=path.encode())
    problem(client.send(request), 404)


def test_lessons_are_listed_and_rendered(client: httpx.Client) -> None:
    lessons = client.get("/v1/lessons").json()["lessons"]
    assert [lesson["number"] for lesson in lessons] == sorted(lesson["number"] for lesson in lessons)
    for lesson in lessons:
        text = client.get(f"/v1/lessons/{lesson['name']}").json()
        assert text["title"] == lesson["title"] != ""
        assert "<h1>" in text["html"]
        assert "<script" not in text["html"]
    problem(client.get("/v1/lessons/nothing"), 404)
    problem(client.get("/v1/lessons/..%2F..%2Fsettings"), 404)
