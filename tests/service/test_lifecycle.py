"""Starting, ending, several processes."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import CommandLine, one_sentence
from tests.service.conftest import Service, raw_answer, running, wait_for


def test_what_was_begun_is_finished_at_the_end(tmp_path: Path, seven: bytes) -> None:
    with running(tmp_path) as service:
        with service.connect() as connection, service.connect() as idle:
            connection.sendall(service.head("POST", "/v1/digit", f"Content-Length: {len(seven)}") + seven[:40])
            time.sleep(0.3)
            service.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            connection.sendall(seven[40:])
            status, body = raw_answer(connection)
            assert (status, '"label": "7"' in body) == (200, True)
            assert idle.recv(10) == b""
        assert service.process.wait(30) == 0


def test_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        service.process.send_signal(signal.SIGINT)
        assert service.process.wait(30) == 0
        assert len(service.log.read_text().strip().splitlines()) == 1


@pytest.mark.slow
def test_streams_do_not_hold_up_the_end(tmp_path: Path) -> None:
    with running(tmp_path) as service, service.client() as client:
        run = client.post("/v1/runs", json={"recipe": "mlp-64x3", "epochs": 50, "batch_size": 8}).json()["id"]
        lines: list[str] = []

        def listen() -> None:
            with client.stream("GET", f"/v1/runs/{run}/events") as answer:
                lines.extend(answer.iter_lines())

        listening = threading.Thread(target=listen)
        listening.start()
        time.sleep(1)
        begin = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - begin < 25
        listening.join(5)
        assert any("state" in line for line in lines)


@pytest.mark.slow
def test_nothing_of_an_upload_is_left_on_disk(tmp_path: Path, seven: bytes) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with running(tmp_path / "home", "--no-train", TMPDIR=str(temporary)) as service, service.client() as client:
        marked = seven + b"MARK" * 500_000  # PNG files may have a tail
        client.post("/v1/digit", files={"file": ("a.png", marked, "image/png")})
        client.post("/v1/batch", files=[("files", ("a.png", marked, "image/png"))] * 3)
        opened = [str(link.readlink()) for link in Path(f"/proc/{service.process.pid}/fd").iterdir()]
        assert not [name for name in opened if "deleted" in name or str(temporary) in name]
        files = [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size > 1000]
        assert files == []


@pytest.mark.slow
def test_several_processes_serve_as_one(tmp_path: Path, seven: bytes) -> None:
    with running(tmp_path, "--workers", "2") as service:
        for _ in range(20):
            with service.client() as client:
                assert client.post("/v1/digit", content=seven).json()["label"] == "7"
        with service.client() as client:
            text = client.get("/metrics").text
        assert 'inkread_requests_total{route="/v1/digit",status="200"} 20.0' in text
        with service.client() as client:
            run = client.post("/v1/runs", json={"recipe": "mlp-64x3", "epochs": 1, "limit": 500}).json()["id"]
            assert wait_for(client, run, "done", "failed")["state"] == "done"
        assert service.stop() == 0


def test_a_port_that_is_taken(service: Service, inkread: CommandLine) -> None:
    sentence = one_sentence(inkread("serve", "--port", service.port))
    assert "cannot listen" in sentence
    assert "--port" in sentence


REFUSED = {
    "--model nix.onnx": "no model file nix.onnx",
    "--min-confidence 2": "between 0 and 1",
    "--host no.such.host.invalid": "cannot listen",
    "--max-megabytes 0": "above 0",
    "--run-minutes -1": "--run-minutes is -1",
    "--max-megapixels nan": "--max-megapixels is nan",
    "--max-megabytes inf": "--max-megabytes is inf",
}


@pytest.mark.parametrize(("options", "words"), REFUSED.items())
def test_options_that_make_no_sense(inkread: CommandLine, options: str, words: str) -> None:
    assert words in one_sentence(inkread("serve", "--port", "0", *options.split()))


def test_without_the_extra_it_says_what_to_install(inkread: CommandLine, tmp_path: Path) -> None:
    """A package of the same name that cannot be found stands for one that is not installed."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name == 'uvicorn' else find(name, package)\n"
    )
    sentence = one_sentence(inkread("serve", PYTHONPATH=str(tmp_path)))
    assert sentence == "inkread: serving needs uvicorn: pip install 'inkread[serve]'."
