"""What is done, written down line by line, so that a run that was killed loses nothing and goes on.

The first line holds the settings, each further one an outcome, and "done" the last one of a run that came to its end. A
line that was cut short, as by a power failure, is taken away before anything is added.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, Self

from inkread.batch.outcome import Outcome
from inkread.errors import ConfigError, OutputError

NAME = "journal.jsonl"
FORMAT = 1
SYNC_EVERY = 1.0  # seconds: what a power failure may cost; a process that is killed loses nothing
Key = tuple[str, int | None]


class Journal:
    """Remembers outcomes in a file.

    Attributes:
        stems: names without suffix that were given to the copies of pages, by path and page.
    """

    def __init__(self, folder: Path, settings: dict[str, Any], *, resume: bool) -> None:
        """Open or begin the journal of a folder, which is made where it is not there.

        Raises:
            ConfigError: if a run was stopped there and is not to go on, or was begun with other settings.
            OutputError: if it cannot be written.
        """
        self.stems: dict[Key, str] = {}
        self._places: dict[str, dict[Key, int]] = {}
        self._folder, self._path = folder, folder / NAME
        self._last_sync = time.monotonic()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {error.strerror}; choose another --out.") from error
        try:
            self._begin(settings, resume=resume)
        except BaseException:
            os.close(self._file)
            raise

    def __enter__(self) -> Self:
        """Return the journal."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the file."""
        os.close(self._file)

    def find(self, path: Path, page: int | None, digest: str) -> Outcome | None:
        """Look up whether a page is done.

        Args:
            path: of the file, under which the outcome is returned.
            page: of the document.
            digest: SHA-256 of the content.

        Returns:
            The outcome of the same content under the same path, if all its copies are still there; else, where there
            are no copies, a good one of the same content under another path.
        """
        places = self._places.get(digest, {})
        place = places.get((str(path), page))
        if place is not None:
            old = self._load(place, path)
            return old if all((self._folder / name).exists() for name in old.copies) else None
        for (_, other_page), place in places.items():
            if other_page == page and (old := self._load(place, path)).error is None and not old.copies:
                return old
        return None

    def add(self, outcome: Outcome) -> None:
        """Write an outcome down.

        Raises:
            OutputError: if there is no room; what was there is unchanged.
        """
        line = {"digest": outcome.digest, "copies": outcome.copies, **outcome.to_dict()}
        self._append(line)

    def finish(self) -> None:
        """Write down that all is done.

        Raises:
            OutputError: as of `add`.
        """
        self._append({"done": True}, sync=True)

    def _begin(self, settings: dict[str, Any], *, resume: bool) -> None:
        """Read what is there, or write the first line."""
        size = os.fstat(self._file).st_size
        header, self._end, finished = self._read() if size else (None, 0, True)
        if header is not None and not finished and not resume:
            raise ConfigError(
                f"{self._folder} holds a run that was stopped: add --resume to go on with it, or choose another --out."
            )
        if header is None or not resume:
            self._places, self.stems, self._end = {}, {}, 0
            os.ftruncate(self._file, 0)
            self._append({"inkread": FORMAT, "settings": settings}, sync=True)
            return
        others = sorted(name for name, value in settings.items() if header.get(name) != value)
        if others:
            raise ConfigError(
                f"{self._folder} was begun with other settings ({', '.join(others)}): repeat them, or choose another "
                "--out."
            )
        os.ftruncate(self._file, self._end)

    def _read(self) -> tuple[dict[str, Any] | None, int, bool]:
        """Note where each outcome stands.

        Returns:
            The settings, None where no run had begun; where to go on writing; and whether the run came to its end.
        """
        header: dict[str, Any] | None = None
        place, finished = 0, False
        with os.fdopen(os.dup(self._file), "rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                entry = _parse(line)
                if place == 0 and (entry is None or entry.get("inkread") != FORMAT):
                    raise ConfigError(f"{self._path} is no journal that this inkread knows: choose another --out.")
                if place == 0 and entry is not None:
                    header = dict(entry["settings"])
                elif entry is not None:
                    finished = "done" in entry
                    self._note(entry, place)
                place += len(line)
        return header, place, finished

    def _note(self, entry: dict[str, Any], place: int) -> None:
        """Remember where an outcome stands."""
        if "path" not in entry:
            return
        key = (entry["path"], entry["page"])
        if entry["digest"]:
            self._places.setdefault(entry["digest"], {})[key] = place
        for name in entry["copies"]:
            self.stems[key] = name.rpartition(".")[0]

    def _load(self, place: int, path: Path) -> Outcome:
        """Read an outcome again; several threads may."""
        with os.fdopen(os.open(self._path, os.O_RDONLY), "rb") as file:
            file.seek(place)
            entry = json.loads(file.readline())
        digest, copies, page, task = (entry.pop(name) for name in ("digest", "copies", "page", "as"))
        is_same = entry.pop("path") == str(path)
        return Outcome(path, page, task, entry, digest, tuple(copies), is_old=is_same)

    def _append(self, entry: dict[str, Any], *, sync: bool = False) -> None:
        """Add a line, or nothing."""
        line = json.dumps(entry).encode() + b"\n"
        try:
            os.lseek(self._file, self._end, os.SEEK_SET)
            write_all(self._file, line)
            if sync or time.monotonic() - self._last_sync > SYNC_EVERY:
                os.fsync(self._file)
                self._last_sync = time.monotonic()
        except OSError as error:
            os.ftruncate(self._file, self._end)
            raise out_of_room(self._path, error) from error
        self._end += len(line)


def write_all(file: int, content: bytes) -> None:
    """Write all of it, also where the system takes only a part at a time."""
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]


def out_of_room(path: Path, error: OSError) -> OutputError:
    """Say why a run must stop, and how it goes on."""
    return OutputError(
        f"cannot write {path}: {error.strerror or error}; what is done is kept, make room and go on with --resume."
    )


def _parse(line: bytes) -> dict[str, Any] | None:
    """Read a line; None where it is damaged."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
