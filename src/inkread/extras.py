"""What an extra brings, and which of it is missing here; nothing is imported to find out."""

from __future__ import annotations

from importlib.util import find_spec

LIBRARIES = {
    "train": {"torch": "torch", "safetensors": "safetensors", "onnx": "onnx", "matplotlib": "matplotlib"},
    "serve": {
        "fastapi": "fastapi",
        "httptools": "httptools",
        "markdown_it": "markdown-it-py",
        "prometheus_client": "prometheus-client",
        "python_multipart": "python-multipart",
        "uvicorn": "uvicorn",
    },
}


def what_is_missing(extra: str, purpose: str) -> str:
    """Say which libraries of an extra are not installed, and how to get them.

    Args:
        extra: "train" or "serve".
        purpose: what needs them, the sentence's first word.

    Returns:
        A sentence, or nothing where all are there.
    """
    missing = [library for module, library in LIBRARIES[extra].items() if find_spec(module) is None]
    return f"{purpose} needs {', '.join(missing)}: pip install 'inkread[{extra}]'." if missing else ""
