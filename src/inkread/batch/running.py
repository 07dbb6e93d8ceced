"""Many files, page by page: planned, read several at once, reported in order, few in memory."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inkread.batch.copies import CopyNames
from inkread.batch.journal import Journal
from inkread.batch.outcome import Outcome
from inkread.batch.pools import FEW_PAGES, open_pool
from inkread.batch.settings import Settings
from inkread.batch.work import Job
from inkread.documents import Found, count_pages
from inkread.errors import ImageError, OutputError

if TYPE_CHECKING:
    from inkread.api import Reader

AHEAD = 8  # pages for each worker that may be done before the first of them; only what was read is kept of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run of `read_files` keeps beside the results.

    Attributes:
        journal: where what is done stands, and is added to; a page that stands there is not read again.
        names: for the copies; needed where the settings ask for some.
        workers: how many pages are read at once; as many as there are cores if None.
        on_pages: is told, for each document as its turn comes, how many pages it has beyond the first.
    """

    journal: Journal | None = None
    names: CopyNames | None = None
    workers: int | None = None
    on_pages: Callable[[int], None] = field(default=lambda _count: None)


def read_files(
    reader: Reader, found: list[Found], settings: Settings, run: Run | None = None
) -> Generator[Outcome, None, None]:
    """Read files page by page.

    Args:
        reader: reads them.
        found: the files; one that cannot be read does not stop the others.
        settings: how.
        run: what is kept, and how many are read at once.

    Yields:
        For each page, in order, what came of it. Only a few are read ahead, however many there are.

    Raises:
        OutputError: if a copy or the journal cannot be written, or a worker was killed.
        ConfigError, ModelFileError: as of `Reader.number`.
    """
    run = run or Run()
    with open_pool(reader, settings, _least_pages(found), run.workers) as pool:
        waiting: deque[Outcome | Future[Outcome]] = deque()
        for item in _plan(found, run):
            waiting.append(pool.submit(item) if isinstance(item, Job) else item)
            while len(waiting) > AHEAD * pool.size:
                yield _finished(waiting.popleft(), run.journal)
        while waiting:
            yield _finished(waiting.popleft(), run.journal)


def _least_pages(found: list[Found]) -> int:
    """Count files, and where they are few, their pages."""
    pages = len(found)
    if pages < FEW_PAGES:
        for path, problem in found:
            with suppress(ImageError):
                pages += ((None if problem else count_pages(path)) or 1) - 1
    return pages


def _finished(item: Outcome | Future[Outcome], journal: Journal | None) -> Outcome:
    """Wait for a page, and write it down."""
    try:
        outcome = item if isinstance(item, Outcome) else item.result()
    except BrokenExecutor as error:
        raise OutputError(
            "a process that reads was killed, perhaps for want of memory: try fewer at once, such as --workers 2."
        ) from error
    if journal is not None and not outcome.is_old:
        journal.add(outcome)
    return outcome


def _plan(found: Iterable[Found], run: Run) -> Iterator[Job | Outcome]:
    """List the pages of all files as they are asked for: those to read, and those of which all is known."""
    for path, problem in found:
        digest = None if run.journal is None else _digest(path)
        try:
            count = count_pages(path) if problem is None else None
        except ImageError as error:
            count, problem = None, str(error)
        if problem is not None:
            known = _known(path, None, digest, run.journal)
            yield known or Outcome(path, None, None, {"error": problem}, digest)
            continue
        run.on_pages((count or 1) - 1)
        for page in [None] if count is None else range(1, count + 1):
            stem = None if run.names is None else run.names.stem(path, page)
            yield _known(path, page, digest, run.journal) or Job(path, page, digest, stem)


def _known(path: Path, page: int | None, digest: str | None, journal: Journal | None) -> Outcome | None:
    """Look up what is done."""
    return None if journal is None or digest is None else journal.find(path, page, digest)


def _digest(path: Path) -> str | None:
    """Return the SHA-256 of a file's content; None where it cannot be opened."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None
