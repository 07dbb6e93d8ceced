"""Reading over HTTP gives what reading on the command line gives."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest

from inkread import load
from inkread.data import Dataset
from tests.conftest import CommandLine
from tests.service.conftest import Service, check_headers, png, problem


def side_by_side(dataset: Dataset, *places: int) -> bytes:
    """Compose a number of digits with gaps."""
    tiles = [np.pad(dataset.images[i, 0], ((10, 10), (4, 4))) for i in places]
    return png(255 - np.hstack(tiles))


def test_a_digit_reads_as_on_the_command_line(
    client: httpx.Client, seven: bytes, tmp_path: Path, inkread: CommandLine
) -> None:
    (tmp_path / "seven.png").write_bytes(seven)
    expected = json.loads(inkread("read", "seven.png", "--as", "digit", "--format", "json").stdout)
    answer = client.post("/v1/digit", content=seven, headers={"Content-Type": "image/png"})
    assert answer.status_code == 200
    assert answer.json() == {name: value for name, value in expected.items() if name in answer.json()}
    assert answer.json()["label"] == "7"
    check_headers(answer.headers)


def test_a_picture_may_come_raw_or_as_a_form(client: httpx.Client, seven: bytes) -> None:
    answers = [
        client.post("/v1/digit", content=seven),
        client.post("/v1/digit", content=seven, headers={"Content-Type": "application/octet-stream"}),
        client.post("/v1/digit", content=seven, headers={"Content-Type": "image/jpeg"}),
        client.post("/v1/digit", files={"file": ("7.png", seven, "image/png")}),
        client.post("/v1/digit", content=iter([seven[:100], seven[100:]])),
    ]
    assert [answer.json()["label"] for answer in answers] == ["7"] * len(answers)


def test_no_answer_waits_for_a_delayed_acknowledgement(service: Service, seven: bytes) -> None:
    """Where head and body of an answer go out apart and the second waits for the first, each costs 40 ms more."""
    request = service.head("POST", "/v1/digit", f"Content-Length: {len(seven)}") + seven
    seconds = []
    with service.connect() as connection:
        for _ in range(60):
            start, answer = time.perf_counter(), b""
            connection.sendall(request)
            while not answer.endswith(b"}"):
                answer += connection.recv(65_536)
            seconds.append(time.perf_counter() - start)
    assert min(seconds[30:]) < 0.03


def test_a_blank_picture_is_no_error(client: httpx.Client) -> None:
    answer = client.post("/v1/digit", content=png(np.full((60, 60), 255, np.uint8)))
    assert answer.status_code == 200
    assert (answer.json()["accepted"], answer.json()["reason"]) == (False, "no ink")


def test_a_large_photo_of_a_digit_is_read_too(client: httpx.Client, mnist_test: Dataset) -> None:
    picture = np.full((2000, 2000), 235, np.uint8)
    picture[600:1440, 600:1440] -= np.kron(mnist_test.images[0, 0] // 2, np.ones((30, 30), np.uint8))
    assert client.post("/v1/digit", content=png(picture)).json()["label"] == "7"


def test_numbers_keep_to_what_is_asked(client: httpx.Client, mnist_test: Dataset) -> None:
    picture = side_by_side(mnist_test, 0, 1, 2)
    plain = client.post("/v1/number", content=picture).json()
    assert plain["text"] == "721"
    assert [digit["label"] for digit in plain["digits"]] == ["7", "2", "1"]
    constrained = {
        "/v1/number?length=3": "721",
        "/v1/number?length=2-4&range=700,730": "721",
        "/v1/number?pattern=%5Cd%7B3%7D": "721",
        "/v1/number?choices=721&choices=999": "721",
        "/v1/number?length=9": "",
    }
    for path, text in constrained.items():
        assert client.post(path, content=picture).json()["text"] == text, path


def test_a_page_reads_as_the_library_reads_it(client: httpx.Client, mnist_test: Dataset) -> None:
    row = np.hstack([np.pad(mnist_test.images[i, 0], ((20, 20), (4, 4))) for i in range(3)])
    page = np.full((900, 700), 255, np.uint8)
    page[100 : 100 + row.shape[0], 80 : 80 + row.shape[1]] -= row
    answer = client.post("/v1/page", content=png(page))
    assert answer.status_code == 200
    assert answer.json() == load().page(page).to_dict()


def test_several_files_come_back_in_order_and_one_broken_file_stops_nothing(
    client: httpx.Client, digits: list[tuple[str, bytes]]
) -> None:
    files = [("files", (f"{i}.png", content, "image/png")) for i, (_, content) in enumerate(digits)]
    files.insert(3, ("files", ("notes.txt", b"no picture", "text/plain")))
    results = client.post("/v1/batch", files=files).json()["results"]
    assert [result["path"] for result in results][:5] == ["0.png", "1.png", "2.png", "notes.txt", "3.png"]
    assert "not a picture" in results.pop(3)["error"]
    assert [result["label"] for result in results] == [label for label, _ in digits]


@pytest.mark.parametrize("kind", ["number", "page"])
def test_a_batch_may_hold_numbers_or_pages(client: httpx.Client, mnist_test: Dataset, kind: str) -> None:
    files = [("files", ("a.png", side_by_side(mnist_test, 0, 1), "image/png")), ("files", ("b.png", b"x", "image/png"))]
    first, second = client.post(f"/v1/batch?as={kind}", files=files).json()["results"]
    assert ("text" if kind == "number" else "numbers") in first
    assert "error" in second


def test_many_at_once_get_each_their_own_answer(service: Service, digits: list[tuple[str, bytes]]) -> None:
    def ask(place: int) -> bool:
        label, content = digits[place % len(digits)]
        with service.client() as client:
            return bool(client.post("/v1/digit", content=content).json()["label"] == label)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(100)))
    batches = httpx.get(f"{service.url}/metrics", trust_env=False, verify=False).text
    counts = {line.split()[0]: float(line.split()[1]) for line in batches.splitlines() if not line.startswith("#")}
    assert counts["inkread_batch_digits_count"] < counts["inkread_batch_digits_sum"], "nothing was batched"


def test_the_steps_are_shown(client: httpx.Client, seven: bytes) -> None:
    answer = client.post("/v1/steps", content=png(np.full((600, 600), 255, np.uint8)))
    assert (answer.json()["has_ink"], answer.json()["box"]) == (False, None)
    steps = client.post("/v1/steps", content=seven).json()["steps"]
    assert steps[-1]["name"] == "28x28"
    assert (steps[-1]["width"], steps[-1]["height"]) == (28, 28)
    assert all(step["picture"].startswith("data:image/png;base64,") and step["caption"] for step in steps)


@pytest.mark.parametrize("model", [None, "tutorial"])
def test_the_network_is_explained(client: httpx.Client, seven: bytes, model: str | None) -> None:
    query = {"for": "7", "against": "1"} | ({} if model is None else {"model": model})
    shown = client.post("/v1/explain", params=query, content=seven).json()
    assert shown["digit"]["label"] == "7"
    assert (shown["saliency"]["for"], shown["saliency"]["against"]) == ("7", "1")
    assert len(shown["layers"]) > 2
    problem(client.post("/v1/explain?for=q", content=seven), 422)


def test_the_card_and_the_tutorials_network(client: httpx.Client, seven: bytes) -> None:
    assert client.get("/v1/model").json()["labels"] == list("0123456789")
    assert client.get("/v1/model?model=tutorial").json()["recipe"] == "mlp-128-64"
    assert client.post("/v1/digit?model=tutorial", content=seven).json()["label"] == "7"
    assert "no model 'nix'" in problem(client.post("/v1/digit?model=nix", content=seven), 404)
    problem(client.get("/v1/model?model=../../etc/passwd"), 422)


def test_health_and_counters(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'inkread_requests_total{route="/healthz",status="200"}' in answer.text
