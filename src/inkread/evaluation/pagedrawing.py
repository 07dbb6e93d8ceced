"""A page with what was read on it: a frame round each number, its text above, and a key below."""

from __future__ import annotations

from PIL import Image, ImageDraw

from inkread.evaluation.annotate import LESS_SURE, colour_of, font_of, shortened
from inkread.evaluation.palette import GREY, INK, PAPER, RIGHT, WRONG
from inkread.evaluation.wording import percent, printable, shown_label
from inkread.types import Number, Page, UInt8Array

LONG_SIDE_FROM, LONG_SIDE_TO = 900, 2400
FOOT = 52
SMALLEST_TEXT, LARGEST_TEXT = 11, 40
KEY = ((WRONG, "not accepted"), (LESS_SURE, "less sure"), (RIGHT, "90 % and more"))


def draw_page(pixels: UInt8Array, page: Page, name: str) -> Image.Image:
    """Draw every number of a page into a copy of it.

    Args:
        pixels: uint8 of shape (H, W) or (H, W, 3) RGB.
        page: what was read.
        name: the page's name, printed below.

    Returns:
        RGB image whose longer side has 900 to 2,400 pixels, and a foot.
    """
    picture = Image.fromarray(pixels).convert("RGB")
    scale = min(max(max(picture.size), LONG_SIDE_FROM), LONG_SIDE_TO) / max(picture.size)
    if scale != 1:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(picture)
    for number in page.numbers:
        _frame(draw, number, scale)
    image = Image.new("RGB", (max(picture.width, 640), picture.height + FOOT), PAPER)
    image.paste(picture, (0, 0))
    _draw_foot(image, picture.height + FOOT // 2, _summary(page, name))
    return image


def _frame(draw: ImageDraw.ImageDraw, number: Number, scale: float) -> None:
    """Frame a number, and write above it what was read and, where it is not sure, how surely."""
    if number.box is None:
        return
    x0, y0, x1, y1 = (round(value * scale) for value in number.box)
    colour = colour_of(number)
    draw.rectangle((x0 - 2, y0 - 2, x1 + 1, y1 + 1), outline=colour, width=2)
    text = shown_label(number) or "?"
    if colour != RIGHT:
        text += f" {percent(number.confidence, 0)}"
    font = font_of(min(max(round(0.5 * (y1 - y0)), SMALLEST_TEXT), LARGEST_TEXT))
    left, top, right, bottom = draw.textbbox((x0 - 2, y0 - 3), text, font=font, anchor="lb")
    drop = max(0, 1 - top)
    draw.rectangle((left - 1, top - 1 + drop, right + 1, bottom + 1 + drop), fill=PAPER)
    draw.text((x0 - 2, y0 - 3 + drop), text, fill=colour, font=font, anchor="lb")


def _summary(page: Page, name: str) -> str:
    """Say how many numbers there are, and of what page."""
    count = len(page.numbers)
    return printable(f"{count or 'no'} number{'s' * (count != 1)}  ·  {name}")


def _draw_foot(image: Image.Image, middle: int, summary: str) -> None:
    """Write the summary and the key to the colours."""
    draw, right = ImageDraw.Draw(image), image.width - 12
    small = font_of(16)
    for colour, text in KEY:
        draw.text((right, middle), text, fill=GREY, font=small, anchor="rm")
        right -= round(draw.textlength(text, small)) + 7
        draw.rectangle((right - 12, middle - 6, right, middle + 6), fill=colour)
        right -= 26
    font = font_of(20)
    draw.text((12, middle), shortened(summary, font, right - 12), fill=INK, font=font, anchor="lm")
