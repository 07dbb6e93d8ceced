"""Write the ten sample pictures in examples/digits: the first MNIST test digit of each class, each in another guise.

Run it again with `python examples/make_samples.py`; it needs the MNIST data set, which it fetches if it is not there.
"""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from inkread.data import load

FOLDER = Path(__file__).parent / "digits"
Ink = npt.NDArray[np.float32]


def enlarged(digit: npt.NDArray[np.uint8], factor: int) -> Ink:
    """Return ink from 0 to 1 with crisp edges, as a pen of that size would have left it."""
    large = cv2.resize(digit, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    smooth = cv2.GaussianBlur(large, (0, 0), factor / 3)
    return np.asarray(1 / (1 + np.exp(-(smooth - 0.42) * 18)), dtype=np.float32)


def placed(ink: Ink, width: int, height: int, x: int, y: int) -> Ink:
    """Put the ink on a larger empty sheet, its upper left corner at (x, y)."""
    sheet = np.zeros((height, width), dtype=np.float32)
    sheet[y : y + ink.shape[0], x : x + ink.shape[1]] = ink
    return sheet


def painted(ink: Ink, pen: tuple[int, int, int], paper: tuple[int, int, int]) -> npt.NDArray[np.uint8]:
    """Colour the ink and the paper."""
    mix = ink[..., None]
    colours = mix * np.array(pen, dtype=np.float32) + (1 - mix) * np.array(paper, dtype=np.float32)
    return np.asarray(colours.round(), dtype=np.uint8)


def photographed(picture: npt.NDArray[np.uint8], seed: int) -> npt.NDArray[np.uint8]:
    """Add a shadow that falls across the sheet, a little blur and a sensor's noise."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    shadow = 1 - 0.45 / (1 + np.exp(-(x / width + 0.6 * y / height - 0.8) * 9))
    noise = np.random.default_rng(seed).normal(0, 4, picture.shape)
    blurred = cv2.GaussianBlur(picture, (0, 0), 1.2).astype(np.float32)
    return np.asarray(np.clip(blurred * shadow[..., None] + noise, 0, 255), dtype=np.uint8)


def main() -> None:
    """Write the pictures."""
    test = load("mnist", "test")
    digits = [test.images[np.flatnonzero(test.labels == k)[0], 0] for k in range(10)]
    big = [enlarged(digit, 7) for digit in digits]
    black, white = (25, 25, 30), (255, 255, 255)
    FOLDER.mkdir(exist_ok=True)

    def save(name: str, picture: npt.NDArray[np.uint8] | Image.Image, **options: object) -> None:
        image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
        image.save(FOLDER / name, **options)

    save("0-as-in-mnist.png", digits[0])
    save("1-dark-on-light.png", 255 - digits[1])
    save("2-corner-of-a-sheet.png", painted(placed(big[2], 400, 300, 190, 96), black, white))
    save(
        "3-phone-photo.jpg",
        photographed(painted(placed(big[3], 320, 400, 60, 90), black, (222, 214, 198)), 3),
        quality=70,
    )
    save("4-blue-pen-yellow-note.png", painted(placed(big[4], 260, 260, 40, 20), (38, 60, 150), (250, 236, 140)))
    save("5-chalk.png", painted(placed(big[5], 360, 240, 20, 30), (225, 230, 225), (38, 66, 52)))
    save(
        "6-faint-pencil.jpg",
        painted(placed(enlarged(digits[6], 5), 240, 200, 70, 40), (168, 168, 170), (232, 230, 224)),
        quality=85,
    )
    transparent = np.dstack([np.zeros((196, 196, 3), dtype=np.uint8), (big[7] * 255).round().astype(np.uint8)])
    save("7-transparent.png", Image.fromarray(transparent, "RGBA"))
    save("8-scan-one-bit.png", Image.fromarray(np.asarray(placed(big[8], 300, 300, 90, 10) < 0.5)))
    save("9-tiny.png", 255 - cv2.resize(digits[9], (16, 16), interpolation=cv2.INTER_AREA))


if __name__ == "__main__":
    main()
