"""Whole pages of numbers, made with their truth."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np

from inkread.data.synthesis import camera
from inkread.data.synthesis.fonts import typefaces
from inkread.data.synthesis.glyphs import Glyphs
from inkread.data.synthesis.hands import random_hand_pen
from inkread.data.synthesis.layouts import LAYOUTS
from inkread.data.synthesis.numbers import choose_hand, random_spacing
from inkread.data.synthesis.sheets import Scribe, Sheet, blank_sheet
from inkread.data.synthesis.styles import PAGES, PageStyle
from inkread.types import Box, Float32Array, UInt8Array

Random = np.random.Generator
AREA = 1_500_000  # pixels of a page of no given size
ASPECTS = (0.707, 0.75, 1.0, 1.333, 1.414)  # width by height
SMALLEST_DIGIT = 11.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PageSample:
    """A page and its truth.

    Attributes:
        image: uint8 of shape (h, w), grey.
        numbers: written numbers in the order of writing, each with its box.
        characters: for each of `numbers`, a box a character.
        printed: printed numbers that stand alone, each with its box.
        words: boxes of words, written or printed; several printed words in a row are one.
        rotation: degrees that the page is turned anticlockwise, -180 up to 180.
    """

    image: UInt8Array = field(repr=False)
    numbers: tuple[tuple[str, Box], ...]
    characters: tuple[tuple[Box, ...], ...] = field(repr=False)
    printed: tuple[tuple[str, Box], ...]
    words: tuple[Box, ...] = field(repr=False)
    rotation: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """How a sheet lies in the picture: a homography of shape (3, 3), then quarter turns anticlockwise."""

    matrix: Float32Array
    quarters: int
    width: int
    height: int

    def move(self, boxes: tuple[Box, ...]) -> tuple[Box, ...]:
        """Return where boxes come to lie: the smallest upright boxes round them, within the picture."""
        return tuple(self._move(box) for box in boxes)

    def _move(self, box: Box) -> Box:
        corners = np.array([[(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]], np.float32)
        points = cv2.perspectiveTransform(corners, self.matrix)[0]
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        found = Box(math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1))
        width, height = self.width, self.height
        for _ in range(self.quarters):
            found = Box(found.y0, width - found.x1, found.y1, width - found.x0)
            width, height = height, width
        return Box(max(found.x0, 0), max(found.y0, 0), min(found.x1, width), min(found.y1, height))


def make_page(
    rng: Random, glyphs: Glyphs, *, size: tuple[int, int] | None = None, style: PageStyle = PAGES
) -> PageSample:
    """Make a page.

    Args:
        rng: decides everything; the same state gives the same page where the fonts are the same.
        glyphs: what to write with.
        size: width and height in pixels of the picture before quarter turns, at least 200 each; of about 1.5 megapixels
            if None.
        style: how often what happens.

    Returns:
        The page with its numbers and words.
    """
    width, height = size or _random_size(rng)
    sheet = blank_sheet(width, height)
    scribe = _scribe(sheet, rng, glyphs, style)
    names, weights = list(style.layouts), np.array(list(style.layouts.values()), np.float64)
    LAYOUTS[names[int(rng.choice(len(names), p=weights / weights.sum()))]](scribe)
    photo = bool(rng.random() < style.photo)
    pose, skew = _pose(width, height, rng, style, photo=photo)
    image = _photograph(sheet, pose, scribe.size, rng, style, photo=photo)
    characters = tuple(pose.move(boxes) for _, boxes in sheet.numbers)
    printed = tuple((text, _union(pose.move(boxes))) for text, boxes in sheet.printed)
    return PageSample(
        image=np.ascontiguousarray(np.rot90(image, pose.quarters)),
        numbers=tuple((text, _union(boxes)) for (text, _), boxes in zip(sheet.numbers, characters, strict=True)),
        characters=characters,
        printed=printed,
        words=pose.move(tuple(sheet.words)),
        rotation=(skew + 90 * pose.quarters + 180) % 360 - 180,
    )


def _random_size(rng: Random) -> tuple[int, int]:
    """Draw a size of about `AREA`."""
    width = math.sqrt(AREA * float(rng.choice(ASPECTS)))
    return round(width), round(AREA / width)


def _scribe(sheet: Sheet, rng: Random, glyphs: Glyphs, style: PageStyle) -> Scribe:
    """Choose who writes on a sheet, how, and how large."""
    share = float(np.exp(rng.uniform(*np.log(style.digits))))
    hands = tuple(choose_hand(rng, glyphs, style.numbers) for _ in range(1 + (rng.random() < style.two_hands)))
    return Scribe(
        sheet=sheet,
        rng=rng,
        glyphs=glyphs,
        hands=hands,
        spacing=random_spacing(rng, style.numbers),
        pen=random_hand_pen(rng),
        typeface=str(rng.choice(typefaces())),
        size=max(SMALLEST_DIGIT, share * math.sqrt(sheet.width * sheet.height)),
        style=style,
    )


def _pose(width: int, height: int, rng: Random, style: PageStyle, *, photo: bool) -> tuple[Pose, float]:
    """Lay a sheet askew, and a photographed one in perspective, so that all of it stays in the picture."""
    skew = float(np.clip(rng.normal(0, style.skew / 3), -style.skew, style.skew))
    angle = math.radians(skew)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    placed = (corners - (width / 2, height / 2)) @ turn.T
    if photo:
        placed *= 1 - rng.uniform(0, 2 * style.perspective, (4, 1))  # half the side lies on either side of the middle
    low, high = placed.min(axis=0), placed.max(axis=0)
    factor = min(1.0, width / (high[0] - low[0]), height / (high[1] - low[1]))
    placed = (placed - (low + high) / 2) * factor + (width / 2, height / 2)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), placed.astype(np.float32))
    quarters = int(rng.integers(1, 4)) if rng.random() < style.quarter else 0
    return Pose(matrix=np.asarray(matrix, np.float32), quarters=quarters, width=width, height=height), skew


def _photograph(sheet: Sheet, pose: Pose, digit: float, rng: Random, style: PageStyle, *, photo: bool) -> UInt8Array:
    """Bring a sheet to paper and take its picture."""
    ink, depth = sheet.ink, float(rng.uniform(0.65, 1.0))
    if rng.random() < style.pencil:
        ink, depth = camera.pencil(ink, rng), float(rng.uniform(0.45, 0.75))
    lines, printing = float(rng.uniform(0.15, 0.85)), float(rng.uniform(0.6, 1.0))
    paper = camera.make_paper((sheet.height, sheet.width), rng)
    image = camera.apply_ink(paper, [(sheet.lines, lines), (sheet.print, printing), (ink, depth)])
    ground = float(rng.uniform(20, 230)) if photo else float(rng.choice([paper.mean(), 255.0]))
    image = np.asarray(
        cv2.warpPerspective(image, pose.matrix, (pose.width, pose.height), borderValue=(ground,)), np.uint8
    )
    if photo:
        image = camera.shade(image, rng) if rng.random() < style.shadow else image
        image = camera.vignette(image, rng) if rng.random() < style.vignette else image
        image = camera.expose(image, rng)
    image = _take(image, digit, rng, style)
    if not photo and digit > 18 and rng.random() < style.bilevel:
        return camera.binarise(image, digit, rng)
    return camera.compress(image, rng) if rng.random() < style.jpeg else image


def _take(image: UInt8Array, digit: float, rng: Random, style: PageStyle) -> UInt8Array:
    """Focus, resolution and noise; small digits stay sharp enough to be read."""
    if rng.random() < style.blur:
        image = camera.defocus(image, float(rng.uniform(0.3, 0.3 + 0.02 * digit)))
    elif digit > 18 and rng.random() < style.coarse:
        image = camera.coarsen(image, float(rng.uniform(14 / digit, 1)), rng)
    return camera.add_noise(image, rng) if rng.random() < style.noise else image


def _union(boxes: tuple[Box, ...]) -> Box:
    """Return the box round boxes."""
    return Box(
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )
