"""Values as pictures: coloured tiles on a dark ground, packed into one small PNG, and data URLs."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from inkread.types import Float32Array, UInt8Array

Colour = tuple[int, int, int]
GROUND: Colour = (17, 22, 29)
# From nothing to strong; told apart also by people who do not see red from green (after Okabe and Ito).
WARM: tuple[Colour, ...] = (GROUND, (116, 52, 6), (222, 122, 26), (255, 205, 140), (255, 246, 230))
COLD: tuple[Colour, ...] = (GROUND, (11, 64, 108), (38, 138, 204), (150, 208, 244), (233, 247, 255))
ZERO, HALF = 128, 127
LARGEST_PNG = 64


def _ramp(colours: tuple[Colour, ...], count: int) -> UInt8Array:
    """Blend colours into a palette of so many."""
    places = np.linspace(0, len(colours) - 1, count)
    channels = [np.interp(places, range(len(colours)), [colour[i] for colour in colours]) for i in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)


PLAIN_PALETTE = _ramp(WARM, 256)
SIGNED_PALETTE = np.concatenate([_ramp(COLD, ZERO + 1)[:0:-1], _ramp(WARM, ZERO)])
GREY_PALETTE = np.repeat(np.arange(256, dtype=np.uint8)[:, np.newaxis], 3, axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """Many small pictures in one: tile i stands at column i % columns and row i // columns, without gaps.

    Attributes:
        pixels: uint8 of shape (rows * tile height, columns * tile width), indices of the palette.
        palette: uint8 of shape (256, 3), RGB.
        tile: height and width of one.
        columns: tiles in a row.
        count: number of tiles.
        scale: the value of the strongest colour.
        signed: whether there are values below 0.
    """

    pixels: UInt8Array = field(repr=False)
    palette: UInt8Array = field(repr=False)
    tile: tuple[int, int]
    columns: int
    count: int
    scale: float
    signed: bool

    def png(self, enlarged: int = 1, gap: int = 0) -> bytes:
        """Pack as PNG.

        Args:
            enlarged: pixels of the PNG to one value, a side.
            gap: pixels of ground between the tiles.
        """
        if enlarged == 1 and gap == 0:
            return indexed_png(self.pixels, self.palette)
        height, width = self.tile
        rows = len(self.pixels) // height
        tiles = self.pixels.reshape(rows, height, self.columns, width).transpose(0, 2, 1, 3)
        tiles = tiles.repeat(enlarged, axis=2).repeat(enlarged, axis=3)
        ground = ZERO if self.signed else 0
        tiles = np.pad(tiles, ((0, 0), (0, 0), (0, gap), (0, gap)), constant_values=ground)
        _, _, height, width = tiles.shape
        sheet = tiles.transpose(0, 2, 1, 3).reshape(rows * height, self.columns * width)
        return indexed_png(sheet[: -gap or None, : -gap or None], self.palette)

    def to_dict(self) -> dict[str, Any]:
        """Return the picture as a data URL, and where its tiles are."""
        return {
            "image": data_url(self.png()),
            "tile": list(self.tile),
            "columns": self.columns,
            "count": self.count,
        }


def tiles(values_nhw: Float32Array, *, columns: int | None = None, scale: float | None = None) -> Sprite:
    """Colour values: none dark, above 0 orange, below 0 blue.

    Args:
        values_nhw: float32 of shape (n, height, width), n at least 1.
        columns: tiles in a row; None makes the whole about square.
        scale: the value of the strongest colour; None takes the greatest, by amount, that there is.
    """
    count, height, width = values_nhw.shape
    columns = columns or max(1, math.ceil(math.sqrt(count * height / width)))
    greatest = float(np.abs(values_nhw).max())
    top = scale or greatest or 1.0
    shares = np.clip(values_nhw / top, -1, 1)
    signed = bool(values_nhw.min() < 0)
    indices = ZERO + np.round(shares * HALF) if signed else np.round(shares * 255)
    rows = math.ceil(count / columns)
    sheet = np.full((rows * columns, height, width), ZERO if signed else 0, np.uint8)
    sheet[:count] = indices.astype(np.uint8)
    pixels = sheet.reshape(rows, columns, height, width).transpose(0, 2, 1, 3).reshape(rows * height, columns * width)
    palette = SIGNED_PALETTE if signed else PLAIN_PALETTE
    return Sprite(pixels, palette, (height, width), columns, count, top, signed)


def grey_tiles(images_nhw: UInt8Array, *, columns: int | None = None) -> Sprite:
    """Put grey pictures side by side; uint8 of shape (n, height, width), n at least 1."""
    sprite = tiles(images_nhw.astype(np.float32), columns=columns or len(images_nhw), scale=255)
    return Sprite(sprite.pixels, GREY_PALETTE, sprite.tile, sprite.columns, sprite.count, 255, False)


def indexed_png(pixels_hw: UInt8Array, palette: UInt8Array) -> bytes:
    """Pack indices and their colours as PNG."""
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(pixels_hw))
    if palette is not GREY_PALETTE:
        picture.putpalette(palette.tobytes())
    return _packed(picture, "PNG", optimize=True)


def picture_png(picture: npt.NDArray[np.uint8]) -> bytes:
    """Pack a picture of shape (h, w) or (h, w, 3) as PNG."""
    from PIL import Image

    return _packed(Image.fromarray(np.ascontiguousarray(picture)), "PNG", optimize=True)


def picture_url(picture: npt.NDArray[np.uint8]) -> str:
    """Return a picture of shape (h, w) or (h, w, 3) as a data URL; a large one as JPEG, which is smaller."""
    from PIL import Image

    if max(picture.shape) <= LARGEST_PNG:
        return data_url(picture_png(picture))
    return data_url(_packed(Image.fromarray(np.ascontiguousarray(picture)), "JPEG", quality=85), "image/jpeg")


def data_url(content: bytes, kind: str = "image/png") -> str:
    """Return a file as a URL that holds it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _packed(picture: Any, form: str, **options: Any) -> bytes:
    """Pack a Pillow image."""
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()
