"""Where data sets are kept, and how a file is trusted: by its full checksum, each time it is read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from inkread.data.sources import Source, SourceFile
from inkread.files import write_bytes, write_text


def data_home() -> Path:
    """Return the folder of all data sets: `$INKREAD_HOME/data`, else the user's cache folder of this system."""
    home = os.environ.get("INKREAD_HOME")
    if home:
        return Path(home).expanduser() / "data"
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("inkread", appauthor=False)) / "data"


def folder_of(source: Source) -> Path:
    """Return the cache folder of a source (it need not be there yet)."""
    return data_home() / source.name


def matches(content: bytes | memoryview, checksum: str) -> bool:
    """Tell whether bytes have the checksum "algorithm:hex"."""
    algorithm, _, expected = checksum.partition(":")
    return hashlib.new(algorithm, content, usedforsecurity=False).hexdigest() == expected


def file_matches(path: Path, checksum: str) -> bool:
    """Tell whether a file has the checksum "algorithm:hex"; it may be larger than memory."""
    algorithm, _, expected = checksum.partition(":")
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest() == expected


def read_cached(folder: Path, file: SourceFile) -> bytes | None:
    """Return a raw file from the cache.

    Args:
        folder: the source's cache folder.
        file: what to read; where its checksum was not published, the one noted when it was stored counts.

    Returns:
        The raw IDX bytes, or None if the file is missing or damaged.
    """
    try:
        checksum = file.checksum or _note(folder, file).read_text(encoding="ascii").strip()
        content = (folder / file.name).read_bytes()
        return content if matches(content, checksum) else None
    except (OSError, ValueError):
        return None


def is_cached(source: Source) -> bool:
    """Tell whether all files of a source lie in the cache, undamaged."""
    return all(read_cached(folder_of(source), file) is not None for file in source.files)


def store(folder: Path, file: SourceFile, content: bytes) -> None:
    """Put a verified raw file into the cache, whole or not at all.

    Raises:
        OutputError: if it cannot be written.
    """
    write_bytes(folder / file.name, content)
    if not file.checksum:
        write_text(_note(folder, file), f"sha256:{hashlib.sha256(content).hexdigest()}\n")


def _note(folder: Path, file: SourceFile) -> Path:
    """Return where the checksum of a file without a published one is noted."""
    return folder / f"{file.name}.checksum"
