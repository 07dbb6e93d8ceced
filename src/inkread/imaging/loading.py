"""Files, bytes, Pillow images and arrays -> one uint8 picture as a person sees it."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt

from inkread.errors import ImageError, ImageTooLargeError
from inkread.imaging.plainpng import MOST_BYTES, SIGNATURE, decode_plain_png
from inkread.types import UInt8Array

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 100_000_000
"""Pictures with more pixels are refused before they are decoded."""

ImageSource: TypeAlias = "str | Path | bytes | Image.Image | npt.NDArray[Any]"

_COMMON = ("PNG", "JPEG", "BMP", "GIF", "PPM")
_RARE = ("TIFF", "WEBP", "AVIF", "JPEG2000", "ICO", "PCX", "SGI")
_EXIF_ORIENTATION = 0x0112
_WIDE_MAXIMA = (255, 4095, 65535)


def load_image(
    source: ImageSource, *, max_pixels: int = MAX_PIXELS, name: str | None = None, grey: bool = False
) -> UInt8Array:
    """Decode a picture: EXIF turn applied, transparency laid over the paper that shows the ink, first frame only.

    Args:
        source: a path; the bytes of an image file; a Pillow image; or an array of shape (H, W) grey or (H, W, 3) RGB
            with dtype uint8 (0 to 255), bool (True is white), uint16 (see below) or float (0 to 1).
        max_pixels: pictures with more are refused before they are decoded.
        name: what errors call a Pillow image; "the image given" if None.
        grey: whether brightness is enough: a JPEG file is then decoded to grey, in half the time and memory.

    Returns:
        uint8 of shape (H, W) for grey or (H, W, 3) for RGB, 0 to 255. An uint8 array is handed back as it is.
        Grey of more than 8 bits is divided by the smallest of 255, 4095 and 65535 that its brightest pixel does not
        exceed, so that 12-bit data stored in 16 bits keep their contrast.

    Raises:
        ImageTooLargeError: if it has more than `max_pixels`.
        ImageError: if there is no such file, it is no picture, it is damaged, or the array has another shape, another
            dtype, or values that are no brightness.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source, max_pixels)
    if isinstance(source, bytes):
        return _read(BytesIO(source), "the file given", max_pixels, grey=grey)
    if not isinstance(source, str | Path):
        from PIL import Image  # inside functions: plain PNG files and arrays do without, and start sooner

        if isinstance(source, Image.Image):
            return _decode(source, name or "the image given", max_pixels)
        raise ImageError(
            f"a picture is a path, bytes, a Pillow image or an array, not {type(source).__name__}; pass one of these."
        )
    path = Path(source)
    try:
        with path.open("rb", buffering=0) as file:
            return _read(file, str(path), max_pixels, grey=grey)
    except FileNotFoundError as error:
        raise ImageError(f"{path} does not exist; check the path.") from error
    except IsADirectoryError as error:
        raise ImageError(f"{path} is a folder, not a picture; name the files in it.") from error
    except (OSError, ValueError) as error:
        raise ImageError(f"{path} cannot be opened: {getattr(error, 'strerror', None) or error}.") from error


def _from_array(array: npt.NDArray[Any], max_pixels: int) -> UInt8Array:
    """Check an array and bring its values to 0..255."""
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] != 3):
        raise ImageError(f"an array of shape {array.shape} is no picture; it must be (H, W) grey or (H, W, 3) RGB.")
    if array.size == 0:
        raise ImageError(f"an array of shape {array.shape} holds no pixels.")
    _check_size(array.shape[1], array.shape[0], "the array given", max_pixels)
    if array.dtype == np.uint8:
        return np.asarray(array, dtype=np.uint8)
    if array.dtype == np.bool_:
        return np.where(array, np.uint8(255), np.uint8(0))
    if array.dtype == np.uint16:
        return _from_wide(array)
    if array.dtype.kind == "f":
        if not (np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1):
            raise ImageError("an array of floats must hold finite values from 0 to 1; scale it, or pass uint8.")
        return np.asarray(np.rint(array * 255), dtype=np.uint8)
    raise ImageError(f"an array of {array.dtype} is no picture; pass uint8, uint16, bool, or floats from 0 to 1.")


def _read(file: BinaryIO, name: str, max_pixels: int, *, grey: bool) -> UInt8Array:
    """Identify and decode one open file."""
    prefix = file.read(16)
    if not prefix:
        raise ImageError(f"{name} is empty, not a picture; take a fresh copy.")
    if prefix.startswith(SIGNATURE):
        content = prefix + file.read(MOST_BYTES)
        pixels = decode_plain_png(content, max_pixels) if len(content) <= MOST_BYTES else None
        if pixels is not None:
            return pixels
    from PIL import Image

    for formats, register in ((_COMMON, Image.preinit), (_RARE, Image.init)):
        register()
        image = _identify(file, prefix, formats, name)
        if image is not None:
            with image:
                if grey:
                    image.draft("L", None)  # only JPEG has it; None leaves the size
                return _decode(image, name, max_pixels)
    if prefix[4:8] == b"ftyp":
        raise ImageError(f"{name} is a HEIC picture or a film, which cannot be read; save it as JPEG or PNG.")
    raise ImageError(f"{name} is not a picture of a known format; use PNG, JPEG, TIFF, WebP, BMP, GIF or PDF.")


def _identify(file: BinaryIO, prefix: bytes, formats: tuple[str, ...], name: str) -> Image.Image | None:
    """Read the header with the decoder that knows it.

    `Image.open` would do the same, but warns about large pictures according to a process-wide limit; and it tries
    formats that run other programs (EPS).
    """
    from PIL import Image

    for factory, accept in (Image.OPEN[known] for known in formats if known in Image.OPEN):
        if accept is not None and accept(prefix) is not True:
            continue
        file.seek(0)
        try:
            return factory(file, "")
        except Image.DecompressionBombError as error:
            raise ImageTooLargeError(_too_large(name, MAX_PIXELS)) from error
        except (SyntaxError, IndexError, TypeError, ValueError, OSError, EOFError, struct.error) as error:
            raise ImageError(_damaged(name)) from error
    return None


def _decode(image: Image.Image, name: str, max_pixels: int) -> UInt8Array:
    """Turn a Pillow image, perhaps not decoded yet, into an array."""
    _check_size(image.width, image.height, name, max_pixels)
    try:
        image.load()
        orientation = image.getexif().get(_EXIF_ORIENTATION, 1)
        if orientation != 1:
            from PIL import ImageOps

            image = ImageOps.exif_transpose(image)
        pixels = _pixels(image)
    except ImageError:
        raise
    except Exception as error:  # decoders meet damaged data with errors of every kind
        raise ImageError(_damaged(name)) from error
    if pixels.size == 0:
        raise ImageError(f"{name} holds no pixels.")
    return pixels


def _pixels(image: Image.Image) -> UInt8Array:
    """Bring any Pillow mode to grey or RGB."""
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return np.asarray(image, dtype=np.uint8)
    if image.mode == "F" or image.mode.startswith("I"):
        return _from_wide(np.asarray(image))
    if image.mode == "1":
        return np.asarray(image.convert("L"))
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        return _without_alpha(np.asarray(image.convert("RGBA")))
    return np.asarray(image.convert("RGB"))


def _from_wide(values: npt.NDArray[Any]) -> UInt8Array:
    """Scale grey values of more than 8 bits to 0..255.

    Args:
        values: real numbers of shape (H, W) or (H, W, 3).

    Raises:
        ImageError: if a value is NaN or infinite.
    """
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ImageError("the picture holds values that are no numbers (NaN or infinite); save it as 8-bit PNG.")
    low, high = float(values.min()), float(values.max())
    if values.dtype.kind == "f" and low >= 0 and high <= 1:
        ceiling = 1.0
    elif low >= 0 and high <= _WIDE_MAXIMA[-1]:
        ceiling = float(next(maximum for maximum in _WIDE_MAXIMA if high <= maximum))
    else:
        values, ceiling = values.astype(np.float64) - low, high - low
    return np.asarray(np.rint(values * np.float32(255 / ceiling)), dtype=np.uint8)


def _without_alpha(rgba: UInt8Array) -> UInt8Array:
    """Lay a transparent picture over the paper that shows its ink best.

    Where the opaque part is ink alone (a signature, an icon), the paper is black or white, whichever differs more.
    Where it is paper with ink on it, the transparent rest gets the colour of that paper.

    Args:
        rgba: uint8 of shape (H, W, 4), alpha not premultiplied.

    Returns:
        uint8 of shape (H, W, 3).
    """
    rgb, alpha = rgba[..., :3], rgba[..., 3]
    lowest, highest = int(alpha.min()), int(alpha.max())
    if lowest == highest:
        return np.ascontiguousarray(rgb) if highest else np.full_like(rgb, 255)
    solid = rgb[alpha > highest // 2].astype(np.float32)
    grey = solid @ np.array((0.299, 0.587, 0.114), dtype=np.float32)
    if len(solid) > alpha.size // 2 and float(grey.std()) > 8:
        paper = np.median(solid, axis=0)
    else:
        paper = np.full(3, 255.0 if float(grey.mean()) < 128 else 0.0)
    share = alpha[..., None].astype(np.float32) / 255
    return np.rint(rgb * share + paper.astype(np.float32) * (1 - share)).astype(np.uint8)


def _check_size(width: int, height: int, name: str, max_pixels: int) -> None:
    """Refuse pictures that would take too much memory."""
    if width * height > max_pixels:
        raise ImageTooLargeError(_too_large(name, max_pixels, f"{width}x{height}"))


def _too_large(name: str, max_pixels: int, size: str = "its size") -> str:
    """Say that the cap is exceeded."""
    return f"{name} is too large: {size} is more than {max_pixels / 1_000_000:g} megapixels; reduce it first."


def _damaged(name: str) -> str:
    """Say that a file starts like a picture and then fails."""
    return f"{name} is damaged or truncated and cannot be decoded; get a fresh copy."
