"""Digits that are asked for together go through the network together."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from inkread.api import Reader
from inkread.errors import ImageError
from inkread.imaging import load_image
from inkread.types import Digit, UInt8Array

Answer = Digit | Exception
# A picture of more pixels would keep those waiting that came with it; it is read apart.
QUICK_PIXELS = 2_000_000


class _Job(NamedTuple):
    """A picture that waits."""

    reader: Reader
    content: bytes
    answer: asyncio.Future[Digit]


class Batcher:
    """A queue and the thread that empties it: whatever waits, up to a limit, is one batch.

    Nothing is ever waited for on purpose, so a picture that comes alone is read at once.
    """

    def __init__(self, limit: int, observe: Callable[[int], None]) -> None:
        """Start the thread.

        Args:
            limit: most pictures of a batch.
            observe: told how many each batch had.
        """
        self._limit, self._observe = limit, observe
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="batcher", daemon=True)
        self._thread.start()

    async def digit(self, reader: Reader, content: bytes) -> Digit:
        """Read one digit.

        Raises:
            ImageTooLargeError: if it has more than `QUICK_PIXELS`.
            ImageError: if it cannot be used.
        """
        job = _Job(reader, content, self._loop.create_future())
        self._jobs.put(job)
        return await job.answer

    def close(self) -> None:
        """Read what waits still, and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        """Empty the queue until it is closed."""
        is_open = True
        while is_open:
            jobs: list[_Job] = []
            job = self._jobs.get()
            while job is not None:
                if not job.answer.cancelled():
                    jobs.append(job)
                if len(jobs) >= self._limit or self._jobs.empty():
                    break
                job = self._jobs.get()
            is_open = job is not None
            if jobs:
                answers = _read_jobs(jobs)
                self._observe(len(jobs))
                self._loop.call_soon_threadsafe(_deliver, jobs, answers)


def _read_jobs(jobs: Sequence[_Job]) -> list[Answer]:
    """Read the pictures, those of each model together."""
    answers: dict[int, Answer] = {}
    for reader in {id(job.reader): job.reader for job in jobs}.values():
        places = [i for i, job in enumerate(jobs) if job.reader is reader]
        answers.update(zip(places, read_digits(reader, [jobs[i].content for i in places], QUICK_PIXELS), strict=True))
    return [answers[i] for i in range(len(jobs))]


def read_digits(reader: Reader, contents: Sequence[bytes], max_pixels: int) -> list[Answer]:
    """Read some pictures by one run of the network.

    Args:
        reader: the model.
        contents: bytes of picture files.
        max_pixels: most pixels of each.

    Returns:
        For each, in order, the digit or what is wrong with it.
    """
    pictures = [decode(content, max_pixels) for content in contents]
    try:
        digits = iter(reader.batch([picture for picture in pictures if not isinstance(picture, ImageError)]))
    except Exception as error:
        return [error] * len(pictures)
    return [picture if isinstance(picture, ImageError) else next(digits) for picture in pictures]


def decode(content: bytes, max_pixels: int) -> UInt8Array | ImageError:
    """Decode one picture, or say what is wrong with it."""
    try:
        return load_image(content, max_pixels=max_pixels)
    except ImageError as error:
        return error


def _deliver(jobs: Sequence[_Job], answers: Sequence[Answer]) -> None:
    """Hand the answers over, in the event loop."""
    for job, answer in zip(jobs, answers, strict=True):
        if job.answer.done():
            continue
        if isinstance(answer, Exception):
            job.answer.set_exception(answer)
        else:
            job.answer.set_result(answer)
