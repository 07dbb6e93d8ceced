"""What was read, drawn into copies of the pictures, and a contact sheet of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from inkread.evaluation.palette import GREY, INK, PAPER, RIGHT, WRONG
from inkread.evaluation.wording import percent, printable, shown_label
from inkread.files import write_bytes
from inkread.imaging import load_image
from inkread.types import Box, Digit, Number, UInt8Array

SHEET_LIMIT = 100
SHEET_COLUMNS = 10
LONG_SIDE_FROM, LONG_SIDE_TO = 480, 1600
TILE, TILE_TEXT, GAP = 176, 46, 16
MOUNT, LESS_SURE = "#e9ecef", "#3d9bd6"
SURE = 0.9


class AnnotationWriter:
    """Writes one annotated copy a picture and, at the end, ``sheet.png`` with all of them.

    Args:
        folder: where the copies go; made if it is not there.
        sources: every picture that may come; none of them is ever written over.
    """

    def __init__(self, folder: Path, sources: Sequence[Path]) -> None:
        self._folder = folder
        self._taken = {source.resolve() for source in sources}
        self._sheet_path = self._free_path("sheet")
        self._tiles: list[Image.Image] = []
        self._count = 0

    def add(self, source: Path, digit: Digit | Number) -> Path:
        """Draw one result.

        Args:
            source: the picture that was read.
            digit: what was read in it.

        Returns:
            Path of the copy: the picture's name with the suffix ``.png``, numbered where that name is taken.

        Raises:
            OutputError: if the copy cannot be written.
        """
        pixels = load_image(source)
        path = self._free_path(source.stem)
        _save(draw_reading(pixels, digit, source.name), path)
        self._count += 1
        if len(self._tiles) < SHEET_LIMIT:
            self._tiles.append(_draw_tile(pixels, digit))
        return path

    def finish(self) -> Path | None:
        """Write the contact sheet of the first 100 pictures; None where there was no picture.

        Raises:
            OutputError: if it cannot be written.
        """
        if not self._tiles:
            return None
        _save(_draw_sheet(self._tiles, self._count), self._sheet_path)
        return self._sheet_path

    def _free_path(self, stem: str) -> Path:
        """Find a name that is neither a source's nor another copy's, and take it."""
        path, number = self._folder / f"{stem}.png", 1
        while path.resolve() in self._taken:
            number += 1
            path = self._folder / f"{stem}-{number}.png"
        self._taken.add(path.resolve())
        return path


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
    colour = _colour(digit)
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
    draw.text((left, middle - round(4 * unit)), headline, fill=INK, font=_font(round(32 * unit)), anchor="lb")
    note = name if digit.reason is None else f"{digit.reason}  ·  {name}"
    font = _font(round(18 * unit))
    note = _shortened(printable(note), font, image.width - left - round(12 * unit))
    draw.text((left, middle + round(8 * unit)), note, fill=GREY, font=font, anchor="lt")
    return image


def _draw_tile(pixels: UInt8Array, digit: Digit | Number) -> Image.Image:
    """Draw one cell of the contact sheet."""
    colour = _colour(digit)
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
    room = TILE - 18 - draw.textlength(text, _font(22))
    draw.text((6, middle), label, fill=colour, font=_fitting(label, 38, room), anchor="lm")
    draw.text((TILE - 6, middle), text, fill=INK, font=_font(22), anchor="rm")
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
    draw.text((GAP, heading // 2), shown, fill=INK, font=_font(26), anchor="lm")
    right = size[0] - GAP
    for colour, text in ((WRONG, "not accepted"), (LESS_SURE, "less sure"), (RIGHT, "90 % and more")):
        draw.text((right, heading // 2), text, fill=INK, font=_font(18), anchor="rm")
        right -= round(draw.textlength(text, _font(18))) + 8
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
        _frame(draw, part.box, scale, _colour(part), picture.size)


def _frame(draw: ImageDraw.ImageDraw, box: Box | None, scale: float, colour: str, size: tuple[int, int]) -> None:
    """Draw a rectangle just outside the ink, kept inside the picture."""
    if box is None:
        return
    width = max(2, round(max(size) / 120))
    x0, y0, x1, y1 = (round(value * scale) for value in box)
    edges = (max(0, x0 - width), max(0, y0 - width), min(size[0], x1 + width) - 1, min(size[1], y1 + width) - 1)
    draw.rectangle(edges, outline=colour, width=width)


def _shortened(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: int) -> str:
    """Cut a text's end until it fits a number of pixels."""
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(text + "...") > room:
        text = text[:-1]
    return text + "..."


def _colour(digit: Digit | Number) -> str:
    """Tell sure, less sure and not accepted apart."""
    if not digit.accepted:
        return WRONG
    return RIGHT if digit.confidence >= SURE else LESS_SURE


def _fitting(text: str, size: int, room: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Load the font, smaller than `size` where the text would take more than `room` pixels."""
    length = _font(size).getlength(text)
    return _font(size if length <= room else max(8, int(size * room / length)))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Load Pillow's own scalable font."""
    return ImageFont.load_default(size)


def _save(image: Image.Image, path: Path) -> None:
    """Write a PNG, whole or not at all."""
    buffer = BytesIO()
    image.save(buffer, "PNG")
    write_bytes(path, buffer.getvalue())
