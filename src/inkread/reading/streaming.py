"""Many pictures, one after the other, several at once in threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np

from inkread.errors import ImageError

# Pictures drawn from an iterable before the first of them is done; bounds the memory that large ones take.
AHEAD = 16
MOST_THREADS = 8
Source = TypeVar("Source")
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

    with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS)) as pool:
        waiting: deque[Future[Result | ImageError]] = deque()
        try:
            for image in images:
                waiting.append(pool.submit(attempt, image))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:  # whoever stops half-way waits only for what has begun
                future.cancel()


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
