"""Made numbers and pages: handwriting set side by side, on paper, before a camera, with the truth about all of it."""

from inkread.data.synthesis.glyphs import Glyphs, load_glyphs
from inkread.data.synthesis.numbers import NumberSample, make_number
from inkread.data.synthesis.pages import PageSample, make_page
from inkread.data.synthesis.strips import compose_digits
from inkread.data.synthesis.styles import CLEAN, EVERYDAY, PAGES, NumberStyle, PageStyle

__all__ = [
    "CLEAN",
    "EVERYDAY",
    "PAGES",
    "Glyphs",
    "NumberSample",
    "NumberStyle",
    "PageSample",
    "PageStyle",
    "compose_digits",
    "load_glyphs",
    "make_number",
    "make_page",
]
