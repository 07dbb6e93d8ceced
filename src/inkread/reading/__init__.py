"""Ink to numbers: what the network says of each column is decoded into text, under constraints where there are any.

The names load on first use, so that loading a model does not import what reads numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkread.lazy import importer

if TYPE_CHECKING:
    from inkread.reading.constraints import Constraint, make_constraint
    from inkread.reading.decoding import Character, Reading, decode
    from inkread.reading.numbers import read_number
    from inkread.reading.pages import read_page
    from inkread.reading.wholes import read_whole_number

_HOMES = {
    "Character": "decoding",
    "Constraint": "constraints",
    "Reading": "decoding",
    "decode": "decoding",
    "make_constraint": "constraints",
    "read_number": "numbers",
    "read_page": "pages",
    "read_whole_number": "wholes",
}
__all__ = [
    "Character",
    "Constraint",
    "Reading",
    "decode",
    "make_constraint",
    "read_number",
    "read_page",
    "read_whole_number",
]
__getattr__ = importer(__name__, _HOMES)
