"""One page: loaded, read, and its copies written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from inkread.batch.outcome import Outcome, fields_of, words_of
from inkread.batch.settings import Settings
from inkread.documents import load_page
from inkread.documents.pages import file_kind, page_name
from inkread.errors import ImageError, InkreadError
from inkread.types import Digit, Number, Page, UInt8Array

if TYPE_CHECKING:
    from inkread.api import Reader

Task = Literal["digit", "number", "page"]
DIGITS = frozenset("0123456789")


class Job(NamedTuple):
    """One page to read.

    Attributes:
        path: the file.
        page: from 1 in a document of several; None for a picture.
        digest: SHA-256 of the file's content; None where nobody asked.
        stem: name of its copies without suffix; None where there are none.
    """

    path: Path
    page: int | None = None
    digest: str | None = None
    stem: str | None = None


class Work:
    """Reads one page after the other; may be called in several threads."""

    def __init__(self, reader: Reader, settings: Settings) -> None:
        self._reader, self._settings = reader, settings
        self._reads_numbers = reader.card.normalization == "mnist" and set(reader.labels) == DIGITS

    def __call__(self, job: Job) -> Outcome:
        """Read a page.

        Returns:
            What came of it; whatever is wrong with the page stands there too.

        Raises:
            InkreadError: for what is wrong with the run, such as options that make no sense or a full disk.
        """
        try:
            return self._read(job)
        except ImageError as error:
            reason = str(error)
        except InkreadError:
            raise
        except MemoryError:
            reason = f"{page_name(job.path, job.page)} needs more memory than there is; reduce it first."
        except Exception as error:  # A picture that no test had foreseen must not stop a thousand others.
            what = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
            reason = f"{page_name(job.path, job.page)} could not be read ({what})."
        return Outcome(job.path, job.page, None, {"error": reason}, job.digest)

    def _read(self, job: Job) -> Outcome:
        """Load a page, choose as what it is read, read it, and write its copies."""
        is_grey = self._settings.task == "page" and not self._settings.annotate
        pixels = load_page(job.path, job.page, grey=is_grey)
        task = self._choose(job, pixels)
        result = self._result(task, pixels)
        copies = self._write_copies(job, pixels, result)
        return Outcome(job.path, job.page, task, fields_of(result, detail=self._settings.detail), job.digest, copies)

    def _choose(self, job: Job, pixels: UInt8Array) -> Task:
        """Say as what a page is read."""
        if self._settings.task != "auto":
            return self._settings.task
        if not self._reads_numbers:
            return "digit"
        if job.page is not None and file_kind(job.path) == "pdf":
            return "page"
        from inkread.reading.choosing import choose_task

        return choose_task(pixels)

    def _result(self, task: Task, pixels: UInt8Array) -> Digit | Number | Page:
        """Read a picture as what was chosen."""
        if task == "digit":
            return self._reader.digit(pixels)
        if task == "number":
            return self._reader.number(pixels, **self._settings.options)
        return self._reader.page(pixels, separators=self._settings.options.get("separators", False))

    def _write_copies(self, job: Job, pixels: UInt8Array, result: Digit | Number | Page) -> tuple[str, ...]:
        """Write what is asked for; return the names of the files."""
        out, name = self._settings.out, page_name(Path(job.path.name), job.page)
        if out is None or job.stem is None:
            return ()
        if self._settings.annotate:
            from inkread.evaluation.annotate import draw_reading, save_png
            from inkread.evaluation.pagedrawing import draw_page

            draw = draw_page(pixels, result, name) if isinstance(result, Page) else draw_reading(pixels, result, name)
            save_png(draw, out / f"{job.stem}.png")
        if self._settings.hocr:
            from inkread.batch.hocr import make_hocr
            from inkread.files import write_text

            size = (pixels.shape[1], pixels.shape[0])
            write_text(out / f"{job.stem}.hocr", make_hocr(list(words_of(result)), size, str(job.path), job.page))
        return tuple(job.stem + suffix for suffix in self._settings.suffixes)
