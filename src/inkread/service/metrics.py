"""What the service counts, for Prometheus; kept in memory, shared by the workers where there are several."""

from __future__ import annotations

import os

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
MEDIA_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The counters of one worker."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("inkread_requests", "Requests answered.", ("route", "status"), registry=self._registry)
        self._seconds = Histogram(
            "inkread_request_seconds", "Time to answer.", ("route",), buckets=SECONDS, registry=self._registry
        )
        self._batches = Histogram(
            "inkread_batch_digits", "Digits of a batch.", buckets=(1, 2, 4, 8, 16, 32, 64), registry=self._registry
        )
        self._waiting = Gauge(
            "inkread_waiting", "Requests under way.", registry=self._registry, multiprocess_mode="livesum"
        )

    def answered(self, route: str, status: int, seconds: float, waiting: int) -> None:
        """Count an answer, and note how many requests the worker still holds."""
        self._waiting.set(waiting)
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def batch(self, count: int) -> None:
        """Count a batch."""
        self._batches.observe(count)

    def text(self) -> bytes:
        """Return everything as Prometheus reads it."""
        if FOLDER not in os.environ:
            return generate_latest(self._registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared)
