"""PDF pages as pictures, by PDFium, which lets one thread in at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from inkread.documents.pages import cannot_open, page_name
from inkread.errors import ImageError
from inkread.types import UInt8Array

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

POINTS_PER_INCH = 72
RESOLUTION = 200  # dots an inch: a digit of 4 mm has 31 pixels
MOST_PIXELS = 12_000_000  # a page of a metre is rendered more coarsely
_lock = Lock()


def count_pdf_pages(path: Path) -> int:
    """Count the pages.

    Raises:
        ImageError: if the file is encrypted, broken or without pages.
    """
    with _opened(path) as document:
        return len(document)


def render_pdf_page(path: Path, page: int) -> UInt8Array:
    """Draw a page at 200 dots an inch, what is filled into its form too; a very large one with 12 megapixels.

    Args:
        path: the PDF.
        page: from 1.

    Returns:
        uint8 of shape (H, W, 3), RGB.

    Raises:
        ImageError: if the page or the document is broken.
    """
    from pypdfium2 import PdfiumError

    with _opened(path) as document:
        try:
            document.init_forms()
            found = document[page - 1]
            try:
                return _draw(found, page_name(path, page))
            finally:
                found.close()
        except (PdfiumError, IndexError) as error:
            raise ImageError(f"{page_name(path, page)} is damaged and cannot be drawn; get a fresh copy.") from error


def _draw(page: PdfPage, name: str) -> UInt8Array:
    """Render a page into an array of its own."""
    width, height = (length / POINTS_PER_INCH for length in page.get_size())
    if not 0 < width * height < float("inf"):
        raise ImageError(f"{name} has no size.")
    resolution = min(RESOLUTION, (MOST_PIXELS / (width * height)) ** 0.5)
    if min(width, height) * resolution < 1:
        raise ImageError(f"{name} is a line of {72 * width:g} by {72 * height:g} points, not a page.")
    bitmap = page.render(scale=resolution / POINTS_PER_INCH, rev_byteorder=True, prefer_bgrx=False)
    try:
        return np.array(bitmap.to_numpy()[..., :3], dtype=np.uint8)
    finally:
        bitmap.close()


@contextmanager
def _opened(path: Path) -> Iterator[PdfDocument]:
    """Open a document, and keep other threads out of PDFium until it is closed."""
    from pypdfium2 import PdfDocument, PdfiumError
    from pypdfium2.raw import FPDF_LoadDocument

    try:
        with _lock, path.open("rb") as file:
            # PDFium gives no reason for refusing a document without pages, but keeps the reason of an earlier refusal:
            # that of a file without a name, which no other document can have.
            FPDF_LoadDocument(b"", None)
            try:
                document = PdfDocument(file)
            except PdfiumError as error:
                raise ImageError(_refusal(path, error.err_code)) from error
            try:
                yield document
            finally:
                document.close()
    except OSError as error:
        raise cannot_open(path, error) from error


def _refusal(path: Path, code: int | None) -> str:
    """Say why PDFium does not open a file."""
    from pypdfium2.raw import FPDF_ERR_FILE, FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

    if code in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY):
        return f"{path} is encrypted; save a copy without a password."
    if code == FPDF_ERR_FILE:
        return f"{path} holds no pages; take a fresh copy."
    return f"{path} is a broken PDF and cannot be opened; get a fresh copy."
