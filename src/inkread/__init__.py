"""inkread reads handwritten digits. The public names load on first use, so that `import inkread` costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkread.lazy import importer
from inkread.version import __version__

if TYPE_CHECKING:
    from inkread.api import Reader, load
    from inkread.errors import InkreadError
    from inkread.types import Box, Digit, Number, Page

__all__ = ["Box", "Digit", "InkreadError", "Number", "Page", "Reader", "__version__", "load"]

_HOMES = {
    "Box": "types",
    "Digit": "types",
    "InkreadError": "errors",
    "Number": "types",
    "Page": "types",
    "Reader": "api",
    "load": "api",
}
__getattr__ = importer(__name__, _HOMES)


def __dir__() -> list[str]:
    """Offer the public names to completion."""
    return __all__
