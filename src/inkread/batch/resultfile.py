"""A text file that is written anew from its beginning, but never gets shorter while what is written stays the same."""

from __future__ import annotations

import os
from pathlib import Path

from inkread.batch.journal import out_of_room, write_all


class ResultFile:
    """Writes text piece by piece. What an earlier run wrote stays until something else is to stand in its place."""

    def __init__(self, path: Path) -> None:
        self._path, self._end, self._is_same = path, 0, True
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise out_of_room(path, error) from error

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def write(self, text: str) -> None:
        """Write all of a piece or nothing.

        Raises:
            OutputError: if there is no room; what was written before stays.
        """
        content = text.encode()
        try:
            os.lseek(self._file, self._end, os.SEEK_SET)
            if not (self._is_same and os.read(self._file, len(content)) == content):
                self._cut_off()
                write_all(self._file, content)
        except OSError as error:
            os.ftruncate(self._file, self._end)
            raise out_of_room(self._path, error) from error
        self._end += len(content)

    def finish(self) -> None:
        """Take away what an earlier run wrote beyond, and see that all is on the disk.

        Raises:
            OutputError: if that fails.
        """
        try:
            self._cut_off()
            os.fsync(self._file)
        except OSError as error:
            raise out_of_room(self._path, error) from error

    def _cut_off(self) -> None:
        """Let the file end here."""
        if self._is_same:
            os.ftruncate(self._file, self._end)
            os.lseek(self._file, self._end, os.SEEK_SET)
            self._is_same = False
