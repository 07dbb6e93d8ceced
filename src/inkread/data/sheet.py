"""A sample sheet: a row of pictures for each class, drawn as one PNG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inkread.data.dataset import Dataset
from inkread.data.sources import SOURCES
from inkread.errors import DataError
from inkread.files import atomic_path
from inkread.types import UInt8Array

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

PAPER, INK, GREY, LINE = "#ffffff", "#1d2733", "#717c87", "#e6e9ec"
MARGIN, GAP, TILE = 56, 6, 56
TITLE_SIZE, LABEL_SIZE, TEXT_SIZE, SMALL_SIZE = 40, 26, 20, 16


def draw_sheet(dataset: Dataset, path: Path, *, rows: int | None = None, columns: int = 16) -> None:
    """Draw samples of a data set: a row for each class, with its name, its count, and pictures from all over the set.

    Args:
        dataset: what to show.
        path: the PNG to write.
        rows: show only the first so many classes; None shows all.
        columns: pictures a row.

    Raises:
        DataError: if there is nothing to draw.
        OutputError: if the file cannot be written.
    """
    shown = range(min(len(dataset.classes), rows or len(dataset.classes)))
    if not len(dataset) or not shown or columns < 1:
        raise DataError(f"{dataset.name}: a sheet needs at least one picture, one row and one column.")
    sheet = _draw(dataset, list(shown), columns)
    with atomic_path(path) as temporary:
        sheet.save(temporary, format="PNG")


def _draw(dataset: Dataset, shown: list[int], columns: int) -> Image.Image:
    """Lay the sheet out and draw it."""
    from PIL import Image, ImageDraw

    tile_width, tile_height = _tile_size(dataset.images)
    names = [_shorten(dataset.classes[number]) for number in shown]
    side = round(max(_font(LABEL_SIZE).getlength(name) for name in names)) + 36
    side = max(side, 108)
    top = MARGIN + TITLE_SIZE + TEXT_SIZE + 48
    headings = _headings(dataset)
    credit = _font(SMALL_SIZE).getlength(headings[2])
    width = max(
        side + columns * (tile_width + GAP) - GAP, round(_font(TEXT_SIZE).getlength(headings[1])), round(credit)
    )
    height = top + len(shown) * (tile_height + 2 * GAP) + 24 + (SMALL_SIZE + 12 if headings[2] else 0)
    sheet = Image.new("RGB", (width + 2 * MARGIN, height + MARGIN - 12), PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN, MARGIN), headings[0], INK, _font(TITLE_SIZE), anchor="lt")
    pen.text((MARGIN, MARGIN + TITLE_SIZE + 12), headings[1], GREY, _font(TEXT_SIZE), anchor="lt")
    pen.text((MARGIN, height), headings[2], GREY, _font(SMALL_SIZE), anchor="ls")
    for row, (number, name) in enumerate(zip(shown, names, strict=True)):
        y = top + row * (tile_height + 2 * GAP)
        members = np.flatnonzero(dataset.labels == number)
        _draw_label(pen, name, len(members), y, tile_height, width)
        for column, index in enumerate(_spread(len(members), columns)):
            tile = _tile(dataset.images[members[index]], (tile_width, tile_height))
            sheet.paste(tile, (MARGIN + side + column * (tile_width + GAP), y))
    return sheet


def _draw_label(pen: ImageDraw.ImageDraw, name: str, count: int, y: int, tile_height: int, width: int) -> None:
    """Write a class's name and count beside its row, and a hairline above."""
    pen.line((MARGIN, y - GAP, MARGIN + width, y - GAP), LINE)
    middle = y + tile_height // 2
    pen.text((MARGIN, middle + 2), name, INK, _font(LABEL_SIZE), anchor="ls")
    pen.text((MARGIN, middle + 10), f"{count:,}", GREY, _font(SMALL_SIZE), anchor="lt")


def _headings(dataset: Dataset) -> tuple[str, str, str]:
    """Return title, facts and credit."""
    source = SOURCES.get(dataset.name)
    _, channels, height, width = dataset.images.shape
    facts = [
        f"{dataset.split} split",
        f"{len(dataset):,} pictures",
        f"{len(dataset.classes)} classes",
        f"{width} x {height} pixels, {'grey' if channels == 1 else 'colour'}",
    ]
    if dataset.licence != "unknown":
        facts.append(dataset.licence)
    title = source.title if source else Path(dataset.name).name
    return title, "  ·  ".join(facts), dataset.credit


def _tile_size(images: UInt8Array) -> tuple[int, int]:
    """Return width and height of a picture on the sheet: a whole multiple of small ones, large ones made smaller."""
    height, width = images.shape[2:]
    longer = max(height, width)
    scale = max(1, round(TILE / longer)) if longer <= 2 * TILE else 2 * TILE / longer
    return max(1, round(width * scale)), max(1, round(height * scale))


def _tile(image_chw: UInt8Array, size: tuple[int, int]) -> Image.Image:
    """Make a picture of one of the set's, its pixels kept sharp."""
    from PIL import Image

    pixels = image_chw[0] if len(image_chw) == 1 else np.ascontiguousarray(image_chw.transpose(1, 2, 0))
    picture = Image.fromarray(pixels)
    method = Image.Resampling.NEAREST if size[0] >= picture.width else Image.Resampling.LANCZOS
    return picture.resize(size, method).convert("RGB")


def _spread(count: int, wanted: int) -> list[int]:
    """Return up to `wanted` positions, evenly spread over 0 to `count` - 1."""
    return [position * count // wanted for position in range(wanted)] if count > wanted else list(range(count))


def _shorten(name: str) -> str:
    """Cut a long name."""
    return name if len(name) <= 24 else name[:23] + "…"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font, so that a sheet looks the same everywhere."""
    from PIL import ImageFont

    return ImageFont.load_default(size)
