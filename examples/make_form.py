"""Write examples/forms: an empty form, and a page of it filled with MNIST's test digits and photographed.

Run it again with `python examples/make_form.py`; it needs the MNIST data set, which it fetches if it is not there. The
template beside them, tally.yaml, is what `inkread form new` wrote of the empty form, with names and rules put in.
"""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from inkread.data import load

FOLDER = Path(__file__).parent / "forms"
WIDTH, HEIGHT = 900, 1200
INK = (40,)
BIRDS = ("Sparrow", "Great tit", "Blackbird", "Robin", "Swift")
COUNTS = (("12", "7"), ("31", "25"), ("4", "9"), ("18", "0"), ("106", "83"))
Picture = npt.NDArray[np.uint8]


def empty_form() -> Picture:
    """Draw the form."""
    sheet = np.full((HEIGHT, WIDTH), 255, np.uint8)
    write(sheet, "Garden birds", (70, 120), 1.5, 4)
    write(sheet, "How many did you see in one hour?", (70, 170), 0.7, 1)
    write(sheet, "Observer", (70, 268), 0.8, 2)
    for cell in range(5):
        cv2.rectangle(sheet, (320 + 56 * cell, 230), (376 + 56 * cell, 295), INK, 2)
    write(sheet, "morning", (340, 375), 0.7, 2)
    write(sheet, "evening", (560, 375), 0.7, 2)
    for row, bird in enumerate(BIRDS):
        top = 400 + 95 * row
        write(sheet, bird, (70, top + 48), 0.8, 2)
        for column in range(2):
            cv2.rectangle(sheet, (320 + 220 * column, top), (490 + 220 * column, top + 70), INK, 2)
    cv2.line(sheet, (70, 895), (830, 895), INK, 3)
    write(sheet, "All birds", (70, 968), 0.8, 3)
    for column in range(2):
        cv2.rectangle(sheet, (320 + 220 * column, 920), (490 + 220 * column, 990), INK, 2)
    write(sheet, "Thank you! Sheet 3-A, please return it by the end of May.", (70, 1130), 0.55, 1)
    return sheet


def filled(sheet: Picture) -> Picture:
    """Write numbers into the boxes."""
    test = load("mnist", "test")
    page, used = sheet.copy(), 0
    totals = tuple(str(sum(int(count[column]) for count in COUNTS)) for column in range(2))
    places = [("20431", 322, 238, 56)]
    for row, counts in enumerate((*COUNTS, totals)):
        top = 411 + 95 * row if row < len(COUNTS) else 931
        places += [(text, 335 + 220 * column, top, 32) for column, text in enumerate(counts)]
    for text, left, top, pitch in places:
        for place, digit in enumerate(text):
            glyphs = np.flatnonzero(test.labels == int(digit))[:12]
            glyph = cv2.resize(test.images[glyphs[used % len(glyphs)], 0], (48, 48), interpolation=cv2.INTER_CUBIC)
            x = left + pitch * place + (pitch - 48) // 2
            part = page[top : top + 48, x : x + 48]
            np.minimum(part, 255 - (glyph * 0.75).astype(np.uint8), out=part)
            used += 1
    return page


def photographed(page: Picture) -> Picture:
    """Take the page askew and from aside, with a shadow across it."""
    corners = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    goal = np.array([[150, 60], [985, 130], [930, 1290], [40, 1210]], np.float32)
    size = (1050, 1350)
    sheet = cv2.warpPerspective(page, cv2.getPerspectiveTransform(corners, goal), size, borderValue=(70,))
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    light = 0.95 - 0.3 / (1 + np.exp(-(x + 0.5 * y - 1150) / 40))
    noise = np.random.default_rng(3).normal(0, 3, sheet.shape)
    return np.asarray(np.clip(cv2.GaussianBlur(sheet, (0, 0), 0.8) * light + noise, 0, 255), np.uint8)


def write(sheet: Picture, text: str, place: tuple[int, int], scale: float, thickness: int) -> None:
    """Print a text."""
    cv2.putText(sheet, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, INK, thickness, cv2.LINE_AA)


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(exist_ok=True)
    form = empty_form()
    cv2.imwrite(str(FOLDER / "form.png"), form, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    photo = photographed(filled(form))
    cv2.imwrite(str(FOLDER / "page.jpg"), photo, [cv2.IMWRITE_JPEG_QUALITY, 60])


if __name__ == "__main__":
    main()
