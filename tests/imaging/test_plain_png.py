"""PNG files of the plainest kind are decoded on a short way; it must give what Pillow gives, or nothing."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from inkread.errors import ImageError
from inkread.imaging import load_image
from inkread.imaging.plainpng import decode_plain_png

MOST = 1_000_000


def noise(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


def png(picture: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    return file.getvalue()


@settings(max_examples=30, deadline=None)
@given(height=st.integers(1, 40), width=st.integers(1, 40), colour=st.booleans(), level=st.integers(0, 9))
def test_grey_and_colour_come_out_as_they_went_in(height: int, width: int, colour: bool, level: int) -> None:
    pixels = noise((height, width, 3) if colour else (height, width))
    content = png(Image.fromarray(pixels), compress_level=level)
    np.testing.assert_array_equal(decode_plain_png(content, MOST), pixels)
    np.testing.assert_array_equal(load_image(content), pixels)


def turned(picture: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return png(picture, exif=exif)


def with_text(picture: Image.Image) -> bytes:
    info = PngInfo()
    info.add_text("Software", "a scanner")
    return png(picture, pnginfo=info)


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "I;16"])
def test_other_modes_take_the_long_way(mode: str) -> None:
    wide = Image.fromarray(noise((9, 7)).astype(np.uint16) * 257)
    picture = wide if mode == "I;16" else Image.fromarray(noise((9, 7))).convert(mode)
    assert decode_plain_png(png(picture), MOST) is None
    assert load_image(png(picture)).shape[:2] == (9, 7)


def test_what_pillow_may_turn_or_find_frames_in_takes_the_long_way() -> None:
    picture = Image.fromarray(noise((9, 7)))
    frames = png(picture, save_all=True, append_images=[picture.rotate(90)])
    assert load_image(turned(picture)).shape == (7, 9)
    for content in (turned(picture), with_text(picture), frames, png(picture, transparency=3)):
        assert decode_plain_png(content, MOST) is None


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_a_gamma_changes_nothing_as_with_pillow() -> None:
    content = png(Image.fromarray(noise((9, 7))))
    with_gamma = content[:33] + chunk(b"gAMA", struct.pack(">I", 20000)) + content[33:]
    np.testing.assert_array_equal(decode_plain_png(with_gamma, MOST), noise((9, 7)))


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 150), value=st.integers(0, 255))
def test_a_flipped_byte_never_passes_unnoticed(place: int, value: int) -> None:
    content = bytearray(png(Image.fromarray(noise((9, 7)))))
    place %= len(content)
    if content[place] == value:
        return
    content[place] = value
    assert decode_plain_png(bytes(content), MOST) is None


@pytest.mark.parametrize("cut", [1, 12, 20, 40, 60])
def test_a_torn_file_is_refused(cut: int, tmp_path: Path) -> None:
    content = png(Image.fromarray(noise((9, 7))))[:-cut]
    assert decode_plain_png(content, MOST) is None
    path = tmp_path / "torn.png"
    path.write_bytes(content[:40])
    with pytest.raises(ImageError, match="damaged"):
        load_image(path)


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    assert decode_plain_png(content, MOST) is None
    with pytest.raises(ImageError, match="too large"):
        load_image(content)
