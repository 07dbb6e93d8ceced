"""Everything that can be set of the service, in one frozen value that travels to each worker process."""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict, dataclass

from inkread.errors import ConfigError

ENVIRONMENT = "INKREAD_SERVICE"
MOST_WORKERS = 64
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the service is run, and what it refuses.

    Attributes:
        host: the address to listen at.
        port: the port; 0 takes a free one.
        model: path of a model file; None takes the one that comes with inkread.
        min_confidence: least confidence that is accepted; None takes the model's own.
        workers: processes that answer.
        token: what a client must bear to use anything under /v1 and /metrics; None lets everybody in.
        allowed_hosts: names under which the service may be called, besides those of the loopback; where it is empty
            and `host` is no loopback address, any name.
        max_bytes: most bytes of a request's body.
        max_pixels: most pixels of a picture.
        bodies_bytes: most bytes of all bodies that a worker holds at once.
        head_seconds: time to send the head of a request.
        body_seconds: time to send its body.
        answer_seconds: time that a request may wait and be worked on.
        stop_seconds: time that requests under way get at shutdown.
        max_connections: most connections of a worker.
        max_waiting: most requests that a worker holds at once.
        max_waiting_per_client: the same of one address; 0 for no such limit.
        batch: most digits that go through the network at once.
        runs: folder of the training runs.
        train: whether networks may be trained.
        run_seconds: most seconds of a training run.
        run_bytes: most memory of a training run.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    model: str | None = None
    min_confidence: float | None = None
    workers: int = 1
    token: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    max_bytes: int = 20_000_000
    max_pixels: int = 50_000_000
    bodies_bytes: int = 200_000_000
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    answer_seconds: float = 60.0
    stop_seconds: float = 30.0
    max_connections: int = 1000
    max_waiting: int = 256
    max_waiting_per_client: int = 128
    batch: int = 32
    runs: str = ""
    train: bool = True
    run_seconds: float = 1800.0
    run_bytes: int = 6_000_000_000

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ConfigError: naming the setting.
        """
        positive = (
            "max_bytes", "max_pixels", "bodies_bytes", "head_seconds", "body_seconds", "answer_seconds",
            "max_connections", "max_waiting", "batch", "run_seconds", "run_bytes",
        )  # fmt: skip
        for name in positive:
            if not 0 < getattr(self, name) < math.inf:
                raise ConfigError(f"{name} is {getattr(self, name)}, it must be above 0.")
        if not 1 <= self.workers <= MOST_WORKERS:
            raise ConfigError(f"workers is {self.workers}, it must be from 1 to {MOST_WORKERS}.")
        if not 0 <= self.port <= 65535:
            raise ConfigError(f"port is {self.port}, it must be from 0 to 65535.")
        if self.token is not None and not (self.token.isascii() and self.token.isprintable() and self.token.strip()):
            raise ConfigError("the token must be of printable ASCII characters: choose another.")

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return self.host in LOOPBACK or self.host.startswith("127.")

    def publish(self) -> None:
        """Leave the settings where worker processes find them."""
        os.environ[ENVIRONMENT] = json.dumps(asdict(self))

    @classmethod
    def published(cls) -> Settings:
        """Return what `publish` left."""
        raw = json.loads(os.environ[ENVIRONMENT])
        return cls(**{**raw, "allowed_hosts": tuple(raw["allowed_hosts"])})
