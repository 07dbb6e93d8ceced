"""Clients that send too much, too slowly, or not to the end: each gets its answer, and the service lives."""

from __future__ import annotations

import socket
import time

import httpx
import pytest

from tests.service.conftest import Service, problem, raw_answer

TOKEN = "Authorization: Bearer open sesame"


@pytest.fixture(autouse=True)
def _still_alive(strict: Service, service: Service) -> object:
    yield
    for each in (strict, service):
        assert httpx.get(f"{each.url}/healthz", trust_env=False, verify=False, timeout=30).status_code == 200


def test_a_gigabyte_is_refused_by_its_announcement(service: Service) -> None:
    with service.connect() as connection:
        connection.sendall(service.head("POST", "/v1/page", "Content-Length: 1000000000", "Content-Type: image/png"))
        begin = time.monotonic()
        status, body = raw_answer(connection)
    assert status == 413
    assert "20 MB" in body
    assert time.monotonic() - begin < 5


def test_a_gigabyte_that_does_not_announce_itself_is_cut_off(service: Service) -> None:
    before, sent = service.megabytes(), 0
    block = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
    with service.connect() as connection:
        connection.sendall(service.head("POST", "/v1/page", "Transfer-Encoding: chunked"))
        try:
            while sent < 1000:
                connection.sendall(block)
                sent += 1
        except OSError:
            pass
        status, _ = raw_answer(connection)
    assert sent < 1000, "the service took it all"
    assert status in (413, 0)  # 0: the system dropped the answer with the connection
    assert service.megabytes() - before < 100


def test_a_slow_sender_is_told_so(strict: Service) -> None:
    with strict.connect() as connection:
        connection.sendall(strict.head("POST", "/v1/digit", TOKEN, "Content-Length: 1000") + b"few")
        begin = time.monotonic()
        status, body = raw_answer(connection)
    assert status == 408
    assert "within 1 seconds" in body
    assert time.monotonic() - begin < 8


def test_a_drip_feed_does_not_hold_a_connection(strict: Service) -> None:
    with strict.connect() as connection:
        begin = time.monotonic()
        connection.sendall(strict.head("POST", "/v1/digit", TOKEN, "Content-Length: 1000"))
        try:
            while time.monotonic() - begin < 10:
                connection.sendall(b"x")
                time.sleep(0.1)
        except OSError:
            pass
        assert time.monotonic() - begin < 8


def test_a_head_that_does_not_come_to_an_end(strict: Service) -> None:
    with strict.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: local")
        assert raw_answer(connection)[0] == 408
    with strict.connect() as silent:
        assert raw_answer(silent) == (0, "")
    with strict.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        try:
            for _ in range(300):
                connection.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")
        except OSError:
            pass
        assert raw_answer(connection)[0] in (431, 0)


def test_what_is_no_http(service: Service) -> None:
    with service.connect() as connection:
        connection.sendall(b"\x16\x03\x01 hello?\r\n\r\n")
        status, body = raw_answer(connection)
    assert status == 400
    assert '"status": 400' in body


def test_clients_that_leave(service: Service, seven: bytes) -> None:
    head = service.head("POST", "/v1/number", f"Content-Length: {len(seven)}")
    for part in (head, head + seven[:50], head + seven):
        for _ in range(10):
            with service.connect() as connection:
                connection.sendall(part)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    time.sleep(0.5)
    with service.client() as client:
        assert client.post("/v1/number", content=seven).json()["text"] == "7"
        assert "inkread_waiting 0.0" in client.get("/metrics").text


def test_a_thousand_connections(service: Service, seven: bytes) -> None:
    connections = []
    try:
        connections.extend(service.connect() for _ in range(1050))
        refused = raw_answer(connections[-1])
        assert refused[0] == 503
        connections[0].sendall(service.head("GET", "/healthz"))
        assert b"200 OK" in connections[0].recv(4096)
    finally:
        for connection in connections:
            connection.close()
    time.sleep(0.5)
    with service.client() as client:
        assert client.post("/v1/digit", content=seven).json()["label"] == "7"


def test_a_body_larger_than_allowed_says_so_to_ordinary_clients(bearer: httpx.Client) -> None:
    for _ in range(3):
        assert "0.5 MB" in problem(bearer.post("/v1/digit", content=bytes(600_000)), 413)


def test_training_is_refused_where_it_is_switched_off(bearer: httpx.Client) -> None:
    assert bearer.get("/v1/recipes").json()["can_train"] is False
    assert "--no-train" in problem(bearer.post("/v1/runs", json={"recipe": "quick"}), 501)


def test_damaged_forms_do_not_fill_the_log(service: Service) -> None:
    before = service.log.read_text()
    body = b'--edge\r\nContent@Disposition: form-data; name="file"\r\n\r\nRIFF\r\n--edge--\r\n'
    with service.client() as client:
        answer = client.post("/v1/digit", content=body, headers={"Content-Type": "multipart/form-data; boundary=edge"})
    assert "damaged" in problem(answer, 422)
    assert service.log.read_text() == before


@pytest.mark.slow
def test_memory_stays_flat(service: Service, digits: list[tuple[str, bytes]]) -> None:
    def press(count: int) -> None:
        with service.client() as client:
            for i in range(count):
                label, content = digits[i % len(digits)]
                assert client.post("/v1/digit", content=content).json()["label"] == label

    press(500)
    before = service.megabytes()
    press(2000)
    assert service.megabytes() - before < 15
