"""A file's pages, counted and loaded one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from inkread.errors import ImageError
from inkread.types import UInt8Array

PDF_MARK: Final = b"%PDF-"
MARK_WITHIN = 1024  # bytes; other programs let as much stand before it
TIFF_MARKS: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def count_pages(path: Path) -> int | None:
    """Count the pages of a document.

    Args:
        path: any file.

    Returns:
        How many pages a PDF or a TIFF of several pages has; None for what is one picture, or no picture at all, of
        which `load_page` will tell.

    Raises:
        ImageError: if it is a PDF that is encrypted, broken or without pages.
    """
    kind = file_kind(path)
    if kind == "pdf":
        from inkread.documents.pdf import count_pdf_pages

        return count_pdf_pages(path)
    if kind == "tiff":
        from inkread.documents.tiff import count_tiff_pages

        count = count_tiff_pages(path)
        return count if count > 1 else None
    return None


def load_page(path: Path, page: int | None, *, grey: bool = False) -> UInt8Array:
    """Load one page.

    Args:
        path: a file.
        page: from 1, where `count_pages` counts some; None elsewhere.
        grey: whether brightness is enough, which saves time for a JPEG file.

    Returns:
        uint8 of shape (H, W) for grey or (H, W, 3) for RGB, 0 to 255.

    Raises:
        ImageError: if it cannot be used; see `imaging.load_image`.
    """
    if page is None:
        from inkread.imaging import load_image

        return load_image(path, grey=grey)
    if file_kind(path) == "pdf":
        from inkread.documents.pdf import render_pdf_page

        return render_pdf_page(path, page)
    from inkread.documents.tiff import load_tiff_page

    return load_tiff_page(path, page)


def page_name(path: Path, page: int | None) -> str:
    """Name a page in a sentence: "scan.pdf", or "page 3 of scan.pdf"."""
    return str(path) if page is None else f"page {page} of {path}"


def file_kind(path: Path) -> Literal["pdf", "tiff", "picture"]:
    """Tell by its first bytes what a file is; what cannot be opened passes for a picture."""
    try:
        with path.open("rb") as file:
            begin = file.read(MARK_WITHIN)
    except (OSError, ValueError):
        return "picture"
    if begin.startswith(TIFF_MARKS):
        return "tiff"
    return "pdf" if PDF_MARK in begin else "picture"


def cannot_open(path: Path, error: OSError) -> ImageError:
    """Turn an operating system's refusal into a sentence."""
    return ImageError(f"{path} cannot be opened: {error.strerror or error}.")
