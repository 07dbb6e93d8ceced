"""Printed characters: outline fonts that come with other packages, else the one that Pillow carries."""

from __future__ import annotations

import importlib.util
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from PIL import ImageFont

from inkread.data.synthesis.ink import tight
from inkread.types import UInt8Array

DIGIT_HEIGHT = 0.73  # of the size of the font; about the same in all of these
WIDEST = 3.0  # of a digit, as a multiple of its height: more can only be a font without the character
FILES = (
    "DejaVuSans.ttf",
    "DejaVuSans-Bold.ttf",
    "DejaVuSans-Oblique.ttf",
    "DejaVuSansMono.ttf",
    "DejaVuSerif.ttf",
    "DejaVuSerif-Bold.ttf",
    "DejaVuSerif-Italic.ttf",
    "STIXGeneral.ttf",
    "STIXGeneralBol.ttf",
    "STIXGeneralItalic.ttf",
)


@cache
def typefaces() -> tuple[str, ...]:
    """Return the paths of Matplotlib's fonts, where it is installed, and "" for Pillow's own font, last."""
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        return ("",)
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    return (*(str(folder / file) for file in FILES if (folder / file).is_file()), "")


def print_text(text: str, typeface: str, height: float) -> UInt8Array:
    """Print text in one line.

    Args:
        text: at least one character that is not a space.
        typeface: one of `typefaces()`.
        height: of a digit, in pixels.

    Returns:
        uint8 of shape (h, w), white on black, without margin.
    """
    mask = _font(typeface, max(4, round(height / DIGIT_HEIGHT))).getmask(text, mode="L")
    width, rows = mask.size
    return tight(np.array(mask, np.uint8).reshape(rows, width))[0]


@lru_cache(maxsize=64)
def _font(typeface: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Open a font."""
    return ImageFont.truetype(typeface, size) if typeface else ImageFont.load_default(size)
