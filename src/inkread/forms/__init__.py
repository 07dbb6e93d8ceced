"""Forms: a template of one page, pages laid over it, their fields read, reviewed and corrected.

The names load on first use, so that nothing is imported that is not needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkread.lazy import importer

if TYPE_CHECKING:
    from inkread.forms.corrections import merge, parse_corrections
    from inkread.forms.making import make_template
    from inkread.forms.reading import FormReader
    from inkread.forms.review import ReviewSheet
    from inkread.forms.rows import FieldReading, Row
    from inkread.forms.template import Template, load_template

_HOMES = {
    "FieldReading": "rows",
    "FormReader": "reading",
    "ReviewSheet": "review",
    "Row": "rows",
    "Template": "template",
    "load_template": "template",
    "make_template": "making",
    "merge": "corrections",
    "parse_corrections": "corrections",
}
__all__ = [
    "FieldReading",
    "FormReader",
    "ReviewSheet",
    "Row",
    "Template",
    "load_template",
    "make_template",
    "merge",
    "parse_corrections",
]
__getattr__ = importer(__name__, _HOMES)
