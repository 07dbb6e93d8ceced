"""inkread reads handwritten digits. The public names load on first use, so that `import inkread` costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inkread.version import __version__

if TYPE_CHECKING:
    from inkread.api import Reader, load
    from inkread.errors import InkreadError
    from inkread.types import Box, Digit, Number

__all__ = ["Box", "Digit", "InkreadError", "Number", "Reader", "__version__", "load"]

_HOME = {
    "Box": "inkread.types",
    "Digit": "inkread.types",
    "InkreadError": "inkread.errors",
    "Number": "inkread.types",
    "Reader": "inkread.api",
    "load": "inkread.api",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its room when it is first asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'inkread' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """Offer the public names to completion."""
    return __all__
