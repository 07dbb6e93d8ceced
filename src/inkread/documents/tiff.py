"""The pages of a TIFF."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, TiffImagePlugin

from inkread.documents.pages import cannot_open, page_name
from inkread.errors import ImageError
from inkread.types import UInt8Array

_DAMAGE = (SyntaxError, IndexError, KeyError, TypeError, ValueError, struct.error, Image.DecompressionBombError)


def count_tiff_pages(path: Path) -> int:
    """Count the pages, at least 1; where the file breaks off within one, this is the last, and loading will tell."""
    count = 0
    try:
        with _opened(path) as image:
            while True:
                image.seek(count)
                count += 1
    except EOFError:
        return max(1, count)
    except (ImageError, OSError, *_DAMAGE):
        return count + 1


def load_tiff_page(path: Path, page: int) -> UInt8Array:
    """Load a page.

    Args:
        path: the TIFF.
        page: from 1.

    Returns:
        uint8 of shape (H, W) for grey or (H, W, 3) for RGB.

    Raises:
        ImageError: if it cannot be used.
    """
    from inkread.imaging import load_image

    name = page_name(path, page)
    with _opened(path) as image:
        try:
            image.seek(page - 1)
        except (OSError, EOFError, *_DAMAGE) as error:
            raise ImageError(f"{name} is damaged or truncated and cannot be decoded; get a fresh copy.") from error
        return load_image(image, name=name)


@contextmanager
def _opened(path: Path) -> Iterator[TiffImagePlugin.TiffImageFile]:
    """Open the file; `Image.open` would warn about large pictures according to a process-wide limit."""
    try:
        with path.open("rb") as file, TiffImagePlugin.TiffImageFile(file, "") as image:
            yield image
    except _DAMAGE as error:
        raise ImageError(f"{path} is damaged or truncated and cannot be decoded; get a fresh copy.") from error
    except OSError as error:
        raise cannot_open(path, error) from error
