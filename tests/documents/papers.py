"""PDF and TIFF files, whole and broken."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from inkread.types import UInt8Array


def pdf_of(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Number the objects from 1, the catalogue first, and write the table of where they are."""
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    ending = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
    return content + ending % (size, table, size, trailer, len(content))


CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
ONE_PAGE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"


def blank_pdf(width: float = 200, height: float = 100) -> bytes:
    """One page of a size in points."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %g %g]>>" % (width, height)
    return pdf_of([CATALOGUE, ONE_PAGE, page])


def pdf_without_pages() -> bytes:
    return pdf_of([CATALOGUE, b"<</Type/Pages/Kids[]/Count 0>>"])


def encrypted_pdf() -> bytes:
    """A PDF to which no password fits."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>"
    lock = b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"ab" * 32, b"cd" * 32)
    trailer = b"/Encrypt 4 0 R/ID[<%s><%s>]" % (b"00" * 16, b"00" * 16)
    return pdf_of([CATALOGUE, ONE_PAGE, page, lock], trailer)


def document(pages: Sequence[UInt8Array], kind: str) -> bytes:
    """Pictures as the pages of a "PDF" or "TIFF", 200 dots an inch; or one as a picture."""
    first, *others = (Image.fromarray(page) for page in pages)
    buffer = BytesIO()
    several = {"save_all": True, "append_images": others, "resolution": 200} if kind in ("PDF", "TIFF") else {}
    first.save(buffer, kind, **several)
    return buffer.getvalue()


def grey(shade: int, width: int = 300, height: int = 200) -> UInt8Array:
    return np.full((height, width), shade, np.uint8)
