"""Make examples/pages/tally.jpg: a photographed sheet of numbers, written with MNIST's test digits, words in print.

python examples/make_page.py
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from inkread.data import load
from inkread.data.synthesis import PAGES, Glyphs, make_page

SEED = 11
STYLE = replace(
    PAGES,
    layouts={"table": 1.0},
    digits=(0.026, 0.03),
    photo=1.0,
    quarter=0.0,
    bilevel=0.0,
    coarse=0.0,
    pencil=0.0,
    words=0.3,
)
TARGET = Path(__file__).parent / "pages" / "tally.jpg"


def main() -> None:
    """Make the page and save it."""
    data = load("mnist", "test")
    glyphs = Glyphs(data.images[:, 0], data.labels)
    page = make_page(np.random.default_rng(SEED), glyphs, size=(1400, 1000), style=STYLE)
    TARGET.parent.mkdir(exist_ok=True)
    cv2.imwrite(str(TARGET), page.image, [cv2.IMWRITE_JPEG_QUALITY, 85])


if __name__ == "__main__":
    main()
