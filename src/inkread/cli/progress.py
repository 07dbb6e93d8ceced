"""How far reading has come, on stderr: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from rich.console import Console

EVERY = 10.0  # seconds between two lines


class ProgressStyle(StrEnum):
    """How progress is shown."""

    auto = "auto"
    bars = "bars"
    lines = "lines"
    none = "none"


class Progress(Protocol):
    """Counts pages."""

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        ...

    def more(self, count: int) -> None:
        """Note that there are so many pages more."""
        ...

    def done(self) -> None:
        """Note that a page is done."""
        ...


def make_progress(style: ProgressStyle, console: Console, total: int) -> Progress:
    """Choose how progress is shown."""
    if style is ProgressStyle.none:
        return NoProgress()
    if style is ProgressStyle.bars or (style is ProgressStyle.auto and console.is_terminal):
        return BarProgress(console, total)
    return LineProgress(console, total)


class NoProgress:
    """Shows nothing."""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End."""

    def more(self, count: int) -> None:
        """Note nothing."""

    def done(self) -> None:
        """Note nothing."""


class LineProgress(NoProgress):
    """A line every ten seconds, so that short runs say nothing."""

    def __init__(self, console: Console, total: int) -> None:
        self._console, self._total, self._count = console, total, 0
        self._begin = self._last = time.monotonic()

    def more(self, count: int) -> None:
        """Raise the total."""
        self._total += count

    def done(self) -> None:
        """Write a line if it is time."""
        self._count += 1
        now = time.monotonic()
        if now - self._last < EVERY or self._count == self._total:
            return
        self._last = now
        minutes, seconds = divmod(round((now - self._begin) / self._count * (self._total - self._count)), 60)
        share = f"{self._count:,} of {self._total:,} pages ({100 * self._count / self._total:.0f} %)"
        self._console.print(f"{share}, {minutes}:{seconds:02} left", soft_wrap=True, highlight=False)


class BarProgress(NoProgress):
    """A bar with the time left."""

    def __init__(self, console: Console, total: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn("Reading"), BarColumn(bar_width=28), MofNCompleteColumn(), TimeRemainingColumn())
        # Standard output stays what it is: rows may go there, perhaps into a file.
        self._bars = Bars(
            *columns,
            TextColumn("left"),
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._bars.add_task("", total=total)
        self._total = total

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._bars.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Take the bar away."""
        self._bars.stop()

    def more(self, count: int) -> None:
        """Raise the total."""
        self._total += count
        self._bars.update(self._task, total=self._total)

    def done(self) -> None:
        """Move the bar."""
        self._bars.advance(self._task)
