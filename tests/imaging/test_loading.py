"""What people hand over as a picture, and what they hand over by mistake."""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
import time
import warnings
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inkread.errors import ImageError
from inkread.imaging import load_image, normalize
from inkread.types import UInt8Array
from tests.imaging.drawing import draw


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a size and holds next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    start = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + start + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.fixture
def digit() -> UInt8Array:
    """Dark on light, 100x100."""
    return 255 - draw("7 crossed", height=70, stroke=7, side=100)


def test_same_pixels_from_every_kind_of_source(tmp_path: Path, digit: UInt8Array) -> None:
    path = tmp_path / "digit.png"
    Image.fromarray(digit).save(path)
    for source in (path, str(path), path.read_bytes(), Image.fromarray(digit), Image.open(path), digit):
        assert np.array_equal(load_image(source), digit)


def test_colour_stays_rgb(digit: UInt8Array) -> None:
    colour = np.dstack([digit, digit // 2, 255 - digit])
    assert np.array_equal(load_image(encode(Image.fromarray(colour), "PNG")), colour)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM"])
def test_formats(kind: str, digit: UInt8Array) -> None:
    loaded = load_image(encode(Image.fromarray(digit), kind))
    grey = loaded if loaded.ndim == 2 else loaded[..., 0]
    assert np.abs(grey.astype(int) - digit).mean() < 3


def test_one_bit_palette_and_cmyk(digit: UInt8Array) -> None:
    image = Image.fromarray(digit)
    one_bit = load_image(encode(image.point(lambda v: 255 * (v > 127), "1"), "PNG"))
    assert set(np.unique(one_bit)) == {0, 255}
    assert np.array_equal(one_bit > 127, digit > 127)
    palette = load_image(encode(image.convert("RGB").quantize(16), "PNG"))
    assert palette.shape == (100, 100, 3)
    cmyk = load_image(encode(image.convert("RGB").convert("CMYK"), "TIFF"))
    for loaded in (palette, cmyk):
        assert np.abs(loaded.mean(axis=2) - digit).mean() < 6


@pytest.mark.parametrize("top", [255, 4095, 65535])
def test_more_than_eight_bits_are_scaled_by_their_range(top: int, digit: UInt8Array) -> None:
    wide = (digit.astype(np.float64) / 255 * top).round().astype(np.uint16)
    for source in (wide, encode(Image.fromarray(wide), "PNG"), encode(Image.fromarray(wide), "TIFF")):
        assert np.abs(load_image(source).astype(int) - digit).max() <= 1


def test_floats_and_bools(digit: UInt8Array) -> None:
    assert np.array_equal(load_image(digit.astype(np.float32) / 255), digit)
    assert np.array_equal(load_image(digit > 127), np.where(digit > 127, 255, 0))
    assert np.array_equal(load_image(encode(Image.fromarray(digit.astype(np.float32)), "TIFF")), digit)


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_transparent_is_seen(ink: int, digit: UInt8Array) -> None:
    rgba = np.dstack([np.full((100, 100, 3), ink, dtype=np.uint8), 255 - digit])
    expected = normalize(digit).image
    for image in (Image.fromarray(rgba), Image.fromarray(rgba).convert("LA")):
        shown = normalize(load_image(encode(image, "PNG")))
        assert np.abs(shown.image.astype(int) - expected).mean() < 1


def test_transparent_margin_gets_the_colour_of_the_paper(digit: UInt8Array) -> None:
    card = np.zeros((140, 140, 4), dtype=np.uint8)
    card[20:120, 20:120, :3] = digit[..., None] * 0.9
    card[20:120, 20:120, 3] = 255
    shown = normalize(load_image(Image.fromarray(card)))
    assert np.abs(shown.image.astype(int) - normalize(digit).image).mean() < 2


def test_palette_transparency(digit: UInt8Array) -> None:
    image = Image.fromarray(np.where(digit > 127, 1, 0).astype(np.uint8)).convert("P")
    image.putpalette([0, 0, 0, 10, 10, 10])
    shown = normalize(load_image(encode(image, "PNG", transparency=1)))
    assert shown.has_ink
    assert np.abs(shown.image.astype(int) - normalize(digit).image).mean() < 6


@pytest.mark.parametrize(("orientation", "turn"), [(3, 2), (6, 1), (8, 3)])
def test_exif_turn(orientation: int, turn: int, digit: UInt8Array) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(np.rot90(digit[:, 10:80], turn))
    loaded = load_image(encode(Image.fromarray(stored), "PNG", exif=exif))
    assert np.array_equal(loaded, digit[:, 10:80])


def test_first_frame_of_many(digit: UInt8Array) -> None:
    frames = [Image.fromarray(255 - digit), Image.fromarray(digit)]
    for kind in ("GIF", "TIFF"):
        loaded = load_image(encode(Image.fromarray(digit), kind, save_all=True, append_images=frames))
        assert np.abs((loaded if loaded.ndim == 2 else loaded[..., 0]).astype(int) - digit).max() <= 8


def test_file_mistakes_are_named(tmp_path: Path, digit: UInt8Array) -> None:
    photo = encode(Image.fromarray(digit), "JPEG")
    contents = {
        "empty.png": (b"", "is empty"),
        "text.png": (b"These are words, no pixels at all.", "not a picture"),
        "half.jpg": (photo[: len(photo) // 2], "damaged"),
        "half.png": (encode(Image.fromarray(digit), "PNG")[:200], "damaged"),
        "header.png": (b"\x89PNG\r\n\x1a\n", "damaged"),
        "phone.heic": (b"\0\0\0\x18ftypheic" + b"\0" * 200, "HEIC"),
        "bomb.png": (png_header(20000, 20000), "100 megapixels"),
    }
    for name, (content, words) in contents.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ImageError) as refusal:
            load_image(path)
        assert name in str(refusal.value), refusal.value
        assert words in str(refusal.value)
        assert len(str(refusal.value).splitlines()) == 1
    with pytest.raises(ImageError, match=r"gone\.png does not exist"):
        load_image(tmp_path / "gone.png")
    with pytest.raises(ImageError, match="is a folder"):
        load_image(tmp_path)
    with pytest.raises(ImageError, match="cannot be opened"):
        load_image("nul\0byte.png")


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4, 4), np.uint8),
        np.zeros(9, np.uint8),
        np.zeros((0, 5), np.uint8),
        np.full((5, 5), np.nan),
        np.full((5, 5), 7.0),
        np.zeros((5, 5), np.int64),
        np.zeros((5, 5), np.complex64),
        np.array([["a"]]),
    ],
    ids=["four channels", "a row", "no pixels", "NaN", "beyond 1", "int64", "complex", "text"],
)
def test_arrays_that_are_no_pictures(array: np.ndarray) -> None:
    with pytest.raises(ImageError):
        load_image(array)


def test_objects_that_are_no_pictures() -> None:
    with pytest.raises(ImageError, match="not int"):
        load_image(7)  # type: ignore[arg-type]


def test_bomb_is_refused_before_decoding_and_without_warnings() -> None:
    """Also between Pillow's own limits, where it would warn on stderr."""
    for width, height in ((10_001, 10_000), (60_000, 60_000)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            start = time.perf_counter()
            with pytest.raises(ImageError, match="100 megapixels"):
                load_image(png_header(width, height))
            assert time.perf_counter() - start < 0.5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ImageError, match="damaged"):
            load_image(png_header(9_500, 10_000))


def test_threads_load_at_once(digit: UInt8Array) -> None:
    content, results = encode(Image.fromarray(digit), "TIFF"), []
    threads = [threading.Thread(target=lambda: results.append(load_image(content))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert all(np.array_equal(result, digit) for result in results)


@given(st.binary(max_size=400))
def test_any_bytes_load_or_are_refused(content: bytes) -> None:
    try:
        loaded = load_image(content)
    except ImageError:
        return
    assert loaded.dtype == np.uint8


@given(st.data())
def test_damaged_pictures_load_or_are_refused(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"]))
    content = bytearray(encode(Image.fromarray(255 - draw("0", height=30, stroke=4, side=40)), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        loaded = load_image(bytes(content))
    except ImageError:
        return
    assert loaded.dtype == np.uint8


def test_loading_alone_needs_no_opencv() -> None:
    code = "import sys; from inkread.imaging.loading import load_image; assert 'cv2' not in sys.modules, 'cv2 loaded'"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
