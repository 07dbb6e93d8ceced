"""Names for what is written beside the results: no source and no other copy is ever written over."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from inkread.batch.journal import Key

LONGEST = 180  # bytes of a name: what is added must still fit into the 255 that file systems allow


class CopyNames:
    """Gives names.

    Args:
        folder: where the copies go.
        suffixes: what is written of each page, such as ".png".
        sources: every file that may come.
        stems: names that pages had in an earlier run, which they keep.
    """

    def __init__(
        self, folder: Path, suffixes: Iterable[str], sources: Iterable[Path], stems: Mapping[Key, str]
    ) -> None:
        self._folder, self._suffixes = folder.resolve(), tuple(suffixes)
        self._taken = {source.resolve() for source in sources if source.suffix.lower() in self._suffixes}
        self.sheet = self._free("sheet")
        self._stems = stems
        for stem in stems.values():
            self._take(stem)

    def stem(self, path: Path, page: int | None) -> str:
        """Return the name of a page's copies without a suffix: the file's own, numbered where that is taken."""
        known = self._stems.get((str(path), page))
        if known is not None:
            return known
        stem = os.fsencode(path.stem)[:LONGEST].decode(errors="ignore") or "picture"
        return self._free(stem if page is None else f"{stem}-page{page}")

    def _free(self, wanted: str) -> str:
        """Find a name that nothing has, and take it."""
        stem, number = wanted, 1
        while any(self._folder / (stem + suffix) in self._taken for suffix in self._suffixes):
            number += 1
            stem = f"{wanted}-{number}"
        self._take(stem)
        return stem

    def _take(self, stem: str) -> None:
        """Let nothing else have a name."""
        self._taken.update(self._folder / (stem + suffix) for suffix in self._suffixes)
