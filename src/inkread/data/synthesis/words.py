"""Words: what stands beside numbers and is none."""

from __future__ import annotations

import numpy as np

from inkread.data.synthesis.glyphs import Glyphs
from inkread.data.synthesis.hands import draw_to_height
from inkread.data.synthesis.layout import Spacing, Writing, arrange
from inkread.data.trajectories import Pen

# fmt: off
WORDS = (
    "account",
    "amount",
    "april",
    "august",
    "balance",
    "box",
    "cash",
    "chapter",
    "code",
    "count",
    "date",
    "day",
    "december",
    "depth",
    "draft",
    "entry",
    "feet",
    "form",
    "from",
    "grams",
    "height",
    "hours",
    "in",
    "item",
    "january",
    "kilo",
    "length",
    "litre",
    "lot",
    "march",
    "mass",
    "may",
    "metre",
    "mean",
    "month",
    "name",
    "net",
    "no.",
    "note",
    "number",
    "of",
    "office",
    "order",
    "page",
    "paid",
    "part",
    "per",
    "point",
    "pressure",
    "price",
    "rain",
    "remarks",
    "rest",
    "result",
    "room",
    "score",
    "sheet",
    "signed",
    "site",
    "sum",
    "table",
    "tax",
    "team",
    "the",
    "time",
    "to",
    "total",
    "unit",
    "value",
    "weight",
    "width",
    "wind",
    "year",
)
# fmt: on
SMALL = frozenset("acemnorsuvwxz")
TALL = 0.62  # height of small letters, as a share of the tall ones'


def write_word(glyphs: Glyphs, pen: Pen, height: float, spacing: Spacing, rng: np.random.Generator) -> Writing | None:
    """Write a word with one person's letters.

    Args:
        glyphs: where the letters are.
        pen: what is written with.
        height: of a digit, and so of a tall letter, in pixels.
        spacing: how evenly.
        rng: decides which letters.

    Returns:
        The word; None where there are no letters to write with.
    """
    letters = glyphs.word(rng)
    if not letters:
        return None
    inks = [draw_to_height(letter, pen, height * (TALL if letter.label in SMALL else 1), rng) for letter in letters]
    return arrange("".join(letter.label for letter in letters), inks, height, spacing, rng)
