"""How a run reads its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from inkread.types import NumberOptions
from inkread.version import __version__

if TYPE_CHECKING:
    from inkread.api import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How files are read.

    Attributes:
        task: as what; "auto" leaves it to `reading.choosing.choose_task`, and a page of a PDF is a page.
        options: what is said of numbers.
        detail: whether outcomes keep probabilities and the single digits of a page.
        out: folder for copies; None where there are none.
        annotate: whether each page is drawn with what was read.
        hocr: whether each page is written as hOCR.
    """

    task: Literal["auto", "digit", "number", "page"] = "auto"
    options: NumberOptions = field(default_factory=NumberOptions)
    detail: bool = False
    out: Path | None = None
    annotate: bool = False
    hocr: bool = False

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Of what is written of each page."""
        return (".png",) * self.annotate + (".hocr",) * self.hocr

    def to_dict(self, reader: Reader) -> dict[str, Any]:
        """Return as plain values all that decides what comes out, the model among it."""
        options = {name: list(value) if isinstance(value, tuple) else value for name, value in self.options.items()}
        return {
            "version": __version__,
            "as": self.task,
            "model": hashlib.sha256(reader.classifier.content).hexdigest(),
            "min-confidence": reader.min_confidence,
            "annotate": self.annotate,
            "hocr": self.hocr,
            "format": "json" if self.detail else "table or csv",
            **options,
        }
