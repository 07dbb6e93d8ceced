"""Made forms: drawn with OpenCV, filled with MNIST's test digits, and taken by a camera whose place is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from inkread.data import Dataset
from inkread.types import Box, UInt8Array

WIDTH, HEIGHT = 1240, 1754
INK = (30,)


@dataclass(frozen=True)
class Form:
    """An empty form and where its fields are."""

    picture: UInt8Array
    boxes: dict[str, Box]
    cells: dict[str, int]


def draw_form(
    title: str = "Delivery note",
    rows: tuple[str, ...] = ("Apples", "Pears", "Quinces", "Plums"),
    *,
    columns: int = 2,
    left: int = 430,
) -> Form:
    """A heading, a comb for a number, a table with a box a row and column, and a box for the sum."""
    picture = np.full((HEIGHT, WIDTH), 255, np.uint8)
    boxes: dict[str, Box] = {}
    _write(picture, title, (90, 150), 1.8, 4)
    _write(picture, "Please write clearly and do not leave the boxes.", (90, 215), 0.8, 2)
    _write(picture, "Customer number", (90, 330), 1.0, 2)
    boxes["customer"] = _draw_cells(picture, Box(left, 280, left + 360, 350), 6)
    for column in range(columns):
        _write(picture, ("pieces", "broken", "lost")[column], (left + 250 * column, 450), 0.9, 2)
    for index, row in enumerate(rows):
        top = 480 + 110 * index
        _write(picture, row, (90, top + 55), 1.0, 2)
        for column in range(columns):
            x = left + 250 * column
            boxes[f"{'abc'[column]}{index}"] = _draw_cells(picture, Box(x, top, x + 200, top + 80), 1)
    top = 520 + 110 * len(rows)
    cv2.line(picture, (90, top - 20), (WIDTH - 90, top - 20), INK, 3)
    _write(picture, "Sum of pieces", (90, top + 65), 1.2, 3)
    boxes["total"] = _draw_cells(picture, Box(left, top + 10, left + 240, top + 90), 1)
    _write(picture, "Signature", (90, top + 260), 0.9, 2)
    cv2.line(picture, (320, top + 270), (900, top + 270), INK, 2)
    _write(picture, "Form 17-B, to be sent to the office by Friday", (90, HEIGHT - 90), 0.7, 1)
    return Form(picture, boxes, {"customer": 6})


def draw_other_form() -> UInt8Array:
    """A form of another kind altogether."""
    picture = np.full((HEIGHT, WIDTH), 255, np.uint8)
    _write(picture, "Reading of the gas meter", (120, 200), 1.5, 3)
    for index, label in enumerate(("House", "Meter number", "Reading old", "Reading new", "Difference", "Paid")):
        top = 320 + 190 * index
        _write(picture, label, (120, top + 60), 1.1, 2)
        _draw_cells(picture, Box(560, top, 1060, top + 90), 5)
    return picture


def fill(form: Form, values: dict[str, str], mnist: Dataset, seed: int = 0, *, easy: bool = True) -> UInt8Array:
    """Write digits into the boxes, one a cell in a comb, side by side in a box; of `easy` ones the first of a label."""
    rng = np.random.default_rng(seed)
    picture = form.picture.copy()
    for name, text in values.items():
        box, cells = form.boxes[name], form.cells.get(name, 1)
        pitch = box.width // cells if cells > 1 else 36
        for place, digit in enumerate(text):
            candidates = np.flatnonzero(mnist.labels == int(digit))
            glyph = mnist.images[rng.choice(candidates[:20] if easy else candidates), 0]
            side = 52
            ink = np.asarray(cv2.resize(glyph, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)
            x = box.x0 + pitch * place + (pitch - side) // 2 + (0 if cells > 1 else 14)
            y = (box.y0 + box.y1 - side) // 2 + int(rng.integers(-3, 4))
            part = picture[y : y + side, x : x + side]
            np.minimum(part, 255 - (ink * 0.8).astype(np.uint8), out=part)
    return picture


def camera(
    seed: int, *, turn: int = 0, size: tuple[int, int] = (1500, 2000), tilt: float = 0.06, skew: float = 8.0
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A homography from the form's pixels to the photo's, shape (3, 3), for a turn by `turn` degrees clockwise.

    Args:
        seed: of the chance that moves the corners.
        turn: 0, 90, 180 or 270.
        size: width and height of the photo.
        tilt: how far a corner may be from its place, as a share of the photo's size.
        skew: most degrees by which the sheet lies askew.
    """
    rng = np.random.default_rng(seed)
    width, height = size
    corners = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float64)
    middle, angle = corners.mean(axis=0), np.deg2rad(turn + rng.uniform(-skew, skew))
    turned = (corners - middle) @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned *= 0.92 * min(width / np.ptp(turned[:, 0]), height / np.ptp(turned[:, 1]))
    goal = turned + np.array([width, height]) / 2 + rng.uniform(-tilt, tilt, (4, 2)) * min(size) / 2
    return np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), goal.astype(np.float32)), np.float64)


def photograph(
    picture: UInt8Array,
    homography: np.ndarray[Any, np.dtype[np.float64]],
    size: tuple[int, int] = (1500, 2000),
    seed: int = 0,
    *,
    blur: float = 0.8,
    noise: float = 4.0,
) -> UInt8Array:
    """The sheet on a dark table, with a shadow's edge across it, a fall of light, blur and noise."""
    rng = np.random.default_rng(seed)
    width, height = size
    table = np.full((height, width), 95, np.uint8)
    cv2.randn(table, 95, 12)
    table = np.asarray(cv2.GaussianBlur(table, (0, 0), 3), np.uint8)
    sheet = cv2.warpPerspective(picture, homography, size, flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.full_like(picture, 255), homography, size)
    photo = np.where(inside > 127, sheet, table).astype(np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    along = np.cos(rng.uniform(0, 6.28)) * (x / width - 0.5) + np.sin(rng.uniform(0, 6.28)) * (y / height - 0.5)
    photo *= 0.9 - 0.25 * along - 0.3 / (1 + np.exp(-(along - rng.uniform(-0.2, 0.2)) * 40))
    photo = cv2.GaussianBlur(photo, (0, 0), blur) + rng.normal(0, noise, photo.shape)
    return np.asarray(np.clip(photo, 0, 255), np.uint8)


def _write(picture: UInt8Array, text: str, place: tuple[int, int], scale: float, thickness: int) -> None:
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, INK, thickness, cv2.LINE_AA)


def _draw_cells(picture: UInt8Array, box: Box, cells: int) -> Box:
    """A box, with upright lines between its cells."""
    cv2.rectangle(picture, (box.x0, box.y0), (box.x1 - 1, box.y1 - 1), INK, 2)
    for cell in range(1, cells):
        x = box.x0 + cell * box.width // cells
        cv2.line(picture, (x, box.y0), (x, box.y1 - 1), INK, 2)
    return box


def template_of(form: Form, totals: list[str] | None = None, extra: dict[str, str] | None = None) -> str:
    """Write the template of a form whose picture is form.png; `extra` are further lines of a field."""
    lines = ["version: 1", f"page: {{picture: form.png, width: {WIDTH}, height: {HEIGHT}}}", "fields:"]
    for name, box in form.boxes.items():
        lines += [f"  - name: {name}", f"    box: {list(box)}", f"    cells: {form.cells.get(name, 1)}"]
        lines += [f"    {extra[name]}"] if extra and name in extra else []
    return "\n".join([*lines, "totals:", *(f"  - {total}" for total in totals or [])]) + "\n"


VALUES = {
    "customer": "104732", "a0": "12", "a1": "7", "a2": "105", "a3": "30",
    "b0": "1", "b1": "0", "b2": "3", "b3": "12", "total": "154",
}  # fmt: skip
