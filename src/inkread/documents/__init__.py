"""Files of all kinds to pages: folders and patterns are searched, PDF and TIFF taken apart, page by page.

The names load on first use, so that listing files imports nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkread.lazy import importer

if TYPE_CHECKING:
    from inkread.documents.finding import Found, find_files
    from inkread.documents.pages import count_pages, load_page

_HOMES = {"Found": "finding", "count_pages": "pages", "find_files": "finding", "load_page": "pages"}
__all__ = ["Found", "count_pages", "find_files", "load_page"]
__getattr__ = importer(__name__, _HOMES)
