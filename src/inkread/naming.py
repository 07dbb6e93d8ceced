"""What to offer when a name is mistyped. Standard library only."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known names come close to a mistyped one, as a half sentence ("; did you mean 'adam'?")."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=2, cutoff=0.5)
    if close:
        return "; did you mean " + " or ".join(repr(c) for c in close) + "?"
    return "; known are " + ", ".join(names) + "."
