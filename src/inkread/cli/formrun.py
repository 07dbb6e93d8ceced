"""Pages of a form read one after the other, several at once, and printed and written as they come."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from inkread.cli.printing import Format
from inkread.errors import ImageError, OutputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from inkread.forms import FieldReading, FormReader, Row

COLOURS = {"ok": "green", "uncertain": "yellow", "does-not-fit": "red", "unreadable": "red"}
WIDEST = max(map(len, COLOURS))
RESULTS = "results.csv"


class Task(NamedTuple):
    """A page to read, or a problem."""

    file: Path
    page: int | None
    problem: str | None = None


def find_pages(paths: Iterable[Path]) -> list[Task]:
    """List the pages of all files, none twice; what cannot be opened stands there with its problem."""
    from inkread.documents import count_pages, find_files

    tasks: dict[Task, None] = {}
    for found in find_files(paths):
        try:
            count = None if found.problem else count_pages(found.path)
        except ImageError as error:
            tasks[Task(found.path, None, str(error))] = None
            continue
        numbers: Iterable[int | None] = (None,) if count is None else range(1, count + 1)
        tasks.update((Task(found.path, number, found.problem), None) for number in numbers)
    return list(tasks)


class FormRun:
    """Reads all pages; prints the rows and keeps them in a file.

    Args:
        names: of the fields.
        output: how rows are printed.
        folder: where ``results.csv`` is written; None where it is not.
    """

    def __init__(self, names: Sequence[str], output: Format, folder: Path | None) -> None:
        self._names, self._output, self._folder = list(names), output, folder

    def rows(self, reader: FormReader, paths: Iterable[Path]) -> Iterator[Row]:
        """Read the pages; each row is printed and written before it is yielded.

        Raises:
            OutputError: if there is no room for the results; the rows before stay.
        """
        from inkread.reading.streaming import read_each

        tasks = find_pages(paths)
        with ExitStack() as stack:
            sinks = [_PRINTERS[self._output](self._names)]
            if self._folder is not None:
                sinks.append(_CsvSink(self._names, stack.enter_context(_line_file(self._folder / RESULTS))))
            advance = stack.enter_context(_progress(len(tasks)))
            results = read_each(lambda task: _read_task(reader, task), tasks)
            for task, result in zip(tasks, results, strict=True):
                row = _broken(task, result) if isinstance(result, ImageError) else result
                for sink in sinks:
                    sink.add(row)
                advance()
                yield row
            for sink in sinks:
                sink.end()


@contextmanager
def _line_file(path: Path) -> Iterator[Callable[[str], object]]:
    """Begin a file; give what writes a line to it, whole or not at all, and at once."""
    with ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(path.open("wb", buffering=0))
        except OSError as error:
            raise OutputError(f"cannot write {path}: {error.strerror or error}; choose another --out.") from error

        def write(line: str) -> None:
            end = file.tell()
            content = memoryview(line.encode())
            try:
                while content:
                    content = content[file.write(content) :]
            except OSError as error:
                with suppress(OSError):  # a pipe or a device cannot be shortened
                    file.truncate(end)
                raise OutputError(
                    f"cannot go on writing {path}: {error.strerror or error}; make room, the rows before are there."
                ) from error

        yield write


class _Sink(Protocol):
    """Takes one row after the other."""

    def add(self, row: Row) -> None:
        """Take a page."""
        ...

    def end(self) -> None:
        """Put out what comes after the last page."""
        ...


class _CsvSink:
    """Comma-separated values with a header."""

    def __init__(self, names: list[str], write: Callable[[str], object]) -> None:
        from inkread.forms.rows import header

        self._names, self._write = names, write
        write(_csv_line(header(names)))

    def add(self, row: Row) -> None:
        """Write a page."""
        self._write(_csv_line(row.cells(self._names)))

    def end(self) -> None:
        """Flush what is left."""
        sys.stdout.flush()


class _JsonSink:
    """One JSON object a line."""

    def add(self, row: Row) -> None:
        """Print a page."""
        sys.stdout.write(json.dumps(row.to_dict()) + "\n")

    def end(self) -> None:
        """Flush what is left."""
        sys.stdout.flush()


class _TableSink:
    """A line a page with its status, and what its fields read below it; a summary at the end."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console: Console = Console(highlight=False)
        self._counts: dict[str, int] = {}

    def add(self, row: Row) -> None:
        """Print a page."""
        from rich.padding import Padding
        from rich.text import Text

        self._counts[row.status] = self._counts.get(row.status, 0) + 1
        heading = Text.assemble((f"{row.status:<{WIDEST}}", f"bold {COLOURS[row.status]}"), "  ", row.name)
        self._console.print(heading, soft_wrap=True)
        fields = Text("   ").join(_shown(reading, suspect=reading.name in row.suspects) for reading in row.readings)
        for text in (fields, *(Text(reason, COLOURS[row.status]) for reason in row.reasons)):
            if text:
                self._console.print(Padding(text, (0, 0, 0, WIDEST + 2)))

    def end(self) -> None:
        """Print the summary."""
        total = sum(self._counts.values())
        parts = [f"{self._counts[status]} {status}" for status in COLOURS if status in self._counts]
        self._console.print(f"\n{total} page{'s' * (total != 1)}: {', '.join(parts)}.", style="bold", soft_wrap=True)


_PRINTERS: dict[Format, Callable[[list[str]], _Sink]] = {
    Format.table: lambda _: _TableSink(),
    Format.json: lambda _: _JsonSink(),
    Format.csv: lambda names: _CsvSink(names, sys.stdout.write),
}


def _shown(reading: FieldReading, *, suspect: bool) -> Text:
    """Write a field's name and what it reads."""
    from rich.text import Text

    colour = "bold yellow" if suspect else "bold"
    return Text.assemble((f"{reading.name}=", "dim"), (reading.text or "–", colour))


def _read_task(reader: FormReader, task: Task) -> Row:
    """Load and read one page."""
    from inkread.documents import load_page

    if task.problem is not None:
        raise ImageError(task.problem)
    return reader.read(load_page(task.file, task.page), _named(task), task.page)


def _broken(task: Task, error: ImageError) -> Row:
    """Make the row of a page that cannot be used."""
    from inkread.forms import Row

    return Row(_named(task), task.page, "unreadable", (_on_one_line(str(error)),))


def _named(task: Task) -> str:
    """Return the file's name as it may be shown and written."""
    from inkread.evaluation.wording import printable

    return printable(str(task.file))


def _on_one_line(text: str) -> str:
    """Take out of a reason what would part it in two."""
    from inkread.evaluation.wording import printable
    from inkread.forms.rows import BETWEEN

    return printable(text).replace(BETWEEN, ", ")


def _csv_line(cells: list[str]) -> str:
    """Return a line of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Give what counts a page; a bar is shown where a person looks on and the rows go elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal or sys.stdout.isatty()) as bar:
        task = bar.add_task("reading", total=total)
        yield lambda: bar.advance(task)
