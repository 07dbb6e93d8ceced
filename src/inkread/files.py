"""Writing that never leaves half a file: the old one survives whatever goes wrong. Standard library only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inkread.errors import OutputError

STATE_DICT_SUFFIXES = (".pth", ".pt")


def is_state_dict(path: Path) -> bool:
    """Tell by its name whether a file is a plain PyTorch state dict."""
    return path.suffix.lower() in STATE_DICT_SUFFIXES


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; when the block ends well, it is flushed to disk and renamed over `path`.

    A symbolic link stays one: what it points to is written.

    Raises:
        OutputError: if the folder is missing or full or may not be written, or `path` is a folder, a device or a pipe;
            what stood at `path` stays as it was.
    """
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            kind = "a folder" if target.is_dir() else "no regular file"
            raise OutputError(f"cannot write {path}: it is {kind}; choose another name.")
        check_folder(path.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = _new_file(target)
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file or nothing.

    Raises:
        OutputError: see `atomic_path`.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write a whole UTF-8 text file or nothing.

    Raises:
        OutputError: see `atomic_path`.
    """
    write_bytes(path, text.encode())


def cannot_write(path: Path, error: OSError) -> OutputError:
    """Turn an operating system's refusal into a sentence."""
    return OutputError(
        f"cannot write {path}: {error.strerror or error}; "
        "choose another place or make room, what was there is unchanged."
    )


def check_folder(folder: Path) -> None:
    """Refuse, before any work, a folder that could not be made because a file is in its place.

    Raises:
        OutputError: naming that file; or if one may not even look there.
    """
    try:
        place = next((place for place in (folder, *folder.parents) if place.exists()), None)
        if place is not None and not place.is_dir():
            raise OutputError(f"{place} is a file, give a folder.")
    except OSError as error:
        raise cannot_write(folder, error) from error


def _new_file(target: Path) -> Path:
    """Make an empty file beside `target`, with the rights that the umask leaves any new file."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}{target.suffix}")
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666))
    return temporary
