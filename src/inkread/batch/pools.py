"""Workers that read pages: threads of this process, or processes of their own where there are cores enough."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from inkread.batch.outcome import Outcome
from inkread.batch.settings import Settings
from inkread.batch.work import Job, Work

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from inkread.api import Reader

MOST_WORKERS = 16
# Threads share one interpreter, which half of the work on a number needs: two of them are worth 1.7 processes, and ten
# not much more. A process takes a second and 150 MB of its own.
MOST_THREADS = 2
FEW_PAGES = 32


class Pool:
    """Takes pages to read."""

    def __init__(self, executor: Executor, work: Work | None, size: int) -> None:
        self._executor, self._work, self.size = executor, work, size

    def submit(self, job: Job) -> Future[Outcome]:
        """Begin to read a page, or put it in the queue."""
        return self._executor.submit(_read, job) if self._work is None else self._executor.submit(self._work, job)


@contextmanager
def open_pool(reader: Reader, settings: Settings, pages: int, workers: int | None) -> Iterator[Pool]:
    """Start the workers.

    Args:
        reader: reads, here or as a copy in each process.
        settings: how.
        pages: how many will come, at least.
        workers: how many pages are read at once; as many as there are cores if None.

    Yields:
        The pool. When the block ends, what has not begun is dropped.
    """
    count = min(workers or os.cpu_count() or 1, MOST_WORKERS)
    if count <= MOST_THREADS or pages < FEW_PAGES:
        executor: Executor = ThreadPoolExecutor(count)
        try:
            yield Pool(executor, Work(reader, settings), count)
        finally:
            executor.shutdown(cancel_futures=True)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="inkread-") as folder:
        models = _write_models(reader, Path(folder))
        executor = ProcessPoolExecutor(
            count, get_context("spawn"), initializer=_start, initargs=(*models, reader.asked_confidence, settings)
        )
        try:
            yield Pool(executor, None, count)
        finally:
            executor.shutdown(cancel_futures=True)


_work: Work | None = None


def _write_models(reader: Reader, folder: Path) -> tuple[Path, Path | None]:
    """Write down what each process is to read with: what reads digits, and numbers where that is no shipped model."""
    model, numbers = folder / "model.onnx", folder / "numbers.onnx"
    model.write_bytes(reader.classifier.content)
    if reader.number_network is None:
        return model, None
    numbers.write_bytes(reader.number_network.content)
    return model, numbers


def _start(model: Path, numbers: Path | None, min_confidence: float | None, settings: Settings) -> None:
    """Make a new process ready to read."""
    global _work
    import signal
    import warnings
    from multiprocessing import parent_process
    from threading import Thread

    import cv2

    from inkread.api import load

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the parent, which then ends this one.
    warnings.filterwarnings("ignore", module="PIL")
    cv2.setNumThreads(1)
    parent = parent_process()

    def follow() -> None:
        """End where the parent was killed."""
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=follow, daemon=True).start()
    _work = Work(load(model, number_model=numbers, min_confidence=min_confidence), settings)


def _read(job: Job) -> Outcome:
    """Read a page in this process."""
    assert _work is not None
    return _work(job)
