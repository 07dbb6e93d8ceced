"""Reading, within one process: digits, pictures on disk, pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from inkread.errors import OutputError
from inkread.speed.figures import Figure, summarise
from inkread.types import UInt8Array

if TYPE_CHECKING:
    from inkread.api import Reader

REPEATED = 10  # of the thousand digits that come with the package
LARGE = 100  # pixels a side
WARM = 50
PAGE = (1500, 2000)
SEED = 6


class Measure(NamedTuple):
    """Something to measure.

    Attributes:
        title: what is being done, for who waits.
        run: returns the figures.
    """

    title: str
    run: Callable[[], list[Figure]]


def digit_pictures() -> UInt8Array:
    """Return the training digits that come with the package: uint8 of shape (1000, 28, 28)."""
    from inkread.explain.nearest import reference_digits

    return np.ascontiguousarray(reference_digits()[0][:, 0])


def measure_digits(reader: Reader, rounds: int) -> list[Figure]:
    """Read 10,000 digits of 28x28 in one call, each normalised."""
    pictures = np.tile(digit_pictures(), (REPEATED, 1, 1))
    rates = _rates(lambda: reader.digits(pictures), len(pictures), rounds)
    return [summarise("digits of 28x28, in one call", rates, "digits/s")]


def measure_single(reader: Reader) -> list[Figure]:
    """Read a thousand digits one at a time, warm."""
    pictures = digit_pictures()
    for picture in pictures[:WARM]:
        reader.digit(picture)
    times = []
    for picture in pictures:
        start = time.perf_counter()
        reader.digit(picture)
        times.append(1000 * (time.perf_counter() - start))
    low, middle, high = (float(np.quantile(times, share)) for share in (0.01, 0.5, 0.99))
    return [Figure("one digit at a time, warm", middle, low, high, "ms", "from 1st to 99th percentile")]


def measure_files(reader: Reader, folder: Path, rounds: int) -> list[Figure]:
    """Read a thousand PNG files of 100x100 pixels."""
    paths = [write_digit(folder / f"{place}.png", picture) for place, picture in enumerate(digit_pictures())]
    rates = _rates(lambda: reader.digits(paths), len(paths), rounds)
    return [summarise(f"PNG files of {LARGE}x{LARGE}, from disk", rates, "pictures/s")]


def measure_pages(reader: Reader, rounds: int) -> list[Figure]:
    """Read a page of 3 megapixels, with ruling, words and shadow, again and again."""
    page, count = _page()
    rates = _rates(lambda: reader.page(page), 1, rounds)
    return [summarise("pages of 3 megapixels", rates, "pages/s", f"{count} numbers on it")]


@cache
def _page() -> tuple[UInt8Array, int]:
    """Make a page, and count the numbers on it."""
    from inkread.data.synthesis import Glyphs, make_page

    pictures = digit_pictures()
    labels = np.arange(len(pictures), dtype=np.int64) * 10 // len(pictures)
    sample = make_page(np.random.default_rng(SEED), Glyphs(pictures, labels), size=PAGE)
    return sample.image, len(sample.numbers)


def write_digit(path: Path, picture: UInt8Array) -> Path:
    """Write a digit as a PNG file of 100x100 pixels; return its path.

    Raises:
        OutputError: if it cannot be written.
    """
    large = cv2.resize(picture, (LARGE, LARGE), interpolation=cv2.INTER_CUBIC)
    try:
        path.write_bytes(cv2.imencode(".png", large)[1].tobytes())
    except OSError as error:
        raise OutputError(f"cannot write the pictures to measure with into {path.parent}: {error.strerror}.") from error
    return path


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder that is gone when the block ends.

    Raises:
        OutputError: if there is no room for one.
    """
    try:
        folder = TemporaryDirectory(prefix="inkread-")
    except OSError as error:
        raise OutputError(f"there is no place for temporary files ({error.strerror}): set TMPDIR.") from error
    with folder as name:
        yield Path(name)


def _rates(work: Callable[[], Any], count: int, rounds: int) -> Sequence[float]:
    """Do some work several times, warm; return how much of it was done a second."""
    work()
    rates = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        rates.append(count / (time.perf_counter() - start))
    return rates
