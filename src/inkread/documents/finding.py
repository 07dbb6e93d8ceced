"""Paths, folders and patterns -> files, in the order in which people count. Standard library only."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from glob import has_magic, iglob
from pathlib import Path
from typing import NamedTuple

# fmt: off
SUFFIXES = frozenset((
    ".avif", ".bmp", ".dib", ".gif", ".heic", ".heif", ".ico", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".jpx",
    ".pbm", ".pcx", ".pdf", ".pgm", ".png", ".pnm", ".ppm", ".sgi", ".tif", ".tiff", ".webp",
))
# fmt: on
"""What a folder is searched for: whatever is a picture or a document, also kinds that then turn out unreadable."""


class Found(NamedTuple):
    """A file to read.

    Attributes:
        path: where it is.
        problem: a sentence, where there is no file to read; None elsewhere.
    """

    path: Path
    problem: str | None = None


def find_files(paths: Iterable[Path], *, apart_from: Path | None = None) -> list[Found]:
    """List the files that are meant.

    Args:
        paths: files, which are taken as they are; folders, of which all files count that can be a picture or a
            document, also in folders within, but none whose name begins with a dot; and patterns such as
            ``scans/**/*.png``, where no file has that very name.
        apart_from: a folder whose files are not meant unless they are named: what was written there are copies.

    Returns:
        The files, those of a folder or a pattern in natural order (2 before 10) and none of them twice. A folder or
        pattern without any, or one that cannot be looked into, stands there with its problem.
    """
    found: list[Found] = []
    taken: set[Path] = set()
    for path in paths:
        if path.is_dir():
            entries = _searched(path, apart_from)
        elif has_magic(str(path)) and not os.path.lexists(path):
            entries = _matching(path, apart_from)
        else:
            found.append(Found(path))
            taken.add(path)
            continue
        new = [entry for entry in entries if entry.path not in taken or entry.problem]
        taken.update(entry.path for entry in new)
        found += new
    return found


def natural_key(path: Path) -> tuple[tuple[tuple[int, int, str], ...], ...]:
    """Return what to sort by: each part of a path with its numbers as numbers."""
    return tuple(_part_key(part) for part in path.parts)


def _part_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Cut a name into numbers and the texts between them; numbers come first."""
    parts = [part for part in re.split(r"([0-9]+)", name) if part]
    key = [(0, int(part), "") if part[0] in "0123456789" else (1, 0, part.casefold()) for part in parts]
    return (*key, (1, 0, name))  # names that differ in nothing else have an order all the same


def _searched(folder: Path, apart_from: Path | None) -> list[Found]:
    """List a folder's files, and the folders that cannot be looked into."""
    problems: list[Found] = []

    def note(error: OSError) -> None:
        place = Path(os.fsdecode(error.filename))
        problems.append(Found(place, f"the folder {place} cannot be opened: {error.strerror}."))

    files = [Found(path) for path in _walk(folder, apart_from, note)]
    if not files and not problems:
        return [Found(folder, f"{folder} is a folder without pictures or documents; name another.")]
    return sorted(files + problems, key=lambda entry: natural_key(entry.path))


def _walk(folder: Path, apart_from: Path | None, note: Callable[[OSError], None]) -> Iterator[Path]:
    """Yield the files below a folder that can be pictures or documents."""
    for place, folders, names in os.walk(folder, onerror=note):
        folders[:] = [
            name for name in folders if not name.startswith(".") and not _is_same(Path(place, name), apart_from)
        ]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(place, name)


def _is_same(folder: Path, other: Path | None) -> bool:
    """Say whether two paths lead to the same folder."""
    return other is not None and folder.name == other.resolve().name and folder.resolve() == other.resolve()


def _matching(pattern: Path, apart_from: Path | None) -> list[Found]:
    """List the files that a pattern means; of a folder among them, what is in it."""
    matches = sorted((Path(name) for name in iglob(str(pattern), recursive=True)), key=natural_key)  # noqa: PTH207
    inside = None if apart_from is None else apart_from.resolve()
    files = [Found(path) for path in matches if not path.is_dir() and inside not in path.resolve().parents]
    if not files and matches:
        return [entry for folder in matches if folder.is_dir() for entry in _searched(folder, apart_from)]
    return files or [Found(pattern, f"{pattern} matches no file; check the pattern.")]
