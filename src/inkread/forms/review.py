"""One HTML file with every field that a person should look at; it works without a network."""

from __future__ import annotations

import json
from base64 import b64encode
from importlib.resources import files
from typing import Any

import cv2
import numpy as np

from inkread.forms.corrections import FORMAT, VERSION
from inkread.forms.rows import FieldReading, Row, page_text
from inkread.types import UInt8Array

_DATA = "{{DATA}}"


class ReviewSheet:
    """Gathers what is uncertain, page by page.

    Args:
        title: name of the form.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._pages: list[dict[str, Any]] = []

    def add(self, row: Row) -> None:
        """Take the fields of a row that a person should look at; a page that is "ok" adds nothing."""
        if row.status == "ok":
            return
        fields = [_field(reading) for reading in row.readings if reading.name in row.suspects]
        page = {"file": row.file, "page": page_text(row.page), "name": row.name}
        self._pages.append({**page, "status": row.status, "reasons": list(row.reasons), "fields": fields})

    @property
    def count(self) -> int:
        """How many fields there are to look at."""
        return sum(len(page["fields"]) for page in self._pages)

    def html(self) -> str:
        """Return the whole file: pictures, style and program within it, all texts escaped."""
        data = {"title": self._title, "format": FORMAT, "version": VERSION, "pages": self._pages}
        safe = (
            json.dumps(data, ensure_ascii=True).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
        )
        return files("inkread.forms").joinpath("review.html").read_text(encoding="utf-8").replace(_DATA, safe)


def _field(reading: FieldReading) -> dict[str, Any]:
    """Return what the sheet shows of a field."""
    return {
        "name": reading.name,
        "text": reading.text,
        "confidence": reading.confidence,
        "reason": reading.reason or "part of a total that does not hold",
        "alternatives": list(reading.alternatives),
        "crop": "" if reading.crop is None else _data_url(reading.crop),
    }


def _data_url(crop: UInt8Array) -> str:
    """Encode a picture, uint8 of shape (h, w), within an address."""
    png = np.asarray(cv2.imencode(".png", crop)[1]).tobytes()
    return "data:image/png;base64," + b64encode(png).decode()
