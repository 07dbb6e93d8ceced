"""Many pictures, one after the other, several at once in threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np

from inkread.errors import ImageError

# Pictures drawn from an iterable before the first of them is done; bounds the memory that large ones take.
AHEAD = 16
MOST_THREADS = 8
# Pictures that one thread takes together: the first few soon, then as many as make a good run of the network; fewer
# where they are large.
FIRST, MOST = 8, 64
MOST_BYTES = 1 << 20
Source = TypeVar("Source")
Loaded = TypeVar("Loaded")
Prepared = TypeVar("Prepared")
Result = TypeVar("Result")


def read_each(
    function: Callable[[Source], Result], images: Iterable[Source], *, ahead: int = AHEAD
) -> Generator[Result | ImageError, None, None]:
    """Map a function in threads, order kept, drawing only a few pictures ahead.

    Args:
        function: safe to be called in several threads.
        images: what it takes.
        ahead: how many pictures are drawn before the first of them is done.

    Yields:
        For each picture, in order, the result, or the ImageError that the function raised.
    """

    def attempt(image: Source) -> Result | ImageError:
        try:
            return function(image)
        except ImageError as error:
            return error

    yield from _in_threads(attempt, images, ahead)


def read_in_stages(
    load: Callable[[list[Source]], Loaded],
    prepare: Callable[[Loaded], Prepared],
    read: Callable[[Prepared], list[Result]],
    images: Iterable[Source],
) -> Generator[Result, None, None]:
    """Take pictures through three stages, chunk by chunk, order kept, drawing only a few pictures ahead.

    The first and the last stage run in threads, the one between them in the calling thread alone: it consists of many
    short calls, between which threads would only wait for each other.

    Args:
        load: the first stage, safe to be called in several threads.
        prepare: the second one.
        read: the third one, safe as the first; returns as many results as there were pictures.
        images: what the first stage takes.

    Yields:
        For each picture, in order, the result.
    """
    threads = _threads()
    with ThreadPoolExecutor(threads) as pool:
        loading: deque[Future[Loaded]] = deque()
        reading: deque[Future[list[Result]]] = deque()
        chunks = _chunks(images)
        try:
            while True:
                while len(loading) < threads and (chunk := next(chunks, None)) is not None:
                    loading.append(pool.submit(load, chunk))
                if not loading:
                    break
                reading.append(pool.submit(read, prepare(loading.popleft().result())))
                if len(reading) > threads:
                    yield from reading.popleft().result()
            while reading:
                yield from reading.popleft().result()
        finally:
            waiting: list[Future[Any]] = [*loading, *reading]
            for future in waiting:  # whoever stops half-way waits only for what has begun
                future.cancel()


def _chunks(images: Iterable[Source]) -> Iterator[list[Source]]:
    """Cut an iterable into lists of up to `MOST` pictures, each of few bytes as far as they are in memory."""
    chunk: list[Source] = []
    most, held, cut = FIRST, 0, 0
    for image in images:
        chunk.append(image)
        held += image.nbytes if isinstance(image, np.ndarray) else len(image) if isinstance(image, bytes) else 0
        if len(chunk) >= most or held >= MOST_BYTES:
            yield chunk
            chunk, held, cut = [], 0, cut + 1
            most = min(MOST, FIRST << cut // 2)
    if chunk:
        yield chunk


def _in_threads(
    function: Callable[[Source], Result], tasks: Iterable[Source], ahead: int
) -> Generator[Result, None, None]:
    """Map a function that raises nothing, order kept; at most `ahead` tasks are drawn before the first is done."""
    with ThreadPoolExecutor(_threads()) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for task in tasks:
                waiting.append(pool.submit(function, task))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:  # whoever stops half-way waits only for what has begun
                future.cancel()


def _threads() -> int:
    """Say how many threads work at once."""
    return min(os.cpu_count() or 1, MOST_THREADS)


def all_read(results: Iterable[Result | ImageError]) -> list[Result]:
    """Gather the results of `read_each`.

    Raises:
        ImageError: for the first picture that could not be used, which it names by its place.
    """
    gathered: list[Result] = []
    for place, result in enumerate(results):
        if isinstance(result, ImageError):
            raise ImageError(f"picture {place + 1}: {result}") from result
        gathered.append(result)
    return gathered


def check_several(images: Iterable[Any], instead: str) -> None:
    """Refuse a single picture where several are expected, and what holds no pictures.

    Args:
        images: what was given.
        instead: the method for a single picture.

    Raises:
        ImageError: if there is one picture, or none at all.
    """
    if isinstance(images, np.ndarray):
        is_single = images.ndim in (0, 2) or images.shape[2:] == (3,)
    else:
        is_single = isinstance(images, str | bytes | os.PathLike) or not isinstance(images, Iterable)
    if is_single:
        raise ImageError(f"several pictures are expected here, as a list: for a single one use {instead}().")
