"""What was read, drawn into copies of the pictures, and a contact sheet of them."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from inkread.evaluation.palette import GREY, INK, PAPER, RIGHT, WRONG
from inkread.evaluation.wording import percent, printable, shown_label
from inkread.files import write_bytes
from inkread.types import Box, Digit, Number, UInt8Array

SHEET_LIMIT = 100
SHEET_COLUMNS = 10
LONG_SIDE_FROM, LONG_SIDE_TO = 480, 1600
TILE, TILE_TEXT, GAP = 176, 46, 16
MOUNT, LESS_SURE = "#e9ecef", "#3d9bd6"
SURE = 0.9


class ContactSheet:
    """The first 100 pictures of a run, each with what was read."""

    def __init__(self) -> None:
        self._tiles: list[Image.Image] = []

    def add(self, pixels: UInt8Array, result: Digit | Number) -> None:
        """Draw one more; see `draw_reading`."""
        self._tiles.append(_draw_tile(pixels, result))

    def save(self, path: Path, count: int) -> None:
        """Write the sheet; nothing where there is no picture.

        Args:
            path: of the PNG.
            count: of all pictures, drawn here or not.

        Raises:
            OutputError: if it cannot be written.
        """
        if self._tiles:
            save_png(_draw_sheet(self._tiles, count), path)


def draw_reading(pixels: UInt8Array, digit: Digit | Number, name: str) -> Image.Image:
    """Draw a result below its picture and a frame round the ink.

    Args:
        pixels: uint8 of shape (H, W) or (H, W, 3) RGB.
        digit: what was read.
        name: the picture's name, printed small.

    Returns:
        RGB image; a small picture is enlarged and a large one reduced, so that the caption suits it.
    """
    picture, scale = _scaled(pixels)
    colour = colour_of(digit)
    unit = max(picture.size) / 480
    caption = round(112 * unit)
    _frame_all(picture, digit, scale)
    top = picture.height
    image = Image.new("RGB", (max(picture.width, round(360 * unit)), top + caption), MOUNT)
    image.paste(picture, ((image.width - picture.width) // 2, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, top, image.width, image.height), fill=PAPER)
    draw.rectangle((0, top, image.width, top + round(6 * unit)), fill=colour)
    left, middle = round(20 * unit), top + round(60 * unit)
    label = shown_label(digit)
    if label:
        large = _fitting(label, round(76 * unit), image.width - left - 150 * unit)
        draw.text((left, middle), label, fill=colour, font=large, anchor="lm")
        left += round(draw.textlength(label, large) + 22 * unit)
    headline = percent(digit.confidence, 1) if label else "nothing read"
    draw.text((left, middle - round(4 * unit)), headline, fill=INK, font=font_of(round(32 * unit)), anchor="lb")
    note = name if digit.reason is None else f"{digit.reason}  ·  {name}"
    font = font_of(round(18 * unit))
    note = shortened(printable(note), font, image.width - left - round(12 * unit))
    draw.text((left, middle + round(8 * unit)), note, fill=GREY, font=font, anchor="lt")
    return image


def _draw_tile(pixels: UInt8Array, digit: Digit | Number) -> Image.Image:
    """Draw one cell of the contact sheet."""
    colour = colour_of(digit)
    tile = Image.new("RGB", (TILE, TILE + TILE_TEXT), MOUNT)
    picture, scale = _scaled(pixels, TILE, TILE)
    _frame_all(picture, digit, scale)
    tile.paste(picture, ((TILE - picture.width) // 2, (TILE - picture.height) // 2))
    draw = ImageDraw.Draw(tile)
    draw.rectangle((0, TILE, TILE, tile.height), fill=PAPER)
    draw.rectangle((0, TILE, TILE, TILE + 4), fill=colour)
    middle = TILE + 5 + TILE_TEXT // 2
    label = shown_label(digit)
    text = percent(digit.confidence, 1) if label else digit.reason or ""
    room = TILE - 18 - draw.textlength(text, font_of(22))
    draw.text((6, middle), label, fill=colour, font=_fitting(label, 38, room), anchor="lm")
    draw.text((TILE - 6, middle), text, fill=INK, font=font_of(22), anchor="rm")
    return tile


def _columns(count: int) -> int:
    """Choose the columns of a sheet: about 1.6 times its rows, the last row as full as may be."""
    ideal = min(SHEET_COLUMNS, max(4, round((1.6 * count) ** 0.5)))
    choice = range(max(4, ideal - 1), min(SHEET_COLUMNS, ideal + 1) + 1)
    return min(choice, key=lambda columns: (-count % columns, abs(columns - ideal)))


def _draw_sheet(tiles: list[Image.Image], count: int) -> Image.Image:
    """Lay the tiles out in rows, with a heading and a key to the colours."""
    columns = _columns(len(tiles))
    rows = -(-len(tiles) // columns)
    heading = 64
    size = (GAP + columns * (TILE + GAP), heading + rows * (TILE + TILE_TEXT + GAP))
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    shown = (
        f"{count} picture{'s' * (count != 1)}" if count == len(tiles) else f"the first {len(tiles)} of {count} pictures"
    )
    draw.text((GAP, heading // 2), shown, fill=INK, font=font_of(26), anchor="lm")
    right = size[0] - GAP
    for colour, text in ((WRONG, "not accepted"), (LESS_SURE, "less sure"), (RIGHT, "90 % and more")):
        draw.text((right, heading // 2), text, fill=INK, font=font_of(18), anchor="rm")
        right -= round(draw.textlength(text, font_of(18))) + 8
        draw.rectangle((right - 14, heading // 2 - 7, right, heading // 2 + 7), fill=colour)
        right -= 32
    for place, tile in enumerate(tiles):
        row, column = divmod(place, columns)
        sheet.paste(tile, (GAP + column * (TILE + GAP), heading + row * (TILE + TILE_TEXT + GAP)))
    return sheet


def _scaled(pixels: UInt8Array, low: int = LONG_SIDE_FROM, high: int = LONG_SIDE_TO) -> tuple[Image.Image, float]:
    """Bring the longer side between two lengths; enlarged pixels stay sharp, so that a learner sees them."""
    picture = Image.fromarray(pixels).convert("RGB")
    longest = max(picture.size)
    scale = min(max(longest, low), high) / longest
    if scale == 1:
        return picture, scale
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS), scale


def _frame_all(picture: Image.Image, result: Digit | Number, scale: float) -> None:
    """Frame a digit, or each character of a number in its own colour."""
    draw = ImageDraw.Draw(picture)
    for part in result.digits if isinstance(result, Number) else (result,):
        _frame(draw, part.box, scale, colour_of(part), picture.size)


def _frame(draw: ImageDraw.ImageDraw, box: Box | None, scale: float, colour: str, size: tuple[int, int]) -> None:
    """Draw a rectangle just outside the ink, kept inside the picture."""
    if box is None:
        return
    width = max(2, round(max(size) / 120))
    x0, y0, x1, y1 = (round(value * scale) for value in box)
    edges = (max(0, x0 - width), max(0, y0 - width), min(size[0], x1 + width) - 1, min(size[1], y1 + width) - 1)
    draw.rectangle(edges, outline=colour, width=width)


def shortened(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: int) -> str:
    """Cut a text's end until it fits a number of pixels."""
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(text + "...") > room:
        text = text[:-1]
    return text + "..."


def colour_of(digit: Digit | Number) -> str:
    """Return the colour that tells sure, less sure and not accepted apart."""
    if not digit.accepted:
        return WRONG
    return RIGHT if digit.confidence >= SURE else LESS_SURE


def _fitting(text: str, size: int, room: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Load the font, smaller than `size` where the text would take more than `room` pixels."""
    length = font_of(size).getlength(text)
    return font_of(size if length <= room else max(8, int(size * room / length)))


@cache
def font_of(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Load Pillow's own scalable font in a size of pixels."""
    return ImageFont.load_default(size)


def save_png(image: Image.Image, path: Path) -> None:
    """Write a PNG, whole or not at all; OutputError if it cannot be written."""
    buffer = BytesIO()
    image.save(buffer, "PNG")
    write_bytes(path, buffer.getvalue())
