"""Drawing on the page with the mouse, and pages to open."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from playwright.sync_api import Locator, Page

from inkread.data.synthesis import CLEAN, PageSample, PageStyle, load_glyphs, make_page
from tests.contract.strokes import STYLES

PLAIN_PAGE = PageStyle(
    layouts={"table": 1}, digits=(0.04, 0.04), numbers=CLEAN, lined=0, squared=0, two_hands=0, printed=0, words=0,
    pencil=0, photo=0, skew=1, quarter=0, blur=0, coarse=0, noise=0, jpeg=0, bilevel=0,
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a digit is drawn: its left upper corner and its height, in shares of the sheet's height."""

    x: float = 0.32
    y: float = 0.14
    height: float = 0.7


MIDDLE = Place()
PLACES = (MIDDLE, Place(0.06, 0.05, 0.4), Place(0.6, 0.5, 0.42), Place(0.1, 0.08, 0.85))


def draw(page: Page, style: str, place: Place = MIDDLE, sheet: str = "#view-read .pad canvas") -> None:
    """Draw a digit of `STYLES` stroke by stroke."""
    box = page.locator(sheet).bounding_box()
    assert box is not None
    for path in STYLES[style]:
        points = [
            (
                box["x"] + box["height"] * (place.x + x * place.height),
                box["y"] + box["height"] * (place.y + y * place.height),
            )
            for x, y in path
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def verdict(page: Page) -> Locator:
    """The sentence that says what was read."""
    return page.locator("#view-read .verdict")


def page_of_numbers(seed: int = 0) -> tuple[PageSample, bytes]:
    """Make a clean page of a few dozen numbers, and its PNG."""
    sample = make_page(np.random.default_rng(seed), load_glyphs("test"), size=(900, 640), style=PLAIN_PAGE)
    return sample, cv2.imencode(".png", sample.image)[1].tobytes()
