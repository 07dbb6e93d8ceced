"""Ways to fill a page with numbers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from inkread.data.synthesis.sheets import Scribe, Sheet, rule_sheet

MARGIN = 0.06  # of the width
FIELDS = ("line", "box", "joined", "apart", "comb")  # of a form


def lines(scribe: Scribe) -> None:
    """Write numbers and words in lines, one after the other, on lined, squared or blank paper."""
    sheet, rng, size = scribe.sheet, scribe.rng, scribe.size
    pitch = size * rng.uniform(1.5, 2.6)
    _maybe_ruled(scribe, pitch, 0.08 * sheet.height)
    for y in np.arange(0.08 * sheet.height, 0.96 * sheet.height, pitch):
        x = sheet.width * rng.uniform(0.5, 1.3) * MARGIN
        while x < (1 - MARGIN) * sheet.width:
            draw = rng.random()
            if draw < scribe.style.words:
                box = scribe.word(x, y) if rng.random() < 0.6 else scribe.text(x, y, words=int(rng.integers(1, 4)))
            else:
                box = scribe.number(x, y - size * rng.uniform(0, 0.15))
            x = (box.x1 if box else x + size) + size * rng.uniform(1.0, 3.5)
            if rng.random() < 0.08:
                break


def columns(scribe: Scribe) -> None:
    """Write numbers below each other, flush right or left, some columns with a heading and a sum."""
    sheet, rng, size = scribe.sheet, scribe.rng, scribe.size
    pitch = size * rng.uniform(1.35, 2.2)
    top = 0.1 * sheet.height
    _maybe_ruled(scribe, pitch, top)
    step = max(sheet.width * rng.uniform(0.15, 0.45), 6.5 * size)
    align = float(rng.choice([0.0, 1.0, 1.0]))
    for x in np.arange(MARGIN * sheet.width, (1 - MARGIN) * sheet.width - step / 2, step):
        if rng.random() < 0.7:
            scribe.text(x + 0.2 * step, top - pitch)
        foot = sheet.height * rng.uniform(0.6, 0.96)
        for y in np.arange(top, foot, pitch):
            scribe.number(x + align * (step - size) + size * rng.normal(0, 0.15), y, align)
        if rng.random() < 0.4:
            y = foot - 0.4 * pitch
            start, end = (round(x), round(y)), (round(x + step - size), round(y))
            cv2.line(sheet.ink, start, end, (255,), max(1, round(size / 12)))


def table(scribe: Scribe) -> None:
    """Draw a table with printed headings, words or printed numbers in the first column, and numbers in the cells."""
    sheet, rng, size = scribe.sheet, scribe.rng, scribe.size
    pitch = size * rng.uniform(1.4, 2.4)
    left, top = MARGIN * sheet.width, sheet.height * rng.uniform(0.06, 0.15)
    wide = max(sheet.width * rng.uniform(0.1, 0.22), 5 * size)
    xs = np.arange(left, (1 - MARGIN / 2) * sheet.width, wide)
    ys = np.arange(top, sheet.height * rng.uniform(0.7, 0.97), pitch)
    _grid(sheet, xs, ys, max(1, round(size * rng.uniform(0.02, 0.1))), uprights=rng.random() < 0.85)
    scribe.text(left, top - 0.4 * size, 1.2 * size, words=2)
    filled, align = rng.uniform(0.6, 1.0), float(rng.choice([0.5, 1.0]))
    written = rng.random() < 0.3
    for row, y in enumerate(ys[:-1]):
        foot = y + pitch * 0.8
        for column, x in enumerate(xs[:-1]):
            if row == 0:
                scribe.text(x + 0.3 * size, foot, 0.6 * size)
            elif column == 0:
                scribe.word(x + 0.3 * size, foot) if written else scribe.text(x + 0.3 * size, foot)
            elif rng.random() < filled:
                at = x + 0.3 * size + align * (wide - 0.6 * size)
                scribe.number(at + size * rng.normal(0, 0.1), foot - size * rng.uniform(0, 0.15), align, 0.2, most=wide)


def scattered(scribe: Scribe) -> None:
    """Write numbers and words anywhere."""
    sheet, rng, size = scribe.sheet, scribe.rng, scribe.size
    _maybe_ruled(scribe, size * rng.uniform(1.2, 2.5), 0.0)
    for _ in range(int(rng.integers(20, 120))):
        x, y = sheet.width * rng.uniform(0.03, 0.9), sheet.height * rng.uniform(0.05, 0.97)
        if rng.random() < scribe.style.words / 2:
            scribe.word(x, y)
        else:
            scribe.number(x, y)


def form(scribe: Scribe) -> None:
    """Print a form: labels, each with a line, a box, or fields of one box a digit, and a number in it."""
    sheet, rng, size = scribe.sheet, scribe.rng, scribe.size
    pitch, pair = size * rng.uniform(2.0, 3.2), int(rng.integers(1, 3))
    scribe.text(MARGIN * sheet.width, 0.05 * sheet.height, 1.5 * size, words=3)
    for y in np.arange(0.09 * sheet.height, 0.96 * sheet.height, pitch):
        for side in range(pair):
            x = sheet.width * (MARGIN + side * (1 - MARGIN) / pair)
            label = scribe.text(x, y, 0.55 * size, words=int(rng.integers(1, 3)))
            start = max(x + 5 * size, label.x1 + size if label else 0.0)
            room = sheet.width * (MARGIN + (side + 1) * (1 - MARGIN) / pair) - size - start
            if room > 2 * size:
                _field(scribe, start, y, room)
    if rng.random() < 0.7:
        _print_block(scribe)


def squares(scribe: Scribe) -> None:
    """Draw a square of cells and fill most with one digit each, printed or written, as in puzzles and tallies."""
    sheet, rng = scribe.sheet, scribe.rng
    cells = int(rng.integers(5, 13))
    side = min(sheet.width, sheet.height) * rng.uniform(0.6, 0.9) / cells
    left = (sheet.width - cells * side) * rng.uniform(0.2, 0.8)
    top = (sheet.height - cells * side) * rng.uniform(0.2, 0.8)
    places = np.arange(cells + 1) * side
    _grid(sheet, left + places, top + places, max(1, round(side * rng.uniform(0.01, 0.04))), uprights=True)
    if rng.random() < 0.6:
        bold = max(2, round(side * rng.uniform(0.04, 0.08)))
        _grid(sheet, left + places[::3], top + places[::3], bold, uprights=True)
    size = min(side * rng.uniform(0.45, 0.75), 3 * scribe.size)
    writer, printer = scribe.sized(size, 0.0), scribe.sized(size, 1.0)
    given, filled = rng.uniform(0, 0.6), rng.uniform(0.4, 1.0)
    for row in range(cells):
        for column in range(cells):
            x, y = left + (column + 0.5) * side, top + (row + 0.5) * side + size / 2
            draw = rng.random()
            digit = str(rng.integers(10))
            if draw < given:
                printer.number(x, y, 0.5, 0.0, text=digit)
            elif draw < given + (1 - given) * filled:
                writer.number(x + size * rng.normal(0, 0.1), y + size * rng.normal(0, 0.06), 0.5, 0.0, text=digit)
    _print_block(scribe)


LAYOUTS: dict[str, Callable[[Scribe], None]] = {
    "lines": lines,
    "columns": columns,
    "table": table,
    "scattered": scattered,
    "form": form,
    "squares": squares,
}


def _maybe_ruled(scribe: Scribe, pitch: float, first: float) -> None:
    """Rule some sheets; of squared paper, a line of writing takes one square or two."""
    draw = scribe.rng.random()
    if draw < scribe.style.lined:
        rule_sheet(scribe.sheet, pitch, first, squared=False)
        if scribe.rng.random() < 0.4:
            x = round(scribe.sheet.width * scribe.rng.uniform(0.03, 0.12))
            cv2.line(scribe.sheet.lines, (x, 0), (x, scribe.sheet.height), (255,), max(1, round(pitch / 40)))
    elif draw < scribe.style.lined + scribe.style.squared:
        part = int(scribe.rng.integers(1, 3))
        rule_sheet(scribe.sheet, pitch / part, first, squared=True)


def _grid(
    sheet: Sheet,
    xs: npt.NDArray[np.floating[Any]],
    ys: npt.NDArray[np.floating[Any]],
    thickness: int,
    *,
    uprights: bool,
) -> None:
    """Draw the lines of a table."""
    right, bottom = round(float(xs[-1])), round(float(ys[-1]))
    for y in ys:
        cv2.line(sheet.lines, (round(float(xs[0])), round(float(y))), (right, round(float(y))), (255,), thickness)
    for x in xs if uprights else ():
        cv2.line(sheet.lines, (round(float(x)), round(float(ys[0]))), (round(float(x)), bottom), (255,), thickness)


def _field(scribe: Scribe, x: float, y: float, room: float) -> None:
    """Draw one field of a form and fill it, most times: a line, a box, or a row of boxes for a digit each."""
    rng, size = scribe.rng, scribe.size
    thickness, kind, full = max(1, round(size * 0.04)), FIELDS[int(rng.integers(len(FIELDS)))], rng.random() < 0.85
    bottom = y + 0.15 * size
    rows = np.array([bottom - 1.4 * size, bottom])
    if kind not in ("line", "box"):
        pitch = rng.uniform(1.1, 1.5)
        count = min(int(rng.integers(2, 9)), int(room / (pitch * size)))
        if count < 1:
            return
        _boxes(scribe, x + np.arange(count + 1) * pitch * size, rows, thickness, kind)
        if full:
            scribe.fields(x, y - 0.1 * size, pitch, count)
        return
    end = x + min(room, size * rng.uniform(5, 10))
    rows = rows if kind == "box" else rows[1:]
    _grid(scribe.sheet, np.array([x, end]), rows, thickness, uprights=kind == "box")
    if full:
        scribe.number(x + size * rng.uniform(0.2, 0.6), y - size * rng.uniform(0, 0.1), 0.0, 0.2, most=end - x)


def _boxes(
    scribe: Scribe,
    xs: npt.NDArray[np.floating[Any]],
    rows: npt.NDArray[np.floating[Any]],
    thickness: int,
    kind: str,
) -> None:
    """Draw boxes for a digit each: joined, apart, or as a comb, whose teeth stand on a line."""
    sheet, size = scribe.sheet, scribe.size
    if kind == "comb":
        _grid(sheet, xs, rows[1:], thickness, uprights=False)
        top = float(rows[1]) - size * scribe.rng.uniform(0.4, 0.8)
        for x in xs:
            _grid(sheet, np.array([x, x]), np.array([top, rows[1]]), thickness, uprights=True)
    elif kind == "apart":
        aside = size * scribe.rng.uniform(0.05, 0.1)
        for left, right in pairwise(xs):
            _grid(sheet, np.array([left + aside, right - aside]), rows, thickness, uprights=True)
    else:
        _grid(sheet, xs, rows, thickness, uprights=True)


def _print_block(scribe: Scribe) -> None:
    """Print a paragraph in small type at the foot or the head of the page, where there is room."""
    sheet, rng, size = scribe.sheet, scribe.rng, scribe.size * scribe.rng.uniform(0.4, 0.7)
    start = sheet.height * float(rng.choice([0.04, 0.8]))
    for y in start + np.arange(int(rng.integers(2, 6))) * 2.2 * size:
        scribe.text(MARGIN * sheet.width, y, size, words=int(rng.integers(3, 9)))
