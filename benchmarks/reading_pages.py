"""How many numbers on a page are found and read without a mistake? Measures that, and the time for each page.

Pages are made of MNIST's test digits, with ruling, words and shadow, up to 200 numbers each, and forms with lines,
boxes for a number or for each digit, and combs. From a folder of handwriting that others collected come photos of
sudokus (`sudoku/*.jpg` and `*.dat`), where it holds them: their numbers are put into the cells of the 9 by 9 grid whose
corners this script finds. Separators do not count.
With --peers the same pictures go to other programs too, which search for the texts themselves (see `peers.py`); of what
they read, texts with letters count as words, not as numbers.

    python benchmarks/reading_pages.py
    python benchmarks/reading_pages.py --peers --peer-python ../peers/bin/python
    python benchmarks/reading_pages.py --handwriting ../shared/data --pages 10
"""

from __future__ import annotations

import argparse
import csv
import io
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from inkread.api import Reader, load
from inkread.data.synthesis import PAGES, PageSample, load_glyphs, make_page
from inkread.imaging import load_image
from inkread.types import Box, Float32Array, Number, Page, UInt8Array
from machine import describe, result_path
from peers import PeerReading, add_options, chosen, read_with

SEED = 4
COUNT = 20
SIZE = (2000, 1500)
DENSE = replace(PAGES, digits=(0.0125, 0.016), layouts={"lines": 2, "columns": 1, "table": 2}, words=0.25)
FORMS = replace(PAGES, layouts={"form": 1})
MADE = {"made, ruling, words and shadow": (SIZE, DENSE), "made forms, boxes and combs": (SIZE[::-1], FORMS)}
LARGE = (4000, 3000)
CELLS = 9
SIDE = 900  # pixels of a grid that was put upright


class Figure(NamedTuple):
    """What was measured of some pages.

    Attributes:
        there: numbers on the pages.
        found: of these, those in whose place a number was read, right or wrong.
        read: numbers that the reader says there are.
        right: of these, those that are.
        seconds: for a page.
    """

    there: int
    found: int
    read: int
    right: int
    seconds: float


def digits_of(text: str) -> str:
    """Leave out points, commas and minuses."""
    return "".join(character for character in text if character.isdigit())


def count(truth: Sequence[tuple[str, Box]], numbers: Sequence[Number]) -> tuple[int, int]:
    """Count the numbers in whose box the middle of a reading lies, and those that one such reading has right."""
    places = [(n.text, (n.box.x0 + n.box.x1) / 2, (n.box.y0 + n.box.y1) / 2) for n in numbers if n.box]
    found = right = 0
    for text, box in truth:
        inside = [read for read, x, y in places if box.x0 <= x < box.x1 and box.y0 <= y < box.y1]
        found += bool(inside)
        right += digits_of(text) in map(digits_of, inside)
    return found, right


def measure_made(reader: Reader, samples: Sequence[PageSample]) -> Figure:
    """Read made pages, one after the other."""
    there = found = read = right = 0
    start = time.perf_counter()
    pages = [reader.page(sample.image) for sample in samples]
    seconds = (time.perf_counter() - start) / len(samples)
    for sample, page in zip(samples, pages, strict=True):
        truth = sample.numbers + sample.printed
        found_here, right_here = count(truth, page.numbers)
        there, read = there + len(truth), read + len(page.numbers)
        found, right = found + found_here, right + right_here
    return Figure(there, found, read, right, seconds)


def measure_peer(peer: str, python: Path, samples: Sequence[PageSample]) -> Figure:
    """Let another program read made pages."""
    there = found = read = right = 0
    pages = read_with(peer, python, [sample.image for sample in samples], page=True)
    for sample, page in zip(samples, pages, strict=True):
        truth, numbers = sample.numbers + sample.printed, as_numbers(page)
        found_here, right_here = count(truth, numbers)
        there, read = there + len(truth), read + len(numbers)
        found, right = found + found_here, right + right_here
    return Figure(there, found, read, right, sum(page.seconds for page in pages) / len(pages))


def as_numbers(page: PeerReading) -> list[Number]:
    """Make numbers of what a peer read: each text with digits and without letters, at its middle."""
    numbers = []
    for text, x, y in page.words:
        if any(character.isdigit() for character in text) and not any(character.isalpha() for character in text):
            numbers.append(Number(text, 1.0, True, (), Box(round(x), round(y), round(x), round(y))))
    return numbers


def find_grid(grey: UInt8Array, page: Page) -> Float32Array:
    """Find the corners of the grid in a photo: of the smallest square that holds most of the page's numbers.

    Returns:
        float32 of shape (4, 2), clockwise from the upper left.
    """
    dark = cv2.adaptiveThreshold(cv2.GaussianBlur(grey, (5, 5), 0), 255, 0, cv2.THRESH_BINARY_INV, 31, 8)
    framed = cv2.copyMakeBorder(dark, 2, 2, 2, 2, cv2.BORDER_CONSTANT)
    contours = cv2.findContours(framed, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]
    hulls = [hull for contour in contours if _is_square(hull := cv2.convexHull(contour), grey.size)]
    middles = [((n.box.x0 + n.box.x1) / 2, (n.box.y0 + n.box.y1) / 2) for n in page.numbers if n.box]
    held = [sum(cv2.pointPolygonTest(hull, middle, False) > 0 for middle in middles) for hull in hulls]
    square = min(
        (hull for hull, count in zip(hulls, held, strict=True) if count >= 0.9 * max(held)), key=cv2.contourArea
    )
    points = square[:, 0].astype(np.float32) - 2
    total, difference = points.sum(axis=1), points[:, 0] - points[:, 1]
    return points[[total.argmin(), difference.argmax(), total.argmax(), difference.argmin()]]


def _is_square(hull: cv2.typing.MatLike, picture: int) -> bool:
    """Tell a square in perspective, of at least a tenth of the picture, from a page's edge or a bar."""
    area = cv2.contourArea(hull)
    (_, (width, height), _) = cv2.minAreaRect(hull)
    return area > 0.1 * picture and min(width, height) > 0.7 * max(width, height) and area > 0.8 * width * height


def to_cells(page: Page, corners: Float32Array, quarters: int) -> list[str]:
    """Put the numbers of a page into the 81 cells of a grid; "0" where nothing was read, all where several were."""
    square = np.array([(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)], np.float32)
    matrix = cv2.getPerspectiveTransform(np.roll(corners, quarters, axis=0), square)
    cells = [""] * CELLS**2
    for number in page.numbers:
        if number.box is None:
            continue
        middle = np.array([[[sum(number.box[::2]) / 2, sum(number.box[1::2]) / 2]]], np.float32)
        column, row = (int(value) for value in cv2.perspectiveTransform(middle, matrix)[0, 0] // (SIDE / CELLS))
        if 0 <= column < CELLS and 0 <= row < CELLS:
            cells[CELLS * row + column] += number.text
    return [cell or "0" for cell in cells]


def measure_sudokus(reader: Reader, folder: Path) -> list[str]:
    """Read photos of sudokus: a line of the table. All 81 cells of each count as numbers, the empty ones too."""
    right = there = 0
    seconds = 0.0
    photos = sorted(folder.glob("*.jpg"))
    for photo in photos:
        truth = photo.with_suffix(".dat").read_text().split("\n", 2)[2].split()
        start = time.perf_counter()
        page = reader.page(photo)
        seconds += time.perf_counter() - start
        corners = find_grid(load_image(photo, grey=True), page)
        cells = to_cells(page, corners, round(page.rotation / 90) % 4)
        right += sum(cell == wanted for cell, wanted in zip(cells, truth, strict=True))
        there += len(truth)
    share, each = f"{100 * right / there:.1f}", f"{seconds / len(photos):.2f}"
    return ["sudoku photos, 81 cells each", str(there), "", share, "", each]


def large_photo() -> bytes:
    """Make a page photo of 12 megapixels, as a JPEG file's bytes."""
    style = replace(DENSE, photo=1.0, bilevel=0.0, quarter=0.0)
    sample = make_page(np.random.default_rng(SEED), load_glyphs("test"), size=LARGE, style=style)
    file = io.BytesIO()
    Image.fromarray(np.repeat(sample.image[..., None], 3, axis=2)).save(file, "JPEG", quality=90)
    return file.getvalue()


def time_of(reader: Reader, photo: bytes, runs: int = 3) -> float:
    """Return the shortest time for a page, in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        reader.page(photo)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Measure, print the table, and keep it as CSV where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a model file for digits (default: the one that is shipped)")
    parser.add_argument("--number-model", type=Path, help="a model file for numbers (default: the one that is shipped)")
    parser.add_argument("--pages", type=int, default=COUNT, help="so many made pages (default: 20)")
    parser.add_argument("--handwriting", type=Path, help="a folder with sudoku/, if you have it")
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results/ as CSV")
    add_options(parser)
    options = parser.parse_args()
    print(describe(), "\n")
    reader, glyphs = load(options.model, number_model=options.number_model), load_glyphs("test")
    heading = ["pages", "numbers", "found (%)", "recall (%)", "precision (%)", "seconds a page"]
    print(f"| {' | '.join(heading)} |\n|---|{'---:|' * (len(heading) - 1)}")
    lines: list[list[str]] = []
    others = chosen(options)
    for name, (size, style) in MADE.items():
        samples = [
            make_page(np.random.default_rng(SEED + n), glyphs, size=size, style=style) for n in range(options.pages)
        ]
        lines.append(_line(name, measure_made(reader, samples)))
        _print(lines[-1])
        for peer in others:
            lines.append(_line(f"the same: {peer}", measure_peer(peer, options.peer_python, samples)))
            _print(lines[-1])
    if options.handwriting is not None and (options.handwriting / "sudoku").exists():
        lines.append(measure_sudokus(reader, options.handwriting / "sudoku"))
        _print(lines[-1])
    photo = large_photo()
    lines.append(["a photo of 12 megapixels", "", "", "", "", f"{time_of(reader, photo):.2f}"])
    _print(lines[-1])
    for peer in others:
        (page,) = read_with(peer, options.peer_python, [load_image(photo)], page=True)
        lines.append([f"the same: {peer}", "", "", "", "", f"{page.seconds:.2f}"])
        _print(lines[-1])
    if options.save:
        with result_path("pages").open("w", newline="") as file:
            csv.writer(file).writerows([heading, *lines])


def _line(name: str, figure: Figure) -> list[str]:
    """Write a line of the table."""
    shares = (figure.found / figure.there, figure.right / figure.there, figure.right / max(1, figure.read))
    return [name, str(figure.there), *(f"{100 * share:.1f}" for share in shares), f"{figure.seconds:.2f}"]


def _print(line: list[str]) -> None:
    """Print a line of the table."""
    print(f"| {' | '.join(line)} |", flush=True)


if __name__ == "__main__":
    main()
