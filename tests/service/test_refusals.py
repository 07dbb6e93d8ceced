"""What is refused, and how: always a problem answer with one sentence."""

from __future__ import annotations

import io
import zlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import PIL.Image
import pytest

from tests.service.conftest import Service, check_headers, png, problem


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/html", "video/mp4", "application/pdf", "x"])
def test_what_is_no_picture_by_its_type(client: httpx.Client, seven: bytes, kind: str) -> None:
    problem(client.post("/v1/digit", content=seven, headers={"Content-Type": kind}), 415)


def test_what_curl_says_of_any_body_is_no_hindrance(client: httpx.Client, seven: bytes) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}  # of `curl --data-binary @seven.png`
    assert client.post("/v1/digit", content=seven, headers=kind).json()["label"] == "7"
    problem(client.post("/v1/digit", content=b"a=1&b=2", headers=kind), 422)


BROKEN = {
    "nothing": b"",
    "text": b"this is no picture",
    "a truncated PNG": png(np.zeros((50, 50), np.uint8))[:60],
    "a HEIC photo": b"\0\0\0\x18ftypheic" + bytes(40),
    "a PDF": b"%PDF-1.7\n",
    "an SVG": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("path", ["/v1/digit", "/v1/number", "/v1/page", "/v1/steps", "/v1/explain"])
def test_what_is_no_picture_by_its_bytes(client: httpx.Client, path: str, content: bytes) -> None:
    problem(client.post(path, content=content), 422)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(bearer: httpx.Client) -> None:
    file = io.BytesIO()
    PIL.Image.new("1", (9_000, 9_000)).save(file, "PNG")  # 81 megapixels in 11 kB
    assert "megapixels" in problem(bearer.post("/v1/digit", content=file.getvalue()), 413)
    just_too_many = png(np.zeros((1001, 1000), np.uint8))
    assert "1 megapixels" in problem(bearer.post("/v1/number", content=just_too_many), 413)
    assert bearer.post("/v1/number", content=png(np.zeros((1000, 1000), np.uint8))).status_code == 200


def test_a_header_that_promises_a_huge_picture(client: httpx.Client, seven: bytes) -> None:
    chunk = b"IHDR" + (2**31 - 1).to_bytes(4, "big") * 2 + seven[24:29]
    huge = seven[:12] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + seven[33:]
    problem(client.post("/v1/digit", content=huge), 413)


PARAMETERS = [
    "/v1/number?length=x",
    "/v1/number?length=5-4",
    "/v1/number?length=0",
    "/v1/number?range=5",
    "/v1/number?range=9,1",
    "/v1/number?pattern=(",
    "/v1/number?pattern=a%7B999%7D",
    "/v1/number?pattern=" + "x" * 300,
    "/v1/number?checksum=nix",
    "/v1/number?choices=",
    "/v1/number?separators=perhaps",
    "/v1/digit?model=UPPER",
    "/v1/digit?model=..%2F..%2Fetc",
    "/v1/explain?for=7&against=7",
]


@pytest.mark.parametrize("path", PARAMETERS)
def test_parameters_that_make_no_sense(client: httpx.Client, seven: bytes, path: str) -> None:
    problem(client.post(path, content=seven), 422)


def test_paths_and_methods_that_are_not_there(client: httpx.Client) -> None:
    problem(client.get("/v1/nothing"), 404)
    problem(client.get("/docs"), 404)
    answer = client.put("/v1/digit", content=b"x")
    problem(answer, 405)
    assert answer.headers["allow"] == "POST"


FORMS = {
    "no boundary": ("multipart/form-data", b"--x\r\n\r\n--x--"),
    "no end": ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc'),
    "no parts": ("multipart/form-data; boundary=x", b"--x--\r\n"),
    "garbage": ("multipart/form-data; boundary=x", b"\x00\xff" * 100),
    "a field alone": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="remark"\r\n\r\nhello\r\n--x--\r\n',
    ),
    "too long a header": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: " + b"a" * 10_000 + b"\r\n\r\nabc\r\n--x--\r\n",
    ),
    "too many headers": (
        "multipart/form-data; boundary=x",
        b"--x\r\n" + b"A: b\r\n" * 50 + b"\r\nabc\r\n--x--\r\n",
    ),
    "too long a boundary": ("multipart/form-data; boundary=" + "x" * 5000, b"--x\r\n"),
    "a thousand parts": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nb\r\n' * 1000 + b"--x--\r\n",
    ),
    "parts within parts": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: multipart/mixed; boundary=y'
        b"\r\n\r\n" + b"--y\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n" * 500 + b"--y--\r\n--x--\r\n",
    ),
}


@pytest.mark.parametrize(("kind", "body"), FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("path", ["/v1/digit", "/v1/batch"])
def test_damaged_and_hostile_forms(client: httpx.Client, path: str, kind: str, body: bytes) -> None:
    answer = client.post(path, content=body, headers={"Content-Type": kind})
    if path == "/v1/batch" and "parts within" in str(answer.request.content):
        return
    if path == "/v1/batch" and body.count(b"--y"):
        assert "error" in answer.json()["results"][0]
        return
    problem(answer, 422)


def test_one_picture_means_one(client: httpx.Client, seven: bytes) -> None:
    files = [("file", ("a.png", seven, "image/png")), ("file", ("b.png", seven, "image/png"))]
    assert "/v1/batch" in problem(client.post("/v1/digit", files=files), 422)


NAMES = {
    "../../../../etc/passwd": "passwd",
    "C:\\Windows\\evil.png": "evil.png",
    "<script>alert(1)</script>.png": "script>.png",
    "a\u202egnp.exe": "agnp.exe",
    "x" * 5000: "x" * 255,
}


@pytest.mark.parametrize(("name", "shown"), NAMES.items(), ids=["path", "drive", "script", "turned", "long"])
def test_file_names_are_text_and_never_paths(client: httpx.Client, seven: bytes, name: str, shown: str) -> None:
    answer = client.post("/v1/batch", files=[("files", (name, seven, "image/png"))])
    if len(name) > 4000:
        problem(answer, 422)
        return
    assert answer.json()["results"][0]["path"] == shown
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_without_the_token_nothing_is_told(strict: Service, bearer: httpx.Client, seven: bytes) -> None:
    with strict.client() as stranger:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic b3Blbg=="}):
            answer = stranger.post("/v1/digit", content=seven, headers=headers)
            problem(answer, 401)
            assert answer.headers["www-authenticate"] == "Bearer"
        problem(stranger.get("/v1/model"), 401)
        problem(stranger.get("/v1/runs"), 401)
        problem(stranger.get("/metrics"), 401)
        assert stranger.get("/healthz").status_code == 200
        page = stranger.get("/")
        assert page.status_code == 200, "the page itself must load, to ask for the token"
        check_headers(page.headers)
    assert bearer.post("/v1/digit", content=seven).json()["label"] == "7"


SITES = [
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "same-origin"}, 200),
    ({}, 200),
]


@pytest.mark.parametrize(("headers", "status"), SITES)
def test_another_site_cannot_post(client: httpx.Client, seven: bytes, headers: dict[str, str], status: int) -> None:
    answer = client.post("/v1/digit", content=seven, headers=headers)
    assert answer.status_code == status
    if status == 403:
        problem(answer, 403)


def test_the_services_own_page_can_post(service: Service, client: httpx.Client, seven: bytes) -> None:
    assert client.post("/v1/digit", content=seven, headers={"Origin": service.url}).status_code == 200


def test_a_name_that_was_rebound_to_this_machine_is_refused(
    client: httpx.Client, bearer: httpx.Client, service: Service
) -> None:
    problem(client.get("/", headers={"Host": "evil.example"}), 421)
    problem(client.get("/v1/model", headers={"Host": f"evil.example:{service.port}"}), 421)
    for name in ("localhost", "127.0.0.1", "[::1]", f"LOCALHOST:{service.port}"):
        assert client.get("/v1/model", headers={"Host": name}).status_code == 200
    assert bearer.get("/v1/model", headers={"Host": "digits.example.org"}).status_code == 200


def test_too_many_at_once_are_told_to_wait(strict: Service, seven: bytes) -> None:
    def ask(_: int) -> httpx.Response:
        with strict.client(headers={"Authorization": "Bearer open sesame"}) as client:
            return client.post("/v1/number", content=seven)

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(ask, range(96)))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused, "nothing was refused"
    for answer in refused:
        problem(answer, 429)
        assert int(answer.headers["retry-after"]) >= 1
    assert len(refused) < len(answers)


def test_a_full_service_tells_everybody_to_come_back(strict: Service, seven: bytes) -> None:
    def ask(place: int) -> httpx.Response:
        transport = httpx.HTTPTransport(local_address=f"127.0.0.{2 + place % 8}", verify=False)
        with strict.client(transport=transport, headers={"Authorization": "Bearer open sesame"}) as client:
            return client.post("/v1/number", content=seven)

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(ask, range(128)))
    full = [answer for answer in answers if answer.status_code == 503]
    assert full, "nothing was refused"
    for answer in full:
        problem(answer, 503)
        assert int(answer.headers["retry-after"]) >= 1
    assert {answer.status_code for answer in answers} <= {200, 429, 503}


def test_every_method_of_an_address_is_named(client: httpx.Client) -> None:
    assert client.put("/v1/runs").headers["allow"] == "GET, POST"
    assert client.put("/v1/runs/any").headers["allow"] == "DELETE, GET"
