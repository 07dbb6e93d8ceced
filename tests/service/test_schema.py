"""Everything that the OpenAPI document promises, tried with made-up requests."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.service.conftest import Service

# Random bytes are what the document calls a picture, and yet none; and the parts of a multipart body have no types, so
# that whatever stands in the place of a file is one.
LEFT_OUT = "positive_data_acceptance,negative_data_rejection"


def test_the_document_says_what_there_is(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert {"/v1/digit", "/v1/number", "/v1/page", "/v1/batch", "/v1/model", "/v1/runs"} <= set(document["paths"])
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            refused = [status for status in operation["responses"] if int(status) >= 400]
            assert refused, (method, path)
            for status in refused:
                assert list(operation["responses"][status]["content"]) == ["application/problem+json"], (path, status)
    assert document["components"]["schemas"]["DigitAnswer"]["examples"]


@pytest.mark.slow
def test_schemathesis_finds_nothing(service: Service) -> None:
    command = shutil.which("schemathesis", path=str(Path(sys.executable).parent)) or "schemathesis"
    result = subprocess.run(
        [
            command, "run", f"{service.url}/openapi.json", "--checks", "all", "--exclude-checks", LEFT_OUT,
            "--max-examples", "15", "--seed", "1", "--workers", "1", "--no-color", "--request-timeout", "60",
            "--exclude-operation-id", "start_v1_runs_post",
        ],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
