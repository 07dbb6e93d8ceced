"""Training over HTTP: a queue, a stream of events, stop, resume, and reading with what was trained."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.service.conftest import Service, problem, running, wait_for

TINY = {"recipe": "mlp-64x3", "epochs": 2, "limit": 1000, "batch_size": 50}
LONG = {"recipe": "mlp-64x3", "epochs": 50, "limit": 60_000, "batch_size": 16}


def follow(client: httpx.Client, run: str, last: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the events of a run with their ids."""
    headers = {"Last-Event-ID": str(last)} if last else {}
    with client.stream("GET", f"/v1/runs/{run}/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        number = 0
        for line in answer.iter_lines():
            if line.startswith("id: "):
                number = int(line[4:])
            elif line.startswith("data: "):
                yield number, json.loads(line[6:])


def start(client: httpx.Client, **wanted: object) -> str:
    answer = client.post("/v1/runs", json=wanted)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def test_what_can_be_trained_is_listed(client: httpx.Client) -> None:
    listed = client.get("/v1/recipes").json()
    assert listed["can_train"] is True
    assert {"quick", "mlp-128-64", "cnn-10-20"} <= {recipe["name"] for recipe in listed["recipes"]}
    assert listed["recipes"][0]["defaults"]["batch_size"] == 128


ABSURD = [
    {"recipe": "nix"},
    {"recipe": "reader"},
    {"epochs": 0},
    {"epochs": 10**9},
    {"epochs": 1.5},
    {"batch_size": -1},
    {"batch_size": 10**9},
    {"learning_rate": 0},
    {"learning_rate": -1},
    {"learning_rate": 1e300},
    {"learning_rate": "NaN"},
    {"dropout": 1},
    {"limit": 1},
    {"limit": 10**12},
    {"seed": -1},
    {"loss": "hinge"},
    {"optimizer": ["adam"]},
    {"schedule": None, "unknown": 1},
    {"data": "/etc/passwd"},
    {"out": "/tmp/x"},
    [],
    "quick",
    None,
]


@pytest.mark.parametrize("wanted", ABSURD, ids=str)
def test_absurd_wishes_are_refused(client: httpx.Client, wanted: object) -> None:
    problem(client.post("/v1/runs", json=wanted), 422)
    problem(client.post("/v1/runs", content=json.dumps(wanted)[:-1] + "x"), 422)


def test_runs_that_are_not_there(client: httpx.Client) -> None:
    for method, path in (
        ("GET", "/v1/runs/nix"),
        ("GET", "/v1/runs/nix/events"),
        ("GET", "/v1/runs/nix/model.onnx"),
        ("POST", "/v1/runs/nix/stop"),
        ("POST", "/v1/runs/nix/resume"),
        ("DELETE", "/v1/runs/nix"),
    ):
        problem(client.request(method, path), 404)
    problem(client.get("/v1/runs/..%2Fx"), 404)
    problem(client.delete("/v1/runs/wishes"), 404)


@pytest.mark.slow
def test_from_start_to_reading_with_the_result(client: httpx.Client, seven: bytes, service: Service) -> None:
    run = start(client, **TINY)
    events = list(follow(client, run))
    kinds = [event["event"] for _, event in events]
    assert kinds.count("epoch-done") == kinds.count("epoch-view") == 2
    assert kinds[-2:] == ["state", "end"]
    assert events[-1][1]["state"] == "done", client.get(f"/v1/runs/{run}").json()
    assert str(service.home) not in json.dumps(events)
    check_view(next(event for _, event in events if event["event"] == "epoch-view"))

    tail = list(follow(client, run, last=events[-4][0]))
    assert [number for number, _ in tail] == [number for number, _ in events[-3:]]

    view = client.get(f"/v1/runs/{run}").json()
    assert (view["state"], view["has_model"], view["can_resume"]) == ("done", True, False)
    assert view["progress"]["test_accuracy"] > 0.5
    assert view["options"] == {name: value for name, value in TINY.items() if name != "recipe"}
    model = client.get(f"/v1/runs/{run}/model.onnx")
    assert (model.status_code, model.headers["content-disposition"]) == (200, f'attachment; filename="{run}.onnx"')
    assert client.get(f"/v1/model?model={run}").json()["recipe"] == TINY["recipe"]
    assert client.post(f"/v1/digit?model={run}", content=seven).json()["label"] == "7"
    problem(client.post(f"/v1/runs/{run}/stop"), 409)
    problem(client.post(f"/v1/runs/{run}/resume"), 409)

    assert client.delete(f"/v1/runs/{run}").status_code == 204
    problem(client.get(f"/v1/runs/{run}"), 404)
    problem(client.post(f"/v1/digit?model={run}", content=seven), 404)


def check_view(view: dict[str, Any]) -> None:
    """Assert that a learner has something to watch."""
    assert view["filters"]["png"].startswith("data:image/png;base64,")
    assert (view["filters"]["width"], view["filters"]["height"]) == (28, 28)
    assert sum(map(sum, view["confusion"])) == view["count"]
    right = sum(view["confusion"][i][i] for i in range(10))
    assert view["count"] - right == view["wrong"] > 0
    assert view["pictures"]["count"] == len(view["mistakes"])
    assert all(mistake["truth"] != mistake["read"] for mistake in view["mistakes"])


def test_wishes_for_a_run_that_was_deleted_meanwhile_are_dropped(client: httpx.Client, service: Service) -> None:
    runs = service.home / "runs" / "service"
    wishes = [runs / "wishes" / f"mlp-64x3-00000f.{wish}" for wish in ("start", "stop", "resume")]
    wishes[0].parent.mkdir(parents=True, exist_ok=True)
    for wish in wishes:
        wish.touch()
    deadline = time.monotonic() + 60
    while any(wish.exists() for wish in wishes):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(1)
    assert not (runs / "mlp-64x3-00000f").exists()
    assert "Traceback" not in service.log.read_text()


@pytest.mark.slow
def test_one_runs_at_a_time_and_each_can_be_stopped_resumed_and_deleted(client: httpx.Client) -> None:
    first = start(client, **LONG)
    second = start(client, **TINY)
    wait_for(client, first, "running")
    while client.get(f"/v1/runs/{first}").json()["progress"] is None:
        time.sleep(0.1)
    assert client.get(f"/v1/runs/{second}").json()["state"] == "queued"
    assert client.post(f"/v1/runs/{second}/stop").json()["state"] == "stopped"
    assert client.post(f"/v1/runs/{first}/stop").status_code == 200
    stopped = wait_for(client, first, "stopped")
    assert stopped["can_resume"]
    assert client.post(f"/v1/runs/{first}/resume").json()["state"] in ("queued", "running")
    wait_for(client, first, "running")
    while len([1 for _, event in zip(range(100), follow_until_step(client, first), strict=False)]) == 0:
        time.sleep(0.1)
    assert client.delete(f"/v1/runs/{first}").status_code == 204
    assert client.post(f"/v1/runs/{second}/resume").json()["state"] in ("queued", "running")
    wait_for(client, second, "done")
    assert client.delete(f"/v1/runs/{second}").status_code == 204


def follow_until_step(client: httpx.Client, run: str) -> Iterator[dict[str, Any]]:
    """Yield the first step that a resumed run reports."""
    starts = 0
    for _, event in follow(client, run):
        starts += event["event"] == "run-started"
        if starts == 2 and event["event"] == "step-done":
            yield event
            return


def test_the_queue_is_bounded(client: httpx.Client) -> None:
    runs = [start(client, **LONG)]
    wait_for(client, runs[0], "running")
    runs.extend(start(client, **TINY) for _ in range(8))
    answer = client.post("/v1/runs", json=TINY)
    problem(answer, 429)
    assert int(answer.headers["retry-after"]) > 0
    for run in reversed(runs):
        client.delete(f"/v1/runs/{run}")
    assert not {run["id"] for run in client.get("/v1/runs").json()["runs"]} & set(runs)


@pytest.mark.slow
def test_a_run_that_cannot_succeed_says_why(client: httpx.Client) -> None:
    diverging = {"learning_rate": 100, "optimizer": "sgd", "schedule": "constant"}
    run = start(client, recipe="mlp-64x3", epochs=1, limit=3000, **diverging)
    view = wait_for(client, run, "failed", "done")
    assert view["state"] == "failed"
    assert "smaller learning rate" in view["detail"]
    assert "Traceback" not in json.dumps(view)
    client.delete(f"/v1/runs/{run}")


@pytest.mark.slow
def test_a_run_has_bounded_time_and_survives_the_service(tmp_path: Path) -> None:
    with running(tmp_path, "--run-minutes", "0.25") as service, service.client() as client:
        run = start(client, **LONG)
        view = wait_for(client, run, "stopped")
        assert "the most that a run may take" in view["detail"]
        client.post(f"/v1/runs/{run}/resume")
        wait_for(client, run, "running")
        assert service.stop() == 0
    with running(tmp_path) as service, service.client() as client:
        view = client.get(f"/v1/runs/{run}").json()
        assert (view["state"], view["can_resume"]) == ("stopped", True)
